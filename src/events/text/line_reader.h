#pragma once

#include <cstddef>
#include <string_view>

#include "events/reader.h"
#include "events/text/fields.h"
#include "events/text/line_cutter.h"

namespace pugmark::text {

// A reader of logs whose records are lines and nothing else: it finds the lines, and says of those
// that are too long and of the NULs between them; what a line means is the format's.
class LineReader : public Reader {
 public:
  explicit LineReader(const ReaderOptions& options) : options_(options) {}

  Cut cut(Bytes available, std::uint64_t offset_bytes, bool at_end) final;
  void decode(const Block& block, DecodeScratch& scratch, EventBatch& batch) const final;
  std::size_t max_pending_bytes() const final;

 protected:
  // Reads the line that stands `at` bytes into the block, without its end. True if it was
  // understood; false if it was put among the gaps instead. Thread-safe.
  virtual bool read_line(const Block& block, std::size_t at, std::string_view line,
                         DecodeScratch& scratch, EventBatch& batch, GapRecorder& gaps) const = 0;

  const ReaderOptions& options() const { return options_; }

 private:
  ReaderOptions options_;
  LineCutter cutter_;
};

}  // namespace pugmark::text
