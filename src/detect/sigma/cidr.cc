#include "detect/sigma/cidr.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <string>

namespace pugmark::sigma {
namespace {

constexpr std::size_t kLongestAddress = 64;  // of text; inet_pton takes at most 45 characters
constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// As written: mapped addresses stay IPv6.
std::optional<Address> parse_as_written(std::string_view text) {
  text = text.substr(0, text.find('%'));
  if (text.size() > kLongestAddress || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string terminated(text);
  Address address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) return address;
  address.v4 = false;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

bool is_mapped(const Address& address) {
  return !address.v4 &&
         std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
}

Address unmapped(const Address& address) {
  Address result;
  std::copy(address.bytes.begin() + 12, address.bytes.end(), result.bytes.begin());
  return result;
}

// True if the first `bits` bits of both are the same.
bool same_prefix(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b,
                 std::size_t bits) {
  const std::size_t whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin()))
    return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00U >> (bits % 8));
  return ((a[whole] ^ b[whole]) & mask) == 0;
}

std::array<std::uint8_t, 16> masked(std::array<std::uint8_t, 16> bytes, std::size_t bits) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t first_bit = i * 8;
    if (first_bit >= bits) {
      bytes[i] = 0;
    } else if (bits - first_bit < 8) {
      bytes[i] &= static_cast<std::uint8_t>(0xFF00U >> (bits - first_bit));
    }
  }
  return bytes;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const std::optional<Address> address = parse_as_written(text);
  return address && is_mapped(*address) ? unmapped(*address) : address;
}

std::optional<Cidr> parse_network(std::string_view text, bool& host_bits) {
  host_bits = false;
  const std::size_t slash = text.find('/');
  const std::optional<Address> written = parse_as_written(text.substr(0, slash));
  if (!written) return std::nullopt;
  Address address = *written;
  const unsigned width = address.v4 ? 32 : 128;
  unsigned bits = width;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const char* end = digits.data() + digits.size();
    const auto [stopped, code] = std::from_chars(digits.data(), end, bits);
    if (code != std::errc() || stopped != end || bits > width) return std::nullopt;
  }
  if (masked(address.bytes, bits) != address.bytes) {
    host_bits = true;
    return std::nullopt;
  }
  if (is_mapped(address) && bits >= 96) {
    address = unmapped(address);
    bits -= 96;
  }
  Cidr network;
  network.v4 = address.v4;
  network.address = address.bytes;
  network.prefix_bits = static_cast<std::uint8_t>(bits);
  return network;
}

bool contains(const Cidr& network, const Address& address) {
  return network.v4 == address.v4 &&
         same_prefix(network.address, address.bytes, network.prefix_bits);
}

}  // namespace pugmark::sigma
