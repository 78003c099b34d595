#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "evidence/unpack/seven_zip_directory.h"

namespace pugmark::unpack {

// Reads the directory of a 7z in order and never beyond its end. From the first thing that is wrong
// with it on it gives zeros and nothing, and refusal() says what that was and where: nothing read
// is to be believed, and no loop to be gone on with, unless ok().
class SevenZipCursor {
 public:
  // `name` is what messages call these bytes ("its directory"). Both must outlive the cursor.
  SevenZipCursor(Bytes bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  std::uint8_t byte();
  std::uint32_t checksum();
  Bytes take(std::uint64_t length_bytes);
  std::vector<bool> bits(std::uint64_t count);

  // In the form of 1 to 9 bytes that most numbers have.
  std::uint64_t number();

  // The same, of things that are kept one by one: more than the limit are refused.
  std::uint64_t count(std::string_view limit, std::uint64_t most, std::string_view what);

  // The next byte has to be this one.
  void expect(std::uint8_t id, std::string_view what);

  std::uint64_t left_bytes() const { return ok() ? bytes_.size() - position_ : 0; }
  std::uint64_t position_bytes() const { return position_; }

  bool ok() const { return !refusal_.has_value(); }
  const std::optional<Refusal>& refusal() const { return refusal_; }

  // Only the first one counts. `what` is said to stand in front of the present position.
  void refuse(GapKind kind, std::string_view what);
  void refuse_at_limit(std::string_view limit, std::uint64_t most, std::string_view what);

 private:
  Bytes bytes_;
  std::string_view name_;
  std::size_t position_ = 0;
  std::optional<Refusal> refusal_;
};

}  // namespace pugmark::unpack
