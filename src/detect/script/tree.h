#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "detect/script/language.h"
#include "detect/script/symbols.h"

namespace pugmark::script {

// The syntax of scripts in any language, as far as the flow of data needs it: one small set of
// nodes into which each language's parser puts what it reads. "Children" are in this order.
enum class NodeKind : std::uint8_t {
  kEmpty,  // something is left out (a[] or f(,x)), or could not be understood

  // ---- Expressions
  kText,      // constant text; Tree::text() has it, escapes resolved
  kNumber,    // constant; Tree::text() has its digits as written, "0x1f" and "1_000" included
  kName,      // an identifier that may be a variable, class, function or constant: `name`
  kVariable,  // surely a variable: PHP $x, Perl $x @x %x. `name` without the sigil
  kDynamicVariable,  // PHP $$x, ${expr}: child: the name
  kMember,         // object.name, object->name, Class::name: child: object; `name`. VB's With-block
                   // member .name has a kWith child as object.
  kDynamicMember,  // object->$name, object->{expr}, object["name"]() of JScript is a kIndex
                   // instead: children: object, name
  kIndex,   // children: object, index (kEmpty if none). VB's a(1) is a kCall: only who knows the
            // variables can tell
  kCall,    // children: callee, arguments...
  kNew,     // children: class (kName, kMember or any expression), arguments..., and of C# object
            // initialisers kAssign nodes whose target is a kName
  kCast,    // `name`: the type; child: value. PHP (string)$x, Java/C# (T)x, x as T, CType(x, T)
  kUnary,   // `op`; child
  kBinary,  // `op`; children: left, right. A chain of one operator may be one node with all its
            // operands in order, so that a sum of ten thousand needs no recursion
  kAssign,  // `op`: "=" or the compound one, "+=" ".=" "&=" "??=" as op() packs it. children:
            // target, value. VB's Set x = y and Python's walrus too. ++/-- are kUnary.
  kConditional,  // children: condition, value if true (kEmpty in a ?: b), value if false. Also ??
                 // and Python's x if c else y and VB's IIf; `op` is op("??") for ??
  kArray,        // children: elements, each a value or a kPair. Also list(...) as a target, tuples,
                 // Python dicts and lists, JScript object literals, C# { } initialisers
  kPair,         // children: key, value
  kInterpolated,  // children: pieces whose texts are joined
  kCommand,       // a shell command in back-ticks: children: pieces whose texts are joined
  kInclude,       // `name`: "include", "require_once", ... ; child: path
  kSpread,        // ...x; child
  kRegex,         // Tree::text() has it with its delimiters and flags

  // ---- Declarations
  kFunction,   // `name` or 0 for a closure. children: kParameter..., then a kBlock, last. Also
               // methods, constructors (name of the class, "__construct"), property accessors
               // (`name`: "get_X", "set_X"), lambdas whose body is one expression (in a kBlock with
               // kReturn)
  kParameter,  // `name`; `type`: its type or 0; child: default value, if any. op("&") in `op` if by
               // reference
  kClass,      // `name`; children: members (kFunction, kDeclare, kClass, statements), bases as
               // kName nodes first, as many as `op` says
  kDeclare,    // a variable comes to be: `name`; `type`: 0 if none is written; child: initial value
               // if any. Dim, Const, var, String s = x, private $x = 1, static, define() is a kCall

  // ---- Statements
  kBlock,      // children: statements
  kIf,         // children: condition, block, else block (kIf again for elseif) if any
  kLoop,       // for, while, do: children: kBlock of what runs first, condition, kBlock of what
               // runs after each round, body
  kForEach,    // children: collection, target (kVariable, kName, kDeclare, kPair or kArray), body
  kSwitch,     // children: value, then kBlock for each case (its constant first, if any)
  kReturn,     // child: value, if any. Also VB's FunctionName = value is only a kAssign, and
               // yield, throw
  kEcho,       // children: values sent to the client: echo, print, <?= ?>, <%= %>, markup as kText
  kWith,       // VB: children: object, block; as an expression (no children): the object in force
  kTry,        // children: blocks: try, catches, finally; a catch begins with a kDeclare
  kImport,     // `name`: use, import, Imports, using as a whole: "java.io.*"
  kBreak,      // leaves the loop or switch: break, Exit For, last
  kContinue,   // begins the next round: continue, next
  kGlobal,     // PHP's global: children: kVariable nodes that are the script's own
  kDirective,  // `name`: of a page directive or server control or ColdFusion tag, lower case
               // ("page", "asp:textbox", "cfexecute"); children: kPair of kText, and its body as a
               // kBlock last if it has one
};

std::string_view to_string(NodeKind kind);

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = UINT32_MAX;

struct Node {
  NodeKind kind = NodeKind::kEmpty;
  Language language = Language::kPhp;
  std::uint16_t source = 0;  // Tree::sources
  std::uint32_t op = 0;      // see NodeKind; token.h has op()
  Symbol name = kNoSymbol;   // of constants: index into the tree's texts
  Symbol type = kNoSymbol;
  std::uint32_t begin = 0;   // in the source's text: where the node begins
  std::uint32_t length = 0;  // bytes up to the end of its last token
  NodeId first_child = kNoNode;
  NodeId next = kNoNode;  // sibling
};

// A text that was parsed: the script itself, or what one of its constants unpacked to.
struct Source {
  std::string_view text;  // of the script; lives outside. Of an unpacked layer: see Tree::keep()
  NodeId unpacked_at = kNoNode;  // the node that evaluates it; kNoNode for the script itself
  std::uint32_t depth = 0;       // 0 for the script itself, and for what a page has encoded
  // Where in the script's own text it comes from; of the script itself all of it, and then a node's
  // position is exact; of all others only this is known.
  std::uint32_t begin = 0;
  std::uint32_t length = 0;
};

// All nodes of one script, and of everything unpacked from it. One thread; clear() keeps the
// memory for the next script.
class Tree {
 public:
  // Nodes beyond this are not made: the parser stops and says where (ParseOutcome).
  explicit Tree(std::size_t nodes_max) : nodes_max_(nodes_max) { clear(); }

  void clear();
  Symbols& symbols() { return symbols_; }
  const Symbols& symbols() const { return symbols_; }

  // Sources are numbered from 0. At most 65,535.
  std::uint16_t add_source(const Source& source);
  const Source& source(std::uint16_t number) const { return sources_[number]; }
  std::size_t sources_count() const { return sources_.size(); }

  // A new node without children. kNoNode once there are too many: then is_full().
  NodeId add(NodeKind kind, std::uint16_t source, Language language, std::uint32_t begin,
             std::uint32_t length);
  bool is_full() const { return is_full_; }

  // Appends `child` (kNoNode: nothing) to the children of `parent`. `last` is the child appended
  // last, kept by the caller, so that long lists cost no search.
  void append(NodeId parent, NodeId child, NodeId& last);

  Node& at(NodeId id) { return nodes_[id]; }
  const Node& at(NodeId id) const { return nodes_[id]; }
  std::size_t size() const { return nodes_.size(); }
  NodeId child(NodeId id, std::size_t number) const;  // kNoNode if there are fewer
  std::size_t children_count(NodeId id) const;

  // The text of a constant. set_text() keeps a view: of the source's text, or of what keep() gave.
  std::string_view text(NodeId id) const { return texts_[nodes_[id].name]; }
  void set_text(NodeId id, std::string_view text);
  // Copies a text into the tree; it stays where it is until clear().
  std::string_view keep(std::string_view text);

 private:
  std::vector<Node> nodes_;
  std::vector<std::string_view> texts_;
  std::deque<std::string> kept_;
  std::vector<Source> sources_;
  Symbols symbols_;
  std::size_t nodes_max_;
  bool is_full_ = false;
};

// The tree below a node as indented text, for tests: "kCall\n  kName eval\n  kText abc\n".
std::string dump(const Tree& tree, NodeId root);

}  // namespace pugmark::script
