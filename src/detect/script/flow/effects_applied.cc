#include <algorithm>
#include <string>

#include "base/text.h"
#include "detect/script/flow/interpreter.h"
#include "detect/script/page.h"
#include "detect/script/token.h"

namespace pugmark::script {
namespace {

constexpr std::size_t kCallbackItemsMax = 4'096;
constexpr std::uint32_t kUnpackedRunsMax = 8;  // of one text

bool is_evaluator(const Effect& effect) { return effect.sink == SinkKind::kEvaluate; }

// Whether a server may find code in it.
bool has_script(std::string_view text) {
  return text.find("<?") != std::string_view::npos || text.find("<%") != std::string_view::npos ||
         text.find("<jsp:") != std::string_view::npos ||
         text.find("runat") != std::string_view::npos;
}

}  // namespace

// What reaches the sink: of the arguments that do, what comes from outside first.
void Interpreter::note_sink(const Callee& callee, NodeId id, const Value* receiver,
                            Arguments arguments) {
  const Effect& effect = *callee.effect;
  Value reaching;
  NodeId reaching_node = id;
  bool has_any = false;
  bool are_constants = true;
  for (std::size_t i = 0; i < arguments.size() && i < 14; ++i) {
    if ((effect.arguments & 1U << i) == 0) continue;
    const Value& argument = arguments[i];
    if (!has_any || (argument.comes_from(kFromOutside) && !reaching.comes_from(kFromOutside)))
      reaching_node = argument_node(id, i);
    if (!has_any) reaching = argument;
    values_.take_origins(reaching, argument);
    are_constants = are_constants && (argument.is_constant() || argument.is_array());
    has_any = true;
  }
  if ((effect.arguments & kReceiver) != 0 && receiver != nullptr) {
    if (!has_any) reaching = *receiver;
    values_.take_origins(reaching, *receiver);
  }
  if (has_any && !are_constants && reaching.is_constant()) {
    const Value what = reaching;
    reaching = {};
    reaching.origins = what.origins;
    reaching.trail = what.trail;
  }
  Written written;
  if (effect.sink == SinkKind::kWriteFile || effect.sink == SinkKind::kUpload ||
      effect.sink == SinkKind::kChangeFile) {
    written.is_page = leads_to_page(receiver, arguments);
    written.carries = carried_by(arguments, effect);
  }
  note_flow(effect.sink, id, reaching_node, callee, reaching, written);
  if (is_evaluator(effect)) {
    for (std::size_t i = 0; i < arguments.size() && i < 14; ++i) {
      if ((effect.arguments & 1U << i) != 0) unpack(arguments[i], id);
    }
  }
}

// How strong the strongest script is that is written as a constant.
std::uint8_t Interpreter::carried_by(Arguments arguments, const Effect& effect) {
  if (effect.sink != SinkKind::kWriteFile || !judge_) return 0;
  std::uint8_t strongest = 0;
  for (std::size_t i = 0; i < arguments.size() && i < 14; ++i) {
    const Value& argument = arguments[i];
    if ((effect.arguments & 1U << i) == 0 || !argument.is_text() || !has_script(argument.text()))
      continue;
    share(argument);  // its text is remembered
    const auto [known, is_new] = written_scripts_.try_emplace(argument.text(), 0);
    if (is_new && written_scripts_.size() > bounds_.written_scripts_max) {
      is_shortened_ = true;
    } else if (is_new) {
      known->second = static_cast<std::uint8_t>(judge_(argument.text()));
    }
    strongest = std::max(strongest, known->second);
  }
  return strongest;
}

// The result of constants, computed. False if it cannot be.
bool Interpreter::fold_constants(const Effect& effect, const Value* receiver, Arguments arguments,
                                 Value& result) {
  const bool is_decoder = (effect.origins & kDecoded) != 0;
  std::vector<Value> all;
  const bool is_method = effect.name.starts_with('.') && receiver != nullptr;
  if (is_method) all.push_back(*receiver);
  all.insert(all.end(), arguments.begin(), arguments.end());
  if (!takes_constant_time(effect.fold)) {
    if (!has_much_left()) {
      result = {};
      return false;
    }
    spend_on(all);
  }
  if (fold(effect.fold, all, values_, result)) {
    if (is_decoder && !arguments.empty() && arguments[0].is_text())
      counts_.decoded_bytes += arguments[0].size;
    if (result.is_text()) counts_.folded_bytes += result.size;
    Value joined;
    for (const Value& argument : all) values_.take_origins(joined, argument);
    result.origins = (effect.origins & kChecked) != 0 ? Origins{0} : joined.origins;
    result.trail = result.origins != 0 ? joined.trail : 0;
    if (result.origins != 0) result.origins |= effect.origins;
    return true;
  }
  result = {};
  return false;
}

// Whether something of it is, or leads to, a file that servers run.
bool Interpreter::leads_to_page(const Value* receiver, Arguments arguments) {
  constexpr std::size_t kNameBytesMax = 300;
  if (receiver != nullptr && receiver->names_page) return true;
  return std::any_of(arguments.begin(), arguments.end(), [](const Value& argument) {
    return argument.names_page ||
           (argument.is_text() && argument.size < kNameBytesMax && is_page_name(argument.text()));
  });
}

// What a known function does with its arguments, and gives back.
Value Interpreter::apply(const Callee& callee, NodeId id, const Value* receiver,
                         Arguments arguments) {
  Value result = applied(callee, id, receiver, arguments);
  if (!result.is_text() && leads_to_page(receiver, arguments)) result.names_page = true;
  return result;
}

Value Interpreter::applied(const Callee& callee, NodeId id, const Value* receiver,
                           Arguments arguments) {
  const Effect& effect = *callee.effect;
  bool is_done = false;
  const Value special_result = special(effect, id, receiver, arguments, is_done);
  if (is_done) return special_result;
  if (effect.sink != SinkKind::kNone) note_sink(callee, id, receiver, arguments);
  if (effect.fills >= 0) fill_argument(effect, id, receiver, arguments);
  if (effect.callback != Callback::kNone) return call_back(effect, id, arguments);
  if (effect.names_source || (effect.is_clean && effect.origins != 0)) {
    const Symbol name = effect.names_source && !arguments.empty() && arguments[0].is_text()
                            ? tree_.symbols().of(arguments[0].text())
                            : kNoSymbol;
    Value value = source_value(id, effect.origins, name);
    if (!effect.type.empty()) {
      value.kind = Value::Kind::kObject;
      value.index = 0;
      value.type = tree_.symbols().of(effect.type);
    }
    return value;
  }
  const bool is_decoder = (effect.origins & kDecoded) != 0;
  if (is_decoder) ++counts_.decoders;
  Value result;
  if (effect.fold != Fold::kNone && fold_constants(effect, receiver, arguments, result))
    return result;
  if ((effect.origins & kChecked) != 0 || (effect.is_clean && effect.origins == 0)) {
    if (!effect.type.empty()) {
      result.kind = Value::Kind::kObject;
      result.index = 0;
      result.type = tree_.symbols().of(effect.type);
    }
    return result;
  }
  if (receiver != nullptr) values_.take_origins(result, *receiver);
  for (const Value& argument : arguments) values_.take_origins(result, argument);
  result = passed(result, id, callee.name, is_decoder);
  if (effect.origins != 0) {
    if (result.origins == 0 && !is_decoder)
      result.trail =
          values_.add_trail({Trail::Kind::kSource, 0, effect.origins, id, callee.name, 0});
    if (!is_decoder || result.origins != 0) result.origins |= effect.origins;
  }
  if (!effect.type.empty()) {
    result.kind = Value::Kind::kObject;
    result.index = 0;
    result.type = tree_.symbols().of(effect.type);
  }
  return result;
}

// preg_match($pattern, $text, $matches), exec($command, $lines): an argument is assigned to.
void Interpreter::fill_argument(const Effect& effect, NodeId id, const Value* receiver,
                                Arguments arguments) {
  const auto number = static_cast<std::size_t>(effect.fills);
  const NodeId target = argument_node(id, number);
  if (target == id) return;
  Value found;
  if (receiver != nullptr) values_.take_origins(found, *receiver);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i != number) values_.take_origins(found, arguments[i]);
  }
  found.origins |= effect.origins;
  if (found.trail == 0 && effect.origins != 0)
    found.trail = values_.add_trail({Trail::Kind::kSource, 0, effect.origins, id, kNoSymbol, 0});
  assign_to(target, found);
}

// array_map() and its like: the function is called with each element, and what it gives back kept.
Value Interpreter::call_with_elements(Callback callback, NodeId id, Arguments arguments) {
  const bool is_first = callback == Callback::kFirstWithElements;
  const bool is_last = callback == Callback::kLastWithElements;
  const Value function = is_first ? arguments[0] : is_last ? arguments.back() : arguments[1];
  const Value list = is_first ? arguments[1] : arguments[0];
  // Without a function nothing is called: array_filter(array).
  if (function.kind == Value::Kind::kNull) return list;
  if (!list.is_array()) {
    Value element;
    values_.take_origins(element, list);
    if (is_last && arguments.size() > 2) values_.take_origins(element, arguments[1]);
    const Value second = element;
    const Value both[] = {element, second};
    return call_value(id, function, Arguments(both).first(is_last ? 2 : 1));
  }
  spend_on({&list, 1});
  const auto items = values_.array(list).items;
  const Value results = values_.new_array();
  if (!results.is_array()) return {};
  Value result = results;
  std::size_t count = 0;
  for (const auto& [key, item] : items) {
    if (is_cut_) break;
    if (++count > kCallbackItemsMax) {
      is_shortened_ = true;
      break;
    }
    const Value both[] = {item, is_last ? arguments[1] : key};
    const Value one = call_value(id, function, Arguments(both).first(is_last ? 2 : 1));
    values_.put(results, key, one);
    values_.take_origins(result, one);
  }
  if (values_.array(list).others.origins != 0) {
    const Value others = values_.array(list).others;
    const Value one = call_value(id, function, {&others, 1});
    values_.take_origins(result, one);
  }
  return result;
}

Value Interpreter::call_back(const Effect& effect, NodeId id, Arguments given) {
  const std::vector<Value> arguments(given.begin(), given.end());
  const auto at = [&](std::size_t number) {
    return number < arguments.size() ? arguments[number] : Value{};
  };
  const Arguments all(arguments);
  switch (effect.callback) {
    case Callback::kNone:
      break;
    case Callback::kWithNothing:
      if (!arguments.empty() && !at(0).is_array()) return call_value(id, at(0), {});
      break;
    case Callback::kWithRest:
      if (!arguments.empty()) return call_value(id, at(0), all.subspan(1));
      break;
    case Callback::kWithArray: {
      std::vector<Value> elements;
      if (at(1).is_array()) {
        const auto& items = values_.array(at(1)).items;
        if (items.size() > kCallbackItemsMax) is_shortened_ = true;
        for (std::size_t i = 0; i < std::min(items.size(), kCallbackItemsMax); ++i)
          elements.push_back(items[i].second);
        if (values_.array(at(1)).others.origins != 0)
          elements.push_back(values_.array(at(1)).others);
      } else {
        elements.push_back(at(1));
      }
      return call_value(id, at(0), elements);
    }
    case Callback::kFirstWithElements:
    case Callback::kSecondWithElements:
    case Callback::kLastWithElements:
      if (arguments.size() >= 2) return call_with_elements(effect.callback, id, arguments);
      break;
    case Callback::kSecondWithThird: {
      const Value matches = values_.new_array();
      if (!matches.is_array()) break;
      values_.push(matches, at(2));
      Value found = matches;
      values_.take_origins(found, at(2));
      return call_value(id, at(1), {&found, 1});
    }
  }
  Value result;
  for (const Value& argument : arguments) values_.take_origins(result, argument);
  return result;
}

// Code that a constant is: read and run in its place.
void Interpreter::unpack(const Value& text, NodeId at) { unpack(text, at, tree_.at(at).language); }

void Interpreter::unpack(const Value& text, NodeId at, Language language) {
  if (!text.is_text() || text.text().empty() || !unpack_) return;
  if (depth_ >= bounds_.unpacked_depth_max ||
      counts_.unpacked_bytes + text.size > bounds_.unpacked_bytes_max) {
    is_shortened_ = true;
    return;
  }
  share(text);  // the tree views it
  const auto [known, is_new] = unpacked_.try_emplace(text.text());
  Unpacked& unpacked = known->second;
  if (is_new) {
    unpacked.root = unpack_(text.text(), language, at);
    if (unpacked.root == kNoNode) {
      is_shortened_ = true;
      return;
    }
    ++counts_.unpacked_layers;
    counts_.unpacked_bytes += text.size;
    collect_declarations(unpacked.root);
  }
  // The same code may be given other values.
  if (unpacked.root == kNoNode || unpacked.runs_count >= kUnpackedRunsMax) return;
  ++unpacked.runs_count;
  ++depth_;
  counts_.unpacked_depth = std::max<std::uint32_t>(counts_.unpacked_depth, depth_);
  execute(unpacked.root);
  --depth_;
}

Value Interpreter::include(NodeId id) {
  const Value path = evaluate(tree_.at(id).first_child);
  const Callee callee{nullptr, tree_.at(id).name, true};
  Value reaching = path;
  // The request's body is run as it comes.
  if (path.is_text() && ascii_lower(path.text()).starts_with("php://input"))
    reaching = source_value(id, kFromRequest, kNoSymbol);
  const bool is_body = reaching.origins != path.origins;
  note_flow(is_body ? SinkKind::kEvaluate : SinkKind::kInclude, id, tree_.at(id).first_child,
            callee, reaching);
  if (path.is_text() && path.text().starts_with("data:")) {
    const std::size_t comma = path.text().find(',');
    if (comma != std::string_view::npos) {
      Value code = Values::text_view(path.text().substr(comma + 1));
      if (path.text().substr(0, comma).find("base64") != std::string_view::npos) {
        const Value encoded = code;
        if (!fold(Fold::kBase64Decode, {&encoded, 1}, values_, code)) return {};
      }
      // An included file begins as markup.
      const Value page = values_.text_value("?>" + std::string(code.text()));
      unpack(page, id);
    }
  }
  return {};
}

Value Interpreter::command(NodeId id) {
  const Value text = joined(id);
  note_flow(SinkKind::kCommand, id, tree_.at(id).first_child, {nullptr, kNoSymbol, true}, text);
  Value result;
  result.origins = text.origins | kFromSystem;
  result.trail = text.trail;
  if (result.trail == 0)
    result.trail = values_.add_trail({Trail::Kind::kSource, 0, kFromSystem, id, kNoSymbol, 0});
  return result;
}

}  // namespace pugmark::script
