#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "detect/script/parse.h"
#include "detect/script/perl/perl_quotes.h"
#include "detect/script/perl/perl_words.h"
#include "detect/script/token.h"
#include "detect/script/token_parser.h"
#include "detect/script/tree_builder.h"

namespace pugmark::script {

// Parses Perl as far as that can be done without running it. What it makes where the tree's
// contract leaves a choice:
//   $x, @x, %x               kVariable x, with op("@") and op("%") for the latter two; $x[0], $x{a}
//                            and $x->[0] are a kIndex of kVariable x
//   @$x, %{...}, $$x, \$x    kUnary op("@"), op("%"), op("$"), op("\\"); $#x: op("$#")
//   my $x = v                kDeclare, but of `our` a kVariable; my ($x, $y) = v: kAssign to a
//                            kArray of kDeclare
//   $x->m(a), F::G->m        kCall of kMember, with or without brackets; new F(a) a kNew
//   &f(a), f(a), f a         kCall of kName; $x->(a), &$x(a): kCall of the value
//   a => b                   kPair; lists in brackets of any kind a kArray
//   "a $b" . c               kInterpolated; heredocs too, which stretch over their body
//   print a                  kEcho; with a file handle a kCall of print, the handle first
//   `a $b`                   kCommand
//   m/a/                     kRegex; s/a/b/f: a kCall of s with pattern, replacement (code if f
//                            has an e in it) and flags; tr/a/b/f: a kCall of tr; $x =~ that:
//                            kBinary
//   <F>, <*.c>               kCall of readline, of glob
//   eval { }                 kTry; eval "..." is a kCall
//   do { }, map { } a        a kBlock as a value; a kCall with a kFunction first
//   do "f", require "f"      kInclude; use F a, require F: kImport, with the arguments as children
//   use constant A => b      kDeclare
//   a if b, a for b          kIf, kForEach and so on, as if it stood there with braces
//   a // b, a || b           kConditional op("??"), kBinary
//   -e $f, not a, a eq b     kUnary op("-e"), kUnary op("!"), kBinary op("eq")
// Labels, package and the like leave nothing behind.
class PerlParser : private TokenParser {
 public:
  PerlParser(std::span<const Token> tokens, std::span<const Region> regions, std::uint16_t source,
             const ParseBounds& bounds, Tree& tree);
  ParseOutcome parse();

 private:
  using Word = PerlWord;

  // ---- Statements: perl_statements.cc
  Word word() const { return word_of(*token_); }
  static Word word_of(const Token& token) {
    return token.kind == TokenKind::kName ? static_cast<Word>(token.op) : Word::kNone;
  }
  using TokenParser::take;
  bool take(Word word);
  bool at_statement_end() const;
  void end_statement();
  NodeId too_deep();
  void pass_braces();
  void find_region();
  void statements(NodeList& list);
  void statement(NodeList& list);
  bool block_statement(NodeList& list);
  void word_statement(NodeList& list);
  void markup(NodeList& list);
  NodeId block();
  NodeId if_statement();
  NodeId condition(bool is_negated);
  NodeId while_statement();
  NodeId for_statement();
  NodeId for_rest(NodeId first, std::uint32_t from);
  NodeId loop_node(std::uint32_t from, NodeId first, NodeId condition, NodeId after, NodeId body);
  NodeId given_statement();
  NodeId try_statement();
  void package_statement(NodeList& list);
  void use_statement(NodeList& list);
  void constants(NodeList& list);
  NodeId function(bool is_named);
  void parameters(NodeList& node);
  void expression_statement(NodeList& list);
  NodeId modified(NodeId statement);
  NodeId modified_once(NodeId statement);
  NodeId negated(NodeId value);
  NodeId value_of(NodeId block);
  NodeId block_of(NodeId statement);

  // ---- Operators: perl_expressions.cc
  NodeId expression();  // with commas, and, or
  NodeId low_expression(unsigned precedence_min);
  NodeId comma_list();
  NodeId assignment();  // without commas
  NodeId conditional();
  NodeId binary(unsigned precedence_min);
  unsigned precedence_here(std::uint32_t& op) const;
  NodeId unary();
  NodeId increment();
  NodeId postfix(NodeId value);
  NodeId arrow(NodeId value);
  NodeId method(NodeId object);
  NodeId element(NodeId value, std::uint32_t closing);
  NodeId call_of_value(NodeId callee);
  void list_until(NodeList& list, std::uint32_t closing);
  NodeId list_element();
  NodeId low_element();
  NodeId shift_operand();
  void arguments(NodeList& node);
  static bool begins_value(const Token& token);
  bool begins_value() const { return begins_value(*token_); }
  bool begins_argument() const;

  // ---- Values: perl_values.cc
  NodeId operand();
  NodeId sigil_operand();
  NodeId variable(const Token& token);
  NodeId name_operand();
  NodeId plain_name();
  NodeId parentheses();
  NodeId array(std::uint32_t closing);
  NodeId declaration();
  NodeId declared(std::uint32_t from);
  void pass_attribute();
  NodeId angle();
  NodeId word_operand();
  NodeId loop_control();
  NodeId eval_operand();
  NodeId do_operand();
  NodeId require_operand();
  NodeId print_operand();
  bool has_file_handle() const;
  NodeId mapping();
  bool begins_with_comparer() const;
  NodeId created();
  NodeId named_call(bool is_unary);
  NodeId return_operand();

  // ---- Texts: perl_texts.cc
  NodeId quote();
  NodeId heredoc();
  NodeId template_of(NodeKind kind, std::uint32_t from, std::uint32_t to, const Token& token);
  NodeId words(const PerlQuote& quote);
  NodeId substitution(const PerlQuote& quote);
  NodeId transliteration(const PerlQuote& quote);
  NodeId code(std::uint32_t from, std::uint32_t to);
  void pieces(NodeList& node, std::uint32_t from, std::uint32_t to);
  void piece(NodeList& node, std::uint32_t from, std::uint32_t to);

  std::span<const Region> regions_;
  std::size_t region_at_ = 0;
  bool in_expression_region_ = false;
  std::uint32_t texts_depth_ = 0;
  std::size_t search_budget_bytes_;  // see end_of_perl_variable()
};

}  // namespace pugmark::script
