#include <string>

#include "base/text.h"
#include "detect/script/flow/interpreter.h"
#include "detect/script/token.h"

namespace pugmark::script {

Interpreter::Way Interpreter::execute_all(NodeId first) {
  for (NodeId at = first; at != kNoNode; at = tree_.at(at).next) {
    const Way way = execute(at);
    // Where it is not sure that this way is taken, what follows is looked at too.
    if (way == Way::kOn) continue;
    if (conditions_ == 0) return way;
    note_left(way);
  }
  return Way::kOn;
}

Interpreter::Way Interpreter::execute(NodeId id) {
  if (id == kNoNode || !step()) return Way::kOn;
  const Node node = tree_.at(id);
  switch (node.kind) {
    case NodeKind::kTry:
      return execute_try(id);
    case NodeKind::kBlock:
    case NodeKind::kDirective: {
      if (recursion_ >= bounds_.recursion_max) {
        is_shortened_ = true;
        return Way::kOn;
      }
      ++recursion_;
      if (node.kind == NodeKind::kDirective) run_tag(id);
      const Way way = execute_all(node.first_child);
      --recursion_;
      return way;
    }
    case NodeKind::kIf:
      return execute_if(id);
    case NodeKind::kLoop:
      return execute_loop(id);
    case NodeKind::kForEach:
      return execute_for_each(id);
    case NodeKind::kSwitch:
      return execute_switch(id);
    case NodeKind::kBreak:
      return Way::kBreak;
    case NodeKind::kContinue:
      return Way::kContinue;
    case NodeKind::kReturn: {
      // Exit Function of VB gives what the function's name has.
      if (node.first_child == kNoNode && ignores_case(node.language)) return Way::kReturn;
      const Value value = node.first_child != kNoNode ? evaluate(node.first_child) : Value{};
      keep(value, node.first_child);
      returned_ = has_returned_ ? values_.either(returned_, value) : value;
      has_returned_ = true;
      return Way::kReturn;
    }
    case NodeKind::kEcho:
      send(id);
      return Way::kOn;
    case NodeKind::kWith: {
      const Value outer = with_;
      with_ = evaluate(node.first_child);
      if (node.first_child != kNoNode) execute(tree_.at(node.first_child).next);
      with_ = outer;
      return Way::kOn;
    }
    case NodeKind::kGlobal:
      for (NodeId child = node.first_child; child != kNoNode; child = tree_.at(child).next) {
        const Symbol name = tree_.at(child).name;
        bind_to_global(name, global_of(name));
      }
      return Way::kOn;
    case NodeKind::kDeclare:
      if (!declare_shared(id)) declare_variable(id);
      return Way::kOn;
    case NodeKind::kImport:
      import(node);
      return Way::kOn;
    case NodeKind::kClass:
      return Way::kOn;
    case NodeKind::kFunction:  // one inside an expression is a value; here it is only declared
      return Way::kOn;
    default:
      evaluate(id);
      return Way::kOn;
  }
}

// Python: import os as o, from os import system.
void Interpreter::import(const Node& node) {
  if (node.language != Language::kPython || node.type == kNoSymbol) return;
  Value value;
  value.kind = Value::Kind::kObject;
  value.index = 0;
  value.type = tree_.symbols().lower(node.name);
  bind(node.type) = value;
}

// PHP's global and static: the variable lives longer than the call.
bool Interpreter::declare_shared(NodeId id) {
  const Node node = tree_.at(id);
  if (!is_php(node) || node.type == kNoSymbol || scope_ == 0) return false;
  const std::string_view type = tree_.symbols().name(node.type);
  if (type == "global") {
    bind_to_global(node.name, global_of(node.name));
    return true;
  }
  if (type != "static") return false;
  // By its place: no variable of a script is called so.
  const Symbol kept = tree_.symbols().of("static " + std::to_string(id));
  const bool is_first = kept >= has_global_.size() || !has_global_[kept];
  const Value value =
      is_first && node.first_child != kNoNode ? evaluate(node.first_child) : Value{};
  bind_to_global(node.name, kept);
  if (is_first) globals_[kept] = value;
  return true;
}

// What is thrown leaves the block; what catches it is a way that may be taken.
Interpreter::Way Interpreter::execute_try(NodeId id) {
  if (recursion_ >= bounds_.recursion_max) {
    is_shortened_ = true;
    return Way::kOn;
  }
  ++recursion_;
  const NodeId block = tree_.at(id).first_child;
  const Way way = block == kNoNode ? Way::kOn : execute(block);
  const Value thrown = way == Way::kReturn ? returned_ : Value{};
  bool is_caught = false;
  NodeId at = block == kNoNode ? kNoNode : tree_.at(block).next;
  for (; at != kNoNode; at = tree_.at(at).next) {
    const NodeId first = tree_.at(at).first_child;
    const bool catches = first != kNoNode && tree_.at(first).kind == NodeKind::kDeclare;
    if (!catches) {
      execute(at);
      continue;
    }
    is_caught = true;
    ++conditions_;
    execute(first);
    if (thrown.origins != 0 && tree_.at(first).name != kNoSymbol)
      assign_name(first, variable_name(tree_.at(first)), thrown);
    for (NodeId next = tree_.at(first).next; next != kNoNode; next = tree_.at(next).next)
      note_left(execute(next));
    --conditions_;
  }
  --recursion_;
  if (!is_caught || way != Way::kReturn) return way;
  note_left(way);
  return Way::kOn;
}

void Interpreter::declare_variable(NodeId id) {
  const Node node = tree_.at(id);
  Value value;
  if (node.first_child != kNoNode) {
    value = evaluate(node.first_child);
  } else {
    value.kind = Value::Kind::kNull;
  }
  const bool has_no_type = value.kind == Value::Kind::kUnknown ||
                           (value.kind == Value::Kind::kNull && node.type != kNoSymbol) ||
                           (value.is_object() && value.index == 0 && value.type == kNoSymbol);
  if (node.type != kNoSymbol && has_no_type) {
    const std::string_view type = tree_.symbols().name(type_named(node.type));
    const bool says_nothing = type == "var" || type == "object" || type == "dynamic" ||
                              type == "string" || type == "let" || type == "const";
    if (!says_nothing) {
      value.kind = Value::Kind::kObject;
      value.index = 0;
      value.type = type_named(node.type);
    }
  }
  if (node.name != kNoSymbol) assign_name(id, variable_name(node), value);
}

// A way that may not be taken leaves the loop or function, if it is taken.
void Interpreter::note_left(Way way) {
  if (way == Way::kOn || (way == Way::kBreak && is_in_switch_)) return;
  may_have_left_ = true;
}

void Interpreter::execute_guarded(NodeId statement) {
  ++conditions_;
  note_left(execute(statement));
  --conditions_;
}

// A way that is not taken: it is looked at, but what it assigns to variables that are known does
// not count; where that comes from may.
void Interpreter::execute_dead(NodeId statement) {
  const std::size_t before = undone_.size();
  ++dead_;
  execute_guarded(statement);
  --dead_;
  while (undone_.size() > before) {
    const Undone undone = undone_.back();
    undone_.pop_back();
    if (undone.scope != scope_ || !undone.value.is_constant()) continue;
    Value& variable = bind(undone.name);
    Value restored = undone.value;
    values_.take_origins(restored, variable);
    variable = restored;
  }
}

// Whether nothing that the loop does can make this condition false.
bool Interpreter::is_for_ever(NodeId condition) const {
  const NodeKind kind = tree_.at(condition).kind;
  // A name without a mark is a constant in PHP only.
  return kind == NodeKind::kEmpty || kind == NodeKind::kNumber || kind == NodeKind::kText ||
         (kind == NodeKind::kName && is_php(tree_.at(condition)));
}

Interpreter::Way Interpreter::execute_if(NodeId id) {
  const NodeId condition = tree_.at(id).first_child;
  if (condition == kNoNode) return Way::kOn;
  const NodeId then = tree_.at(condition).next;
  const NodeId otherwise = then == kNoNode ? kNoNode : tree_.at(then).next;
  if (recursion_ >= bounds_.recursion_max) {
    is_shortened_ = true;
    return Way::kOn;
  }
  ++recursion_;
  const Value value = evaluate(condition);
  Way way = Way::kOn;
  if (value.is_constant() && value.origins == 0 && !value.is_maybe) {
    // The other way may still be taken by whoever changes the script: its data is looked at, but it
    // changes nothing that the way taken sets.
    const bool is_taken = is_true(value);
    if (loop_rounds_ == 0) execute_dead(is_taken ? otherwise : then);
    way = execute(is_taken ? then : otherwise);
  } else {
    execute_guarded(then);
    execute_guarded(otherwise);
  }
  --recursion_;
  return way;
}

// One round of a loop. False in `goes_on` once it was left.
Interpreter::Way Interpreter::run_round(NodeId body, bool& goes_on) {
  may_have_left_ = false;
  const bool was_in_switch = is_in_switch_;
  is_in_switch_ = false;
  const Way way = execute(body);
  is_in_switch_ = was_in_switch;
  goes_on = way != Way::kBreak && way != Way::kReturn && !may_have_left_;
  return way == Way::kReturn ? way : Way::kOn;
}

Interpreter::Way Interpreter::execute_loop(NodeId id) {
  const NodeId before = tree_.at(id).first_child;
  if (before == kNoNode) return Way::kOn;
  const NodeId condition = tree_.at(before).next;
  const NodeId after = condition == kNoNode ? kNoNode : tree_.at(condition).next;
  const NodeId body = after == kNoNode ? kNoNode : tree_.at(after).next;
  execute(before);
  if (condition == kNoNode) return Way::kOn;
  bool goes_on = true;
  Way way = Way::kOn;
  const bool is_known_loop = !is_for_ever(condition);
  // Loops that decode make texts; one that makes none, round after round, is not worth following.
  constexpr std::uint32_t kIdleRoundsMax = 1'024;
  std::uint32_t idle_rounds = 0;
  bool was_entered = false;
  while (goes_on && way == Way::kOn && !is_cut_ && is_known_loop) {
    const Value value = evaluate(condition);
    const bool is_known = value.is_constant() && value.origins == 0;
    if (!is_known) break;
    if (!is_true(value)) {
      // Known while it runs; whether it is entered at all, another way may decide.
      if (value.is_maybe && !was_entered) break;
      return Way::kOn;
    }
    was_entered = true;
    if (!has_much_left()) break;
    if (++loop_rounds_ > bounds_.loop_rounds_max) {
      is_shortened_ = true;
      break;
    }
    const std::uint32_t made_before = counts_.folded_bytes;
    way = run_round(body, goes_on);
    if (goes_on) execute(after);
    idle_rounds = counts_.folded_bytes == made_before ? idle_rounds + 1 : 0;
    if (idle_rounds > kIdleRoundsMax) break;
  }
  if (!goes_on || way != Way::kOn) return way;
  // Not known: once, as a way that may be taken.
  execute_guarded(body);
  execute_guarded(after);
  return Way::kOn;
}

Interpreter::Way Interpreter::execute_for_each(NodeId id) {
  const NodeId collection = tree_.at(id).first_child;
  if (collection == kNoNode) return Way::kOn;
  const NodeId target = tree_.at(collection).next;
  const NodeId body = target == kNoNode ? kNoNode : tree_.at(target).next;
  if (body == kNoNode) return Way::kOn;
  const Node target_node = tree_.at(target);
  const bool is_by_reference = tree_.at(id).op == op("&");
  const Value listed = evaluate(collection);
  const Value value = is_by_reference ? own_array(listed, collection) : listed;
  if (!is_by_reference) keep(value, collection);  // the body changes another, if it changes it
  const bool is_pair = target_node.kind == NodeKind::kPair;
  const NodeId key_target = is_pair ? target_node.first_child : kNoNode;
  const NodeId item_target = is_pair ? tree_.at(target_node.first_child).next : target;
  constexpr std::size_t kRoundsMax = 20'000;
  if (value.is_array() && values_.array(value).others.origins == 0 &&
      !values_.array(value).items.empty() && values_.array(value).items.size() <= kRoundsMax) {
    bool goes_on = true;
    // Outside PHP the body may change the array.
    for (std::size_t i = 0; goes_on && !is_cut_ && i < values_.array(value).items.size(); ++i) {
      if (!has_much_left()) break;
      if (++loop_rounds_ > bounds_.loop_rounds_max) {
        is_shortened_ = true;
        break;
      }
      const auto [key, item] = values_.array(value).items[i];
      assign_to(key_target, key);
      if (!is_by_reference) keep(item, item_target);
      assign_to(item_target, item);
      const Way way = run_round(body, goes_on);
      if (is_by_reference) keep_item(value, i, item_target);
      if (way == Way::kReturn) return way;
    }
    return Way::kOn;
  }
  Value item;
  values_.take_origins(item, value);
  if (value.origins != 0 && !value.is_array()) {
    item = source_value(collection, value.origins, kNoSymbol);
    item.trail = value.trail;
  }
  assign_to(key_target, item);
  assign_to(item_target, item);
  execute_guarded(body);
  return Way::kOn;
}

// foreach by reference: what the variable is now, the item is.
void Interpreter::keep_item(const Value& array, std::size_t number, NodeId variable) {
  const Value* const known = lookup(variable_name(tree_.at(variable)));
  if (known == nullptr || number >= values_.array(array).items.size()) return;
  values_.array(array).items[number].second = *known;
}

Interpreter::Way Interpreter::execute_switch(NodeId id) {
  const NodeId subject = tree_.at(id).first_child;
  if (subject == kNoNode) return Way::kOn;
  const Value value = evaluate(subject);
  ++conditions_;
  const bool was_in_switch = is_in_switch_;
  is_in_switch_ = true;
  for (NodeId each = tree_.at(subject).next; each != kNoNode; each = tree_.at(each).next) {
    if (value.comes_from(kFromOutside) && tree_.at(each).first_child != kNoNode)
      note_comparison(value, evaluate(tree_.at(each).first_child));
    execute(each);
  }
  is_in_switch_ = was_in_switch;
  --conditions_;
  return Way::kOn;
}

// What goes to the client.
void Interpreter::send(NodeId id) {
  const Value callback = output_callback_;
  const bool has_callback =
      callback.is_text() || callback.kind == Value::Kind::kFunction || callback.origins != 0;
  for (NodeId child = tree_.at(id).first_child; child != kNoNode; child = tree_.at(child).next) {
    if (tree_.at(child).kind == NodeKind::kText && !has_callback) continue;
    const Value value = evaluate(child);
    if (has_callback) {
      output_callback_ = {};  // what it prints itself does not go through it
      call_value(id, callback, {&value, 1});
      output_callback_ = callback;
    }
    if (value.comes_from(kFromSystem | kFromFile | kFromDatabase)) ++counts_.sent_outputs;
    if (value.origins != 0)
      note_flow(is_in_query(id) ? SinkKind::kDatabase : SinkKind::kSend, id, child,
                {nullptr, kNoSymbol, true}, value);
  }
}

}  // namespace pugmark::script
