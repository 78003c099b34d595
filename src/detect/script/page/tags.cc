#include "detect/script/page/tags.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace pugmark::script {
namespace {

// Reading on in vain for longer than this is not tried again inside what was read.
constexpr std::size_t kVainBytesMax = 256;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool ends_attribute_name(char c) {
  return is_blank(c) || c == '=' || c == '>' || c == '/' || c == '<' || c == '"' || c == '\'';
}

void keep(std::string_view name, std::string_view value, Attributes& out,
          std::uint64_t& left_out_count) {
  if (out.size() >= Page::kTagAttributesMax) {
    ++left_out_count;
    return;
  }
  out.emplace_back(name, value);
}

// The name of an attribute and the '=' behind it, if there is one.
std::string_view read_name(std::string_view text, std::size_t& at, bool& has_value) {
  const std::size_t begin = at;
  while (at < text.size() && !ends_attribute_name(text[at])) ++at;
  const std::string_view name = text.substr(begin, at - begin);
  const std::size_t behind = skip_blanks(text, at);
  has_value = behind < text.size() && text[behind] == '=';
  if (has_value) at = skip_blanks(text, behind + 1);
  return name;
}

struct NamedLanguage {
  std::string_view name;
  Language language;
};

// Names in lower case, without "text/", ".encode" and version numbers.
constexpr std::array<NamedLanguage, 21> kLanguages = {{
    {"vbscript", Language::kVbScript},  {"vbs", Language::kVbScript},
    {"vb", Language::kVisualBasic},     {"visualbasic", Language::kVisualBasic},
    {"jscript", Language::kJScript},    {"javascript", Language::kJScript},
    {"js", Language::kJScript},         {"ecmascript", Language::kJScript},
    {"livescript", Language::kJScript}, {"c#", Language::kCSharp},
    {"cs", Language::kCSharp},          {"csharp", Language::kCSharp},
    {"java", Language::kJava},          {"vj#", Language::kJava},
    {"vjs", Language::kJava},           {"php", Language::kPhp},
    {"perl", Language::kPerl},          {"perlscript", Language::kPerl},
    {"python", Language::kPython},      {"cfscript", Language::kCfScript},
    {"cfml", Language::kCfml},
}};

std::string_view entity_value(std::string_view name, const Entities& entities) {
  for (const auto& [known, value] : entities)
    if (known == name) return value;
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kAlways = {
      {{"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}}};
  for (const auto& [known, value] : kAlways)
    if (known == name) return value;
  return {};
}

// "#65", "#x41" as a character; 0 if it is none.
char32_t numbered_character(std::string_view name) {
  const bool is_hexadecimal = name.size() > 2 && (name[1] == 'x' || name[1] == 'X');
  const std::string_view digits = name.substr(is_hexadecimal ? 2 : 1);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value,
                                            is_hexadecimal ? 16 : 10);
  return error == std::errc() && end == digits.data() + digits.size() ? value : 0;
}

}  // namespace

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_blank(c); });
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(skip_blanks(text, 0));
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool has_word_at(std::string_view text, std::size_t at, std::string_view word) {
  if (at > text.size() || text.size() - at < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (lower(text[at + i]) != word[i]) return false;
  return true;
}

void read_attributes(std::string_view text, Attributes& out, std::uint64_t& left_out_count) {
  for (std::size_t at = skip_blanks(text, 0); at < text.size(); at = skip_blanks(text, at)) {
    bool has_value = false;
    const std::string_view name = read_name(text, at, has_value);
    if (name.empty() && !has_value) {
      ++at;
      continue;
    }
    std::string_view value;
    if (has_value && at < text.size() && (text[at] == '"' || text[at] == '\'')) {
      const std::size_t end = std::min(text.find(text[at], at + 1), text.size());
      value = text.substr(at + 1, end - at - 1);
      at = std::min(end + 1, text.size());
    } else if (has_value) {
      const std::size_t begin = at;
      while (at < text.size() && !is_blank(text[at])) ++at;
      value = text.substr(begin, at - begin);
    }
    keep(name, value, out, left_out_count);
  }
}

std::optional<std::string_view> attribute(const Attributes& attributes, std::string_view name) {
  for (const auto& [known, value] : attributes)
    if (equal_ascii_nocase(known, name)) return value;
  return std::nullopt;
}

std::string without_entities(std::string_view text) {
  std::size_t growth_left = 0;
  return without_entities(text, {}, growth_left);
}

std::string without_entities(std::string_view text, const Entities& entities,
                             std::size_t& growth_left) {
  constexpr std::size_t kNameBytesMax = 64;
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t mark = std::min(text.find('&', at), text.size());
    out.append(text, at, mark - at);
    at = mark;
    if (at == text.size()) break;
    const std::size_t end = text.substr(at, kNameBytesMax).find(';');
    const std::string_view name =
        end == std::string_view::npos ? std::string_view() : text.substr(at + 1, end - 1);
    const char32_t numbered = name.size() > 1 && name[0] == '#' ? numbered_character(name) : 0;
    const std::string_view named =
        numbered != 0 ? std::string_view() : entity_value(name, entities);
    const std::size_t growth = named.size() - std::min(named.size(), end + 1);
    if ((numbered == 0 && named.empty()) || growth > growth_left) {
      out += text[at++];
      continue;
    }
    growth_left -= growth;
    if (numbered != 0) append_utf8(numbered, out);
    out += named;
    at += end + 1;
  }
  return out;
}

bool runs_at_server(const Attributes& attributes) {
  const auto value = attribute(attributes, "runat");
  if (!value) return false;
  if (value->find('&') == std::string_view::npos)
    return equal_ascii_nocase(trimmed(*value), "server");
  return equal_ascii_nocase(trimmed(without_entities(*value)), "server");
}

std::optional<Language> language_of(std::string_view name, PageKind kind) {
  std::string plain = ascii_lower(trimmed(without_entities(name)));
  if (plain.starts_with("text/")) plain.erase(0, 5);
  if (plain.ends_with(".encode")) plain.resize(plain.size() - 7);
  // "javascript1.2", "c#v3.5"
  const std::size_t behind_name = plain.find_last_not_of("0123456789.") + 1;
  if (behind_name < plain.size()) plain.resize(behind_name);
  if (plain == "c#v") plain = "c#";
  for (const NamedLanguage& known : kLanguages) {
    if (known.name != plain) continue;
    const bool is_basic =
        known.language == Language::kVbScript || known.language == Language::kVisualBasic;
    if (is_basic && kind == PageKind::kAsp) return Language::kVbScript;
    if (is_basic && kind == PageKind::kAspNet) return Language::kVisualBasic;
    return known.language;
  }
  return std::nullopt;
}

// A quoted value may hold code, which may hold the same quote.
std::size_t TagReader::end_of_quoted(std::size_t at, char quote) {
  Finder& quotes = quote == '"' ? double_quotes_ : single_quotes_;
  while (true) {
    const std::size_t end = quotes.next(at);
    if (end == kNoPlace) return kNoPlace;
    if (escapes_ && end > at && text_[end - 1] == '\\') {
      at = end + 1;
      continue;
    }
    const std::size_t code = code_.next(at);
    if (code == kNoPlace || code > end) return end;
    const std::size_t behind = code_ends_.next(code);
    if (behind == kNoPlace) return end;
    at = behind + 2;
  }
}

bool TagReader::skip_value(std::size_t& at, std::string_view& value) {
  if (at >= text_.size()) return false;
  const std::size_t begin = at;
  const char first = text_[at];
  if (first == '"' || first == '\'') {
    const std::size_t end = end_of_quoted(at + 1, first);
    if (end == kNoPlace) return false;
    value = text_.substr(begin + 1, end - begin - 1);
    at = end + 1;
    return true;
  }
  while (at < text_.size() && !is_blank(text_[at]) && text_[at] != '>') {
    if (text_.substr(at, 2) == "/>") break;
    if (text_.substr(at, 2) == "<%") {
      const std::size_t end = code_ends_.next(at);
      if (end == kNoPlace) return false;
      at = end + 1;
    } else if (text_[at] == '<') {
      return false;
    }
    ++at;
  }
  value = text_.substr(begin, at - begin);
  return true;
}

// Up to the '>', which `at` then stands behind.
bool TagReader::read_attributes_of(std::size_t& at, PageTag& tag, std::uint64_t& left_out_count) {
  while (true) {
    at = skip_blanks(text_, at);
    if (at >= text_.size()) return false;
    if (text_[at] == '>') {
      ++at;
      return true;
    }
    if (text_[at] == '/') {
      ++at;
      continue;
    }
    if (text_.substr(at, 2) == "<%") {  // code that may write an attribute
      at = code_ends_.next(at);
      if (at == kNoPlace) return false;
      at += 2;
      continue;
    }
    bool has_value = false;
    const std::string_view name = read_name(text_, at, has_value);
    if (name.empty() && !has_value) return false;  // '<', or a quote out of place
    std::string_view value;
    if (has_value && !skip_value(at, value)) return false;
    keep(name, value, tag.attributes, left_out_count);
  }
}

bool TagReader::read(std::size_t at, PageTag& tag, std::uint64_t& left_out_count) {
  if (at < nothing_before_) return false;
  tag.attributes.clear();
  tag.is_closing = at + 1 < text_.size() && text_[at + 1] == '/';
  const std::size_t name_begin = at + (tag.is_closing ? 2 : 1);
  std::size_t end = name_begin;
  while (end < text_.size() && is_name_character(text_[end])) ++end;
  tag.name = text_.substr(name_begin, end - name_begin);
  if (tag.name.empty() || !is_letter(tag.name[0])) return false;
  std::uint64_t left_out = 0;
  const bool is_tag = read_attributes_of(end, tag, left_out);
  if (!is_tag) {
    if (end == kNoPlace) end = text_.size();
    if (end - at > kVainBytesMax) nothing_before_ = end;
    return false;
  }
  nothing_before_ = end;  // what stands in an attribute is no tag
  left_out_count += left_out;
  tag.begin = static_cast<std::uint32_t>(at);
  tag.length = static_cast<std::uint32_t>(end - at);
  return true;
}

}  // namespace pugmark::script
