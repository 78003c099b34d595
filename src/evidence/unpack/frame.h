#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "evidence/item.h"
#include "evidence/unpack/archive_reader.h"
#include "evidence/unpack/item_stream.h"
#include "evidence/unpack/zip_times.h"

namespace pugmark::unpack {

// One item that is open: the evidence file, the archives nested in it that are being unpacked, and
// the current item last. Not movable: readers hold addresses of what is in it.
struct Frame {
  Item item;
  std::unique_ptr<ByteSource> origin;
  std::unique_ptr<ItemStream> stream;
  std::uint64_t gaps_count = 0;
  bool whole = true;  // no byte of it is known to be missing
  bool over = false;  // of an item that is no archive: read to its end

  // Of archives
  std::unique_ptr<ArchiveReader> reader;
  ArchiveReader::Form form;
  Member member;                      // the last header read
  bool member_is_pending = false;     // it was read while opening and not yet delivered
  bool member_over = true;            // nothing more of it can be read
  bool member_broken = false;         // it ended by damage that the reader does not survive
  bool stopped = false;               // damage or a limit ended the unpacking
  std::uint64_t headers_count = 0;    // read from the present reader
  std::uint64_t reopened_count = 0;
  std::uint64_t entries_count = 0;    // members, nested ones included
  std::uint64_t entries_weight = 0;   // likewise; those with long names count for several
  std::uint64_t unpacked_bytes = 0;   // nested ones included
  std::uint64_t unclaimed_bytes = 0;  // of its own, in no member
  std::uint64_t member_bytes = 0;
  std::uint64_t member_packed_begin = 0;
  std::vector<ZipPlace> zip_places;  // of a zip read by its directory, in the order of its members
  std::string stored_name;           // of its current member, before it was shortened
  std::unordered_map<std::string, std::uint32_t> names;  // of members delivered, with the last "#n"
  std::unordered_map<std::string, std::uint32_t> delivered;  // of those, met again: to pass over

  bool is_container() const { return reader != nullptr; }

  // Packed bytes that the ratio is measured against: all of them if their number is known.
  std::uint64_t packed_bytes() const {
    return stream->can_seek() ? stream->size_bytes() : stream->taken_bytes();
  }

  // Unpacked bytes that `limits` still allow.
  std::uint64_t allowance_bytes(const Limits& limits) const;

  // The same for the current member alone. Only where its own packed bytes are known.
  std::uint64_t member_allowance_bytes(const Limits& limits) const;

  // Makes a stored name unique among the members delivered from here.
  std::string unique_name(std::string_view stored);
};

}  // namespace pugmark::unpack
