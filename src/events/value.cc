#include "events/value.h"

#include <array>
#include <charconv>
#include <emmintrin.h>
#include <fmt/compile.h>
#include <fmt/format.h>
#include <iterator>

#include "base/bytes.h"
#include "base/text.h"
#include "base/time.h"

namespace pugmark {
namespace {

constexpr std::size_t kSidHeaderBytes = 8;

// The bytes of a UTF-16LE text before its first NUL; an odd last byte belongs to no character.
std::string_view before_nul_utf16(std::string_view bytes) {
  const std::size_t units = bytes.size() / 2;
  for (std::size_t i = 0; i < units; ++i) {
    if (bytes[2 * i] == '\0' && bytes[2 * i + 1] == '\0') return bytes.substr(0, 2 * i);
  }
  return bytes.substr(0, 2 * units);
}

// Almost all text of logs is ASCII: eight characters at a time are tested and narrowed.
// Returns how many bytes of `bytes` were taken; the rest is for the general way.
std::size_t append_ascii_prefix(std::string_view bytes, std::string& out) {
  const __m128i not_ascii = _mm_set1_epi16(static_cast<short>(0xFF80));
  const __m128i zero = _mm_setzero_si128();
  std::array<char, 16> narrow;
  std::size_t at = 0;
  for (; bytes.size() - at >= 16; at += 16) {
    __m128i units;
    std::memcpy(&units, bytes.data() + at, 16);
    const __m128i high = _mm_cmpeq_epi16(_mm_and_si128(units, not_ascii), zero);
    const __m128i nul = _mm_cmpeq_epi16(units, zero);
    if (_mm_movemask_epi8(_mm_andnot_si128(nul, high)) != 0xFFFF) break;
    const __m128i packed = _mm_packus_epi16(units, zero);
    std::memcpy(narrow.data(), &packed, 16);
    out.append(narrow.data(), 8);
  }
  return at;
}

void append_utf16_text(std::string_view bytes, std::string& out) {
  bytes.remove_prefix(append_ascii_prefix(bytes, out));
  append_utf16le(before_nul_utf16(bytes), out);
}

void append_binary(std::string_view bytes, std::string& out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
}

template <class T>
void append_decimal(std::string_view bytes, std::string& out) {
  if (bytes.size() != sizeof(T)) return append_binary(bytes, out);
  T number;
  std::memcpy(&number, bytes.data(), sizeof number);
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

template <class T>
void append_real(std::string_view bytes, std::string& out) {
  if (bytes.size() != sizeof(T)) return append_binary(bytes, out);
  T number;
  std::memcpy(&number, bytes.data(), sizeof number);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), number);
}

template <class T>
void append_hexadecimal(std::string_view bytes, std::string& out) {
  T number;
  std::memcpy(&number, bytes.data(), sizeof number);
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  out += "0x";
  out.append(digits.data(), end);
}

void append_hex_number(std::string_view bytes, std::size_t size_bytes, std::string& out) {
  if (bytes.size() != size_bytes) return append_binary(bytes, out);
  if (size_bytes == 4) return append_hexadecimal<std::uint32_t>(bytes, out);
  append_hexadecimal<std::uint64_t>(bytes, out);
}

void append_bool(std::string_view bytes, std::string& out) {
  if (bytes.size() != 4) return append_binary(bytes, out);
  out += bytes == std::string_view("\0\0\0\0", 4) ? "false" : "true";
}

// [MS-DTYP] 2.3.4.3: the first three parts are little-endian numbers, the rest is bytes.
void append_guid(std::string_view bytes, std::string& out) {
  if (bytes.size() != 16) return append_binary(bytes, out);
  const auto* at = as_bytes(bytes).data();
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("{{{:08X}-{:04X}-{:04X}-"),
                 load_le<std::uint32_t>(at), load_le<std::uint16_t>(at + 4),
                 load_le<std::uint16_t>(at + 6));
  append_binary(bytes.substr(8, 2), out);
  out += '-';
  append_binary(bytes.substr(10), out);
  out += '}';
}

// [MS-DTYP] 2.4.2.1, SID string format: an authority of 2^32 or more is written in hexadecimal.
void append_sid(std::string_view bytes, std::string& out) {
  const auto* at = as_bytes(bytes).data();
  if (bytes.size() < kSidHeaderBytes ||
      bytes.size() != kSidHeaderBytes + 4 * std::to_integer<std::size_t>(at[1]))
    return append_binary(bytes, out);
  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < kSidHeaderBytes; ++i)
    authority = (authority << 8U) | std::to_integer<std::uint64_t>(at[i]);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("S-{}-"), std::to_integer<unsigned>(at[0]));
  if (authority < (1ULL << 32U)) {
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), authority);
  } else {
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("0x{:012x}"), authority);
  }
  for (std::size_t i = kSidHeaderBytes; i < bytes.size(); i += 4)
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("-{}"), load_le<std::uint32_t>(at + i));
}

// [MS-DTYP] 2.3.3. Logs use 0 ("never logged on") and 2^63-1 ("never expires"), which TimeUtc
// cannot hold, so the calendar is computed here for the whole range Windows can show.
void append_filetime(std::string_view bytes, std::string& out) {
  if (bytes.size() != 8) return append_binary(bytes, out);
  const auto ticks = load_le<std::uint64_t>(as_bytes(bytes).data());
  if (ticks > static_cast<std::uint64_t>(INT64_MAX)) return append_binary(bytes, out);
  constexpr std::uint64_t kTicksPerSecond = 10'000'000;
  constexpr std::uint64_t kSecondsPerDay = 86'400;
  const std::uint64_t seconds = ticks / kTicksPerSecond;
  // 400 Gregorian years are 146,097 days, so a moment this many years earlier has the same month,
  // day and time; civil_from_time() is asked only for 1601 to 2000.
  constexpr std::uint64_t kDaysPerEra = 146'097;
  constexpr std::int64_t kSecondsFrom1601To2001 = 12'622'780'800;
  constexpr std::int64_t kSecondsFrom1970To2001 = 978'307'200;
  static_assert(kSecondsFrom1601To2001 == static_cast<std::int64_t>(kDaysPerEra * kSecondsPerDay));
  const std::uint64_t era = seconds / kSecondsPerDay / kDaysPerEra;
  const auto second_of_era =
      static_cast<std::int64_t>(seconds - era * kDaysPerEra * kSecondsPerDay);
  // The first 77 years of the era lie before what TimeUtc can hold; 2001 begins an equal era.
  const bool early = second_of_era < 2'500'000'000;
  const std::int64_t since_1970 =
      early ? second_of_era + kSecondsFrom1970To2001
            : second_of_era - kSecondsFrom1601To2001 + kSecondsFrom1970To2001;
  const CivilTime c = civil_from_time(TimeUtc{since_1970 * 1'000'000'000});
  const int year = c.year + static_cast<int>(era) * 400 - (early ? 400 : 0);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z"),
                 year, c.month, c.day, c.hour, c.minute, c.second, ticks % kTicksPerSecond);
}

// [MS-DTYP] 2.3.13: year, month, day of week, day, hour, minute, second, millisecond.
void append_system_time(std::string_view bytes, std::string& out) {
  if (bytes.size() != 16) return append_binary(bytes, out);
  std::array<std::uint16_t, 8> part;
  std::memcpy(part.data(), bytes.data(), 16);
  if (part[1] < 1 || part[1] > 12 || part[3] < 1 || part[3] > 31 || part[4] > 23 ||
      part[5] > 59 || part[6] > 59 || part[7] > 999)
    return append_binary(bytes, out);
  fmt::format_to(std::back_inserter(out),
                 FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}0000Z"), part[0], part[1],
                 part[3], part[4], part[5], part[6], part[7]);
}

void append_list(std::span<const Value> values, std::string& out) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) out += ' ';
    // Readers make no list inside a list; a mistake of theirs must not become a deep recursion.
    if (!values[i].is_list()) append_rendered(values[i], out);
  }
}

}  // namespace

void append_rendered(const Value& value, std::string& out) {
  if (value.size == 0) return;
  if (value.type == ValueType::kList) return append_list(value.list(), out);
  const std::string_view bytes = value.bytes();
  switch (value.type) {
    case ValueType::kAbsent:
    case ValueType::kNull:
    case ValueType::kList: return;
    case ValueType::kUtf8:
    case ValueType::kNumberText:
    case ValueType::kBoolText: out.append(bytes); return;
    case ValueType::kUtf16: return append_utf16_text(bytes, out);
    case ValueType::kAnsi: return append_windows1252(bytes.substr(0, bytes.find('\0')), out);
    case ValueType::kInt8: return append_decimal<std::int8_t>(bytes, out);
    case ValueType::kUint8: return append_decimal<std::uint8_t>(bytes, out);
    case ValueType::kInt16: return append_decimal<std::int16_t>(bytes, out);
    case ValueType::kUint16: return append_decimal<std::uint16_t>(bytes, out);
    case ValueType::kInt32: return append_decimal<std::int32_t>(bytes, out);
    case ValueType::kUint32: return append_decimal<std::uint32_t>(bytes, out);
    case ValueType::kInt64: return append_decimal<std::int64_t>(bytes, out);
    case ValueType::kUint64: return append_decimal<std::uint64_t>(bytes, out);
    case ValueType::kReal32: return append_real<float>(bytes, out);
    case ValueType::kReal64: return append_real<double>(bytes, out);
    case ValueType::kBool: return append_bool(bytes, out);
    case ValueType::kBinary: return append_binary(bytes, out);
    case ValueType::kGuid: return append_guid(bytes, out);
    case ValueType::kSize: return append_hex_number(bytes, bytes.size() == 8 ? 8 : 4, out);
    case ValueType::kFileTime: return append_filetime(bytes, out);
    case ValueType::kSystemTime: return append_system_time(bytes, out);
    case ValueType::kSid: return append_sid(bytes, out);
    case ValueType::kHex32: return append_hex_number(bytes, 4, out);
    case ValueType::kHex64: return append_hex_number(bytes, 8, out);
  }
}

std::string rendered(const Value& value) {
  std::string out;
  append_rendered(value, out);
  return out;
}

bool is_numeric(ValueType type) {
  switch (type) {
    case ValueType::kNumberText:
    case ValueType::kBoolText:
    case ValueType::kInt8:
    case ValueType::kUint8:
    case ValueType::kInt16:
    case ValueType::kUint16:
    case ValueType::kInt32:
    case ValueType::kUint32:
    case ValueType::kInt64:
    case ValueType::kUint64:
    case ValueType::kBool:
    case ValueType::kSize:
    case ValueType::kHex32:
    case ValueType::kHex64: return true;
    default: return false;
  }
}

}  // namespace pugmark
