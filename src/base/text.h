#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pugmark {

// Unicode simple case folding of one code point (CaseFolding.txt, status C and S). Locale-free.
// Values above U+10FFFF come back unchanged. Thread-safe.
char32_t fold_case(char32_t code_point);

// Case-folded UTF-8. Bytes that are not well-formed UTF-8 are kept as they are, so that two texts
// with the same damage still compare equal. `append_folded` adds to `out`, which may not be a view
// of `text`. Thread-safe.
void append_folded(std::string_view text, std::string& out);
std::string folded(std::string_view text);

// Reads one code point of UTF-8 at `text[at]` and moves `at` behind it. A byte that does not begin
// a well-formed sequence is taken alone and returned as 0xDC00 + byte, a lone surrogate no
// well-formed text contains, so that no damage compares equal to a character.
char32_t next_code_point(std::string_view text, std::size_t& at);

// Appends a code point as UTF-8. 0xDC80..0xDCFF (see next_code_point) become the single byte again;
// other surrogates and values above U+10FFFF become U+FFFD.
void append_utf8(char32_t code_point, std::string& out);

bool is_valid_utf8(std::string_view text);
bool is_ascii(std::string_view text);

// UTF-16LE bytes to UTF-8, appended. An unpaired surrogate becomes U+FFFD; an odd last byte is
// left out. Nothing else is changed: no trimming, no cut at NUL (the caller decides).
void append_utf16le(std::string_view utf16le_bytes, std::string& out);

// Windows-1252 to UTF-8, appended; the five undefined bytes become their C1 code points.
void append_windows1252(std::string_view text, std::string& out);

// Text from evidence, made safe to show: control characters, line breaks, bidirectional overrides,
// zero-width and other invisible characters and malformed bytes appear as \n, \t, \x1b, \u{202e}.
// A backslash stays as it is: paths must remain readable.
std::string escaped(std::string_view text);

// ASCII lower case, for keywords of file formats only; texts of events use fold_case.
std::string ascii_lower(std::string_view text);
bool equal_ascii_nocase(std::string_view a, std::string_view b);

}  // namespace pugmark
