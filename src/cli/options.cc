#include "cli/options.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>

namespace pugmark {
namespace {

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

Error wrong_number(std::string_view flag, std::string_view text) {
  return {ErrorCode::kInvalidInput, fmt::format("--{}: \"{}\" is no whole number", flag, text),
          "Give decimal digits, without signs or units."};
}

struct Moment {
  TimeUtc begin;
  TimeUtc end;  // exclusive: a day, second or millisecond later, as it was written
};

// The entry that begins most like `word`; "" if none has three letters in common with it.
std::string_view begins_alike(std::string_view word, std::span<const std::string_view> entries) {
  std::string_view best;
  std::size_t common_most = 2;
  for (const std::string_view entry : entries) {
    const auto differ = std::mismatch(word.begin(), word.end(), entry.begin(), entry.end());
    const auto common = static_cast<std::size_t>(differ.second - entry.begin());
    if (common <= common_most) continue;
    best = entry;
    common_most = common;
  }
  return best;
}

// The names are too many to list: the most like it, and where they all stand.
Error unknown_limit(const std::string& name) {
  std::vector<std::string_view> names;
  for (const LimitName& limit : limit_names()) names.push_back(limit.name);
  std::string meant = nearest(name, names);
  if (meant.empty()) meant = begins_alike(name, names);
  return {ErrorCode::kInvalidInput, fmt::format("--limit: there is no limit \"{}\"", name),
          (meant.empty() ? "" : fmt::format("Did you mean {}? ", meant)) +
              "All are in the man page under LIMITS: pugmark man | man -l -"};
}

std::optional<Moment> moment_of(const std::string& text) {
  constexpr std::int64_t kDayNs = 86'400'000'000'000;
  if (const auto day = parse_time(text + "T00:00:00Z"); day && text.size() == 10)
    return Moment{day->time, {day->time.ns_since_1970 + kDayNs}};
  const auto parsed = parse_time(text);
  if (!parsed) return std::nullopt;
  return Moment{parsed->time, {parsed->time.ns_since_1970 + last_digit_ns(parsed->precision)}};
}

Result<std::optional<Moment>> moment_flag(const ParsedLine& line, const std::string& flag) {
  if (!line.has(flag)) return std::optional<Moment>();
  const auto moment = moment_of(line.flag(flag));
  if (moment) return moment;
  return Error{ErrorCode::kInvalidInput,
               fmt::format("--{}: \"{}\" is no time", flag, line.flag(flag)),
               "Write it as 2021-03-14 or 2021-03-14T06:40:10Z."};
}

}  // namespace

std::optional<Level> level_of(const ParsedLine& line, const std::string& flag) {
  return level_from_string(line.flag(flag));
}

Result<Filter> filter_of(const ParsedLine& line) {
  Filter filter;
  filter.level_min = level_of(line, "level");
  filter.rule = line.flag("rule");
  filter.computer = line.flag("computer");
  filter.item = line.flag("item");
  filter.verdict_min = file_verdict_from_string(line.flag("verdict"));
  if (line.has("limit")) {
    const auto limit = number_of(line.flag("limit"));
    if (!limit) return wrong_number("limit", line.flag("limit"));
    if (*limit == 0)
      return Error{ErrorCode::kInvalidInput, "--limit: 0 rows would show nothing",
                   "Leave it out for all."};
    filter.limit = *limit;
  }
  if (line.command->name == "export") return filter;  // its --to names a format
  const Result<std::optional<Moment>> from = moment_flag(line, "from");
  if (!from.ok()) return from.error();
  const Result<std::optional<Moment>> to = moment_flag(line, "to");
  if (!to.ok()) return to.error();
  if (from.value()) filter.from = from.value()->begin;
  if (to.value()) filter.before = to.value()->end;
  return filter;
}

Result<unsigned> threads_of(const ParsedLine& line) {
  constexpr std::uint64_t kThreadsMax = 4'096;
  if (!line.has("threads")) return 0U;
  const auto count = number_of(line.flag("threads"));
  if (!count) return wrong_number("threads", line.flag("threads"));
  if (*count > kThreadsMax) {
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("--threads: {} is more than {}", *count, kThreadsMax),
                 "Leave it out for as many as there are cores."};
  }
  return static_cast<unsigned>(*count);
}

Result<Limits> limits_of(const ParsedLine& line) {
  Limits limits;
  for (const std::string& text : line.all("limit")) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    std::uint64_t Limits::*member = nullptr;
    std::uint64_t most = 0;
    for (const LimitName& limit : limit_names()) {
      if (limit.name != name) continue;
      member = limit.member;
      most = limit.most;
    }
    if (member == nullptr) return unknown_limit(name);
    if (equals == std::string::npos) {
      return Error{ErrorCode::kInvalidInput, fmt::format("--limit: \"{}\" is not NAME=VALUE", text),
                   "The value is a whole number in decimal digits."};
    }
    const auto value = number_of(text.substr(equals + 1));
    if (!value) return wrong_number("limit", text.substr(equals + 1));
    if (*value > most) {
      return Error{ErrorCode::kInvalidInput, fmt::format("--limit: {} is too large", text),
                   fmt::format("{} may be at most {}.", name, most)};
    }
    limits.*member = *value;
  }
  return limits;
}

void note_empty_folders(const std::vector<std::string>& folders,
                        const std::vector<std::string>& yara_folders, const Console& console) {
  for (const std::string& folder : yara_folders)
    console.note(fmt::format("{}: no YARA rule is in it, no file named .yar or .yara", folder));
  for (const std::string& folder : folders)
    console.note(fmt::format("{}: no rule is in it, no file named .yml or .yaml", folder));
}

std::string default_rules_folder() {
  if (const char* folder = std::getenv("PUGMARK_RULES"); folder != nullptr && *folder != '\0')
    return folder;
  std::error_code failed;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) return {};
  // Installed, and in the build tree.
  for (const std::filesystem::path& folder :
       {program.parent_path().parent_path() / "share/pugmark/rules",
        program.parent_path() / "rules"}) {
    if (std::filesystem::is_directory(folder, failed)) return folder.string();
  }
  return {};
}

}  // namespace pugmark
