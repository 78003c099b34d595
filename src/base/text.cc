#include "base/text.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <array>
#include <cstring>
#include <memory>

namespace pugmark {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kDamagedByte = 0xDC00;

// Folding of the Basic Multilingual Plane, looked up for every non-ASCII character of every text:
// a table of 128 KiB built once is about ten times faster than asking ICU each time.
struct FoldTable {
  std::array<char16_t, 0x10000> to;
  FoldTable() {
    for (std::uint32_t c = 0; c < to.size(); ++c) {
      const UChar32 folded = u_foldCase(static_cast<UChar32>(c), U_FOLD_CASE_DEFAULT);
      to[c] = folded < 0x10000 ? static_cast<char16_t>(folded) : static_cast<char16_t>(c);
    }
  }
};

const FoldTable& fold_table() {
  static const std::unique_ptr<const FoldTable> table = std::make_unique<FoldTable>();
  return *table;
}

bool is_continuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

// Length and first bits of a sequence by its lead byte; 0 for a byte that cannot lead.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

// Overlong forms, surrogates and values above U+10FFFF are not well formed (Unicode, table 3-7).
bool is_allowed(char32_t value, std::size_t length) {
  if (length == 3) return value >= 0x800 && (value < 0xD800 || value > 0xDFFF);
  if (length == 4) return value >= 0x10000 && value <= 0x10FFFF;
  return true;
}

// Characters that change how the text around them looks, or are not seen at all.
bool is_invisible(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD) return true;
  if (c < 0x300) return false;
  const auto category = u_charType(static_cast<UChar32>(c));
  return category == U_FORMAT_CHAR || category == U_CONTROL_CHAR || category == U_SURROGATE ||
         category == U_LINE_SEPARATOR || category == U_PARAGRAPH_SEPARATOR ||
         category == U_UNASSIGNED || category == U_PRIVATE_USE_CHAR ||
         u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}

constexpr std::uint64_t kHighBits = 0x8080808080808080;

std::uint64_t eight_bytes(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Folds the whole groups of eight ASCII characters `text` begins with; returns their bytes.
std::size_t append_folded_ascii(std::string_view text, std::string& out) {
  std::size_t length = 0;
  while (text.size() - length >= 8 && (eight_bytes(text.data() + length) & kHighBits) == 0)
    length += 8;
  const std::size_t begin = out.size();
  out.resize(begin + length);
  for (std::size_t at = 0; at < length; at += 8) {
    std::uint64_t word = eight_bytes(text.data() + at);
    // The high bit of each byte: set by the first sum from 'A' on, by the second behind 'Z'.
    const std::uint64_t from_a = word + 0x3F3F3F3F3F3F3F3F;
    const std::uint64_t behind_z = word + 0x2525252525252525;
    word |= (from_a & ~behind_z & kHighBits) >> 2U;
    std::memcpy(out.data() + begin + at, &word, sizeof word);
  }
  return length;
}

}  // namespace

char32_t fold_case(char32_t code_point) {
  if (code_point < 0x80)
    return code_point >= 'A' && code_point <= 'Z' ? code_point + 32 : code_point;
  if (code_point < 0x10000) return fold_table().to[code_point];
  if (code_point > 0x10FFFF) return code_point;
  return static_cast<char32_t>(
      u_foldCase(static_cast<UChar32>(code_point), U_FOLD_CASE_DEFAULT));
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = sequence_length(lead);
  if (length == 1) {
    ++at;
    return lead;
  }
  if (length == 0 || text.size() - at < length) {
    ++at;
    return kDamagedByte + lead;
  }
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if (!is_continuation(byte)) {
      ++at;
      return kDamagedByte + lead;
    }
    value = (value << 6U) | (byte & 0x3FU);
  }
  if (!is_allowed(value, length)) {
    ++at;
    return kDamagedByte + lead;
  }
  at += length;
  return value;
}

void append_utf8(char32_t c, std::string& out) {
  if (c < 0x80) {
    out += static_cast<char>(c);
    return;
  }
  if (c >= kDamagedByte + 0x80 && c <= kDamagedByte + 0xFF) {
    out += static_cast<char>(c - kDamagedByte);
    return;
  }
  if ((c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) c = kReplacement;
  if (c < 0x800) {
    out += static_cast<char>(0xC0U | (c >> 6U));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0U | (c >> 12U));
    out += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | (c >> 18U));
    out += static_cast<char>(0x80U | ((c >> 12U) & 0x3FU));
    out += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
  }
  out += static_cast<char>(0x80U | (c & 0x3FU));
}

void append_folded(std::string_view text, std::string& out) {
  std::size_t at = 0;
  while (at < text.size()) {
    at += append_folded_ascii(text.substr(at), out);
    // What ends a run of whole words: at most one word of ASCII, or one character.
    for (int i = 0; i < 8 && at < text.size(); ++i) {
      if (static_cast<unsigned char>(text[at]) >= 0x80) {
        append_utf8(fold_case(next_code_point(text, at)), out);
        break;
      }
      const char c = text[at++];
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
  }
}

bool is_ascii(std::string_view text) {
  std::size_t at = 0;
  std::uint64_t all = 0;
  for (; text.size() - at >= 8; at += 8) all |= eight_bytes(text.data() + at);
  for (; at < text.size(); ++at) all |= static_cast<unsigned char>(text[at]);
  return (all & kHighBits) == 0;
}

std::string folded(std::string_view text) {
  std::string out;
  append_folded(text, out);
  return out;
}

bool is_valid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    // Most text is ASCII: eight characters at a time.
    if (text.size() - at >= 8 && (eight_bytes(text.data() + at) & kHighBits) == 0) {
      at += 8;
      continue;
    }
    const char32_t c = next_code_point(text, at);
    if (c >= kDamagedByte + 0x80 && c <= kDamagedByte + 0xFF) return false;
  }
  return true;
}

void append_utf16le(std::string_view bytes, std::string& out) {
  const std::size_t units = bytes.size() / 2;
  const auto unit = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(bytes[2 * i]) |
                                 static_cast<unsigned>(static_cast<unsigned char>(bytes[2 * i + 1]))
                                     << 8U);
  };
  for (std::size_t i = 0; i < units; ++i) {
    char32_t c = unit(i);
    if (c >= 0xD800 && c <= 0xDBFF && i + 1 < units) {
      const char32_t low = unit(i + 1);
      if (low >= 0xDC00 && low <= 0xDFFF) {
        c = 0x10000 + ((c - 0xD800) << 10U) + (low - 0xDC00);
        ++i;
      }
    }
    append_utf8(c >= 0xD800 && c <= 0xDFFF ? kReplacement : c, out);
  }
}

void append_windows1252(std::string_view text, std::string& out) {
  // 0x80 to 0x9F of the code page; zero where it has no character.
  constexpr std::array<char16_t, 32> kHigh = {
      0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
      0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
      0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    char32_t code_point = byte;
    if (byte >= 0x80 && byte < 0xA0 && kHigh[byte - 0x80U] != 0) code_point = kHigh[byte - 0x80U];
    append_utf8(code_point, out);
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const char32_t c = next_code_point(text, at);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c >= kDamagedByte && c <= kDamagedByte + 0xFF) {
      out += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(c - kDamagedByte));
    } else if (c < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(c));
    } else if (is_invisible(c)) {
      out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c));
    } else {
      append_utf8(c, out);
    }
  }
  return out;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

bool equal_ascii_nocase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace pugmark
