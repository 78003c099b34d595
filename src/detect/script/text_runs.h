#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "detect/script/script_text.h"

namespace pugmark::script {

// Where text of several bytes a character begins, and how many bytes of a byte order mark stand
// there.
struct WideRun {
  std::size_t begin = 0;
  std::size_t mark_bytes = 0;
  Encoding encoding = Encoding::kUtf16Le;
};

constexpr bool is_big_endian(Encoding encoding) {
  return encoding == Encoding::kUtf16Be || encoding == Encoding::kUtf32Be;
}

// The byte order mark of UTF-16 or UTF-32.
std::string_view mark_of(Encoding encoding);

// One code unit; the caller has checked that it lies inside `bytes`.
char32_t utf16_unit(std::string_view bytes, std::size_t at, Encoding encoding);
char32_t utf32_unit(std::string_view bytes, std::size_t at, Encoding encoding);

// True for ASCII that scripts are made of: what can be seen, blanks and line ends.
constexpr bool is_plain_ascii(char32_t c) {
  return (c >= 0x20 && c < 0x7F) || (c >= 0x09 && c <= 0x0D);
}

// True if the next kRunBytesMin bytes are there, begin with plain ASCII and hold a lot of it.
bool looks_like_utf16(std::string_view bytes, std::size_t at, Encoding encoding);
bool looks_like_utf32(std::string_view bytes, std::size_t at, Encoding encoding);

// What the file as a whole seems to begin as: by its byte order mark or its pattern of zero bytes.
std::optional<WideRun> wide_run_at_start(std::string_view bytes);

// The first one at or behind `from`. Linear in the bytes passed over.
std::optional<WideRun> find_wide_run(std::string_view bytes, std::size_t from);

// [from, to) are without a zero byte, inside text of several bytes a character, and a character
// begins at `from`. Where single-byte text begins in there; npos if it does not.
std::size_t find_narrow_run(std::string_view bytes, std::size_t from, std::size_t to);

}  // namespace pugmark::script
