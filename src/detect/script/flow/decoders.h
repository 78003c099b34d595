#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pugmark::script {

// The decoders that scripts hide constants behind. Each sets `out`, at most `output_max` bytes
// (what would be longer is cut there: a bomb is not unpacked), and is as forgiving as the function
// it stands for. False if nothing comes out.

// RFC 4648; other bytes are left out.
bool decode_base64(std::string_view text, std::size_t output_max, std::string& out);
// Likewise, of its URL alphabet, too.
bool decode_base64_url(std::string_view text, std::size_t output_max, std::string& out);
bool encode_base64(std::string_view text, std::size_t output_max, std::string& out);
bool decode_url(std::string_view text, std::size_t output_max,
                std::string& out);  // %41, + as blank
bool decode_percent(std::string_view text, std::size_t output_max, std::string& out);    // only %41
bool decode_percent_u(std::string_view text, std::size_t output_max, std::string& out);  // unescape
bool decode_hex(std::string_view text, std::size_t output_max, std::string& out);
bool encode_hex(std::string_view text, std::size_t output_max, std::string& out);
bool decode_rot13(std::string_view text, std::size_t output_max, std::string& out);
bool decode_uu(std::string_view text, std::size_t output_max, std::string& out);
bool decode_html(std::string_view text, std::size_t output_max, std::string& out);
// Only what htmlspecialchars() makes.
bool decode_html_special(std::string_view text, std::size_t output_max, std::string& out);
bool decode_quoted_printable(std::string_view text, std::size_t output_max, std::string& out);
bool strip_slashes(std::string_view text, std::size_t output_max, std::string& out);
// \n, \x41 and \101, too.
bool strip_c_slashes(std::string_view text, std::size_t output_max, std::string& out);
bool decode_utf16(std::string_view text, std::size_t output_max,
                  std::string& out);                                                // little-endian
bool inflate_raw(std::string_view text, std::size_t output_max, std::string& out);  // RFC 1951
bool inflate_zlib(std::string_view text, std::size_t output_max, std::string& out);  // RFC 1950
bool inflate_gzip(std::string_view text, std::size_t output_max, std::string& out);  // RFC 1952
// Any of these, told by its first bytes, or raw.
bool inflate_any(std::string_view text, std::size_t output_max, std::string& out);
bool md5_hex(std::string_view text, std::size_t output_max, std::string& out);
bool sha1_hex(std::string_view text, std::size_t output_max, std::string& out);
bool crc32_decimal(std::string_view text, std::size_t output_max, std::string& out);

}  // namespace pugmark::script
