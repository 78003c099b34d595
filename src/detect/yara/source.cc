#include "detect/yara/source.h"

#include <algorithm>
#include <utility>

#include "detect/yara/lexer.h"

namespace pugmark::yara {
namespace {

bool is_name(const Token& token, std::string_view name) {
  return token.kind == TokenKind::kName && token.text == name;
}

bool is_character(const Token& token, char c) {
  return token.kind == TokenKind::kOther && token.text.front() == c;
}

bool contains_word(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

// The text between the quotes of a string token.
std::string_view unquoted(std::string_view text) {
  text.remove_prefix(1);
  if (text.ends_with('"')) text.remove_suffix(1);
  return text;
}

// How many states of the automaton a string may need: libyara searches for up to four bytes of
// each spelling of it.
std::uint64_t states_of(std::string_view definition) {
  std::uint64_t states = definition.starts_with('"') ? 4 : 64;
  if (contains_word(definition, "nocase")) states = std::max<std::uint64_t>(states, 32);
  if (contains_word(definition, "xor")) states = 1'024;
  if (contains_word(definition, "base64")) states *= 3;
  return contains_word(definition, "wide") ? states * 2 : states;
}

// Two jumps side by side make libyara 4.2.3 read past the window and end the whole program.
bool has_adjacent_jumps(std::string_view hex) {
  bool is_behind_jump = false;
  for (std::size_t at = 0; at < hex.size(); ++at) {
    if (hex.substr(at).starts_with("//")) {
      at = std::min(hex.find('\n', at), hex.size());
    } else if (hex.substr(at).starts_with("/*")) {
      at = std::min(hex.find("*/", at + 2), hex.size() - 2) + 1;
    } else if (hex[at] == '[' && is_behind_jump) {
      return true;
    } else if (std::string_view(" \t\r\n").find(hex[at]) == std::string_view::npos) {
      is_behind_jump = hex[at] == ']';
    }
  }
  return false;
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text), lexer_(text) {}

  std::vector<Statement> split() {
    for (take(); token_.kind != TokenKind::kEnd;) {
      const Lexer::Position begin = lexer_.position();
      if (is_name(token_, "import") || is_name(token_, "include")) {
        split_import(begin);
      } else if (is_rule_word()) {
        split_rule(begin);
      } else {
        split_other(begin);
      }
    }
    return std::move(statements_);
  }

 private:
  enum class Section : std::uint8_t { kHead, kMeta, kStrings, kCondition };

  void take() {
    token_ = lexer_.next(is_body_);
    if (token_.kind == TokenKind::kEnd) return;
    previous_end_ = end_;
    end_ = static_cast<std::size_t>(token_.text.data() - text_.data()) + token_.text.size();
  }

  bool is_rule_word() const {
    return is_name(token_, "rule") || is_name(token_, "private") || is_name(token_, "global");
  }

  // `end`: behind the last byte of the statement.
  Statement& add(Statement::Kind kind, Lexer::Position begin, std::size_t end) {
    Statement& statement = statements_.emplace_back();
    statement.kind = kind;
    statement.text = text_.substr(begin.at, end - begin.at);
    statement.line = begin.line;
    if (statement.text.find('\0') != std::string_view::npos)
      statement.fault = "A byte 0 stands in it.";
    return statement;
  }

  void split_import(Lexer::Position begin) {
    const Statement::Kind kind =
        token_.text == "import" ? Statement::Kind::kImport : Statement::Kind::kInclude;
    take();
    if (token_.kind != TokenKind::kText) {
      add(Statement::Kind::kOther, begin, end_before());
      return;
    }
    add(kind, begin, end_).name = unquoted(token_.text);
    take();
  }

  void split_other(Lexer::Position begin) {
    std::size_t end = end_;
    while (token_.kind != TokenKind::kEnd && !is_rule_word() && !is_name(token_, "import") &&
           !is_name(token_, "include")) {
      end = end_;
      take();
    }
    add(Statement::Kind::kOther, begin, end);
  }

  void split_rule(Lexer::Position begin) {
    Statement rule;
    for (; is_name(token_, "private") || is_name(token_, "global"); take()) {
      rule.is_private |= token_.text == "private";
      rule.is_global |= token_.text == "global";
    }
    if (!is_name(token_, "rule")) {
      add(Statement::Kind::kOther, begin, end_before());
      return;
    }
    take();
    if (token_.kind == TokenKind::kName && !is_rule_word()) {
      rule.name = token_.text;
      take();
    }
    // Tags.
    while (is_character(token_, ':') || (token_.kind == TokenKind::kName && !is_rule_word()))
      take();
    before_next_ = end_before();
    const bool is_closed = is_character(token_, '{') && split_body(rule);
    const Statement& added = add(Statement::Kind::kRule, begin, is_closed ? end_ : before_next_);
    rule.kind = added.kind;
    rule.text = added.text;
    rule.line = added.line;
    if (!added.fault.empty()) rule.fault = added.fault;
    if (!is_closed) rule.fault = "It does not end: there is no '}' before the next rule.";
    statements_.back() = std::move(rule);
    if (is_closed) take();
  }

  // True if the closing brace was found; it is the current token then. Else the current token is
  // the first of the next statement.
  bool split_body(Statement& rule) {
    is_body_ = true;
    Section section = Section::kHead;
    bool is_behind_modifier = false;
    Lexer::Position modifiers;  // the first of those in front of the current token
    std::size_t before_modifiers = 0;
    for (take(); !is_character(token_, '}'); take()) {
      if (token_.kind == TokenKind::kEnd || is_next_statement()) {
        is_body_ = false;
        before_next_ = end_before();
        // On a line of its own the word may as well be the last of a string in this rule.
        if (!is_behind_modifier || !is_name(token_, "rule") || modifiers.line != token_.line)
          return false;
        before_next_ = before_modifiers;
        lexer_.rewind(modifiers);
        take();
        return false;
      }
      const bool is_modifier = is_name(token_, "private") || is_name(token_, "global");
      if (is_modifier && !is_behind_modifier) {
        modifiers = lexer_.position();
        before_modifiers = end_before();
      }
      is_behind_modifier = is_modifier;
      section = section_after(section);
      note(rule, section);
    }
    finish_string(rule);
    is_body_ = false;
    return true;
  }

  // These words are reserved: no rule that is whole contains them.
  bool is_next_statement() const {
    return is_name(token_, "rule") || is_name(token_, "import") || is_name(token_, "include");
  }

  // Where the token in front of the current one ends.
  std::size_t end_before() const { return token_.kind == TokenKind::kEnd ? end_ : previous_end_; }

  Section section_after(Section section) const {
    if (is_name(token_, "meta")) return Section::kMeta;
    if (is_name(token_, "strings")) return Section::kStrings;
    if (is_name(token_, "condition")) return Section::kCondition;
    return section;
  }

  void note(Statement& rule, Section section) {
    if (token_.kind == TokenKind::kHex && has_adjacent_jumps(token_.text))
      rule.fault = "Two jumps stand side by side in a hexadecimal string. Make them one.";
    if (section == Section::kStrings) note_string(rule);
    if (section != Section::kCondition) return;
    finish_string(rule);
    if (token_.kind == TokenKind::kName) note_word(rule);
    is_behind_set_ = is_character(token_, ')') || is_name(token_, "them");
  }

  void note_string(Statement& rule) {
    if (token_.kind == TokenKind::kString) {
      finish_string(rule);
      string_name_ = token_.text;
      string_begin_ = std::string_view::npos;
    } else if (!string_name_.empty() && !is_character(token_, '=')) {
      if (string_begin_ == std::string_view::npos) string_begin_ = end_ - token_.text.size();
      string_end_ = end_;
    }
  }

  void finish_string(Statement& rule) {
    if (!string_name_.empty() && string_begin_ != std::string_view::npos) {
      rule.strings.push_back(
          {string_name_, text_.substr(string_begin_, string_end_ - string_begin_)});
      rule.states_estimate += states_of(rule.strings.back().text);
    }
    string_name_ = {};
  }

  void note_word(Statement& rule) {
    const std::string_view word = token_.text;
    rule.asks_where_of_set |= is_behind_set_ && (word == "at" || word == "in");
    const std::string_view rest = text_.substr(end_);
    if (rest.starts_with('.') && !rest.starts_with("..")) {
      if (std::find(rule.modules.begin(), rule.modules.end(), word) == rule.modules.end())
        rule.modules.push_back(word);
    }
    const std::size_t at = rest.find_first_not_of(" \t\r\n");
    rule.references.push_back({word, at != std::string_view::npos && rest[at] == '*'});
  }

  std::string_view text_;
  Lexer lexer_;
  Token token_;
  bool is_body_ = false;
  bool is_behind_set_ = false;    // in a condition: behind what may be a set of strings
  std::size_t end_ = 0;           // of the current token
  std::size_t previous_end_ = 0;  // of the one in front of it
  std::size_t before_next_ = 0;   // where a rule that does not end is taken to end
  std::string_view string_name_;  // of the string being read; "" for none
  std::size_t string_begin_ = 0;
  std::size_t string_end_ = 0;
  std::vector<Statement> statements_;
};

}  // namespace

std::vector<Statement> split_source(std::string_view text) { return Splitter(text).split(); }

}  // namespace pugmark::yara
