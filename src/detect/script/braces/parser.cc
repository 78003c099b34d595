#include "detect/script/braces/parser.h"

#include <algorithm>

#include "detect/script/braces/characters.h"
#include "detect/script/braces/literals.h"

namespace pugmark::script {
namespace braces {

ParseOutcome Parser::parse() {
  text_ = tree_.source(source_).text;
  // Where tokens end before the text does, their end says so.
  outcome_.end = items_.back().begin;
  List root = start(NodeKind::kBlock, 0);
  outcome_.root = root.parent;
  set_range(root.parent, 0, static_cast<std::uint32_t>(text_.size()));
  bool is_in_class = true;  // members come first
  while (current().kind != ItemKind::kEnd) {
    const std::uint32_t before = at_;
    if (current().kind == ItemKind::kCut) {
      is_in_class = false;
      take();
    } else {
      statement(root, is_in_class && is_typed() ? Place::kClass : Place::kCode);
      if (at_ == before) skip();
    }
  }
  return outcome_;
}

// ---- Items ----

bool Parser::is_border() const {
  const ItemKind kind = current().kind;
  return kind == ItemKind::kEnd || kind == ItemKind::kCut || kind == ItemKind::kMarkup ||
         kind == ItemKind::kExpressionBegins || kind == ItemKind::kExpressionEnds;
}

bool Parser::is_on_new_line() const {
  if (at_ == 0 || is_border()) return true;
  const std::uint32_t from = items_[at_ - 1].end;
  const std::uint32_t to = current().begin;
  if (to < from) return true;
  return text_.substr(from, to - from).find_first_of("\r\n") != text_.npos;
}

void Parser::skip() {
  if (current().kind == ItemKind::kEnd) return;
  if (current().kind != ItemKind::kExpressionEnds) ++outcome_.skipped_tokens;
  take();
}

void Parser::pass() { go(current().match == kNoItem ? at_ + 1 : current().match + 1); }

void Parser::skip_to(std::uint32_t item_number) {
  while (at_ < item_number && current().kind != ItemKind::kEnd) skip();
}

// Passes over a value that lies too deep: up to what ends it, brackets in one step.
void Parser::skip_deep_operand() {
  while (!is_border()) {
    switch (current().op) {
      case op(","):
      case op(";"):
      case op(")"):
      case op("]"):
      case op("}"):
        return;
      default:
        pass();
    }
  }
}

void Parser::skip_deep_statement() {
  if (is(op("{")) && current().match != kNoItem) {
    go(current().match + 1);
    return;
  }
  while (!is_border() && !is(op("}"))) {
    if (accept(op(";"))) return;
    const bool is_block = is(op("{"));
    pass();
    if (is_block) return;
  }
}

void Parser::stop() {
  outcome_.end = std::min(outcome_.end, current().begin);
  go(static_cast<std::uint32_t>(items_.size() - 1));
}

// ---- Nodes ----

NodeId Parser::add(NodeKind kind, std::uint32_t from) {
  const Item& first = item(from);
  const NodeId id = tree_.add(kind, source_, first.language, first.begin, 0);
  if (id != kNoNode) heights_.push_back(0);
  return id;
}

NodeId Parser::finish(NodeId id) {
  if (id == kNoNode || at_ == 0) return id;
  const Node& node = tree_.at(id);
  set_range(id, node.begin, std::max(node.begin + node.length, items_[at_ - 1].end));
  return id;
}

// What is left out stands where it was looked for, which may be behind its parent: that is
// stretched.
void Parser::append(List& list, NodeId child) {
  if (list.parent == kNoNode || child == kNoNode) return;
  std::uint32_t& parent_height = heights_[list.parent - first_node_];
  parent_height = std::max(parent_height, height(child) + 1);
  const Node& above = tree_.at(list.parent);
  const Node& below = tree_.at(child);
  set_range(list.parent, std::min(above.begin, below.begin),
            std::max(above.begin + above.length, below.begin + below.length));
  tree_.append(list.parent, child, list.last);
}

std::uint32_t Parser::height(NodeId id) const {
  return id == kNoNode ? 0 : heights_[id - first_node_];
}

NodeId Parser::named(NodeKind kind, std::uint32_t from, Symbol name) {
  const NodeId id = add(kind, from);
  set_name(id, name);
  return finish(id);
}

NodeId Parser::text_of_name() {
  const std::uint32_t from = take();
  const NodeId id = add(NodeKind::kText, from);
  const Item& name = items_[from];
  std::string_view text = written(name);
  if (name.op == kOddSpelling) text = tree_.keep(clean_name(text, name.language, scratch_));
  tree_.set_text(id, text);
  return finish(id);
}

NodeId Parser::too_deep() {
  ++outcome_.too_deep_count;
  const NodeId id = empty();
  skip_deep_operand();
  return finish(id);
}

void Parser::set_op(NodeId id, std::uint32_t packed) {
  if (id != kNoNode) tree_.at(id).op = packed;
}

void Parser::set_name(NodeId id, Symbol name) {
  if (id != kNoNode) tree_.at(id).name = name;
}

void Parser::set_type(NodeId id, Symbol type) {
  if (id != kNoNode) tree_.at(id).type = type;
}

void Parser::set_range(NodeId id, std::uint32_t begin, std::uint32_t end) {
  if (id == kNoNode) return;
  tree_.at(id).begin = begin;
  tree_.at(id).length = end > begin ? end - begin : 0;
}

Symbol Parser::symbol(const Item& item) {
  const std::string_view name = written(item);
  if (item.op != kOddSpelling) return tree_.symbols().of(name);
  return tree_.symbols().of(clean_name(name, item.language, scratch_));
}

NodeId Parser::markup() {
  const std::uint32_t from = take();
  List echo = start(NodeKind::kEcho, from);
  const NodeId text = add(NodeKind::kText, from);
  tree_.set_text(text, written(items_[from]));
  append(echo, finish(text));
  return finish(echo);
}

}  // namespace braces

ParseOutcome parse_braces(std::span<const Token> tokens, std::span<const Region> regions,
                          std::uint16_t source, const ParseBounds& bounds, Tree& tree) {
  const std::string_view text = tree.source(source).text;
  return braces::Parser(braces::make_items(text, tokens, regions), source, bounds, tree).parse();
}

}  // namespace pugmark::script
