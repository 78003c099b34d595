#include "events/json/json_twin.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "events/json/elements.h"
#include "events/json/layout.h"
#include "events/json/names.h"
#include "events/json/wrapped.h"
#include "events/shape.h"

namespace pugmark::json {
namespace {

// nlohmann's own tree forgets repeated keys; this one keeps everything in order.
struct Node {
  enum class Type { kScalar, kObject, kArray } type = Type::kScalar;
  std::string text;               // of a scalar, as plain_value() writes it
  std::vector<std::string> keys;  // of an object's members
  std::vector<Node> nodes;        // members of an object, elements of an array
};

// Numbers go through the parser as strings, because it would not keep their digits. Every string,
// keys included, begins with a mark that tells which it was.
constexpr char kNumberMark = 'n';
constexpr char kTextMark = 't';

class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Node root;

  bool null() override { return add({Node::Type::kScalar, "null", {}, {}}); }
  bool boolean(bool value) override {
    return add({Node::Type::kScalar, value ? "b:true" : "b:false", {}, {}});
  }
  bool number_integer(number_integer_t) override { return false; }
  bool number_unsigned(number_unsigned_t) override { return false; }
  bool number_float(number_float_t, const string_t&) override { return false; }
  bool string(string_t& value) override {
    return add({Node::Type::kScalar, value.substr(0, 1) + ":" + value.substr(1), {}, {}});
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Node::Type::kObject); }
  bool key(string_t& value) override {
    if (!value.starts_with(kTextMark)) return false;  // a number is no key
    key_ = value.substr(1);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Node::Type::kArray); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool add(Node node) {
    if (open_.empty()) {
      root = std::move(node);
    } else {
      open_.back().second.keys.push_back(key_);
      open_.back().second.nodes.push_back(std::move(node));
    }
    return true;
  }
  bool open(Node::Type type) {
    open_.emplace_back(key_, Node{type, "", {}, {}});
    return true;
  }
  bool close() {
    auto [key, node] = std::move(open_.back());
    open_.pop_back();
    key_ = key;
    return add(std::move(node));
  }

  std::vector<std::pair<std::string, Node>> open_;
  std::string key_;
};

bool is_number(const std::string& text) {
  return text.find_first_not_of("+-.0123456789eE") == std::string::npos &&
         nlohmann::json::accept("[" + text + "]");
}

// What the parser is to see instead of a number. Numbers too large for it are numbers all the same:
// only their form counts, so digits of exponents are hidden from it while it judges the form.
bool has_number_form(const std::string& text) {
  std::string judged = text;
  const std::size_t exponent = judged.find_first_of("eE");
  if (exponent != std::string::npos) {
    for (std::size_t i = exponent + 1; i < judged.size(); ++i) {
      if (judged[i] >= '0' && judged[i] <= '9') judged[i] = '0';
    }
  }
  // A long row of digits overflows as well; zeros behind the first digit have the same form.
  const std::size_t point = std::min(judged.find_first_of(".eE"), judged.size());
  if (point > 20) {
    const std::size_t first = judged[0] == '-' ? 1 : 0;
    if (judged.substr(first, point - first).find_first_not_of("0123456789") != std::string::npos)
      return false;
    judged = judged.substr(0, first + 1) + (judged[first] == '0' ? "0" : "") + judged.substr(point);
  }
  return is_number(judged);
}

// One string, from its opening quote on: escapes JSON does not know are kept as text, a surrogate
// alone becomes U+FFFD, as the reader does; nlohmann would refuse them.
std::string mended_string(const std::string& text, std::size_t& at) {
  std::string out = {text[at++], kTextMark};
  const auto unit_at = [&](std::size_t begin) {
    if (begin + 6 > text.size() || text[begin] != '\\' || text[begin + 1] != 'u') return -1;
    const std::string digits = text.substr(begin + 2, 4);
    if (digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return -1;
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
  };
  while (at < text.size() && text[at] != '"') {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at++];
      continue;
    }
    const int unit = unit_at(at);
    if (unit >= 0xD800 && unit <= 0xDFFF) {
      const int low = unit_at(at + 6);
      const bool is_pair = unit <= 0xDBFF && low >= 0xDC00 && low <= 0xDFFF;
      out += is_pair ? text.substr(at, 12) : "\\ufffd";
      at += is_pair ? 12 : 6;
    } else if (unit >= 0) {
      out += text.substr(at, 6);
      at += 6;
    } else if (std::string("\"\\/bfnrt").find(text[at + 1]) != std::string::npos) {
      out += text.substr(at, 2);
      at += 2;
    } else {
      out += "\\\\";
      ++at;
    }
  }
  if (at < text.size()) out += text[at++];
  return out;
}

// The object with its strings mended and its numbers turned into marked strings.
std::string prepared(const std::string& text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '"') {
      out += mended_string(text, at);
      continue;
    }
    const std::size_t end = std::min(text.find_first_not_of("+-.0123456789eE", at), text.size());
    const std::string run = text.substr(at, end - at);
    const bool stands_alone =
        at == 0 || std::isalpha(static_cast<unsigned char>(text[at - 1])) == 0;
    const bool ends_alone =
        end == text.size() || std::isalpha(static_cast<unsigned char>(text[end])) == 0;
    if (!run.empty() && stands_alone && ends_alone && has_number_form(run)) {
      out += '"';
      out += kNumberMark + run;
      out += '"';
    } else {
      out += run;
    }
    at = end;
    if (run.empty()) out += text[at++];
  }
  return out;
}

using Leaves = std::vector<std::pair<std::string, std::vector<std::string>>>;  // path, values

void add_leaves(const std::string& path, const Node& node, Leaves& leaves, const Limits& limits);

// Objects of an array add their own leaves; its scalars are one list.
void add_array(const std::string& path, const Node& node, Leaves& leaves, const Limits& limits,
               std::vector<std::string>& scalars, bool& has_objects) {
  for (const Node& element : node.nodes) {
    if (element.type == Node::Type::kScalar) {
      if (scalars.size() < limits.values_per_field) scalars.push_back(element.text);
    } else if (element.type == Node::Type::kArray) {
      add_array(path, element, leaves, limits, scalars, has_objects);
    } else {
      has_objects = true;
      add_leaves(path, element, leaves, limits);
    }
  }
}

void add_leaves(const std::string& path, const Node& node, Leaves& leaves, const Limits& limits) {
  if (node.type == Node::Type::kScalar) {
    leaves.push_back({path, {node.text}});
  } else if (node.type == Node::Type::kObject) {
    if (node.nodes.empty()) leaves.push_back({path, {"null"}});
    for (std::size_t i = 0; i < node.nodes.size(); ++i)
      add_leaves(path + "." + node.keys[i], node.nodes[i], leaves, limits);
  } else {
    std::vector<std::string> scalars;
    bool has_objects = false;
    add_array(path, node, leaves, limits, scalars, has_objects);
    if (scalars.empty() && has_objects) return;
    if (scalars.empty()) {
      leaves.push_back({path, {"null"}});
    } else {
      scalars.insert(scalars.begin(), "[");  // marks a list
      leaves.push_back({path, std::move(scalars)});
    }
  }
}

std::string joined(const std::vector<std::string>& values) {
  std::string list = "[";
  for (const std::string& value : values) list += value + "|";
  return list + "]";
}

std::string scalar_of(const Leaves& leaves, const NamedLeaves& named, const std::string& name) {
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (named.names[i] != name) continue;
    const std::string& value = leaves[i].second[0];
    return value.size() > 2 && value[1] == ':' ? value.substr(2) : "";
  }
  return "";
}

// The text with a 0 for every digit.
std::string look_of(std::string text) {
  for (char& c : text) {
    if (c >= '0' && c <= '9') c = '0';
  }
  return text;
}

bool starts_with_any(const std::string& text, const std::vector<std::string>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](const std::string& one) { return text.starts_with(one); });
}

// ISO 8601 as parse_time() reads it, or "" for what does not look so.
std::string iso_of(std::string text) {
  if (look_of(text).starts_with("00000000T000000")) {
    text = text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 5) + ":" +
           text.substr(11, 2) + ":" + text.substr(13);
  }
  if (!starts_with_any(look_of(text),
                       {"0000-00-00T00:00:00", "0000-00-00t00:00:00", "0000-00-00 00:00:00"}))
    return "";
  std::size_t end = 19;
  if (end < text.size() && (text[end] == '.' || text[end] == ',')) {
    end = text.find_first_not_of("0123456789", end + 1);
    end = std::min(end, text.size());
  }
  std::string zone = text.substr(end);
  for (const auto& [from, to] : {std::pair<std::string, std::string>{" UTC", "Z"},
                                 {" GMT", "Z"},
                                 {" Z", "Z"},
                                 {" +", "+"},
                                 {" -", "-"}}) {
    if (zone.starts_with(from)) zone = to + zone.substr(from.size());
  }
  if (look_of(zone) == "+00" || look_of(zone) == "-00") zone += "00";
  return text.substr(0, end) + zone;
}

// Nanoseconds since 1970 as digits, for numbers of seconds and smaller units; "" for others.
std::string epoch_digits_of(const std::string& text, TimePrecision& precision) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string whole = text.substr(0, point);
  const std::string behind = text.substr(point);
  std::string fraction = behind.empty() ? "" : behind.substr(1);
  const bool is_number = !whole.empty() && whole[0] != '0' && behind != "." &&
                         look_of(whole + fraction).find_first_not_of('0') == std::string::npos;
  if (!is_number) return "";
  if (whole.size() == 10) {
    precision = parse_time("2000-01-01 00:00:00" + behind)->precision;
    fraction.resize(9, '0');
    return whole + fraction;
  }
  if (fraction.find_first_not_of('0') != std::string::npos) return "";
  if (whole.size() == 13) return whole + "000000";
  precision = whole.size() == 16 ? TimePrecision::kMicrosecond : TimePrecision::kNanosecond;
  if (whole.size() == 16) return whole + "000";
  return whole.size() == 19 ? whole : "";
}

// "/Date(-62135596800000+0100)/"
std::string dotnet_digits_of(const std::string& text) {
  if (!text.starts_with("/Date(") || !text.ends_with(")/") || text.size() < 9) return "";
  std::string inside = text.substr(6, text.size() - 8);
  const std::string look = look_of(inside);
  if (look.size() > 5 && (look.ends_with("+0000") || look.ends_with("-0000")))
    inside.resize(inside.size() - 5);
  const std::string digits = inside.starts_with('-') ? inside.substr(1) : inside;
  if (digits.empty() || look_of(digits).find_first_not_of('0') != std::string::npos) return "";
  return inside + "000000";
}

// Every form of a time, by its whole look.
std::optional<ParsedTime> time_of(const std::string& text) {
  if (const auto parsed = parse_time(text)) return parsed;
  if (text.size() > 64) return std::nullopt;
  if (const std::string iso = iso_of(text); !iso.empty()) return parse_time(iso);
  TimePrecision precision = TimePrecision::kMillisecond;
  std::string ns = dotnet_digits_of(text);
  if (ns.empty()) ns = epoch_digits_of(text, precision);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(ns.data(), ns.data() + ns.size(), value);
  if (ns.empty() || error != std::errc{}) return std::nullopt;
  const int year = civil_from_time({value}).year;
  if (year < 1678 || year > 2261) return std::nullopt;
  return ParsedTime{{value}, precision, true};
}

std::uint64_t digits_of(std::string text) {
  if (text.find('.') != std::string::npos) {
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
  }
  if (text.empty() || text.size() > 20) return 0;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return 0;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (UINT64_MAX - digit) / 10) return 0;
    value = value * 10 + digit;
  }
  return value;
}

// All texts of a name, lists taken apart; nothing is said by null and by nothing.
std::vector<std::string> texts_of(const Leaves& leaves, const NamedLeaves& named,
                                  const std::string& name) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (named.names[i] != name) continue;
    for (const std::string& value : leaves[i].second) {
      if (value.size() > 2 && value[1] == ':') texts.push_back(value.substr(2));
    }
  }
  return texts;
}

std::string first_of(const std::vector<std::string>& texts) {
  return texts.empty() ? "" : texts.front();
}

void fill_identity(text::PlainEvent& event, const Leaves& leaves, const NamedLeaves& named) {
  const auto channels = texts_of(leaves, named, "Channel");
  const auto event_ids = texts_of(leaves, named, "EventID");
  std::set<std::string> different_channels;
  std::set<std::uint64_t> different_ids;
  for (const std::string& channel : channels) different_channels.insert(folded(channel));
  for (const std::string& id : event_ids) different_ids.insert(digits_of(id));
  event.channel = first_of(channels);
  event.is_ambiguous = different_channels.size() > 1 || different_ids.size() > 1;
  const std::uint64_t id = digits_of(first_of(event_ids));
  event.event_id = id > UINT32_MAX ? 0 : static_cast<std::uint32_t>(id);
}

void fill_fields(text::PlainEvent& event, const Leaves& leaves, const NamedLeaves& named,
                 const Limits& limits) {
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (event.fields.contains(named.names[i])) continue;
    std::vector<std::string> values;
    bool is_list = false;
    std::size_t occurrences = 0;
    for (std::size_t j = i; j < leaves.size(); ++j) {
      if (named.names[j] != named.names[i]) continue;
      ++occurrences;
      auto piece = leaves[j].second;
      if (piece[0] == "[") {
        is_list = true;
        piece.erase(piece.begin());
      }
      values.insert(values.end(), piece.begin(), piece.end());
    }
    is_list = is_list || occurrences > 1;
    if (values.size() > limits.values_per_field) values.resize(limits.values_per_field);
    event.fields[named.names[i]] = is_list ? joined(values) : values[0];
  }
}

// The first that can be read, names in order of their worth.
void fill_time(text::PlainEvent& event, const Leaves& leaves, const NamedLeaves& named) {
  for (const char* name :
       {"TimeCreated_SystemTime", "winlog.time_created", "TimeCreated", "@timestamp", "EventTime",
        "TimeGenerated", "timestamp", "Timestamp", "time", "Time", "eventTime", "event_time",
        "datetime", "date", "ts", "UtcTime"}) {
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const std::string& value = leaves[i].second[0];
      if (named.names[i] != name || value.size() < 2 || value[1] != ':') continue;
      const auto parsed = time_of(value.substr(2));
      if (!parsed) continue;
      event.time = format_time(parsed->time, parsed->precision);
      return;
    }
  }
}

Leaves leaves_of(const Node& root, const Limits& limits) {
  Leaves leaves;
  for (std::size_t i = 0; i < root.nodes.size(); ++i)
    add_leaves(root.keys[i], root.nodes[i], leaves, limits);
  return leaves;
}

text::PlainEvent event_of(const Node& root, const Limits& limits) {
  const Leaves leaves = leaves_of(root, limits);
  std::vector<std::string> paths;
  for (const auto& leaf : leaves) paths.push_back(leaf.first);
  const NamedLeaves named = name_leaves(paths);
  text::PlainEvent event;
  event.source = to_string(named.is_windows ? SourceKind::kWindowsEvent : SourceKind::kJson);
  const auto value = [&](const char* name) { return scalar_of(leaves, named, name); };
  if (named.is_windows) {
    fill_identity(event, leaves, named);
    event.provider = value("Provider_Name");
    event.record_id = digits_of(value("EventRecordID"));
    event.computer = first_of(texts_of(leaves, named, "Computer"));
  } else {
    for (const char* name : {"host.name", "hostname", "Hostname", "Computer"}) {
      if (std::find(named.names.begin(), named.names.end(), name) == named.names.end()) continue;
      event.computer = first_of(texts_of(leaves, named, name));
      break;
    }
  }
  fill_time(event, leaves, named);
  fill_fields(event, leaves, named, limits);
  return event;
}

// The end of the object at `begin`, or npos; `damaged_at` is a line feed inside a string.
std::size_t object_end(std::string_view log, std::size_t begin, std::size_t& damaged_at) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = begin; i < log.size(); ++i) {
    // A backslash takes the quote or backslash behind it along, and nothing else.
    if (log[i] == '\\' && i + 1 < log.size() && (log[i + 1] == '\\' || log[i + 1] == '"')) {
      ++i;
      continue;
    }
    if (log[i] == '"') in_string = !in_string;
    if (in_string && log[i] == '\n') {
      damaged_at = i;
      return std::string_view::npos;
    }
    if (in_string) continue;
    if (log[i] == '{') ++depth;
    if (log[i] == '}' && --depth == 0) return i + 1;
  }
  return std::string_view::npos;
}

bool holds_objects(const Node& array) {
  return std::any_of(array.nodes.begin(), array.nodes.end(), [](const Node& element) {
    return element.type == Node::Type::kObject ||
           (element.type == Node::Type::kArray && holds_objects(element));
  });
}

// Leaves by the array whose objects they stand in, without those in arrays inside; an array is its
// path and that of the outermost array around it.
using List = std::pair<std::string, std::string>;
using LeavesOfLists = std::map<List, std::vector<std::string>>;

void add_leaves_of_lists(const std::string& path, const Node& node, std::vector<List>& around,
                         LeavesOfLists& all);

// True if there is anything but objects, or nothing.
bool add_objects_of_array(const std::string& path, const Node& array, std::vector<List>& around,
                          LeavesOfLists& all) {
  bool has_scalars = false;
  for (const Node& element : array.nodes) {
    if (element.type == Node::Type::kArray) {
      has_scalars = add_objects_of_array(path, element, around, all) || has_scalars;
    } else if (element.type == Node::Type::kObject) {
      around.emplace_back(around.empty() ? path : around.front().second, path);
      add_leaves_of_lists(path, element, around, all);
      around.pop_back();
    } else {
      has_scalars = true;
    }
  }
  return has_scalars;
}

void add_leaves_of_lists(const std::string& path, const Node& node, std::vector<List>& around,
                         LeavesOfLists& all) {
  if (node.type == Node::Type::kObject && !node.nodes.empty()) {
    for (std::size_t i = 0; i < node.nodes.size(); ++i)
      add_leaves_of_lists(path + "." + node.keys[i], node.nodes[i], around, all);
    return;
  }
  const bool has_scalars =
      node.type == Node::Type::kArray && add_objects_of_array(path, node, around, all);
  if (node.type == Node::Type::kArray && holds_objects(node) && !has_scalars) return;
  if (around.empty()) return;
  const std::size_t list_size = around.back().second.size();
  all[around.back()].push_back(path.size() > list_size ? path.substr(list_size + 1) : "");
}

// The arrays whose elements are Windows events, or wrap some; none if the object is one itself.
std::vector<std::string> event_lists_in(const Node& root, const Limits& limits) {
  std::vector<std::string> paths;
  for (const auto& leaf : leaves_of(root, limits)) paths.push_back(leaf.first);
  if (name_leaves(paths).is_windows) return {};
  LeavesOfLists leaves_of_lists;
  std::vector<List> around;
  for (std::size_t i = 0; i < root.nodes.size(); ++i)
    add_leaves_of_lists(root.keys[i], root.nodes[i], around, leaves_of_lists);
  std::vector<std::string> lists;
  for (const auto& [list, leaves] : leaves_of_lists) {
    if (name_leaves(leaves).is_windows) lists.push_back(list.first);
  }
  return lists;
}

// Behind the value that begins here.
std::size_t value_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\' && i + 1 < text.size() && (text[i + 1] == '\\' || text[i + 1] == '"')) ++i;
      if (c == '"') in_string = false;
      if (c == '"' && depth == 0) return i + 1;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return i;
      if (--depth == 0) return i + 1;
    } else if (depth == 0 && std::string(", \t\r\n").find(c) != std::string::npos) {
      return i;
    }
  }
  return text.size();
}

std::size_t behind_structure(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t\r\n,:", at), text.size());
}

// Where the elements of the arrays at these paths stand.
void find_elements(std::string_view text, std::size_t at, const std::string& prefix,
                   const std::vector<std::string>& paths,
                   std::vector<std::pair<std::size_t, std::size_t>>& spans) {
  for (at = behind_structure(text, at + 1); text[at] != '}'; at = behind_structure(text, at)) {
    const std::size_t key_end = value_end(text, at);
    std::size_t unused = 0;
    const std::string key(text.substr(at, key_end - at));
    const std::string path =
        prefix + nlohmann::json::parse(mended_string(key, unused)).get<std::string>().substr(1);
    const std::size_t begin = behind_structure(text, key_end);
    at = value_end(text, begin);
    if (text[begin] == '{') find_elements(text, begin, path + ".", paths, spans);
    if (text[begin] != '[' || std::find(paths.begin(), paths.end(), path) == paths.end()) continue;
    for (std::size_t i = behind_structure(text, begin + 1); text[i] != ']';
         i = behind_structure(text, spans.back().second))
      spans.emplace_back(i, value_end(text, i));
  }
}

// Where in the text as written the characters of the text as read begin, and where they end.
std::vector<std::size_t> places_as_written(std::string_view written, bool is_utf8) {
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < written.size(); ++at) {
    std::string read;
    append_windows1252(written.substr(at, 1), read);
    places.insert(places.end(), is_utf8 ? 1 : read.size(), at);
  }
  places.push_back(written.size());
  return places;
}

void read_object(std::string_view log, std::size_t begin, std::size_t end, const Limits& limits,
                 text::PlainLog& result, std::size_t wrappers_count = 0) {
  std::string object(log.substr(begin, end - begin));
  bool is_utf8 = true;
  if (!is_valid_utf8(object)) {
    std::string converted;
    append_windows1252(object, converted);
    object = converted;
    is_utf8 = false;
  }
  TreeBuilder builder;
  // To nlohmann a NUL is the end of the text; JSON has no NULs.
  const bool parsed = object.find('\0') == std::string::npos &&
                      nlohmann::json::sax_parse(prepared(object), &builder);
  if (!parsed || builder.root.type != Node::Type::kObject) {
    result.gaps.push_back({begin, end - begin, "damaged"});
    return;
  }
  if (wrappers_count < kWrappersMax) {
    const auto lists = event_lists_in(builder.root, limits);
    std::vector<std::pair<std::size_t, std::size_t>> spans;
    if (!lists.empty()) find_elements(object, 0, "", lists, spans);
    const auto written = places_as_written(log.substr(begin, end - begin), is_utf8);
    for (const auto& [from, to] : spans) {
      const std::size_t first = begin + written[from];
      const std::size_t last = begin + written[to];
      if (object[from] == '{') {
        read_object(log, first, last, limits, result, wrappers_count + 1);
      } else {
        result.gaps.push_back({first, last - first, "damaged"});
      }
    }
    if (!lists.empty()) return;
  }
  if (!is_utf8) result.gaps.push_back({begin, end - begin, "damaged"});
  text::PlainEvent event = event_of(builder.root, limits);
  event.offset_bytes = begin;
  event.length_bytes = end - begin;
  result.events.push_back(std::move(event));
}

void read_lines(std::string_view log, const Limits& limits, text::PlainLog& result) {
  std::size_t begin = 0;
  while (begin < log.size()) {
    const std::size_t end = std::min(log.find('\n', begin), log.size());
    std::size_t first = begin;
    for (bool goes_on = true; goes_on;) {
      while (first < end && std::string(" \t\r").find(log[first]) != std::string::npos) ++first;
      goes_on = log.substr(first, end - first).starts_with("\xEF\xBB\xBF");
      if (goes_on) first += 3;
    }
    std::size_t last = end;
    while (last > first && std::string(" \t\r,").find(log[last - 1]) != std::string::npos) --last;
    if (last > first) read_object(log, first, last, limits, result);
    begin = end + 1;
  }
}

void read_elements(std::string_view log, const Limits& limits, text::PlainLog& result) {
  std::size_t at = 0;
  while (at < log.size()) {
    if (log.substr(at).starts_with("\xEF\xBB\xBF")) {
      at += 3;
      continue;
    }
    if (std::string(" \t\r\n,[]").find(log[at]) != std::string::npos) {
      ++at;
      continue;
    }
    std::size_t damaged_at = at;
    if (log[at] == '{') {
      const std::size_t end = object_end(log, at, damaged_at);
      if (end != std::string_view::npos) {
        read_object(log, at, end, limits, result);
        at = end;
        continue;
      }
    }
    std::size_t line_begin = at;
    while (line_begin > 0 && log[line_begin - 1] != '\n') --line_begin;
    std::size_t indentation = 0;
    while (line_begin + indentation < at &&
           (log[line_begin + indentation] == ' ' || log[line_begin + indentation] == '\t'))
      ++indentation;
    const std::size_t next = std::min(find_element_line(log, damaged_at, indentation), log.size());
    result.gaps.push_back({at, next - at, "damaged"});
    at = next;
  }
}

}  // namespace

text::PlainLog read_slowly(std::string_view log, const Limits& limits) {
  text::PlainLog result;
  std::string_view head = log.substr(0, std::size_t{64} << 10U);
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  if (detect_framing(head) == Framing::kLines) {
    read_lines(log, limits, result);
  } else {
    read_elements(log, limits, result);
  }
  std::sort(result.gaps.begin(), result.gaps.end());
  return result;
}

}  // namespace pugmark::json
