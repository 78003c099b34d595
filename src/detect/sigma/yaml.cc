#include "detect/sigma/yaml.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <utility>
#include <yaml.h>

#include "base/text.h"

namespace pugmark::sigma {
namespace {

// Maps smaller than this are searched for repeated keys pair by pair.
constexpr std::size_t kSmallMap = 16;

constexpr std::size_t kUsualChildren = 4;

std::uint32_t line_of(const yaml_mark_t& mark) { return static_cast<std::uint32_t>(mark.line) + 1; }

// libyaml's parser and the event in hand, freed whatever happens.
class EventSource {
 public:
  explicit EventSource(std::string_view text) {
    usable_ = yaml_parser_initialize(&parser_) != 0;
    if (usable_) {
      // libyaml wants unsigned bytes; it only reads them.
      const void* bytes = text.data();
      yaml_parser_set_input_string(&parser_, static_cast<const unsigned char*>(bytes), text.size());
    }
  }
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;
  ~EventSource() {
    drop_event();
    if (usable_) yaml_parser_delete(&parser_);
  }

  bool next() {
    drop_event();
    has_event_ = usable_ && yaml_parser_parse(&parser_, &event_) != 0;
    return has_event_;
  }
  const yaml_event_t& event() const { return event_; }
  const yaml_parser_t& parser() const { return parser_; }
  bool usable() const { return usable_; }

 private:
  void drop_event() {
    if (has_event_) yaml_event_delete(&event_);
    has_event_ = false;
  }
  yaml_parser_t parser_{};
  yaml_event_t event_{};
  bool usable_ = false;
  bool has_event_ = false;
};

std::string text_of(const unsigned char* bytes, std::size_t size) {
  const void* start = bytes;
  return std::string(static_cast<const char*>(start), size);
}

std::string text_of(const unsigned char* terminated) {
  const void* start = terminated;
  return terminated == nullptr ? std::string() : std::string(static_cast<const char*>(start));
}

// How large a tree is.
struct TreeSize {
  std::size_t nodes_count = 0;
  std::size_t text_bytes = 0;
};

struct Anchored {
  Node node;
  TreeSize size;
};

class TreeBuilder {
 public:
  TreeBuilder(EventSource& source, const Limits& limits) : source_(source), limits_(limits) {}

  // Builds the node that begins with the event in hand.
  bool build(Node& node, std::size_t depth, Fault& fault) {
    const yaml_event_t& event = source_.event();
    node.line = line_of(event.start_mark);
    if (event.type == YAML_ALIAS_EVENT) return build_alias(node, fault);
    if (!count({1, 0}, node.line, fault)) return false;
    if (depth >= limits_.rule_nesting_depth) {
      return fail(fault, node.line,
                  fmt::format("Nesting is deeper than {} levels (limit rule-nesting-depth).",
                              limits_.rule_nesting_depth),
                  "Sigma rules need five levels; flatten the document or raise the limit.");
    }
    const TreeSize before = size_;
    std::string anchor;
    if (event.type == YAML_SCALAR_EVENT) {
      anchor = text_of(event.data.scalar.anchor);
      if (!build_scalar(node, fault)) return false;
    } else if (event.type == YAML_SEQUENCE_START_EVENT) {
      anchor = text_of(event.data.sequence_start.anchor);
      if (event.data.sequence_start.tag != nullptr) return refuse_tag(node.line, fault);
      if (!build_list(node, depth, fault)) return false;
    } else {
      anchor = text_of(event.data.mapping_start.anchor);
      if (event.data.mapping_start.tag != nullptr) return refuse_tag(node.line, fault);
      if (!build_map(node, depth, fault)) return false;
    }
    if (anchor.empty()) return true;
    const TreeSize size{size_.nodes_count - before.nodes_count + 1,
                        size_.text_bytes - before.text_bytes};
    if (!count(size, node.line, fault)) return false;  // the copy kept for aliases counts too
    anchors_[anchor] = Anchored{node, size};
    return true;
  }

  bool syntax_fault(Fault& fault) const {
    const yaml_parser_t& parser = source_.parser();
    std::string what = parser.problem != nullptr ? parser.problem : "out of memory";
    if (parser.context != nullptr) what = fmt::format("{}, {}", parser.context, what);
    return fail(fault, line_of(parser.problem_mark),
                fmt::format("This is not valid YAML: {}.", what),
                "Check indentation, quotes and tabs at this line.");
  }

 private:
  static bool refuse_tag(std::uint32_t line, Fault& fault) {
    return fail(fault, line, "A YAML tag was found where a plain value was expected.",
                "Remove the tag (the word behind the exclamation mark).");
  }

  bool count(const TreeSize& more, std::uint32_t line, Fault& fault) {
    size_.nodes_count += more.nodes_count;
    size_.text_bytes += more.text_bytes;
    const std::string_view hint = "Split the file, or write out what its aliases repeat.";
    if (size_.nodes_count > limits_.yaml_nodes) {
      return fail(
          fault, line,
          fmt::format("The file holds more than {} values, aliases expanded (limit yaml-nodes).",
                      limits_.yaml_nodes),
          std::string(hint));
    }
    if (size_.text_bytes <= limits_.rule_file_bytes) return true;
    return fail(fault, line,
                fmt::format("The file's texts take more than {} bytes, aliases expanded (limit "
                            "rule-file-bytes).",
                            limits_.rule_file_bytes),
                std::string(hint));
  }

  bool next(Fault& fault) { return source_.next() || syntax_fault(fault); }

  bool build_alias(Node& node, Fault& fault) {
    const std::string name = text_of(source_.event().data.alias.anchor);
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      return fail(fault, node.line, fmt::format("The alias *{} refers to no complete value.", name),
                  "Define the anchor before the alias, and not around it.");
    }
    if (!count(found->second.size, node.line, fault)) return false;
    const Node& original = found->second.node;
    node.kind = original.kind;
    node.plain = original.plain;
    node.text = original.text;
    node.children = original.children;
    return true;
  }

  bool build_scalar(Node& node, Fault& fault) {
    const auto& scalar = source_.event().data.scalar;
    node.text = text_of(scalar.value, scalar.length);
    node.plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (!count({0, scalar.length}, node.line, fault)) return false;
    if (scalar.tag == nullptr) return true;
    const std::string tag = text_of(scalar.tag);
    if (tag != "!" && tag != YAML_STR_TAG) return refuse_tag(node.line, fault);
    node.plain = false;
    return true;
  }

  bool build_list(Node& node, std::size_t depth, Fault& fault) {
    node.kind = NodeKind::kList;
    node.children.reserve(kUsualChildren);
    for (;;) {
      if (!next(fault)) return false;
      if (source_.event().type == YAML_SEQUENCE_END_EVENT) return true;
      if (!build(node.children.emplace_back(), depth + 1, fault)) return false;
    }
  }

  bool build_map(Node& node, std::size_t depth, Fault& fault) {
    node.kind = NodeKind::kMap;
    node.children.reserve(kUsualChildren);
    for (;;) {
      if (!next(fault)) return false;
      const yaml_event_t& event = source_.event();
      if (event.type == YAML_MAPPING_END_EVENT) return check_keys(node, fault);
      const std::uint32_t key_line = line_of(event.start_mark);
      if (event.type != YAML_SCALAR_EVENT) {
        return fail(fault, key_line, "A key is a list, a map or an alias; expected a plain name.",
                    "Write the key as text.");
      }
      Node& child = node.children.emplace_back();
      child.key = text_of(event.data.scalar.value, event.data.scalar.length);
      child.key_line = key_line;
      if (!count({0, child.key.size()}, key_line, fault)) return false;
      if (child.key == "<<") {
        return fail(fault, key_line, "The merge key '<<' is not part of YAML 1.2.",
                    "Write the merged entries out.");
      }
      if (!next(fault) || !build(child, depth + 1, fault)) return false;
    }
  }

  static bool repeated(const Node& child, Fault& fault) {
    return fail(fault, child.key_line,
                fmt::format("The key '{}' stands twice in one map; only one of them could count.",
                            escaped(child.key)),
                "Rename or remove one of the two, or turn the map into a list of maps.");
  }

  static bool check_keys(const Node& map, Fault& fault) {
    if (map.children.size() > kSmallMap) {
      std::set<std::string_view> seen;  // no hashes: a hostile file could make them collide
      for (const Node& child : map.children) {
        if (!seen.insert(child.key).second) return repeated(child, fault);
      }
      return true;
    }
    for (std::size_t later = 1; later < map.children.size(); ++later) {
      for (std::size_t earlier = 0; earlier < later; ++earlier) {
        if (map.children[earlier].key == map.children[later].key) {
          return repeated(map.children[later], fault);
        }
      }
    }
    return true;
  }

  EventSource& source_;
  const Limits& limits_;
  std::map<std::string, Anchored> anchors_;
  TreeSize size_;
};

// Cuts the text at the lines on which documents begin; comments above the first belong to it.
void cut_texts(std::string_view text, const std::vector<std::size_t>& first_lines, YamlFile& file) {
  std::size_t line = 0;
  std::size_t at = 0;
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < file.documents.size(); ++i) {
    for (; i > 0 && line < first_lines[i] && at < text.size(); ++line) {
      const std::size_t end = text.find('\n', at);
      at = end == std::string_view::npos ? text.size() : end + 1;
    }
    starts.push_back(at);
  }
  starts.push_back(text.size());
  for (std::size_t i = 0; i < file.documents.size(); ++i) {
    file.documents[i].text = text.substr(starts[i], starts[i + 1] - starts[i]);
  }
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Plain scalars that begin like a number: the core schema's integers and floats, doubtful ones
// apart.
ScalarType numeric_type(std::string_view text, bool& doubtful) {
  std::string_view digits = text;
  if (digits[0] == '-' || digits[0] == '+') digits.remove_prefix(1);
  if (all_digits(digits)) {
    return digits.size() > 1 && digits[0] == '0' ? ScalarType::kString : ScalarType::kInteger;
  }
  const std::size_t point = digits.find('.');
  if (point != std::string_view::npos) {
    const std::string_view whole = digits.substr(0, point);
    const std::string_view fraction = digits.substr(point + 1);
    const bool leading_zero = whole.size() > 1 && whole[0] == '0';
    if (all_digits(whole) && all_digits(fraction)) {
      return leading_zero ? ScalarType::kString : ScalarType::kFloat;
    }
    // "5." and ".5": floats for both schemas.
    if ((all_digits(whole) && fraction.empty() && !leading_zero) ||
        (whole.empty() && all_digits(fraction))) {
      return ScalarType::kFloat;
    }
  }
  // What is left is a string here and a number or a date to some other reader, if it consists of
  // nothing but number-like characters: 0x1f, 1_000, 1e5, 12:30, 2021-03-03.
  const bool hexadecimal =
      digits.size() > 2 && digits[0] == '0' &&
      ((digits[1] == 'x' && all_of(digits.substr(2), "0123456789abcdefABCDEF_")) ||
       (digits[1] == 'o' && all_of(digits.substr(2), "01234567_")) ||
       (digits[1] == 'b' && all_of(digits.substr(2), "01_")));
  // Two points make it a version or an address, which nobody takes for a number.
  const bool mostly_digits = all_of(digits, "0123456789_+-.:eE");
  doubtful = hexadecimal || (mostly_digits && digits.find('.') == digits.rfind('.'));
  return ScalarType::kString;
}

}  // namespace

bool fail(Fault& fault, std::uint32_t line, std::string what, std::string hint) {
  fault = Fault{line, std::move(what), std::move(hint)};
  return false;
}

const Node* Node::find(std::string_view wanted) const {
  for (const Node& child : children) {
    if (child.key == wanted) return kind == NodeKind::kMap ? &child : nullptr;
  }
  return nullptr;
}

Node* Node::find(std::string_view wanted) {
  for (Node& child : children) {
    if (child.key == wanted) return kind == NodeKind::kMap ? &child : nullptr;
  }
  return nullptr;
}

YamlFile parse_yaml(std::string_view text, const Limits& limits) {
  YamlFile file;
  Fault fault;
  if (text.size() > limits.rule_file_bytes) {
    fail(fault, 1,
         // Who read the file did not read on: its size is not known here.
         fmt::format("The file has more than {} bytes (limit rule-file-bytes).",
                     limits.rule_file_bytes),
         "Split the file.");
    file.fault = std::move(fault);
    return file;
  }
  EventSource source(text);
  TreeBuilder builder(source, limits);
  std::vector<std::size_t> first_lines;
  std::size_t first_line = 0;
  bool good = true;
  while (good) {
    good = source.next() || builder.syntax_fault(fault);
    if (!good) break;
    const yaml_event_t& event = source.event();
    if (event.type == YAML_STREAM_END_EVENT) break;
    if (event.type == YAML_DOCUMENT_START_EVENT) first_line = event.start_mark.line;
    if (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_START_EVENT ||
        event.type == YAML_DOCUMENT_END_EVENT) {
      continue;
    }
    YamlDocument document;
    good = builder.build(document.root, 0, fault);
    if (!good) break;
    file.documents.push_back(std::move(document));
    first_lines.push_back(first_line);
  }
  if (!good) file.fault = std::move(fault);
  cut_texts(text, first_lines, file);
  return file;
}

ScalarType scalar_type(const Node& scalar, bool& doubtful) {
  doubtful = false;
  if (!scalar.plain) return ScalarType::kString;
  const std::string_view text = scalar.text;
  if (text.empty() || is_one_of(text, {"null", "Null", "NULL", "~"})) return ScalarType::kNull;
  if (is_one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"}))
    return ScalarType::kBool;
  const char first = text[0];
  const bool signed_number = (first == '-' || first == '+') && text.size() > 1;
  if ((first >= '0' && first <= '9') || first == '.' || signed_number) {
    if (is_one_of(text.substr(signed_number ? 1 : 0),
                  {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"})) {
      doubtful = true;
      return ScalarType::kString;
    }
    return numeric_type(text, doubtful);
  }
  doubtful = text.size() <= 3 && is_one_of(ascii_lower(text), {"yes", "no", "on", "off", "y", "n"});
  return ScalarType::kString;
}

}  // namespace pugmark::sigma
