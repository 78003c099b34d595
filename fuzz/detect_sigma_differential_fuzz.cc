// The engine against the reference evaluator. The input chooses a set of rules, which is read like
// a rule file, and a sequence of events of several kinds of log. Both are made of the same few
// pieces of text, so that comparisons often hold. Every event is judged by all rules at once, with
// one matcher for the whole sequence, so that its index and its memory of values are at work. Each
// event's memory is freed before the next is made: what the matcher remembers must be its own.
// At the end a line is searched both ways there are.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/choices_testing.h"
#include "base/text.h"
#include "detect/engine/agreement_testing.h"
#include "detect/engine/line_scan.h"
#include "detect/engine/named_event.h"
#include "detect/sigma/parse.h"

using namespace pugmark;

namespace {

constexpr const char* kWindowsFields[] = {
    "Image", "CommandLine", "User",       "IntegrityLevel", "TargetObject", "Details",
    "Data",  "image",       "COMMANDLINE", "Initiated",     "Protocol",     "EventType",
    "ProcessId"};
// Fields of native events, from which the others are made.
constexpr const char* kNativeFields[] = {
    "NewProcessName", "SubjectUserName", "SubjectDomainName", "MandatoryLabel", "ObjectName",
    "ObjectValueName", "NewValue", "OperationType", "Direction", "Application", "ProcessId"};
constexpr const char* kWebFields[] = {"cs-uri-stem", "cs-uri-query", "cs-user-agent", "cs-method",
                                      "sc-status",   "c-ip",         "CS-URI-STEM"};

// Pieces of text that both rules and events are made of. Folding is simple: U+0130 folds to itself,
// the Kelvin sign to k, the long s to s, both small sigmas to one, U+1E9E to the sharp s.
constexpr const char* kPieces[] = {
    "a", "B", "b", "A", "-", "/", "1", "0", " ", "s", "K", "k", "i", "I", "+", "%", "=", "5", ".",
    "\xc3\xa9", "\xc3\x89", "\xc4\xb0", "\xe2\x84\xaa", "\xc5\xbf", "\xcf\x83", "\xcf\x82",
    "\xce\xa3", "\xc3\x9f", "\xe1\xba\x9e", "p\xcc\x81", "\xe2\x80\x93", "\xf0\x9f\x98\x80",
    "power", "SHELL", "shell", ".exe", "cmd", "C:\\x", "%41", "%2541", "cG93ZXI", "17", "true",
    "S-1-16-8192", "\\REGISTRY\\MACHINE", "\\device\\harddiskvolume2\\", "%%1905", "%%14593",
    "2021-03-02T10:20:30Z", "192.0.2.7", "\xe9\xa6\x99"};
// ... and what only events can hold.
constexpr const char* kDamagedPieces[] = {"\xff", "\xc3", "\n", "\r", "\xed\xa0\x80", "'", "\x7f",
                                          "\xe2\x84", "*", "?"};
constexpr const char* kNumbers[] = {"0", "1", "5", "17", "200", "-1", "0x5", "5.0", "1e1", "007"};

std::string text(Choices& choices, std::size_t longest) {
  std::string made;
  for (std::size_t length = choices.below(longest + 1); length > 0; --length)
    made += choices.one_of(kPieces);
  return made;
}

// ---- Rules ----

class RuleWriter {
 public:
  explicit RuleWriter(Choices& choices) : choices_(choices) {}

  std::string rule(std::size_t number) {
    constexpr const char* kSources[] = {
        "{product: windows, category: process_creation}", "{product: windows, service: security}",
        "{category: webserver}",                          "{product: windows}",
        "{product: windows, category: registry_set}",     "{product: windows, service: sysmon}",
        "{product: windows, category: network_connection}"};
    const std::size_t source = choices_.below(7);
    is_web_ = source == 2;
    std::string made = "title: r" + std::to_string(number) + "\nlogsource: " + kSources[source] +
                       "\ndetection:\n";
    for (const char* name : {"one", "two", "three"}) made += identifier(name);
    constexpr const char* kConditions[] = {
        "one",          "one and two",            "one or two",
        "all of them",  "one and not two",        "not one and three",
        "1 of them",    "one and (two or three)", "not (one or two) or three",
        "one or not three", "not 1 of t*",        "one and not (two and not three)"};
    return made + "  condition: " + choices_.one_of(kConditions) + "\n";
  }

 private:
  std::string identifier(std::string_view name) {
    std::string made = "  " + std::string(name) + ":\n";
    if (choices_.one_in(6)) {
      for (std::size_t words = 1 + choices_.below(2); words > 0; --words)
        made += "    - " + value(1) + "\n";
      return made;
    }
    const bool is_list = choices_.one_in(5);
    for (std::size_t items = 1 + choices_.below(3); items > 0; --items)
      made += (is_list ? "    - {" : "    ? ") + item(is_list) + (is_list ? "}\n" : "\n");
    return made;
  }

  std::string field() {
    if (is_web_) return choices_.one_of(kWebFields);
    return choices_.one_in(8) ? choices_.one_of({"EventID", "eventid"})
                              : choices_.one_of(kWindowsFields);
  }

  // One entry of a map, in flow form or as a block's `? key` and `: value`.
  std::string item(bool is_flow) {
    const std::string between = is_flow ? ": " : "\n    : ";
    const auto pair = [&](const std::string& key, const std::string& of) {
      return "'" + key + "'" + between + of;
    };
    const std::string name = field();
    switch (choices_.below(12)) {
      case 0:
        return pair(name, choices_.one_of({"null", "''", "'*'", "'?'"}));
      case 1:
        return pair(name + "|exists", choices_.one_of({"true", "false"}));
      case 2:
        return pair(name, choices_.one_of(kNumbers));
      case 3:
        return pair(name + choices_.one_of({"|gt", "|gte", "|lt", "|lte"}),
                    choices_.one_of({"1", "5", "17.5"}));
      case 4:
        return pair(name + choices_.one_of({"|re", "|re|i", "|re|s", "|re|startswith"}), regex());
      case 5:
        return pair(name + choices_.one_of({"|hour", "|minute|gte", "|week", "|year|lt"}),
                    choices_.one_of({"10", "20", "9", "2022"}));
      case 6:
        return pair(name + choices_.one_of({"|fieldref", "|fieldref|contains", "|fieldref|cased",
                                            "|fieldref|startswith|neq"}),
                    field());
      case 7:
        return pair(name, choices_.one_of({"true", "false"}));
      case 8:
        return pair(name + "|cidr", choices_.one_of({"192.0.2.0/24", "192.0.2.7", "'::/0'"}));
      default:
        break;
    }
    if (choices_.one_in(6)) {
      return pair(name + choices_.one_of({"|base64offset|contains", "|wide|base64offset|contains",
                                          "|base64|contains", "|utf16be|base64"}),
                  "'" + text(choices_, 3) + "'");
    }
    return pair(name + text_modifiers(), list());
  }

  std::string text_modifiers() {
    return choices_.one_of({"", "", "|contains", "|startswith", "|endswith", "|contains|all",
                            "|cased", "|contains|cased", "|neq", "|contains|windash",
                            "|endswith|neq", "|startswith|cased|all", "|utf16be|contains"});
  }

  std::string regex() {
    return choices_.one_of({"'a[b1]+'", "'B.b'", "'^a'", "'a$'", "'(?i)power.*shell'", "'\\d+'",
                            "'cmd|b{2}'", "'.'", "'(?i)k'", "'\\bcmd\\.exe'", "'x*'",
                            "'(?i)(shell|cmd)\\S'", "'\\x{130}power'", "'(?i)power\\x{17f}hell'",
                            "'(?i)\\x{1e9e}+'"});
  }

  std::string list() {
    std::string made;
    for (std::size_t values = 1 + choices_.below(3); values > 0; --values)
      made += (made.empty() ? "[" : ", ") + value(0);
    return made + "]";
  }

  std::string value(std::size_t shortest) {
    std::string made = text(choices_, 4);
    if (made.size() < shortest) made = "a";
    if (choices_.one_in(4)) made.insert(0, choices_.one_of({"*", "?", "\\*", "*?"}));
    if (choices_.one_in(4)) made += choices_.one_of({"*", "?", "\\?", "\\\\*"});
    if (choices_.one_in(4)) made += choices_.one_of({"*", "?"}) + text(choices_, 2);
    return "'" + made + "'";
  }

  Choices& choices_;
  bool is_web_ = false;
};

// ---- Events ----

class EventMaker {
 public:
  EventMaker(Choices& choices, ShapeTable& shapes) : choices_(choices), shapes_(shapes) {}

  // The event lives in `arena`, its raw line in `line`.
  Event make(Arena& arena, std::string& line) {
    Shape shape = kind();
    const bool is_web = shape.source == SourceKind::kWebServer;
    std::vector<std::string> names;
    // Readers know an event's number from its field.
    if (shape.event_id != 0) names.emplace_back("EventID");
    for (std::size_t fields = choices_.below(7); fields > 0; --fields) {
      const std::string name = is_web                ? choices_.one_of(kWebFields)
                               : choices_.one_in(2) ? choices_.one_of(kNativeFields)
                                                     : choices_.one_of(kWindowsFields);
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    for (const std::string& name : names) {
      FieldId id{};
      if (shapes_.intern_field(name, id)) shape.fields.push_back(id);
    }
    Event event;
    Value* values = arena.allocate_values(shape.fields.size());
    for (std::size_t i = 0; i < shape.fields.size(); ++i)
      values[i] = names[i] == "EventID" ? number_of_event(shape, arena) : value(arena);
    if (is_web) line = names.empty() ? "" : text_of_event() + names.front();
    if (is_web && choices_.one_in(2)) {
      line = line_of_values({values, shape.fields.size()}, arena);
      event.values_in_line = true;
    }
    event.shape = shapes_.intern(std::move(shape));
    event.values = values;
    if (event.shape == nullptr) std::abort();
    return event;
  }

 private:
  Shape kind() {
    struct Kind {
      const char* channel;
      std::uint32_t event_id;
    };
    constexpr Kind kKinds[] = {{"Microsoft-Windows-Sysmon/Operational", 1},
                               {"Security", 4688},
                               {"SECURITY", 4657},
                               {"Security", 5156},
                               {"Microsoft-Windows-Sysmon/Operational", 13},
                               {"Application", 5},
                               {"Security", 17},
                               {"Security", 0}};
    Shape shape;
    const std::size_t kind = choices_.below(10);
    if (kind >= 8) {
      shape.source = SourceKind::kWebServer;
      shape.channel = "W3SVC1";
      return shape;
    }
    shape.source = SourceKind::kWindowsEvent;
    shape.channel = kKinds[kind].channel;
    shape.event_id = kKinds[kind].event_id;
    return shape;
  }

  Value number_of_event(const Shape& shape, Arena& arena) {
    if (choices_.one_in(2))
      return of_bytes(std::to_string(shape.event_id), ValueType::kNumberText, arena);
    const std::string bytes{static_cast<char>(shape.event_id & 0xFFU),
                            static_cast<char>(shape.event_id >> 8U)};
    return of_bytes(bytes, ValueType::kUint16, arena);
  }

  std::string text_of_event() {
    std::string made = text(choices_, 6);
    if (choices_.one_in(8)) made.insert(made.size() / 2, choices_.one_of(kDamagedPieces));
    if (choices_.one_in(16)) made.insert(made.size() / 2, 1, '\0');
    return made;
  }

  Value value(Arena& arena) {
    if (!choices_.one_in(6)) return single(arena);
    const std::size_t count = choices_.below(4);
    Value* list = arena.allocate_values(count);
    for (std::size_t i = 0; i < count; ++i) {
      list[i] = single(arena);
      if (!list[i].present()) list[i] = Value::null();
    }
    return {list, static_cast<std::uint32_t>(count), ValueType::kList};
  }

  Value single(Arena& arena) {
    switch (choices_.below(16)) {
      case 0:
        return {};
      case 1:
        return Value::null();
      case 2:
        return of_bytes(choices_.one_of(kNumbers), ValueType::kNumberText, arena);
      case 3:
        return of_bytes(choices_.one_of({"true", "false"}), ValueType::kBoolText, arena);
      case 4:
        return of_bytes(number_bytes(), choices_.one_of(kNumberTypes), arena);
      case 5:
        return of_bytes(number_bytes() + number_bytes(), ValueType::kGuid, arena);
      case 6:
        return of_bytes(text_of_event(), choices_.one_of({ValueType::kAnsi, ValueType::kBinary,
                                                          ValueType::kSid, ValueType::kFileTime}),
                        arena);
      case 7:
      case 8:
      case 9:
      case 10:
        return of_bytes(utf16(), ValueType::kUtf16, arena);
      default:
        return of_bytes(text_of_event(), ValueType::kUtf8, arena);
    }
  }

  // A row of a W3C log: words with one blank between them.
  std::string line_of_values(std::span<Value> values, Arena& arena) {
    std::string line;
    for (Value& value : values) {
      std::string word = text_of_event() + (choices_.one_in(4) ? "%41" : "a");
      std::replace_if(word.begin(), word.end(),
                      [](char c) { return c == ' ' || c == '\n' || c == '\0'; }, '+');
      if (choices_.one_in(8)) word = "-";
      line += (line.empty() ? "" : " ") + word;
      value = word == "-" && choices_.one_in(2) ? Value::null()
                                                : of_bytes(word, ValueType::kUtf8, arena);
    }
    return line;
  }

  static Value of_bytes(std::string_view bytes, ValueType type, Arena& arena) {
    Value value = Value::text(arena.copy(bytes));
    value.type = type;
    return value;
  }

  static constexpr ValueType kNumberTypes[] = {
      ValueType::kInt32, ValueType::kUint64, ValueType::kHex32, ValueType::kHex64, ValueType::kSize,
      ValueType::kBool,  ValueType::kUint8,  ValueType::kReal64};

  // A number of 1, 4 or 8 bytes, which may not fit the type it gets.
  std::string number_bytes() {
    std::string bytes(choices_.one_of({4U, 8U, 1U, 8U}), '\0');
    bytes[0] = static_cast<char>(choices_.one_of({0, 1, 5, 17, 200, 255}));
    return bytes;
  }

  // UTF-16LE, sometimes with a lone surrogate, a NUL or an odd last byte.
  std::string utf16() {
    std::string made;
    const std::string utf8 = text_of_event();
    for (std::size_t at = 0; at < utf8.size();) {
      char32_t c = next_code_point(utf8, at);
      if (c >= 0x10000) {
        append_unit(0xD800 + ((c - 0x10000) >> 10U), made);
        c = 0xDC00 + ((c - 0x10000) & 0x3FFU);
      }
      append_unit(c, made);
    }
    if (choices_.one_in(16)) append_unit(choices_.one_of({0xD800U, 0xDC00U, 0U}), made);
    if (choices_.one_in(16)) made += 'a';
    return made;
  }

  static void append_unit(std::uint32_t unit, std::string& out) {
    out += static_cast<char>(unit & 0xFFU);
    out += static_cast<char>(unit >> 8U & 0xFFU);
  }

  Choices& choices_;
  ShapeTable& shapes_;
};

std::string described(const Event& event, const std::string& line) {
  std::string out = event.shape->channel + " " + std::to_string(event.shape->event_id) + "\n";
  for (const sigma::NamedField& field : named_event(event, line, {}).fields) {
    out += field.name + ":";
    for (const sigma::NamedValue& value : field.values)
      out += " [" + escaped(value.text) + "] " + value.reading;
    out += "\n";
  }
  return out + "line: " + escaped(line);
}

// Both ways to search a line find the same literals in it.
void compare_line_scans(Choices& choices) {
  std::vector<engine::Literal> literals;
  for (std::size_t count = choices.below(24); count > 0; --count) {
    const engine::Literal literal{folded(text(choices, 4)),
                                  static_cast<engine::Anchor>(choices.below(4)),
                                  static_cast<std::uint32_t>(count)};
    if (engine::LineScan::can_search(literal)) literals.push_back(literal);
  }
  const std::string line = text(choices, 40);
  const auto found = [&](engine::LineScan::Way way, std::vector<std::uint32_t>& ids) {
    std::string memory;
    const bool is_known = engine::LineScan(literals, way).scan(line, memory, ids);
    if (!is_known) ids.clear();
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return is_known;
  };
  std::vector<std::uint32_t> ids, ids_by_grams;
  if (found(engine::LineScan::Way::kFragments, ids) ==
          found(engine::LineScan::Way::kGrams, ids_by_grams) &&
      ids == ids_by_grams)
    return;
  std::fprintf(stderr, "the two scans of a line disagree: %s\n", escaped(line).c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  Choices choices(data, size_bytes);
  std::string rules_text;
  for (std::size_t rules = 1 + choices.below(16); rules > 0; --rules)
    rules_text += (rules_text.empty() ? "" : "---\n") + RuleWriter(choices).rule(rules);
  std::vector<sigma::ParsedFile> files;
  files.push_back(sigma::parse_rule_file("f.yml", rules_text, {}));
  engine::Engine engine(sigma::link(std::move(files)), {}, {});

  const Limits limits;
  ShapeTable shapes(limits);
  engine::Matcher matcher(1);
  engine::Agreement agreement;
  EventMaker maker(choices, shapes);
  for (std::size_t events = 1 + choices.below(12); events > 0; --events) {
    std::size_t times = 1 + choices.below(2);
    const Choices start = choices;
    for (; times > 0; --times) {
      choices = start;
      Arena arena;
      std::string line;
      const Event event = maker.make(arena, line);
      engine::compare_event(event, line, "event", engine, matcher, agreement);
      if (agreement.difference.empty()) continue;
      std::fprintf(stderr, "%s\n%s\n%s\n", rules_text.c_str(),
                   described(event, line).c_str(), agreement.difference.c_str());
      std::abort();
    }
  }
  compare_line_scans(choices);
  return 0;
}
