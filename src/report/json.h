#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pugmark {

// Appends a JSON string (RFC 8259). Control, bidirectional and invisible characters are written as
// \uXXXX, so that the line is harmless on a terminal and the value comes back unchanged. A byte
// that is not well-formed UTF-8, which JSON cannot hold, becomes the text \xNN, as in escaped().
void append_json_text(std::string_view text, std::string& out);

// One JSON object, its keys in the order of the calls. Keys are our own words.
class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value);
  JsonObject& text_or_null(std::string_view key, std::string_view value);  // "" is null
  JsonObject& number(std::string_view key, std::uint64_t value);
  JsonObject& number_or_null(std::string_view key, std::uint64_t value);  // 0 is null
  JsonObject& signed_number(std::string_view key, std::int64_t value);
  JsonObject& flag(std::string_view key, bool value);
  JsonObject& null(std::string_view key);
  JsonObject& list(std::string_view key, const std::vector<std::string>& values);
  // `json` is a JSON value already.
  JsonObject& raw(std::string_view key, std::string_view json);

  std::string str() const { return body_ + "}"; }

 private:
  void key(std::string_view name);
  std::string body_ = "{";
};

// "[a,b]" of values that are JSON already.
std::string json_list(const std::vector<std::string>& values);

}  // namespace pugmark
