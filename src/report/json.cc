#include "report/json.h"

#include <fmt/format.h>

#include "base/text.h"

namespace pugmark {
namespace {

void append_unit(std::uint32_t unit, std::string& out) { out += fmt::format("\\u{:04x}", unit); }

// `piece`: the bytes of one character outside ASCII, or one damaged byte.
void append_character(std::string_view piece, char32_t code_point, std::string& out) {
  const std::string shown = escaped(piece);
  if (shown == piece) {
    out += piece;
  } else if (code_point >= 0xDC00 && code_point <= 0xDCFF) {
    out += '\\';
    out += shown;
  } else if (code_point < 0x10000) {
    append_unit(code_point, out);
  } else {
    append_unit(0xD800 + ((code_point - 0x10000) >> 10U), out);
    append_unit(0xDC00 + ((code_point - 0x10000) & 0x3FFU), out);
  }
}

}  // namespace

void append_json_text(std::string_view text, std::string& out) {
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) >= 0x80) {
      const std::size_t begin = at;
      const char32_t code_point = next_code_point(text, at);
      append_character(text.substr(begin, at - begin), code_point, out);
      continue;
    }
    ++at;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == 0x7F) {
      append_unit(static_cast<std::uint32_t>(c), out);
    } else {
      out += c;
    }
  }
  out += '"';
}

void JsonObject::key(std::string_view name) {
  if (body_.size() > 1) body_ += ',';
  append_json_text(name, body_);
  body_ += ':';
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  key(name);
  append_json_text(value, body_);
  return *this;
}

JsonObject& JsonObject::text_or_null(std::string_view name, std::string_view value) {
  return value.empty() ? null(name) : text(name, value);
}

JsonObject& JsonObject::number(std::string_view name, std::uint64_t value) {
  return raw(name, fmt::format("{}", value));
}

JsonObject& JsonObject::number_or_null(std::string_view name, std::uint64_t value) {
  return value == 0 ? null(name) : number(name, value);
}

JsonObject& JsonObject::signed_number(std::string_view name, std::int64_t value) {
  return raw(name, fmt::format("{}", value));
}

JsonObject& JsonObject::flag(std::string_view name, bool value) {
  return raw(name, value ? "true" : "false");
}

JsonObject& JsonObject::null(std::string_view name) { return raw(name, "null"); }

JsonObject& JsonObject::list(std::string_view name, const std::vector<std::string>& values) {
  std::vector<std::string> quoted(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) append_json_text(values[i], quoted[i]);
  return raw(name, json_list(quoted));
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view json) {
  key(name);
  body_ += json;
  return *this;
}

std::string json_list(const std::vector<std::string>& values) {
  return fmt::format("[{}]", fmt::join(values, ","));
}

}  // namespace pugmark
