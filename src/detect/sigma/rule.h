#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "detect/sigma/number.h"
#include "detect/verdict.h"

namespace re2 {
class RE2;
}
namespace pugmark::indicators {
class IndicatorSet;
}

// The parsed model of Sigma documents (specification v2.1.0): what parse.h fills, what the
// reference evaluator and the engine read. Plain structs that own their data; written once, then
// shared read-only between threads.
namespace pugmark::sigma {

// ---- Predicates: the leaves of a condition ----

enum class TokenKind : std::uint8_t {
  kLiteral,  // exactly these characters
  kAnyMany,  // an unescaped `*`: zero or more characters of any kind, line breaks included
  kAnyOne,   // an unescaped `?`: exactly one character (code point)
};

struct Token {
  TokenKind kind = TokenKind::kLiteral;
  std::string literal;  // UTF-8 as the rule writes it, unfolded; only of kLiteral, never empty

  friend bool operator==(const Token&, const Token&) = default;
};

enum class PatternShape : std::uint8_t {
  kEmpty,     // no token: matches only the empty text
  kPresent,   // a lone `*`: matches any text
  kEquals,    // literal
  kStarts,    // literal *
  kEnds,      // * literal
  kContains,  // * literal *
  kGeneral,   // anything else
};

// A text pattern; it always speaks of the whole value, so "contains" is `* literal *`.
// Tokens are normalised: neighbouring literals are one, neighbouring stars are one, and a run of
// wildcards is written with its question marks first.
struct Pattern {
  PatternShape shape = PatternShape::kEmpty;
  bool cased = false;    // compared as written; otherwise by Unicode simple case folding
  bool encoded = false;  // literals come from base64 or utf16: folding may make unlike data equal
  std::vector<Token> tokens;

  // The one literal of kEquals, kStarts, kEnds and kContains; "" for the other shapes.
  const std::string& literal() const;

  friend bool operator==(const Pattern&, const Pattern&) = default;
};

// `re`: an unanchored search. `expression` is what RE2 gets, flags included as a `(?ims)` prefix.
struct Regex {
  std::string expression;
  std::shared_ptr<const re2::RE2> compiled;  // never null in a parsed rule; thread-safe
  // regex_length.h: no shorter text holds a match, and whether any other does
  std::size_t shortest_match_bytes = 0;
  bool asks_for_length_only = false;

  friend bool operator==(const Regex& a, const Regex& b) { return a.expression == b.expression; }
};

// An IPv4 or IPv6 network. IPv4 networks and IPv4-mapped IPv6 networks are both kept as IPv4.
struct Cidr {
  bool v4 = true;
  std::array<std::uint8_t, 16> address{};  // v4: the first four bytes
  std::uint8_t prefix_bits = 0;

  friend bool operator==(const Cidr&, const Cidr&) = default;
};

enum class CompareOp : std::uint8_t {
  kEqual,
  kNotEqual,
  kGreater,
  kGreaterEqual,
  kLess,
  kLessEqual
};

// A YAML number, alone (kEqual) or behind gt, gte, lt, lte. The event's text is read with
// parse_number(); text that is no number never compares.
struct NumberTest {
  CompareOp op = CompareOp::kEqual;
  Number number;

  friend bool operator==(const NumberTest&, const NumberTest&) = default;
};

enum class TimePart : std::uint8_t { kMinute, kHour, kDay, kWeek, kMonth, kYear };

// `minute` ... `year`: one part, in UTC, of a field that holds a time. Week is the ISO 8601 week.
struct TimeTest {
  TimePart part = TimePart::kMinute;
  CompareOp op = CompareOp::kEqual;
  std::int64_t number = 0;

  friend bool operator==(const TimeTest&, const TimeTest&) = default;
};

// A YAML boolean: the event's boolean, or the text true/false in any case.
struct BoolTest {
  bool expected = true;
  friend bool operator==(const BoolTest&, const BoolTest&) = default;
};

// `null`: the field is absent or carries a null.
struct NullTest {
  friend bool operator==(const NullTest&, const NullTest&) = default;
};

// `exists`: the field is there, whatever it holds.
struct ExistsTest {
  bool expected = true;
  friend bool operator==(const ExistsTest&, const ExistsTest&) = default;
};

// `fieldref`: some value of the field equals (starts with, ends with, contains) some value of
// `other_field`. False if either is absent.
struct FieldRef {
  std::string other_field;
  PatternShape mode = PatternShape::kEquals;  // kEquals, kStarts, kEnds or kContains
  bool cased = false;

  friend bool operator==(const FieldRef&, const FieldRef&) = default;
};

// Some indicator of a list stands in the text (detect/indicators). No rule file says this: such
// rules are made of lists.
struct IndicatorTest {
  std::shared_ptr<const indicators::IndicatorSet> set;  // never null

  friend bool operator==(const IndicatorTest&, const IndicatorTest&) = default;
};

// The order of the alternatives of Predicate::test.
enum class PredicateOp : std::uint8_t {
  kPattern,
  kRegex,
  kCidr,
  kNumber,
  kTime,
  kBool,
  kNull,
  kExists,
  kFieldRef,
  kIndicator
};

// One comparison of one field with one value. True if any value of the field, in any of its
// readings, satisfies it; false for an absent field (but for NullTest and ExistsTest).
// `field` is "" for a keyword: then every value of the event, and the raw line of line-based logs,
// is searched, each by itself (the pattern of a keyword is kContains or begins and ends with `*`).
struct Predicate {
  using Test = std::variant<Pattern, Regex, Cidr, NumberTest, TimeTest, BoolTest, NullTest,
                            ExistsTest, FieldRef, IndicatorTest>;

  std::string field;  // as the rule writes it
  Test test;
  std::string original;          // modifiers and value as the rule writes them: "endswith: .aspx"
  std::uint32_t identifier = 0;  // index into Rule::identifiers of the first that contains it

  PredicateOp op() const { return static_cast<PredicateOp>(test.index()); }
  bool is_keyword() const { return field.empty(); }
  const Pattern* pattern() const { return std::get_if<Pattern>(&test); }
};

// ---- Conditions ----

enum class ExpressionKind : std::uint8_t { kPredicate, kAnd, kOr, kNot };

// A boolean expression. Quantifiers, identifiers, value lists and negated items are expanded.
struct Expression {
  ExpressionKind kind = ExpressionKind::kAnd;
  std::uint32_t predicate = 0;       // kPredicate: index into Rule::predicates
  std::vector<Expression> children;  // kAnd, kOr: at least one; kNot: exactly one

  static Expression leaf(std::uint32_t predicate) {
    return {ExpressionKind::kPredicate, predicate, {}};
  }
};

struct SearchIdentifier {
  std::string name;
  std::uint32_t line = 0;  // in the file, from 1
};

// ---- Documents ----

struct LogSource {
  std::string product, category, service;  // lower case; "" if not given
  std::string definition;

  // "windows/process_creation/", as the ledger writes it.
  std::string text() const;
  friend bool operator==(const LogSource& a, const LogSource& b) {
    return a.product == b.product && a.category == b.category && a.service == b.service;
  }
};

// What rules, correlations and filters have in common.
struct Document {
  std::string id, name, title, status, level, description, author, date;
  Verdict verdict = Verdict::kNone;  // custom key `verdict`
  std::vector<std::string> references, tags;
  std::string file;                   // path as handed over
  std::uint32_t line = 0;             // of the document in the file, from 1
  std::string text;                   // of the document, as read
  std::vector<std::string> warnings;  // full sentences: accepted, but probably not what was meant
};

// A detection rule. Predicates are distinct inside a rule; the condition and every applied filter
// are one tree over them.
struct Rule : Document {
  LogSource logsource;
  std::vector<SearchIdentifier> identifiers;
  std::vector<Predicate> predicates;
  Expression expression;
  std::string condition;  // as written; several are joined by " | or | "
  bool is_list = false;   // made of a list of indicators; then for every log
  std::vector<std::uint32_t>
      applied_filters;  // that narrow this rule: indices into RuleSet::filters
};

// `type: filter`. Narrows rules: (rule) and (filter's condition).
struct Filter : Document {
  LogSource logsource;
  std::vector<std::string> rules;  // ids or names; empty: any
  std::vector<SearchIdentifier> identifiers;
  std::vector<Predicate> predicates;
  Expression expression;
  std::string condition;
  bool is_excluded = false;  // by the user: narrows none
};

enum class CorrelationType : std::uint8_t {
  kEventCount,
  kValueCount,
  kTemporal,
  kTemporalOrdered,
  kValueSum,
  kValueAverage,
  kValuePercentile,
  kValueMedian,
};

std::string_view to_string(CorrelationType type);  // as a rule writes it: "event_count"
inline bool is_temporal(CorrelationType type) {  // counts which rules matched, no events or values
  return type == CorrelationType::kTemporal || type == CorrelationType::kTemporalOrdered;
}

struct Threshold {
  CompareOp op = CompareOp::kGreaterEqual;
  double number = 0;
};

// A document another one stands on: an index into RuleSet::rules or RuleSet::correlations.
struct RuleReference {
  std::string text;  // id or name, as written
  bool is_correlation = false;
  std::uint32_t index = 0;
};

// In a group, alias -> the field to read from events of one referred rule.
struct Alias {
  std::string name;
  std::vector<std::pair<std::uint32_t, std::string>>
      fields;  // index into Correlation::rules, field
};

struct Correlation : Document {
  CorrelationType type = CorrelationType::kEventCount;
  std::vector<RuleReference> rules;
  std::vector<std::string> group_by;  // field or alias names
  std::vector<Alias> aliases;
  std::int64_t timespan_ns = 0;
  std::vector<Threshold> thresholds;      // all must hold
  std::vector<std::string> value_fields;  // condition.field: one, or a combination (value_count)
  double percentile = 0;                  // value_percentile only, 0 to 100
  bool is_extended = false;               // `condition` is a boolean expression over rules
  Expression extended;                    // leaves: index into `rules`
  bool generate = false;                  // referred rules also fire alone
};

// A document that cannot be used, and why. `what` and `hint` are full sentences.
struct RejectedRule {
  std::string file;
  std::uint32_t line = 0;  // of the fault, from 1
  std::string id, title;   // as far as they could be read
  // "rule", "correlation", "filter"; "file" if it could not be read at all; "indicator": an entry
  // of a list, which is rejected alone
  std::string kind;
  std::string what;        // what was found and what was expected
  std::string hint;        // what to do about it

  // "FILE:LINE: WHAT HINT", for terminals and the ledger.
  std::string message() const;
};

// Everything read from all files handed over, in the order of reading.
struct RuleSet {
  std::vector<Rule> rules;
  std::vector<Correlation> correlations;  // a correlation stands behind those it refers to
  std::vector<Filter> filters;
  std::vector<RejectedRule> rejected;
  // Of the folders handed over, those in which no rule file is and nothing was rejected either.
  std::vector<std::string> empty_folders;
};

}  // namespace pugmark::sigma
