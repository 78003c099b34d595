#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace pugmark {

// Findings of one worker, at most Limits::findings_per_rule_and_computer of one rule on one
// computer: those that come first by (time, item path, offset). The rest are counted. Of more
// computers than Limits::computers the names that sort first are told apart and the others are
// capped together. So nothing depends on who read what when. Details are kept in an unlinked
// temporary file, so memory stays at about 100 bytes per finding whatever the events contain.
// One thread at a time; merge() of several stores gives the same result in any order.
class FindingStore {
 public:
  struct Place {
    std::int64_t time_ns = 0;                // INT64_MAX: the event has no time
    const std::string* item_path = nullptr;  // outlives the store
    std::uint64_t offset_bytes = 0;
    std::uint64_t ordinal = 0;  // tells apart what a correlation says about one place
  };
  // Findings of one rule on one computer, the ones beyond the cap included.
  struct Count {
    std::uint64_t total = 0;
    std::uint64_t kept = 0;
  };

  explicit FindingStore(const Limits& limits);
  ~FindingStore();
  FindingStore(FindingStore&&) noexcept;
  FindingStore& operator=(FindingStore&&) noexcept;

  // Counts one match of `rule` (an index of the caller's) on `computer`. True if it belongs to
  // those kept so far: then the caller hands its details to keep(), otherwise nothing more is to
  // do.
  bool count(std::uint32_t rule, std::string_view computer, const Place& place);

  // Stores the details (details.h) of the match just counted. kIo if the temporary file cannot be
  // written.
  Status keep(std::uint32_t rule, std::string_view computer, const Place& place,
              std::string_view details);

  // Takes over everything of `other`.
  Status merge(FindingStore&& other);

  // Where the details of a finding are: in which temporary file of the store, and where in it.
  struct Spilled {
    std::uint32_t file = 0;
    std::uint32_t length_bytes = 0;
    std::uint64_t offset_bytes = 0;
  };
  // One kept finding.
  struct Entry {
    std::uint32_t rule = 0;
    Place place;
    Spilled spilled;
  };

  // All kept findings, in no order. Valid until the store changes.
  std::vector<Entry> entries() const;

  // Makes `details` those of one of them. kIo if the temporary file cannot be read.
  Status read(const Entry& entry, std::string& details);

  // Matches per rule, over all computers.
  std::map<std::uint32_t, Count> counts() const;

  std::uint64_t kept_count() const;
  // The cap in force: below the limit's value if Limits::findings forced it down (halved until the
  // whole fits, which is independent of the order of events).
  std::uint64_t cap() const;
  // True if names of computers were thrown together because there were more than
  // Limits::computers.
  bool computers_merged() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace pugmark
