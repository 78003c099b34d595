#include "detect/script/script_text_twin.h"

#include <string_view>

#include "base/text.h"
#include "detect/script/text_runs.h"

namespace pugmark::script {
namespace {

char32_t unit(std::string_view bytes, bool is_big) {
  char32_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    value = value << 8U | static_cast<unsigned char>(bytes[is_big ? i : bytes.size() - 1 - i]);
  return value;
}

bool is_malformed(char32_t c) { return (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF; }

bool is_pair(char32_t high, char32_t low, char32_t c) {
  return high >= 0xD800 && high < 0xDC00 && low >= 0xDC00 && low < 0xE000 &&
         c == 0x10000 + ((high - 0xD800) << 10U) + (low - 0xDC00);
}

// Whether `bytes`, which are those of one character, can stand for `shown` in some encoding.
bool can_stand_for(std::string_view bytes, std::string_view shown) {
  if (bytes == shown) return true;
  if (bytes.size() == 1) return shown == "?";  // cut off
  std::size_t at = 0;
  const char32_t c = next_code_point(shown, at);
  for (const bool is_big : {false, true}) {
    const char32_t value = unit(bytes, is_big);
    if (value == c || (is_malformed(value) && c == U'?')) return true;
    if (bytes.size() == 4 &&
        is_pair(unit(bytes.substr(0, 2), is_big), unit(bytes.substr(2), is_big), c))
      return true;
  }
  return false;
}

// A byte order mark may stand behind a character, where the encoding changes.
bool can_stand_for_with_mark(std::string_view bytes, std::string_view shown) {
  if (can_stand_for(bytes, shown)) return true;
  for (const Encoding encoding :
       {Encoding::kUtf16Le, Encoding::kUtf16Be, Encoding::kUtf32Le, Encoding::kUtf32Be}) {
    const std::string_view mark = mark_of(encoding);
    if (bytes.ends_with(mark) && can_stand_for(bytes.substr(0, bytes.size() - mark.size()), shown))
      return true;
  }
  return false;
}

// Single-byte text is not divided into characters: byte by byte it stands for itself.
std::size_t character_bytes(std::string_view view, std::size_t at, const ScriptText& text) {
  std::size_t end = at;
  next_code_point(view, end);
  const std::uint64_t begin = text.offset_of(at);
  return end - at > 1 && text.offset_of(at + 1) == begin + 1 ? 1 : end - at;
}

std::string at_place(std::string_view what, std::size_t at) {
  return std::string(what) + " at " + std::to_string(at);
}

}  // namespace

std::string disagreement(Bytes bytes, const ScriptText& text) {
  const std::string_view all = as_text(bytes);
  const std::string_view view = text.view();
  if (text.offset_of(view.size()) != all.size() && !view.empty())
    return "the end is not the end of the bytes";
  for (std::size_t at = 0; at < view.size();) {
    const std::size_t length = character_bytes(view, at, text);
    const std::uint64_t begin = text.offset_of(at);
    const std::uint64_t end = text.offset_of(at + length);
    if (end <= begin || end > all.size()) return at_place("offsets do not advance", at);
    for (std::size_t i = 1; i < length; ++i) {
      if (text.offset_of(at + i) != begin) return at_place("a character begins twice", at);
    }
    if (!can_stand_for_with_mark(all.substr(begin, end - begin), view.substr(at, length)))
      return at_place("another character", at);
    at += length;
  }
  return "";
}

}  // namespace pugmark::script
