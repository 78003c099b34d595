#include "events/w3c/layout.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "events/text/fields.h"

namespace pugmark::w3c {
namespace {

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  std::size_t begin = 0;
  while ((begin = text.find_first_not_of(" \t\r", begin)) != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(" \t\r", begin), text.size());
    found.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return found;
}

std::size_t column_named(const Layout& layout, std::string_view name) {
  const auto found = std::find(layout.columns.begin(), layout.columns.end(), name);
  return found == layout.columns.end() ? kNoColumn
                                       : static_cast<std::size_t>(found - layout.columns.begin());
}

bool is_number_column(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNumbers = {
      "sc-status", "sc-substatus", "sc-win32-status", "time-taken", "sc-bytes", "cs-bytes"};
  return std::find(kNumbers.begin(), kNumbers.end(), name) != kNumbers.end();
}

bool is_http_error_log(const std::vector<std::string_view>& names) {
  const auto has = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  return has("s-reason") || has("s-queuename");
}

// The further names under which Sigma rules look for what a column says.
void add_copies(Layout& layout, std::vector<std::string>& names) {
  const auto add_slot = [&](std::string_view name) {
    names.emplace_back(name);
    return static_cast<std::uint32_t>(names.size() - 1);
  };
  const std::size_t win32 = column_named(layout, "sc-win32-status");
  if (win32 != kNoColumn && column_named(layout, "c-win32-status") == kNoColumn) {
    layout.copies.emplace_back(static_cast<std::uint32_t>(win32), add_slot("c-win32-status"));
  }
  const std::size_t uri = column_named(layout, "cs-uri");
  if (uri != kNoColumn && column_named(layout, "cs-uri-stem") == kNoColumn &&
      column_named(layout, "cs-uri-query") == kNoColumn) {
    layout.uri = uri;
    layout.stem_slot = add_slot("cs-uri-stem");
    layout.query_slot = add_slot("cs-uri-query");
  }
}

}  // namespace

std::string sigma_name(std::string_view column) {
  constexpr std::array<std::string_view, 4> kHeaders = {"User-Agent", "Referer", "Cookie", "Host"};
  for (const std::string_view header : kHeaders) {
    if (column.size() == header.size() + 4 && column.starts_with("cs(") && column.ends_with(')') &&
        equal_ascii_nocase(column.substr(3, header.size()), header)) {
      return "cs-" + ascii_lower(header);
    }
  }
  return std::string(column);
}

bool is_nullable(std::string_view name) {
  constexpr std::array<std::string_view, 7> kNullable = {
      "cs-uri-query", "cs-username",   "cs-referer",     "cs-cookie",
      "cs-host",      "cs-user-agent", "X-Forwarded-For"};
  return std::find(kNullable.begin(), kNullable.end(), name) != kNullable.end();
}

bool is_web_log(std::string_view fields) {
  const auto names = words(fields);
  const auto is_web_name = [](std::string_view name) {
    return name == "cs-method" || name == "cs-uri" || name.starts_with("cs-uri-") ||
           name == "sc-status";
  };
  return std::any_of(names.begin(), names.end(), is_web_name);
}

std::string log_name(std::string_view path, std::string_view fields) {
  if (is_http_error_log(words(fields))) return "HTTPERR";
  for (const std::string_view part : text::path_parts(path)) {
    if (part.size() > 5 && part.size() < 24 && equal_ascii_nocase(part.substr(0, 5), "W3SVC") &&
        text::is_digits(part.substr(5))) {
      return "W3SVC" + std::string(part.substr(5));
    }
  }
  return "W3C";
}

std::shared_ptr<const Layout> make_layout(std::string_view fields, std::string_view path,
                                          const ReaderOptions& options) {
  auto layout = std::make_shared<Layout>();
  for (const std::string_view word : words(fields)) {
    if (layout->columns.size() == options.limits->fields_per_event) break;
    layout->columns.push_back(sigma_name(word));
  }
  text::Slots slots = text::make_slots(layout->columns, layout->columns.size());
  layout->slot_of_column = slots.slot_of_column;
  layout->one_to_one = slots.one_to_one;
  layout->date = column_named(*layout, "date");
  layout->time = column_named(*layout, "time");
  layout->pivot = column_named(*layout, "cs-uri-query");
  if (layout->pivot == kNoColumn) layout->pivot = column_named(*layout, "cs-uri");
  layout->port = column_named(*layout, "s-port");
  layout->status = column_named(*layout, "sc-status");
  layout->computer = column_named(*layout, "s-computername");
  layout->numbers_from = layout->columns.size();
  while (layout->numbers_from > 0 && is_number_column(layout->columns[layout->numbers_from - 1])) {
    --layout->numbers_from;
  }
  for (std::size_t i = 0; i < layout->columns.size(); ++i) {
    if (is_nullable(layout->columns[i])) layout->nullable.push_back(static_cast<std::uint32_t>(i));
  }
  add_copies(*layout, slots.names);
  Shape shape;
  shape.source = SourceKind::kWebServer;
  shape.channel = log_name(path, fields);
  shape.precision = TimePrecision::kSecond;
  if (!layout->columns.empty()) {
    layout->shape = text::intern_shape(*options.shapes, std::move(shape), slots.names);
  }
  return layout;
}

}  // namespace pugmark::w3c
