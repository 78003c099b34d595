#include "events/ncsa/ncsa_twin.h"

#include <cstring>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "base/text.h"

namespace pugmark::ncsa {
namespace {

std::string utf8(const std::string& text) {
  if (is_valid_utf8(text)) return text;
  std::string converted;
  append_windows1252(text, converted);
  return converted;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(word);
      word.clear();
    }
  }
  return words;
}

// What stands behind the first `count` words.
std::string behind(const std::string& text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0; --count) {
    at = std::min(text.find_first_not_of(' ', at), text.size());
    at = std::min(text.find(' ', at), text.size());
  }
  at = std::min(text.find_first_not_of(' ', at), text.size());
  std::string rest = text.substr(at);
  while (rest.ends_with(' ')) rest.pop_back();
  return rest;
}

bool all_digits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

// "10/Oct/2000:13:55:36 -0700" as RFC 3339, for parse_time().
std::string time_of(const std::string& text) {
  const std::string months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 20 && text.size() != 26) return "";
  const std::size_t month = months.find(text.substr(3, 3));
  if (month == std::string::npos || month % 3 != 0 || text[2] != '/' || text[6] != '/' ||
      text[11] != ':')
    return "";
  std::string zone = text.size() == 20 ? "Z" : text.substr(21);
  if (text.size() == 26 && (text[20] != ' ' || zone.find(':') != std::string::npos)) return "";
  const auto parsed = parse_time(fmt::format("{}-{:02}-{}T{}{}", text.substr(7, 4), month / 3 + 1,
                                             text.substr(0, 2), text.substr(12, 8), zone));
  return parsed && parsed->precision == TimePrecision::kSecond
             ? format_time(parsed->time, TimePrecision::kSecond)
             : "";
}

// The end of the quoted text that begins at `at`, or npos.
std::size_t quoted_end(const std::string& line, std::size_t at) {
  if (at >= line.size() || line[at] != '"') return std::string::npos;
  for (std::size_t i = at + 1; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      return i;
    }
  }
  return std::string::npos;
}

std::size_t skip(const std::string& line, std::size_t at) {
  while (at < line.size() && line[at] == ' ') ++at;
  return at;
}

std::string value_of(const std::string& text, bool dash_is_null) {
  return dash_is_null && text == "-" ? "null" : "t:" + utf8(text);
}

bool read_front(const std::string& front, text::PlainEvent& event) {
  const auto words = words_of(front);
  if (words.size() < 3) return false;
  const bool has_host = words.size() > 3 && words[1] != "-" && words[2] == "-";
  if (has_host) event.fields["cs-host"] = value_of(words[0], true);
  event.fields["c-ip"] = value_of(words[has_host ? 1 : 0], false);
  event.fields["cs-username"] = value_of(behind(front, has_host ? 3 : 2), true);
  return true;
}

void read_request(const std::string& request, text::PlainEvent& event) {
  std::string method = "null";
  std::string version = "null";
  std::string uri = request;
  if (const std::size_t first = request.find(' '); first != std::string::npos) {
    method = value_of(request.substr(0, first), false);
    uri = request.substr(first + 1);
    const std::size_t last = request.rfind(' ');
    if (last != first && request.compare(last + 1, 5, "HTTP/") == 0) {
      version = value_of(request.substr(last + 1), false);
      uri = request.substr(first + 1, last - first - 1);
    }
  } else {
    event.fields["cs-uri-stem"] = value_of(request, false);
    event.fields["cs-uri-query"] = event.fields["cs-method"] = event.fields["cs-version"] = "null";
    return;
  }
  const std::size_t mark = uri.find('?');
  event.fields["cs-method"] = method;
  event.fields["cs-version"] = version;
  event.fields["cs-uri-stem"] = value_of(uri.substr(0, mark), false);
  event.fields["cs-uri-query"] =
      mark == std::string::npos ? "null" : value_of(uri.substr(mark + 1), false);
}

// Where the first bracket of a readable time in front of a quote stands: any, if it is the first of
// the line, else one in front of the first blank and quote behind that.
std::size_t time_begin(const std::string& line) {
  bool is_first = true;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!is_first && line.compare(i, 2, " \"") == 0) break;
    if (line[i] != '[') continue;
    const std::size_t close = line.find(']', i);
    if (close != std::string::npos && !time_of(line.substr(i + 1, close - i - 1)).empty()) {
      const std::size_t next = skip(line, close + 1);
      if (next < line.size() && line[next] == '"') return i;
    }
    is_first = false;
  }
  return std::string::npos;
}

bool read_line(const std::string& line, text::PlainEvent& event) {
  const std::size_t open = time_begin(line);
  if (open == std::string::npos || !read_front(line.substr(0, open), event)) return false;
  const std::size_t close = line.find(']', open);
  event.time = time_of(line.substr(open + 1, close - open - 1));
  std::size_t at = skip(line, close + 1);
  const std::size_t request_end = quoted_end(line, at);
  if (request_end == std::string::npos) return false;
  read_request(line.substr(at + 1, request_end - at - 1), event);
  const std::string numbers = line.substr(request_end + 1);
  const auto words = words_of(numbers);
  if (words.size() < 2) return false;
  if (words[0] != "-" && (words[0].size() != 3 || !all_digits(words[0]))) return false;
  if (words[1] != "-" && !all_digits(words[1])) return false;
  event.fields["sc-status"] = value_of(words[0], false);
  event.fields["sc-bytes"] = value_of(words[1], true);
  at = line.find(words[0], request_end + 1) + words[0].size();
  at = skip(line, skip(line, at) + words[1].size());
  const std::size_t referer_end = quoted_end(line, at);
  const std::size_t agent =
      referer_end == std::string::npos ? std::string::npos : skip(line, referer_end + 1);
  const std::size_t agent_end =
      agent == std::string::npos ? std::string::npos : quoted_end(line, agent);
  if (agent_end != std::string::npos) {
    event.fields["cs-referer"] = value_of(line.substr(at + 1, referer_end - at - 1), true);
    event.fields["cs-user-agent"] = value_of(line.substr(agent + 1, agent_end - agent - 1), true);
    at = skip(line, agent_end + 1);
  }
  if (at < line.size()) event.fields["rest"] = value_of(line.substr(at), false);
  return true;
}

}  // namespace

text::PlainLog read_slowly(std::string_view log) {
  text::PlainLog result;
  std::size_t begin = 0;
  while (begin < log.size()) {
    std::size_t end = begin;
    while (end < log.size() && log[end] != '\n' && log[end] != '\0') ++end;
    std::string line(log.substr(begin, end - begin));
    if (line.ends_with('\r')) line.pop_back();
    text::PlainEvent event;
    event.offset_bytes = begin;
    event.length_bytes = line.size();
    event.source = "webserver";
    event.channel = "NCSA";
    if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (read_line(line, event)) result.events.push_back(std::move(event));
    begin = end + 1;
  }
  return result;
}

}  // namespace pugmark::ncsa
