#include "base/digest.h"

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <random>
#include <string>
#include <utility>

#include "base/bytes.h"

namespace pugmark {
namespace {

TEST(Sha256, KnownAnswers) {
  // FIPS 180-4 examples.
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, PiecesOfAnySizeGiveTheSame) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::string text(random() % 5000, '\0');
    for (char& c : text) c = static_cast<char>(random() & 0xFFU);
    std::array<unsigned char, 32> expected{};
    // OpenSSL reads unsigned char; char may be viewed as it.
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), expected.data());
    Sha256Stream stream;
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t piece = std::min<std::size_t>(rest.size(), random() % 700);
      stream.update(as_bytes(rest.substr(0, piece)));
      rest.remove_prefix(piece);
    }
    const Sha256 digest = stream.finish();
    EXPECT_EQ(to_hex(digest), to_hex(std::as_bytes(std::span(expected))));
    EXPECT_EQ(digest, sha256(as_bytes(text)));
    // The stream starts anew, and a moved one goes on.
    Sha256Stream moved = std::move(stream);
    moved.update(as_bytes("abc"));
    EXPECT_EQ(moved.finish(), sha256(as_bytes("abc")));
  }
}

TEST(Bytes, RangesNeverOverflow) {
  const std::string text = "0123456789";
  const Bytes bytes = as_bytes(text);
  EXPECT_EQ(as_text(bytes), text);
  constexpr std::size_t kMax = static_cast<std::size_t>(-1);
  for (const std::size_t offset : {0UL, 1UL, 9UL, 10UL, 11UL, kMax - 1, kMax}) {
    for (const std::size_t length : {0UL, 1UL, 9UL, 10UL, 11UL, kMax - 1, kMax}) {
      const bool fits = offset <= 10 && length <= 10 && offset + length <= 10;
      EXPECT_EQ(contains_range(bytes, offset, length), fits) << offset << "+" << length;
    }
  }
}

TEST(Bytes, LittleEndian) {
  const std::string text = "\x01\x02\x03\x04\x05\x06\x07\x88";
  const std::byte* at = as_bytes(text).data();
  EXPECT_EQ(load_le<std::uint8_t>(at), 1);
  EXPECT_EQ(load_le<std::uint16_t>(at + 1), 0x0302);
  EXPECT_EQ(load_le<std::uint32_t>(at + 1), 0x05040302U);
  EXPECT_EQ(load_le<std::uint64_t>(at), 0x8807060504030201ULL);
  EXPECT_LT(load_le<std::int64_t>(at), 0);
}

TEST(Hex, EveryByte) {
  for (unsigned value = 0; value < 256; ++value) {
    const std::byte byte{static_cast<unsigned char>(value)};
    const std::string hex = to_hex(Bytes(&byte, 1));
    ASSERT_EQ(hex.size(), 2U);
    unsigned read = 256;
    EXPECT_EQ(std::from_chars(hex.data(), hex.data() + 2, read, 16).ptr, hex.data() + 2);
    EXPECT_EQ(read, value);
    EXPECT_EQ(hex.find_first_not_of("0123456789abcdef"), std::string::npos);
  }
}

// The examples of RFC 1321 and FIPS 180-4.
TEST(WeakDigestStream, GivesTheDigestsOfItsStandards) {
  WeakDigestStream md5(WeakDigestStream::Kind::kMd5);
  md5.update(as_bytes("a"));
  md5.update(as_bytes("bc"));
  EXPECT_EQ(to_hex(md5.finish()), "900150983cd24fb0d6963f7d28e17f72");
  WeakDigestStream sha1(WeakDigestStream::Kind::kSha1);
  sha1.update(as_bytes("abc"));
  EXPECT_EQ(to_hex(sha1.finish()), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

}  // namespace
}  // namespace pugmark
