#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "detect/script/basic/basic_keywords.h"
#include "detect/script/parse.h"
#include "detect/script/token.h"
#include "detect/script/token_parser.h"
#include "detect/script/tree_builder.h"

namespace pugmark::script {

// Parses VBScript and Visual Basic by recursive descent. What it makes where the tree's contract
// leaves a choice:
//   named arguments (x:=1)      kPair of a kName and the value
//   If(a, b)                    kConditional with op("??"): a, kEmpty, b
//   AndAlso, OrElse             op("&&"), op("||"); words else: op("And"), op("Mod"), ...
//   AddressOf x                 kUnary op("Addr")
//   TypeOf x Is T               kBinary op("Is")
//   Imports x = a.b             kImport: `name` "a.b", `type` "x"
//   ReDim Preserve a(n)         a kCall, since it leaves the variable's value alone
//   sizes of arrays             statements before the kDeclare, unless they are numbers
//   attributes <A(x)>           kNew statements before what they stand on
//   Declare Function f Lib "x"  kDeclare with the library as its value
//   Case Is > 1, Case 1 To 2    kBinary op(">") of kEmpty and value, kBinary op("To")
//   Case 1, 2                   kArray of the values
//   queries (From x In y ...)   kArray: a kForEach with an empty block for each From, conditions
//                               and the like, and last the element
//   arrays of T                 a type "T[]", whatever the brackets; New T() {a} is a kArray, and
//                               New T(n) {} a kNew with a kIndex as class
// GoTo, labels, On Error and Option leave nothing behind.
class BasicParser : private TokenParser {
 public:
  BasicParser(std::span<const Token> tokens, std::span<const Region> regions, std::uint16_t source,
              const ParseBounds& bounds, Tree& tree);
  ParseOutcome parse();

 private:
  using Word = BasicWord;

  // What closes a block.
  enum class Closer : std::uint8_t {
    kNone,
    kIf,
    kSelect,
    kFor,
    kDo,
    kWhile,
    kWith,
    kSub,
    kFunction,
    kOperator,
    kProperty,
    kGet,
    kSet,
    kClass,  // and Module, Structure, Interface, Enum
    kNamespace,
    kTry,
    kUsing,
    kSyncLock,
    kEvent,
    kAddHandler,
    kRemoveHandler,
    kRaiseEvent,
    kCount,
  };

  // A block is open for as long as it lives: its closer is not stray.
  class Open {
   public:
    Open(BasicParser& parser, Closer closer)
        : deeper_(parser), count_(parser.open_[static_cast<std::size_t>(closer)]) {
      ++count_;
    }
    ~Open() { --count_; }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;

   private:
    Deeper deeper_;
    std::uint32_t& count_;
  };

  // The children of a kLoop; kNoNode for what is not there.
  struct LoopParts {
    NodeId first = kNoNode;
    NodeId condition = kNoNode;
    NodeId after = kNoNode;
    NodeId body = kNoNode;
  };

  // ---- Tokens: basic_parser.cc
  bool is_net() const { return nodes_.language() == Language::kVisualBasic; }
  Word word() const { return word_of(*token_); }
  static Word word_of(const Token& token) {
    return token.kind == TokenKind::kName ? static_cast<Word>(token.op) : Word::kNone;
  }
  using TokenParser::take;
  bool take(Word word);
  bool at_line_end() const;
  bool at_statement_end() const;
  void skip_to_statement_end();
  void skip_line_breaks();
  void pass_statement();
  void pass_balanced();  // from an opening bracket to behind its closing one
  NodeId too_deep();     // passes over the expression that begins here
  static std::string_view plain_name(std::string_view name);
  std::string_view name_of(const Token& token) const { return plain_name(text_of(token)); }

  // ---- Statements: basic_statements.cc
  void statements(NodeList& list);
  void find_region();
  void statement(NodeList& list);
  bool block_statement(NodeList& list);
  bool simple_statement(NodeList& list);
  bool other_statement(NodeList& list);
  void statement_behind_label(NodeList& list);
  void echo(NodeList& list, std::uint32_t from);
  void markup(NodeList& list);
  void expression_statement(NodeList& list);
  NodeId call_statement(NodeId callee);
  bool may_begin_argument() const;
  NodeId call_of_one_argument(NodeId chain);
  NodeId call_with_first_in_parentheses(NodeId chain, NodeId call);
  void arguments_without_parentheses(NodeList& call);
  NodeId as_call(NodeId chain);
  NodeId assignment(NodeId target);
  void named_call(NodeList& list);
  void return_statement(NodeList& list);
  void exit_statement(NodeList& list);
  void continue_statement(NodeList& list);
  void redim(NodeList& list);
  bool has_only_numbers_behind(NodeId callee);
  void imports(NodeList& list);
  void event_handler(NodeList& list);
  void end_statement();

  // ---- Blocks: basic_blocks.cc
  NodeId block_until(Closer closer);
  Closer closer_here() const;
  static Closer closer_behind_end(const Token& what);
  void close(Closer closer);
  void take_closer();
  void stray_closer();
  bool opens_block() const;
  void too_deep_block(NodeList& list);
  NodeId if_statement();
  bool if_clause(bool is_known_block);
  NodeId statements_of_line();
  NodeId loop_node(std::uint32_t from, const LoopParts& parts);
  NodeId empty_block();
  NodeId for_statement();
  NodeId for_each_statement(std::uint32_t from);
  NodeId loop_variable();
  NodeId copy_name(NodeId name);
  NodeId do_statement();
  NodeId loop_condition();
  NodeId while_statement();
  NodeId select_statement();
  NodeId case_values();
  NodeId case_value();
  NodeId with_statement();
  NodeId try_statement();
  void catch_head(NodeList& block);
  NodeId using_statement();
  NodeId sync_lock_statement();

  // ---- Declarations: basic_declarations.cc
  bool is_declaration() const;
  bool is_modifier() const;
  bool names_something() const;
  void declaration(NodeList& list);
  bool member_declaration(NodeList& list, bool has_body);
  void declarators(NodeList& list);
  NodeId declarator(NodeList& list);
  void array_bounds(NodeList& list);
  void as_clause(NodeList& declared);
  NodeId function(bool has_body);
  void signature(NodeList& node);
  void parameters(NodeList& node);
  NodeId parameter();
  void skip_generic_arguments();
  void skip_member_clauses();
  void function_body(NodeList& node, Closer closer);
  bool is_script_property() const;
  NodeId script_property();
  void net_property(NodeList& list, bool has_body);
  bool at_accessor() const;
  void accessors(NodeList& list, std::string_view name);
  NodeId accessor(std::string_view prefix, std::string_view name, Closer closer);
  void event(NodeList& list, bool is_custom);
  NodeId delegate_statement();
  NodeId class_statement();
  void bases(NodeList& node);
  void enum_members(NodeList& node);
  NodeId namespace_statement();
  NodeId declare_statement();
  void attributes(NodeList& list);
  NodeId attribute();
  void pass_attribute();
  Symbol type_name(bool takes_brackets);
  Symbol array_of(Symbol type);
  std::string_view dotted_name();

  // ---- Expressions: basic_expressions.cc
  NodeId expression();
  NodeId binary(unsigned precedence_min);
  NodeId binary_behind(NodeId left, unsigned precedence_min);
  NodeId unary();
  unsigned precedence_here(std::uint32_t& op) const;
  NodeId primary();
  NodeId postfix(NodeId value);
  NodeId postfix_step(NodeId value, bool& is_done);
  NodeId member(NodeId object);
  NodeId bang(NodeId object);
  NodeId call(NodeId callee);
  void arguments(NodeList& list, std::uint32_t closing);
  NodeId argument();
  NodeId with_object();

  // ---- Values: basic_values.cc
  NodeId operand();
  NodeId word_operand();
  NodeId name_operand();
  NodeId text_operand();
  std::string_view text_value(const Token& token);
  NodeId parentheses();
  NodeId braces();
  NodeId conditional();
  void make_call(NodeId node, const Token& name);
  NodeId cast_call();
  NodeId typed_cast();
  NodeId get_type();
  NodeId new_operand();
  NodeId type_expression();
  void new_array(NodeList& node, NodeId type);
  void object_initialiser(NodeList& node);
  NodeId type_of();
  NodeId lambda();
  NodeId query();
  void query_sources(NodeList& list);
  void query_clause(NodeList& list);
  bool at_query_word() const;
  NodeId interpolated();
  void piece(NodeList& node, std::uint32_t from, std::uint32_t to);
  void hole(NodeList& node, std::uint32_t from, std::uint32_t to);

  std::span<const Region> regions_;
  std::size_t region_at_ = 0;
  bool in_expression_region_ = false;
  std::uint32_t flat_ = 0;            // blocks open that were too deep to be made
  std::uint32_t loops_to_close_ = 0;  // by a Next with several names
  std::uint32_t holes_depth_ = 0;
  std::string_view class_name_;
  bool in_interface_ = false;
  bool in_line_lambda_ = false;  // Sub(x) f(x): ends with the argument it is
  std::array<std::uint32_t, static_cast<std::size_t>(Closer::kCount)> open_{};
};

}  // namespace pugmark::script
