#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "detect/files/examined_store.h"
#include "detect/files/file_check.h"
#include "events/reader.h"

namespace pugmark {
class Ruleset;
}

namespace pugmark::files {

using Checks = std::vector<std::unique_ptr<FileCheck>>;

// All checks there are, for one worker. `rules` and `limits` outlive them.
Checks make_checks(const Ruleset& rules, const Limits& limits);

// Has files that are no logs looked at by all checks and keeps what they say. One per worker.
class Examiner {
 public:
  // `limits` outlives the examiner.
  Examiner(Checks checks, const Limits& limits) : checks_(std::move(checks)), limits_(limits) {}

  // `block` is of a reader that is_file(). Large files of unknown kind and large texts are passed
  // over: they are neither scripts nor documents nor executables, and stand among the items as
  // "unknown" or "text", whose bytes do not count as read.
  // kIo: the temporary file cannot be written.
  Status examine(const Block& block, const std::string& item_path, const std::atomic<bool>& stop);
  void release_memory();

  ExaminedStore& store() { return store_; }
  std::uint64_t hits_count() const { return hits_count_; }
  std::vector<Gap> take_gaps() { return std::move(gaps_); }

 private:
  Checks checks_;
  const Limits& limits_;
  ExaminedStore store_;
  std::uint64_t hits_count_ = 0;
  std::vector<Gap> gaps_;
};

}  // namespace pugmark::files
