#include <algorithm>

#include "base/text.h"
#include "detect/script/flow/interpreter.h"
#include "detect/script/token.h"

namespace pugmark::script {

// Notes that the value is kept under a name, once in a row.
Value Interpreter::step_kept(const Value& value, NodeId node, Symbol name) {
  if (value.origins == 0 || value.trail == 0) return value;
  const Trail& last = values_.trail(value.trail);
  if (last.kind == Trail::Kind::kKept && last.name == name) return value;
  Value kept = value;
  kept.trail = values_.add_trail({Trail::Kind::kKept, 0, 0, node, name, value.trail});
  return kept;
}

Value Interpreter::assign(NodeId id) {
  const Node node = tree_.at(id);
  const NodeId target = node.first_child;
  if (target == kNoNode) return {};
  if (assign_reference(node, target)) return {};
  const Value right = evaluate(tree_.at(target).next);
  Value value = right;
  if (node.op != op("=") && node.op != 0 && node.op != op(":=")) {
    const Value before = evaluate(target);
    if (node.op == op("?\?=")) {
      value = before.is_constant() && !before.is_maybe ? before : values_.either(before, right);
    } else {
      // "+=" is '+' and so on.
      Node operation = node;
      for (unsigned shift = 24;; shift -= 8) {
        if ((node.op >> shift & 0xFFU) == '=') {
          operation.op = node.op & ~(0xFFU << shift);
          break;
        }
        if (shift == 0) break;
      }
      value = before.kind == Value::Kind::kNull && right.is_text()
                  ? right
                  : binary_of(operation, before, right);
    }
  }
  keep(value, tree_.at(target).next);
  assign_to(target, value);
  return value;
}

void Interpreter::assign_to(NodeId target, const Value& value) {
  if (target == kNoNode) return;
  const Node node = tree_.at(target);
  switch (node.kind) {
    case NodeKind::kVariable:
      assign_name(target, node.name, value);
      if (!parts_referred_.empty()) assign_referred_part(node.name, value);
      break;
    case NodeKind::kName:
    case NodeKind::kParameter:
    case NodeKind::kDeclare:
      assign_name(target, variable_name(node), value);
      break;
    case NodeKind::kIndex:
      assign_index(target, value);
      break;
    case NodeKind::kCall:
      assign_index(target, value);
      break;  // VB: a(1) = x
    case NodeKind::kMember:
    case NodeKind::kDynamicMember:
      assign_member(target, value);
      break;
    case NodeKind::kArray:
    case NodeKind::kPair:
      assign_list(target, value);
      break;
    case NodeKind::kUnary:
    case NodeKind::kSpread:
      assign_to(node.first_child, value);
      break;
    case NodeKind::kDynamicVariable: {
      const Value name = evaluate(node.first_child);
      if (name.is_text()) {
        assign_name(target, tree_.symbols().of(name.text()), value);
      } else if (name.comes_from(kFromOutside)) {
        variables_from_request_ = true;
      }
      break;
    }
    default:
      break;
  }
}

void Interpreter::assign_name(NodeId target, Symbol name, const Value& value) {
  share(value);
  const Value kept = step_kept(value, target, name);
  // A field of the object in hand, where its class says so and no local hides it.
  const NodeKind kind = tree_.at(target).kind;
  const bool is_declared = kind == NodeKind::kDeclare || kind == NodeKind::kParameter;
  if (!is_declared && !is_php(tree_.at(target)) && lookup(name) == nullptr && this_.is_object() &&
      values_.field(this_, name) != nullptr) {
    values_.set_field(this_, name, kept);
    return;
  }
  // Outside PHP a name that a caller or the script knows is that one, not a new one.
  Value* known = is_php(tree_.at(target)) ? nullptr : lookup(name);
  if (is_declared) known = nullptr;
  const bool is_new = variables_from_request_ && lookup(name) == nullptr;
  Value& variable = known != nullptr ? *known : bind(name);
  Value before = variable;
  variable = kept;
  if (dead_ > 0) undone_.push_back({name, scope_, before});
  if (conditions_ == 0) return;
  // On a way that may not be taken: what it was it may still be.
  if (is_new) before = source_value(target, kFromRequest, name);
  variable.is_maybe = true;
  if (before.origins != 0) values_.take_origins(variable, before);
}

// $text[i] = "c": the text is changed in place where nobody else may have it.
bool Interpreter::assign_character(NodeId base, const Value& text, const Value& index,
                                   const Value& value) {
  if (!text.is_text() || !index.is_number() || !value.is_text() || value.size == 0) return false;
  const double at = index.number < 0 ? index.number + text.size : index.number;
  if (!(at >= 0 && at < text.size)) return false;
  Value changed = text;
  if (text.data != own_characters_) {
    changed = values_.text_value(text.text());
    if (!changed.is_text() || changed.size < 2) return false;
    changed.origins = text.origins;
    changed.trail = text.trail;
  }
  const_cast<char*>(changed.data)[static_cast<std::size_t>(at)] = value.data[0];  // values_' own
  values_.take_origins(changed, value);
  ++counts_.folded_bytes;
  assign_to(base, changed);
  own_characters_ = changed.data;
  return true;
}

// Whoever keeps a text keeps it as it is: characters are assigned to a new copy from now on.
void Interpreter::share(const Value& value) {
  if (value.is_text() && value.data == own_characters_) own_characters_ = nullptr;
}

void Interpreter::assign_index(NodeId target, const Value& value) {
  const NodeId base = tree_.at(target).first_child;
  if (base == kNoNode) return;
  const NodeId index_node = tree_.at(base).next;
  Value object = evaluate(base);
  const bool is_push = index_node == kNoNode || tree_.at(index_node).kind == NodeKind::kEmpty;
  const Value index = is_push ? Value{} : evaluate(index_node);
  object = own_array(object, base);
  if (!object.is_array()) {
    if (assign_character(base, object, index, value)) return;
    if (object.is_object() && object.index != 0 && index.is_text()) {
      values_.set_field(object, tree_.symbols().of(index.text()), value);
      return;
    }
    if (object.is_object() && tree_.symbols().name(object.type) == "$globals" && index.is_text()) {
      const Symbol name = tree_.symbols().of(index.text());
      bind_global(name);
      globals_[name] = value;
      return;
    }
    const Value list = values_.new_array();
    if (!list.is_array()) return;
    Value fresh = list;
    values_.take_origins(fresh, object);
    object = fresh;
    values_.take_origins(fresh, value);
    assign_to(base, fresh);
  } else if (value.origins != 0 && !object.comes_from(value.origins)) {
    Value tainted = object;
    values_.take_origins(tainted, value);
    assign_to(base, tainted);
  }
  share(value);
  if (is_push) {
    values_.push(object, value);
  } else {
    values_.put(object, index, value);
  }
}

void Interpreter::assign_member(NodeId target, const Value& value) {
  const Node node = tree_.at(target);
  const NodeId base = node.first_child;
  if (base == kNoNode) return;
  if (const Symbol own = scoped_variable(node); own != kNoSymbol)
    return assign_name(target, own, value);
  Value object = evaluate(base);
  Symbol name = node.name;
  if (node.kind == NodeKind::kDynamicMember) {
    const Value text = evaluate(tree_.child(target, 1));
    if (!text.is_text()) return taint_target(base, value);
    name = tree_.symbols().of(text.text());
  }
  if (ignores_case(node.language)) name = tree_.symbols().lower(name);
  if (!object.is_object() || object.index == 0 || node.op == op("::$")) {
    const Symbol global = static_member(object, name);
    if (global != kNoSymbol) {
      globals_[global] = value;
      return;
    }
  }
  if (is_php(node) && object.is_object() && object.index != 0 &&
      values_.field(object, name) == nullptr && class_of(object) != kNoNode) {
    const NodeId setter = method_of(class_of(object), tree_.symbols().of("__set"));
    if (setter != kNoNode) {
      const Value both[] = {Values::text_view(tree_.symbols().name(name)), value};
      call_function(setter, both, &object, target);
    }
  }
  scratch_ = ascii_lower(tree_.symbols().name(name)) + '=';
  const std::string property = scratch_;
  const Symbol property_name = tree_.symbols().of(property);
  const Effect* effect = effect_of_member(object.type, property_name);
  const bool is_sure = effect != nullptr;
  if (effect == nullptr) effect = effect_of_member(kNoSymbol, property_name);
  if (effect != nullptr && effect->sink != SinkKind::kNone)
    note_flow(effect->sink, target, tree_.at(target).next, {effect, name, is_sure}, value);
  share(value);
  if (object.is_object() && object.index != 0) {
    const Value kept = step_kept(value, target, name);
    values_.set_field(object, name, kept);
  } else if (object.kind == Value::Kind::kNull || object.kind == Value::Kind::kUnknown) {
    const Value made = values_.new_object(object.type, kNoNode);
    if (made.index != 0) {
      values_.set_field(made, name, value);
      assign_to(base, made);
    }
  }
  if (value.comes_from(kFromOutside)) taint_target(base, value);
}

void Interpreter::assign_list(NodeId target, const Value& value) {
  double position = 0;
  for (NodeId child = tree_.at(target).first_child; child != kNoNode;
       child = tree_.at(child).next, ++position) {
    const Node element = tree_.at(child);
    if (element.kind == NodeKind::kEmpty) continue;
    const bool is_pair = element.kind == NodeKind::kPair;
    const Value key = is_pair ? evaluate(element.first_child) : number_value(position);
    const NodeId into = is_pair ? tree_.at(element.first_child).next : child;
    Value item;
    if (value.is_array()) {
      item = values_.get(value, key);
    } else {
      values_.take_origins(item, value);
    }
    assign_to(into, item);
  }
}

// What is given to an object may be had from it.
void Interpreter::taint_target(NodeId target, const Value& by) {
  if (target == kNoNode || by.origins == 0) return;
  const Node node = tree_.at(target);
  if (node.kind == NodeKind::kMember || node.kind == NodeKind::kIndex ||
      node.kind == NodeKind::kCall)
    return taint_target(node.first_child, by);
  if (node.kind != NodeKind::kVariable && node.kind != NodeKind::kName) return;
  Value* const known = lookup(variable_name(node));
  if (known == nullptr || (known->origins & by.origins) == by.origins) return;
  Value changed = *known;
  values_.take_origins(changed, by);
  *known = changed;
}

}  // namespace pugmark::script
