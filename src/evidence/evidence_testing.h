#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/folder_testing.h"
#include "base/limits.h"
#include "evidence/cursor.h"

namespace pugmark::testing {

struct PackedMember {
  std::string name;
  std::string content;
  char kind = 'f';          // f file, d folder, s symbolic link, h hard link, p pipe
  std::string link_target = {};  // of links
  // Ranges that hold bytes, if the rest is holes: offset and length.
  std::vector<std::pair<std::int64_t, std::int64_t>> data_ranges = {};
  std::int64_t modified_s = 1'600'000'000;  // since 1970
  long modified_ns = 0;                     // behind that second
  std::int64_t owner_id = 0;
  std::string owner_name = {};
};

// True if `text` has as many lines as there are `words`, each containing its word.
::testing::AssertionResult lines_say(const std::string& text,
                                     const std::vector<std::string>& words);

// Archives in memory, by the writer of libarchive. `format` is "zip", "zip-store", "7z", "7z-" with
// "store", "deflate", "bzip2", "lzma1", "lzma2" or "ppmd" behind it, "tar", "ustar", "v7tar",
// "gnutar", "cpio", "ar" or "raw"; `filter` "", "gzip", "bzip2", "xz", "zstd" or "lz4".
std::string packed(std::string_view format, std::string_view filter,
                   const std::vector<PackedMember>& members, std::string_view passphrase = {});

// Bytes that compress badly, always the same for a seed.
std::string noise(std::size_t size_bytes, std::uint32_t seed);

struct Delivered {
  Item item;  // as finished
  std::string bytes;
  bool is_container = false;
};

struct Walked {
  std::vector<Delivered> items;  // in the order of delivery
  std::vector<Item> finished;    // every finished item, encrypted ones included
  std::vector<Gap> gaps;
  std::uint64_t consumed_bytes = 0;

  // The only item of that path; fails the test if there is none.
  const Delivered& at(std::string_view path) const;
  bool has(std::string_view path) const;
  // Gaps of an item, a line "kind: what" each.
  std::string gaps_of(std::string_view path) const;
  // All gaps, a line "path: kind: what" each.
  std::string all_gaps() const;
};

// Walks a file to its end, reading in pieces of `piece_bytes`.
Walked walk(const std::string& path, const Limits& limits = {}, std::size_t piece_bytes = 4096);

// Lists and walks everything.
Walked walk_all(const std::vector<std::string>& paths, const Limits& limits = {});

// Path behind `root` -> size and digest as one text, archives left out.
std::map<std::string, std::string> contents_below(const Walked& walked, std::string_view root);

// What contents_below() gives for these members.
std::map<std::string, std::string> contents_of(const std::vector<PackedMember>& members);

}  // namespace pugmark::testing
