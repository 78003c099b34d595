#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "events/event.h"
#include "events/evtx/evtx_twin.h"
#include "evidence/gap.h"

// Runs the fast decoder over a whole item and compares what it says with the slow twin: for tests
// and fuzzers.
namespace pugmark::evtx {

struct DecodedRecord {
  ReferenceRecord record;  // owned and rendered
  bool recovered = false;
};

struct DecodedLog {
  std::vector<DecodedRecord> records;
  std::vector<Gap> gaps;
  std::vector<RecurringGap> recurring_gaps;
  std::uint64_t understood_bytes = 0;

  std::uint64_t copies_count = 0;  // carved records left out because they are copies
};

struct DecodeChoices {
  bool carve = false;
  bool wanted = true;            // false: as if no rule wanted any kind of event
  std::size_t shown_bytes = 0;   // how much of the item cut() sees at once; 0: all of it
};

DecodedLog decode_whole(Bytes item, const Limits& limits, const DecodeChoices& choices = {});

// How two readings of one record differ, as a sentence; empty if they agree.
std::string record_difference(const ReferenceRecord& fast, const ReferenceRecord& slow);

// Where the fast decoder and the twin differ first, as a sentence; empty if they agree. Records of
// an item in which the fast decoder reached a limit are not compared: the twin has none.
std::string first_difference(Bytes item, const Limits& limits);

// The same of which carved records are left out as copies: against reading every chunk without the
// one before it and comparing afterwards. `item` has a file header.
std::string first_copy_difference(Bytes item, const Limits& limits, std::size_t shown_bytes);

}  // namespace pugmark::evtx
