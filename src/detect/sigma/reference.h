#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/rule.h"

// The slow, plain evaluator: the twin that the engine is compared with. No index, no cache; every
// predicate looks at every value it concerns. Thread-safe.
namespace pugmark::sigma {

enum class ValueKind : std::uint8_t { kText, kNumber, kBool, kNull };

// One value of a field, or one of the ways to read it. Alternative readings stand beside the value
// they come from: a predicate is true if it is true for any of them, so that under `not` it must be
// false for all.
struct NamedValue {
  std::string text;                   // UTF-8 as rendered; "" for kNull
  ValueKind kind = ValueKind::kText;  // what the source calls it; comparisons go by the text
  std::string reading;  // "" as it stands, else "stem?query", "decoded once", "joined", ...
};

// A field with at least one value. A name may be repeated; then all its values count.
struct NamedField {
  std::string name;
  std::vector<NamedValue> values;
};

struct NamedEvent {
  std::vector<NamedField> fields;
  std::optional<std::string> raw_line;  // of line-based logs: keywords are searched in it too
  // The fields as the record has them, if `fields` were renamed or put together for the rule:
  // keywords are searched in what was written.
  std::optional<std::vector<NamedField>> own_fields;
};

// One predicate that was true, and the first value it was true for.
struct TrueTest {
  std::uint32_t predicate = 0;  // index into Rule::predicates
  std::string field;  // as named in the event; "" if it was the raw line or an absent field
  std::string value;
  std::string reading;
  bool exact_case = true;  // false: true only because case was folded (matters for base64)
};

// The fields a rule's name leads to: all of exactly this name, or else all whose name differs only
// in case. Dotted names are flat names here.
std::vector<const NamedField*> find_fields(const NamedEvent& event, std::string_view name);

// Whether a predicate holds. `why`, if given, is filled when it does.
bool holds(const Predicate& predicate, const NamedEvent& event, TrueTest* why);

// Whether the rule's condition is true of the event. Log source routing is not part of it.
bool evaluate(const Rule& rule, const NamedEvent& event);

// The predicates that made the condition true: of `and` all, of `or` the true ones, of `not` none.
// Empty if the condition is false, or true only by absence. Ordered by predicate.
std::vector<TrueTest> explain(const Rule& rule, const NamedEvent& event);

// Comparisons of one text, shared by every evaluator so that they cannot differ.
bool number_holds(const NumberTest& test, std::string_view text);
bool time_holds(const TimeTest& test, std::string_view text);
bool cidr_holds(const Cidr& network, std::string_view text);
bool bool_holds(const BoolTest& test, std::string_view text);

}  // namespace pugmark::sigma
