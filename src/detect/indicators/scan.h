#pragma once

#include <arpa/inet.h>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "detect/indicators/stand.h"
#include "detect/sigma/cidr.h"

// Everything in a text that looks like a hash, an address or a name of a host. Each function calls
// `take` for one after the other, until it says true; then so does the function.
namespace pugmark::indicators {

// Rows of exactly `digits_count` hexadecimal digits.
template <typename Take>
bool each_hash(std::string_view text, std::size_t digits_count, const Take& take) {
  // A row that long has a digit at some multiple of its length.
  for (std::size_t at = digits_count - 1; at < text.size(); at += digits_count) {
    if (!is_hex_digit(text[at])) continue;
    std::size_t begin = at;
    while (begin > 0 && is_hex_digit(text[begin - 1])) --begin;
    std::size_t end = at + 1;
    while (end < text.size() && is_hex_digit(text[end])) ++end;
    const bool is_alone = (begin == 0 || !is_alphanumeric(text[begin - 1])) &&
                          (end == text.size() || !is_alphanumeric(text[end]));
    if (end - begin == digits_count && is_alone && take(text.substr(begin, digits_count)))
      return true;
    while (at + digits_count < end) at += digits_count;
  }
  return false;
}

// The number at `at`, at most 255 and without a needless zero; moves `at` behind it. -1 if none.
inline int octet_at(std::string_view text, std::size_t& at) {
  int value = 0;
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at]) && at - begin < 4)
    value = 10 * value + (text[at++] - '0');
  const std::size_t digits = at - begin;
  if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[begin] == '0')) return -1;
  return value;
}

// The IPv4 address that begins at a digit at `at`, if one stands there by itself.
inline bool address_v4_at(std::string_view text, std::size_t at, sigma::Address& address) {
  if (at > 0) {
    const char before = text[at - 1];
    if (is_alphanumeric(before) || before == '.' || before == '_') return false;
  }
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0 && (at >= text.size() || text[at++] != '.')) return false;
    const int octet = octet_at(text, at);
    if (octet < 0) return false;
    address.bytes[i] = static_cast<std::uint8_t>(octet);
  }
  address.v4 = true;
  if (at >= text.size()) return true;
  if (text[at] == '.') ++at;  // the end of a sentence, unless a name goes on
  return at >= text.size() || (!is_alphanumeric(text[at]) && text[at] != '_');
}

// The run of an IPv6 address that begins at `at`, or "".
inline std::string_view run_v6_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 45;
  const auto is_of_run = [](char c) { return is_hex_digit(c) || c == ':' || c == '.'; };
  if (!is_hex_digit(text[at]) && text[at] != ':') return {};
  if (at > 0 && (is_alphanumeric(text[at - 1]) || text[at - 1] == ':' || text[at - 1] == '.' ||
                 text[at - 1] == '_'))
    return {};
  std::size_t end = at;
  while (end < text.size() && is_of_run(text[end])) ++end;
  if (end < text.size() && (is_alphanumeric(text[end]) || text[end] == '_')) return {};
  std::string_view run = text.substr(at, end - at);
  while (run.ends_with('.')) run.remove_suffix(1);
  if (run.ends_with(':') && !run.ends_with("::")) run.remove_suffix(1);
  return run.size() <= kLongest ? run : std::string_view();
}

template <typename Take>
bool each_address(std::string_view text, const Take& take) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    sigma::Address address;
    if (is_digit(text[at]) && address_v4_at(text, at, address) && take(address)) return true;
    if (!is_hex_digit(text[at]) && text[at] != ':') continue;
    const std::string_view run = run_v6_at(text, at);
    const std::size_t colon = run.find(':');
    if (colon == std::string_view::npos || run.find(':', colon + 1) == std::string_view::npos)
      continue;
    const auto found = sigma::parse_address(run);
    if (found && take(*found)) return true;
  }
  return false;
}

// Every name of a host and every name above it: of www.example.org also example.org and org.
template <typename Take>
bool each_name(std::string_view text, const Take& take) {
  constexpr std::size_t kLongest = 253;  // RFC 1035; a run of dots must not cost its square
  const auto is_of_run = [](char c) { return is_of_name(c) || c == '.'; };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_of_run(text[at])) continue;
    const std::size_t begin = at;
    while (at < text.size() && is_of_run(text[at])) ++at;
    std::string_view run = text.substr(begin, at - begin);
    while (run.ends_with('.')) run.remove_suffix(1);
    const bool is_escaped = begin > 0 && text[begin - 1] == '%' && run.size() > 2 &&
                            is_hex_digit(run[0]) && is_hex_digit(run[1]);
    if (is_escaped && run.size() <= kLongest + 2 && take(run.substr(2))) return true;
    while (!run.empty()) {
      if (run.size() <= kLongest && take(run)) return true;
      const std::size_t dot = run.find('.');
      if (dot == std::string_view::npos) break;
      run.remove_prefix(dot + 1);
    }
  }
  return false;
}

}  // namespace pugmark::indicators
