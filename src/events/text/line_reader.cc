#include "events/text/line_reader.h"

#include "events/text/line_cursor.h"

namespace pugmark::text {

Cut LineReader::cut(Bytes available, std::uint64_t /*offset_bytes*/, bool at_end) {
  return cutter_.cut(as_text(available), at_end, max_pending_bytes());
}

std::size_t LineReader::max_pending_bytes() const {
  return static_cast<std::size_t>(options_.limits->line_bytes) + 1;
}

void LineReader::decode(const Block& block, DecodeScratch& scratch, EventBatch& batch) const {
  const auto& context = static_cast<const LineContext&>(*block.context);
  GapRecorder gaps(batch, block, *options_.limits);
  const std::string_view text = as_text(block.bytes);
  LineCursor lines(text);
  bool is_rest = context.begins_in_line;
  while (lines.next()) {
    const bool goes_on = context.ends_in_line && lines.end() == text.size();
    const std::string_view line = without_carriage_return(lines.line());
    // The end of the line is structure, whatever becomes of the line.
    batch.understood_bytes +=
        lines.next_begin() - lines.begin() - lines.padding_bytes() - line.size();
    if (is_rest || goes_on || line.size() > options_.limits->line_bytes) {
      if (!line.empty())
        gaps.add(lines.begin(), line.size(), GapKind::kLimit,
                 "A line is longer than the limit line-bytes; it was skipped.");
    } else if (read_line(block, lines.begin(), line, scratch, batch, gaps)) {
      batch.understood_bytes += line.size();
    }
    if (lines.padding_bytes() > 0)
      gaps.add(lines.end(), lines.padding_bytes(), GapKind::kTruncated,
               "NUL bytes stand here: space that was reserved and had not been written.");
    is_rest = false;
  }
  gaps.finish();
}

}  // namespace pugmark::text
