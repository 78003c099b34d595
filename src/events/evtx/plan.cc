#include "events/evtx/plan.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/random_seed.h"

namespace pugmark::evtx {
namespace {

// The fields Windows itself fills: another part of the event may not take their place.
constexpr std::array<std::string_view, 19> kSystemFields = {
    "EventID",      "EventID_Qualifiers",         "Version",
    "Level",        "Task",                       "Opcode",
    "Keywords",     "EventRecordID",              "Channel",
    "Computer",     "Provider_Name",              "Provider_Guid",
    "Provider_EventSourceName",                   "TimeCreated_SystemTime",
    "Execution_ProcessID",                        "Execution_ThreadID",
    "Correlation_ActivityID",                     "Correlation_RelatedActivityID",
    "Security_UserID"};

// System elements that are fields even without content.
bool is_system_text(NameId name) {
  return name == KnownName::kEventId || name == KnownName::kVersion || name == KnownName::kLevel ||
         name == KnownName::kTask || name == KnownName::kOpcode || name == KnownName::kKeywords ||
         name == KnownName::kEventRecordId || name == KnownName::kChannel ||
         name == KnownName::kComputer;
}

constexpr std::uint32_t kNoNode = UINT32_MAX;

enum class Section : std::uint8_t { kNone, kSystem, kEventData, kOther };

struct Attribute {
  NameId name{};
  std::vector<std::uint32_t> parts;
};

struct Node {
  NameId name{};
  std::uint32_t parent = kNoNode;
  std::uint32_t level = 0;  // 1: the root element, 2: System, EventData, ...
  Section section = Section::kNone;
  bool has_children = false;
  std::vector<std::uint32_t> parts;
  std::vector<Attribute> attributes;
};

// The element tree of one record, nested BinXML put in its place.
class Tree {
 public:
  Tree(const RecordValues& record, const Limits& limits, std::size_t nodes_budget)
      : record_(record), limits_(limits), budget_(nodes_budget) {
    nodes.push_back({});
  }

  Reason build() {
    return record_.instances.empty() ? Reason("it has no BinXML") : walk(0, 0, 0);
  }

  std::vector<Node> nodes;  // in document order; [0] stands above the root element
  std::size_t work = 0;
  bool over_budget = false;

 private:
  // Recursion is bounded: instances nest no deeper than Limits::nesting_depth.
  Reason walk(std::uint32_t instance_index, std::uint32_t above, std::size_t depth) {
    const Instance& instance = record_.instances[instance_index];
    const Program& program = *instance.program;
    std::uint32_t node = above;
    bool in_attribute = false;
    for (const Op& op : program.ops) {
      if (++work > budget_) {
        over_budget = true;
        return Reason::limit("its chunk asks for more layout work than limit chunk-plan-nodes");
      }
      switch (op.kind) {
        case OpKind::kOpen:
          if (depth++ >= limits_.nesting_depth) return kElementsTooDeep;
          node = open(op.name, node);
          in_attribute = false;
          break;
        case OpKind::kAttribute:
          nodes[node].attributes.push_back({op.name, {}});
          in_attribute = true;
          break;
        case OpKind::kContent: in_attribute = false; break;
        case OpKind::kClose:
          --depth;
          node = nodes[node].parent;
          in_attribute = false;
          break;
        default: {
          const std::uint32_t at = pool_index(instance, op);
          if (const std::uint32_t child = record_.child_at[at]; child != 0) {
            if (in_attribute) return "an attribute contains elements";
            if (const Reason reason = walk(child - 1, node, depth)) return reason;
          } else if (op.kind != OpKind::kInstance && is_text(op, at)) {
            if (node == 0) return "it has text outside the root element";
            (in_attribute ? nodes[node].attributes.back().parts : nodes[node].parts).push_back(at);
          }
        }
      }
    }
    return nullptr;
  }

  static std::uint32_t pool_index(const Instance& instance, const Op& op) {
    const Program& program = *instance.program;
    if (op.kind == OpKind::kValue) return instance.pool_base + op.index;
    if (op.kind == OpKind::kText) return instance.pool_base + program.values_count + op.index;
    return instance.pool_base + program.values_count + program.constants_count + op.index;
  }

  // A place for BinXML that is empty is no text.
  bool is_text(const Op& op, std::uint32_t at) const {
    return op.kind != OpKind::kValue || op.declared_type != kTypeBinXml ||
           record_.pool[at].size != 0;
  }

  std::uint32_t open(NameId name, std::uint32_t parent) {
    Node node;
    node.name = name;
    node.parent = parent;
    node.level = nodes[parent].level + 1;
    if (node.level == 2) {
      node.section = name == KnownName::kSystem      ? Section::kSystem
                     : name == KnownName::kEventData ? Section::kEventData
                                                     : Section::kOther;
    } else if (node.level > 2) {
      node.section = nodes[parent].section;
    }
    nodes[parent].has_children = true;
    nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(nodes.size() - 1);
  }

  const RecordValues& record_;
  const Limits& limits_;
  std::size_t budget_;
};

// Gives the texts of a tree their names and slots.
class Naming {
 public:
  Naming(const Tree& tree, const RecordValues& record, const NameTable& names,
         const Limits& limits, FieldNames& fields, Plan& plan)
      : tree_(tree), record_(record), names_(names), limits_(limits), fields_(fields),
        plan_(plan) {}

  void run() {
    collecting_system_ = true;
    for (const Node& node : tree_.nodes) {
      if (node.section == Section::kSystem) name_system(node);
    }
    collecting_system_ = false;
    for (const Node& node : tree_.nodes) {
      if (node.level != 0) name_node(node);
    }
    name_collisions();
    name_parameters();
    finish();
  }

 private:
  struct Field {
    std::string name;
    std::vector<Source> sources;
    bool always_list = false;
    std::uint32_t element = Plan::kNone;
  };
  struct Leaf {
    std::string name;
    std::string parent;
    Source source;
  };

  const std::string& text_of(NameId name) const { return names_[name].local; }

  Source keep(const std::vector<std::uint32_t>& parts) {
    const Source source{static_cast<std::uint32_t>(plan_.parts.size()),
                        static_cast<std::uint32_t>(parts.size())};
    plan_.parts.insert(plan_.parts.end(), parts.begin(), parts.end());
    return source;
  }

  Field* field(const std::string& name) {
    const auto found = field_by_name_.find(name);
    if (found != field_by_name_.end()) return &all_[found->second];
    if (all_.size() >= limits_.fields_per_event) {
      plan_.over_fields_limit = true;
      return nullptr;
    }
    field_by_name_.emplace(name, all_.size());
    all_.push_back({name, {}, false, Plan::kNone});
    return &all_.back();
  }

  void add(const std::string& name, Source source, bool always_list = false) {
    Field* into = field(name);
    if (into == nullptr) return;
    into->sources.push_back(source);
    into->always_list = into->always_list || always_list;
  }

  // Adds a text of a System element, or in the first pass only remembers that its name is taken.
  void add_system(const std::string& name, const std::vector<std::uint32_t>& parts) {
    if (!collecting_system_) return add(name, keep(parts));
    if (std::find(kSystemFields.begin(), kSystemFields.end(), name) != kSystemFields.end())
      system_names_.insert(name);
  }

  std::string outside_system(const std::string& name) const {
    return system_names_.contains(name) ? "EventData." + name : name;
  }

  void name_node(const Node& node) {
    if (node.section == Section::kSystem && node.level > 2) return name_system(node);
    if (node.section == Section::kEventData && node.level == 3 && node.name == KnownName::kData)
      return name_data(node);
    bool has_attributes = false;
    for (const Attribute& attribute : node.attributes) {
      if (names_[attribute.name].is_namespace) continue;
      has_attributes = true;
      add(outside_system(text_of(node.name) + "_" + text_of(attribute.name)),
          keep(attribute.parts));
    }
    const bool is_empty_leaf = node.level > 2 && !node.has_children && !has_attributes;
    if (node.parts.empty() && !is_empty_leaf) return;
    const Source source = keep(node.parts);
    const std::string name = outside_system(text_of(node.name));
    add(name, source);
    if (node.level > 2)
      leaves_.push_back({name, text_of(tree_.nodes[node.parent].name), source});
  }

  void name_system(const Node& node) {
    for (const Attribute& attribute : node.attributes) {
      if (names_[attribute.name].is_namespace) continue;
      add_system(text_of(node.name) + "_" + text_of(attribute.name), attribute.parts);
    }
    const bool is_empty_leaf = node.level == 3 && !node.has_children && is_system_text(node.name);
    if (!node.parts.empty() || is_empty_leaf) add_system(text_of(node.name), node.parts);
    if (!collecting_system_ && node.level == 3) find_event_parts(node);
  }

  void set_first(Source& into, const std::vector<std::uint32_t>& parts) {
    if (into.parts_count != 0) return;
    into = keep(parts);
    for (const std::uint32_t part : parts)
      plan_.system_pool_end = std::max(plan_.system_pool_end, part + 1);
  }

  // What an Event says beside its fields; the first one counts.
  void find_event_parts(const Node& node) {
    if (node.name == KnownName::kChannel) set_first(plan_.channel, node.parts);
    if (node.name == KnownName::kComputer) set_first(plan_.computer, node.parts);
    if (node.name == KnownName::kEventId) set_first(plan_.event_id, node.parts);
    if (node.name == KnownName::kEventRecordId) set_first(plan_.record_id, node.parts);
    for (const Attribute& attribute : node.attributes) {
      if (node.name == KnownName::kProvider && attribute.name == KnownName::kName)
        set_first(plan_.provider, attribute.parts);
      if (node.name == KnownName::kTimeCreated && attribute.name == KnownName::kSystemTime)
        set_first(plan_.time, attribute.parts);
    }
  }

  void name_data(const Node& node) {
    std::string name;
    bool name_seen = false;
    for (const Attribute& attribute : node.attributes) {
      if (names_[attribute.name].is_namespace) continue;
      if (attribute.name == KnownName::kName && !name_seen) {
        name_seen = true;
        for (const std::uint32_t part : attribute.parts) append_rendered(record_.pool[part], name);
        std::erase_if(name, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
        continue;
      }
      add(outside_system("Data_" + text_of(attribute.name)), keep(attribute.parts));
    }
    if (node.parts.empty() && node.has_children) return;
    const Source source = keep(node.parts);
    if (!name.empty() && name.size() <= kDataNameBytesMax) {
      any_data_named_ = true;
      add(outside_system(name), source);
    } else {
      add("Data", source, true);
      unnamed_data_.push_back(source);
    }
  }

  // Leaves of one name below elements of different names are also told apart by their parents.
  void name_collisions() {
    std::map<std::string, std::set<std::string>> parents_by_name;
    for (const Leaf& leaf : leaves_) parents_by_name[leaf.name].insert(leaf.parent);
    for (const Leaf& leaf : leaves_) {
      if (parents_by_name[leaf.name].size() > 1) add(leaf.parent + "_" + leaf.name, leaf.source);
    }
  }

  // How many Data elements Windows makes of one text: an array is one for each of its values.
  std::size_t elements_count(const Source& source) const {
    if (source.parts_count != 1) return 1;
    const Value& value = record_.pool[plan_.parts[source.first_part]];
    return value.is_list() ? value.size : 1;
  }

  void name_parameters() {
    if (any_data_named_) return;
    std::size_t number = 0;
    for (const Source& source : unnamed_data_) {
      const std::size_t count = elements_count(source);
      for (std::size_t i = 0; i < count && !plan_.over_fields_limit; ++i) {
        const std::string name = "param" + std::to_string(++number);
        if (field_by_name_.contains(name)) continue;  // an element has this name; see `Data`
        Field* into = field(name);
        if (into == nullptr) return;
        into->sources.push_back(source);
        into->element = static_cast<std::uint32_t>(i);
      }
    }
  }

  void finish() {
    for (Field& field : all_) {
      FieldId id{};
      if (!fields_.intern(field.name, id)) {
        plan_.names_refused = true;
        continue;
      }
      const auto slot = static_cast<std::uint32_t>(plan_.fields.size());
      plan_.fields.push_back(id);
      plan_.pool_index.push_back(Plan::kNone);
      const Source first = field.sources.front();
      if (field.element != Plan::kNone) {
        add_special(slot, SpecialSlot::Kind::kElement, field);
      } else if (field.sources.size() > 1 || field.always_list) {
        add_special(slot, SpecialSlot::Kind::kList, field);
      } else if (first.parts_count > 1) {
        add_special(slot, SpecialSlot::Kind::kText, field);
      } else if (first.parts_count == 1) {
        plan_.pool_index.back() = plan_.parts[first.first_part];
      }
    }
  }

  void add_special(std::uint32_t slot, SpecialSlot::Kind kind, Field& field) {
    const std::uint32_t element = field.element == Plan::kNone ? 0 : field.element;
    plan_.specials.push_back({slot, kind, element, std::move(field.sources)});
  }

  const Tree& tree_;
  const RecordValues& record_;
  const NameTable& names_;
  const Limits& limits_;
  FieldNames& fields_;
  Plan& plan_;
  std::vector<Field> all_;
  std::unordered_map<std::string, std::size_t> field_by_name_;
  std::set<std::string, std::less<>> system_names_;
  std::vector<Leaf> leaves_;
  std::vector<Source> unnamed_data_;
  bool any_data_named_ = false;
  bool collecting_system_ = false;
};

}  // namespace

void RecordValues::clear() {
  instances.clear();
  pool.clear();
  child_at.clear();
}

bool FieldNames::intern(const std::string& name, FieldId& id) {
  if (const auto found = ids_.find(name); found != ids_.end()) {
    id = found->second;
    return true;
  }
  if (!shapes_.intern_field(name, id)) return false;
  ids_.emplace(name, id);
  return true;
}

void build_plan(const RecordValues& record, const NameTable& names, const Limits& limits,
                std::size_t nodes_budget, FieldNames& fields, Plan& plan) {
  plan = {};
  Tree tree(record, limits, nodes_budget);
  plan.error = tree.build();
  plan.is_final = !tree.over_budget;
  plan.nodes_count = static_cast<std::uint32_t>(tree.work);
  if (!plan.error) Naming(tree, record, names, limits, fields, plan).run();
}

PlanCache::PlanCache() : seed_(random_seed()) { clear(); }

std::uint64_t PlanCache::hash_of(std::span<const std::uint32_t> signature) const {
  return XXH3_64bits_withSeed(signature.data(), signature.size_bytes(), seed_);
}

void PlanCache::clear() {
  plans_.clear();
  buckets_.assign(4096, 0);
}

Plan* PlanCache::find_or_add(std::span<const std::uint32_t> signature, bool& added) {
  const std::uint64_t hash = hash_of(signature);
  std::size_t bucket = hash & (buckets_.size() - 1);
  for (; buckets_[bucket] != 0; bucket = (bucket + 1) & (buckets_.size() - 1)) {
    Entry& entry = plans_[buckets_[bucket] - 1];
    if (entry.hash == hash && std::ranges::equal(entry.signature, signature)) {
      added = false;
      return &entry.plan;
    }
  }
  added = true;
  plans_.push_back({{signature.begin(), signature.end()}, hash, {}});
  buckets_[bucket] = static_cast<std::uint32_t>(plans_.size());
  if (plans_.size() * 2 > buckets_.size()) {
    buckets_.assign(buckets_.size() * 2, 0);
    for (std::uint32_t i = 0; i < plans_.size(); ++i) {
      std::size_t at = plans_[i].hash & (buckets_.size() - 1);
      while (buckets_[at] != 0) at = (at + 1) & (buckets_.size() - 1);
      buckets_[at] = i + 1;
    }
  }
  return &plans_.back().plan;
}

}  // namespace pugmark::evtx
