#include "detect/script/tree_builder.h"

#include <algorithm>

namespace pugmark::script {

NodeId TreeBuilder::add(NodeKind kind, std::uint32_t begin, std::uint32_t end) {
  const NodeId id = tree_.add(kind, source_, language_, begin, end - begin);
  if (id == kNoNode) {
    full_at_ = std::min(full_at_, begin);
    return kNoNode;
  }
  heights_.push_back(0);
  return id;
}

NodeId TreeBuilder::add_named(NodeKind kind, std::string_view name, std::uint32_t begin,
                              std::uint32_t end) {
  const NodeId id = add(kind, begin, end);
  at(id).name = symbol(name);
  return id;
}

NodeId TreeBuilder::add_constant(NodeKind kind, std::string_view text, std::uint32_t begin,
                                 std::uint32_t end) {
  const NodeId id = add(kind, begin, end);
  tree_.set_text(id, text);
  return id;
}

void TreeBuilder::append(NodeList& list, NodeId child) {
  if (list.parent == kNoNode || child == kNoNode) return;
  tree_.append(list.parent, child, list.last);
  std::uint16_t& height = heights_[list.parent - first_];
  const std::uint16_t below = heights_[child - first_];
  if (below >= height) height = below == UINT16_MAX ? below : static_cast<std::uint16_t>(below + 1);
  stretch(list.parent, end_of(child));
}

NodeList TreeBuilder::wrap(NodeKind kind, NodeId first, std::uint32_t end) {
  NodeList list{add(kind, begin_of(first), std::max(end, end_of(first))), kNoNode};
  append(list, first);
  return list;
}

void TreeBuilder::cut_behind(NodeId keep) { at(keep).next = kNoNode; }

void TreeBuilder::move_children(NodeId from, NodeId to) {
  if (from == kNoNode || to == kNoNode) return;
  tree_.at(to).first_child = tree_.at(from).first_child;
  tree_.at(from).first_child = kNoNode;
  heights_[to - first_] = heights_[from - first_];
}

void TreeBuilder::insert_behind(NodeId sibling, NodeId child) {
  if (sibling == kNoNode || child == kNoNode) return;
  tree_.at(child).next = tree_.at(sibling).next;
  tree_.at(sibling).next = child;
}

void TreeBuilder::prepend(NodeId parent, NodeId child) {
  if (parent == kNoNode || child == kNoNode) return;
  tree_.at(child).next = tree_.at(parent).first_child;
  tree_.at(parent).first_child = child;
  if (heights_[parent - first_] == 0) heights_[parent - first_] = 1;
}

void TreeBuilder::replace_only_child(NodeId parent, NodeId child) {
  if (parent == kNoNode || child == kNoNode) return;
  tree_.at(parent).first_child = child;
  tree_.at(child).next = kNoNode;
}

void TreeBuilder::start_at(NodeId id, std::uint32_t begin) {
  Node& node = at(id);
  const std::uint32_t end = std::max(node.begin + node.length, begin);
  node.begin = begin;
  node.length = end - begin;
}

void TreeBuilder::stretch(NodeId id, std::uint32_t end) {
  Node& node = at(id);
  if (end > node.begin + node.length) node.length = end - node.begin;
}

}  // namespace pugmark::script
