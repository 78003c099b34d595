#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "detect/script/tree.h"

namespace pugmark::script {

// A node and the child that was appended to it last.
struct NodeList {
  NodeId parent = kNoNode;
  NodeId last = kNoNode;
};

// Adds the nodes of one text to a tree, for a parser. Knows how far down each node's children go,
// so that chains which are parsed in a loop (a.b.c.d, a - b + c) do not make a tree too deep for
// those who walk it: parsers ask is_high() before they put a node on top of another. Node kNoNode,
// which a full tree gives, may be passed everywhere.
class TreeBuilder {
 public:
  TreeBuilder(Tree& tree, std::uint16_t source, std::uint32_t height_max)
      : tree_(tree), source_(source), height_max_(height_max), first_(tree.size()) {}

  void set_language(Language language) { language_ = language; }
  Language language() const { return language_; }
  Tree& tree() { return tree_; }

  NodeId add(NodeKind kind, std::uint32_t begin, std::uint32_t end);
  NodeId add_named(NodeKind kind, std::string_view name, std::uint32_t begin, std::uint32_t end);
  // `text` must live as long as the source's text: a part of it, or of Tree::keep().
  NodeId add_constant(NodeKind kind, std::string_view text, std::uint32_t begin, std::uint32_t end);

  // Appends, and stretches the parent over the child.
  void append(NodeList& list, NodeId child);
  // Starts a list of children with `first` in a new node.
  NodeList wrap(NodeKind kind, NodeId first, std::uint32_t end);
  // Takes the children of `parent` behind `keep` off it; `keep` is then its last one.
  void cut_behind(NodeId keep);
  void move_children(NodeId from, NodeId to);  // whose own are left out
  void insert_behind(NodeId sibling, NodeId child);
  void prepend(NodeId parent, NodeId child);
  void replace_only_child(NodeId parent, NodeId child);

  Node& at(NodeId id) { return id == kNoNode ? nowhere_ : tree_.at(id); }
  std::uint32_t begin_of(NodeId id) { return at(id).begin; }
  std::uint32_t end_of(NodeId id) { return at(id).begin + at(id).length; }
  void start_at(NodeId id, std::uint32_t begin);  // its end stays
  void stretch(NodeId id, std::uint32_t end);
  Symbol symbol(std::string_view name) { return tree_.symbols().of(name); }

  // No further node may stand on top of this one.
  bool is_high(NodeId id) const { return id != kNoNode && heights_[id - first_] >= height_max_; }

  bool is_full() const { return tree_.is_full(); }
  std::uint32_t full_at() const {
    return full_at_;
  }  // where the first node that had no room begins

 private:
  Tree& tree_;
  std::uint16_t source_;
  Language language_ = Language::kPhp;
  std::uint32_t height_max_;
  std::size_t first_;  // nodes before this one are of other texts
  std::vector<std::uint16_t> heights_;
  std::uint32_t full_at_ = UINT32_MAX;
  Node nowhere_;
};

}  // namespace pugmark::script
