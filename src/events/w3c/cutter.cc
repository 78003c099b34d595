#include "events/w3c/cutter.h"

#include <algorithm>

#include "base/text.h"
#include "events/text/fields.h"
#include "events/text/line_cursor.h"
#include "events/text/scan.h"

namespace pugmark::w3c {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
// A row this much before its predecessor is of the next day; a row nearly a day behind it was
// merely written late, across midnight.
constexpr std::int64_t kNextDaySeconds = 43'200;
constexpr std::int64_t kLateSeconds = 60;
// Files with more different `#Fields:` lines than this are hostile; their layouts are made anew.
constexpr std::size_t kLayoutsMax = 64;

std::string_view nth_word(std::string_view line, std::size_t index) {
  std::size_t begin = 0;
  while ((begin = line.find_first_not_of(' ', begin)) != std::string_view::npos) {
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    if (index-- == 0) return line.substr(begin, end - begin);
    begin = end;
  }
  return {};
}

bool has_directive_name(std::string_view line, std::string_view name) {
  return equal_ascii_nocase(line.substr(0, name.size()), name);
}

}  // namespace

std::shared_ptr<const Layout> Cutter::layout_of(std::string_view fields) {
  std::string key(fields);
  if (const auto found = layouts_.find(key); found != layouts_.end()) return found->second;
  if (layouts_.size() >= kLayoutsMax) layouts_.clear();
  auto layout = make_layout(fields, path_, options_);
  layouts_.emplace(std::move(key), layout);
  return layout;
}

void Cutter::apply(std::string_view line, std::size_t at, W3cContext& context) {
  constexpr std::string_view kFields = "#Fields:";
  constexpr std::string_view kDate = "#Date:";
  line = text::without_carriage_return(text::without_byte_order_mark(line));
  if (has_directive_name(line, kFields)) {
    layout_ = layout_of(line.substr(kFields.size()));
  } else if (has_directive_name(line, kDate)) {
    text::DayParser parser;
    const auto days = parser.parse(nth_word(line.substr(kDate.size()), 0));
    if (!days) return;
    days_ = days;
    last_seconds_ = text::parse_seconds_of_day(nth_word(line.substr(kDate.size()), 1)).value_or(0);
  } else {
    return;
  }
  context.segments.push_back({at, layout_, days_});
}

void Cutter::follow_midnights(std::string_view block, std::size_t begin, std::size_t end,
                              W3cContext& context) {
  if (layout_ == nullptr || layout_->date != kNoColumn || layout_->time == kNoColumn || !days_)
    return;
  text::LineCursor lines(block.substr(0, end), begin);
  while (lines.next()) {
    const auto line = text::without_carriage_return(text::without_byte_order_mark(lines.line()));
    const auto seconds = text::parse_seconds_of_day(nth_word(line, layout_->time));
    if (!seconds || line.starts_with('#')) continue;
    if (*seconds + kNextDaySeconds < last_seconds_) {
      ++*days_;
      context.segments.push_back({lines.begin(), layout_, days_});
    } else if (*seconds - last_seconds_ > kSecondsPerDay - kLateSeconds) {
      context.segments.push_back({lines.begin(), layout_, *days_ - 1});
      context.segments.push_back({lines.next_begin(), layout_, days_});
      continue;
    }
    last_seconds_ = *seconds;
  }
}

void Cutter::scan(std::string_view block, W3cContext& context) {
  const auto is_mark = [](std::string_view rest) {
    return rest.starts_with('#') || rest.starts_with(text::kByteOrderMark);
  };
  std::size_t rows_begin = 0;
  std::size_t at = !context.begins_in_line && is_mark(block) ? 0 : text::find_marked_line(block, 0);
  for (; at != std::string_view::npos; at = text::find_marked_line(block, at + 1)) {
    if (!is_mark(block.substr(at))) continue;
    if (!text::without_byte_order_mark(block.substr(at)).starts_with('#')) continue;
    follow_midnights(block, rows_begin, at, context);
    text::LineCursor lines(block, at);
    if (lines.next()) apply(lines.line(), at, context);
    rows_begin = lines.next_begin();
  }
  follow_midnights(block, rows_begin, block.size(), context);
}

Cut Cutter::cut(std::string_view available, bool at_end, std::size_t max_pending_bytes) {
  auto context = std::make_shared<W3cContext>();
  std::size_t size = available.size();
  if (!at_end) {
    const std::size_t feed = text::find_last_line_feed(available);
    if (feed != std::string_view::npos) {
      size = feed + 1;
    } else if (available.size() < max_pending_bytes) {
      return {};
    } else {
      context->ends_in_line = true;
    }
  }
  context->begins_in_line = in_line_;
  in_line_ = context->ends_in_line;
  context->segments.push_back({0, layout_, days_});
  scan(available.substr(0, size), *context);
  return {size, std::move(context)};
}

}  // namespace pugmark::w3c
