#include "events/w3c/w3c_twin.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "events/w3c/layout.h"

namespace pugmark::w3c {
namespace {

using Words = std::vector<std::string>;

Words split(const std::string& text) {
  Words words;
  std::string word;
  for (const char c : text) {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(word);
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

bool is_number(const std::string& word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
}

std::string utf8(const std::string& text) {
  if (is_valid_utf8(text)) return text;
  std::string converted;
  append_windows1252(text, converted);
  return converted;
}

struct State {
  Words columns;
  bool has_fields = false;
  std::string date;  // of `#Date:`, moved on at midnight
  std::int64_t last_seconds = 0;
};

std::size_t index_of(const Words& columns, const std::string& name) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == name) return i;
  }
  return SIZE_MAX;
}

std::size_t pivot_of(const Words& columns) {
  const std::size_t query = index_of(columns, "cs-uri-query");
  return query != SIZE_MAX ? query : index_of(columns, "cs-uri");
}

// The columns at the end that hold nothing but numbers.
std::size_t numbers_of(const Words& columns) {
  std::size_t count = 0;
  while (count < columns.size()) {
    const std::string& name = columns[columns.size() - 1 - count];
    if (name != "sc-status" && name != "sc-substatus" && name != "sc-win32-status" &&
        name != "time-taken" && name != "sc-bytes" && name != "cs-bytes")
      break;
    ++count;
  }
  return count;
}

bool numbers_fit(const Words& words, const Words& columns) {
  const std::size_t count = numbers_of(columns);
  if (count == 0 || words.size() < count) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& word = words[words.size() - 1 - i];
    if (word != "-" && !is_number(word)) return false;
    if (index_of(columns, "sc-status") == columns.size() - 1 - i && word.size() != 3) return false;
  }
  return true;
}

// The text of words `first` to `last`, with the blanks that stood between them.
std::string stretch(const std::string& line, std::size_t first, std::size_t last) {
  std::size_t at = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  for (std::size_t i = 0; i <= last; ++i) {
    at = line.find_first_not_of(' ', at);
    if (i == first) begin = at;
    at = std::min(line.find(' ', at), line.size());
    end = at;
  }
  return line.substr(begin, end - begin);
}

using Aligned = std::vector<std::optional<std::string>>;

Aligned align(const std::string& line, const Words& columns, bool& whole) {
  const Words words = split(line);
  const std::size_t pivot = pivot_of(columns);
  const std::size_t port = index_of(columns, "s-port");
  const std::size_t numbers = numbers_of(columns);
  Aligned row(columns.size());
  whole = true;
  if (words.size() == columns.size()) {
    for (std::size_t i = 0; i < words.size(); ++i) row[i] = words[i];
    return row;
  }
  const bool numbers_behind = columns.size() - numbers > pivot;
  if (words.size() > columns.size() && pivot != SIZE_MAX) {
    const std::size_t extra = words.size() - columns.size();
    const bool by_port = port == pivot + 1 && is_number(words[port + extra]);
    const bool by_numbers = port == SIZE_MAX && numbers_behind && numbers_fit(words, columns);
    if (by_port || by_numbers) {
      for (std::size_t i = 0; i < columns.size(); ++i) row[i] = words[i < pivot ? i : i + extra];
      row[pivot] = stretch(line, pivot, pivot + extra);
      return row;
    }
  }
  whole = false;
  for (std::size_t i = 0; i < words.size() && i < columns.size() && i < pivot; ++i)
    row[i] = words[i];
  if (pivot == SIZE_MAX || words.size() <= pivot) return row;
  const bool by_numbers =
      numbers_behind && words.size() > pivot + numbers && numbers_fit(words, columns);
  const std::size_t end = by_numbers ? words.size() - numbers : words.size();
  row[pivot] = stretch(line, pivot, end - 1);
  for (std::size_t i = end; i < words.size(); ++i)
    row[columns.size() - words.size() + i] = words[i];
  return row;
}

std::int64_t seconds_of(const std::string& time) {
  const auto parsed = parse_time("1970-01-01T" + time + "Z");
  return parsed && time.size() == 8 ? parsed->time.ns_since_1970 / 1'000'000'000 : -1;
}

std::string moved(const std::string& date, int days) {
  const auto parsed = parse_time(date + "T00:00:00Z");
  const TimeUtc next{parsed->time.ns_since_1970 + days * 86'400'000'000'000};
  return format_time(next, TimePrecision::kSecond).substr(0, 10);
}

// The date of a row without one.
std::string date_of_row(State& state, const std::string& line) {
  const std::size_t column = index_of(state.columns, "time");
  const Words words = split(line);
  if (state.date.empty() || column >= words.size()) return state.date;
  const std::int64_t seconds = seconds_of(words[column]);
  if (seconds < 0) return state.date;
  if (seconds - state.last_seconds > 86'340) return moved(state.date, -1);
  if (seconds + 43'200 < state.last_seconds) state.date = moved(state.date, 1);
  state.last_seconds = seconds;
  return state.date;
}

std::string time_of(const std::string& date, const std::string& time) {
  if (date.empty() || time.empty()) return "";
  const auto day = parse_time(date + "T00:00:00Z");
  const auto second = parse_time("1970-01-01T" + time.substr(0, 32));
  if (!day || date.size() != 10 || !second) return "";
  return format_time({day->time.ns_since_1970 + second->time.ns_since_1970}, second->precision);
}

void add_field(text::PlainEvent& event, const std::string& name, const std::string& value) {
  const auto [it, is_new] = event.fields.try_emplace(name, value);
  if (is_new) return;
  // The second of a kind makes a list of the first.
  if (it->second.starts_with("["))
    it->second.pop_back();
  else
    it->second = "[" + it->second + "|";
  it->second += value + "|]";
}

void read_directive(State& state, const std::string& line) {
  const std::string name = ascii_lower(line.substr(0, line.find(':') + 1));
  const std::string rest = line.substr(name.size());
  if (name == "#fields:") {
    state.columns.clear();
    state.has_fields = true;
    std::string blanks = rest;
    for (char& c : blanks) c = c == '\t' || c == '\r' ? ' ' : c;
    for (const std::string& word : split(blanks)) state.columns.push_back(sigma_name(word));
  } else if (name == "#date:") {
    const Words words = split(rest);
    if (words.empty() || words[0].size() != 10 || !parse_time(words[0] + "T00:00:00Z")) return;
    state.date = words[0];
    state.last_seconds = words.size() > 1 ? std::max<std::int64_t>(seconds_of(words[1]), 0) : 0;
  }
}

void add_derived(text::PlainEvent& event, const Words& columns, const Aligned& row) {
  const std::size_t win32 = index_of(columns, "sc-win32-status");
  if (win32 != SIZE_MAX && index_of(columns, "c-win32-status") == SIZE_MAX &&
      event.fields.contains("sc-win32-status")) {
    event.fields["c-win32-status"] = event.fields["sc-win32-status"];
  }
  const std::size_t uri = index_of(columns, "cs-uri");
  if (uri == SIZE_MAX || index_of(columns, "cs-uri-stem") != SIZE_MAX ||
      index_of(columns, "cs-uri-query") != SIZE_MAX || !event.fields.contains("cs-uri"))
    return;
  if (event.fields["cs-uri"].starts_with("[")) {
    event.fields["cs-uri-stem"] = event.fields["cs-uri"];
    return;
  }
  const std::size_t mark = row[uri]->find('?');
  event.fields["cs-uri-stem"] = text::plain_text(utf8(row[uri]->substr(0, mark)));
  event.fields["cs-uri-query"] =
      mark == std::string::npos ? "null" : text::plain_text(utf8(row[uri]->substr(mark + 1)));
}

text::PlainEvent read_row(State& state, const std::string& line, std::string_view path,
                          bool& whole) {
  text::PlainEvent event;
  const Aligned row = align(line, state.columns, whole);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!row[i]) continue;
    add_field(
        event, state.columns[i],
        *row[i] == "-" && is_nullable(state.columns[i]) ? "null" : text::plain_text(utf8(*row[i])));
  }
  // '-' is null only where it stands alone.
  for (auto& [name, value] : event.fields) {
    for (std::size_t at; value.starts_with("[") && (at = value.find("null|")) != std::string::npos;)
      value.replace(at, 5, "t:-|");
  }
  add_derived(event, state.columns, row);
  const auto column = [&](const char* name) {
    const std::size_t i = index_of(state.columns, name);
    return i == SIZE_MAX ? std::string() : row[i].value_or("");
  };
  const bool has_date = index_of(state.columns, "date") != SIZE_MAX;
  event.time = time_of(has_date ? column("date") : date_of_row(state, line), column("time"));
  event.source = "webserver";
  std::string names;
  for (const std::string& name : state.columns) names += name + " ";
  event.channel = log_name(path, names);
  if (event.fields.contains("s-computername") && !event.fields["s-computername"].starts_with("[")) {
    const std::string name = utf8(column("s-computername"));
    if (name != "-") event.computer = name;
  }
  return event;
}

}  // namespace

text::PlainLog read_slowly(std::string_view log, std::string_view path, const Limits& limits) {
  text::PlainLog result;
  State state;
  std::size_t begin = 0;
  while (begin < log.size()) {
    std::size_t end = begin;
    while (end < log.size() && log[end] != '\n' && log[end] != '\0') ++end;
    std::string line(log.substr(begin, end - begin));
    const bool too_long = line.size() > limits.line_bytes;
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t length = line.size();
    if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (line.starts_with('#')) {
      read_directive(state, line);
    } else if (!too_long && !split(line).empty() && !state.columns.empty()) {
      bool whole = true;
      text::PlainEvent event = read_row(state, line, path, whole);
      event.offset_bytes = begin;
      event.length_bytes = length;
      if (!whole) result.gaps.push_back({begin, length, "damaged"});
      result.events.push_back(std::move(event));
    }
    begin = end + 1;
  }
  return result;
}

}  // namespace pugmark::w3c
