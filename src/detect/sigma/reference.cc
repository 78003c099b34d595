#include "detect/sigma/reference.h"

#include <algorithm>
#include <re2/re2.h>
#include <set>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "detect/indicators/set.h"
#include "detect/sigma/cidr.h"
#include "detect/sigma/pattern.h"

namespace pugmark::sigma {
namespace {

bool compare_holds(CompareOp op, std::partial_ordering order) {
  switch (op) {
    case CompareOp::kEqual:
      return order == 0;
    case CompareOp::kNotEqual:
      return order < 0 || order > 0;
    case CompareOp::kGreater:
      return order > 0;
    case CompareOp::kGreaterEqual:
      return order >= 0;
    case CompareOp::kLess:
      return order < 0;
    case CompareOp::kLessEqual:
      return order <= 0;
  }
  return false;
}

// ISO 8601: weeks begin on Monday; week 1 is the one with the year's first Thursday.
int iso_week(const CivilTime& civil) {
  constexpr std::int64_t kThursdayOfDayZero = 3;  // 1970-01-01 was a Thursday, Monday counted as 0
  const std::int64_t day = days_from_civil(civil.year, civil.month, civil.day);
  const std::int64_t weekday = ((day + kThursdayOfDayZero) % 7 + 7) % 7;
  const std::int64_t thursday = day - weekday + kThursdayOfDayZero;
  int year = civil.year;
  if (thursday < days_from_civil(year, 1, 1)) --year;
  if (thursday >= days_from_civil(year + 1, 1, 1)) ++year;
  return static_cast<int>((thursday - days_from_civil(year, 1, 1)) / 7) + 1;
}

std::int64_t part_of(TimePart part, const CivilTime& civil) {
  switch (part) {
    case TimePart::kMinute:
      return civil.minute;
    case TimePart::kHour:
      return civil.hour;
    case TimePart::kDay:
      return civil.day;
    case TimePart::kWeek:
      return iso_week(civil);
    case TimePart::kMonth:
      return civil.month;
    case TimePart::kYear:
      return civil.year;
  }
  return 0;
}

// A full time, or only the half that the part needs: W3C logs keep date and time in two fields.
std::optional<CivilTime> civil_of(TimePart part, std::string_view text) {
  if (const auto parsed = parse_time(text)) return civil_from_time(parsed->time);
  const bool clock_part = part == TimePart::kMinute || part == TimePart::kHour;
  const std::string completed =
      clock_part ? "1970-01-01T" + std::string(text) : std::string(text) + "T00:00:00";
  if (const auto parsed = parse_time(completed)) return civil_from_time(parsed->time);
  return std::nullopt;
}

// Whether a test on one text holds; null, exists and references to fields are not about one text.
bool text_holds(const Predicate& predicate, const std::string& text) {
  switch (predicate.op()) {
    case PredicateOp::kPattern:
      return matches(*std::get_if<Pattern>(&predicate.test), text);
    case PredicateOp::kRegex:
      return re2::RE2::PartialMatch(text, *std::get_if<Regex>(&predicate.test)->compiled);
    case PredicateOp::kCidr:
      return cidr_holds(*std::get_if<Cidr>(&predicate.test), text);
    case PredicateOp::kNumber:
      return number_holds(*std::get_if<NumberTest>(&predicate.test), text);
    case PredicateOp::kTime:
      return time_holds(*std::get_if<TimeTest>(&predicate.test), text);
    case PredicateOp::kBool:
      return bool_holds(*std::get_if<BoolTest>(&predicate.test), text);
    // Tests compare the set with its own slow twin; here it is asked about each text by itself.
    case PredicateOp::kIndicator:
      return std::get_if<IndicatorTest>(&predicate.test)->set->holds(folded(text));
    case PredicateOp::kNull:
    case PredicateOp::kExists:
    case PredicateOp::kFieldRef:
      return false;
  }
  return false;
}

bool matches_with_case(const Predicate& predicate, const std::string& text) {
  const Pattern* pattern = predicate.pattern();
  if (pattern == nullptr || pattern->cased) return true;
  Pattern cased = *pattern;
  cased.cased = true;
  return matches(cased, text);
}

bool found(TrueTest* why, const Predicate& predicate, const NamedField* field,
           const NamedValue* value) {
  if (why == nullptr) return true;
  why->field = field != nullptr ? field->name : std::string();
  why->value = value != nullptr ? value->text : std::string();
  why->reading = value != nullptr ? value->reading : std::string();
  why->exact_case = value == nullptr || matches_with_case(predicate, value->text);
  return true;
}

bool keyword_holds(const Predicate& predicate, const NamedEvent& event, TrueTest* why) {
  for (const NamedField& field : event.own_fields ? *event.own_fields : event.fields) {
    for (const NamedValue& value : field.values) {
      if (text_holds(predicate, value.text)) return found(why, predicate, &field, &value);
    }
  }
  if (!event.raw_line || !text_holds(predicate, *event.raw_line)) return false;
  const NamedValue line{*event.raw_line, ValueKind::kText, "raw line"};
  return found(why, predicate, nullptr, &line);
}

bool null_holds(const Predicate& predicate, const std::vector<const NamedField*>& fields,
                TrueTest* why) {
  if (fields.empty()) return found(why, predicate, nullptr, nullptr);
  for (const NamedField* field : fields) {
    for (const NamedValue& value : field->values) {
      if (value.kind == ValueKind::kNull) return found(why, predicate, field, &value);
    }
  }
  return false;
}

bool reference_holds(const Predicate& predicate, const std::vector<const NamedField*>& fields,
                     const NamedEvent& event, TrueTest* why) {
  const FieldRef& reference = *std::get_if<FieldRef>(&predicate.test);
  for (const NamedField* other : find_fields(event, reference.other_field)) {
    for (const NamedValue& wanted : other->values) {
      if (wanted.kind == ValueKind::kNull) continue;
      const std::u32string literal = code_points(wanted.text, reference.cased);
      for (const NamedField* field : fields) {
        for (const NamedValue& value : field->values) {
          if (value.kind == ValueKind::kNull) continue;
          const std::u32string text = code_points(value.text, reference.cased);
          if (literal_matches(reference.mode, text, literal))
            return found(why, predicate, field, &value);
        }
      }
    }
  }
  return false;
}

bool expression_holds(const Expression& expression, const Rule& rule, const NamedEvent& event) {
  const auto one = [&](const Expression& child) { return expression_holds(child, rule, event); };
  const std::vector<Expression>& children = expression.children;
  switch (expression.kind) {
    case ExpressionKind::kPredicate:
      return holds(rule.predicates[expression.predicate], event, nullptr);
    case ExpressionKind::kAnd:
      return std::all_of(children.begin(), children.end(), one);
    case ExpressionKind::kOr:
      return std::any_of(children.begin(), children.end(), one);
    case ExpressionKind::kNot:
      return !one(children[0]);
  }
  return false;
}

// Collects what speaks for an expression that is true.
void collect(const Expression& expression, const Rule& rule, const NamedEvent& event,
             std::set<std::uint32_t>& predicates) {
  if (expression.kind == ExpressionKind::kPredicate) predicates.insert(expression.predicate);
  if (expression.kind == ExpressionKind::kNot) return;
  for (const Expression& child : expression.children) {
    if (expression_holds(child, rule, event)) collect(child, rule, event, predicates);
  }
}

}  // namespace

std::vector<const NamedField*> find_fields(const NamedEvent& event, std::string_view name) {
  std::vector<const NamedField*> fields;
  for (const NamedField& field : event.fields) {
    if (field.name == name) fields.push_back(&field);
  }
  if (!fields.empty()) return fields;
  const std::string wanted = folded(name);
  for (const NamedField& field : event.fields) {
    if (folded(field.name) == wanted) fields.push_back(&field);
  }
  return fields;
}

bool holds(const Predicate& predicate, const NamedEvent& event, TrueTest* why) {
  if (predicate.is_keyword()) return keyword_holds(predicate, event, why);
  const std::vector<const NamedField*> fields = find_fields(event, predicate.field);
  if (predicate.op() == PredicateOp::kNull) return null_holds(predicate, fields, why);
  if (predicate.op() == PredicateOp::kFieldRef)
    return reference_holds(predicate, fields, event, why);
  if (const ExistsTest* exists = std::get_if<ExistsTest>(&predicate.test)) {
    return exists->expected != fields.empty() &&
           found(why, predicate, fields.empty() ? nullptr : fields[0], nullptr);
  }
  for (const NamedField* field : fields) {
    for (const NamedValue& value : field->values) {
      if (text_holds(predicate, value.text)) return found(why, predicate, field, &value);
    }
  }
  return false;
}

bool evaluate(const Rule& rule, const NamedEvent& event) {
  return expression_holds(rule.expression, rule, event);
}

std::vector<TrueTest> explain(const Rule& rule, const NamedEvent& event) {
  std::vector<TrueTest> tests;
  if (!evaluate(rule, event)) return tests;
  std::set<std::uint32_t> predicates;
  collect(rule.expression, rule, event, predicates);
  for (const std::uint32_t predicate : predicates) {
    TrueTest& test = tests.emplace_back();
    test.predicate = predicate;
    holds(rule.predicates[predicate], event, &test);
  }
  return tests;
}

bool number_holds(const NumberTest& test, std::string_view text) {
  const std::optional<Number> number = parse_number(text);
  return number && compare_holds(test.op, Number::compare(*number, test.number));
}

bool time_holds(const TimeTest& test, std::string_view text) {
  const std::optional<CivilTime> civil = civil_of(test.part, text);
  return civil && compare_holds(test.op, part_of(test.part, *civil) <=> test.number);
}

bool cidr_holds(const Cidr& network, std::string_view text) {
  const std::optional<Address> address = parse_address(text);
  return address && contains(network, *address);
}

bool bool_holds(const BoolTest& test, std::string_view text) {
  return equal_ascii_nocase(text, test.expected ? "true" : "false");
}

}  // namespace pugmark::sigma
