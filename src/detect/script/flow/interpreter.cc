#include "detect/script/flow/interpreter.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "detect/script/flow/scope.h"
#include "detect/script/token.h"

namespace pugmark::script {
namespace {

// Where PHP functions and classes have their namespace in front, only the last part counts.
std::string_view last_part(std::string_view name) {
  const std::size_t at = name.find_last_of("\\:.");
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

}  // namespace

Interpreter::Interpreter(Tree& tree, const FlowBounds& bounds, std::span<const Effect> own_effects,
                         Unpack unpack, Judge judge)
    : tree_(tree),
      bounds_(bounds),
      own_effects_(own_effects),
      unpack_(std::move(unpack)),
      judge_(std::move(judge)),
      values_(Values::Bounds{}) {}

void Interpreter::clear(PageKind kind) {
  family_ = family_of(kind);
  values_.clear();
  bindings_.assign(1, {});
  tops_.clear();
  globals_.clear();
  has_global_.clear();
  scope_ = 0;
  sees_callers_ = true;
  functions_.clear();
  classes_.clear();
  all_functions_.clear();
  class_of_function_.clear();
  mattering_.clear();
  callers_.clear();
  calls_.clear();
  idle_calls_.clear();
  running_.clear();
  shared_objects_.clear();
  member_effects_.clear();
  name_effects_.clear();
  types_.clear();
  unpacked_.clear();
  parts_referred_.clear();
  written_scripts_.clear();
  flow_of_node_.clear();
  undone_.clear();
  dead_ = 0;
  function_ = kNoNode;
  given_ = nullptr;
  this_ = {};
  with_ = {};
  returned_ = {};
  has_returned_ = false;
  variables_from_request_ = false;
  origins_of_callers_ = kFromCaller;
  conditions_ = 0;
  is_in_switch_ = false;
  output_callback_ = {};
  own_characters_ = nullptr;
  may_have_left_ = false;
  call_depth_ = 0;
  recursion_ = 0;
  depth_ = 0;
  steps_ = 0;
  steps_max_ = bounds_.steps_max;
  queries_ = {};
  own_path_ = {};
  own_text_ = {};
  loop_rounds_ = 0;
  unlisted_flows_count_ = 0;
  is_cut_ = false;
  is_shortened_ = false;
  argument_lists_used_ = 0;
  argument_lists_.clear();  // a script may have made many, and long ones
  flows_.clear();
  counts_ = {};
}

void Interpreter::declare(std::string_view name, std::string_view type) {
  Symbols& symbols = tree_.symbols();
  const Symbol symbol = symbols.of(name);
  Value value;
  value.kind = Value::Kind::kObject;
  value.index = 0;
  value.type = type_named(symbols.of(type));
  bind_global(symbol);
  globals_[symbol] = value;
  const Symbol lower = symbols.lower(symbol);
  bind_global(lower);
  globals_[lower] = value;
}

void Interpreter::run(NodeId root) {
  if (root == kNoNode) return;
  collect_declarations(root);
  execute(root);
  destroy_objects();
  run_uncalled();
}

// Counts a node looked at; false once there were too many.
bool Interpreter::step() {
  constexpr std::uint64_t kStopAskedMask = 0xFFF;
  if ((++steps_ & kStopAskedMask) == 0 && stop_ != nullptr && *stop_) steps_ = steps_max_ + 1;
  if (steps_ <= steps_max_) return true;
  is_cut_ = true;
  return false;
}

// Whether loops may still run, and long texts be computed with. The last part of the work is for
// what follows them: it must not be lost to who put a long loop before it.
bool Interpreter::has_much_left() {
  if (steps_ <= steps_max_ - steps_max_ / 4) return true;
  is_shortened_ = true;
  return false;
}

// What takes longer than looking at a node counts as more of them.
void Interpreter::spend(std::uint64_t steps) {
  steps_ += steps;
  if (stop_ != nullptr && *stop_) steps_ = steps_max_ + 1;
  if (steps_ > steps_max_) is_cut_ = true;
}

void Interpreter::spend_on(Arguments arguments) {
  std::uint64_t bytes = 0;
  std::uint64_t items = 0;
  for (const Value& argument : arguments) {
    if (argument.is_text()) bytes += argument.size;
    if (argument.is_array()) items += values_.array(argument).items.size();
  }
  spend(bytes / kBytesOfStep + items / kItemsOfStep);
}

// ---- Names

Symbol Interpreter::variable_name(const Node& node) {
  return ignores_case(node.language) ? tree_.symbols().lower(node.name) : node.name;
}

Symbol Interpreter::type_named(Symbol name) {
  const auto [found, is_new] = types_.try_emplace(name, kNoSymbol);
  if (!is_new) return found->second;
  const std::string lower = ascii_lower(tree_.symbols().name(name));
  std::string_view type = canonical_type(lower);
  if (type == lower) type = canonical_type(last_part(lower));
  const Symbol symbol = tree_.symbols().of(type);
  types_[name] = symbol;
  return symbol;
}

Value* Interpreter::lookup(Symbol name) {
  if (name < tops_.size()) {
    for (std::uint32_t at = tops_[name]; at != 0; at = bindings_[at].below) {
      Binding& binding = bindings_[at];
      if (binding.scope != scope_ && !sees_callers_) continue;
      if (binding.global == kNoSymbol) return &binding.value;
      bind_global(binding.global);
      return &globals_[binding.global];
    }
  }
  // A function of PHP sees no other variables than its own.
  if (!sees_callers_ && !variables_from_request_) return nullptr;
  if (name < has_global_.size() && has_global_[name]) return &globals_[name];
  return nullptr;
}

void Interpreter::bind_global(Symbol name) {
  if (name >= globals_.size()) {
    globals_.resize(name + 64);
    has_global_.resize(name + 64, false);
  }
  if (has_global_[name]) return;
  has_global_[name] = true;
  globals_[name] = {};
}

// The variable of that name in the scope in hand, made if it is not there.
Value& Interpreter::bind(Symbol name) {
  Binding* const known = binding_here(name);
  if (known != nullptr && known->global == kNoSymbol) return known->value;
  if (known != nullptr || scope_ == 0) {
    const Symbol global = known != nullptr ? known->global : name;
    bind_global(global);
    return globals_[global];
  }
  return new_binding(name).value;
}

// What the name is in the scope in hand; nullptr if that has none of its own.
Interpreter::Binding* Interpreter::binding_here(Symbol name) {
  if (name >= tops_.size() || tops_[name] == 0) return nullptr;
  Binding& top = bindings_[tops_[name]];
  return top.scope == scope_ ? &top : nullptr;
}

Interpreter::Binding& Interpreter::new_binding(Symbol name) {
  if (name >= tops_.size()) tops_.resize(name + 64, 0);
  bindings_.push_back({{}, name, tops_[name], scope_, kNoSymbol});
  tops_[name] = static_cast<std::uint32_t>(bindings_.size() - 1);
  return bindings_.back();
}

// Makes the name in the scope in hand another one of a global.
void Interpreter::bind_to_global(Symbol name, Symbol global) {
  bind_global(global);
  if (scope_ == 0 && name == global) return;
  Binding* const known = binding_here(name);
  (known != nullptr ? *known : new_binding(name)).global = global;
}

// The script's own variable of that name, which may be another one's second name.
Symbol Interpreter::global_of(Symbol name) {
  std::uint32_t at = name < tops_.size() ? tops_[name] : 0;
  while (at != 0 && bindings_[at].scope != 0) at = bindings_[at].below;
  return at != 0 && bindings_[at].global != kNoSymbol ? bindings_[at].global : name;
}

const Effect* Interpreter::find(std::string_view name) const {
  for (const Effect& effect : own_effects_) {
    if (effect.name == name) return &effect;
  }
  return find_effect(family_, name);
}

// Whether some library has an object or a class of that name (lower case).
bool Interpreter::has_members(std::string_view type) const {
  const auto is_of_type = [&](const Effect& effect) {
    return effect.name.size() > type.size() && effect.name[type.size()] == '.' &&
           effect.name.starts_with(type);
  };
  return std::any_of(own_effects_.begin(), own_effects_.end(), is_of_type) ||
         is_known_type(family_, type);
}

const Effect* Interpreter::effect_of(Symbol name) {
  const auto [found, is_new] = name_effects_.try_emplace(name, nullptr);
  if (!is_new) return found->second;
  scratch_ = ascii_lower(tree_.symbols().name(name));
  const Effect* effect = find(scratch_);
  if (effect == nullptr) effect = find(last_part(scratch_));
  if (effect == nullptr && family_ == Family::kDotNet) effect = find_effect(Family::kAsp, scratch_);
  name_effects_[name] = effect;
  return effect;
}

const Effect* Interpreter::effect_of_member(Symbol type, Symbol name) {
  const std::uint64_t key = std::uint64_t{type} << 32U | name;
  const auto [found, is_new] = member_effects_.try_emplace(key, nullptr);
  if (!is_new) return found->second;
  scratch_ = tree_.symbols().name(type);
  scratch_ += '.';
  scratch_ += ascii_lower(tree_.symbols().name(name));
  const Effect* effect = find(scratch_);
  if (effect == nullptr && family_ == Family::kDotNet) effect = find_effect(Family::kAsp, scratch_);
  member_effects_[key] = effect;
  return effect;
}

// An effect that a method of that name has for some type; a sink if there is one.
const Effect* Interpreter::any_effect_of_member(Symbol name) {
  const std::uint64_t key = std::uint64_t{UINT32_MAX} << 32U | name;
  const auto [found, is_new] = member_effects_.try_emplace(key, nullptr);
  if (!is_new) return found->second;
  const Effect* const effect = find_method(family_, ascii_lower(tree_.symbols().name(name)));
  member_effects_[key] = effect;
  return effect;
}

// ---- Declarations

// Functions and classes can be used before they are declared.
void Interpreter::collect_declarations(NodeId root) {
  struct Place {
    NodeId node;
    NodeId in_class;
    NodeId in_function;  // the innermost
  };
  std::vector<Place> waiting = {{root, kNoNode, kNoNode}};
  while (!waiting.empty()) {
    const Place place = waiting.back();
    waiting.pop_back();
    const Node& node = tree_.at(place.node);
    NodeId in_class = place.in_class;
    NodeId in_function = place.in_function;
    if (in_function != kNoNode) {
      if (may_matter(place.node)) mattering_.insert(in_function);
      if (const Symbol called = called_name(node); called != kNoSymbol)
        callers_.emplace_back(called, in_function);
    }
    if (node.kind == NodeKind::kFunction) {
      // Who declares a function, above all one without a name, may be who hands it on.
      if (in_function != kNoNode)
        callers_.emplace_back(tree_.symbols().lower(node.name), in_function);
      in_function = place.node;
      all_functions_.push_back(place.node);
      if (in_class != kNoNode) class_of_function_.emplace(place.node, in_class);
      if (node.name != kNoSymbol && (in_class == kNoNode || !is_php(node)))
        functions_.emplace(tree_.symbols().lower(node.name), place.node);
    } else if (node.kind == NodeKind::kClass) {
      if (node.name != kNoSymbol) classes_.emplace(tree_.symbols().lower(node.name), place.node);
      in_class = place.node;
    }
    for (NodeId child = node.first_child; child != kNoNode; child = tree_.at(child).next) {
      const NodeKind kind = tree_.at(child).kind;
      if (kind != NodeKind::kText && kind != NodeKind::kNumber && kind != NodeKind::kName &&
          kind != NodeKind::kVariable)
        waiting.push_back({child, in_class, in_function});
    }
  }
  std::sort(all_functions_.begin(), all_functions_.end());
}

// Whether the node by itself may do something that matters: only functions with such nodes are
// worth running without a caller.
bool Interpreter::may_matter(NodeId id) {
  const Node& node = tree_.at(id);
  switch (node.kind) {
    case NodeKind::kCommand:
    case NodeKind::kInclude:
    case NodeKind::kDynamicMember:
    case NodeKind::kDynamicVariable:
      return true;
    case NodeKind::kCall:
    case NodeKind::kNew:
      break;
    case NodeKind::kAssign: {
      const NodeId target = node.first_child;
      if (target == kNoNode || tree_.at(target).kind != NodeKind::kMember) return false;
      scratch_ = ascii_lower(tree_.symbols().name(tree_.at(target).name)) + '=';
      const std::string property = '.' + scratch_;
      return find(property) != nullptr || property == ".filename=" || property == ".arguments=" ||
             property == ".connectionstring=";
    }
    default:
      return false;
  }
  const NodeId callee = node.first_child;
  if (callee == kNoNode) return false;
  const Node& called = tree_.at(callee);
  const Effect* effect = nullptr;
  if (called.kind == NodeKind::kName) {
    effect = effect_of(called.name);
  } else if (called.kind == NodeKind::kMember) {
    effect = any_effect_of_member(called.name);
  } else {
    return true;  // what is called is computed
  }
  return effect != nullptr &&
         (effect->sink != SinkKind::kNone || effect->callback != Callback::kNone);
}

// The name in lower case that a call is of: f(x) and o.f(x); kNoSymbol if it is no call or
// computed.
Symbol Interpreter::called_name(const Node& call) {
  if (call.kind != NodeKind::kCall || call.first_child == kNoNode) return kNoSymbol;
  const Node& callee = tree_.at(call.first_child);
  if (callee.kind != NodeKind::kName && callee.kind != NodeKind::kMember) return kNoSymbol;
  return tree_.symbols().lower(callee.name);
}

// Who calls a function that matters matters, too.
void Interpreter::find_who_matters() {
  std::sort(callers_.begin(), callers_.end());
  std::vector<NodeId> waiting(mattering_.begin(), mattering_.end());
  while (!waiting.empty()) {
    const Symbol name = tree_.symbols().lower(tree_.at(waiting.back()).name);
    waiting.pop_back();
    auto at = std::lower_bound(callers_.begin(), callers_.end(), std::pair(name, NodeId{0}));
    for (; at != callers_.end() && at->first == name; ++at) {
      if (mattering_.insert(at->second).second) waiting.push_back(at->second);
    }
  }
}

// What nobody in the script calls is called by the server, or by what includes the script.
void Interpreter::run_uncalled() {
  find_who_matters();
  // More may be declared by what is unpacked meanwhile.
  for (std::size_t i = 0; i < all_functions_.size() && !is_cut_; ++i) {
    const NodeId function = all_functions_[i];
    if (calls_.contains(function)) continue;
    ++counts_.uncalled_functions;
    if (!mattering_.contains(function)) continue;
    std::vector<Value> arguments;
    for (NodeId child = tree_.at(function).first_child; child != kNoNode;
         child = tree_.at(child).next) {
      const Node& parameter = tree_.at(child);
      if (parameter.kind != NodeKind::kParameter) continue;
      Value value;
      value.origins = origins_of_callers_;
      if (parameter.type != kNoSymbol) {
        value.kind = Value::Kind::kObject;
        value.index = 0;
        value.type = type_named(parameter.type);
      }
      value.trail = values_.add_trail(
          {Trail::Kind::kSource, 0, origins_of_callers_, child, parameter.name, 0});
      arguments.push_back(value);
    }
    const auto declared = class_of_function_.find(function);
    Value object;
    if (declared != class_of_function_.end()) {
      const auto [found, is_new] = shared_objects_.try_emplace(declared->second);
      if (is_new) {
        const Symbol type = tree_.symbols().lower(tree_.at(declared->second).name);
        const Value made = make_of_class(declared->second, type, {}, function);
        shared_objects_[declared->second] = made;
      }
      object = shared_objects_[declared->second];
    }
    if (calls_.contains(function)) continue;  // the constructor was
    call_function(function, arguments, declared != class_of_function_.end() ? &object : nullptr,
                  function);
  }
  destroy_objects();
}

}  // namespace pugmark::script
