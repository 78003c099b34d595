#include "detect/indicators/stix_pattern.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

#include "base/text.h"

namespace pugmark::indicators {
namespace {

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kPatternBytesMax = 1 << 20;

// One comparison.
struct Leaf {
  std::string object;                 // "file"
  std::vector<std::string> property;  // "hashes", "SHA-256"
  std::string op;                     // "=", "IN", "LIKE", ...
  bool negated = false;
  std::vector<std::string> values;
};

struct Node {
  enum class Kind : std::uint8_t { kLeaf, kAnd, kOr } kind = Kind::kLeaf;
  bool is_of_observations = false;  // joins brackets
  Leaf leaf;
  std::vector<Node> children;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class PatternParser {
 public:
  explicit PatternParser(std::string_view text) : rest_(text) {}

  // Nothing if it cannot be read; then why() says so.
  std::optional<Node> parse() {
    Node root;
    if (!observations(root, 0)) return std::nullopt;
    skip_blanks();
    if (!rest_.empty()) {
      for (const std::string_view word : {"FOLLOWEDBY", "WITHIN", "REPEATS", "START"}) {
        if (rest_.starts_with(word)) {
          fail(fmt::format("{} asks for an order or number of events", word));
          return std::nullopt;
        }
      }
      fail("it goes on behind its end");
      return std::nullopt;
    }
    return root;
  }

  const std::string& why() const { return why_; }

 private:
  bool fail(std::string why) {
    if (why_.empty()) why_ = std::move(why);
    return false;
  }
  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  bool take(std::string_view mark) {
    skip_blanks();
    if (!rest_.starts_with(mark)) return false;
    rest_.remove_prefix(mark.size());
    return true;
  }
  // A word, and no longer one that begins with it.
  bool take_word(std::string_view word) {
    skip_blanks();
    if (!rest_.starts_with(word)) return false;
    if (rest_.size() > word.size() && (is_letter(rest_[word.size()]))) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  }

  // ---- Brackets joined by AND and OR ----

  bool observations(Node& node, std::size_t depth) {
    return joined(node, depth, true, [&](Node& part) { return observation(part, depth); });
  }

  bool observation(Node& node, std::size_t depth) {
    if (depth >= kDepthMax) return fail("it is nested too deep");
    if (take("[")) return comparisons(node, depth + 1) && (take("]") || fail("a ] is missing"));
    if (take("(")) return observations(node, depth + 1) && (take(")") || fail("a ) is missing"));
    return fail("a [ is missing");
  }

  bool comparisons(Node& node, std::size_t depth) {
    return joined(node, depth, false, [&](Node& part) {
      if (depth >= kDepthMax) return fail("it is nested too deep");
      if (!take("(")) return comparison(part.leaf);
      return comparisons(part, depth + 1) && (take(")") || fail("a ) is missing"));
    });
  }

  // AND binds closer than OR.
  template <typename Part>
  bool joined(Node& node, std::size_t depth, bool is_of_observations, const Part& part) {
    if (depth >= kDepthMax) return fail("it is nested too deep");
    Node any{Node::Kind::kOr, is_of_observations, {}, {}};
    do {
      Node all{Node::Kind::kAnd, is_of_observations, {}, {}};
      do {
        if (!part(all.children.emplace_back())) return false;
      } while (take_word("AND"));
      const bool is_one = all.children.size() == 1;
      any.children.push_back(is_one ? std::move(all.children.front()) : std::move(all));
    } while (take_word("OR"));
    node = any.children.size() == 1 ? take_front(any) : std::move(any);
    return true;
  }
  static Node take_front(Node& node) {
    Node front = std::move(node.children.front());
    return front;
  }

  // ---- One comparison ----

  bool comparison(Leaf& leaf) {
    leaf.negated = take_word("NOT");
    if (take_word("EXISTS")) return fail("EXISTS asks for no value");
    if (!path(leaf)) return false;
    if (take_word("NOT")) leaf.negated = true;
    constexpr std::array<std::string_view, 6> kMarks = {"!=", "<=", ">=", "=", "<", ">"};
    constexpr std::array<std::string_view, 5> kWords = {"IN", "LIKE", "MATCHES", "ISSUBSET",
                                                        "ISSUPERSET"};
    for (const std::string_view mark : kMarks) {
      if (leaf.op.empty() && take(mark)) leaf.op = mark;
    }
    for (const std::string_view word : kWords) {
      if (leaf.op.empty() && take_word(word)) leaf.op = word;
    }
    if (leaf.op.empty()) return fail("a comparison is missing");
    if (leaf.op != "IN") return constant(leaf.values.emplace_back());
    if (!take("(")) return fail("IN is followed by no list");
    do {
      if (!constant(leaf.values.emplace_back())) return false;
    } while (take(","));
    return take(")") || fail("a ) is missing");
  }

  // object:property.'quoted'[0]._ref.more
  bool path(Leaf& leaf) {
    skip_blanks();
    const std::size_t colon = rest_.find(':');
    if (colon == std::string_view::npos || colon == 0) return fail("an object path is missing");
    leaf.object = ascii_lower(rest_.substr(0, colon));
    if (!std::all_of(leaf.object.begin(), leaf.object.end(),
                     [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); }))
      return fail("an object path is missing");
    rest_.remove_prefix(colon + 1);
    do {
      std::string& part = leaf.property.emplace_back();
      if (rest_.starts_with('\'') || rest_.starts_with('"')) {
        if (!quoted(part)) return false;
      } else {
        while (!rest_.empty() &&
               (is_letter(rest_.front()) || (rest_.front() >= '0' && rest_.front() <= '9'))) {
          part += rest_.front();
          rest_.remove_prefix(1);
        }
      }
      if (part.empty()) return fail("an object path is cut short");
      if (rest_.starts_with('[')) {
        const std::size_t end = rest_.find(']');
        if (end == std::string_view::npos) return fail("a ] is missing");
        rest_.remove_prefix(end + 1);
      }
    } while (take_dot());
    return true;
  }
  bool take_dot() {
    if (!rest_.starts_with('.')) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // A string in quotes; a backslash takes the next character as it is.
  bool quoted(std::string& text) {
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != quote) {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    return !rest_.empty() ? (rest_.remove_prefix(1), true) : fail("a quote is missing");
  }

  bool constant(std::string& text) {
    skip_blanks();
    if (rest_.starts_with('\'')) return quoted(text);
    // Numbers, booleans, and strings with a letter in front (times, bytes).
    if (rest_.size() > 1 && rest_[1] == '\'') {
      rest_.remove_prefix(1);
      return quoted(text);
    }
    while (!rest_.empty() && !is_blank(rest_.front()) && rest_.front() != ']' &&
           rest_.front() != ')' && rest_.front() != ',') {
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    return !text.empty() || fail("a value is missing");
  }

  std::string_view rest_;
  std::string why_;
};

// ---- From the tree to values ----

std::string path_of(const Leaf& leaf) {
  std::string path = leaf.object + ":";
  for (std::size_t i = 0; i < leaf.property.size(); ++i)
    path += (i == 0 ? "" : ".") + leaf.property[i];
  return path;
}

bool ends_with(const Leaf& leaf, std::initializer_list<std::string_view> names) {
  if (leaf.property.size() < names.size()) return false;
  return std::equal(names.begin(), names.end(),
                    leaf.property.end() - static_cast<std::ptrdiff_t>(names.size()));
}

bool is_hash(const Leaf& leaf) {
  return leaf.object != "x509-certificate" && leaf.property.size() >= 2 &&
         leaf.property[leaf.property.size() - 2] == "hashes";
}
bool is_file_name(const Leaf& leaf) {
  return (leaf.object == "file" && ends_with(leaf, {"name"}) && leaf.property.size() == 1) ||
         ends_with(leaf, {"image_ref", "name"}) || ends_with(leaf, {"binary_ref", "name"});
}
bool is_folder(const Leaf& leaf) {
  return ends_with(leaf, {"parent_directory_ref", "path"}) ||
         (leaf.object == "directory" && ends_with(leaf, {"path"}));
}

// Nothing if nothing of that kind is looked for.
std::optional<Hint> hint_of_leaf(const Leaf& leaf) {
  if (is_hash(leaf)) {
    const auto hint = hint_of(leaf.property.back());
    return hint == Hint::kHash ? hint : std::nullopt;
  }
  if (is_file_name(leaf)) return Hint::kFileName;
  if (is_folder(leaf)) return Hint::kPath;
  if (leaf.object == "ipv4-addr" || leaf.object == "ipv6-addr")
    return ends_with(leaf, {"value"}) ? std::optional(Hint::kAddress) : std::nullopt;
  if (leaf.object == "domain-name" && leaf.property.front() == "value") return Hint::kDomain;
  if (leaf.object == "url" && leaf.property.front() == "value") return Hint::kUrl;
  if (leaf.object != "network-traffic") return std::nullopt;
  if (ends_with(leaf, {"src_ref", "value"}) || ends_with(leaf, {"dst_ref", "value"}))
    return Hint::kAddress;
  if (ends_with(leaf, {"request_header", "User-Agent"})) return Hint::kUserAgent;
  return ends_with(leaf, {"request_value"}) ? std::optional(Hint::kPath) : std::nullopt;
}

std::string with_wildcards(std::string_view like, Hint hint) {
  std::string text;
  for (const char c : like) {
    // In URLs and domains an underscore is nearly always meant as one.
    const bool is_one = c == '_' && hint != Hint::kUrl && hint != Hint::kDomain;
    text += c == '%' ? '*' : is_one ? '?' : c;
  }
  return text;
}

using Values = std::variant<std::vector<PatternValue>, std::string>;

Values values_of(const Leaf& leaf) {
  const auto hint = hint_of_leaf(leaf);
  if (!hint) return fmt::format("{} is not looked for", escaped(path_of(leaf)));
  if (leaf.negated || leaf.op == "!=") return "it asks for everything but a value";
  if (leaf.op == "MATCHES") return "it is a regular expression";
  const bool is_network = leaf.op == "ISSUBSET" && *hint == Hint::kAddress;
  if (leaf.op != "=" && leaf.op != "IN" && leaf.op != "LIKE" && !is_network)
    return fmt::format("the comparison {} is not made", leaf.op);
  std::vector<PatternValue> values;
  for (const std::string& value : leaf.values) {
    values.push_back({*hint, leaf.op == "LIKE" ? with_wildcards(value, *hint) : value, ""});
    if (is_folder(leaf) && !values.back().value.empty() && values.back().value.back() != '*')
      values.back().value += '\\';
  }
  return values;
}

// Of one file: its hash is enough, else its folder and its name together.
Values values_of_file(const std::vector<Node>& parts) {
  std::vector<PatternValue> hashes;
  const Leaf* name = nullptr;
  const Leaf* folder = nullptr;
  std::string also;
  for (const Node& part : parts) {
    const Leaf& leaf = part.leaf;
    if (is_hash(leaf)) {
      Values found = values_of(leaf);
      if (auto* const values = std::get_if<std::vector<PatternValue>>(&found)) {
        hashes.insert(hashes.end(), values->begin(), values->end());
        continue;
      }
    }
    const bool is_plain = !leaf.negated && leaf.op == "=";
    if (is_plain && is_file_name(leaf)) name = &leaf;
    if (is_plain && is_folder(leaf)) folder = &leaf;
    also += (also.empty() ? "" : ", ") + path_of(leaf);
  }
  for (PatternValue& hash : hashes) hash.also = also;
  if (!hashes.empty()) return hashes;
  if (parts.size() == 2 && name != nullptr && folder != nullptr) {
    std::string path = folder->values.front();
    if (!path.ends_with('\\') && !path.ends_with('/')) path += '\\';
    return std::vector<PatternValue>{{Hint::kPath, path + name->values.front(), ""}};
  }
  return fmt::format("it asks for several things at once: {}", escaped(also));
}

Values values_of(const Node& node) {
  if (node.kind == Node::Kind::kLeaf) return values_of(node.leaf);
  if (node.kind == Node::Kind::kAnd) {
    const bool is_of_file =
        !node.is_of_observations &&
        std::all_of(node.children.begin(), node.children.end(), [](const Node& child) {
          return child.kind == Node::Kind::kLeaf && child.leaf.object == "file";
        });
    if (is_of_file) return values_of_file(node.children);
    return "it joins comparisons by AND, and no single event shows them together";
  }
  std::vector<PatternValue> all;
  for (const Node& child : node.children) {
    Values part = values_of(child);
    auto* const values = std::get_if<std::vector<PatternValue>>(&part);
    if (values == nullptr) return part;
    all.insert(all.end(), values->begin(), values->end());
  }
  return all;
}

}  // namespace

std::variant<std::vector<PatternValue>, std::string> values_of_pattern(std::string_view pattern) {
  if (pattern.size() > kPatternBytesMax)
    return fmt::format("it is longer than {} bytes", kPatternBytesMax);
  PatternParser parser(pattern);
  const auto root = parser.parse();
  if (!root) return parser.why();
  return values_of(*root);
}

}  // namespace pugmark::indicators
