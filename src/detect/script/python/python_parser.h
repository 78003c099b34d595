#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/script/parse.h"
#include "detect/script/python/python_tokens.h"
#include "detect/script/python/python_words.h"
#include "detect/script/token.h"
#include "detect/script/token_parser.h"
#include "detect/script/tree_builder.h"

namespace pugmark::script {

// Parses Python 2 and 3 by recursive descent. What it makes where the tree's contract leaves a
// choice:
//   [x for y in z if c]     kArray: a kForEach of collection, target and an empty block for each
//                           `for`, the conditions, and last the element; of a dict a kPair
//   print x; print(x)       kEcho, unless something tells where to print; then a kCall
//   exec x in y; `x`        kCalls of exec and repr
//   a[b:c:d]                kIndex with a kCall of slice; kEmpty for what is left out
//   f(a=b), f(*a, **b)      kPair of kName and value; kSpread, with op("**") for the latter
//   a and b, not in, is not op("and"), op("!in"), op("!is")
//   with a as b             kBlock: a kAssign, and the block
//   @decorator              a statement before what it decorates
//   from a.b import c as d  kImport: `name` "a.b.c", `type` "d"; without `as` "c". import a.b as c:
//                           `name` "a.b", `type` "c"
//   raise a, b; a from b    kReturn of a kArray
//   yield x                 kReturn, as an expression too; await x is x
//   del x, assert x         kUnary op("del"), kCall of assert
//   else of a loop          a kBlock behind it; of a try: a block more
//   "a" "b"                 kInterpolated
// pass and nonlocal leave nothing behind.
class PythonParser : private TokenParser {
 public:
  PythonParser(std::span<const Token> tokens, std::span<const Region> regions, std::uint16_t source,
               const ParseBounds& bounds, Tree& tree);
  ParseOutcome parse();

 private:
  using Word = PythonWord;

  // ---- Tokens and lists of statements: python_statements.cc
  Word word() const { return word_of(*token_); }
  static Word word_of(const Token& token) {
    return token.kind == TokenKind::kName ? static_cast<Word>(token.op) : Word::kNone;
  }
  using TokenParser::take;
  bool take(Word word);
  bool at_line_end() const;
  bool at_statement_end() const { return at_line_end() || is_op(op(";")); }
  void end_statement();
  void find_region();
  NodeId too_deep();
  void too_deep_block();
  void statements(NodeList& list);
  void statement_or_region(NodeList& list);
  void statement(NodeList& list);
  void statement_of_word(NodeList& list);
  NodeId block();
  void block_into(NodeList& block);
  void lines(NodeList& block);
  void markup(NodeList& list);

  // ---- Statements without blocks: python_simple.cc
  void expression_statement(NodeList& list);
  void assignments(NodeList& list, NodeId first);
  NodeId annotated(NodeId target);
  bool is_print() const;
  const Token* behind_brackets(const Token* from) const;
  void print_statement(NodeList& list);
  void exec_statement(NodeList& list);
  void return_statement(NodeList& list);
  void raise_statement(NodeList& list);
  void delete_statement(NodeList& list);
  void assert_statement(NodeList& list);
  void global_statement(NodeList& list);
  void import_statement(NodeList& list);
  void from_statement(NodeList& list);
  std::string dotted_path();

  // ---- Statements with blocks: python_blocks.cc
  NodeId if_statement();
  void skip_to_clause();
  void while_statement(NodeList& list);
  void for_statement(NodeList& list);
  void else_block(NodeList& list);
  NodeId try_statement();
  void except_head(NodeList& block);
  NodeId with_statement();
  bool has_items_in_brackets() const;
  NodeId match_statement();
  bool is_match() const;
  NodeId case_block();
  NodeId class_statement();
  void bases(NodeList& node);
  NodeId base_name();
  NodeId function();
  void parameters(NodeList& node, std::uint32_t closing);
  NodeId parameter(std::uint32_t closing);
  Symbol annotation();
  void decorator(NodeList& list);

  // ---- Expressions: python_expressions.cc
  NodeId expressions();  // several are a tuple
  NodeId targets();      // of for: no `in` inside
  NodeId target();
  bool begins_expression() const;
  NodeId expression();  // with walrus, or starred
  NodeId conditional();
  NodeId lambda();
  NodeId yield();
  NodeId binary(unsigned precedence_min);
  NodeId unary();
  unsigned precedence_here(std::uint32_t& op, unsigned& tokens_count) const;
  NodeId power();
  NodeId postfix(NodeId value);
  NodeId member(NodeId object);
  NodeId call(NodeId callee);
  NodeId index(NodeId object);
  NodeId subscript();
  NodeId argument();
  void end_brackets(std::uint32_t closing);
  void pass_balanced();
  NodeId bitwise_expression();
  NodeId collection();  // without a condition behind it

  // ---- Values: python_values.cc
  NodeId operand();
  bool is_value_word() const;
  NodeId name_operand();
  NodeId parentheses();
  NodeId list_display();
  NodeId dict_display();
  NodeId dict_entry();
  NodeId comprehension(NodeId element);
  void comprehension_into(NodeList& list, NodeId element, bool takes_tuple);
  NodeId back_ticks();
  NodeId texts();
  NodeId text();
  std::string_view text_value(std::uint32_t from, std::uint32_t to, const PythonText& parts);
  void formatted(NodeList& node, const PythonText& parts);
  void piece(NodeList& node, std::uint32_t from, std::uint32_t to, const PythonText& parts);
  std::uint32_t hole(NodeList& node, std::uint32_t from, std::uint32_t to);

  std::span<const Region> regions_;
  std::size_t region_at_ = 0;
  bool in_expression_region_ = false;
  bool in_pattern_ = false;  // of a case: `a as b` and `a if b` mean other things
  std::uint32_t holes_depth_ = 0;
};

}  // namespace pugmark::script
