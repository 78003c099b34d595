#include <algorithm>
#include <cmath>
#include <string>

#include "base/text.h"
#include "detect/script/flow/interpreter.h"
#include "detect/script/token.h"

namespace pugmark::script {
namespace {

// Whether 017 is 15.
bool has_octal(Language language) {
  return language == Language::kPhp || language == Language::kPerl || language == Language::kJava ||
         language == Language::kJScript;
}

}  // namespace

// ---- Constants

double Interpreter::number_of(const Value& value) const {
  return value.is_number() ? value.number : value.is_text() ? number_of_text(value.text()) : 0;
}

std::string Interpreter::text_of(const Value& value) const {
  if (value.is_text()) return std::string(value.text());
  if (value.is_number()) return text_of_number(value.number);
  return value.is_array() ? "Array" : "";
}

bool Interpreter::is_true(const Value& value) {
  if (value.is_number()) return value.number != 0;
  return value.is_text() && value.size > 0 && value.text() != "0";
}

Value Interpreter::mixed(const Value& left, const Value& right) const {
  Value value;
  value.origins = left.origins;
  value.trail = left.trail;
  values_.take_origins(value, right);
  return value;
}

// ---- Evaluation

Value Interpreter::evaluate(NodeId id) {
  if (id == kNoNode || !step()) return {};
  if (recursion_ >= bounds_.recursion_max) {
    is_shortened_ = true;
    return {};
  }
  ++recursion_;
  const Value value = evaluate_node(id);
  --recursion_;
  return value;
}

Value Interpreter::evaluate_node(NodeId id) {
  // A switch: one line for each kind of node.
  const Node& node = tree_.at(id);
  switch (node.kind) {
    case NodeKind::kText:
      return Values::text_view(tree_.text(id));
    case NodeKind::kNumber:
      return number_value(number_of_literal(tree_.text(id), has_octal(node.language)));
    case NodeKind::kName:
      return name_value(id);
    case NodeKind::kVariable:
      return variable_value(id);
    case NodeKind::kDynamicVariable: {
      const Value name = evaluate(node.first_child);
      if (name.is_text() && name.text() == "GLOBALS" && is_php(node))
        return collection_of(tree_.symbols().of(name.text()), id);
      if (name.is_text()) {
        const Value* const known = lookup(tree_.symbols().of(name.text()));
        if (known != nullptr) return *known;
      }
      if (name.is_text()) {
        const Effect* const effect = effect_of(tree_.symbols().of('$' + std::string(name.text())));
        if (effect != nullptr) return source_value(id, effect->origins, kNoSymbol);
      }
      Value unknown;
      values_.take_origins(unknown, name);
      return unknown;
    }
    case NodeKind::kMember:
    case NodeKind::kDynamicMember:
      return member_value(id);
    case NodeKind::kIndex:
      return index_value(id);
    case NodeKind::kCall:
      return call(id);
    case NodeKind::kNew:
      return make(id);
    case NodeKind::kCast:
      return cast(id);
    case NodeKind::kUnary:
      return unary(id);
    case NodeKind::kBinary:
      return binary(id);
    case NodeKind::kAssign:
      return assign(id);
    case NodeKind::kConditional:
      return conditional(id);
    case NodeKind::kArray:
      return array(id);
    case NodeKind::kInterpolated:
      return joined(id);
    case NodeKind::kCommand:
      return command(id);
    case NodeKind::kInclude:
      return include(id);
    case NodeKind::kSpread:
      return evaluate(node.first_child);
    case NodeKind::kRegex:
      return Values::text_view(tree_.text(id));
    case NodeKind::kFunction: {
      Value function;
      function.kind = Value::Kind::kFunction;
      function.index = id;
      return function;
    }
    case NodeKind::kWith:
      return with_;
    case NodeKind::kEmpty:
    case NodeKind::kParameter:
      return {};
    default:
      execute(id);
      return {};
  }
}

// Names that the language gives a value.
bool Interpreter::is_word(const Node& node, std::string_view lower_text, Value& word) {
  if (is_basic(node.language) && lower_text.starts_with("vb")) {
    if (lower_text == "vbcrlf" || lower_text == "vbnewline") {
      word = Values::text_view("\r\n");
      return true;
    }
    if (lower_text == "vblf") {
      word = Values::text_view("\n");
      return true;
    }
    if (lower_text == "vbcr") {
      word = Values::text_view("\r");
      return true;
    }
    if (lower_text == "vbtab") {
      word = Values::text_view("\t");
      return true;
    }
    if (lower_text == "vbnullstring") {
      word = Values::text_view("");
      return true;
    }
  }
  if (lower_text == "true") {
    word = number_value(1);
    return true;
  }
  if (lower_text == "false") {
    word = number_value(0);
    return true;
  }
  if (lower_text == "null" || lower_text == "nothing" || lower_text == "none") {
    Value value;
    value.kind = Value::Kind::kNull;
    word = value;
    return true;
  }
  return false;
}

constexpr std::uint32_t kLineSearchedMax = 65'536;  // __LINE__ is not known behind it

// A name: a variable if there is one, else the class or object that is called so.
Value Interpreter::name_value(NodeId id) {
  const Node node = tree_.at(id);
  const std::string_view text = tree_.symbols().name(node.name);
  if (const Value* const known = lookup(variable_name(node)); known != nullptr) return *known;
  const Symbol lower = tree_.symbols().lower(node.name);
  const std::string_view lower_text = tree_.symbols().name(lower);
  Value word;
  if (own_name(id, lower_text, word)) return word;
  if (is_word(node, lower_text, word)) return word;
  if (this_.is_object()) {
    const Value* const field = values_.field(this_, variable_name(node));
    if (field != nullptr) return *field;
  }
  if (const auto function = functions_.find(lower); function != functions_.end()) {
    if (is_basic(node.language)) return call_function(function->second, {}, nullptr, id);
    Value value;
    value.kind = Value::Kind::kFunction;
    value.index = function->second;
    return value;
  }
  if (is_php(node)) {  // a constant that is not defined is its own name
    const Symbol constant = node.name;
    if (constant < has_global_.size() && has_global_[constant]) return globals_[constant];
    if (lower_text == "__file__" && !own_path_.empty()) return Values::text_view(own_path_);
    if (lower_text == "__line__" && node.begin < kLineSearchedMax) {
      const std::string_view before = tree_.source(node.source).text.substr(0, node.begin);
      return number_value(1.0 +
                          static_cast<double>(std::count(before.begin(), before.end(), '\n')));
    }
    if (lower_text == "nan") return number_value(NAN);
    if (lower_text == "inf") return number_value(INFINITY);
    Value value = Values::text_view(text);
    value.type = type_named(node.name);
    return value;
  }
  const Effect* const effect = effect_of(node.name);
  // What was never set is empty, if no object of the page is called so.
  if (node.language == Language::kVbScript && effect == nullptr && !classes_.contains(lower) &&
      !has_members(lower_text)) {
    Value value;
    value.kind = Value::Kind::kNull;
    return value;
  }
  if (node.language == Language::kCSharp) {
    scratch_ = "get_" + std::string(lower_text);
    const auto getter = functions_.find(tree_.symbols().of(std::string(scratch_)));
    if (getter != functions_.end())
      return call_function(getter->second, {}, this_.is_object() ? &this_ : nullptr, id);
  }
  if (effect != nullptr && effect->is_clean && effect->origins != 0 && !effect->names_source)
    return source_value(id, effect->origins, kNoSymbol);
  Value value;
  value.kind = Value::Kind::kObject;
  value.index = 0;
  value.type = type_named(node.name);
  return value;
}

Value Interpreter::variable_value(NodeId id) {
  const Node node = tree_.at(id);
  if (const Value* const known = lookup(node.name); known != nullptr) return *known;
  const std::string_view text = tree_.symbols().name(node.name);
  if (text == "this" || text == "self") return this_;
  return collection_of(node.name, id);
}

// $_GET and the like; what is called so without having been set.
Value Interpreter::collection_of(Symbol name, NodeId id) {
  const std::string_view text = tree_.symbols().name(name);
  scratch_ = '$' + ascii_lower(text);
  const Effect* effect = find(scratch_);
  if (effect == nullptr && family_ == Family::kPerl && ascii_lower(text) == "env")
    effect = find("env");
  if (effect != nullptr) {
    // The collection itself is no place where something is read; what is taken from it is.
    Value value;
    value.kind = Value::Kind::kObject;
    value.index = 0;
    value.type = tree_.symbols().of(effect->name);
    value.origins = effect->origins;
    value.trail = values_.add_trail({Trail::Kind::kSource, 0, effect->origins, id, kNoSymbol, 0});
    return value;
  }
  if (text == "GLOBALS") {
    Value value;
    value.kind = Value::Kind::kObject;
    value.index = 0;
    value.type = tree_.symbols().of("$globals");
    return value;
  }
  if (variables_from_request_) return source_value(id, kFromRequest, name);
  Value value;
  value.kind = Value::Kind::kNull;
  return value;
}

Value Interpreter::source_value(NodeId id, Origins origins, Symbol name) {
  ++counts_.sources;
  Value value;
  value.origins = origins;
  if (origins != 0)
    value.trail = values_.add_trail({Trail::Kind::kSource, 0, origins, id, name, 0});
  return value;
}

Value Interpreter::member_value(NodeId id) {
  const Node node = tree_.at(id);
  if (const Symbol own = scoped_variable(node); own != kNoSymbol) {
    if (const Value* const known = lookup(own); known != nullptr) return *known;
  }
  const Value object = evaluate(node.first_child);
  Symbol name = node.name;
  if (node.kind == NodeKind::kDynamicMember) {
    const Value name_value = evaluate(tree_.child(id, 1));
    if (!name_value.is_text()) return mixed(object, name_value);
    name = tree_.symbols().of(name_value.text());
  }
  if (ignores_case(node.language)) name = tree_.symbols().lower(name);
  if (object.is_object() || object.is_text()) {
    if (const Value* const field = values_.field(object, name); field != nullptr) return *field;
    Value member;
    if (read_member(object, name, node, id, member)) return member;
    const Symbol type = object.type;
    // form.a of ColdFusion is form["a"].
    if (family_ == Family::kCfml && object.index == 0 && object.is_object()) {
      const Effect* const scope = find(tree_.symbols().name(type));
      if (scope != nullptr && scope->names_source)
        return source_value(id, scope->origins, node.name);
    }
    const Effect* const effect = effect_of_member(type, name);
    if (effect != nullptr) {
      if (effect->names_source || (effect->is_clean && effect->origins != 0)) {
        Value value = source_value(id, effect->origins, kNoSymbol);
        value.kind = Value::Kind::kObject;
        value.index = 0;
        value.type = tree_.symbols().of(effect->type.empty() ? effect->name : effect->type);
        return value;
      }
      Value value = object;
      value.kind = Value::Kind::kObject;
      value.index = 0;
      value.origins |= effect->origins;
      value.type = effect->type.empty() ? type_named(name) : tree_.symbols().of(effect->type);
      return value;
    }
  }
  const Effect* const effect = effect_of_member(kNoSymbol, name);
  Value value;
  values_.take_origins(value, object);
  value.kind = Value::Kind::kObject;
  value.index = 0;
  value.type = type_named(name);
  if (effect == nullptr) return value;
  if (!effect->type.empty()) value.type = tree_.symbols().of(effect->type);
  if (effect->is_clean && effect->origins != 0) {
    Value read = source_value(id, effect->origins, kNoSymbol);
    read.type = value.type;
    return read;
  }
  if (effect->fold != Fold::kNone) {
    const Value argument = object;
    Value result;
    if (fold(effect->fold, {&argument, 1}, values_, result)) return result;
    if ((effect->origins & kChecked) != 0) return {};
  }
  return value;
}

Value Interpreter::index_value(NodeId id) {
  const Node node = tree_.at(id);
  const Value object = evaluate(node.first_child);
  const Value index = evaluate(tree_.child(id, 1));
  return index_of(object, index, id);
}

// object[index], and a(index) of VB.
Value Interpreter::index_of(const Value& object, const Value& index, NodeId id) {
  const Language language = tree_.at(id).language;
  if (object.is_array()) {
    const bool counts_from_end =
        language == Language::kPython && index.is_number() && index.number < 0;
    return counts_from_end ? Value{} : values_.get(object, index);
  }
  if (object.is_text() && index.is_constant()) {
    const double at = number_of(index) < 0 ? number_of(index) + object.size : number_of(index);
    if (!(at >= 0 && at < object.size)) return {};  // not a number either
    Value value = Values::character(object.text()[static_cast<std::size_t>(at)]);
    value.origins = object.origins;
    value.trail = object.trail;
    return value;
  }
  const Symbol name = index.is_text() ? tree_.symbols().of(index.text()) : kNoSymbol;
  if (object.is_object()) {
    const std::string_view type = tree_.symbols().name(object.type);
    if (type == "$globals") {
      const Value* const known = name != kNoSymbol && name < has_global_.size() && has_global_[name]
                                     ? &globals_[name]
                                     : nullptr;
      return known != nullptr ? *known : name == kNoSymbol ? Value{} : collection_of(name, id);
    }
    const Effect* const effect = find(type);
    if (effect != nullptr && (effect->names_source || type.starts_with('$'))) {
      Origins origins = effect->origins;
      // Parts of the address are the caller's as much as a parameter is.
      if (type == "$_server" && name != kNoSymbol) {
        const std::string_view key = index.text();
        if (key.starts_with("QUERY_STRING") || key.starts_with("REQUEST_URI") ||
            key.starts_with("PATH_INFO"))
          origins = kFromRequest;
        const bool is_ours = key.starts_with("DOCUMENT_ROOT") || key.starts_with("SCRIPT_") ||
                             key.starts_with("SERVER_") || key.starts_with("REQUEST_TIME");
        if (is_ours) origins = 0;
      }
      if (type == "$_files") {
        Value value = source_value(id, origins, name);
        value.kind = Value::Kind::kObject;
        value.index = 0;
        value.type = tree_.symbols().of("$_files.entry");
        return value;
      }
      return source_value(id, origins, name);
    }
    if (index.is_text()) {
      const Value* const field = values_.field(object, tree_.symbols().of(index.text()));
      if (field != nullptr) return *field;
    }
  }
  Value value = mixed(object, index);
  if (name != kNoSymbol && object.comes_from(kFromOutside) && value.trail == object.trail &&
      value.trail != 0) {
    value.trail = values_.add_trail({Trail::Kind::kTaken, 0, 0, id, name, value.trail});
  }
  return value;
}

Value Interpreter::array(NodeId id) {
  const Value list = values_.new_array();
  if (!list.is_array()) return {};
  Value result = list;
  for (NodeId child = tree_.at(id).first_child; child != kNoNode; child = tree_.at(child).next) {
    const Node element = tree_.at(child);
    if (element.kind == NodeKind::kPair) {
      const Node key_node = tree_.at(element.first_child);
      // JScript and C# initialisers name the field without quotes.
      const bool is_field = key_node.kind == NodeKind::kName && !is_php(key_node);
      const Value key = is_field ? Values::text_view(tree_.symbols().name(key_node.name))
                                 : evaluate(element.first_child);
      const Value item = evaluate(key_node.next);
      keep(item, key_node.next);
      values_.put(list, key, item);
      values_.take_origins(result, item);
      values_.take_origins(result, key);
    } else if (element.kind != NodeKind::kEmpty) {
      const Value item = evaluate(child);
      keep(item, child);
      values_.push(list, item);
      values_.take_origins(result, item);
    }
  }
  return result;
}

Value Interpreter::conditional(NodeId id) {
  const NodeId condition = tree_.at(id).first_child;
  if (condition == kNoNode) return {};
  const NodeId first = tree_.at(condition).next;
  const NodeId second = first == kNoNode ? kNoNode : tree_.at(first).next;
  const Value known = evaluate(condition);
  if (tree_.at(id).op == op("??")) {
    if (known.is_constant() && known.origins == 0 && !known.is_maybe) return known;
    return values_.either(evaluate(second == kNoNode ? first : second), known);
  }
  const bool is_short = first != kNoNode && tree_.at(first).kind == NodeKind::kEmpty;
  const bool is_known = known.is_constant() && known.origins == 0 && !known.is_maybe;
  if (is_known) {
    if (is_true(known)) return is_short ? known : evaluate(first);
    return evaluate(second);
  }
  ++conditions_;
  const Value if_true = is_short ? known : evaluate(first);
  const Value if_false = evaluate(second);
  --conditions_;
  return values_.either(if_false, if_true);
}

}  // namespace pugmark::script
