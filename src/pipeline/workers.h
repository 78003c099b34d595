#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "detect/ruleset.h"
#include "detect/scanner.h"
#include "events/shape.h"
#include "evidence/cursor.h"
#include "pipeline/pipeline.h"

namespace pugmark {

// What the workers bring home. The scanners' findings refer to item paths kept in here and to the
// shapes, so this lives until the results are settled.
struct ScannedEvidence {
  std::unique_ptr<ShapeTable> shapes;
  std::vector<Scanner> scanners;  // one per worker
  std::vector<Item> items;        // all, digests final; in no order
  std::vector<Gap> gaps;          // of reading; those of decoding are with the scanners
};

// What `request.threads_count` means on this machine: at least 1.
unsigned threads_count_of(const HuntRequest& request);

// Reads all files of the listing on `request.threads_count` threads. A worker takes the next file
// nobody has begun; when there is none left it helps with those still being read, so one huge file
// keeps every thread busy. Where a limit is reached whose victims depend on the order of reading
// (items, field-names, shapes, shape-fields, coverage-days, log-sources), everything is read again
// by one thread in the order of paths; and if the tables of names and kinds are full then too, once
// more, and no item may fill more than half of what is left of them. New items get ids behind those
// of `ids`. kIo: temporary file; kIo with the word "cancelled" if progress.cancel was set.
Result<ScannedEvidence> scan_evidence(const Listing& listing, const ItemIds& ids, Ruleset& rules,
                                      const HuntRequest& request, HuntProgress& progress);

}  // namespace pugmark
