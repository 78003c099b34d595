#include "casefile/sqlite/text_list.h"

#include <fmt/format.h>

#include "base/text.h"

namespace pugmark::sqlite {
namespace {

void append_unit(std::uint32_t unit, std::string& out) { out += fmt::format("\\u{:04x}", unit); }

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    const char32_t c = next_code_point(text, at);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c >= 0x20 && c < 0x7F) {
      out += static_cast<char>(c);
    } else if (c < 0x10000) {
      append_unit(c, out);
    } else {
      append_unit(0xD800 + ((c - 0x10000) >> 10U), out);
      append_unit(0xDC00 + ((c - 0x10000) & 0x3FFU), out);
    }
  }
  out += '"';
}

std::optional<char32_t> take_unit(std::string_view& json) {
  if (json.size() < 4) return std::nullopt;
  char32_t unit = 0;
  for (const char digit : json.substr(0, 4)) {
    const bool decimal = digit >= '0' && digit <= '9';
    if (!decimal && (digit < 'a' || digit > 'f')) return std::nullopt;
    unit = unit * 16 + static_cast<char32_t>(decimal ? digit - '0' : digit - 'a' + 10);
  }
  json.remove_prefix(4);
  return unit;
}

// What stands after a backslash.
bool take_escape(std::string_view& json, std::string& out) {
  const char kind = json.empty() ? '\0' : json.front();
  if (kind == '\0') return false;
  json.remove_prefix(1);
  if (kind == '"' || kind == '\\') {
    out += kind;
    return true;
  }
  if (kind != 'u') return false;
  const std::optional<char32_t> high = take_unit(json);
  if (!high) return false;
  char32_t code_point = *high;
  if (*high >= 0xD800 && *high <= 0xDBFF) {
    if (!json.starts_with("\\u")) return false;
    json.remove_prefix(2);
    const std::optional<char32_t> low = take_unit(json);
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
    code_point = 0x10000 + ((*high - 0xD800) << 10U) + (*low - 0xDC00);
  }
  append_utf8(code_point, out);
  return true;
}

bool take_quoted(std::string_view& json, std::string& out) {
  if (!json.starts_with('"')) return false;
  json.remove_prefix(1);
  while (!json.empty() && json.front() != '"') {
    const char c = json.front();
    json.remove_prefix(1);
    if (c == '\\') {
      if (!take_escape(json, out)) return false;
    } else if (c < 0x20 || c == 0x7F) {
      return false;  // also every byte above 0x7F where char is signed
    } else {
      out += c;
    }
  }
  if (json.empty()) return false;
  json.remove_prefix(1);
  return true;
}

}  // namespace

std::string text_list_to_json(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ',';
    append_quoted(text, out);
  }
  out += ']';
  return out;
}

std::optional<std::vector<std::string>> text_list_from_json(std::string_view json) {
  std::vector<std::string> texts;
  if (json == "[]") return texts;
  if (!json.starts_with('[')) return std::nullopt;
  do {
    json.remove_prefix(1);
    if (!take_quoted(json, texts.emplace_back())) return std::nullopt;
  } while (json.starts_with(','));
  if (json != "]") return std::nullopt;
  return texts;
}

}  // namespace pugmark::sqlite
