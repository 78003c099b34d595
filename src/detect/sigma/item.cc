#include "detect/sigma/item.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <re2/re2.h>
#include <utility>

#include "base/text.h"
#include "detect/sigma/cidr.h"
#include "detect/sigma/modifiers.h"
#include "detect/sigma/pattern.h"
#include "detect/sigma/regex_length.h"

namespace pugmark::sigma {
namespace {

// Memory of one compiled expression. The widest of the public rules (a repeat of 1,000) needs 2
// MiB.
constexpr std::int64_t kRegexMemoryBytes = 8 << 20;

// What one instruction of a compiled expression takes: RE2 keeps it for both directions.
constexpr std::size_t kRegexInstructionBytes = 32;

std::size_t mixed(std::size_t seed, std::size_t more) {
  return seed ^ (more + 0x9E3779B97F4A7C15ULL + (seed << 6) + (seed >> 2));
}

std::size_t hash_of(const Predicate& predicate) {
  const std::hash<std::string> text_hash;
  std::size_t hash = mixed(text_hash(predicate.field), predicate.test.index());
  if (const Pattern* pattern = predicate.pattern()) {
    for (const Token& token : pattern->tokens)
      hash = mixed(mixed(hash, static_cast<std::size_t>(token.kind)), text_hash(token.literal));
    return hash;
  }
  return mixed(hash, text_hash(predicate.original));
}

// What a value takes while modifiers work on it.
std::size_t bytes_of(const std::vector<Token>& tokens) {
  std::size_t bytes = sizeof tokens;
  for (const Token& token : tokens) bytes += sizeof token + token.literal.size();
  return bytes;
}

// The most that one value becomes by this step, as a multiple of what it takes.
std::size_t growth(TextStep step, const std::vector<Token>& tokens) {
  switch (step) {
    case TextStep::kWindash:
      return dash_variants_count(tokens);
    case TextStep::kBase64Offset:
      return 6;  // three variants, each a third longer than the bytes
    case TextStep::kBase64:
    case TextStep::kUtf16Little:
    case TextStep::kUtf16Big:
    case TextStep::kUtf16Bom:
      return 2;
    case TextStep::kContains:
    case TextStep::kStartsWith:
    case TextStep::kEndsWith:
      break;
  }
  return 1;
}

// Builds the predicates of one item: the values under one key.
class ItemBuilder {
 public:
  ItemBuilder(const Chain& chain, ItemContext& context, Fault& fault)
      : chain_(chain), context_(context), fault_(fault) {}

  // The alternatives of one value, already joined by OR.
  bool value(const Node& scalar, Expression& result) {
    original_ = chain_.modifiers;
    if (!original_.empty()) original_ += ": ";
    original_ += scalar.text;
    bool doubtful = false;
    const ScalarType type = scalar_type(scalar, doubtful);
    if (doubtful) {
      context_.warnings.push_back(
          fmt::format("Line {}: the unquoted value {} is read as text; other YAML readers may take "
                      "it for a number, a date or a boolean. Quote it.",
                      scalar.line, escaped(scalar.text)));
    }
    parts_.clear();
    if (!typed_value(scalar, type)) return false;
    result = joined(ExpressionKind::kOr, std::move(parts_));
    return true;
  }

 private:
  bool typed_value(const Node& scalar, ScalarType type) {
    switch (chain_.family) {
      case Family::kText:
        return text_family(scalar, type);
      case Family::kRegex:
        return is_string(scalar, type) && regex(scalar);
      case Family::kCidr:
        return is_string(scalar, type) && cidr(scalar);
      case Family::kExists:
        return exists(scalar, type);
      case Family::kCompare:
        return is_number(scalar, type) && compare(scalar);
      case Family::kTime:
        return is_number(scalar, type) && time(scalar);
      case Family::kFieldRef:
        return is_string(scalar, type) && field_reference(scalar);
    }
    return false;
  }

  bool is_string(const Node& scalar, ScalarType type) {
    if (type == ScalarType::kString) return true;
    return fail(fault_, scalar.line,
                fmt::format("'{}' works on text, but the value {} is not a string.",
                            chain_.modifiers, scalar.text.empty() ? "null" : escaped(scalar.text)),
                "Quote the value, or remove the modifier.");
  }
  bool is_number(const Node& scalar, ScalarType type) {
    if (type == ScalarType::kInteger || type == ScalarType::kFloat) return true;
    return fail(fault_, scalar.line,
                fmt::format("'{}' works on numbers, but the value '{}' is not one.",
                            chain_.modifiers, escaped(scalar.text)),
                "Write the number without quotes.");
  }

  bool add(Predicate::Test test, const Node& scalar) {
    const std::size_t bytes =
        sizeof(Predicate) + sizeof(Expression) + chain_.field.size() + original_.size();
    if (!context_.budget.take(bytes, 1, scalar.line, fault_)) return false;
    Predicate predicate;
    predicate.field = chain_.field;
    predicate.test = std::move(test);
    predicate.original = original_;
    predicate.identifier = context_.identifier;
    std::uint32_t index = 0;
    if (!context_.table.add(std::move(predicate), index)) return too_many(scalar);
    parts_.push_back(Expression::leaf(index));
    return true;
  }
  bool too_many(const Node& scalar) {
    return fail(fault_, scalar.line,
                fmt::format("The rule expands to more than {} comparisons (limit rule-predicates).",
                            context_.table.limit()),
                "Split the rule, or use fewer switches under 'windash'.");
  }

  bool text_family(const Node& scalar, ScalarType type) {
    const bool keyword = chain_.field.empty();
    const bool changed = !chain_.steps.empty() || chain_.cased || chain_.expand;
    if (type == ScalarType::kString) return text(scalar);
    if (changed) return is_string(scalar, type);
    if (type == ScalarType::kNull) {
      return keyword ? fail(fault_, scalar.line, "A keyword is null; expected text to search for.",
                            "Remove it, or quote the word.")
                     : add(NullTest{}, scalar);
    }
    if (keyword) return text(scalar);
    if (type == ScalarType::kBool) return add(BoolTest{ascii_lower(scalar.text) == "true"}, scalar);
    return compare(scalar);
  }

  bool text(const Node& scalar) {
    std::vector<std::vector<Token>> values;
    if (!expand(scalar, values)) return false;
    bool encoded = false;
    bool anchored = false;
    for (const TextStep step : chain_.steps) {
      if (!apply(step, scalar, values)) return false;
      encoded |= step >= TextStep::kUtf16Little;
      anchored |= step == TextStep::kStartsWith || step == TextStep::kEndsWith;
    }
    for (std::vector<Token>& tokens : values) {
      if (chain_.field.empty()) {
        if (tokens.empty()) {
          return fail(fault_, scalar.line, "A keyword is empty: it would match every event.",
                      "Write the text to search for.");
        }
        if (!anchored) {
          open_start(tokens);
          open_end(tokens);
        }
      }
      if (!add(make_pattern(std::move(tokens), chain_.cased, encoded), scalar)) return false;
    }
    return true;
  }

  bool apply(TextStep step, const Node& scalar, std::vector<std::vector<Token>>& values) {
    for (const std::vector<Token>& tokens : values) {
      const std::size_t times = growth(step, tokens);
      if (step == TextStep::kWindash && times > context_.table.limit()) return too_many(scalar);
      if (!context_.budget.take(bytes_of(tokens), times, scalar.line, fault_)) return false;
    }
    if (step == TextStep::kWindash) return windash(scalar, values);
    if (step == TextStep::kBase64 || step == TextStep::kBase64Offset) {
      return encode(step == TextStep::kBase64Offset, scalar, values);
    }
    for (std::vector<Token>& tokens : values) {
      if (step == TextStep::kContains || step == TextStep::kEndsWith) open_start(tokens);
      if (step == TextStep::kContains || step == TextStep::kStartsWith) open_end(tokens);
      if (step >= TextStep::kUtf16Little) widen(step, tokens);
    }
    return true;
  }

  static void widen(TextStep step, std::vector<Token>& tokens) {
    const bool big_endian = step == TextStep::kUtf16Big;
    for (Token& token : tokens) {
      token.literal =
          utf16_bytes(token.literal, big_endian ? Utf16::kBigEndian : Utf16::kLittleEndian);
    }
    if (step == TextStep::kUtf16Bom) {
      prepend(tokens, Token{TokenKind::kLiteral, utf16_bytes("", Utf16::kWithBom)});
    }
  }

  bool windash(const Node& scalar, std::vector<std::vector<Token>>& values) {
    std::vector<std::vector<Token>> all;
    for (const std::vector<Token>& tokens : values) {
      if (dash_variants_count(tokens) > context_.table.limit() - all.size())
        return too_many(scalar);
      for (std::vector<Token>& variant : dash_variants(tokens)) all.push_back(std::move(variant));
    }
    values = std::move(all);
    return true;
  }

  bool encode(bool offsets, const Node& scalar, std::vector<std::vector<Token>>& values) {
    std::vector<std::vector<Token>> all;
    for (const std::vector<Token>& tokens : values) {
      std::string bytes;
      for (const Token& token : tokens) {
        if (token.kind != TokenKind::kLiteral) {
          return fail(fault_, scalar.line,
                      "A wildcard stands under base64, where it would have to match encoded bytes.",
                      "Escape it with a backslash, or remove it; put 'contains' behind base64.");
        }
        bytes += token.literal;
      }
      for (std::string& text : offsets ? base64_offsets(bytes) : std::vector{base64(bytes)}) {
        if (!text.empty()) all.push_back({Token{TokenKind::kLiteral, std::move(text)}});
      }
    }
    if (all.empty()) {
      return fail(fault_, scalar.line, "The value is too short to leave anything in base64.",
                  "Use a longer value.");
    }
    values = std::move(all);
    return true;
  }

  // Resolves %name% if the chain says so, and the escapes and wildcards of what stands between.
  bool expand(const Node& scalar, std::vector<std::vector<Token>>& values) {
    if (!chain_.expand) return parse_value(scalar.text, scalar, values);
    std::vector<std::string> texts = {""};
    const std::string_view text = scalar.text;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text[at] == '%' ? placeholder_end(text, at) : 0;
      if (end == 0) {
        const bool escaped_percent =
            text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '%';
        at += escaped_percent ? 1 : 0;
        for (std::string& one : texts) one.push_back(text[at]);
        ++at;
        continue;
      }
      const std::string name(text.substr(at + 1, end - at - 2));
      const auto found = context_.placeholders.find(name);
      if (found == context_.placeholders.end() || found->second.empty()) {
        return fail(fault_, scalar.line,
                    fmt::format("The placeholder %{}% has no value.", escaped(name)),
                    fmt::format("Supply the values of '{}' for this network; without them the rule "
                                "says nothing.",
                                escaped(name)));
      }
      std::vector<std::string> longer;
      if (texts.size() * found->second.size() > context_.table.limit()) return too_many(scalar);
      if (!context_.budget.take(texts.front().size() + scalar.text.size(),
                                texts.size() * found->second.size(), scalar.line, fault_))
        return false;
      for (const std::string& one : texts) {
        for (const std::string& replacement : found->second) longer.push_back(one + replacement);
      }
      texts = std::move(longer);
      at = end;
    }
    for (const std::string& one : texts) {
      if (!parse_value(one, scalar, values)) return false;
    }
    return true;
  }

  bool parse_value(std::string_view text, const Node& scalar,
                   std::vector<std::vector<Token>>& values) {
    // Each wildcard is a token and may end a literal.
    const auto wildcards = static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return c == '*' || c == '?'; }));
    const std::size_t tokens_count = 2 * wildcards + 3;
    if (!context_.budget.take(text.size() + tokens_count * sizeof(Token), 1, scalar.line, fault_))
      return false;
    values.push_back(parse_tokens(text));
    return true;
  }

  // One past the closing percent sign if `text[at]` opens %name%, else 0.
  static std::size_t placeholder_end(std::string_view text, std::size_t at) {
    std::size_t end = at + 1;
    while (end < text.size() &&
           (text[end] == '_' || (text[end] >= '0' && text[end] <= '9') ||
            (text[end] >= 'a' && text[end] <= 'z') || (text[end] >= 'A' && text[end] <= 'Z'))) {
      ++end;
    }
    return end > at + 1 && end < text.size() && text[end] == '%' ? end + 1 : 0;
  }

  bool regex(const Node& scalar) {
    std::string flags;
    if (chain_.regex_i) flags += 'i';
    if (chain_.regex_m) flags += 'm';
    if (chain_.regex_s) flags += 's';
    std::string expression = scalar.text;
    for (const TextStep step : chain_.steps) {
      // A search needs nothing added for `contains`.
      if (step == TextStep::kStartsWith) expression = "\\A(?:" + expression + ")";
      if (step == TextStep::kEndsWith) expression = "(?:" + expression + ")\\z";
    }
    if (!flags.empty()) expression = "(?" + flags + ")" + expression;
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kRegexMemoryBytes);
    auto compiled = std::make_shared<const re2::RE2>(expression, options);
    // An expression that turned out too large has cost all the memory it was given.
    const bool is_too_large = compiled->error_code() == re2::RE2::ErrorPatternTooLarge;
    const std::size_t cost =
        compiled->ok()  ? static_cast<std::size_t>(compiled->ProgramSize()) * kRegexInstructionBytes
        : is_too_large ? static_cast<std::size_t>(kRegexMemoryBytes)
                        : 0;
    if (!context_.budget.take(expression.size() + cost, 1, scalar.line, fault_)) return false;
    if (!compiled->ok()) {
      return fail(
          fault_, scalar.line,
          fmt::format("The regular expression cannot be used: {}.", escaped(compiled->error())),
          "Expected is the syntax of RE2: no lookaround, no backreferences, repeats up to "
          "1,000.");
    }
    const std::size_t shortest = shortest_match_bytes(expression);
    const bool length_only = asks_for_length_only(expression);
    return add(Regex{std::move(expression), std::move(compiled), shortest, length_only}, scalar);
  }

  bool cidr(const Node& scalar) {
    bool host_bits = false;
    const std::optional<Cidr> network = parse_network(scalar.text, host_bits);
    if (network) return add(*network, scalar);
    if (host_bits) {
      return fail(
          fault_, scalar.line,
          fmt::format("The network {} has bits set behind its prefix.", escaped(scalar.text)),
          "Write the first address of the network.");
    }
    return fail(fault_, scalar.line,
                fmt::format("'{}' is not an IPv4 or IPv6 network.", escaped(scalar.text)),
                "Write it as 192.0.2.0/24 or 2001:db8::/32.");
  }

  bool exists(const Node& scalar, ScalarType type) {
    if (chain_.field.empty()) return no_field(scalar);
    if (type == ScalarType::kBool)
      return add(ExistsTest{ascii_lower(scalar.text) == "true"}, scalar);
    return fail(fault_, scalar.line,
                fmt::format("'exists' is followed by '{}'; expected true or false without quotes.",
                            escaped(scalar.text)),
                "Write 'exists: true' or 'exists: false'.");
  }

  bool compare(const Node& scalar) {
    if (chain_.field.empty()) return no_field(scalar);
    const std::optional<Number> number = parse_number(scalar.text);
    if (!number) {
      return fail(fault_, scalar.line,
                  fmt::format("The number {} cannot be held.", escaped(scalar.text)), "Quote it.");
    }
    return add(NumberTest{chain_.compare, *number}, scalar);
  }

  bool time(const Node& scalar) {
    if (chain_.field.empty()) return no_field(scalar);
    const std::optional<Number> number = parse_number(scalar.text);
    constexpr std::uint64_t kLargest = 9'999;  // a year
    if (!number || !number->is_integer || number->negative || number->magnitude > kLargest) {
      return fail(
          fault_, scalar.line,
          fmt::format("{} is no part of a date; expected a whole number.", scalar.text),
          "Minutes 0 to 59, hours 0 to 23, days 1 to 31, ISO weeks 1 to 53, months 1 to 12.");
    }
    return add(
        TimeTest{chain_.time_part, chain_.compare, static_cast<std::int64_t>(number->magnitude)},
        scalar);
  }

  bool field_reference(const Node& scalar) {
    if (chain_.field.empty()) return no_field(scalar);
    bool starts = false;
    bool ends = false;
    for (const TextStep step : chain_.steps) {
      starts |= step != TextStep::kStartsWith;  // the start is open
      ends |= step != TextStep::kEndsWith;      // the end is open
    }
    FieldRef reference;
    reference.other_field = scalar.text;
    reference.cased = chain_.cased;
    if (starts && ends) reference.mode = PatternShape::kContains;
    if (starts && !ends) reference.mode = PatternShape::kEnds;
    if (!starts && ends) reference.mode = PatternShape::kStarts;
    return add(std::move(reference), scalar);
  }

  bool no_field(const Node& scalar) {
    return fail(fault_, scalar.line,
                fmt::format("'{}' needs a field, but the item names none.", chain_.modifiers),
                "Write the field's name in front of the first bar.");
  }

  const Chain& chain_;
  ItemContext& context_;
  Fault& fault_;
  std::string original_;
  std::vector<Expression> parts_;
};

bool check_value(const Node& entry, Fault& fault) {
  if (entry.is_map()) {
    return fail(fault, entry.key_line,
                fmt::format("The value of '{}' is a map; expected a value or a list of values.",
                            escaped(entry.key)),
                "Make it a search identifier of its own.");
  }
  if (entry.is_list() && entry.children.empty()) {
    return fail(fault, entry.key_line,
                fmt::format("The list of values of '{}' is empty.", escaped(entry.key)),
                "Write null if the field is to be absent.");
  }
  for (const Node& child : entry.children) {
    if (child.is_scalar()) continue;
    return fail(fault, child.line,
                fmt::format("The list of '{}' holds a list or a map; expected plain values.",
                            escaped(entry.key)),
                "Write one value a line.");
  }
  return true;
}

}  // namespace

bool PredicateTable::add(Predicate predicate, std::uint32_t& index) {
  const std::size_t hash = hash_of(predicate);
  if (slots_.size() < 2 * (predicates_.size() + 1)) grow();
  std::size_t slot = hash & (slots_.size() - 1);
  for (; slots_[slot] != kNoPredicate; slot = (slot + 1) & (slots_.size() - 1)) {
    const Predicate& old = predicates_[slots_[slot]];
    if (hashes_[slots_[slot]] != hash) continue;
    if (old.field == predicate.field && old.test == predicate.test) {
      index = slots_[slot];
      return true;
    }
  }
  if (predicates_.size() >= limits_.rule_predicates) return false;
  index = static_cast<std::uint32_t>(predicates_.size());
  slots_[slot] = index;
  hashes_.push_back(hash);
  predicates_.push_back(std::move(predicate));
  return true;
}

void PredicateTable::grow() {
  slots_.assign(slots_.empty() ? 32 : slots_.size() * 2, kNoPredicate);
  for (std::uint32_t i = 0; i < predicates_.size(); ++i) {
    std::size_t slot = hashes_[i] & (slots_.size() - 1);
    while (slots_[slot] != kNoPredicate) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = i;
  }
}

bool parse_item(const Node& entry, ItemContext& context, Expression& result, Fault& fault) {
  Chain chain;
  if (!parse_chain(entry.key, entry.key_line, chain, fault) || !check_value(entry, fault))
    return false;
  ItemBuilder builder(chain, context, fault);
  if (entry.is_scalar()) {
    if (chain.all) {
      context.warnings.push_back(fmt::format(
          "Line {}: 'all' stands over a single value and does nothing.", entry.key_line));
    }
    if (!builder.value(entry, result)) return false;
  } else {
    if (chain.family == Family::kExists) {
      return fail(fault, entry.key_line, "'exists' is followed by a list; expected true or false.",
                  "Write 'exists: true' or 'exists: false'.");
    }
    std::vector<Expression> parts;
    for (const Node& child : entry.children) {
      bool doubtful = false;
      if (scalar_type(child, doubtful) == ScalarType::kNull) {
        context.warnings.push_back(fmt::format(
            "Line {}: null stands in a list, which the specification does not allow.", child.line));
      }
      if (!builder.value(child, parts.emplace_back())) return false;
    }
    result = joined(chain.all ? ExpressionKind::kAnd : ExpressionKind::kOr, std::move(parts));
  }
  if (chain.neq) result = negated(std::move(result));
  return true;
}

bool parse_keyword(const Node& scalar, ItemContext& context, Expression& result, Fault& fault) {
  const Chain chain;
  return ItemBuilder(chain, context, fault).value(scalar, result);
}

Expression joined(ExpressionKind kind, std::vector<Expression> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  Expression expression;
  expression.kind = kind;
  for (Expression& part : parts) {
    if (part.kind != kind) {
      expression.children.push_back(std::move(part));
      continue;
    }
    for (Expression& child : part.children) expression.children.push_back(std::move(child));
  }
  return expression;
}

Expression negated(Expression expression) {
  Expression result;
  result.kind = ExpressionKind::kNot;
  result.children.push_back(std::move(expression));
  return result;
}

}  // namespace pugmark::sigma
