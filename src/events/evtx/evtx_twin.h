#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/time.h"

// The slow twin of the EVTX decoder: reads every record into a tree of elements and flattens the
// tree. No caches, no compilation, nothing shared with the fast code but the numbers of format.h
// and the rendering of a single value. Tests and fuzzers compare the two.
namespace pugmark::evtx {

struct ReferenceText {
  std::string text;      // rendered, UTF-8
  bool is_null = false;
  friend bool operator==(const ReferenceText&, const ReferenceText&) = default;
};

struct ReferenceField {
  std::string name;
  std::vector<ReferenceText> values;
  bool is_list = false;
};

struct ReferenceRecord {
  std::uint64_t offset_bytes = 0;  // in the item
  std::uint32_t size_bytes = 0;
  std::uint64_t record_id = 0;
  TimeUtc time;
  TimePrecision precision = TimePrecision::kUnknown;
  std::string channel;
  std::string provider;
  std::string computer;
  std::uint32_t event_id = 0;
  std::vector<ReferenceField> fields;
};

struct ReferenceLog {
  std::vector<ReferenceRecord> records;
  // Of records with a sound header that cannot be read.
  std::vector<std::uint64_t> unreadable_offsets;
};

// Reads a whole item. Of the limits only nesting_depth is kept: no field or value is left out.
// Nothing is carved.
ReferenceLog read_reference(Bytes whole_item, const Limits& limits);

}  // namespace pugmark::evtx
