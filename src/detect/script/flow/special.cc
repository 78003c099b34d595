#include <string>

#include "base/text.h"
#include "detect/script/flow/interpreter.h"

// Functions and methods that no row of a table describes.
namespace pugmark::script {
namespace {

// The modifier that makes preg_replace() evaluate its replacement.
bool has_e_modifier(std::string_view pattern) {
  if (pattern.size() < 3) return false;
  const std::size_t at = pattern.find_last_not_of("imsxuADSUXJer \n");
  return at != std::string_view::npos && pattern.find('e', at) != std::string_view::npos;
}

}  // namespace

// A method reached by its constant name, and its call.
Value Interpreter::reflected(const Effect& effect, NodeId id, const Value* receiver,
                             Arguments arguments, bool& is_done) {
  const std::string_view name = effect.name;
  is_done = true;
  if (receiver != nullptr && receiver->type != kNoSymbol &&
      (name == ".getmethod" || name == ".getdeclaredmethod") && !arguments.empty() &&
      arguments[0].is_text() && find_reflected(receiver->type, arguments[0].text()) != nullptr) {
    note_flow(effect.sink, id, argument_node(id, 0), {&effect, kNoSymbol, true}, arguments[0]);
    Value method = *receiver;
    method.kind = Value::Kind::kObject;
    method.index = 0;
    method.type = tree_.symbols().of(find_reflected(receiver->type, arguments[0].text())->name);
    return method;
  }
  if (name.ends_with(".invoke")) {
    // method.invoke(object, ...), or a helper's invoke(method, object, ...).
    const Value* method = receiver;
    if (!arguments.empty() && arguments[0].is_object() && arguments[0].type != kNoSymbol &&
        find(tree_.symbols().name(arguments[0].type)) != nullptr)
      method = &arguments[0];
    const Effect* const reflected = method == nullptr || method->type == kNoSymbol
                                        ? nullptr
                                        : find(tree_.symbols().name(method->type));
    if (reflected != nullptr && reflected->sink != SinkKind::kNone && reflected != &effect) {
      Value reaching;
      for (const Value& argument : arguments) values_.take_origins(reaching, argument);
      note_flow(reflected->sink, id, argument_node(id, arguments.size() > 1 ? 1 : 0),
                {reflected, tree_.symbols().of(reflected->name), true}, reaching);
      Value result = passed(reaching, id, tree_.symbols().of(reflected->name), false);
      result.origins |= reflected->origins;
      return result;
    }
  }
  is_done = false;
  return {};
}

// The effect of a method reached by its name.
const Effect* Interpreter::find_reflected(Symbol type, std::string_view name) {
  const Effect* const effect = effect_of_member(type, tree_.symbols().of(name));
  return effect != nullptr && effect->sink != SinkKind::kNone ? effect : nullptr;
}

// create_function(parameters, code) of PHP, new Function(parameter, ..., code) of JScript.
Value Interpreter::made_function(NodeId id, Arguments arguments) {
  const Value outer_returned = returned_;
  const bool had_returned = has_returned_;
  has_returned_ = false;
  std::string code = "return function(";
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (i > 0) code += ',';
    code += arguments[i].text();
  }
  code += "){";
  code += arguments.back().text();
  code += "};";
  unpack(values_.text_value(code), id);
  const Value made = has_returned_ ? returned_ : Value{};
  returned_ = outer_returned;
  has_returned_ = had_returned;
  return made;
}

// A style sheet may bring code along: <msxsl:script language="..."><![CDATA[...]]>.
void Interpreter::run_style_sheet(NodeId id, std::string_view text) {
  constexpr std::string_view kTag = "<msxsl:script";
  for (std::size_t at = text.find(kTag); at != std::string_view::npos; at = text.find(kTag, at)) {
    at += kTag.size();
    const std::size_t close = text.find('>', at);
    const std::size_t end = text.find("</msxsl:script", at);
    if (close == std::string_view::npos || close >= end) return;
    const std::string attributes = ascii_lower(text.substr(at, close - at));
    const Language language = attributes.find("jscript") != std::string::npos ||
                                      attributes.find("javascript") != std::string::npos
                                  ? Language::kJScript
                              : attributes.find("vb") != std::string::npos ? Language::kVisualBasic
                                                                           : Language::kCSharp;
    constexpr std::string_view kBegin = "<![CDATA[";
    std::string_view code = text.substr(close + 1, std::min(end, text.size()) - close - 1);
    const std::size_t begin = code.find(kBegin);
    if (begin != std::string_view::npos) {
      code.remove_prefix(begin + kBegin.size());
      code = code.substr(0, code.find("]]>"));
    }
    unpack(Values::text_view(code), id, language);
  }
}

// PHP opens more than files: the request's body, other servers.
Value Interpreter::opened(const Effect& effect, NodeId id, Arguments arguments, bool& is_done) {
  const std::string_view name = effect.name;
  is_done = true;
  if ((name == "file_get_contents" || name == "fopen" || name == "file" || name == "readfile") &&
      !arguments.empty() && arguments[0].is_text()) {
    const std::string path = ascii_lower(arguments[0].text());
    if (path == "php://input" || path == "php://stdin")
      return source_value(id, kFromRequest, kNoSymbol);
    if (path.starts_with("http://") || path.starts_with("https://") || path.starts_with("ftp://")) {
      note_flow(SinkKind::kConnect, id, argument_node(id, 0), {&effect, kNoSymbol, true},
                arguments[0]);
      return source_value(id, kFromNetwork, kNoSymbol);
    }
    if (!own_path_.empty() && arguments[0].text() == own_path_) return own_file(name);
  }
  is_done = false;
  return {};
}

// preg_replace("/x/e", code, text) runs its second argument, and finds in it what was in the third.
bool Interpreter::is_evaluating_replacement(NodeId id, Arguments arguments) {
  if (arguments.size() < 3) return false;
  Value pattern = arguments[0];
  if (pattern.is_array() && !values_.array(pattern).items.empty())
    pattern = values_.array(pattern).items.front().second;
  const bool is_chosen = pattern.comes_from(kFromOutside);
  const bool has_options = arguments.size() > 3 && arguments[3].is_text() &&
                           arguments[3].text().find('e') != std::string_view::npos;
  const bool evaluates = has_options || (pattern.is_text() && has_e_modifier(pattern.text()));
  if (!is_chosen && !evaluates) return false;
  Value code = arguments[1];
  if (code.is_array() && !values_.array(code).items.empty())
    code = values_.array(code).items.front().second;
  Value reaching = code;
  if (reaching.origins == 0) values_.take_origins(reaching, arguments[2]);
  if (reaching.origins == 0) values_.take_origins(reaching, pattern);
  note_flow(SinkKind::kEvaluate, id, argument_node(id, 1),
            {nullptr, tree_.symbols().of("preg_replace"), true}, reaching);
  unpack(code, id);
  // "\\1" or "$1" alone evaluates what was found.
  if (code.is_text() && code.size < 8 && arguments[2].is_text()) unpack(arguments[2], id);
  return true;
}

// compact("a", "b"): an array of those variables.
Value Interpreter::compacted(Arguments arguments) {
  Value list = values_.new_array();
  const Value into = list;
  for (const Value& name : arguments) {
    if (!list.is_array() || !name.is_text()) continue;
    const Value* const known = lookup(tree_.symbols().of(name.text()));
    if (known == nullptr) continue;
    const Value value = *known;
    values_.put(into, name, value);
    values_.take_origins(list, value);
  }
  return list;
}

// Those of Perl.
Value Interpreter::perl_special(const Effect& effect, NodeId id, Arguments arguments,
                                bool& is_done) {
  is_done = true;
  if (effect.name == "open" && arguments.size() > 1) {
    // open(F, "command|"), open(F, "-|", command)
    NodeId argument = argument_node(id, 1);
    const bool has_mode = arguments.size() > 2 && arguments[1].is_text();
    const bool is_pipe = has_mode && arguments[1].text().find('|') != std::string_view::npos;
    if (is_pipe) argument = argument_node(id, 2);
    bool is_command = is_pipe;
    for (NodeId piece = tree_.at(argument).first_child; !has_mode && piece != kNoNode;
         piece = tree_.at(piece).next) {
      if (tree_.at(piece).kind != NodeKind::kText) continue;
      const std::string_view text = tree_.text(piece);
      const bool is_first = piece == tree_.at(argument).first_child;
      is_command = is_command || (is_first && text.starts_with('|')) ||
                   (tree_.at(piece).next == kNoNode && text.ends_with('|'));
    }
    if (is_command) {
      note_flow(SinkKind::kCommand, id, argument, {&effect, tree_.symbols().of("open"), true},
                arguments[is_pipe ? 2 : 1]);
      Value handle;
      values_.take_origins(handle, arguments[is_pipe ? 2 : 1]);
      handle.origins |= kFromSystem;
      assign_to(argument_node(id, 0), handle);
      return handle;
    }
  }
  is_done = false;
  return {};
}

// shift of Perl without arguments: the next argument of the function.
bool Interpreter::shift_argument(Symbol name, Arguments arguments, NodeId id, Value& result) {
  if (tree_.at(id).language != Language::kPerl) return false;
  const std::string_view function = tree_.symbols().name(name);
  if (function != "shift" && function != "pop") return false;
  const Value* const known = lookup(tree_.symbols().of("_"));
  const Value list = !arguments.empty() ? arguments[0] : known != nullptr ? *known : Value{};
  return change_array(function == "shift" ? "array_shift" : "array_pop", kNoNode, {&list, 1},
                      result);
}

// Those of PHP.
Value Interpreter::php_special(const Effect& effect, NodeId id, Arguments arguments,
                               bool& is_done) {
  is_done = true;
  const std::string_view name = effect.name;
  if (name == "extract" && !arguments.empty() && arguments[0].is_array() &&
      values_.array(arguments[0]).others.origins == 0) {
    const auto items = values_.array(arguments[0]).items;
    for (const auto& [key, item] : items) {
      if (key.is_text()) assign_name(id, tree_.symbols().of(key.text()), item);
    }
    return {};
  }
  if ((name == "extract" || name == "parse_str" || name == "mb_parse_str" ||
       name == "import_request_variables") &&
      !arguments.empty() && arguments[0].comes_from(kFromOutside)) {
    if (arguments.size() > 1 && name.ends_with("parse_str")) {  // into an array of its own
      Value parsed;
      values_.take_origins(parsed, arguments[0]);
      assign_to(argument_node(id, 1), parsed);
      return {};
    }
    variables_from_request_ = true;
    note_flow(SinkKind::kReflect, id, argument_node(id, 0), {&effect, kNoSymbol, true},
              arguments[0]);
    return {};
  }
  if ((name == "preg_replace" || name == "preg_filter" || name.starts_with("mb_ereg")) &&
      is_evaluating_replacement(id, arguments))
    return {};
  if (name == "compact") return compacted(arguments);
  if (name == "func_get_args" && given_ != nullptr) {
    const Value list = values_.new_array();
    if (!list.is_array()) return {};
    for (const Value& argument : *given_) values_.push(list, argument);
    return list;
  }
  if (name == "ob_start") {
    output_callback_ = arguments.empty() ? Value{} : arguments[0];
    return {};
  }
  if (name == "create_function" && arguments.size() == 2 && arguments[0].is_text() &&
      arguments[1].is_text())
    return made_function(id, arguments);
  if (name == "define" && arguments.size() > 1 && arguments[0].is_text()) {
    const Symbol constant = tree_.symbols().of(arguments[0].text());
    bind_global(constant);
    globals_[constant] = arguments[1];
    return {};
  }
  if (name == "fread" || name == "fgets" || name == "stream_get_contents") {
    Value read;
    if (read_own_file(name, arguments, read)) return read;
  }
  if (name == "fseek") seek_own_file(arguments);
  // filter_var(x, FILTER_CALLBACK, ["options" => function])
  if (name == "filter_var" && arguments.size() > 2 && arguments[2].is_array()) {
    const Value function = values_.get(arguments[2], Values::text_view("options"));
    if (function.is_text() || function.origins != 0 || function.kind == Value::Kind::kFunction) {
      const Value text = arguments[0];
      return call_value(id, function, {&text, 1});
    }
  }
  if (name == "getenv" && !arguments.empty() && arguments[0].is_text()) {
    const std::string key = ascii_lower(arguments[0].text());
    if (!key.starts_with("http_") && key != "query_string" && key != "request_uri") return {};
  }
  is_done = false;
  return {};
}

// Functions that no row of a table describes.
Value Interpreter::special(const Effect& effect, NodeId id, const Value* receiver,
                           Arguments arguments, bool& is_done) {
  is_done = true;
  const std::string_view name = effect.name;
  // CreateObject("WScript.Shell"), new ActiveXObject(...), new COM(...): an object of that kind.
  if (effect.sink == SinkKind::kReflect && !arguments.empty() && arguments[0].is_text() &&
      (name.ends_with("createobject") || name == "activexobject" || name == "getobject" ||
       name == "type.gettypefromprogid" || name == "class.forname" || name == "type.gettype")) {
    note_flow(effect.sink, id, argument_node(id, 0), {&effect, kNoSymbol, true}, arguments[0]);
    const Symbol type = tree_.symbols().of(ascii_lower(arguments[0].text()));
    Value object = values_.new_object(type_named(type), kNoNode);
    object.type = type_named(type);
    return object;
  }
  if (name.starts_with(".get") || name.ends_with(".invoke")) {
    const Value result = reflected(effect, id, receiver, arguments, is_done);
    if (is_done) return result;
    is_done = true;
  }
  if (name == "streamreader" && !arguments.empty() && arguments[0].is_object() &&
      tree_.symbols().name(arguments[0].type) == "requeststream") {
    Value reader = passed(arguments[0], id, tree_.symbols().of(name), false);
    reader.kind = Value::Kind::kObject;
    reader.index = 0;
    reader.type = tree_.symbols().of("requestreader");
    return reader;
  }
  if (effect.sink == SinkKind::kReadFile && !arguments.empty() && arguments[0].is_text()) {
    const Value result = opened(effect, id, arguments, is_done);
    if (is_done) return result;
    is_done = true;
  }
  if (name.ends_with(".loadxml") && !arguments.empty() && arguments[0].is_text()) {
    run_style_sheet(id, arguments[0].text());
    return {};
  }
  if (family_ == Family::kPerl) {
    const Value result = perl_special(effect, id, arguments, is_done);
    if (is_done) return result;
    is_done = true;
  }
  if (family_ == Family::kPhp) {
    const Value result = php_special(effect, id, arguments, is_done);
    if (is_done) return result;
    is_done = true;
  }
  // What is read from a handle that stands for the request's body comes from it.
  if ((effect.origins & kFromFile) != 0 && effect.sink == SinkKind::kNone && !arguments.empty() &&
      arguments[0].comes_from(kFromOutside | kFromNetwork))
    return passed(arguments[0], id, tree_.symbols().of(name), false);
  is_done = false;
  return {};
}

}  // namespace pugmark::script
