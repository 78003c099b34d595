#include "evidence/unpack/gzip_source.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace pugmark::unpack {
namespace {

constexpr std::size_t kPackedBlockBytes = std::size_t{64} << 10U;
constexpr std::array<std::uint8_t, 3> kMagic = {0x1F, 0x8B, 8};  // the method is always deflate
constexpr std::size_t kFixedHeaderRestBytes = 6;                  // time, level, system
constexpr std::uint8_t kHasChecksum = 2;
constexpr std::uint8_t kHasExtra = 4;
constexpr std::uint8_t kHasName = 8;
constexpr std::uint8_t kHasComment = 16;

// Bytes as zlib names them: unsigned char may look at any object.
Bytef* as_zlib(std::byte* bytes) { return reinterpret_cast<Bytef*>(bytes); }

}  // namespace

struct GzipSource::Inflater {
  z_stream stream{};
  std::vector<std::byte> block = std::vector<std::byte>(kPackedBlockBytes);
  std::uint64_t fetched_bytes = 0;  // into `block`, all in all
  std::uint32_t header_checksum = 0;  // of the member's header so far
  std::uint32_t checksum = 0;       // of what the member gave
  std::uint32_t length_bytes = 0;   // the same, modulo 2^32 as gzip stores it
  bool usable = ::inflateInit2(&stream, -MAX_WBITS) == Z_OK;

  Inflater() = default;
  ~Inflater() {
    if (usable) ::inflateEnd(&stream);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

GzipSource::GzipSource(ByteSource& packed)
    : packed_(packed), inflater_(std::make_unique<Inflater>()) {
  if (!inflater_->usable) failure_ = "zlib cannot be used";
}

GzipSource::~GzipSource() = default;

std::size_t GzipSource::read_at(std::uint64_t /*offset*/, std::span<std::byte> /*into*/) {
  return 0;
}

std::uint64_t GzipSource::size_bytes() const { return 0; }

std::uint64_t GzipSource::used_bytes() const {
  return inflater_->fetched_bytes - inflater_->stream.avail_in;
}

// True if there is at least one packed byte to use.
bool GzipSource::refill() {
  z_stream& stream = inflater_->stream;
  if (stream.avail_in > 0) return true;
  const std::size_t got = packed_.read(inflater_->block);
  inflater_->fetched_bytes += got;
  stream.next_in = as_zlib(inflater_->block.data());
  stream.avail_in = static_cast<uInt>(got);
  return got > 0;
}

std::optional<std::uint8_t> GzipSource::next_byte() {
  if (!refill()) return std::nullopt;
  z_stream& stream = inflater_->stream;
  inflater_->header_checksum =
      static_cast<std::uint32_t>(::crc32(inflater_->header_checksum, stream.next_in, 1));
  --stream.avail_in;
  return *stream.next_in++;
}

bool GzipSource::skip_bytes(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (!next_byte()) return false;
  }
  return true;
}

// A text that ends with a NUL.
bool GzipSource::skip_text() {
  for (;;) {
    const auto byte = next_byte();
    if (!byte) return false;
    if (*byte == 0) return true;
  }
}

// The two lower bytes of the checksum of all header bytes before them. False if they are not there.
bool GzipSource::check_header() {
  const std::uint32_t expected = inflater_->header_checksum & 0xFFFFU;
  const auto low = next_byte();
  const auto high = next_byte();
  if (!low || !high) return false;
  const std::uint32_t stored = std::uint32_t{*high} << 8U | *low;
  if (stored != expected)
    deny(fmt::format("the checksum of a gzip header is 0x{:04x}, its bytes give 0x{:04x}", stored,
                     expected));
  return true;
}

// Reads the header of a member. False if there is none: at the end, or where something else stands.
bool GzipSource::begin_member() {
  const bool is_first = inflater_->fetched_bytes == 0;
  if (!refill()) return false;
  const z_stream& stream = inflater_->stream;
  // What begins otherwise behind a member is not gzip, and not ours to use.
  if (!is_first && *stream.next_in != kMagic[0]) return false;
  inflater_->header_checksum = 0;
  for (const std::uint8_t expected : kMagic) {
    if (next_byte() == expected) continue;
    failure_ = "no gzip header where one should be";
    return false;
  }
  const auto flags = next_byte();
  bool whole = flags && skip_bytes(kFixedHeaderRestBytes);
  if (whole && (*flags & kHasExtra) != 0) {
    const auto low = next_byte();
    const auto high = next_byte();
    whole = low && high && skip_bytes(static_cast<std::size_t>(*high) << 8U | *low);
  }
  if (whole && (*flags & kHasName) != 0) whole = skip_text();
  if (whole && (*flags & kHasComment) != 0) whole = skip_text();
  if (whole && (*flags & kHasChecksum) != 0) whole = check_header();
  if (!whole) {
    fail_cut();
    return false;
  }
  ::inflateReset(&inflater_->stream);
  inflater_->checksum = 0;
  inflater_->length_bytes = 0;
  return true;
}

void GzipSource::fail_cut() {
  failure_ = "truncated gzip input";
  failure_kind_ = GapKind::kTruncated;
}

void GzipSource::deny(std::string what) {
  if (denial_.empty()) denial_ = std::move(what);
}

// Reads what stands behind the packed bytes of a member.
void GzipSource::end_member() {
  in_member_ = false;
  std::array<std::byte, 8> stored{};
  for (std::byte& byte : stored) {
    const auto next = next_byte();
    if (!next) {
      fail_cut();
      return;
    }
    byte = std::byte{*next};
  }
  const auto checksum = load_le<std::uint32_t>(stored.data());
  const auto length = load_le<std::uint32_t>(stored.data() + 4);
  if (checksum != inflater_->checksum) {
    deny(fmt::format("the checksum of a gzip member is 0x{:08x}, its bytes give 0x{:08x}", checksum,
                     inflater_->checksum));
  } else if (length != inflater_->length_bytes) {
    deny(fmt::format("a gzip member states {} bytes and gives {} (modulo 2^32)", length,
                     inflater_->length_bytes));
  }
}

std::size_t GzipSource::read(std::span<std::byte> into) {
  into = into.first(std::min<std::size_t>(into.size(), std::numeric_limits<uInt>::max()));
  while (!over_ && failure_.empty() && !into.empty()) {
    if (!in_member_) {
      in_member_ = begin_member();
      over_ = !in_member_;
      continue;
    }
    if (!refill()) {
      fail_cut();
      break;
    }
    z_stream& stream = inflater_->stream;
    stream.next_out = as_zlib(into.data());
    stream.avail_out = static_cast<uInt>(into.size());
    const int result = ::inflate(&stream, Z_NO_FLUSH);
    const std::size_t got = into.size() - stream.avail_out;
    inflater_->checksum = static_cast<std::uint32_t>(
        ::crc32(inflater_->checksum, as_zlib(into.data()), static_cast<uInt>(got)));
    inflater_->length_bytes += static_cast<std::uint32_t>(got);
    given_bytes_ += got;
    if (result == Z_STREAM_END) {
      end_member();
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      failure_ = fmt::format("damaged gzip data, {}", stream.msg == nullptr ? "no reason given"
                                                                            : stream.msg);
    }
    if (got > 0) return got;
  }
  return 0;
}

}  // namespace pugmark::unpack
