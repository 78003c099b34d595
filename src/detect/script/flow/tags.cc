#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "detect/script/flow/interpreter.h"
#include "detect/script/token.h"

// ColdFusion's tags, in pages and in script: each attribute is to a tag what an argument is to a
// function. Rows for them are called "cffile.upload.filefield" (of one action) or "cffile.file".
namespace pugmark::script {
namespace {

constexpr std::size_t kAttributesMax = 64;

constexpr std::array<std::string_view, 3> kOwnScopes = {"variables", "local", "arguments"};

// "variables.a" and "a" are one; so are, to whoever names a field of a form, "form.a" and "a".
std::string_view without_scope(std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return name;
  const std::string_view scope = name.substr(0, dot);
  const bool is_own =
      scope == "form" || std::find(kOwnScopes.begin(), kOwnScopes.end(), scope) != kOwnScopes.end();
  return is_own ? name.substr(dot + 1) : name;
}

}  // namespace

void Interpreter::run_tag(NodeId id) {
  const Node node = tree_.at(id);
  if (node.language != Language::kCfScript && node.language != Language::kCfml) return;
  struct Attribute {
    std::string name;
    Value value;
    NodeId node = kNoNode;
  };
  std::vector<Attribute> attributes;
  std::string action;
  for (NodeId child = node.first_child; child != kNoNode; child = tree_.at(child).next) {
    const Node pair = tree_.at(child);
    if (pair.kind != NodeKind::kPair || pair.first_child == kNoNode) continue;
    if (attributes.size() == kAttributesMax) {
      is_shortened_ = true;
      break;
    }
    const NodeId given = tree_.at(pair.first_child).next;
    const Value name = evaluate(pair.first_child);
    if (given == kNoNode || !name.is_text()) continue;
    attributes.push_back({ascii_lower(name.text()), evaluate(given), given});
    const Value& value = attributes.back().value;
    if (attributes.back().name == "action" && value.is_text()) action = ascii_lower(value.text());
    if (attributes.back().name == "access" && value.is_text() &&
        equal_ascii_nocase(value.text(), "remote"))
      origins_of_callers_ = kFromRequest;
  }
  const std::string tag(tree_.symbols().name(node.name));
  Value all;
  for (const Attribute& attribute : attributes) values_.take_origins(all, attribute.value);
  for (const Attribute& attribute : attributes) {
    const Effect* effect = find(tag + '.' + action + '.' + attribute.name);
    if (effect == nullptr) effect = find(tag + '.' + attribute.name);
    if (effect == nullptr) continue;
    const Callee callee{effect, node.name, true};
    if (effect->names_source) {  // of the request, where the file is that is kept
      const Symbol field =
          attribute.value.is_text()
              ? tree_.symbols().of(without_scope(ascii_lower(attribute.value.text())))
              : kNoSymbol;
      note_flow(effect->sink, id, attribute.node, callee,
                source_value(attribute.node, effect->origins, field));
    } else if (effect->sink != SinkKind::kNone) {
      note_flow(effect->sink, id, attribute.node, callee, attribute.value);
    } else if (effect->origins != 0) {
      take_result(attribute.value, effect->origins, attribute.node);
    } else if (attribute.value.is_text()) {  // what runs through a list
      Value element;
      values_.take_origins(element, all);
      assign_name(attribute.node, tree_.symbols().of(ascii_lower(attribute.value.text())), element);
    }
  }
}

// variables.a: the script's own variable; kNoSymbol if it is no such member.
Symbol Interpreter::scoped_variable(const Node& member) {
  if (family_ != Family::kCfml || member.kind != NodeKind::kMember ||
      member.first_child == kNoNode || tree_.at(member.first_child).kind != NodeKind::kName)
    return kNoSymbol;
  const Symbol scope = tree_.symbols().lower(tree_.at(member.first_child).name);
  const bool is_own = std::find(kOwnScopes.begin(), kOwnScopes.end(),
                                tree_.symbols().name(scope)) != kOwnScopes.end();
  return is_own ? tree_.symbols().lower(member.name) : kNoSymbol;
}

// What a tag finds it keeps as the variable that an attribute names.
void Interpreter::take_result(const Value& name, Origins origins, NodeId at) {
  if (!name.is_text()) return;
  const std::string lower = ascii_lower(without_scope(name.text()));
  const Symbol variable = tree_.symbols().of(lower);
  // What an argument of a function is, those know who may call it.
  const Origins from = origins == kFromCaller ? origins_of_callers_ : origins;
  assign_name(at, variable, source_value(at, from, variable));
}

bool Interpreter::is_in_query(NodeId id) const {
  const Node& node = tree_.at(id);
  if (queries_.empty() || node.source != 0) return false;
  const auto behind =
      std::upper_bound(queries_.begin(), queries_.end(), node.begin,
                       [](std::uint32_t at, const Query& query) { return at < query.begin; });
  return behind != queries_.begin() && node.begin < std::prev(behind)->end;
}

}  // namespace pugmark::script
