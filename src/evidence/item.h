#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/time.h"
#include "evidence/locator.h"

namespace pugmark {

// What a listing says of a file: the file system that it lies in, or its archive. An intruder may
// have set any of it. Small, because there may be millions.
struct FileAttributes {
  enum class Source : std::uint8_t {
    kNone,  // nothing is said
    kFileSystem,
    kTar,
    kZip,  // its extra fields: the times that every member has are of no known zone
    kSevenZip,
    kOther,  // another archive
  };
  static constexpr std::int64_t kNoTime = INT64_MIN;
  static constexpr std::uint32_t kNoOwner = UINT32_MAX;
  static constexpr std::uint16_t kNoMode = UINT16_MAX;

  // Nanoseconds since 1970 in UTC, or kNoTime. No file system is asked when a file was accessed:
  // reading it may change the answer.
  std::int64_t modified_ns = kNoTime;
  std::int64_t changed_ns = kNoTime;  // its owner, its name, ...: what Unix calls ctime
  std::int64_t created_ns = kNoTime;
  std::int64_t accessed_ns = kNoTime;
  std::uint32_t owner_id = kNoOwner;  // of the machine that it was on
  std::uint16_t mode = kNoMode;       // permission bits of Unix
  Source source = Source::kNone;
  TimePrecision precision = TimePrecision::kUnknown;  // of all its times
  std::shared_ptr<const std::string> owner_name;      // null if only a number is known, or nothing
};
std::string_view to_string(FileAttributes::Source source);  // "", "file system", "tar", "zip", ...
std::optional<FileAttributes::Source> attributes_source_from_string(std::string_view text);

// Digests that only lists of known files ask for: nobody should rely on them.
struct WeakDigests {
  std::optional<std::array<std::byte, 16>> md5;
  std::optional<std::array<std::byte, 20>> sha1;
};

// What is known of one item after it was read. Owns its data.
struct Item {
  ItemId id{};
  std::string path;              // as handed over; members of archives after "!/"
  std::uint64_t size_bytes = 0;  // unpacked, as delivered; of what was not opened, as stated
  std::optional<Sha256> sha256;  // of all its bytes; absent if it could not be read to the end
  std::string type;              // by content: "evtx", "w3c", "zip", "unknown", ...
  std::uint64_t events_count = 0;
  std::uint64_t read_bytes = 0;    // understood by a reader
  std::uint64_t unread_bytes = 0;  // the rest: damage, slack, tails, unknown types
  FileAttributes attributes;
  std::shared_ptr<const WeakDigests> weak_digests;  // null if nobody asked for any
};

// The path without the number behind it that a later member of the same name gets: "a.tar!/x.asp#2"
// was stored as "x.asp", too. For whoever goes by names; two items may have the same. A view of
// `item_path`.
std::string_view path_without_number(std::string_view item_path);

}  // namespace pugmark
