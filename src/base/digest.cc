#include "base/digest.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace pugmark {

struct Sha256Stream::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }

  // SHA-256 is always compiled into libcrypto: failing here means a broken installation, and a
  // digest that is silently wrong would be worse than stopping. Asked for once: EVP_sha256() would
  // be looked up again for every digest.
  void begin() {
    static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (evp == nullptr || EVP_DigestInit_ex(evp, kAlgorithm, nullptr) != 1) std::abort();
  }
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) { context_->begin(); }
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::update(Bytes bytes) {
  if (EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) != 1) std::abort();
}

Sha256 Sha256Stream::finish() {
  Sha256 digest{};
  // OpenSSL writes unsigned char; std::byte may be viewed as it.
  auto* out = reinterpret_cast<unsigned char*>(digest.data());
  if (EVP_DigestFinal_ex(context_->evp, out, nullptr) != 1) std::abort();
  context_->begin();
  return digest;
}

struct WeakDigestStream::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  bool is_refused = false;
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }
};

WeakDigestStream::WeakDigestStream(Kind kind) : context_(std::make_unique<Context>()) {
  // Asked for once, as above.
  static const EVP_MD* const kMd5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  static const EVP_MD* const kSha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  const EVP_MD* const algorithm = kind == Kind::kMd5 ? kMd5 : kSha1;
  context_->is_refused = algorithm == nullptr || context_->evp == nullptr ||
                         EVP_DigestInit_ex(context_->evp, algorithm, nullptr) != 1;
}
WeakDigestStream::~WeakDigestStream() = default;
WeakDigestStream::WeakDigestStream(WeakDigestStream&&) noexcept = default;
WeakDigestStream& WeakDigestStream::operator=(WeakDigestStream&&) noexcept = default;

void WeakDigestStream::update(Bytes bytes) {
  if (context_->is_refused) return;
  context_->is_refused = EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) != 1;
}

std::vector<std::byte> WeakDigestStream::finish() {
  if (context_->is_refused) return {};
  std::vector<std::byte> digest(EVP_MAX_MD_SIZE);
  unsigned size_bytes = 0;
  // OpenSSL writes unsigned char; std::byte may be viewed as it.
  auto* out = reinterpret_cast<unsigned char*>(digest.data());
  if (EVP_DigestFinal_ex(context_->evp, out, &size_bytes) != 1) return {};
  digest.resize(size_bytes);
  return digest;
}

Sha256 sha256(Bytes bytes) {
  Sha256Stream stream;
  stream.update(bytes);
  return stream.finish();
}

std::string to_hex(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    out += kDigits[std::to_integer<unsigned>(byte) >> 4U];
    out += kDigits[std::to_integer<unsigned>(byte) & 15U];
  }
  return out;
}

}  // namespace pugmark
