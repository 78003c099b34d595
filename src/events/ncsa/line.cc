#include "events/ncsa/line.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace pugmark::ncsa {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::string_view kTimeForm = "dd/Mmm/dddd:dd:dd:dd";
constexpr std::string_view kZoneForm = " +dddd";

int month_of(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  return found == kNames.end() ? 0 : static_cast<int>(found - kNames.begin()) + 1;
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// The text in quotes at the front of `rest`, which is moved behind it.
std::optional<std::string_view> take_quoted(std::string_view& rest) {
  if (!rest.starts_with('"')) return std::nullopt;
  std::size_t at = 1;
  for (;;) {
    at = rest.find_first_of("\"\\", at);
    if (at == std::string_view::npos) return std::nullopt;
    if (rest[at] == '"') break;
    at += 2;
  }
  const std::string_view inside = rest.substr(1, at - 1);
  rest.remove_prefix(at + 1);
  return inside;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

std::string_view take_word(std::string_view& rest) {
  skip_blanks(rest);
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

// "CLIENT IDENT USER" or "HOST CLIENT IDENT USER"; users may contain blanks.
bool parse_front(std::string_view front, Line& line) {
  while (front.ends_with(' ')) front.remove_suffix(1);
  const std::string_view first = take_word(front);
  const std::string_view second = take_word(front);
  std::string_view rest = front;
  skip_blanks(rest);
  if (first.empty() || second.empty() || rest.empty()) return false;
  std::string_view behind = rest;
  const std::string_view third = take_word(behind);
  skip_blanks(behind);
  // Hardly anybody runs an ident server: the word before the user is '-'.
  if (second != "-" && third == "-" && !behind.empty()) {
    line.host = first;
    line.client = second;
    line.user = behind;
  } else {
    line.client = first;
    line.user = rest;
  }
  return true;
}

// "GET /a?b HTTP/1.1"; scanners send anything, also nothing.
void parse_request(std::string_view request, Line& line) {
  const std::size_t first = request.find(' ');
  const std::size_t last = request.rfind(' ');
  if (first == std::string_view::npos) {
    line.stem = request;
    return;
  }
  line.method = request.substr(0, first);
  std::string_view uri = request.substr(first + 1);
  if (last != first && request.substr(last + 1).starts_with("HTTP/")) {
    line.version = request.substr(last + 1);
    uri = request.substr(first + 1, last - first - 1);
  }
  const std::size_t mark = uri.find('?');
  line.stem = uri.substr(0, mark);
  if (mark != std::string_view::npos) line.query = uri.substr(mark + 1);
}

// A whole time between the bracket at `open` and its partner.
std::optional<ParsedTime> time_in_brackets(std::string_view text, std::size_t open,
                                           std::size_t& behind) {
  for (const std::size_t length : {kTimeForm.size(), kTimeForm.size() + kZoneForm.size()}) {
    behind = open + 1 + length + 1;
    if (behind > text.size() || text[behind - 1] != ']') continue;
    return parse_ncsa_time(text.substr(open + 1, length));
  }
  return std::nullopt;
}

bool is_before_quote(std::string_view text, std::size_t at) {
  const std::size_t next = text.find_first_not_of(' ', at);
  return next != std::string_view::npos && text[next] == '"';
}

// The bracket of the time. Whoever logs in chooses the name of the user, and may have put brackets
// into it. The request, whose text he chooses as well, stands behind the time in quotes.
std::optional<std::size_t> find_time(std::string_view text, ParsedTime& time, std::size_t& behind) {
  const std::size_t first = text.find('[');
  std::size_t end = text.size();
  for (std::size_t open = first; open < end; open = text.find('[', open + 1)) {
    const auto found = time_in_brackets(text, open, behind);
    if (found && is_before_quote(text, behind)) {
      time = *found;
      return open;
    }
    if (open == first) end = std::min(text.find(" \"", open), end);
  }
  return std::nullopt;
}

}  // namespace

std::optional<ParsedTime> parse_ncsa_time(std::string_view text) {
  if (text.size() < kTimeForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kTimeForm.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    const char form = kTimeForm[i];
    if (form == 'd' ? !is_digit : (form == '/' || form == ':') && text[i] != form)
      return std::nullopt;
  }
  CivilTime civil;
  civil.day = number(text.substr(0, 2));
  civil.month = month_of(text.substr(3, 3));
  civil.year = number(text.substr(7, 4));
  civil.hour = number(text.substr(12, 2));
  civil.minute = number(text.substr(15, 2));
  civil.second = number(text.substr(18, 2));
  const auto time = time_from_civil(civil);
  if (!time) return std::nullopt;
  ParsedTime parsed{*time, TimePrecision::kSecond, false};
  std::string_view zone = text.substr(kTimeForm.size());
  if (zone.empty()) return parsed;
  if (zone.size() != kZoneForm.size() || zone[0] != ' ' || (zone[1] != '+' && zone[1] != '-') ||
      !text::is_digits(zone.substr(2)))
    return std::nullopt;
  const int hours = number(zone.substr(2, 2));
  const int minutes = number(zone.substr(4, 2));
  if (hours > 23 || minutes > 59) return std::nullopt;
  const std::int64_t offset = (hours * 3600 + minutes * 60) * (zone[1] == '-' ? -1 : 1);
  parsed.time.ns_since_1970 -= offset * kNsPerSecond;
  parsed.has_zone = true;
  return parsed;
}

std::optional<Line> parse_line(std::string_view text) {
  Line line;
  std::size_t behind_time = 0;
  const auto open = find_time(text, line.time, behind_time);
  if (!open || !parse_front(text.substr(0, *open), line)) return std::nullopt;
  std::string_view rest = text.substr(behind_time);
  skip_blanks(rest);
  const auto request = take_quoted(rest);
  if (!request) return std::nullopt;
  parse_request(*request, line);
  line.status = take_word(rest);
  line.bytes = take_word(rest);
  if (line.status != "-" && (line.status.size() != 3 || !text::is_digits(line.status)))
    return std::nullopt;
  if (line.bytes != "-" && !text::is_digits(line.bytes)) return std::nullopt;
  skip_blanks(rest);
  std::string_view behind = rest;
  if (const auto referer = take_quoted(behind)) {
    skip_blanks(behind);
    if (const auto agent = take_quoted(behind)) {
      line.has_referer = true;
      line.referer = *referer;
      line.user_agent = *agent;
      rest = behind;
      skip_blanks(rest);
    }
  }
  if (!rest.empty()) line.rest = rest;
  return line;
}

}  // namespace pugmark::ncsa
