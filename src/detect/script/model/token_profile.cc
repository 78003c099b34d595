#include "detect/script/model/token_profile.h"

#include <algorithm>
#include <unordered_set>

namespace pugmark::script {
namespace {

// Codes of tokens that are not told apart by their text.
enum Code : std::uint32_t {
  kOwnName = 1,
  kOwnVariable,
  kNumberCode,
  kCharacterCode,
  kRegexCode,
  kMarkupCode,
  kNewLineCode,
  kBeginCode,
  kTextCode = 64,  // plus class of length and make-up
};

constexpr std::string_view kWords[] = {
    "if",           "else",     "elseif",    "for",        "foreach",    "each",     "while",
    "do",           "switch",   "case",      "function",   "sub",        "class",    "new",
    "return",       "try",      "catch",     "end",        "then",       "dim",      "set",
    "var",          "let",      "public",    "private",    "static",     "void",     "string",
    "int",          "byte",     "object",    "in",         "as",         "to",       "next",
    "loop",         "until",    "select",    "with",       "global",     "echo",     "print",
    "die",          "exit",     "isset",     "empty",      "include",    "require",  "include_once",
    "require_once", "use",      "namespace", "extends",    "implements", "throw",    "import",
    "imports",      "using",    "true",      "false",      "null",       "nothing",  "and",
    "or",           "not",      "mod",       "call",       "on",         "error",    "resume",
    "byval",        "byref",    "const",     "array",      "list",       "this",     "me",
    "self",         "parent",   "super",     "instanceof", "byte",       "char",     "boolean",
    "bool",         "long",     "throws",    "exception",  "def",        "lambda",   "my",
    "our",          "elif",     "unless",    "get",        "protected",  "override", "async",
    "await",        "delegate", "is",        "typeof",     "runat",      "language"};

// Hashes of names in lower case. Of 64 bits: no two names known are alike, and a script that looks
// for one that is like them changes its own features only.
using Words = std::unordered_set<std::uint64_t>;

std::uint64_t hash_in_lower_case(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a
  for (const char c : name) {
    const auto lower = static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    hash = (hash ^ lower) * 0x100000001B3U;
  }
  return hash;
}

// The names that the tables know, whole and in parts, and the languages' own words.
Words words_of(Family family) {
  Words words;
  for (const std::string_view word : kWords) words.insert(hash_in_lower_case(word));
  for (const Effect& effect : effects_of(family)) {
    std::string_view name = effect.name;
    if (name.ends_with('=')) name.remove_suffix(1);
    if (name.starts_with('$')) name.remove_prefix(1);
    words.insert(hash_in_lower_case(name));
    for (std::size_t at = name.find('.'); at != std::string_view::npos; at = name.find('.')) {
      if (at > 0) words.insert(hash_in_lower_case(name.substr(0, at)));
      name.remove_prefix(at + 1);
    }
    words.insert(hash_in_lower_case(name));
  }
  return words;
}

const Words& known_words(Family family) {
  static const std::array<Words, 7> kKnown = {words_of(Family::kPhp),    words_of(Family::kAsp),
                                              words_of(Family::kDotNet), words_of(Family::kJava),
                                              words_of(Family::kCfml),   words_of(Family::kPerl),
                                              words_of(Family::kPython)};
  return kKnown[static_cast<std::size_t>(family)];
}

// What a text is made of.
enum class MakeUp : std::uint8_t { kSentence, kWord, kHex, kBase64, kPath, kMarkup, kOther };

MakeUp make_up_of(std::string_view text) {
  constexpr std::size_t kEncodedBytesMin = 24;
  std::size_t letters = 0;
  std::size_t hex = 0;
  std::size_t base64 = 0;
  std::size_t blanks = 0;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    letters += is_letter ? 1U : 0U;
    hex += is_digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ? 1U : 0U;
    base64 += is_letter || is_digit || c == '+' || c == '/' || c == '=' ? 1U : 0U;
    blanks += c == ' ' || c == '\n' || c == '\t' ? 1U : 0U;
  }
  if (text.size() >= kEncodedBytesMin && hex == text.size()) return MakeUp::kHex;
  if (text.size() >= kEncodedBytesMin && base64 == text.size()) return MakeUp::kBase64;
  if (text.find('<') != std::string_view::npos && text.find('>') != std::string_view::npos)
    return MakeUp::kMarkup;
  if (text.find('/') != std::string_view::npos || text.find('\\') != std::string_view::npos)
    return MakeUp::kPath;
  if (blanks > 0) return MakeUp::kSentence;
  return letters * 2 > text.size() ? MakeUp::kWord : MakeUp::kOther;
}

unsigned class_of_length(std::size_t size) {
  if (size == 0) return 0;
  if (size == 1) return 1;
  if (size <= 4) return 2;
  if (size <= 16) return 3;
  if (size <= 64) return 4;
  return size <= 512 ? 5 : 6;
}

std::string_view without_quotes(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
      text.back() == text.front())
    return text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

void TokenProfile::clear(Family family) {
  family_ = family;
  seen_.reset();
  buckets_.clear();
  places_.clear();
  counts_ = {};
}

void TokenProfile::add(std::string_view text, std::span<const Token> tokens, bool stands_in_file) {
  std::array<std::uint32_t, kGramTokens> last{};
  std::array<std::uint32_t, kGramTokens> begins{};
  last.fill(kBeginCode);
  for (const Token& token : tokens) {
    if (token.kind == TokenKind::kEnd) break;
    if (++counts_.tokens > kTokensMax) return;
    const std::uint32_t code = code_of(text.substr(token.begin, token.length), token);
    std::move(last.begin() + 1, last.end(), last.begin());
    last.back() = code;
    std::move(begins.begin() + 1, begins.end(), begins.begin());
    begins.back() = token.begin;
    // Runs of one, two, ... tokens that end here.
    std::uint64_t hash = 0;
    for (std::size_t count = 1; count <= kGramTokens; ++count) {
      hash = (hash + last[kGramTokens - count] + count) * 0x9E3779B97F4A7C15U;
      hash ^= hash >> 32U;
      const auto bucket = static_cast<std::uint16_t>(hash % kBucketsCount);
      if (seen_[bucket]) continue;
      seen_[bucket] = true;
      buckets_.push_back(bucket);
      const std::uint32_t begin = begins[kGramTokens - count];
      places_.push_back(stands_in_file ? Place{begin, token.begin + token.length - begin}
                                       : Place{});
    }
  }
}

std::uint32_t TokenProfile::code_of(std::string_view text, const Token& token) {
  counts_.longest_token = std::max<std::uint64_t>(counts_.longest_token, token.length);
  switch (token.kind) {
    case TokenKind::kName:
    case TokenKind::kVariable: {
      constexpr std::size_t kKnownBytesMax = 64;
      while (!text.empty() && (text[0] == '$' || text[0] == '@' || text[0] == '%'))
        text.remove_prefix(1);
      if (text.size() <= kKnownBytesMax) {
        const std::uint64_t hash = hash_in_lower_case(text);
        if (known_words(family_).contains(hash)) {
          ++counts_.known_names;
          if (hash == hash_in_lower_case("resume")) ++counts_.silenced;
          return static_cast<std::uint32_t>(hash >> 32U) | 0x80000000U;
        }
      }
      if (token.kind == TokenKind::kVariable) {
        ++counts_.variables;
        return kOwnVariable;
      }
      ++counts_.own_names;
      return kOwnName;
    }
    case TokenKind::kText:
    case TokenKind::kTemplate:
    case TokenKind::kCommand: {
      const std::string_view inner = without_quotes(text);
      note_text(inner);
      const unsigned make_up = static_cast<unsigned>(make_up_of(inner.substr(0, 4096)));
      const unsigned is_special = token.kind == TokenKind::kText       ? 0U
                                  : token.kind == TokenKind::kTemplate ? 1U
                                                                       : 2U;
      return kTextCode + class_of_length(inner.size()) + 8U * make_up + 64U * is_special;
    }
    case TokenKind::kRegex:
      return kRegexCode;
    case TokenKind::kNumber:
      ++counts_.numbers;
      return kNumberCode;
    case TokenKind::kCharacter:
      return kCharacterCode;
    case TokenKind::kMarkup:
      ++counts_.markup;
      return kMarkupCode;
    case TokenKind::kNewLine:
    case TokenKind::kIndent:
    case TokenKind::kDedent:
      return kNewLineCode;
    case TokenKind::kOperator:
      ++counts_.operators;
      if (token.op == op(".") || token.op == op("&") || token.op == op("+")) ++counts_.joins;
      if (token.op == op("@")) ++counts_.silenced;
      return token.op | 0x40000000U;
    default:
      return 0;
  }
}

void TokenProfile::note_text(std::string_view text) {
  constexpr std::size_t kEncodedBytesMin = 64;
  ++counts_.texts;
  counts_.text_bytes += text.size();
  counts_.longest_text = std::max<std::uint64_t>(counts_.longest_text, text.size());
  for (std::size_t at = text.find('\\'); at != std::string_view::npos && at + 1 < text.size();
       at = text.find('\\', at + 2)) {
    const char next = text[at + 1];
    if (next == 'x' || next == 'u' || (next >= '0' && next <= '7')) ++counts_.escapes;
  }
  if (text.size() < kEncodedBytesMin) return;
  const MakeUp make_up = make_up_of(text);
  if (make_up != MakeUp::kHex && make_up != MakeUp::kBase64) return;
  ++counts_.encoded_texts;
  counts_.encoded_bytes += text.size();
}

}  // namespace pugmark::script
