#include "detect/engine/named_event.h"

#include <algorithm>

#include "base/text.h"
#include "detect/engine/readings.h"

namespace pugmark {
namespace {

using sigma::NamedField;
using sigma::NamedValue;
using sigma::ValueKind;

ValueKind kind_of(const Value& value) {
  if (value.type == ValueType::kNull) return ValueKind::kNull;
  if (value.type == ValueType::kBool || value.type == ValueType::kBoolText) return ValueKind::kBool;
  return is_numeric(value.type) ? ValueKind::kNumber : ValueKind::kText;
}

void add_decoded(NamedField& field, const std::string& text, std::string_view once_name,
                 std::string_view twice_name) {
  std::string once, twice;
  if (!engine::percent_decode(text, once)) return;
  field.values.push_back({once, ValueKind::kText, std::string(once_name)});
  if (!engine::percent_decode(once, twice)) return;
  field.values.push_back({twice, ValueKind::kText, std::string(twice_name)});
}

void add_plain(NamedField& field, const Value& value) {
  if (!value.is_list()) {
    field.values.push_back({rendered(value), kind_of(value), ""});
    return;
  }
  if (value.list().empty()) field.values.push_back({"", ValueKind::kNull, ""});
  for (const Value& element : value.list())
    field.values.push_back({rendered(element), kind_of(element), ""});
  if (value.list().size() > 1)
    field.values.push_back(
        {rendered(value), ValueKind::kText, std::string(engine::kReadingJoined)});
}

// Rules written for one server's logs meet another's: docs/adr on readings says which and why.
void add_web_readings(NamedField& field, const Value& value, const Value& stem) {
  const std::string text = rendered(value);
  if (field.name == "cs-uri-stem" || field.name == "cs-uri-query")
    add_decoded(field, text, engine::kReadingDecodedOnce, engine::kReadingDecodedTwice);
  if (field.name == "cs-user-agent" && text.find('+') != std::string::npos) {
    std::string blanks = text;
    std::replace(blanks.begin(), blanks.end(), '+', ' ');
    field.values.push_back({blanks, ValueKind::kText, std::string(engine::kReadingPlusAsBlank)});
  }
  if (field.name != "cs-uri-query" || !stem.present() || stem.type == ValueType::kNull) return;
  const std::string both = rendered(stem) + (value.type == ValueType::kNull ? "" : "?" + text);
  field.values.push_back({both, ValueKind::kText, std::string(engine::kReadingStemAndQuery)});
  add_decoded(field, both, engine::kReadingStemAndQueryDecodedOnce,
              engine::kReadingStemAndQueryDecodedTwice);
}

// The rule's field, made of the event's. No values if all of those are absent.
NamedField renamed_field(const sigma::NamedEvent& event, const sigma::FieldRename& rename) {
  NamedField field{rename.rule_field, {}};
  if (rename.event_fields.size() == 1) {
    const auto sources = sigma::find_fields(event, rename.event_fields.front());
    if (!sources.empty()) field.values = sources.front()->values;
  } else {
    std::string text;
    bool any = false;
    for (const std::string& part : rename.event_fields) {
      const auto sources = sigma::find_fields(event, part);
      if (sources.empty() || sources.front()->values.front().kind == ValueKind::kNull) continue;
      text += (any ? "\\" : "") + sources.front()->values.front().text;
      any = true;
    }
    if (any) field.values.push_back({text, ValueKind::kText, ""});
  }
  const std::size_t count = field.values.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (field.values[i].kind == ValueKind::kNull) continue;
    if (const auto text = sigma::rewritten(rename.rewrite, field.values[i].text))
      field.values.push_back({*text, ValueKind::kText, std::string(to_string(rename.rewrite))});
  }
  return field;
}

Value find_value(const Event& event, std::string_view name) {
  for (std::size_t slot = 0; slot < event.shape->fields.size(); ++slot) {
    if (event.shape->names[slot] == name) return event.at(slot);
  }
  return {};
}

// Where sigma::find_fields() would find a name: exactly so, or else in another case.
std::vector<std::size_t> slots_of(const Event& event, std::string_view name) {
  std::vector<std::size_t> slots;
  for (std::size_t slot = 0; slot < event.shape->fields.size(); ++slot) {
    if (event.shape->names[slot] == name && event.at(slot).present()) slots.push_back(slot);
  }
  if (!slots.empty()) return slots;
  const std::string wanted = folded(name);
  for (std::size_t slot = 0; slot < event.shape->fields.size(); ++slot) {
    if (event.at(slot).present() && folded(event.shape->names[slot]) == wanted)
      slots.push_back(slot);
  }
  return slots;
}

// As renamed_field() of the whole event, which is not made for it.
NamedField renamed_field(const Event& event, const sigma::FieldRename& rename) {
  sigma::NamedEvent parts;
  for (const std::string& part : rename.event_fields) {
    for (const std::size_t slot : slots_of(event, part)) {
      parts.fields.push_back({std::string(event.shape->names[slot]), {}});
      add_plain(parts.fields.back(), event.at(slot));
    }
  }
  return renamed_field(parts, rename);
}

// Of a list all of it; and what rules expect to read goes before what the event says.
std::optional<std::string> one_text_of(const NamedField& field) {
  const NamedValue* best = nullptr;
  for (const NamedValue& value : field.values) {
    if (value.kind == ValueKind::kNull) continue;
    if (best == nullptr || !value.reading.empty()) best = &value;
  }
  return best == nullptr ? std::nullopt : std::optional(best->text);
}

}  // namespace

sigma::NamedEvent named_event(const Event& event, std::string_view raw_line, Renames renames) {
  sigma::NamedEvent named;
  if (!raw_line.empty()) named.raw_line = std::string(raw_line);
  const bool is_web = event.shape->source == SourceKind::kWebServer ||
                      event.shape->source == SourceKind::kExchangeHttpProxy;
  const Value stem = find_value(event, "cs-uri-stem");
  for (std::size_t slot = 0; slot < event.shape->fields.size(); ++slot) {
    const Value value = event.at(slot);
    if (!value.present()) continue;
    NamedField field;
    field.name = std::string(event.shape->names[slot]);
    add_plain(field, value);
    if (is_web) add_web_readings(field, value, stem);
    named.fields.push_back(std::move(field));
  }
  if (renames.empty()) return named;
  named.own_fields = named.fields;
  std::vector<NamedField> renamed;
  for (const sigma::FieldRename& rename : renames) {
    NamedField field = renamed_field(named, rename);
    if (!field.values.empty()) renamed.push_back(std::move(field));
  }
  std::erase_if(named.fields, [&](const NamedField& field) {
    return std::any_of(renames.begin(), renames.end(), [&](const sigma::FieldRename& rename) {
      return folded(rename.rule_field) == folded(field.name);
    });
  });
  named.fields.insert(named.fields.end(), renamed.begin(), renamed.end());
  return named;
}

std::optional<std::string> field_text(const Event& event, std::string_view name, Renames renames) {
  if (name.empty()) return std::nullopt;
  bool is_hidden = false;
  for (const sigma::FieldRename& rename : renames) {
    if (folded(rename.rule_field) != folded(name)) continue;
    is_hidden = true;
    if (auto text = one_text_of(renamed_field(event, rename))) return text;
  }
  if (is_hidden) return std::nullopt;
  for (const std::size_t slot : slots_of(event, name)) {
    const Value value = event.at(slot);
    const bool is_empty = value.is_list() && value.list().empty();
    if (value.type != ValueType::kNull && !is_empty) return rendered(value);
  }
  return std::nullopt;
}

}  // namespace pugmark
