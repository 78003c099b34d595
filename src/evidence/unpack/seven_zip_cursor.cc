#include "evidence/unpack/seven_zip_cursor.h"

#include <fmt/format.h>

namespace pugmark::unpack {

std::uint8_t SevenZipCursor::byte() {
  const Bytes one = take(1);
  return one.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(one[0]);
}

std::uint32_t SevenZipCursor::checksum() {
  const Bytes four = take(sizeof(std::uint32_t));
  return four.empty() ? 0 : load_le<std::uint32_t>(four.data());
}

Bytes SevenZipCursor::take(std::uint64_t length_bytes) {
  if (length_bytes > left_bytes()) {
    if (ok())
      refusal_ = Refusal{GapKind::kDamaged,
                         fmt::format("{} ends inside its structure, with byte {}", name_,
                                     bytes_.size())};
    return {};
  }
  const Bytes taken = bytes_.subspan(position_, static_cast<std::size_t>(length_bytes));
  position_ += taken.size();
  return taken;
}

std::vector<bool> SevenZipCursor::bits(std::uint64_t count) {
  const Bytes packed = take(count / 8 + (count % 8 == 0 ? 0 : 1));
  std::vector<bool> bits;
  if (!ok()) return bits;
  bits.reserve(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < count; ++i)
    bits.push_back((std::to_integer<unsigned>(packed[i / 8]) & (0x80U >> (i % 8))) != 0);
  return bits;
}

// As many leading ones as the first byte has, so many bytes follow, least significant first; the
// rest of the first byte goes on top.
std::uint64_t SevenZipCursor::number() {
  const std::uint8_t first = byte();
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const unsigned mask = 0x80U >> i;
    if ((first & mask) == 0)
      return ok() ? value | std::uint64_t{first & (mask - 1)} << (8 * i) : 0;
    value |= std::uint64_t{byte()} << (8 * i);
  }
  return ok() ? value : 0;
}

std::uint64_t SevenZipCursor::count(std::string_view limit, std::uint64_t most,
                                    std::string_view what) {
  const std::uint64_t value = number();
  if (value <= most) return value;
  refuse_at_limit(limit, most, fmt::format("{} {}", value, what));
  return 0;
}

void SevenZipCursor::expect(std::uint8_t id, std::string_view what) {
  const std::uint8_t found = byte();
  if (found != id)
    refuse(GapKind::kDamaged, fmt::format("{:#04x} instead of {} ({:#04x})", found, what, id));
}

void SevenZipCursor::refuse(GapKind kind, std::string_view what) {
  if (!ok()) return;
  refusal_ = Refusal{kind, fmt::format("{} has {} in front of byte {}", name_, what, position_)};
}

void SevenZipCursor::refuse_at_limit(std::string_view limit, std::uint64_t most,
                                     std::string_view what) {
  if (!ok()) return;
  refusal_ = Refusal{GapKind::kLimit, fmt::format("the limit {} ({}) was reached: {} has {}", limit,
                                                  most, name_, what)};
}

}  // namespace pugmark::unpack
