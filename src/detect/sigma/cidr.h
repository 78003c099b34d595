#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "detect/sigma/rule.h"

namespace pugmark::sigma {

// An address in network byte order. IPv4-mapped IPv6 (::ffff:a.b.c.d) is IPv4.
struct Address {
  bool v4 = true;
  std::array<std::uint8_t, 16> bytes{};  // v4: the first four
};

// Dotted decimal or any spelling of IPv6; a zone (`%eth0`) is ignored. Anything else gives nothing.
// Thread-safe, like everything here.
std::optional<Address> parse_address(std::string_view text);

// "10.0.0.0/8", "fe80::/10", or an address alone, which is a network of one. Nothing if it is not a
// network; `host_bits` is set if only bits behind the prefix stand in the way.
std::optional<Cidr> parse_network(std::string_view text, bool& host_bits);

bool contains(const Cidr& network, const Address& address);

}  // namespace pugmark::sigma
