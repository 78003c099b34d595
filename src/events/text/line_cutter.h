#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "events/reader.h"
#include "events/text/scan.h"

namespace pugmark::text {

// What a block of plain lines must know: whether its first or last line is only part of one.
class LineContext : public BlockContext {
 public:
  bool begins_in_line = false;  // the block before was cut inside a line that was too long
  bool ends_in_line = false;    // this one is
};

// The sequential half of readers whose records are lines and nothing else.
class LineCutter {
 public:
  Cut cut(std::string_view available, bool at_end, std::size_t max_pending_bytes) {
    auto context = std::make_shared<LineContext>();
    context->begins_in_line = in_line_;
    std::size_t size = available.size();
    if (!at_end) {
      size = find_last_line_feed(available) + 1;  // npos + 1 is 0
      if (size == 0) {
        if (available.size() < max_pending_bytes) return {};
        size = available.size();
        context->ends_in_line = true;
      }
    }
    in_line_ = context->ends_in_line;
    return {size, std::move(context)};
  }

 private:
  bool in_line_ = false;
};

}  // namespace pugmark::text
