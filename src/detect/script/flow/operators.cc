#include <algorithm>
#include <cmath>
#include <string>

#include "base/text.h"
#include "detect/script/flow/interpreter.h"
#include "detect/script/token.h"

// Operators and casts.
namespace pugmark::script {
namespace {

constexpr std::size_t kJoinedBytesMax = std::size_t{8} << 20U;

bool is_java_like(Language language) {
  return language == Language::kJava || language == Language::kCSharp;
}

// Whether '+' joins texts in this language.
bool joins_with_plus(Language language) {
  return language != Language::kPhp && language != Language::kPerl;
}

// XOR, AND and OR of texts byte by byte, as PHP and Perl have it.
std::string combined(std::string_view left, std::string_view right, std::uint32_t op_code) {
  const bool is_or = op_code == op("|");
  const std::size_t size =
      is_or ? std::max(left.size(), right.size()) : std::min(left.size(), right.size());
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    const unsigned a = i < left.size() ? static_cast<unsigned char>(left[i]) : 0U;
    const unsigned b = i < right.size() ? static_cast<unsigned char>(right[i]) : 0U;
    out[i] = static_cast<char>(op_code == op("^") ? a ^ b : is_or ? a | b : a & b);
  }
  return out;
}

std::int64_t whole(double number) {
  return std::fabs(number) < 9.2e18 ? static_cast<std::int64_t>(number) : 0;
}

// What JScript takes a number for where it works with its bits.
std::int64_t in_32_bits(double number) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(
      static_cast<std::uint64_t>(whole(std::fmod(std::trunc(number), 4294967296.0)))));
}

// The rest of a division: it has the sign of the divisor in some languages.
double rest_of(double left, double right, Language language) {
  const bool has_fractions = language == Language::kJScript || is_java_like(language);
  const double a = has_fractions ? left : static_cast<double>(whole(left));
  const double b = has_fractions ? right : static_cast<double>(whole(right));
  const double rest = std::fmod(a, b);  // NaN if b is 0
  const bool follows_divisor = language == Language::kPython || language == Language::kPerl;
  return follows_divisor && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

double quotient_of(double left, double right, Language language) {
  const double quotient = left / right;
  const bool are_whole = left == std::trunc(left) && right == std::trunc(right);
  // Java and C# divide whole numbers without a rest.
  return is_java_like(language) && are_whole && right != 0 ? std::trunc(quotient) : quotient;
}

bool shift(std::uint32_t op_code, std::int64_t number, std::int64_t count, bool has_32_bits,
           double& result) {
  if (has_32_bits) count &= 31;
  if (count < 0 || count > 62) return false;
  const auto places = static_cast<unsigned>(count);
  if (op_code == op(">>")) {
    result = static_cast<double>(number >> places);
  } else if (op_code == op(">>>")) {
    // JScript's, and Java's of an int.
    if (number < INT32_MIN || number > UINT32_MAX) return false;
    result = static_cast<std::uint32_t>(number) >> (places & 31U);
  } else {
    const auto shifted = static_cast<std::int64_t>(static_cast<std::uint64_t>(number) << places);
    result = static_cast<double>(has_32_bits ? static_cast<std::int32_t>(shifted) : shifted);
  }
  return true;
}

// The result of an arithmetic operator; false if it has none.
bool compute(std::uint32_t op_code, double left, double right, Language language, double& result) {
  const bool is_jscript = language == Language::kJScript;
  const std::int64_t a = is_jscript ? in_32_bits(left) : whole(left);
  const std::int64_t b = is_jscript ? in_32_bits(right) : whole(right);
  switch (op_code) {
    case op("+"):
      result = left + right;
      return true;
    case op("-"):
      result = left - right;
      return true;
    case op("*"):
      result = left * right;
      return true;
    case op("/"):
      result = quotient_of(left, right, language);
      return true;
    case op("\\"):  // of VB
      result = right == 0 ? NAN : std::trunc(std::nearbyint(left) / std::nearbyint(right));
      return true;
    case op("//"):
      result = right == 0 ? NAN : std::floor(left / right);
      return true;
    case op("%"):
    case op("mod"):
      result = rest_of(left, right, language);
      return true;
    case op("**"):
      result = std::pow(left, right);
      return true;
    case op("^"):
    case op("xor"):
      result = static_cast<double>(a ^ b);
      return true;
    case op("&"):
      result = static_cast<double>(a & b);
      return true;
    case op("|"):
      result = static_cast<double>(a | b);
      return true;
    case op("<<"):
    case op(">>"):
    case op(">>>"):
      return shift(op_code, a, b, is_jscript, result);
    case op("<"):
      result = left < right ? 1 : 0;
      return true;
    case op(">"):
      result = left > right ? 1 : 0;
      return true;
    case op("<="):
      result = left <= right ? 1 : 0;
      return true;
    case op(">="):
      result = left >= right ? 1 : 0;
      return true;
    default:
      return false;
  }
}

// Operators that are words are written in any case: And, XOR.
std::uint32_t in_lower_case(std::uint32_t op_code) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    const std::uint32_t c = op_code >> shift & 0xFFU;
    if (c >= 'A' && c <= 'Z') op_code |= 0x20U << shift;
  }
  return op_code;
}

bool is_equality(std::uint32_t op_code) {
  return op_code == op("==") || op_code == op("===") || op_code == op("!=") ||
         op_code == op("!==") || op_code == op("<>") || op_code == op("=") || op_code == op("eq") ||
         op_code == op("ne") || op_code == op("is");
}

bool is_inequality(std::uint32_t op_code) {
  return op_code == op("!=") || op_code == op("!==") || op_code == op("<>") || op_code == op("ne");
}

// Whether && and || give one of their operands, not only whether it holds.
bool gives_operands(Language language) {
  return language == Language::kJScript || language == Language::kPerl ||
         language == Language::kPython;
}

bool is_numeric(const Value& value) {
  bool is_whole = value.is_number();
  if (value.is_text()) number_of_text(value.text(), &is_whole);
  return is_whole;
}

// PHP's text that follows another in counting: "a9" and "b0", "Zz" and "AAa".
std::string counted_up(std::string text) {
  constexpr std::size_t kCountedMax = 1'000;
  if (text.size() > kCountedMax) return text;
  for (std::size_t at = text.size(); at-- > 0;) {
    char& c = text[at];
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter && (c < '0' || c > '9')) return text;
    if (c != 'z' && c != 'Z' && c != '9') {
      ++c;
      return text;
    }
    c = c == '9' ? '0' : c == 'z' ? 'a' : 'A';
    if (at == 0) text.insert(0, 1, c == '0' ? '1' : c);
  }
  return text;
}

bool is_logic(std::uint32_t op_code) {
  return op_code == op("&&") || op_code == op("||") || op_code == op("and") || op_code == op("or");
}

}  // namespace

// Pieces whose texts are joined: interpolated strings, chains of '.' and '&'.
Value Interpreter::joined(NodeId id) {
  Value result;
  std::string_view head;
  std::string_view second;
  std::string rest;  // behind both
  bool is_constant = true;
  std::size_t pieces_count = 0;
  for (NodeId piece = tree_.at(id).first_child; piece != kNoNode; piece = tree_.at(piece).next) {
    const Value value = evaluate(piece);
    ++pieces_count;
    values_.take_origins(result, value);
    result.names_page = leads_to_page(&value, {&value, 1});  // of the last one
    const bool has_text = value.is_constant() || value.kind == Value::Kind::kNull ||
                          (value.is_array() && is_php(tree_.at(id)));
    is_constant = is_constant && has_text && rest.size() < kJoinedBytesMax;
    // A text that grows in a loop is not copied each time.
    if (is_constant && pieces_count == 1 && value.is_text()) {
      head = value.text();
    } else if (is_constant && pieces_count == 2 && value.is_text()) {
      second = value.text();
    } else if (is_constant) {
      rest += text_of(value);
    }
  }
  const std::size_t size = head.size() + second.size() + rest.size();
  if (!is_constant || size > kJoinedBytesMax) return result;
  if (!rest.empty()) {
    rest.insert(0, second);
    second = rest;
  }
  Value constant = values_.joined(head, second);
  if (pieces_count > 1) counts_.folded_bytes += constant.is_text() ? constant.size : 0;
  constant.origins = result.origins;
  constant.trail = result.trail;
  return constant;
}

Value Interpreter::binary(NodeId id) {
  Node node = tree_.at(id);
  node.op = in_lower_case(node.op);
  Value result = evaluate(node.first_child);
  if (node.first_child == kNoNode) return {};
  for (NodeId next = tree_.at(node.first_child).next; next != kNoNode; next = tree_.at(next).next) {
    // The right side of && and || need not be reached.
    if (is_logic(node.op)) ++conditions_;
    const Value right = evaluate(next);
    if (is_logic(node.op)) --conditions_;
    if (node.op == op("=~")) keep_captures(result);
    result = node.op == op(",") ? right : binary_of(node, result, right);
  }
  return result;
}

// Perl: what is matched against a pattern, $1 and the next may have a part of.
void Interpreter::keep_captures(const Value& matched) {
  if (matched.origins == 0) return;
  Value captured;
  values_.take_origins(captured, matched);
  for (char digit = '1'; digit <= '9'; ++digit) bind(tree_.symbols().of({&digit, 1})) = captured;
}

Value Interpreter::binary_of(const Node& node, const Value& left, const Value& right) {
  const std::uint32_t op_code = is_basic(node.language) && node.op == op("^") ? op("**") : node.op;
  Value result = mixed(left, right);
  if (is_equality(op_code)) note_comparison(left, right);
  if (op_code == op(".") || (op_code == op("&") && is_basic(node.language)) ||
      (op_code == op("+") && joins_with_plus(node.language) &&
       (left.is_text() || right.is_text()))) {
    if (!left.is_constant() || !right.is_constant()) {
      result.names_page = leads_to_page(&right, {&right, 1});
      return result;
    }
    std::string number;
    std::string other_number;
    const std::string_view before = left.is_text() ? left.text() : (number = text_of(left));
    const std::string_view behind =
        right.is_text() ? right.text() : (other_number = text_of(right));
    if (before.size() + behind.size() > kJoinedBytesMax) return result;
    Value constant = values_.joined(before, behind);
    counts_.folded_bytes += static_cast<std::uint32_t>(behind.size());
    constant.origins = result.origins;
    constant.trail = result.trail;
    return constant;
  }
  if (op_code == op("+") && joins_with_plus(node.language) && !left.is_number() &&
      !right.is_number())
    return result;
  const bool is_bitwise = op_code == op("^") || op_code == op("|") || op_code == op("&");
  if (is_bitwise && left.is_text() && right.is_text() && !joins_with_plus(node.language)) {
    Value constant = values_.text_value(combined(left.text(), right.text(), op_code));
    counts_.folded_bytes += constant.size;
    constant.origins = result.origins;
    constant.trail = result.trail;
    return constant;
  }
  if (is_logic(op_code)) return logical(node, left, right);
  if (!left.is_constant() || !right.is_constant()) {
    if (is_bitwise || op_code == op("%")) result.origins |= result.origins != 0 ? kDecoded : 0;
    return is_equality(op_code) ? Value{} : result;
  }
  if (is_equality(op_code)) {
    spend(std::min(left.is_text() ? left.size : 0U, right.is_text() ? right.size : 0U) /
          kBytesOfStep);
    return equality(node, left, right);
  }
  // A character is its number where the language has such.
  const auto operand = [&](const Value& value) {
    const bool is_character = is_java_like(node.language) && value.is_text() && value.size == 1;
    return is_character ? static_cast<unsigned char>(value.data[0]) : number_of(value);
  };
  double number = 0;
  if (!compute(op_code, operand(left), operand(right), node.language, number)) return result;
  Value constant = number_value(number);
  constant.origins = result.origins;
  constant.trail = result.trail;
  return constant;
}

// Of two constants.
Value Interpreter::equality(const Node& node, const Value& left, const Value& right) const {
  const bool has_number = left.is_number() || right.is_number();
  const bool is_loose = node.op == op("==") || node.op == op("!=") || node.op == op("<>");
  const bool are_numbers = has_number || (is_php(node) && is_loose && left.size > 0 &&
                                          is_numeric(left) && is_numeric(right));
  const bool is_equal =
      are_numbers ? number_of(left) == number_of(right) : left.text() == right.text();
  Value truth = number_value(is_equal != is_inequality(node.op) ? 1 : 0);
  // Truth values are numbers here, and what PHP makes of 0 == "a" depends on its version.
  const bool differ = left.is_text() != right.is_text() && is_php(node);
  const bool is_doubtful = differ && (!is_loose || !is_numeric(left.is_text() ? left : right));
  truth.is_maybe = left.is_maybe || right.is_maybe || is_doubtful;
  return truth;
}

// && and ||: what they give is known if the left side decides, or if both are known.
Value Interpreter::logical(const Node& node, const Value& left, const Value& right) const {
  const bool is_or = node.op == op("||") || node.op == op("or");
  const auto has_bits = [](const Value& value) {
    return value.is_number() && value.number != 0 && value.number != 1;
  };
  double bits = 0;
  if (is_basic(node.language) && has_bits(left) && has_bits(right) &&
      compute(is_or ? op("|") : op("&"), left.number, right.number, node.language, bits))
    return number_value(bits);
  const bool gives_operand = gives_operands(node.language);
  const bool is_known =
      (left.is_constant() && left.origins == 0) || left.kind == Value::Kind::kNull;
  if (!is_known) {
    // What is taken for false carries nothing.
    Value either = !gives_operand ? Value{} : is_or ? values_.either(left, right) : right;
    either.is_maybe = true;
    return either;
  }
  Value result;
  if (is_true(left) == is_or) {
    result = gives_operand ? left : number_value(is_or ? 1 : 0);
  } else if (gives_operand) {
    result = right;
  } else if (right.is_constant() && right.origins == 0) {
    result = number_value(is_true(right) ? 1 : 0);
  }
  result.is_maybe = left.is_maybe || right.is_maybe;
  return result;
}

// A password, or the digest of one, that the request must bring.
void Interpreter::note_comparison(const Value& left, const Value& right) {
  constexpr std::size_t kSecretBytesMin = 3;
  const auto is_secret = [](const Value& value) {
    return value.is_text() && value.size >= kSecretBytesMin;
  };
  if ((left.comes_from(kFromOutside) && is_secret(right)) ||
      (right.comes_from(kFromOutside) && is_secret(left)))
    ++counts_.compared_secrets;
}

Value Interpreter::unary(NodeId id) {
  Node node = tree_.at(id);
  node.op = in_lower_case(node.op);
  if (node.first_child == kNoNode) return {};  // an operator whose operand was not understood
  const Value value = evaluate(node.first_child);
  switch (node.op) {
    case op("-"):
      if (value.is_constant()) return number_value(-number_of(value));
      break;
    case op("+"):
      if (value.is_constant()) return number_value(number_of(value));
      break;
    case op("!"):
    case op("not"): {
      if (!value.is_constant() && value.kind != Value::Kind::kNull) return {};
      Value truth = number_value(is_true(value) ? 0 : 1);
      truth.is_maybe = value.is_maybe;
      return truth;
    }
    case op("~"):
      if (value.is_number()) return number_value(static_cast<double>(~whole(value.number)));
      if (value.is_text()) {
        std::string text(value.text());
        for (char& c : text) c = static_cast<char>(~static_cast<unsigned char>(c));
        counts_.folded_bytes += static_cast<std::uint32_t>(text.size());
        return values_.text_value(text);
      }
      break;
    case op("++"):
    case op("--"): {
      Value next = value;
      if (value.is_text() && node.op == op("++") && is_php(node) && !is_numeric(value)) {
        next = values_.text_value(value.size == 0 ? "1" : counted_up(std::string(value.text())));
      } else if (value.is_constant() || value.kind == Value::Kind::kNull) {
        next = number_value(number_of(value) + (node.op == op("++") ? 1 : -1));
      }
      next.origins = value.origins;
      next.trail = value.trail;
      assign_to(node.first_child, next);
      // Written before or after: parsers that tell say so by the child's place behind the operator.
      const bool is_before = tree_.at(node.first_child).begin > node.begin;
      return is_before ? next : value;
    }
    case op("@"):
    case op("&"):
    case op("await"):
      return value;
    default:
      break;
  }
  Value result;
  values_.take_origins(result, value);
  return result;
}

Value Interpreter::cast(NodeId id) {
  const Node node = tree_.at(id);
  Value value = evaluate(node.first_child);
  const std::string type = ascii_lower(tree_.symbols().name(node.name));
  const bool is_number = type == "int" || type == "integer" || type == "float" ||
                         type == "double" || type == "long" || type == "short" || type == "cint" ||
                         type == "clng" || type == "bool" || type == "boolean";
  if (type == "byte") {
    if (value.is_text() && value.size == 1)
      return number_value(static_cast<unsigned char>(value.data[0]));
    if (value.is_number()) return number_value(static_cast<double>(whole(value.number) & 0xFF));
    return value;
  }
  if (is_number) {
    if (value.is_text() && value.size == 1 && is_java_like(node.language))
      return number_value(static_cast<unsigned char>(value.data[0]));
    if (value.is_constant()) return number_value(std::trunc(number_of(value)));
    return {};  // a number carries nothing
  }
  if (type == "char" && value.is_number()) {
    Value result;
    const Value number = value;
    if (fold(Fold::kChr, {&number, 1}, values_, result)) return result;
  }
  if (type == "string" && value.is_number()) {
    const Origins origins = value.origins;
    value = values_.text_value(text_of(value));
    value.origins = origins;
    return value;
  }
  if (value.is_object() && value.index == 0 && value.type == kNoSymbol)
    value.type = type_named(node.name);
  if (value.kind == Value::Kind::kUnknown && type != "object" && type != "string" &&
      type != "array") {
    value.kind = Value::Kind::kObject;
    value.index = 0;
    value.type = type_named(node.name);
  }
  return value;
}

}  // namespace pugmark::script
