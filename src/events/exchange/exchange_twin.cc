#include "events/exchange/exchange_twin.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "events/exchange/layout.h"

namespace pugmark::exchange {
namespace {

constexpr const char* kMark = "\xEF\xBB\xBF";

std::string utf8(const std::string& text) {
  if (is_valid_utf8(text)) return text;
  std::string converted;
  append_windows1252(text, converted);
  return converted;
}

std::string shown(const std::string& text) { return text.empty() ? "null" : "t:" + utf8(text); }

bool starts_a_record(std::string line) {
  if (line.starts_with(kMark)) line.erase(0, 3);
  for (const char* name : {"#Software:", "#Version:", "#Log-type:", "#Date:", "#Fields:"}) {
    if (line.starts_with(name)) return true;
  }
  if (line.starts_with("\"")) line.erase(0, 1);
  const std::string form = "dddd-dd-dd";
  if (line.size() <= form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool fits = form[i] == '-' ? line[i] == '-' : line[i] >= '0' && line[i] <= '9';
    if (!fits) return false;
  }
  return line[10] == 'T' || line[10] == ' ';
}

struct Piece {
  std::size_t begin = 0;
  std::string text;
};

// Whether the line feed at `feed` stands in a column in quotes, whose first quote that is not
// doubled stands in the record's greatest length and at the end of a column or line.
bool is_in_closed_quotes(const std::string& log, std::size_t begin, std::size_t feed,
                         std::size_t record_bytes_max) {
  std::size_t at = log.compare(begin, 3, kMark) == 0 ? begin + 3 : begin;
  for (; at < feed; ++at) {
    if (log[at] == '"') {
      for (++at; at < log.size(); ++at) {
        if (log[at] != '"') continue;
        if (at + 1 == log.size() || log[at + 1] != '"') break;
        ++at;
      }
      if (at > feed) {
        if (at >= log.size() || at + 1 - begin > record_bytes_max) return false;
        std::string behind = log.substr(at + 1, 2);
        if (behind == "\r" || behind == "\r\n") behind = "\n";
        return behind.empty() || behind[0] == '\n' || behind[0] == ',';
      }
    }
    while (at < feed && log[at] != ',' && log[at] != '\n') ++at;
  }
  return false;
}

std::vector<Piece> records_of(const std::string& log, std::size_t record_bytes_max) {
  std::vector<Piece> records;
  std::size_t begin = 0;
  while (begin < log.size()) {
    bool in_quotes = false;
    std::size_t end = begin;
    std::size_t first_feed = std::string::npos;
    for (; end < log.size(); ++end) {
      if (log[end] == '"') in_quotes = !in_quotes;
      if (log[end] != '\n') continue;
      if (first_feed == std::string::npos) first_feed = end;
      if (!in_quotes || end + 1 == log.size() || end - begin > record_bytes_max) break;
      if (starts_a_record(log.substr(end + 1, 20)) &&
          !is_in_closed_quotes(log, begin, end, record_bytes_max))
        break;
    }
    if (end - begin > record_bytes_max && first_feed != std::string::npos) end = first_feed;
    records.push_back({begin, log.substr(begin, end - begin)});
    begin = end + 1;
  }
  return records;
}

// The columns as they stand, and where each begins.
struct Column {
  std::size_t begin = 0;
  std::string value;  // as plain_value() writes it
  std::string text;   // what it holds, in the log's own bytes
};

std::vector<Column> columns_of(const std::string& record) {
  std::vector<Column> columns;
  std::size_t at = 0;
  for (;;) {
    std::size_t end = std::min(record.find(',', at), record.size());
    std::string text = record.substr(at, end - at);
    bool is_quoted = false;
    if (at < record.size() && record[at] == '"') {
      std::string inside;
      std::size_t i = at + 1;
      while (i < record.size() &&
             (record[i] != '"' || (i + 1 < record.size() && record[i + 1] == '"'))) {
        if (record[i] == '"') ++i;
        inside += record[i++];
      }
      const bool is_closed = i < record.size();
      end = is_closed ? std::min(record.find(',', i + 1), record.size()) : record.size();
      is_quoted = true;
      text = is_closed && end == i + 1 ? inside : record.substr(at, end - at);
    }
    columns.push_back({at, is_quoted ? "t:" + utf8(text) : shown(text), text});
    if (end >= record.size()) return columns;
    at = end + 1;
  }
}

bool is_key_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
}

// "S:CMD=": the key; "" if the text does not begin like an item.
std::string key_at(const std::string& text, std::size_t at, std::size_t& value_begin) {
  const std::size_t colon = text.find(':', at);
  if (colon == std::string::npos || colon == at || colon - at > 8) return "";
  const std::size_t equals = text.find('=', colon);
  if (equals == std::string::npos || equals == colon + 1 || equals - colon > 65) return "";
  for (std::size_t i = at; i < equals; ++i) {
    if (i != colon && !is_key_character(text[i])) return "";
  }
  value_begin = equals + 1;
  return text.substr(colon + 1, equals - colon - 1);
}

std::vector<std::pair<std::string, std::string>> items_of(const std::string& data) {
  std::vector<std::pair<std::string, std::string>> items;
  std::size_t at = 0;
  while (at < data.size()) {
    std::size_t value_begin = at + (data[at] == '\'' ? 1 : 0);
    const std::string key = key_at(data, value_begin, value_begin);
    if (!key.empty() && data[at] == '\'') {
      std::string value;
      std::size_t i = value_begin;
      while (i < data.size() && (data[i] != '\'' || (i + 1 < data.size() && data[i + 1] == '\''))) {
        if (data[i] == '\'') ++i;
        value += data[i++];
      }
      if (i < data.size()) {
        items.emplace_back(key, "t:" + utf8(value));
        at = std::min(data.find(';', i), data.size()) + 1;
        continue;
      }
    }
    std::size_t end = value_begin;
    for (; end < data.size(); ++end) {
      if (data[end] != ';') continue;
      std::size_t next = end + 1;
      if (data.find_first_not_of(' ', next) == std::string::npos) break;
      std::size_t unused = 0;
      if (data[next] == '\'') ++next;
      if (!key_at(data, next, unused).empty()) break;
    }
    if (!key.empty()) items.emplace_back(key, shown(data.substr(value_begin, end - value_begin)));
    at = end + 1;
  }
  return items;
}

using Fields = std::vector<std::pair<std::string, std::string>>;

std::map<std::string, std::string> merged(const Fields& fields) {
  std::map<std::string, std::vector<std::string>> all;
  for (const auto& [name, value] : fields) all[name].push_back(value);
  std::map<std::string, std::string> result;
  for (const auto& [name, values] : all) {
    std::string list = "[";
    for (const std::string& value : values) list += value + "|";
    result[name] = values.size() == 1 ? values[0] : list + "]";
  }
  return result;
}

struct Header {
  std::vector<std::string> columns;
  SourceKind kind = SourceKind::kExchangeOther;
  std::string channel;
};

text::PlainEvent event_of(const Header& header, const std::string& record) {
  text::PlainEvent event;
  event.source = to_string(header.kind);
  event.channel = header.channel;
  const auto columns = columns_of(record);
  const bool is_ecp = header.kind == SourceKind::kExchangeEcpServer ||
                      header.kind == SourceKind::kExchangeEcpActivity;
  Fields fields;
  std::string event_data;
  std::map<std::string, std::string> first;  // of each column's name
  for (std::size_t i = 0; i < columns.size() && i < header.columns.size(); ++i) {
    const bool is_rest = i + 1 == header.columns.size() && columns.size() > header.columns.size();
    const std::string value =
        is_rest ? "t:" + utf8(record.substr(columns[i].begin)) : columns[i].value;
    if (header.columns[i] == "EventData" && event_data.empty())
      event_data = is_rest ? record.substr(columns[i].begin) : columns[i].text;
    fields.emplace_back(header.columns[i], value);
    first.emplace(header.columns[i], value);
  }
  const auto text_of = [&](const std::string& name) {
    const auto found = first.find(name);
    return found == first.end() || found->second == "null" ? std::string()
                                                           : found->second.substr(2);
  };
  if (header.kind == SourceKind::kExchangeHttpProxy) {
    for (const auto& [from, to] :
         std::map<std::string, std::string>{{"UrlStem", "cs-uri-stem"},
                                            {"UrlQuery", "cs-uri-query"},
                                            {"ClientIpAddress", "c-ip"},
                                            {"HttpStatus", "sc-status"},
                                            {"Method", "cs-method"},
                                            {"AuthenticatedUser", "cs-username"},
                                            {"UserAgent", "cs-user-agent"},
                                            {"UrlHost", "cs-host"}}) {
      const bool has_both = std::count(header.columns.begin(), header.columns.end(), to) > 0;
      if (first.contains(from) && !has_both) fields.emplace_back(to, first.at(from));
    }
  }
  if (is_ecp) {
    for (const auto& [key, value] : items_of(event_data)) {
      const bool is_column = std::count(header.columns.begin(), header.columns.end(), key) > 0;
      fields.emplace_back(is_column ? "EventData." + key : key, value);
    }
  }
  event.fields = merged(fields);
  for (const char* name : {"DateTime", "TimeStamp", "Timestamp", "date-time"}) {
    if (std::count(header.columns.begin(), header.columns.end(), name) == 0) continue;
    if (const auto parsed = parse_time(text_of(name)))
      event.time = format_time(parsed->time, parsed->precision);
    break;
  }
  for (const char* name : {"ServerHostName", "ServerName", "MachineName"}) {
    if (std::count(header.columns.begin(), header.columns.end(), name) == 0) continue;
    event.computer = text_of(name);
    break;
  }
  return event;
}

std::string value_of(const std::string& line, const std::string& name) {
  const std::size_t begin = line.find_first_not_of(' ', name.size());
  return begin == std::string::npos ? "" : line.substr(begin);
}

}  // namespace

text::PlainLog read_slowly(std::string_view log, std::string_view path, const Limits& limits) {
  text::PlainLog result;
  Header header;
  std::string log_type;
  std::string fields;
  for (const Piece& record : records_of(std::string(log), limits.line_bytes)) {
    if (record.text.size() > limits.line_bytes) continue;
    std::string line = record.text;
    if (line.ends_with("\r")) line.pop_back();
    const std::size_t length = line.size();
    if (line.starts_with(kMark)) line.erase(0, 3);
    if (line.find_first_not_of('\0') == std::string::npos) continue;
    if (line.starts_with("#") || is_plain_header(line)) {
      const std::string name = ascii_lower(line.substr(0, line.find(':') + 1));
      if (name == "#log-type:") log_type = value_of(line, name).substr(0, 64);
      if (line.starts_with("#") && name != "#fields:") continue;
      fields = line.starts_with("#") ? value_of(line, name) : line;
      header.columns.clear();
      for (const Column& written : columns_of(fields)) {
        std::string column = utf8(written.text);
        const std::size_t first = std::min(column.find_first_not_of(" \t"), column.size());
        column = column.substr(first, column.find_last_not_of(" \t\r") + 1 - first);
        if (column.empty()) column = "column" + std::to_string(header.columns.size() + 1);
        header.columns.push_back(column);
      }
      header.kind = kind_of_log(header.columns, log_type, path);
      header.channel = log_name(header.kind, log_type, path);
      continue;
    }
    if (header.columns.empty()) continue;
    text::PlainEvent event = event_of(header, line);
    event.offset_bytes = record.begin;
    event.length_bytes = length;
    result.events.push_back(std::move(event));
  }
  return result;
}

}  // namespace pugmark::exchange
