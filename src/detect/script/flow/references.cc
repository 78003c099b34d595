#include "detect/script/flow/interpreter.h"
#include "detect/script/token.h"

// PHP's arrays are values: who keeps one has it for himself. And its references: two names of one
// variable.
namespace pugmark::script {

// Before a value is kept: an array that stands elsewhere, too, is copied before it changes. `from`:
// the expression that gave it.
void Interpreter::keep(const Value& value, NodeId from) {
  if (!value.is_array() || from == kNoNode || !is_php(tree_.at(from))) return;
  const NodeKind kind = tree_.at(from).kind;
  if (kind == NodeKind::kArray || kind == NodeKind::kCall || kind == NodeKind::kNew) return;
  values_.keep_twice(value);
}

// The array that stands at a place and is about to change: a copy, put there, if another keeps it.
Value Interpreter::own_array(const Value& array, NodeId at) {
  if (!array.is_array() || !values_.array(array).is_kept_twice) return array;
  spend_on({&array, 1});
  const Value copy = values_.copy_of(array);
  if (copy.index != array.index) {
    assign_to(at, copy);
  } else {
    is_shortened_ = true;  // too large: both change
  }
  return copy;
}

// $b = &$a
bool Interpreter::assign_reference(const Node& assignment, NodeId target) {
  const NodeId right = tree_.at(target).next;
  if (!is_php(assignment) || assignment.op != op("=") || right == kNoNode) return false;
  const Node& reference = tree_.at(right);
  if (reference.kind != NodeKind::kUnary || reference.op != op("&") ||
      reference.first_child == kNoNode || tree_.at(target).kind != NodeKind::kVariable)
    return false;
  const Symbol global = referred_global(reference.first_child);
  const NodeKind kind = tree_.at(reference.first_child).kind;
  if (global == kNoSymbol && (kind == NodeKind::kIndex || kind == NodeKind::kMember)) {
    // A part of something: what the name is given from now on that is given, too.
    assign_name(target, tree_.at(target).name, evaluate(reference.first_child));
    parts_referred_[place_of(tree_.at(target).name)] = reference.first_child;
    return true;
  }
  if (global == kNoSymbol) return false;
  parts_referred_.erase(place_of(tree_.at(target).name));
  bind_to_global(tree_.at(target).name, global);
  return true;
}

// A name in the scope in hand.
std::uint64_t Interpreter::place_of(Symbol name) const {
  return std::uint64_t{scope_} << 32U | name;
}

// The names of a call that ends: the next one at its depth has others.
void Interpreter::forget_referred_parts(std::uint32_t scope) {
  std::erase_if(parts_referred_, [&](const auto& entry) { return entry.first >> 32U == scope; });
}

// What is assigned to a name that refers to a part of something: that is assigned, too.
void Interpreter::assign_referred_part(Symbol name, const Value& value) {
  const auto found = parts_referred_.find(place_of(name));
  if (found == parts_referred_.end()) return;
  const NodeId part = found->second;
  parts_referred_.erase(found);  // its index may be that very name
  assign_to(part, value);
  parts_referred_[place_of(name)] = part;
}

// The global that a variable is; one of a function is made one. kNoSymbol: it is no variable.
Symbol Interpreter::referred_global(NodeId referred) {
  const Node node = tree_.at(referred);
  if (node.kind == NodeKind::kIndex && node.first_child != kNoNode) {
    const Node& base = tree_.at(node.first_child);
    const bool is_globals =
        base.kind == NodeKind::kVariable && tree_.symbols().name(base.name) == "GLOBALS";
    if (!is_globals || base.next == kNoNode) return kNoSymbol;
    const Value name = evaluate(base.next);
    return name.is_text() ? global_of(tree_.symbols().of(name.text())) : kNoSymbol;
  }
  if (node.kind != NodeKind::kVariable) return kNoSymbol;
  // What the request brings is no variable of the script's.
  if (lookup(node.name) == nullptr && evaluate(referred).origins != 0) return kNoSymbol;
  if (scope_ == 0) return global_of(node.name);
  if (const Binding* const known = binding_here(node.name);
      known != nullptr && known->global != kNoSymbol)
    return known->global;
  const Value value = bind(node.name);
  // By its place and the call's depth: no variable of a script is called so.
  const Symbol global =
      tree_.symbols().of("reference " + std::to_string(referred) + " " + std::to_string(scope_));
  bind_to_global(node.name, global);
  globals_[global] = value;
  return global;
}

}  // namespace pugmark::script
