#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "base/bytes.h"

namespace pugmark {

using Sha256 = std::array<std::byte, 32>;

// Lower-case hexadecimal digits of any bytes.
std::string to_hex(Bytes bytes);

// SHA-256 (FIPS 180-4) of bytes that arrive in pieces, by OpenSSL. Movable, not copyable; one
// thread at a time.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;

  void update(Bytes bytes);

  // The digest of everything so far; the stream starts anew afterwards.
  Sha256 finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Sha256 sha256(Bytes bytes);

}  // namespace pugmark
