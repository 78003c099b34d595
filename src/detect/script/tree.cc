#include "detect/script/tree.h"

#include <array>
#include <cassert>

#include "base/text.h"

namespace pugmark::script {
namespace {

constexpr std::array<std::string_view, 41> kKindNames = {
    "empty",        "text",           "number",   "name",        "variable", "dynamic-variable",
    "member",       "dynamic-member", "index",    "call",        "new",      "cast",
    "unary",        "binary",         "assign",   "conditional", "array",    "pair",
    "interpolated", "command",        "include",  "spread",      "regex",    "function",
    "parameter",    "class",          "declare",  "block",       "if",       "loop",
    "for-each",     "switch",         "return",   "echo",        "with",     "try",
    "import",       "break",          "continue", "global",      "directive"};
static_assert(kKindNames[static_cast<std::size_t>(NodeKind::kDirective)] == "directive");

bool is_constant(NodeKind kind) {
  return kind == NodeKind::kText || kind == NodeKind::kNumber || kind == NodeKind::kRegex;
}

std::string op_text(std::uint32_t op) {
  std::string text;
  for (; op != 0; op >>= 8U) text += static_cast<char>(op & 0xFFU);
  return text;
}

void dump_node(const Tree& tree, NodeId id, std::size_t depth, std::string& out) {
  const Node& node = tree.at(id);
  out.append(depth * 2, ' ');
  out += to_string(node.kind);
  if (is_constant(node.kind)) {
    out += ' ' + escaped(tree.text(id));
  } else if (node.name != kNoSymbol) {
    out += ' ' + escaped(tree.symbols().name(node.name));
  }
  if (node.kind == NodeKind::kClass) {
    out += ' ' + std::to_string(node.op);
  } else if (node.op != 0) {
    out += ' ' + escaped(op_text(node.op));
  }
  if (node.type != kNoSymbol) out += " : " + escaped(tree.symbols().name(node.type));
  out += '\n';
  for (NodeId child = node.first_child; child != kNoNode; child = tree.at(child).next)
    dump_node(tree, child, depth + 1, out);
}

}  // namespace

std::string_view to_string(NodeKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

void Tree::clear() {
  nodes_.clear();
  texts_.clear();
  texts_.emplace_back();
  kept_.clear();
  sources_.clear();
  symbols_.clear();
  is_full_ = false;
}

std::uint16_t Tree::add_source(const Source& source) {
  assert(sources_.size() < UINT16_MAX);
  sources_.push_back(source);
  return static_cast<std::uint16_t>(sources_.size() - 1);
}

NodeId Tree::add(NodeKind kind, std::uint16_t source, Language language, std::uint32_t begin,
                 std::uint32_t length) {
  if (nodes_.size() >= nodes_max_) {
    is_full_ = true;
    return kNoNode;
  }
  Node& node = nodes_.emplace_back();
  node.kind = kind;
  node.source = source;
  node.language = language;
  node.begin = begin;
  node.length = length;
  return static_cast<NodeId>(nodes_.size() - 1);
}

void Tree::append(NodeId parent, NodeId child, NodeId& last) {
  if (parent == kNoNode || child == kNoNode) return;
  if (last == kNoNode) {
    nodes_[parent].first_child = child;
  } else {
    nodes_[last].next = child;
  }
  last = child;
}

NodeId Tree::child(NodeId id, std::size_t number) const {
  NodeId child = nodes_[id].first_child;
  for (; child != kNoNode && number > 0; --number) child = nodes_[child].next;
  return child;
}

std::size_t Tree::children_count(NodeId id) const {
  std::size_t count = 0;
  for (NodeId child = nodes_[id].first_child; child != kNoNode; child = nodes_[child].next) ++count;
  return count;
}

void Tree::set_text(NodeId id, std::string_view text) {
  if (id == kNoNode) return;
  nodes_[id].name = static_cast<Symbol>(texts_.size());
  texts_.push_back(text);
}

std::string_view Tree::keep(std::string_view text) { return kept_.emplace_back(text); }

std::string dump(const Tree& tree, NodeId root) {
  std::string out;
  if (root != kNoNode) dump_node(tree, root, 0, out);
  return out;
}

}  // namespace pugmark::script
