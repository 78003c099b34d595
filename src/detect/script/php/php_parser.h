#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/script/parse.h"
#include "detect/script/php/php_cursor.h"
#include "detect/script/php/php_keywords.h"
#include "detect/script/php/php_text.h"
#include "detect/script/tree.h"

namespace pugmark::script::php {

// How PHP is put into the tree's terms, where tree.h leaves a choice:
//
// Names. kName is as written, but for the "\" in front of an absolute name, which is left out.
// $a->b, $a?->b: kMember. A::b, constant or method: kMember with op("::"). A::$b: kMember named b
// with op("::$"). A::$b() calls the method that $b names: kCall of a kDynamicMember. A::{x}() and
// A::$$b too. $x{0} is a kIndex.
// Calls. eval, exit, die, isset, empty, unset: kCall of a kName in lower case. print is a kEcho,
// also inside an expression. A named argument is a kPair of kName and value. f(...), which makes a
// closure of f, is its callee alone: the text "f" for a name. x |> f is f(x).
// References. &$x as a value, element or argument: kUnary op("&"). A kForEach has op("&") if it
// goes by reference, a kParameter likewise. global $x and static $x are kDeclare of the type
// "global" or "static".
// Closures. What use (...) takes in follows the parameters: kParameter of the type "use", with
// op("&") by reference. Arrow functions, which see all variables around them, have op("=>"); their
// body is a kReturn. A parameter that is also a property begins the body with $this->x = $x.
// Concatenation. Every chain of "." is one kInterpolated of all its operands.
// match is a kSwitch with op("matc"): each kBlock has its conditions first and its value last.
// throw and yield are kReturn with op("thro") and op("yiel"); a kPair in it is yield key => value.
// @ and clone are left out. and, or, xor: kBinary with op("&&"), op("||"), op("xor"). instanceof:
// kBinary with op("inst").
// Classes. Interfaces, traits and enums too; cases and constants are kDeclare, static properties
// kDeclare with op("::$"), traits used kImport. Accessors of a property x are kFunctions "get_x"
// and "set_x". use A\B as C: kImport named A\B, its `type` C; with op("func") or op("cons") for use
// function and use const. namespace X {...} is its kBlock alone. goto and labels are kDirective
// "goto" and "label", the label in `type`. Statements of a block are put into the order in which
// its unconditional gotos lead from one to the next. Left-deep chains (a + b + ..., a->b()->c()...)
// and elseif chains too long for those who walk the tree are cut: what is cut off is a statement of
// its own, before the statement or behind it, and the place counts as too deep.
class Parser {
 public:
  Parser(std::span<const Token> tokens, std::span<const Region> regions, std::uint16_t source,
         const ParseBounds& bounds, Tree& tree);

  ParseOutcome run();

 private:
  // A node under construction, and what was appended to it last.
  struct List {
    NodeId parent = kNoNode;
    NodeId last = kNoNode;
  };
  // Counts one step down, and says whether there is one left.
  class Depth;
  // Sends statements to another list while it lives.
  class Statements;

  // ---- Nodes (php_parser.cc)
  NodeId node(NodeKind kind, std::uint32_t begin);
  NodeId node_at(NodeKind kind, std::size_t begin, std::size_t end);
  NodeId finish(NodeId id);  // ends it with the token passed last
  void append(List& list, NodeId child);
  NodeKind kind(NodeId id) const { return id == kNoNode ? NodeKind::kEmpty : tree_.at(id).kind; }
  void set_name(NodeId id, std::string_view name);
  void set_op(NodeId id, std::uint32_t op);
  void set_type(NodeId id, Symbol type);
  NodeId empty() { return node(NodeKind::kEmpty, here()); }
  NodeId take_name(NodeKind kind);  // of the token here, which is passed
  // A node of finished operands, in order; kNoNode: none.
  NodeId node_of(NodeKind kind, std::uint32_t begin, std::initializer_list<NodeId> children);
  // The node, or an empty one if it is too high to be built upon; then it becomes a statement.
  NodeId cut(NodeId id);
  bool is_too_high(NodeId id) const;

  // ---- Tokens (php_parser.cc)
  const Token& token() const { return cursor_.token(); }
  Keyword keyword() const { return cursor_.keyword(); }
  std::uint32_t here() const { return token().begin; }
  std::string_view token_text() const { return cursor_.text(token()); }
  bool is_kind(TokenKind kind) const { return token().kind == kind; }
  bool is_end() const { return is_kind(TokenKind::kEnd); }
  bool is_op(std::uint32_t op) const {
    return token().kind == TokenKind::kOperator && token().op == op;
  }
  bool is_keyword(Keyword keyword) const { return cursor_.keyword() == keyword; }
  void advance() { cursor_.advance(); }
  bool accept(std::uint32_t op);
  bool accept(Keyword keyword);
  std::string_view name_here() const;  // of a kName or kVariable, without "\\" or "$" in front

  // ---- Recovery and bounds (php_parser.cc)
  void skip_token();              // counts it as not understood
  void expect(std::uint32_t op);  // goes on without it if it is not there
  void close_bracket(std::uint32_t closing);
  bool ends_list() const;
  void end_statement();
  std::uint64_t pass_brackets();  // from an opening bracket to behind its closing one
  NodeId too_deep_expression();
  void too_deep_statement();
  // Items between commas up to the closing bracket, which is passed.
  void items(List& list, std::uint32_t closing, NodeId (Parser::*item)());

  // ---- Statements (php_statements.cc)
  void statement();
  bool keyword_statement();
  bool declaring_statement();
  void markup();
  void echo();
  void expression_statement();
  void return_statement();
  void leave_statement();  // break, continue
  void goto_statement();
  void label();
  void declare_statement();
  void namespace_statement();
  void use_statement();
  void use_clauses(std::uint32_t op, std::string_view prefix);
  void use_clause(std::uint32_t op, std::string_view prefix);
  void variables_statement(Keyword keyword);
  void class_statement();

  // ---- Blocks and what is made of them (php_blocks.cc)
  // Statements into the list until there are no more of it.
  void statements(List& list, bool (Parser::*is_over)() const);
  NodeId braces();                    // {...} as a kBlock
  NodeId body(bool& is_alternative);  // {...}, one statement, or ":" and what follows
  void end_alternative(Keyword closing);
  bool is_brace_over() const;
  bool is_alternative_over() const;
  bool is_case_over() const;
  NodeId condition();  // in parentheses
  void if_statement();
  NodeId if_branch(bool& is_alternative);
  void link_ifs(std::size_t first, NodeId last_block);
  void while_statement();
  void do_statement();
  void for_statement();
  NodeId for_part(std::uint32_t closing);
  NodeId for_condition();
  void foreach_statement();
  void switch_statement();
  NodeId switch_case();
  void try_statement();
  NodeId catch_block();
  void order_by_gotos(NodeId block);  // php_gotos.cc

  // ---- Declarations (php_declarations.cc)
  NodeId function(std::uint32_t begin);  // from behind "function"
  void signature(List& list);
  NodeId function_body(std::size_t first_promoted);
  NodeId parameter();
  bool pass_modifiers(bool& is_static);
  void promote(NodeId parameter);
  NodeId captured();
  Symbol type();
  NodeId class_declaration(std::uint32_t begin);
  void class_behind_name(List& list);
  void bases(List& list);
  void member(List& list);
  void member_behind_modifiers(List& list, std::uint32_t begin, bool is_static);
  void enum_case(List& list, std::uint32_t begin);
  void trait_use(List& list);
  void constants(List& list, std::uint32_t begin);
  void properties(List& list, std::uint32_t begin, Symbol type, bool is_static);
  void accessors(List& list, std::string_view property);
  void accessor(List& list, std::string_view property);
  NodeId declared(NodeId declaration);  // with "= value" if there is one

  // ---- Expressions (php_expressions.cc)
  NodeId expression() { return expression(0); }
  NodeId expression(int precedence);
  NodeId infix(NodeId left, std::uint32_t begin, int precedence);
  NodeId infix_one(NodeId left, std::uint32_t begin, std::uint32_t op, int precedence);
  NodeId concatenation(NodeId left, std::uint32_t begin);
  NodeId ternary(NodeId condition, std::uint32_t begin);
  NodeId prefix();
  NodeId prefix_operator();
  NodeId prefix_keyword();
  NodeId unary(std::uint32_t op, int precedence);
  bool is_cast() const;
  NodeId cast();
  NodeId operand();  // with what follows it, and an assignment to it
  NodeId yield();

  // ---- Operands (php_operands.cc)
  NodeId primary();
  NodeId primary_name();
  NodeId construct();
  NodeId number();
  NodeId parenthesised();
  NodeId dollar();
  NodeId array(std::uint32_t closing);
  NodeId element();
  NodeId postfix(NodeId left, std::uint32_t begin, bool with_calls);
  NodeId postfix_one(NodeId left, std::uint32_t begin, bool with_calls);
  bool is_postfix(NodeId left, bool with_calls) const;
  NodeId index(NodeId object, std::uint32_t begin);
  NodeId property(NodeId object, std::uint32_t begin);
  NodeId class_member(NodeId object, std::uint32_t begin, bool with_calls);
  NodeId dynamic_member(NodeId object, std::uint32_t begin);
  NodeId call(NodeId callee, std::uint32_t begin);
  NodeId callable(NodeId callee);
  NodeId argument();
  NodeId new_object();
  NodeId anonymous_class(NodeId created, std::uint32_t begin);
  NodeId class_reference();
  NodeId match();
  NodeId match_arm();
  NodeId arrow_function(std::uint32_t begin);  // from behind "fn"

  // ---- Strings (php_templates.cc)
  struct TextShape;  // where a string's bytes are, and how they are to be read
  TextShape shape_of(const Token& token) const;
  TextShape heredoc_shape(std::size_t begin, std::size_t end) const;
  NodeId text_constant();
  NodeId template_string(NodeKind kind);
  void pieces(List& list, const TextShape& shape);
  void piece(List& list, std::size_t begin, std::size_t end, const TextShape& shape);
  std::size_t simple_variable(List& list, std::size_t at, std::size_t end);
  NodeId simple_index(NodeId object, std::size_t begin, std::size_t& at, std::size_t end);
  void braced_name(List& list, std::size_t begin, std::size_t end);
  NodeId code_inside(std::size_t begin, std::size_t end);

  Cursor cursor_;
  std::span<const Region> regions_;
  Tree& tree_;
  const ParseBounds bounds_;
  const std::uint16_t source_;
  const std::string_view text_;
  std::uint32_t depth_ = 0;
  List* statements_ = nullptr;  // where statements go
  // By node, counted from the first: how many levels are below it, so that chains are cut in time.
  std::vector<std::uint16_t> heights_;
  const NodeId first_node_;
  std::vector<NodeId> ifs_;       // of the if statements begun
  std::vector<NodeId> promoted_;  // assignments of the functions begun to $this->...
  std::uint64_t labels_count_ = 0;
  bool has_stopped_ = false;
  ParseOutcome outcome_;
  std::string scratch_;  // for the bytes of a text, and for joined names
  // Tokens of code inside strings inside such code.
  static constexpr std::size_t kTemplateDepthMax = 8;
  std::array<std::vector<Token>, kTemplateDepthMax> template_tokens_;
  std::size_t template_depth_ = 0;
};

}  // namespace pugmark::script::php
