#include "detect/yara/metadata.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace pugmark::yara {
namespace {

// Of signature-base: measured on benign classic ASP pages, see ADR 22.
constexpr auto kNoisyRules = std::to_array<std::string_view>({
    "WEBSHELL_ASP_OBFUSC",
    "WEBSHELL_ASP_Generic_Tiny",
    "WEBSHELL_ASP_Encoded",
    "WEBSHELL_ASP_Generic",
    "WEBSHELL_ASP_Writer",
    "WEBSHELL_ASP_SQL",
});

std::string_view value_of(const Rule& rule, std::string_view name) {
  for (const auto& [key, value] : rule.meta)
    if (equal_ascii_nocase(key, name) && !value.empty()) return value;
  return {};
}

std::optional<std::int64_t> score_of(const Rule& rule) {
  const std::string_view text = value_of(rule, "score");
  std::int64_t score = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), score);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return score;
}

Level level_of(std::optional<std::int64_t> score) {
  if (!score) return Level::kHigh;
  if (*score >= 80) return Level::kCritical;
  if (*score >= 60) return Level::kHigh;
  return *score >= 40 ? Level::kMedium : Level::kLow;
}

bool is_suspicion(const Rule& rule) {
  const std::string name = ascii_lower(rule.name);
  const std::string title = ascii_lower(rule.title);
  return name.starts_with("susp_") || name.starts_with("suspicious") ||
         title.starts_with("susp_") || title.starts_with("suspicious") ||
         title.starts_with("detects suspicious");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Adds "T1505.003" wherever it stands in a text.
void add_techniques(std::string_view text, std::vector<std::string>& techniques) {
  for (std::size_t at = text.find('T'); at < text.size(); at = text.find('T', at + 1)) {
    std::string_view id = text.substr(at);
    const auto digits_from = [&](std::size_t from) {
      const std::string_view rest = id.substr(std::min(from, id.size()));
      return static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), is_digit) -
                                      rest.begin());
    };
    if (digits_from(1) != 4) continue;
    const bool has_part = id.size() > 5 && id[5] == '.' && digits_from(6) == 3;
    id = id.substr(0, has_part ? 9 : 5);
    if (std::find(techniques.begin(), techniques.end(), id) == techniques.end())
      techniques.emplace_back(id);
  }
}

}  // namespace

void describe(Rule& rule) {
  rule.title = value_of(rule, "description");
  if (rule.title.empty()) rule.title = rule.name;
  rule.author = value_of(rule, "author");
  rule.is_noisy = std::find(kNoisyRules.begin(), kNoisyRules.end(), rule.name) != kNoisyRules.end();
  for (const auto& [key, value] : rule.meta) {
    const std::string name = ascii_lower(key);
    if ((name.starts_with("reference") || name == "ref" || name == "url") && !value.empty())
      rule.references.push_back(value);
    if (name.starts_with("attack") || name.starts_with("mitre"))
      add_techniques(value, rule.techniques);
  }
  rule.level = level_of(score_of(rule));
  if (is_suspicion(rule) || rule.is_noisy) rule.level = std::min(rule.level, Level::kMedium);
}

}  // namespace pugmark::yara
