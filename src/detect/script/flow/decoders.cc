#include "detect/script/flow/decoders.h"

#include <algorithm>
#include <array>
#include <memory>
#include <openssl/evp.h>
#include <zlib.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/text.h"

namespace pugmark::script {
namespace {

constexpr std::string_view kBase64Alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr int kNoDigit = -1;

std::array<signed char, 256> base64_table(bool is_for_urls) {
  std::array<signed char, 256> table{};
  table.fill(kNoDigit);
  for (std::size_t i = 0; i < kBase64Alphabet.size(); ++i)
    table[static_cast<unsigned char>(kBase64Alphabet[i])] = static_cast<signed char>(i);
  if (is_for_urls) {
    table['-'] = table['+'];
    table['_'] = table['/'];
  }
  return table;
}

bool decode_base64_by(const std::array<signed char, 256>& table, std::string_view text,
                      std::size_t output_max, std::string& out) {
  out.clear();
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = table[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) continue;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    if (out.size() >= output_max) break;
    out += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
  }
  return !out.empty();
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return kNoDigit;
}

// The number of `count` hexadecimal digits at `at`, or kNoDigit.
int hex_number(std::string_view text, std::size_t at, std::size_t count) {
  if (at > text.size() || text.size() - at < count) return kNoDigit;
  int number = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (hex_digit(text[i]) == kNoDigit) return kNoDigit;
    number = number * 16 + hex_digit(text[i]);
  }
  return number;
}

// What zlib makes of it, as far as that goes: the rest may be damaged or follow.
bool inflate_with(std::string_view text, int window_bits, std::size_t output_max,
                  std::string& out) {
  out.clear();
  z_stream stream{};
  if (inflateInit2(&stream, window_bits) != Z_OK) return false;
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  // zlib does not write through it.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT: see above
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(text.size(), UINT32_MAX));
  std::array<char, 16384> buffer{};
  int status = Z_OK;
  while (status == Z_OK && out.size() < output_max) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());  // zlib's bytes are unsigned
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer.data(), buffer.size() - stream.avail_out);
    if (status == Z_OK && stream.avail_in == 0 && stream.avail_out != 0) break;
  }
  out.resize(std::min(out.size(), output_max));
  return !out.empty();
}

bool digest_hex(std::string_view text, const EVP_MD* kind, std::string& out) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, kind, nullptr) != 1) return false;
  out = to_hex(std::as_bytes(std::span(digest.data(), size)));
  return true;
}

struct Entity {
  std::string_view name;
  std::string_view text;
};
constexpr std::array<Entity, 6> kEntities = {
    {{"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", "\xc2\xa0"}}};

// One entity, between '&' and ';'. False if it is none.
bool append_entity(std::string_view name, std::string& out) {
  if (name.size() > 1 && name[0] == '#') {
    const bool is_hex = name[1] == 'x' || name[1] == 'X';
    char32_t code_point = 0;
    const std::string_view digits = name.substr(is_hex ? 2 : 1);
    if (digits.empty()) return false;
    for (const char c : digits) {
      const int digit = hex_digit(c);
      if (digit == kNoDigit || (!is_hex && digit > 9) || code_point > 0x10FFFF) return false;
      code_point = code_point * (is_hex ? 16 : 10) + static_cast<char32_t>(digit);
    }
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000)) return false;
    append_utf8(code_point, out);
    return true;
  }
  const auto found = std::find_if(kEntities.begin(), kEntities.end(),
                                  [&](const Entity& entity) { return entity.name == name; });
  if (found == kEntities.end()) return false;
  out += found->text;
  return true;
}

}  // namespace

bool decode_base64(std::string_view text, std::size_t output_max, std::string& out) {
  static const std::array<signed char, 256> kTable = base64_table(false);
  return decode_base64_by(kTable, text, output_max, out);
}
bool decode_base64_url(std::string_view text, std::size_t output_max, std::string& out) {
  static const std::array<signed char, 256> kTable = base64_table(true);
  return decode_base64_by(kTable, text, output_max, out);
}

bool encode_base64(std::string_view text, std::size_t output_max, std::string& out) {
  out.clear();
  for (std::size_t at = 0; at < text.size() && out.size() < output_max; at += 3) {
    const std::size_t count = std::min<std::size_t>(3, text.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8U | (i < count ? static_cast<unsigned char>(text[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      out += i <= count ? kBase64Alphabet[bits >> (18U - 6U * i) & 63U] : '=';
  }
  return true;
}

bool decode_percent(std::string_view text, std::size_t output_max, std::string& out) {
  out.clear();
  for (std::size_t at = 0; at < text.size() && out.size() < output_max; ++at) {
    const int number = text[at] == '%' ? hex_number(text, at + 1, 2) : kNoDigit;
    if (number != kNoDigit) {
      out += static_cast<char>(number);
      at += 2;
    } else {
      out += text[at];
    }
  }
  return true;
}

bool decode_url(std::string_view text, std::size_t output_max, std::string& out) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return decode_percent(spaced, output_max, out);
}

bool decode_percent_u(std::string_view text, std::size_t output_max, std::string& out) {
  out.clear();
  for (std::size_t at = 0; at < text.size() && out.size() < output_max; ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    const bool is_wide = at + 1 < text.size() && text[at + 1] == 'u';
    const int number = is_wide ? hex_number(text, at + 2, 4) : hex_number(text, at + 1, 2);
    if (number == kNoDigit) {
      out += '%';
    } else if (number < 0x80 || !is_wide) {
      out += static_cast<char>(number);
    } else {
      append_utf8(static_cast<char32_t>(number), out);
    }
    if (number != kNoDigit) at += is_wide ? 5 : 2;
  }
  return true;
}

bool decode_hex(std::string_view text, std::size_t output_max, std::string& out) {
  out.clear();
  for (std::size_t at = 0; at + 1 < text.size() && out.size() < output_max; at += 2) {
    const int number = hex_number(text, at, 2);
    if (number == kNoDigit) return false;
    out += static_cast<char>(number);
  }
  return !out.empty();
}

bool encode_hex(std::string_view text, std::size_t output_max, std::string& out) {
  out = to_hex(as_bytes(text.substr(0, output_max / 2)));
  return true;
}

bool decode_rot13(std::string_view text, std::size_t output_max, std::string& out) {
  out = text.substr(0, output_max);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>('a' + (c - 'a' + 13) % 26);
    if (c >= 'A' && c <= 'Z') c = static_cast<char>('A' + (c - 'A' + 13) % 26);
  }
  return true;
}

bool decode_uu(std::string_view text, std::size_t output_max, std::string& out) {
  out.clear();
  const auto bits_of = [&](std::size_t at) {
    const unsigned c = at < text.size() ? static_cast<unsigned char>(text[at]) : 0x20U;
    return (c - 0x20U) & 0x3FU;
  };
  for (std::size_t at = 0; at < text.size() && out.size() < output_max;) {
    if (text[at] == '\n' || text[at] == '\r') {
      ++at;
      continue;
    }
    std::size_t left = bits_of(at++);
    if (left == 0) break;
    for (; left > 0 && at < text.size(); at += 4) {
      const unsigned bits =
          bits_of(at) << 18U | bits_of(at + 1) << 12U | bits_of(at + 2) << 6U | bits_of(at + 3);
      for (unsigned shift = 16; left > 0; shift -= 8) {
        out += static_cast<char>(bits >> shift & 0xFFU);
        --left;
        if (shift == 0) break;
      }
    }
  }
  return !out.empty();
}

namespace {
// `append` appends what the entity of that name stands for; false if it is none.
bool decode_entities(std::string_view text, std::size_t output_max, std::string& out,
                     bool (*append)(std::string_view name, std::string& out)) {
  constexpr std::size_t kEntityBytesMax = 32;
  out.clear();
  for (std::size_t at = 0; at < text.size() && out.size() < output_max; ++at) {
    const std::string_view ahead = text.substr(at, kEntityBytesMax);
    const std::size_t end = text[at] == '&' ? ahead.find(';') : std::string_view::npos;
    if (end != std::string_view::npos && append(ahead.substr(1, end - 1), out)) {
      at += end;
    } else {
      out += text[at];
    }
  }
  return true;
}

// Whether nothing but blanks stands between the '=' and the line's end.
bool ends_softly(std::string_view text, std::size_t at) {
  const std::size_t next = text.find_first_not_of(" \t\r", at + 1);
  return next == std::string_view::npos || text[next] == '\n';
}

bool append_special(std::string_view name, std::string& out) {
  const bool is_special = name == "lt" || name == "gt" || name == "amp" || name == "quot" ||
                          name == "#39" || name == "#039";
  return is_special && append_entity(name, out);
}
}  // namespace

bool decode_html(std::string_view text, std::size_t output_max, std::string& out) {
  return decode_entities(text, output_max, out, append_entity);
}
bool decode_html_special(std::string_view text, std::size_t output_max, std::string& out) {
  return decode_entities(text, output_max, out, append_special);
}

bool decode_quoted_printable(std::string_view text, std::size_t output_max, std::string& out) {
  out.clear();
  for (std::size_t at = 0; at < text.size() && out.size() < output_max; ++at) {
    const int number = text[at] == '=' ? hex_number(text, at + 1, 2) : kNoDigit;
    if (number != kNoDigit) {
      out += static_cast<char>(number);
      at += 2;
    } else if (text[at] == '=' && ends_softly(text, at)) {
      at = std::min(text.find('\n', at), text.size() - 1);
    } else {
      out += text[at];
    }
  }
  return true;
}

bool strip_slashes(std::string_view text, std::size_t output_max, std::string& out) {
  out.clear();
  for (std::size_t at = 0; at < text.size() && out.size() < output_max; ++at) {
    if (text[at] != '\\') {
      out += text[at];
    } else if (++at < text.size()) {
      out += text[at] == '0' ? '\0' : text[at];
    }
  }
  return true;
}

bool strip_c_slashes(std::string_view text, std::size_t output_max, std::string& out) {
  constexpr std::string_view kLetters = "abfnrtv";
  constexpr std::string_view kBytes = "\a\b\f\n\r\t\v";
  out.clear();
  for (std::size_t at = 0; at < text.size() && out.size() < output_max; ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at];
      continue;
    }
    const char letter = text[++at];
    const std::size_t known = kLetters.find(letter);
    if (known != std::string_view::npos) {
      out += kBytes[known];
    } else if (letter == 'x' && hex_number(text, at + 1, 1) != kNoDigit) {
      const bool has_two = hex_number(text, at + 1, 2) != kNoDigit;
      out += static_cast<char>(hex_number(text, at + 1, has_two ? 2 : 1));
      at += has_two ? 2 : 1;
    } else if (letter >= '0' && letter <= '7') {
      unsigned number = 0;
      const std::size_t end = std::min(at + 3, text.size());
      for (; at < end && text[at] >= '0' && text[at] <= '7'; ++at)
        number = number * 8 + static_cast<unsigned>(text[at] - '0');
      --at;
      out += static_cast<char>(number & 0xFFU);
    } else {
      out += letter;
    }
  }
  return true;
}

bool decode_utf16(std::string_view text, std::size_t output_max, std::string& out) {
  out.clear();
  append_utf16le(text.substr(0, output_max), out);
  return !out.empty();
}

bool inflate_raw(std::string_view text, std::size_t output_max, std::string& out) {
  return inflate_with(text, -MAX_WBITS, output_max, out);
}
bool inflate_zlib(std::string_view text, std::size_t output_max, std::string& out) {
  return inflate_with(text, MAX_WBITS, output_max, out);
}
bool inflate_any(std::string_view text, std::size_t output_max, std::string& out) {
  constexpr int kZlibOrGzip = MAX_WBITS + 32;
  return inflate_with(text, kZlibOrGzip, output_max, out) || inflate_raw(text, output_max, out);
}
bool inflate_gzip(std::string_view text, std::size_t output_max, std::string& out) {
  return inflate_with(text, MAX_WBITS + 16, output_max, out);
}

bool md5_hex(std::string_view text, std::size_t /*output_max*/, std::string& out) {
  return digest_hex(text, EVP_md5(), out);
}
bool sha1_hex(std::string_view text, std::size_t /*output_max*/, std::string& out) {
  return digest_hex(text, EVP_sha1(), out);
}
bool crc32_decimal(std::string_view text, std::size_t /*output_max*/, std::string& out) {
  // zlib's bytes are unsigned
  out = std::to_string(crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
  return true;
}

}  // namespace pugmark::script
