#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"

// YAML as Sigma files use it: a small tree over libyaml's event parser, strict where silence would
// change a rule's meaning (a key that stands twice is an error, tags and merge keys are refused),
// bounded where a hostile file could grow (depth, nodes, aliases expanded). Thread-safe.
namespace pugmark::sigma {

// What is wrong in a file, where, and what to do about it. Full sentences.
struct Fault {
  std::uint32_t line = 0;  // from 1
  std::string what;
  std::string hint;
};

// For `return fail(fault, line, "...", "...")`: fills `fault` and returns false.
bool fail(Fault& fault, std::uint32_t line, std::string what, std::string hint);

enum class NodeKind : std::uint8_t { kScalar, kMap, kList };

struct Node {
  NodeKind kind = NodeKind::kScalar;
  bool plain = false;          // a scalar without quotes: only these may be numbers, booleans, null
  std::uint32_t line = 0;      // from 1
  std::uint32_t key_line = 0;  // of the key, for an entry of a map
  std::string key;             // the entry's key, if the parent is a map
  std::string text;            // of a scalar
  std::vector<Node> children;  // of a map or list, in order

  bool is_scalar() const { return kind == NodeKind::kScalar; }
  bool is_map() const { return kind == NodeKind::kMap; }
  bool is_list() const { return kind == NodeKind::kList; }
  // The entry of a map with this key, or nullptr.
  const Node* find(std::string_view wanted) const;
  Node* find(std::string_view wanted);
};

struct YamlDocument {
  Node root;
  std::string_view text;  // view of the text handed to parse_yaml
};

struct YamlFile {
  std::vector<YamlDocument> documents;  // those before the fault are complete
  std::optional<Fault> fault;
};

YamlFile parse_yaml(std::string_view text, const Limits& limits);

enum class ScalarType : std::uint8_t { kString, kInteger, kFloat, kBool, kNull };

// The type of a scalar by the YAML 1.2 core schema, narrowed to where YAML 1.1 agrees: a plain
// scalar the two read differently (leading zeros, hexadecimal, octal, yes/no/on/off, dates,
// exponents, underscores) is a string. `doubtful` is then set, but for leading zeros, which stand
// in real rules and can only mean a string.
ScalarType scalar_type(const Node& scalar, bool& doubtful);

}  // namespace pugmark::sigma
