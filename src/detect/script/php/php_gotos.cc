#include <algorithm>
#include <utility>
#include <vector>

#include "detect/script/php/php_parser.h"

namespace pugmark::script::php {
namespace {

// Statements of a block, in the order in which gotos lead through them.
class GotoOrder {
 public:
  GotoOrder(const Tree& tree, NodeId block, Symbol go, Symbol label) : tree_(tree), go_(go) {
    for (NodeId id = tree.at(block).first_child; id != kNoNode; id = tree.at(id).next) {
      if (is_directive(id, label))
        labels_.emplace_back(tree.at(id).type, static_cast<std::uint32_t>(children_.size()));
      if (is_directive(id, go)) has_gotos_ = true;
      children_.push_back(id);
    }
    std::stable_sort(labels_.begin(), labels_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  bool changes_nothing() const { return labels_.empty() || !has_gotos_; }
  std::vector<NodeId> ordered();

 private:
  bool is_directive(NodeId id, Symbol name) const {
    return tree_.at(id).kind == NodeKind::kDirective && tree_.at(id).name == name;
  }
  std::size_t after(std::size_t at) const;

  const Tree& tree_;
  Symbol go_;
  std::vector<NodeId> children_;
  std::vector<std::pair<Symbol, std::uint32_t>> labels_;  // sorted
  bool has_gotos_ = false;
};

// The statement that runs behind the one at `at`.
std::size_t GotoOrder::after(std::size_t at) const {
  if (!is_directive(children_[at], go_)) return at + 1;
  const Symbol label = tree_.at(children_[at]).type;
  const auto found =
      std::lower_bound(labels_.begin(), labels_.end(), label,
                       [](const auto& entry, Symbol wanted) { return entry.first < wanted; });
  return found != labels_.end() && found->first == label ? found->second : at + 1;
}

std::vector<NodeId> GotoOrder::ordered() {
  std::vector<NodeId> order;
  std::vector<bool> is_taken(children_.size());
  for (std::size_t first = 0; first < children_.size(); ++first) {
    for (std::size_t at = first; at < children_.size() && !is_taken[at]; at = after(at)) {
      is_taken[at] = true;
      order.push_back(children_[at]);
    }
  }
  return order;
}

}  // namespace

void Parser::order_by_gotos(NodeId block) {
  if (block == kNoNode) return;
  GotoOrder gotos(tree_, block, tree_.symbols().of("goto"), tree_.symbols().of("label"));
  if (gotos.changes_nothing()) return;
  List list{block};
  tree_.at(block).first_child = kNoNode;
  for (const NodeId child : gotos.ordered()) {
    tree_.at(child).next = kNoNode;
    append(list, child);
  }
}

}  // namespace pugmark::script::php
