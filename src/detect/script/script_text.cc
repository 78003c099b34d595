#include "detect/script/script_text.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/text.h"
#include "detect/script/text_runs.h"

namespace pugmark::script {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kRunTextBytesMax =
    1024;  // offset_of() counts on from an entry at most so far
// Zeros and other control characters in text of two bytes a character: each adds its cost, each
// character of text takes one off, and at the limit it is no text any more.
constexpr unsigned kControlCost = 8;
constexpr unsigned kControlLimit = 32;

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

bool is_wide(Encoding encoding) { return encoding >= Encoding::kUtf16Le; }
bool is_utf32(Encoding encoding) {
  return encoding == Encoding::kUtf32Le || encoding == Encoding::kUtf32Be;
}
bool is_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDFFF; }

// Bytes of the UTF-8 sequence that this program wrote itself.
std::size_t sequence_bytes(char lead) {
  const auto value = static_cast<unsigned char>(lead);
  if (value < 0x80) return 1;
  if (value < 0xE0) return 2;
  return value < 0xF0 ? 3 : 4;
}

// Four characters at once, if all of them are ASCII and none is a control character below 0x09.
bool four_of_ascii(const char* bytes, Encoding encoding, char* out) {
  std::uint64_t word = 0;
  static_assert(std::endian::native == std::endian::little,
                "a big-endian machine needs a byte swap here");
  std::memcpy(&word, bytes, sizeof word);
  if (is_big_endian(encoding)) word >>= 8U;
  constexpr std::uint64_t kNotAscii = 0xFF80FF80FF80FF80;
  constexpr std::uint64_t kLowest = 0x0009000900090009;
  constexpr std::uint64_t kSign = 0x8000800080008000;
  if (is_big_endian(encoding) && bytes[0] != '\0') return false;
  if ((word & kNotAscii) != 0 || ((word - kLowest) & kSign) != 0) return false;
  word |= word >> 8U;
  const std::uint64_t packed = (word & 0xFFFFU) | ((word >> 16U) & 0xFFFF0000U);
  const auto four = static_cast<std::uint32_t>(packed);
  std::memcpy(out, &four, sizeof four);
  return true;
}

// What stands from `at` on, where a character begins that is not ASCII, is no longer `encoding`.
// `checked_to`: how far that was looked at.
std::size_t end_of_utf16(std::string_view bytes, std::size_t at, Encoding encoding,
                         std::size_t& checked_to) {
  const std::size_t zero = std::min(bytes.find('\0', at), bytes.size());
  checked_to = zero + 1;
  const std::size_t narrow = find_narrow_run(bytes, at, zero);
  if (narrow != kNone) return narrow;
  if (zero == bytes.size()) return kNone;
  // The zero stands where the other order of bytes has it, or an odd number of bytes is between.
  const bool is_odd = (zero - at) % 2 != 0;
  if (is_odd != is_big_endian(encoding)) return kNone;
  const std::size_t own = zero - (is_odd ? 1 : 0);
  if (looks_like_utf16(bytes, own, encoding)) return kNone;
  const bool is_other = looks_like_utf16(bytes, zero, Encoding::kUtf16Be) ||
                        (zero > at && looks_like_utf16(bytes, zero - 1, Encoding::kUtf16Le));
  if (!is_other) return kNone;
  return zero - at <= ScriptText::kRunBytesMin ? at : own - 2;
}

}  // namespace

std::string_view to_string(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8:
      return "utf-8";
    case Encoding::kUtf8Marked:
      return "utf-8 with mark";
    case Encoding::kUtf16Le:
      return "utf-16le";
    case Encoding::kUtf16Be:
      return "utf-16be";
    case Encoding::kUtf32Le:
      return "utf-32le";
    case Encoding::kUtf32Be:
      return "utf-32be";
  }
  return "";
}

void ScriptText::decode(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  converted_.clear();
  runs_.clear();
  is_mixed_ = false;
  malformed_count_ = 0;
  const std::size_t mark = text.starts_with(kUtf8Mark) ? kUtf8Mark.size() : 0;
  encoding_ = mark > 0 ? Encoding::kUtf8Marked : Encoding::kUtf8;
  auto wide = mark > 0 ? std::nullopt : wide_run_at_start(text);
  if (!wide) wide = find_wide_run(text, mark);
  if (!wide) {
    runs_.push_back({0, mark, encoding_});
    view_ = text.substr(mark);
    return;
  }
  std::size_t at = mark;
  if (wide->begin > mark) {
    begin_run(encoding_, mark);
    converted_.append(text, mark, wide->begin - mark);
  }
  while (wide) {
    begin_run(wide->encoding, wide->begin + wide->mark_bytes);
    at = wide->begin + wide->mark_bytes;
    at = is_utf32(wide->encoding) ? read_utf32(text, at, wide->encoding)
                                  : read_utf16(text, at, wide->encoding);
    if (at == text.size()) break;
    wide = find_wide_run(text, at);
    const std::size_t end = wide ? wide->begin : text.size();
    if (end > at) read_narrow(text.substr(0, end), at);
  }
  encoding_ = runs_.front().encoding;
  view_ = converted_;
}

// Reads up to the end of `bytes`.
std::size_t ScriptText::read_narrow(std::string_view bytes, std::size_t at) {
  const bool is_rest = bytes.size() - at < (is_utf32(runs_.back().encoding) ? 4U : 2U);
  const bool was_mixed = is_mixed_;
  begin_run(Encoding::kUtf8, at);
  if (!is_rest) {
    converted_.append(bytes, at);
    return bytes.size();
  }
  // What is left of a character that was cut off.
  is_mixed_ = was_mixed;
  for (; at < bytes.size(); ++at) {
    const bool is_plain = is_plain_ascii(static_cast<unsigned char>(bytes[at]));
    converted_ += is_plain ? bytes[at] : '?';
    malformed_count_ += is_plain ? 0 : 1;
  }
  return at;
}

void ScriptText::begin_run(Encoding encoding, std::size_t byte_at) {
  if (!runs_.empty() && runs_.back().text_at == converted_.size()) runs_.pop_back();
  if (!runs_.empty() && runs_.back().encoding != encoding) is_mixed_ = true;
  runs_.push_back({converted_.size(), byte_at, encoding});
}

void ScriptText::append(char32_t character) {
  const bool is_malformed = is_surrogate(character) || character > 0x10FFFF;
  malformed_count_ += is_malformed ? 1 : 0;
  append_utf8(is_malformed ? U'?' : character, converted_);
}

// Takes back the last character, of the current run.
void ScriptText::drop_last() {
  while ((static_cast<unsigned char>(converted_.back()) & 0xC0U) == 0x80U) converted_.pop_back();
  converted_.pop_back();
  while (runs_.size() > 1 && runs_.back().text_at > converted_.size()) runs_.pop_back();
}

std::size_t ScriptText::read_utf16(std::string_view bytes, std::size_t at, Encoding encoding) {
  const std::size_t begin = at;
  std::size_t checked_to = at;
  unsigned controls = 0;
  char four[4];
  while (bytes.size() - at >= 2) {
    if (converted_.size() - runs_.back().text_at >= kRunTextBytesMax) begin_run(encoding, at);
    if (bytes.size() - at >= 8 && four_of_ascii(bytes.data() + at, encoding, four)) {
      converted_.append(four, sizeof four);
      controls -= std::min(controls, 4U);
      at += 8;
      continue;
    }
    char32_t unit = utf16_unit(bytes, at, encoding);
    if (unit >= 0x80 && at >= checked_to) {
      const std::size_t end = end_of_utf16(bytes, at, encoding, checked_to);
      if (end == at) return at;
      if (end != kNone) bytes = bytes.substr(0, end);
    }
    if (unit == 0 && looks_like_utf32(bytes, at, Encoding::kUtf32Be)) return at;
    if (unit == 0 && at > begin && looks_like_utf32(bytes, at - 2, Encoding::kUtf32Le)) {
      drop_last();
      return at - 2;
    }
    if (unit < 0x09) {
      controls += kControlCost;
      if (controls >= kControlLimit) return at;
    } else if (controls > 0) {
      --controls;
    }
    at += 2;
    if (unit >= 0xD800 && unit < 0xDC00 && bytes.size() - at >= 2) {
      const char32_t low = utf16_unit(bytes, at, encoding);
      if (low >= 0xDC00 && low <= 0xDFFF) {
        unit = 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00);
        at += 2;
      }
    }
    append(unit);
  }
  return at;
}

std::size_t ScriptText::read_utf32(std::string_view bytes, std::size_t at, Encoding encoding) {
  for (; bytes.size() - at >= 4; at += 4) {
    if (converted_.size() - runs_.back().text_at >= kRunTextBytesMax) begin_run(encoding, at);
    const char32_t unit = utf32_unit(bytes, at, encoding);
    // No value that high is a character: either one unit is damaged, or the text is another one.
    const bool goes_on = unit <= 0x10FFFF || bytes.size() - at < 8 ||
                         utf32_unit(bytes, at + 4, encoding) <= 0x10FFFF;
    if (!goes_on) return at;
    append(unit);
  }
  return at;
}

std::uint64_t ScriptText::offset_of(std::size_t at) const {
  const auto behind =
      std::upper_bound(runs_.begin(), runs_.end(), at,
                       [](std::size_t text_at, const Run& run) { return text_at < run.text_at; });
  const Run& run = *(behind - 1);  // the first one begins at 0
  if (!is_wide(run.encoding)) return run.byte_at + (at - run.text_at);
  std::uint64_t byte_at = run.byte_at;
  std::size_t text_at = run.text_at;
  while (text_at < at) {
    const std::size_t bytes = sequence_bytes(view_[text_at]);
    if (text_at + bytes > at) break;
    text_at += bytes;
    byte_at += is_utf32(run.encoding) || bytes == 4 ? 4U : 2U;
  }
  return byte_at;
}

}  // namespace pugmark::script
