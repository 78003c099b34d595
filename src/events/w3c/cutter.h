#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/reader.h"
#include "events/w3c/layout.h"

namespace pugmark::w3c {

// Rows from `begin` (offset in the block) on have this layout and, if the layout has no date
// column, this date.
struct Segment {
  std::size_t begin = 0;
  std::shared_ptr<const Layout> layout;  // null before the first `#Fields:`
  std::optional<std::int64_t> days;      // since 1970
};

class W3cContext : public BlockContext {
 public:
  std::vector<Segment> segments;  // ascending; the first begins at 0
  bool begins_in_line = false;    // the first line began in the block before, which was too long
  bool ends_in_line = false;      // the last line goes on in the next block
};

// The sequential half: finds the directives, so that every block knows what holds in it.
class Cutter {
 public:
  Cutter(std::string_view path, const ReaderOptions& options) : path_(path), options_(options) {}

  Cut cut(std::string_view available, bool at_end, std::size_t max_pending_bytes);

 private:
  void scan(std::string_view block, W3cContext& context);
  void apply(std::string_view line, std::size_t at, W3cContext& context);
  void follow_midnights(std::string_view block, std::size_t begin, std::size_t end,
                        W3cContext& context);
  std::shared_ptr<const Layout> layout_of(std::string_view fields);

  std::string path_;
  ReaderOptions options_;
  std::unordered_map<std::string, std::shared_ptr<const Layout>> layouts_;
  std::shared_ptr<const Layout> layout_;
  std::optional<std::int64_t> days_;
  std::int64_t last_seconds_ = 0;  // of the day, of the last row that had no date of its own
  bool in_line_ = false;
};

}  // namespace pugmark::w3c
