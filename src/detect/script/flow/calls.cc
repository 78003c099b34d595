#include <algorithm>
#include <string>

#include "base/text.h"
#include "detect/script/flow/interpreter.h"
#include "detect/script/flow/scope.h"
#include "detect/script/token.h"

namespace pugmark::script {
namespace {

constexpr std::size_t kSpreadMax = 4'096;    // arguments that an array may become
constexpr std::uint32_t kIdleCallsMax = 64;  // of one function that made no constant at all
constexpr std::size_t kTaintedCallsMax =
    40;  // of one function with arguments that are not constant

bool are_constant(std::span<const Value> arguments) {
  return std::all_of(arguments.begin(), arguments.end(), [](const Value& value) {
    return value.is_constant() || value.is_array() || value.kind == Value::Kind::kNull;
  });
}

}  // namespace

// ---- Arguments and flows

void Interpreter::evaluate_arguments(NodeId first, std::vector<Value>& arguments) {
  for (NodeId at = first; at != kNoNode; at = tree_.at(at).next) {
    const Node node = tree_.at(at);
    if (node.kind == NodeKind::kClass) continue;  // the body of an anonymous class
    if (node.kind == NodeKind::kSpread) {
      const Value list = evaluate(at);
      if (list.is_array()) {
        const auto& items = values_.array(list).items;
        const std::size_t room = kSpreadMax - std::min(kSpreadMax, arguments.size());
        if (items.size() > room) is_shortened_ = true;
        for (std::size_t i = 0; i < std::min(items.size(), room); ++i)
          arguments.push_back(items[i].second);
        continue;
      }
      arguments.push_back(list);
      continue;
    }
    // Named arguments count by their place.
    if (node.kind == NodeKind::kPair && node.first_child != kNoNode) {
      arguments.push_back(evaluate(tree_.at(node.first_child).next));
      continue;
    }
    arguments.push_back(evaluate(at));
  }
}

NodeId Interpreter::argument_node(NodeId call, std::size_t number) const {
  const Node& node = tree_.at(call);
  if (node.kind != NodeKind::kCall && node.kind != NodeKind::kNew) return call;
  const NodeId argument = tree_.child(call, number + 1);
  return argument == kNoNode ? call : argument;
}

void Interpreter::note_flow(SinkKind sink, NodeId id, NodeId argument, const Callee& callee,
                            const Value& value, const Written& written) {
  FlowCounts::OfSink& count = counts_.sinks[static_cast<std::size_t>(sink)];
  const bool is_constant = value.origins == 0 && (value.is_constant() || value.is_array());
  const std::uint64_t place = std::uint64_t{id} << 8U | static_cast<std::uint64_t>(sink);
  const auto [known, is_new] = flow_of_node_.try_emplace(place, UINT32_MAX);
  if (is_new) {
    if (is_constant) {
      ++count.constant;
    } else if (value.comes_from(kFromOutside)) {
      ++count.outside;
    } else if (value.origins != 0) {
      ++count.other;
    } else {
      ++count.unknown;
    }
  }
  Flow flow;
  flow.sink = sink;
  flow.node = id;
  flow.argument = argument;
  flow.callee = callee.name;
  flow.origins = value.origins;
  flow.trail = value.trail;
  flow.depth = depth_;
  flow.trail_length = values_.trail(value.trail).length;
  flow.is_constant = is_constant;
  flow.is_sure = callee.is_sure;
  flow.is_page = written.is_page;
  flow.carries = written.carries;
  if (!is_new && known->second != UINT32_MAX) {
    // The same place again: what comes from outside counts most, and most straight ahead.
    Flow& before = flows_[known->second];
    before.carries = std::max(before.carries, written.carries);
    before.is_page = before.is_page || written.is_page;
    flow.carries = before.carries;
    flow.is_page = before.is_page;
    const bool was_outside = (before.origins & kFromOutside) != 0;
    const bool is_straighter = (before.origins & ~flow.origins & kThroughUnknown) != 0;
    if ((flow.origins & kFromOutside) != 0 && (!was_outside || is_straighter)) {
      before = flow;
      if (!was_outside) ++count.outside;
    }
    return;
  }
  if (flows_.size() >= bounds_.flows_max) {
    ++unlisted_flows_count_;
    return;
  }
  known->second = static_cast<std::uint32_t>(flows_.size());
  flows_.push_back(flow);
}

Value Interpreter::passed(const Value& value, NodeId node, Symbol name, bool is_decoder) {
  if (value.origins == 0 || value.trail == 0) return value;
  Value result = value;
  const Trail::Kind kind = is_decoder ? Trail::Kind::kDecoder : Trail::Kind::kPassed;
  result.trail = values_.add_trail({kind, 0, 0, node, name, value.trail});
  return result;
}

// ---- Calls

Value Interpreter::call(NodeId id) {
  const Node node = tree_.at(id);
  const NodeId callee = node.first_child;
  if (callee == kNoNode) return {};
  const Node callee_node = tree_.at(callee);
  Value receiver;
  Value function;
  const bool is_name = callee_node.kind == NodeKind::kName;
  const bool is_member = callee_node.kind == NodeKind::kMember;
  const bool is_dynamic = callee_node.kind == NodeKind::kDynamicMember;
  if (is_member || is_dynamic) {
    receiver = evaluate(callee_node.first_child);
  } else if (!is_name) {
    function = evaluate(callee);
  }
  if (is_dynamic) function = evaluate(tree_.child(callee, 1));
  if (argument_lists_used_ == argument_lists_.size()) argument_lists_.emplace_back();
  std::vector<Value>& arguments = argument_lists_[argument_lists_used_++];
  arguments.clear();
  evaluate_arguments(callee_node.next, arguments);
  Value result;
  if (is_name) {
    result = call_name(id, callee_node.name, arguments);
  } else if (is_member) {
    result = call_method(id, callee, callee_node.name, receiver, arguments);
  } else if (is_dynamic && function.is_text()) {
    result = call_method(id, callee, tree_.symbols().of(function.text()), receiver, arguments);
  } else if (ignores_case(node.language) && function.kind != Value::Kind::kFunction &&
             !arguments.empty()) {
    result = index_of(function, arguments[0], id);  // Split(x, ",")(0) of VB
  } else {
    result = call_value(id, function, arguments);
  }
  --argument_lists_used_;
  return result;
}

Value Interpreter::call_name(NodeId id, Symbol name, Arguments arguments) {
  const Node node = tree_.at(id);
  const Symbol lower = tree_.symbols().lower(name);
  if (!is_php(node)) {
    if (const Value* const known = lookup(ignores_case(node.language) ? lower : name);
        known != nullptr) {
      const Value variable = *known;
      const bool is_built_in = variable.is_object() && variable.index == 0 &&
                               variable.origins == 0 && variable.type != kNoSymbol &&
                               !ignores_case(node.language) && effect_of(variable.type) != nullptr;
      if (variable.kind == Value::Kind::kFunction || is_built_in)
        return call_value(id, variable, arguments);
      // a(1) of VB
      if (!arguments.empty() &&
          (variable.is_array() || variable.is_object() || variable.origins != 0))
        return index_of(variable, arguments[0], id);
    }
  }
  if (const auto function = functions_.find(lower); function != functions_.end())
    return call_function(function->second, arguments, this_.is_object() ? &this_ : nullptr, id);
  Value shifted;
  if (shift_argument(name, arguments, id, shifted)) return shifted;
  if (is_php(node) && change_array(tree_.symbols().name(lower), id, arguments, shifted))
    return shifted;
  if (const auto known = classes_.find(lower);
      known != classes_.end() && node.language == Language::kPython)
    return make_of_class(known->second, lower, arguments, id);
  if (const Effect* const effect = effect_of(name); effect != nullptr)
    return apply({effect, name, true}, id, nullptr, arguments);
  return unknown_call(id, name, nullptr, arguments);
}

Value Interpreter::call_method(NodeId id, NodeId callee, Symbol name, const Value& receiver,
                               Arguments arguments) {
  const Symbol lower = tree_.symbols().lower(name);
  // A class of the script, or an object of one.
  NodeId declared = kNoNode;
  if (receiver.is_object() && receiver.index != 0) declared = values_.object(receiver).declared_at;
  if (declared == kNoNode && (receiver.is_object() || receiver.is_text()) &&
      receiver.type != kNoSymbol) {
    const auto known = classes_.find(tree_.symbols().lower(receiver.type));
    if (known != classes_.end()) declared = known->second;
  }
  Value done;
  if (declared != kNoNode && call_declared(declared, id, callee, name, receiver, arguments, done))
    return done;
  if (call_of_array(id, name, receiver, arguments, done)) return done;
  if (call_through(id, name, receiver, arguments, done)) return done;
  // What a field holds may be a function: JScript and PHP's ($this->f)().
  if (receiver.is_object() && receiver.index != 0) {
    const Value* const field = values_.field(receiver, name);
    if (field != nullptr &&
        (field->kind == Value::Kind::kFunction || (field->is_text() && is_php(tree_.at(id))))) {
      const Value function = *field;
      return call_value(id, function, arguments);
    }
  }
  const Effect* effect = nullptr;
  bool is_sure = true;
  if (receiver.type != kNoSymbol) effect = effect_of_member(receiver.type, name);
  if (effect == nullptr) {
    effect = effect_of_member(kNoSymbol, name);
    is_sure = false;
  }
  if (effect != nullptr) {
    const Value result = apply({effect, name, is_sure}, id, &receiver, arguments);
    // StringBuilder.append() and the like change the object they are called on, which in a chain
    // of calls is the one at its beginning.
    const bool changes = effect->fold == Fold::kConcat || effect->fold == Fold::kReverse;
    const NodeId base = tree_.at(callee).first_child;
    if (changes && base != kNoNode && tree_.at(id).language != Language::kJScript) {
      const NodeKind kind = tree_.at(base).kind;
      const bool is_variable = kind == NodeKind::kName || kind == NodeKind::kVariable;
      if (!is_variable) {
        taint_target(base, result);
      } else if (lookup(variable_name(tree_.at(base))) != nullptr) {
        assign_to(base, result);
      }
    }
    return result;
  }
  if (declared == kNoNode) {
    if (const auto function = functions_.find(lower);
        function != functions_.end() && !is_php(tree_.at(id)))
      return call_function(function->second, arguments, &receiver, id);
  }
  // What goes into an object may come out of it.
  for (const Value& argument : arguments) {
    if (argument.comes_from(kFromOutside)) taint_target(tree_.at(callee).first_child, argument);
  }
  return unknown_call(id, name, &receiver, arguments);
}

NodeId Interpreter::method_of(NodeId declared, Symbol name) {
  constexpr int kBasesMax = 16;
  for (int round = 0; declared != kNoNode && round < kBasesMax; ++round) {
    NodeId base = kNoNode;
    for (NodeId child = tree_.at(declared).first_child; child != kNoNode;
         child = tree_.at(child).next) {
      const Node& member = tree_.at(child);
      if (member.kind == NodeKind::kFunction && tree_.symbols().lower(member.name) == name)
        return child;
      if (member.kind == NodeKind::kName && base == kNoNode) {
        const auto known = classes_.find(tree_.symbols().lower(member.name));
        if (known != classes_.end() && known->second != declared) base = known->second;
      }
    }
    declared = base;
  }
  return kNoNode;
}

Value Interpreter::call_value(NodeId id, const Value& function, Arguments arguments) {
  switch (function.kind) {
    case Value::Kind::kFunction:
      return call_function(static_cast<NodeId>(function.index), arguments,
                           this_.is_object() ? &this_ : nullptr, id);
    case Value::Kind::kText:
      return call_text(id, function.text(), function, arguments);
    case Value::Kind::kArray: {  // [object, "method"]
      const auto items = values_.array(function).items;
      if (items.size() == 2 && items[1].second.is_text()) {
        const Symbol name = tree_.symbols().of(items[1].second.text());
        return call_method(id, id, name, items[0].second, arguments);
      }
      break;
    }
    case Value::Kind::kObject:
      // A built-in function under another name: var e = eval; e(x).
      if (function.index == 0 && function.type != kNoSymbol && function.origins == 0) {
        if (const Effect* const effect = effect_of(function.type); effect != nullptr)
          return apply({effect, function.type, true}, id, nullptr, arguments);
      }
      if (function.index != 0) {
        const Object& object = values_.object(function);
        if (object.declared_at != kNoNode) {
          const NodeId method = method_of(object.declared_at, tree_.symbols().of("__invoke"));
          if (method != kNoNode) return call_function(method, arguments, &function, id);
        }
      }
      break;
    default:
      break;
  }
  Value result;
  values_.take_origins(result, function);
  for (const Value& argument : arguments) values_.take_origins(result, argument);
  if (function.origins != 0) {
    // Who names the function decides what is done.
    note_flow(SinkKind::kCall, id, tree_.at(id).first_child, {nullptr, kNoSymbol, true}, function);
  } else if (!function.is_object()) {
    ++counts_.unknown_callees;
    for (const Value& argument : arguments) {
      if (!argument.comes_from(kFromOutside)) continue;
      note_flow(SinkKind::kCall, id, argument_node(id, 0), {nullptr, kNoSymbol, false}, argument);
      break;
    }
  }
  result.origins |= result.origins != 0 ? kThroughUnknown : 0;
  return result;
}

// A function called by a text that names it.
Value Interpreter::call_text(NodeId id, std::string_view name, const Value& function,
                             Arguments arguments) {
  ++counts_.names_computed;
  if (function.origins != 0)
    note_flow(SinkKind::kCall, id, tree_.at(id).first_child, {nullptr, kNoSymbol, true}, function);
  const std::size_t at = name.find("::");
  if (at != std::string_view::npos) {
    Value receiver;
    receiver.kind = Value::Kind::kObject;
    receiver.index = 0;
    receiver.type = type_named(tree_.symbols().of(name.substr(0, at)));
    return call_method(id, id, tree_.symbols().of(name.substr(at + 2)), receiver, arguments);
  }
  while (!name.empty() && name.front() == '\\') name.remove_prefix(1);
  return call_name(id, tree_.symbols().of(name), arguments);
}

// Makes the parameters variables of the call; gives the body.
NodeId Interpreter::bind_parameters(NodeId function, Arguments arguments) {
  std::size_t number = 0;
  NodeId body = kNoNode;
  const Symbol use = tree_.symbols().of("use");
  for (NodeId child = tree_.at(function).first_child; child != kNoNode;
       child = tree_.at(child).next) {
    const Node parameter = tree_.at(child);
    if (parameter.kind == NodeKind::kBlock) body = child;
    if (parameter.kind != NodeKind::kParameter) continue;
    if (parameter.type == use) {  // what a closure of PHP takes along: seen as it is
      const bool is_global = parameter.name < has_global_.size() && has_global_[parameter.name];
      if (parameter.op == op("&") && (is_global || lookup(parameter.name) == nullptr))
        bind_to_global(parameter.name, global_of(parameter.name));
      continue;
    }
    Value value;
    if (number < arguments.size()) {
      value = arguments[number];
      share(value);
      if (parameter.op != op("&")) keep(value, child);
    } else if (parameter.first_child != kNoNode) {
      value = evaluate(parameter.first_child);
    }
    ++number;
    if (value.kind == Value::Kind::kUnknown && parameter.type != kNoSymbol) {
      value.kind = Value::Kind::kObject;
      value.index = 0;
      value.type = type_named(parameter.type);
    }
    assign_name(child, variable_name(parameter), value);
  }
  return body;
}

// What some languages give every function: all arguments as a list; the object as the first one.
void Interpreter::bind_special(NodeId function, const Value* object,
                               std::vector<Value>& arguments) {
  const Language language = tree_.at(function).language;
  if (language == Language::kPython && object != nullptr && class_of_function_.contains(function)) {
    std::vector<Value> all = {*object};
    for (const Value& argument : arguments) all.push_back(argument);
    arguments.swap(all);
  }
  if (language != Language::kPerl && language != Language::kJScript) return;
  Value list = values_.new_array();
  if (!list.is_array()) return;
  const Value all = list;
  for (const Value& argument : arguments) {
    values_.push(all, argument);
    values_.take_origins(list, argument);
  }
  bind(tree_.symbols().of(language == Language::kPerl ? "_" : "arguments")) = list;
}

// What the call assigned to its parameters by reference.
void Interpreter::take_references(NodeId function, std::size_t arguments_count,
                                  std::vector<std::pair<std::size_t, Value>>& values) {
  const Symbol use = tree_.symbols().of("use");
  std::size_t number = 0;
  for (NodeId child = tree_.at(function).first_child; child != kNoNode;
       child = tree_.at(child).next) {
    const Node parameter = tree_.at(child);
    if (parameter.kind != NodeKind::kParameter || parameter.type == use) continue;
    if (parameter.op == op("&") && number < arguments_count) {
      const Value* const changed = lookup(variable_name(parameter));
      if (changed != nullptr) values.emplace_back(number, *changed);
    }
    ++number;
  }
}

// VB gives back what was assigned to the function's own name.
void Interpreter::take_own_name(NodeId function) {
  const Node& declared = tree_.at(function);
  if (has_returned_ || declared.name == kNoSymbol || !is_basic(declared.language)) return;
  const Symbol name = variable_name(declared);
  if (name >= tops_.size() || tops_[name] == 0 || bindings_[tops_[name]].scope != scope_) return;
  returned_ = bindings_[tops_[name]].value;
  has_returned_ = true;
}

Value Interpreter::call_function(NodeId function, Arguments given, const Value* object, NodeId id) {
  const std::uint32_t calls = ++calls_[function];
  Value unknown;
  for (const Value& argument : given) values_.take_origins(unknown, argument);
  std::uint32_t& running = running_[function];
  constexpr std::uint32_t kRecursionMax = 3;
  if (call_depth_ >= bounds_.call_depth_max || recursion_ >= bounds_.recursion_max) {
    is_shortened_ = true;
    return unknown;
  }
  if (running >= kRecursionMax || is_cut_) return unknown;
  if (are_constant(given) ? idle_calls_[function] > kIdleCallsMax : calls > kTaintedCallsMax)
    return unknown;
  const std::uint32_t made_before = counts_.folded_bytes;
  std::vector<Value> arguments(given.begin(), given.end());
  const bool is_named_php = is_php(tree_.at(function)) && tree_.at(function).name != kNoSymbol;
  const Value outer_this = this_;
  const Value outer_returned = returned_;
  const bool had_returned = has_returned_;
  const std::uint32_t outer_conditions = conditions_;
  if (object != nullptr) this_ = *object;
  std::vector<std::pair<std::size_t, Value>> by_reference;  // arguments that were assigned to
  has_returned_ = false;
  conditions_ = 0;
  ++running;
  ++recursion_;
  const NodeId outer_function = function_;
  function_ = function;
  const std::vector<Value>* const outer_given = given_;
  given_ = &arguments;
  {
    const Scope scope(*this, !is_named_php);
    bind_special(function, object, arguments);
    execute(bind_parameters(function, arguments));
    take_references(function, arguments.size(), by_reference);
    take_own_name(function);
  }
  function_ = outer_function;
  given_ = outer_given;
  --recursion_;
  --running_[function];
  Value result = has_returned_ ? returned_ : Value{};
  if (!result.is_constant() && counts_.folded_bytes == made_before) ++idle_calls_[function];
  this_ = outer_this;
  returned_ = outer_returned;
  has_returned_ = had_returned;
  conditions_ = outer_conditions;
  for (const auto& [number, value] : by_reference) {
    const NodeId target = argument_node(id, number);
    if (target != id) assign_to(target, value);
  }
  if (result.origins != 0 && result.trail != 0 && tree_.at(function).name != kNoSymbol &&
      id != function)
    result.trail = values_.add_trail(
        {Trail::Kind::kReturned, 0, 0, id, tree_.at(function).name, result.trail});
  return result;
}

// ---- Objects

// new T { Field = value }
void Interpreter::initialise(NodeId initialiser, Value& object) {
  // Only the field's name is written: it is the new object's.
  const NodeId field = tree_.at(initialiser).first_child;
  if (field == kNoNode) return;
  const Value value = evaluate(tree_.at(field).next);
  scratch_ = ascii_lower(tree_.symbols().name(tree_.at(field).name)) + '=';
  const Effect* const effect =
      effect_of_member(object.type, tree_.symbols().of(std::string(scratch_)));
  if (effect != nullptr && effect->sink != SinkKind::kNone)
    note_flow(effect->sink, initialiser, tree_.at(field).next, {effect, tree_.at(field).name, true},
              value);
  values_.set_field(object, tree_.at(field).name, value);
  values_.take_origins(object, value);
}

Value Interpreter::make(NodeId id) {
  const Node node = tree_.at(id);
  const NodeId class_node = node.first_child;
  if (class_node == kNoNode) return {};
  if (argument_lists_used_ == argument_lists_.size()) argument_lists_.emplace_back();
  std::vector<Value>& arguments = argument_lists_[argument_lists_used_++];
  arguments.clear();
  NodeId body = kNoNode;  // of an anonymous class
  std::vector<NodeId> initialisers;
  for (NodeId at = tree_.at(class_node).next; at != kNoNode; at = tree_.at(at).next) {
    const NodeKind kind = tree_.at(at).kind;
    if (kind == NodeKind::kClass) {
      body = at;
    } else if (kind == NodeKind::kAssign) {
      initialisers.push_back(at);
    } else {
      arguments.push_back(evaluate(at));
    }
  }
  const NodeKind kind = tree_.at(class_node).kind;
  Symbol name = tree_.at(class_node).name;
  Value class_value;
  if (kind == NodeKind::kClass) {
    body = class_node;
  } else if (kind == NodeKind::kIndex && !is_php(tree_.at(class_node))) {
    // new byte[n]
    evaluate(tree_.child(class_node, 1));
  } else if (kind != NodeKind::kName && kind != NodeKind::kMember) {
    class_value = evaluate(class_node);
    if (class_value.is_text()) {
      ++counts_.names_computed;
      name = tree_.symbols().of(class_value.text());
    } else {
      note_flow(SinkKind::kReflect, id, class_node, {nullptr, kNoSymbol, true}, class_value);
    }
  }
  Value result;
  const auto known = classes_.find(tree_.symbols().lower(name));
  const Symbol type = name == kNoSymbol ? kNoSymbol : type_named(name);
  if (kind == NodeKind::kName && tree_.at(id).language == Language::kJScript &&
      tree_.symbols().name(name) == "Function" && !arguments.empty() &&
      std::all_of(arguments.begin(), arguments.end(),
                  [](const Value& value) { return value.is_text(); })) {
    result = made_function(id, arguments);
  } else if (body != kNoNode) {
    result = make_of_class(body, type, arguments, id);
  } else if (known != classes_.end()) {
    result = make_of_class(known->second, type, arguments, id);
  } else {
    const Effect* const effect = name == kNoSymbol ? nullptr : find(tree_.symbols().name(type));
    if (effect != nullptr) {
      result = apply({effect, name, true}, id, nullptr, arguments);
    } else {
      for (const Value& argument : arguments) values_.take_origins(result, argument);
      result = passed(result, id, name, false);
    }
    if (!result.is_constant() && !result.is_object()) {
      const Value object = values_.new_object(type, kNoNode);
      Value made = object;
      made.origins = result.origins;
      made.trail = result.trail;
      result = made;
    }
  }
  for (const NodeId initialiser : initialisers) initialise(initialiser, result);
  --argument_lists_used_;
  return result;
}

Value Interpreter::make_of_class(NodeId declared, Symbol type, Arguments given, NodeId id) {
  const std::vector<Value> arguments(given.begin(), given.end());
  const Value object = values_.new_object(type, declared);
  if (object.index == 0) return object;
  const Value outer = this_;
  this_ = object;
  NodeId constructor = kNoNode;
  const Symbol magic = tree_.symbols().of("__construct");
  const Symbol own_name = tree_.symbols().lower(tree_.at(declared).name);
  const Symbol vb_name = tree_.symbols().of("new");
  const Symbol python_name = tree_.symbols().of("__init__");
  for (NodeId child = tree_.at(declared).first_child; child != kNoNode;
       child = tree_.at(child).next) {
    const Node member = tree_.at(child);
    if (member.kind == NodeKind::kDeclare) {
      const Value value = member.first_child != kNoNode ? evaluate(member.first_child) : Value{};
      values_.set_field(object, variable_name(member), value);
    } else if (member.kind == NodeKind::kFunction && member.name != kNoSymbol) {
      const Symbol lower = tree_.symbols().lower(member.name);
      if (lower == magic || lower == own_name || lower == vb_name || lower == python_name)
        constructor = child;
    }
  }
  if (constructor == kNoNode) constructor = method_of(declared, magic);
  this_ = outer;
  if (constructor != kNoNode) call_function(constructor, arguments, &object, id);
  return object;
}

// PHP runs destructors when the script ends; and what unserialize() makes has magic methods.
void Interpreter::destroy_objects() {
  if (family_ != Family::kPhp) return;
  const Symbol name = tree_.symbols().of("__destruct");
  for (std::size_t i = 1; i < values_.objects_count() && !is_cut_; ++i) {
    Object& object = values_.object_at(i);
    if (object.was_destroyed || object.declared_at == kNoNode) continue;
    object.was_destroyed = true;
    const NodeId method = method_of(object.declared_at, name);
    if (method == kNoNode) continue;
    Value value;
    value.kind = Value::Kind::kObject;
    value.type = object.type;
    value.index = i;
    call_function(method, {}, &value, method);
  }
}

Value Interpreter::unknown_call(NodeId id, Symbol name, const Value* receiver,
                                Arguments arguments) {
  Value result;
  if (receiver != nullptr) values_.take_origins(result, *receiver);
  for (const Value& argument : arguments) values_.take_origins(result, argument);
  if (result.origins == 0) return result;
  result = passed(result, id, name, false);
  result.origins |= kThroughUnknown;
  return result;
}

}  // namespace pugmark::script
