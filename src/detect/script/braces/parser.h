#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/script/braces/items.h"
#include "detect/script/braces/lexer.h"
#include "detect/script/parse.h"
#include "detect/script/symbols.h"
#include "detect/script/token.h"
#include "detect/script/tree.h"

namespace pugmark::script::braces {

// One grammar for all languages with braces: where they differ, the language of the item at hand
// decides. It never goes back: what a stretch of items is, is decided by looking ahead, over
// brackets in one step (Item::match), over types by a bounded number of items.
//
// What the tree holds beyond tree.h:
// - chains of one operator are one kBinary with all operands as children, in order, so that ten
//   thousand of them need no recursion; they are applied from the left, of "**" from the right;
// - words that are operators are packed like others: op("in"), op("is"), op("instanceof");
// - out, ref, throw, typeof, void and delete in front of a value are kUnary with op() of the word;
// - a character constant is a kText of type "char"; null, true, this and super are kName;
// - types are written without blanks, annotations, type arguments and "?", arrays with "[]"; var is
//   no type;
// - a pattern that declares a variable (x is T t) and out T t are a kDeclare; the former has x as
//   its value;
// - switch as an expression is a kConditional for each arm, the next arm being what it is
// otherwise;
//   what is asked is op("is") of the value, kEmpty but in the first, and the patterns;
// - a C# alias (using A = B.C) is a kImport of "B.C" whose `type` is the alias;
// - elements of C# collection initialisers are one kArray, the last child of kNew; an array created
//   with a length is a kNew whose class is a kIndex;
// - a query (from x in y where c select z) is a kArray of kAssign for what is bound, and of values;
// - calls of base or this constructors are calls at the begin of the block.
class Parser {
 public:
  Parser(std::vector<Item> items, std::uint16_t source, const ParseBounds& bounds, Tree& tree)
      : tree_(tree),
        items_(std::move(items)),
        source_(source),
        bounds_(bounds),
        first_node_(tree.size()) {}

  ParseOutcome parse();

 private:
  // Children in the making: the parent, and its last child.
  struct List {
    NodeId parent = kNoNode;
    NodeId last = kNoNode;
  };
  // Where a statement stands: among members Name(...) { is a constructor or, in JScript, a method.
  enum class Place : std::uint8_t { kCode, kClass };

  // Counts one more level of depth while it lives.
  class Deeper {
   public:
    explicit Deeper(std::uint32_t& depth) : depth_(depth) { ++depth_; }
    ~Deeper() { --depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    std::uint32_t& depth_;
  };

  // What is otherwise here than elsewhere; inside of brackets nothing is.
  struct Here {
    bool in_is_no_operator = false;   // in the head of a for
    bool arrow_is_no_lambda = false;  // in the label of a case
  };
  // While it lives, nothing is.
  class Inside {
   public:
    explicit Inside(Parser& parser) : parser_(parser), before_(parser.here_) { parser.here_ = {}; }
    ~Inside() { parser_.here_ = before_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    Parser& parser_;
    Here before_;
  };

  // ---- Items (parser.cc)
  const Item& current() const { return items_[at_]; }
  const Item& ahead(std::uint32_t count) const { return item(at_ + count); }
  const Item& item(std::uint32_t number) const {
    return number < items_.size() ? items_[number] : items_.back();
  }
  bool is(std::uint32_t packed) const { return items_[at_].op == packed; }
  bool is(Word word) const { return items_[at_].word == word; }
  bool is_name() const { return items_[at_].kind == ItemKind::kName; }
  bool is_name(std::uint32_t number) const { return item(number).kind == ItemKind::kName; }
  bool is_op(std::uint32_t number, std::uint32_t packed) const { return item(number).op == packed; }
  bool is_border() const;  // the end of all code, or of code next to which there is other code
  bool accept(std::uint32_t packed) {
    if (!is(packed)) return false;
    take();
    return true;
  }
  bool accept(Word word) {
    if (!is(word)) return false;
    take();
    return true;
  }
  // On to the next item, but never behind the last; gives the number of the one passed.
  std::uint32_t take() {
    const std::uint32_t taken = at_;
    if (items_[at_].kind != ItemKind::kEnd) ++at_;
    return taken;
  }
  // On to that item: forward only, so that nothing is read twice.
  void go(std::uint32_t number) {
    at_ = std::max(at_, std::min(number, static_cast<std::uint32_t>(items_.size() - 1)));
  }
  void pass();  // the current item, and all that its bracket holds
  bool is_sharp() const { return current().language == Language::kCSharp; }
  bool is_java() const { return current().language == Language::kJava; }
  bool is_js() const { return current().language == Language::kJScript; }
  bool is_cf() const { return !is_sharp() && !is_java() && !is_js(); }
  bool is_typed() const { return is_sharp() || is_java(); }  // "Type name" declares
  std::string_view written(const Item& item) const {
    return text_.substr(item.begin, item.end - item.begin);
  }
  bool is_on_new_line() const;  // a line end stands before the current item
  void skip();                  // the current item, which makes no sense here
  void skip_to(std::uint32_t item_number);
  void skip_deep_operand();
  void skip_deep_statement();
  void stop();  // the tree is full

  // ---- Nodes (parser.cc)
  NodeId add(NodeKind kind, std::uint32_t from);
  List start(NodeKind kind, std::uint32_t from) { return {add(kind, from), kNoNode}; }
  NodeId finish(NodeId id);
  NodeId finish(const List& list) { return finish(list.parent); }
  void append(List& list, NodeId child);
  std::uint32_t height(NodeId id) const;
  NodeId empty() { return add(NodeKind::kEmpty, at_); }
  NodeId named(NodeKind kind, std::uint32_t from, Symbol name);
  NodeId text_of_name();  // the current name as a kText
  NodeId too_deep();
  void set_op(NodeId id, std::uint32_t packed);
  void set_name(NodeId id, Symbol name);
  void set_range(NodeId id, std::uint32_t begin, std::uint32_t end);
  void set_type(NodeId id, Symbol type);
  Symbol symbol(const Item& item);
  NodeId markup();

  // ---- Types (types.cc). Each returns the item behind, or kNoItem if no type stands there.
  std::uint32_t scan_type(std::uint32_t from) const;
  std::uint32_t scan_type_arguments(std::uint32_t from) const;
  std::uint32_t scan_dotted(std::uint32_t from) const;
  std::uint32_t scan_type_suffixes(std::uint32_t from) const;
  std::uint32_t skip_annotations(std::uint32_t from) const;
  Symbol type_symbol(std::uint32_t from, std::uint32_t end);
  NodeId type_node(std::uint32_t from, std::uint32_t end);
  bool declares_at(std::uint32_t from, std::uint32_t& type_end) const;
  bool is_operator_word(std::uint32_t number) const;
  bool is_primitive(std::uint32_t number) const;
  bool are_type_arguments(std::uint32_t& behind) const;
  bool is_cast(std::uint32_t& type_end) const;
  bool operand_follows_cast(std::uint32_t number, bool is_sure) const;

  // ---- Expressions (expressions.cc)
  NodeId expression();  // with commas, where they are operators
  NodeId assignment();
  NodeId conditional();
  NodeId binary(int binding);
  NodeId tested(NodeId value, std::uint32_t from);
  NodeId unary();
  NodeId word_unary();
  NodeId argument_by_reference();
  NodeId postfix(NodeId object, std::uint32_t from);
  bool link(NodeId& object, std::uint32_t from);
  NodeId call(NodeId callee, std::uint32_t from);
  NodeId index(NodeId object, std::uint32_t from);
  NodeId member(NodeId object, std::uint32_t from);
  void arguments(List& list);
  void values(List& list, std::uint32_t closing, bool may_declare = false);
  NodeId declared(std::uint32_t name);
  NodeId argument();
  NodeId initialiser();  // an expression, or elements in braces

  // ---- Primary expressions (primaries.cc)
  NodeId primary();
  NodeId name_primary();
  NodeId parenthesised();
  NodeId constant(NodeKind kind);
  NodeId template_string();
  NodeId array();
  NodeId elements_in_braces();
  NodeId initialiser_element();
  NodeId object_literal();
  NodeId object_entry();
  NodeId primary_after_modifier();
  NodeId creation();
  NodeId typed_creation(std::uint32_t from);
  NodeId named_type(std::uint32_t from, std::uint32_t end, Symbol type);
  NodeId created_array(std::uint32_t from, std::uint32_t type_from, std::uint32_t type_end);
  void object_initialiser(List& made);
  NodeId type_in_parentheses();
  NodeId lambda();
  bool is_lambda() const;
  bool is_arrow(std::uint32_t number) const;
  NodeId lambda_body();
  NodeId delegate();
  std::uint32_t closing_of(std::uint32_t opening) const;

  // ---- Patterns and queries (patterns.cc)
  NodeId pattern();
  NodeId single_pattern();
  NodeId positive_pattern();
  bool is_name_alone(std::uint32_t end) const;
  NodeId nested_patterns();
  struct Arm {
    NodeId condition = kNoNode;
    NodeId value = kNoNode;
  };
  NodeId switch_expression(NodeId value, std::uint32_t from);
  NodeId java_switch_expression();
  NodeId java_arm_value();
  NodeId arm_condition(NodeId value);
  NodeId choice(const std::vector<Arm>& arms, std::uint32_t from);
  bool is_query() const;
  NodeId query();
  void query_binding(List& list);

  // ---- Statements (statements.cc)
  void statement(List& out, Place place);
  bool keyword_statement(List& out);
  void statements(List& out, Place place);  // up to the closing brace
  NodeId block(Place place = Place::kCode);
  NodeId body();       // one statement as a kBlock
  NodeId condition();  // in parentheses
  void end_statement();
  void expression_statement(List& out);
  void if_statement(List& out);
  void while_statement(List& out);
  void do_statement(List& out);
  void for_statement(List& out);
  bool for_each(List& out, std::uint32_t from);
  NodeId for_part(std::uint32_t end);
  NodeId postfix_of_switch();
  NodeId switch_node();
  NodeId switch_case();
  void case_statements(List& list);
  void try_statement(List& out);
  void resources(List& list);
  NodeId catch_block();
  void guarded_statement(List& out);  // using, lock, fixed, synchronized, checked
  void with_statement(List& out);
  void jump_statement(List& out);
  void return_statement(List& out);
  bool using_or_import(List& out);
  void echo_region(List& out);
  bool labels();  // false if there are none

  // ---- Declarations (declarations.cc)
  bool declaration(List& out, Place place);
  bool typed_declaration(List& out, Place place);
  bool skip_modifiers(Place place);
  void typed_member(List& out, std::uint32_t type_from, std::uint32_t type_end);
  Symbol array_of(Symbol type);
  void variables(List& out, Symbol type);
  void untyped_variables(List& out);  // var a = 1, b; of JScript and cfscript
  Symbol js_type();
  void property(List& out, Symbol type, Symbol name, std::uint32_t from,
                const std::uint32_t* brackets);
  bool accessor(List& out, Symbol type, Symbol name, const std::uint32_t* brackets);
  Symbol accessor_name(std::string_view prefix, Symbol name);
  void indexer(List& out, Symbol type, std::uint32_t from);
  void names_in_brackets(List& list, std::uint32_t brackets, NodeKind kind);
  bool constructor(List& out, Place place);
  void operator_member(List& out, Symbol type, std::uint32_t from);
  NodeId function_rest(std::uint32_t from, Symbol name, Symbol type);
  void function_body(List& function);
  void skip_clauses();
  NodeId js_function();
  void parameters(List& function);
  NodeId parameter();
  void typed_parameter(NodeId made);
  void js_parameter(NodeId made);
  void cf_parameter(NodeId made);

  // ---- Classes (classes.cc)
  bool class_statement(List& out);
  NodeId class_node();
  void bases(List& list, std::uint32_t& count);
  void class_members(List& list, bool is_enum, Symbol type);
  void enum_constants(List& list, Symbol type);
  bool namespace_statement(List& out);
  bool js_member(List& out);

  // ---- cfscript (cold_fusion.cc)
  bool cf_statement(List& out);
  bool is_cf_function() const;
  bool is_cf_tag() const;
  void cf_tag(List& out);
  void cf_attributes(List& list, std::uint32_t end);
  void cf_component(List& out);

  Tree& tree_;
  std::vector<Item> items_;
  std::uint16_t source_;
  const ParseBounds& bounds_;
  std::size_t first_node_;
  std::string_view text_;
  std::uint32_t at_ = 0;
  std::uint32_t depth_ = 0;
  Here here_;
  ParseOutcome outcome_;
  // Of each node made here, how many levels it has below it. Trees are kept low, so that whoever
  // walks one may do so by recursion.
  std::vector<std::uint32_t> heights_;
  std::string scratch_;
};

}  // namespace pugmark::script::braces
