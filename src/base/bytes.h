#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace pugmark {

// A view of bytes somebody else owns. Whoever hands one out says how long it lives.
using Bytes = std::span<const std::byte>;

// The same bytes as text, without looking at what they mean.
inline std::string_view as_text(Bytes bytes) {
  // char may alias any object, so this view of the bytes is allowed.
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes as_bytes(std::string_view text) {
  // std::byte may alias any object, so this view of the characters is allowed.
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

// True if `length_bytes` bytes from `offset_bytes` lie inside `bytes`; no sum in here can overflow.
inline bool contains_range(Bytes bytes, std::size_t offset_bytes, std::size_t length_bytes) {
  return offset_bytes <= bytes.size() && length_bytes <= bytes.size() - offset_bytes;
}

// Reads a little-endian number at `at`. The caller has checked that sizeof(T) bytes are there.
template <std::integral T>
inline T load_le(const std::byte* at) {
  static_assert(std::endian::native == std::endian::little,
                "a big-endian machine needs a byte swap here");
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace pugmark
