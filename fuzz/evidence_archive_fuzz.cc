// Walks any bytes as an evidence file, with limits small enough to be met, and checks what a cursor
// promises: it ends, its limits hold, digests are of the bytes delivered, nothing is cut in
// silence.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <unordered_map>

#include "evidence/cursor.h"

namespace {

using namespace pugmark;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

Limits tight_limits() {
  Limits limits;
  limits.archive_ratio = 50;
  limits.archive_bytes = 4U << 20U;
  limits.archive_entries = 300;
  limits.archive_depth = 4;
  limits.seekable_member_bytes = 2U << 20U;
  limits.items = 400;
  limits.gaps_per_item = 20;
  return limits;
}

// What is known of one item while the cursor walks.
struct Seen {
  Sha256 digest{};
  std::uint64_t bytes = 0;
  bool is_container = false;
};

void check(const Limits& limits, std::size_t size_bytes, ItemCursor cursor) {
  std::unordered_map<ItemId, Seen> seen;
  std::set<std::string> paths;
  std::array<std::byte, 5000> piece;
  std::uint64_t delivered = 0;
  while (cursor.next_item()) {
    require(paths.insert(cursor.item().path).second, "a path is delivered once");
    Seen& item = seen[cursor.item().id];
    item.is_container = cursor.is_container();
    Sha256Stream hash;
    for (;;) {
      const std::size_t got = cursor.read(piece);
      require(got <= piece.size(), "no more than asked");
      hash.update(Bytes(piece).first(got));
      item.bytes += got;
      if (got < piece.size()) break;
    }
    require(cursor.read(piece) == 0, "the end stays the end");
    item.digest = hash.finish();
    delivered += item.bytes;
  }
  require(delivered <= limits.archive_bytes + size_bytes, "archive-bytes holds");
  require(seen.size() <= limits.items + 1, "items hold");
  std::set<ItemId> with_gap;
  for (const Gap& gap : cursor.take_gaps()) {
    require(!gap.what.empty(), "a gap says what it is");
    with_gap.insert(gap.where.item);
  }
  std::size_t finished_count = 0;
  for (const Item& item : cursor.take_finished_items()) {
    if (item.type == "encrypted") continue;
    ++finished_count;
    const auto at = seen.find(item.id);
    require(at != seen.end(), "what is finished was delivered");
    require(item.sha256.has_value() || with_gap.contains(item.id), "no digest, no silence");
    if (at->second.is_container) continue;
    require(item.size_bytes == at->second.bytes, "the size is of the bytes delivered");
    require(!item.sha256 || *item.sha256 == at->second.digest, "the digest is of these bytes");
  }
  require(finished_count == seen.size(), "what was delivered is finished");
  require(cursor.consumed_bytes() == size_bytes, "all was consumed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  static const int descriptor = ::memfd_create("evidence", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  const auto length = static_cast<off_t>(size_bytes);
  const bool written = ::ftruncate(descriptor, length) == 0 &&
                       ::pwrite(descriptor, data, size_bytes, 0) == static_cast<ssize_t>(length);
  require(written, "the input is written");
  const Limits limits = tight_limits();
  ItemIds ids;
  auto cursor = ItemCursor::open({path, size_bytes, true}, limits, ids);
  require(cursor.ok(), "the input is opened");
  check(limits, size_bytes, std::move(cursor).value());
  return 0;
}
