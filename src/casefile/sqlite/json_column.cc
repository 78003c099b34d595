#include "casefile/sqlite/json_column.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>

#include "base/text.h"
#include "casefile/sqlite/schema.h"

namespace pugmark::sqlite {
namespace {

void append_unit(std::uint32_t unit, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (unsigned shift = 16; shift > 0;) out += kDigits[(unit >> (shift -= 4)) & 0xFU];
}

// Bytes no JSON text can hold, 0x00 (where SQLite would end the text) and what is not well-formed
// UTF-8, stand as characters of the private use area: a lone surrogate would make text that other
// programs refuse to read.
constexpr char32_t kByteMark = 0xEF00;
bool is_byte_mark(char32_t c) { return c == kByteMark || (c >= 0xEF80 && c <= 0xEFFF); }

// `text` is the UTF-8 of `c`.
void append_escaped(char32_t c, std::string_view text, std::string& out) {
  if (c == 0 || (c >= 0xDC80 && c <= 0xDCFF) || is_byte_mark(c)) {
    // The marks themselves stand as their bytes.
    for (const char byte : text) append_unit(kByteMark + static_cast<unsigned char>(byte), out);
  } else if (c == '"' || c == '\\') {
    out += '\\';
    out += static_cast<char>(c);
  } else if (c < 0x10000) {
    append_unit(c, out);
  } else {
    append_unit(0xD800 + ((c - 0x10000) >> 10U), out);
    append_unit(0xDC00 + ((c - 0x10000) & 0x3FFU), out);
  }
}

// True for the characters that stand in JSON as they are.
constexpr auto kIsPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

std::size_t plain_end(std::string_view text, std::size_t at) {
  while (at < text.size() && kIsPlain[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = plain_end(text, at);
    out.append(text, at, end - at);
    at = end;
    if (at == text.size()) break;
    const char32_t c = next_code_point(text, at);
    append_escaped(c, text.substr(end, at - end), out);
  }
  out += '"';
}

// A text of evidence, which may be very long. Of one that was cut before, the remark stays.
void append_bounded(std::string_view text, std::string& out) {
  constexpr std::size_t kRemarkBytesMax = 100;
  if (text.size() <= kFindingTextBytesMax + kRemarkBytesMax) return append_quoted(text, out);
  append_quoted(cut_text(text, kFindingTextBytesMax), out);
}

// Takes JSON apart from the front. Every function is false when something else stands there.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view json) : json_(json) {}

  bool at_end() const { return json_.empty(); }
  bool next_is(char c) const { return json_.starts_with(c); }

  bool take(std::string_view word) {
    if (!json_.starts_with(word)) return false;
    json_.remove_prefix(word.size());
    return true;
  }

  bool take_quoted(std::string& out) {
    if (!take("\"")) return false;
    for (;;) {
      const std::size_t end = plain_end(json_, 0);
      out.append(json_, 0, end);
      json_.remove_prefix(end);
      if (take("\"")) return true;
      if (!take("\\") || !take_escape(out)) return false;
    }
  }

  bool take_number(std::uint64_t& out) {
    const auto [end, error] = std::from_chars(json_.data(), json_.data() + json_.size(), out);
    const auto size = static_cast<std::size_t>(end - json_.data());
    if (error != std::errc() || (size > 1 && next_is('0'))) return false;
    json_.remove_prefix(size);
    return true;
  }

 private:
  // What stands after a backslash.
  bool take_escape(std::string& out) {
    for (const char c : {'"', '\\'}) {
      if (!take({&c, 1})) continue;
      out += c;
      return true;
    }
    char32_t code_point = 0;
    if (!take("u") || !take_unit(code_point)) return false;
    if (is_byte_mark(code_point)) {
      out += static_cast<char>(code_point & 0xFFU);
      return true;
    }
    if (code_point >= 0xDC00 && code_point <= 0xDFFF) return false;
    if (code_point >= 0xD800 && code_point <= 0xDBFF) {
      char32_t low = 0;
      if (!take("\\u") || !take_unit(low) || low < 0xDC00 || low > 0xDFFF) return false;
      code_point = 0x10000 + ((code_point - 0xD800) << 10U) + (low - 0xDC00);
    }
    append_utf8(code_point, out);
    return true;
  }

  bool take_unit(char32_t& unit) {
    if (json_.size() < 4) return false;
    for (const char digit : json_.substr(0, 4)) {
      const bool decimal = digit >= '0' && digit <= '9';
      if (!decimal && (digit < 'a' || digit > 'f')) return false;
      unit = unit * 16 + static_cast<char32_t>(decimal ? digit - '0' : digit - 'a' + 10);
    }
    json_.remove_prefix(4);
    return true;
  }

  std::string_view json_;
};

// Far more than Limits::fields_per_event or a rule's comparisons; each takes more memory than text.
constexpr std::size_t kElementsMax = 1'000'000;

// Elements between brackets, with commas between them; `take_one` takes one. The whole text.
template <class Each>
bool take_all(JsonCursor& json, std::string_view open, std::string_view close, Each take_one) {
  if (!json.take(open)) return false;
  if (json.take(close)) return json.at_end();
  for (std::size_t count = 0; count < kElementsMax; ++count) {
    if (!take_one()) return false;
    if (!json.take(",")) return json.take(close) && json.at_end();
  }
  return false;
}

const std::string* value_of(const Fields& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& field) { return field.first == name; });
  return found == fields.end() ? nullptr : &found->second;
}

bool take_because(JsonCursor& json, const Fields& fields, Because& out) {
  if (!json.take("{\"field\":") || !json.take_quoted(out.field) || !json.take(",\"value\":"))
    return false;
  if (json.take("null")) {
    if (value_of(fields, out.field) == nullptr) return false;
    out.is_whole_field = true;
  } else if (!json.take_quoted(out.value)) {
    return false;
  }
  if (!json.take(",\"pattern\":") || !json.take_quoted(out.pattern)) return false;
  if (!json.take(",\"offset_bytes\":")) return false;
  if (!json.take("null") && !json.take_number(out.offset_bytes.emplace())) return false;
  return json.take(",\"reading\":") && json.take_quoted(out.reading) && json.take("}");
}

bool take_number32(JsonCursor& json, std::uint32_t& out) {
  std::uint64_t number = 0;
  if (!json.take_number(number) || number > UINT32_MAX) return false;
  out = static_cast<std::uint32_t>(number);
  return true;
}

bool take_step(JsonCursor& json, FileStep& out) {
  std::string role;
  if (!json.take("{\"role\":") || !json.take_quoted(role)) return false;
  const std::optional<FileStep::Role> known = step_role_from_string(role);
  if (!known) return false;
  out.role = *known;
  return json.take(",\"what\":") && json.take_quoted(out.what) && json.take(",\"text\":") &&
         json.take_quoted(out.text) && json.take(",\"offset_bytes\":") &&
         json.take_number(out.offset_bytes) && json.take(",\"length_bytes\":") &&
         take_number32(json, out.length_bytes) && json.take(",\"layer\":") &&
         take_number32(json, out.layer) && json.take("}");
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
  JsonCursor cursor(json);
  std::vector<std::string> texts;
  const auto take_text = [&] { return cursor.take_quoted(texts.emplace_back()); };
  if (!take_all(cursor, "[", "]", take_text)) return std::nullopt;
  return texts;
}

void fields_to_json(const Fields& fields, std::string& out) {
  out = '{';
  for (const auto& [name, value] : fields) {
    if (out.size() > 1) out += ',';
    append_bounded(name, out);
    out += ':';
    append_bounded(value, out);
  }
  out += '}';
}

std::optional<Fields> fields_from_json(std::string_view json) {
  JsonCursor cursor(json);
  Fields fields;
  const auto take_field = [&] {
    auto& [name, value] = fields.emplace_back();
    return cursor.take_quoted(name) && cursor.take(":") && cursor.take_quoted(value);
  };
  if (!take_all(cursor, "{", "}", take_field)) return std::nullopt;
  return fields;
}

std::string steps_to_json(const std::vector<FileStep>& steps) {
  std::string out = "[";
  for (const FileStep& step : steps) {
    out += out.size() > 1 ? ",{\"role\":" : "{\"role\":";
    append_quoted(to_string(step.role), out);
    out += ",\"what\":";
    append_bounded(step.what, out);
    out += ",\"text\":";
    append_bounded(step.text, out);
    out += fmt::format(",\"offset_bytes\":{},\"length_bytes\":{},\"layer\":{}}}",
                       step.offset_bytes, step.length_bytes, step.layer);
  }
  out += ']';
  return out;
}

std::optional<std::vector<FileStep>> steps_from_json(std::string_view json) {
  JsonCursor cursor(json);
  std::vector<FileStep> steps;
  const auto take_one = [&] { return take_step(cursor, steps.emplace_back()); };
  if (!take_all(cursor, "[", "]", take_one)) return std::nullopt;
  return steps;
}

void because_to_json(const std::vector<Because>& because, const Fields& fields, std::string& out) {
  out = '[';
  for (const Because& one : because) {
    out += out.size() > 1 ? ",{\"field\":" : "{\"field\":";
    append_bounded(one.field, out);
    out += ",\"value\":";
    // Names that are cut could be taken for one another.
    const bool is_cut = one.field.size() > kFindingTextBytesMax;
    const std::string* value =
        is_cut && !one.is_whole_field ? nullptr : value_of(fields, one.field);
    if (value != nullptr && !is_cut && (one.is_whole_field || *value == one.value)) {
      out += "null";
    } else {
      append_bounded(one.is_whole_field && value != nullptr ? *value : one.value, out);
    }
    out += ",\"pattern\":";
    append_quoted(one.pattern, out);
    out += ",\"offset_bytes\":";
    out += one.offset_bytes ? fmt::format_int(*one.offset_bytes).str() : "null";
    out += ",\"reading\":";
    append_quoted(one.reading, out);
    out += '}';
  }
  out += ']';
}

std::optional<std::vector<Because>> because_from_json(std::string_view json, const Fields& fields) {
  JsonCursor cursor(json);
  std::vector<Because> because;
  const auto take_one = [&] { return take_because(cursor, fields, because.emplace_back()); };
  if (!take_all(cursor, "[", "]", take_one)) return std::nullopt;
  return because;
}

}  // namespace pugmark::sqlite
