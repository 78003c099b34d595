#include <string>
#include <vector>

#include "base/text.h"
#include "detect/script/flow/interpreter.h"
#include "detect/script/token.h"

// Members of classes that belong to no object, that methods stand for, and of arrays.
namespace pugmark::script {

// The class of the script that a value is an object of, or names.
NodeId Interpreter::class_of(const Value& object) const {
  if (!object.is_object() && !object.is_text()) return kNoNode;
  if (object.is_object() && object.index != 0 && values_.object(object).declared_at != kNoNode)
    return values_.object(object).declared_at;
  if (object.type == kNoSymbol) return kNoNode;
  const auto known = classes_.find(object.type);
  return known == classes_.end() ? kNoNode : known->second;
}

// parent::f(), self::f(), base.F(): of the object in hand.
bool Interpreter::is_own_class(NodeId object) const {
  if (tree_.at(object).kind != NodeKind::kName) return false;
  const std::string name = ascii_lower(tree_.symbols().name(tree_.at(object).name));
  return name == "parent" || name == "self" || name == "static" || name == "base" ||
         name == "super";
}

// The names that stand for the object in hand, its class, or that one's base.
bool Interpreter::own_name(NodeId id, std::string_view lower_text, Value& result) {
  const bool is_base = lower_text == "parent" && is_php(tree_.at(id));
  if (!is_base && lower_text != "this" && lower_text != "me" && lower_text != "self" &&
      lower_text != "static")
    return false;
  const auto own =
      function_ == kNoNode ? class_of_function_.end() : class_of_function_.find(function_);
  result = this_.is_object() ? this_ : Value{};
  if (own == class_of_function_.end() || (!is_base && this_.is_object())) return !is_base;
  // A static method has no object.
  NodeId named = own->second;
  if (is_base) named = tree_.at(named).first_child;
  if (named == kNoNode || (is_base && tree_.at(named).kind != NodeKind::kName)) return false;
  result = {};
  result.kind = Value::Kind::kObject;
  result.index = 0;
  result.type = tree_.symbols().lower(tree_.at(named).name);
  return true;
}

// The global that stands for a class's own variable or constant, made when it is first asked for;
// kNoSymbol if the class has none of that name.
Symbol Interpreter::static_member(const Value& object, Symbol name) {
  constexpr int kBasesMax = 16;
  NodeId declared = class_of(object);
  for (int round = 0; declared != kNoNode && round < kBasesMax; ++round) {
    NodeId base = kNoNode;
    for (NodeId child = tree_.at(declared).first_child; child != kNoNode;
         child = tree_.at(child).next) {
      const Node member = tree_.at(child);
      if (member.kind == NodeKind::kDeclare && variable_name(member) == name) {
        const Symbol global = tree_.symbols().of("member " + std::to_string(child));
        if (global < has_global_.size() && has_global_[global]) return global;
        bind_global(global);
        if (member.first_child != kNoNode) {
          const Value value = evaluate(member.first_child);
          globals_[global] = value;
        }
        return global;
      }
      if (member.kind == NodeKind::kName && base == kNoNode) {
        const auto known = classes_.find(tree_.symbols().lower(member.name));
        if (known != classes_.end() && known->second != declared) base = known->second;
      }
    }
    declared = base;
  }
  return kNoSymbol;
}

// A member that is no field of the object: of its class, or what a method gives for it.
bool Interpreter::read_member(const Value& object, Symbol name, const Node& node, NodeId id,
                              Value& result) {
  const NodeId declared = class_of(object);
  if (declared == kNoNode) return false;
  const bool is_of_class =
      !object.is_object() || object.index == 0 || node.op == op("::") || node.op == op("::$");
  if (is_of_class) {
    const Symbol global = static_member(object, name);
    if (global != kNoSymbol) {
      result = globals_[global];
      return true;
    }
  }
  const Value number = number_value(0);
  if (!is_php(node)) {
    const std::string getter = "get_" + ascii_lower(tree_.symbols().name(name));
    const NodeId method = method_of(declared, tree_.symbols().of(getter));
    if (method == kNoNode) return false;
    result = call_function(method, {&number, 0}, &object, id);
    return true;
  }
  const NodeId method = method_of(declared, tree_.symbols().of("__get"));
  if (method == kNoNode) return false;
  const Value text = Values::text_view(tree_.symbols().name(name));
  result = call_function(method, {&text, 1}, &object, id);
  return true;
}

// A method of a class of the script. False if it has none of that name.
bool Interpreter::call_declared(NodeId declared, NodeId id, NodeId callee, Symbol name,
                                const Value& receiver, Arguments arguments, Value& result) {
  const NodeId written = callee == id ? kNoNode : tree_.at(callee).first_child;
  const bool is_own = written != kNoNode && is_own_class(written) && this_.is_object();
  const Value object = is_own ? this_ : receiver;
  const NodeId method = method_of(declared, tree_.symbols().lower(name));
  if (method != kNoNode) {
    result = call_function(method, arguments, &object, id);
    return true;
  }
  const bool is_class = !receiver.is_object() || receiver.index == 0;
  const std::string_view magic = is_class ? "__callstatic" : "__call";
  return call_magic(declared, magic, name, object, arguments, id, result);
}

// f.call(object, a) and f.apply(object, [a]) of JScript.
bool Interpreter::call_through(NodeId id, Symbol name, const Value& receiver, Arguments arguments,
                               Value& result) {
  if (tree_.at(id).language != Language::kJScript || arguments.empty()) return false;
  const std::string_view how = tree_.symbols().name(name);
  std::vector<Value> given;
  if (how == "call") {
    for (const Value& argument : arguments.subspan(1)) given.push_back(argument);
  } else if (how == "apply" && arguments.size() > 1 && arguments[1].is_array()) {
    for (const auto& [key, item] : values_.array(arguments[1]).items) given.push_back(item);
  } else {
    return false;
  }
  result = call_value(id, receiver, given);
  return true;
}

// __call and __callStatic of PHP, for methods that there are none of.
bool Interpreter::call_magic(NodeId declared, std::string_view magic, Symbol name,
                             const Value& object, Arguments arguments, NodeId id, Value& result) {
  const NodeId method = method_of(declared, tree_.symbols().of(magic));
  const Value list = method == kNoNode ? Value{} : values_.new_array();
  if (!list.is_array()) return false;
  Value both[] = {Values::text_view(tree_.symbols().name(name)), list};
  for (const Value& argument : arguments) {
    values_.push(list, argument);
    values_.take_origins(both[1], argument);
  }
  result = call_function(method, both, &object, id);
  return true;
}

// What an array of JScript does with itself: push() and the like; and functions that stand in it.
bool Interpreter::call_of_array(NodeId id, Symbol name, const Value& array, Arguments arguments,
                                Value& result) {
  if (tree_.at(id).language != Language::kJScript || !array.is_array()) return false;
  const std::string_view method = tree_.symbols().name(name);
  const Value member = values_.get(array, Values::text_view(method));
  if (member.kind == Value::Kind::kFunction) {
    result = call_value(id, member, arguments);
    return true;
  }
  std::vector<Value> all = {array};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const std::string function = "array_" + std::string(method);
  return change_array(function, kNoNode, all, result);
}

// array_push(), array_pop(), array_unshift() and array_shift(): the array itself changes.
bool Interpreter::change_array(std::string_view function, NodeId id, Arguments given,
                               Value& result) {
  if (given.empty() || !given[0].is_array()) return false;
  const bool is_first = function == "array_shift" || function == "array_unshift";
  const bool puts = function == "array_push" || function == "array_unshift";
  if (!is_first && !puts && function != "array_pop") return false;
  const Value list = id == kNoNode ? given[0] : own_array(given[0], argument_node(id, 0));
  Array& array = values_.array(list);
  if (function == "array_push") {
    Value tainted = list;
    for (const Value& item : given.subspan(1)) {
      values_.push(list, item);
      values_.take_origins(tainted, item);
    }
    if (id != kNoNode && tainted.origins != list.origins) assign_to(argument_node(id, 0), tainted);
    result = number_value(static_cast<double>(array.items.size()));
    return true;
  }
  const Value others = array.others;
  if (!puts) {
    if (array.items.empty()) {
      // Nothing is left: false, as loops over it expect.
      const bool has_none = others.kind == Value::Kind::kUnknown && others.origins == 0;
      result = has_none ? number_value(0) : others;
      return true;
    }
    result = is_first ? array.items.front().second : array.items.back().second;
    if (!is_first && array.is_list) {
      array.items.pop_back();
      --array.next_key;
      return true;
    }
  }
  spend_on({&list, 1});
  std::vector<std::pair<Value, Value>> items = array.items;
  if (!puts) items.erase(is_first ? items.begin() : items.end() - 1);
  // Numbers begin anew.
  array = {};
  array.others = others;
  if (puts) {
    for (const Value& item : given.subspan(1)) values_.push(list, item);
  }
  for (const auto& [key, item] : items) {
    if (key.is_text()) {
      values_.put(list, key, item);
    } else {
      values_.push(list, item);
    }
  }
  if (puts) result = number_value(static_cast<double>(array.items.size()));
  return true;
}

}  // namespace pugmark::script
