#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "detect/script/flow/effects.h"
#include "detect/script/flow/value.h"
#include "detect/script/tree.h"

namespace pugmark::script {

// One place where something is done with a value, and what is known of the value that reaches it.
struct Flow {
  SinkKind sink = SinkKind::kNone;
  NodeId node = kNoNode;      // of the call, include, assignment or command
  NodeId argument = kNoNode;  // of what reaches it
  Symbol callee = kNoSymbol;  // as written
  Origins origins = 0;
  std::uint32_t trail = 0;         // Values::trail; 0: it comes from nowhere that is known
  std::uint16_t depth = 0;         // of the layer it stands in: 0 is the script itself
  std::uint16_t trail_length = 0;  // steps
  bool is_constant = false;        // what reaches it is one constant
  bool is_sure = false;            // the callee is known, not only a method's name of some object
  bool is_page = false;            // what is written is a file that servers run, by its name
  std::uint8_t carries = 0;        // a constant that is a script itself: how strong its strongest
                                   // flow is; 0: none
};

// What is special about what is written to a file: as in Flow.
struct Written {
  bool is_page = false;
  std::uint8_t carries = 0;
};

// What was met on the way, for the model and the reasons.
struct FlowCounts {
  // Of each kind of sink: reached by a constant, by what is not known, from outside, otherwise.
  struct OfSink {
    std::uint32_t constant = 0;
    std::uint32_t unknown = 0;
    std::uint32_t outside = 0;
    std::uint32_t other = 0;
  };
  std::array<OfSink, kSinkKindsCount> sinks{};
  std::uint32_t sources = 0;           // places where something of the request is read
  std::uint32_t names_computed = 0;    // functions called by a constant that was put together
  std::uint32_t unknown_callees = 0;   // functions called by a value that is not known
  std::uint32_t decoders = 0;          // calls of decoders
  std::uint32_t decoded_bytes = 0;     // of constants that decoders were given
  std::uint32_t folded_bytes = 0;      // of constants that functions made
  std::uint32_t compared_secrets = 0;  // something from outside is compared with a constant
  std::uint32_t unpacked_layers = 0;
  std::uint32_t unpacked_depth = 0;
  std::uint32_t unpacked_bytes = 0;
  std::uint32_t uncalled_functions = 0;  // of the script, looked at by themselves
  std::uint32_t sent_outputs = 0;  // output of commands, content of files or databases is sent
};

struct FlowBounds {
  // Nodes looked at, those of loops each time: so many, and so many more for each byte.
  std::uint64_t steps_max = 1'000'000;
  std::uint64_t steps_per_byte = 60;
  std::uint64_t steps_at_all_max = 8'000'000;
  std::uint64_t loop_rounds_max = 300'000;  // of loops whose conditions are known
  std::uint32_t call_depth_max = 64;
  std::uint32_t recursion_max = 1'000;  // of the interpreter itself
  std::uint32_t unpacked_depth_max = 24;
  std::uint32_t unpacked_bytes_max = 8U << 20U;
  std::uint32_t flows_max = 4'096;
  std::uint32_t written_scripts_max = 32;  // constants that are written, and looked at as scripts
};

// Functions whose work goes with what they are given: so much of it is a step.
inline constexpr std::uint64_t kBytesOfStep = 64;
inline constexpr std::uint64_t kItemsOfStep = 4;

// Follows the data of one script: an interpreter for whom what is not known stays unknown, but
// remembers where it may have come from. Statements run in order; both ways of a branch are taken
// unless the condition is known, and what is assigned on one of them may still be what it was;
// loops whose condition is known are run, others once. Functions run when they are called, and
// those that nobody calls by themselves. Code that a constant turns out to be is read and run.
// So it is no proof: it says what may reach a sink, and by which steps.
// One thread; made once, used for one script after the other.
class Interpreter {
 public:
  // Reads an unpacked text as code of that language, into the tree; kNoNode if that is not done.
  using Unpack = std::function<NodeId(std::string_view text, Language language, NodeId at)>;

  // How strong the strongest flow of a script is that another writes to a file: 0 to 100.
  using Judge = std::function<int(std::string_view script)>;

  // `own_effects`: known besides, and before, those of effects.h; they outlive the interpreter.
  Interpreter(Tree& tree, const FlowBounds& bounds, std::span<const Effect> own_effects,
              Unpack unpack, Judge judge);

  // Before run(): a name that the page itself declares, as an object of that type.
  void clear(PageKind kind);
  void declare(std::string_view name, std::string_view type);
  // Before run(): what the script itself is, for those that read themselves. Both outlive run().
  void set_own_file(std::string_view path, std::string_view text);
  // Before run(): a web service, whose parameters are what the request brings.
  void serve_functions() { origins_of_callers_ = kFromRequest; }
  // Before run(): where what is sent in the page itself goes to a database: inside <cfquery>.
  // From `begin` up to `end`, in order.
  struct Query {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  void set_queries(std::span<const Query> queries) { queries_ = queries; }
  // Before run(): when it is set the run ends, and is cut. Outlives run(); nullptr: never.
  void set_stop(const std::atomic<bool>* stop) { stop_ = stop; }
  void run(NodeId root);

  const std::vector<Flow>& flows() const { return flows_; }
  const FlowCounts& counts() const { return counts_; }
  const Values& values() const { return values_; }
  // A bound was reached: of a loop or a call that asks for too much the rest is left out; of the
  // script, if there is no work left at all.
  bool is_cut() const { return is_cut_ || is_shortened_ || values_.is_exhausted(); }
  std::uint64_t unlisted_flows_count() const { return unlisted_flows_count_; }

 private:
  enum class Way : std::uint8_t { kOn, kBreak, kContinue, kReturn };  // how a statement ended
  using Arguments = std::span<const Value>;

  struct Binding {
    Value value;
    Symbol name = kNoSymbol;
    std::uint32_t below = 0;  // the binding of the same name that this one hides
    std::uint32_t scope = 0;
    Symbol global = kNoSymbol;  // stands for the global of that name
  };
  struct Callee {
    const Effect* effect = nullptr;
    Symbol name = kNoSymbol;
    bool is_sure = true;
  };
  class Scope;

  // interpreter.cc: names and scopes
  bool step();
  bool has_much_left();
  void spend(std::uint64_t steps);
  void spend_on(Arguments arguments);
  Value* lookup(Symbol name);
  Value& bind(Symbol name);
  void bind_global(Symbol name);
  Binding* binding_here(Symbol name);
  Binding& new_binding(Symbol name);
  void bind_to_global(Symbol name, Symbol global);
  Symbol global_of(Symbol name);
  Symbol variable_name(const Node& node);
  Symbol type_named(Symbol name);
  bool is_php(const Node& node) const { return node.language == Language::kPhp; }
  const Effect* find(std::string_view name) const;
  const Effect* effect_of(Symbol name);
  bool has_members(std::string_view type) const;
  const Effect* effect_of_member(Symbol type, Symbol name);
  const Effect* any_effect_of_member(Symbol name);
  void collect_declarations(NodeId root);
  bool may_matter(NodeId id);
  Symbol called_name(const Node& call);
  void find_who_matters();
  void run_uncalled();

  // statements.cc
  Way execute(NodeId statement);
  Way execute_all(NodeId first);
  Way execute_if(NodeId statement);
  Way execute_loop(NodeId statement);
  Way execute_for_each(NodeId statement);
  void keep_item(const Value& array, std::size_t number, NodeId variable);
  Way execute_switch(NodeId statement);
  Way run_round(NodeId body, bool& goes_on);
  void note_left(Way way);
  void execute_guarded(NodeId statement);
  void execute_dead(NodeId statement);
  Way execute_try(NodeId statement);
  bool declare_shared(NodeId node);
  void import(const Node& node);
  bool is_for_ever(NodeId condition) const;
  void declare_variable(NodeId node);
  void send(NodeId node);

  // tags.cc
  void run_tag(NodeId id);
  void take_result(const Value& name, Origins origins, NodeId at);
  bool is_in_query(NodeId id) const;
  Symbol scoped_variable(const Node& member);

  // expressions.cc, operators.cc
  Value evaluate(NodeId id);
  Value evaluate_node(NodeId id);
  static bool is_word(const Node& node, std::string_view lower_text, Value& word);
  Value name_value(NodeId id);
  Value variable_value(NodeId id);
  Value collection_of(Symbol name, NodeId id);
  Value member_value(NodeId id);
  Value index_value(NodeId id);
  Value index_of(const Value& object, const Value& index, NodeId id);
  Value joined(NodeId id);
  Value binary(NodeId id);
  void keep_captures(const Value& matched);
  Value binary_of(const Node& node, const Value& left, const Value& right);
  Value equality(const Node& node, const Value& left, const Value& right) const;
  Value logical(const Node& node, const Value& left, const Value& right) const;
  Value unary(NodeId id);
  Value cast(NodeId id);
  Value array(NodeId id);
  Value conditional(NodeId id);
  Value source_value(NodeId id, Origins origins, Symbol name);
  Value mixed(const Value& left, const Value& right) const;
  double number_of(const Value& value) const;
  std::string text_of(const Value& value) const;
  static bool is_true(const Value& value);
  void note_comparison(const Value& left, const Value& right);

  // assign.cc, references.cc
  Value assign(NodeId id);
  void assign_to(NodeId target, const Value& value);
  void assign_name(NodeId target, Symbol name, const Value& value);
  void assign_index(NodeId target, const Value& value);
  bool assign_character(NodeId base, const Value& text, const Value& index, const Value& value);
  void share(const Value& value);
  void keep(const Value& value, NodeId from);
  Value own_array(const Value& array, NodeId at);
  bool assign_reference(const Node& assignment, NodeId target);
  Symbol referred_global(NodeId referred);
  std::uint64_t place_of(Symbol name) const;
  void forget_referred_parts(std::uint32_t scope);
  void assign_referred_part(Symbol name, const Value& value);
  void assign_member(NodeId target, const Value& value);
  void assign_list(NodeId target, const Value& value);
  void taint_target(NodeId target, const Value& by);
  Value step_kept(const Value& value, NodeId node, Symbol name);

  // calls.cc
  Value call(NodeId id);
  Value call_name(NodeId id, Symbol name, Arguments arguments);
  Value call_method(NodeId id, NodeId callee, Symbol name, const Value& receiver,
                    Arguments arguments);
  Value call_value(NodeId id, const Value& function, Arguments arguments);
  Value call_text(NodeId id, std::string_view name, const Value& function, Arguments arguments);
  Value call_function(NodeId function, Arguments arguments, const Value* object, NodeId id);
  NodeId bind_parameters(NodeId function, Arguments arguments);
  void take_references(NodeId function, std::size_t arguments_count,
                       std::vector<std::pair<std::size_t, Value>>& values);
  void take_own_name(NodeId function);
  void bind_special(NodeId function, const Value* object, std::vector<Value>& arguments);
  void initialise(NodeId initialiser, Value& object);
  Value make(NodeId id);
  Value make_of_class(NodeId declared, Symbol type, Arguments arguments, NodeId id);
  Value apply(const Callee& callee, NodeId id, const Value* receiver, Arguments arguments);
  Value applied(const Callee& callee, NodeId id, const Value* receiver, Arguments arguments);
  static bool leads_to_page(const Value* receiver, Arguments arguments);
  Value call_back(const Effect& effect, NodeId id, Arguments arguments);
  void note_sink(const Callee& callee, NodeId id, const Value* receiver, Arguments arguments);
  bool fold_constants(const Effect& effect, const Value* receiver, Arguments arguments,
                      Value& result);
  Value reflected(const Effect& effect, NodeId id, const Value* receiver, Arguments arguments,
                  bool& is_done);
  Value opened(const Effect& effect, NodeId id, Arguments arguments, bool& is_done);
  Value call_with_elements(Callback callback, NodeId id, Arguments arguments);
  Value special(const Effect& effect, NodeId id, const Value* receiver, Arguments arguments,
                bool& is_done);
  Value php_special(const Effect& effect, NodeId id, Arguments arguments, bool& is_done);
  void fill_argument(const Effect& effect, NodeId id, const Value* receiver, Arguments arguments);
  Value perl_special(const Effect& effect, NodeId id, Arguments arguments, bool& is_done);
  Value compacted(Arguments arguments);
  bool shift_argument(Symbol name, Arguments arguments, NodeId id, Value& result);
  const Effect* find_reflected(Symbol type, std::string_view name);
  bool is_evaluating_replacement(NodeId id, Arguments arguments);
  Value include(NodeId id);
  Value command(NodeId id);
  Value unknown_call(NodeId id, Symbol name, const Value* receiver, Arguments arguments);
  void evaluate_arguments(NodeId first, std::vector<Value>& arguments);
  NodeId method_of(NodeId declared, Symbol name);

  // members.cc
  NodeId class_of(const Value& object) const;
  bool is_own_class(NodeId object) const;
  Symbol static_member(const Value& object, Symbol name);
  bool read_member(const Value& object, Symbol name, const Node& node, NodeId id, Value& result);
  bool call_declared(NodeId declared, NodeId id, NodeId callee, Symbol name, const Value& receiver,
                     Arguments arguments, Value& result);
  bool call_through(NodeId id, Symbol name, const Value& receiver, Arguments arguments,
                    Value& result);
  bool own_name(NodeId id, std::string_view lower_text, Value& result);
  bool call_magic(NodeId declared, std::string_view magic, Symbol name, const Value& object,
                  Arguments arguments, NodeId id, Value& result);
  bool call_of_array(NodeId id, Symbol name, const Value& array, Arguments arguments,
                     Value& result);
  bool change_array(std::string_view function, NodeId id, Arguments arguments, Value& result);
  void note_flow(SinkKind sink, NodeId id, NodeId argument, const Callee& callee,
                 const Value& value, const Written& written = {});
  std::uint8_t carried_by(Arguments arguments, const Effect& effect);
  void unpack(const Value& text, NodeId at);
  void unpack(const Value& text, NodeId at, Language language);
  Value own_handle();
  Value own_file(std::string_view function);
  bool read_own_file(std::string_view function, Arguments arguments, Value& result);
  void seek_own_file(Arguments arguments);
  Value made_function(NodeId id, Arguments arguments);
  void run_style_sheet(NodeId id, std::string_view text);
  NodeId argument_node(NodeId call, std::size_t number) const;
  Value passed(const Value& value, NodeId node, Symbol name, bool is_decoder);
  void destroy_objects();

  Tree& tree_;
  FlowBounds bounds_;
  std::span<const Effect> own_effects_;
  Unpack unpack_;
  Judge judge_;
  Values values_;
  Family family_ = Family::kPhp;

  std::vector<Binding> bindings_;    // local ones; 0 is unused
  std::vector<std::uint32_t> tops_;  // by symbol: its newest binding
  std::vector<Value> globals_;       // by symbol
  std::vector<bool> has_global_;
  std::uint32_t scope_ = 0;   // 0: the script itself
  bool sees_callers_ = true;  // names of callers' scopes count too

  std::unordered_map<Symbol, NodeId> functions_;  // by lower-case name
  std::unordered_map<Symbol, NodeId> classes_;
  std::vector<NodeId> all_functions_;
  std::unordered_map<NodeId, NodeId> class_of_function_;
  std::unordered_set<NodeId> mattering_;  // functions that contain what may be a sink, or call such
  std::vector<std::pair<Symbol, NodeId>>
      callers_;  // the function called, by name, and who calls it
  std::unordered_map<NodeId, std::uint32_t> calls_;       // how often each was called
  std::unordered_map<NodeId, std::uint32_t> idle_calls_;  // that made and gave back no constant
  std::unordered_map<NodeId, std::uint32_t> running_;
  std::unordered_map<NodeId, Value> shared_objects_;  // of classes whose methods run by themselves
  std::unordered_map<std::uint64_t, const Effect*> member_effects_;
  std::unordered_map<Symbol, const Effect*> name_effects_;
  std::unordered_map<Symbol, Symbol> types_;
  struct Unpacked {
    NodeId root = kNoNode;
    std::uint32_t runs_count = 0;
  };
  std::unordered_map<std::string_view, Unpacked> unpacked_;  // by their text, which nobody changes
  std::unordered_map<std::string_view, std::uint8_t> written_scripts_;  // how strong they are
  std::unordered_map<std::uint64_t, NodeId> parts_referred_;  // by place_of(): $b = &$a[0]
  std::unordered_map<std::uint64_t, std::uint32_t> flow_of_node_;       // by node and kind of sink

  // What variables were before a way that is not taken assigned to them.
  struct Undone {
    Symbol name = kNoSymbol;
    std::uint32_t scope = 0;
    Value value;
  };
  std::vector<Undone> undone_;
  std::uint32_t dead_ = 0;                     // ways that are not taken, around this place
  NodeId function_ = kNoNode;                  // that runs
  const std::vector<Value>* given_ = nullptr;  // its arguments

  Value this_;
  Value with_;
  Value returned_;
  bool has_returned_ = false;
  const char* own_characters_ = nullptr;  // the text whose characters were assigned last
  std::span<const Query> queries_;
  const std::atomic<bool>* stop_ = nullptr;
  std::string_view own_path_;
  std::string_view own_text_;
  Origins origins_of_callers_ = kFromCaller;
  bool variables_from_request_ = false;  // extract($_GET), parse_str(): any name may come from it
  std::uint32_t conditions_ = 0;         // branches that may not be taken, around this place
  bool is_in_switch_ = false;            // a break leaves that, and no loop
  Value output_callback_;                // what ob_start() was given
  bool may_have_left_ = false;           // a way that may be taken leaves the loop or function
  std::uint32_t call_depth_ = 0;
  std::uint32_t recursion_ = 0;
  std::uint16_t depth_ = 0;  // of the layer in hand
  std::uint64_t steps_ = 0;
  std::uint64_t steps_max_ = 0;  // of this script
  std::uint64_t loop_rounds_ = 0;
  std::uint64_t unlisted_flows_count_ = 0;
  bool is_cut_ = false;        // nothing more is run
  bool is_shortened_ = false;  // something was run once only, or not computed
  std::deque<std::vector<Value>> argument_lists_;
  std::size_t argument_lists_used_ = 0;
  std::string scratch_;

  std::vector<Flow> flows_;
  FlowCounts counts_;
};

}  // namespace pugmark::script
