#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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

// MD5 (RFC 1321) or SHA-1 (FIPS 180-4): only to compare with lists of known files, never to tell
// files apart. One thread; movable.
class WeakDigestStream {
 public:
  enum class Kind : std::uint8_t { kMd5, kSha1 };
  explicit WeakDigestStream(Kind kind);
  ~WeakDigestStream();
  WeakDigestStream(WeakDigestStream&&) noexcept;
  WeakDigestStream& operator=(WeakDigestStream&&) noexcept;

  void update(Bytes bytes);

  // 16 or 20 bytes. Empty where libcrypto was built, or is told by its configuration, to refuse the
  // algorithm. Once.
  std::vector<std::byte> finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace pugmark
