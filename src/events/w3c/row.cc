#include "events/w3c/row.h"

#include <algorithm>
#include <string>

namespace pugmark::w3c {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

bool is_number_or_dash(std::string_view word) { return word == "-" || text::is_digits(word); }

// True if the last words of the row can be the numbers at the end of the layout, and there is one.
bool numbers_fit(const std::vector<std::string_view>& words, const Layout& layout) {
  const std::size_t count = layout.columns.size() - layout.numbers_from;
  if (count == 0 || words.size() < count) return false;
  const std::size_t first = words.size() - count;
  for (std::size_t i = first; i < words.size(); ++i) {
    if (!is_number_or_dash(words[i])) return false;
  }
  if (layout.status == kNoColumn || layout.status < layout.numbers_from) return true;
  return words[first + layout.status - layout.numbers_from].size() == 3;
}

bool port_fits(const std::vector<std::string_view>& words, const Layout& layout,
               std::size_t extra_count) {
  return layout.port == layout.pivot + 1 && text::is_digits(words[layout.port + extra_count]);
}

std::string_view span_of(std::string_view first, std::string_view last) {
  return {first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data())};
}

void split_words(std::string_view line, std::vector<std::string_view>& words) {
  words.clear();
  std::size_t begin = 0;
  while ((begin = line.find_first_not_of(' ', begin)) != std::string_view::npos) {
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    begin = end;
  }
}

// What is certain of a row that does not fit its layout.
void align_certain(const Layout& layout, const std::vector<std::string_view>& words,
                   AlignedRow& row) {
  const std::size_t columns = layout.columns.size();
  const std::size_t left = std::min({words.size(), columns, layout.pivot});
  std::copy_n(words.begin(), left, row.columns.begin());
  if (layout.pivot == kNoColumn || words.size() <= layout.pivot) return;
  const std::size_t numbers = columns - layout.numbers_from;
  const bool has_numbers = layout.numbers_from > layout.pivot &&
                           words.size() > layout.pivot + numbers && numbers_fit(words, layout);
  const std::size_t doubtful_end = words.size() - (has_numbers ? numbers : 0);
  row.columns[layout.pivot] = span_of(words[layout.pivot], words[doubtful_end - 1]);
  for (std::size_t i = doubtful_end; i < words.size(); ++i) {
    row.columns[layout.numbers_from + i - doubtful_end] = words[i];
  }
}

}  // namespace

void align_row(std::string_view line, const Layout& layout, std::vector<std::string_view>& words,
               AlignedRow& row) {
  const std::size_t columns = layout.columns.size();
  split_words(line, words);
  row.columns.assign(columns, {});
  row.whole = true;
  if (words.size() == columns) {
    row.columns = words;
    return;
  }
  if (words.size() > columns && layout.pivot != kNoColumn) {
    const std::size_t extra = words.size() - columns;
    if (port_fits(words, layout, extra) ||
        (layout.numbers_from > layout.pivot && numbers_fit(words, layout) &&
         layout.port == kNoColumn)) {
      std::copy_n(words.begin(), layout.pivot, row.columns.begin());
      row.columns[layout.pivot] = span_of(words[layout.pivot], words[layout.pivot + extra]);
      for (std::size_t i = layout.pivot + 1; i < columns; ++i) row.columns[i] = words[i + extra];
      return;
    }
  }
  row.whole = false;
  align_certain(layout, words, row);
}

RowTime row_time(std::string_view date, std::string_view time,
                 const std::optional<std::int64_t>& days, text::DayParser& parser) {
  const auto day = date.data() == nullptr ? days : parser.parse(date);
  if (!day || time.data() == nullptr) return {};
  if (const auto seconds = text::parse_seconds_of_day(time)) {
    return {{(*day * kSecondsPerDay + *seconds) * kNsPerSecond}, TimePrecision::kSecond};
  }
  // Enhanced logging of IIS writes fractions of a second.
  const auto parsed = parse_time("1970-01-01T" + std::string(time.substr(0, 32)));
  if (!parsed) return {};
  return {{*day * kSecondsPerDay * kNsPerSecond + parsed->time.ns_since_1970}, parsed->precision};
}

}  // namespace pugmark::w3c
