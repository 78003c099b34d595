#include "detect/script/text_runs.h"

#include <algorithm>

namespace pugmark::script {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kStartBytesMax = 512;  // looked at to know what a file begins as
// Single-byte text shorter than a run is known for certain if all of it is ASCII and it ends the
// file or opens code.
constexpr std::size_t kNarrowBytesMin = 16;
constexpr std::size_t kForeignInNarrowMax = 4;  // bytes that are not ASCII in kRunBytesMin

std::uint8_t byte(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

// U+XX00 is rare in text; of text read with the wrong order of bytes it is every character.
bool is_doubtful(char32_t unit) { return unit < 0x20 || (unit & 0xFFU) == 0 || unit >= 0xFFFE; }

std::size_t zeros_of(std::string_view bytes, std::size_t first) {
  std::size_t count = 0;
  for (std::size_t at = first; at < bytes.size(); at += 2) count += bytes[at] == '\0' ? 1U : 0U;
  return count;
}

// Without a mark: by zero bytes at every second place, few at the others.
std::optional<WideRun> utf16_at_start(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, kStartBytesMax);
  const std::size_t units = start.size() / 2;
  const std::size_t even = zeros_of(start, 0);
  const std::size_t odd = zeros_of(start, 1);
  const Encoding encoding = odd > even ? Encoding::kUtf16Le : Encoding::kUtf16Be;
  if (std::max(even, odd) < 4 || std::max(even, odd) < units / 8) return std::nullopt;
  if (std::min(even, odd) * 16 > std::max(even, odd)) return std::nullopt;
  std::size_t plain = 0;
  for (std::size_t at = 0; at + 2 <= start.size(); at += 2)
    plain += is_plain_ascii(utf16_unit(start, at, encoding)) ? 1U : 0U;
  if (plain * 8 < std::max(even, odd) * 7) return std::nullopt;
  return WideRun{0, 0, encoding};
}

std::optional<WideRun> utf32_at_start(std::string_view bytes) {
  for (const Encoding encoding : {Encoding::kUtf32Le, Encoding::kUtf32Be}) {
    if (bytes.size() < 12) return std::nullopt;
    const std::size_t size = std::min(bytes.size() & ~std::size_t{3}, ScriptText::kRunBytesMin);
    std::size_t plain = 0;
    for (std::size_t at = 0; at < size; at += 4)
      plain += is_plain_ascii(utf32_unit(bytes, at, encoding)) ? 4U : 0U;
    if (plain * 4 >= size * 3) return WideRun{0, 0, encoding};
  }
  return std::nullopt;
}

// The mark of `encoding` directly before `at`, if it lies behind `from`.
std::size_t mark_before(std::string_view bytes, std::size_t from, std::size_t at,
                        Encoding encoding) {
  const std::string_view mark = mark_of(encoding);
  const bool is_there =
      at >= from + mark.size() && bytes.substr(at - mark.size(), mark.size()) == mark;
  return is_there ? mark.size() : 0;
}

// "a0b0c0" can be read from `a` on with the low byte first, and from the first zero on with the
// high byte first: the characters are the same. Which it is shows where the zeros end.
std::size_t end_of_zeros(std::string_view bytes, std::size_t zero, std::size_t step) {
  while (zero + step < bytes.size() && bytes[zero + step] == '\0') zero += step;
  return zero;
}

std::optional<WideRun> utf16_around(std::string_view bytes, std::size_t from, std::size_t zero) {
  const bool can_be_big = looks_like_utf16(bytes, zero, Encoding::kUtf16Be);
  const bool can_be_little = zero > from && looks_like_utf16(bytes, zero - 1, Encoding::kUtf16Le);
  if (!can_be_big && !can_be_little) return std::nullopt;
  bool is_big = can_be_big;
  if (can_be_big && can_be_little && mark_before(bytes, from, zero, Encoding::kUtf16Be) == 0)
    is_big = bytes.size() - end_of_zeros(bytes, zero, 2) == 2;
  const Encoding encoding = is_big ? Encoding::kUtf16Be : Encoding::kUtf16Le;
  const std::size_t begin = is_big ? zero : zero - 1;
  const std::size_t mark = mark_before(bytes, from, begin, encoding);
  return WideRun{begin - mark, mark, encoding};
}

std::optional<WideRun> utf32_around(std::string_view bytes, std::size_t from, std::size_t zero) {
  const bool can_be_big = looks_like_utf32(bytes, zero, Encoding::kUtf32Be);
  const bool can_be_little = zero > from && looks_like_utf32(bytes, zero - 1, Encoding::kUtf32Le);
  if (!can_be_big && !can_be_little) return std::nullopt;
  bool is_big = can_be_big;
  if (can_be_big && can_be_little && mark_before(bytes, from, zero, Encoding::kUtf32Be) == 0)
    is_big = bytes.size() - end_of_zeros(bytes, zero, 4) == 4;
  const Encoding encoding = is_big ? Encoding::kUtf32Be : Encoding::kUtf32Le;
  const std::size_t begin = is_big ? zero : zero - 1;
  const std::size_t mark = mark_before(bytes, from, begin, encoding);
  return WideRun{begin - mark, mark, encoding};
}

// Not worth a closer look: no character of text around the zero.
bool may_begin(std::string_view bytes, std::size_t zero) {
  if (bytes.size() - zero < 4) return false;
  const bool is_plain_before = zero > 0 && is_plain_ascii(byte(bytes, zero - 1));
  if (bytes[zero + 1] != '\0') return is_plain_before || is_plain_ascii(byte(bytes, zero + 1));
  if (bytes[zero + 2] != '\0' || bytes[zero + 3] == '\0') return false;
  return is_plain_before || is_plain_ascii(byte(bytes, zero + 3));
}

bool is_plain(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return is_plain_ascii(static_cast<unsigned char>(c)); });
}

bool opens_code(std::string_view bytes) {
  return bytes.find("<?") != kNone || bytes.find("<%") != kNone || bytes.find("<s") != kNone;
}

}  // namespace

std::string_view mark_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf16Le:
      return "\xFF\xFE";
    case Encoding::kUtf16Be:
      return "\xFE\xFF";
    case Encoding::kUtf32Le:
      return {"\xFF\xFE\0\0", 4};
    case Encoding::kUtf32Be:
      return {"\0\0\xFE\xFF", 4};
    case Encoding::kUtf8:
    case Encoding::kUtf8Marked:
      break;
  }
  return "";
}

char32_t utf16_unit(std::string_view bytes, std::size_t at, Encoding encoding) {
  const char32_t first = byte(bytes, at);
  const char32_t second = byte(bytes, at + 1);
  return is_big_endian(encoding) ? first << 8U | second : second << 8U | first;
}

char32_t utf32_unit(std::string_view bytes, std::size_t at, Encoding encoding) {
  const char32_t first = utf16_unit(bytes, at, encoding);
  const char32_t second = utf16_unit(bytes, at + 2, encoding);
  return encoding == Encoding::kUtf32Be ? first << 16U | second : second << 16U | first;
}

bool looks_like_utf16(std::string_view bytes, std::size_t at, Encoding encoding) {
  constexpr std::size_t kUnits = ScriptText::kRunBytesMin / 2;
  constexpr std::size_t kDoubtfulMax = 2;
  if (at > bytes.size() || bytes.size() - at < ScriptText::kRunBytesMin) return false;
  if (!is_plain_ascii(utf16_unit(bytes, at, encoding))) return false;
  std::size_t plain = 0;
  std::size_t doubtful = 0;
  for (std::size_t i = 0; i < kUnits && doubtful <= kDoubtfulMax; ++i) {
    const char32_t unit = utf16_unit(bytes, at + 2 * i, encoding);
    if (is_plain_ascii(unit)) {
      ++plain;
    } else if (is_doubtful(unit)) {
      ++doubtful;
    }
  }
  return doubtful <= kDoubtfulMax && plain * 2 >= kUnits;
}

bool looks_like_utf32(std::string_view bytes, std::size_t at, Encoding encoding) {
  if (at > bytes.size() || bytes.size() - at < ScriptText::kRunBytesMin) return false;
  if (!is_plain_ascii(utf32_unit(bytes, at, encoding))) return false;
  std::size_t plain = 0;
  for (std::size_t i = 0; i < ScriptText::kRunBytesMin; i += 4) {
    const char32_t unit = utf32_unit(bytes, at + i, encoding);
    if (unit > 0x10FFFF) return false;
    plain += is_plain_ascii(unit) ? 4U : 0U;
  }
  return plain * 2 >= ScriptText::kRunBytesMin;
}

std::optional<WideRun> wide_run_at_start(std::string_view bytes) {
  if (bytes.starts_with(mark_of(Encoding::kUtf32Be))) return WideRun{0, 4, Encoding::kUtf32Be};
  if (bytes.starts_with(mark_of(Encoding::kUtf32Le)) &&
      (bytes.size() < 8 || utf32_unit(bytes, 4, Encoding::kUtf32Le) <= 0x10FFFF))
    return WideRun{0, 4, Encoding::kUtf32Le};
  if (bytes.starts_with(mark_of(Encoding::kUtf16Le))) return WideRun{0, 2, Encoding::kUtf16Le};
  if (bytes.starts_with(mark_of(Encoding::kUtf16Be))) return WideRun{0, 2, Encoding::kUtf16Be};
  if (const auto run = utf32_at_start(bytes)) return run;
  return utf16_at_start(bytes);
}

std::optional<WideRun> find_wide_run(std::string_view bytes, std::size_t from) {
  std::size_t zero = bytes.find('\0', from);
  while (zero != kNone) {
    // The first zero is part of the first character, or it and what follows are something else.
    if (!may_begin(bytes, zero)) {
      zero = bytes.find('\0', zero + 1);
      continue;
    }
    if (const auto run = utf32_around(bytes, from, zero)) return run;
    if (const auto run = utf16_around(bytes, from, zero)) return run;
    zero = bytes.find('\0', zero + 1);
  }
  return std::nullopt;
}

std::size_t find_narrow_run(std::string_view bytes, std::size_t from, std::size_t to) {
  const std::string_view stretch = bytes.substr(from, to - from);
  if (stretch.size() < kNarrowBytesMin) return kNone;
  if (stretch.size() < ScriptText::kRunBytesMin) {
    const bool is_certain = is_plain(stretch) && (to == bytes.size() || opens_code(stretch));
    return is_certain ? from : kNone;
  }
  std::size_t foreign = 0;  // among the kRunBytesMin bytes up to `at`
  for (std::size_t at = 0; at < stretch.size(); ++at) {
    foreign += is_plain_ascii(byte(stretch, at)) ? 0U : 1U;
    if (at >= ScriptText::kRunBytesMin)
      foreign -= is_plain_ascii(byte(stretch, at - ScriptText::kRunBytesMin)) ? 0U : 1U;
    if (at + 1 < ScriptText::kRunBytesMin || foreign > kForeignInNarrowMax) continue;
    // What stands before it is too little to be told apart, or ends with a whole character.
    const std::size_t begin = at + 1 - ScriptText::kRunBytesMin;
    return begin <= ScriptText::kRunBytesMin ? from : from + (begin & ~std::size_t{1});
  }
  return kNone;
}

}  // namespace pugmark::script
