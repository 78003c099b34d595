#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "events/evtx/names.h"
#include "events/evtx/program.h"
#include "events/shape.h"
#include "events/value.h"

// The second step from BinXML to a field table: which value of a record goes into which field.
namespace pugmark::evtx {

// All values of one record lie in one pool: for each instance its substitutions, then its
// constants, then a place for each instance inside it. `pool_base` is where an instance begins.
struct Instance {
  const Program* program = nullptr;
  InstanceBytes bytes;
  std::uint32_t pool_base = 0;
  bool values_read = false;
};

// The values of one record, or the part of it read so far. `child_at[i]` is 1 + the index of the
// instance that stands in place of pool value i, or 0.
struct RecordValues {
  std::vector<Instance> instances;
  std::vector<Value> pool;
  std::vector<std::uint32_t> child_at;
  void clear();
};

// The text of an element or attribute: the pool values it is put together from.
struct Source {
  std::uint32_t first_part = 0;
  std::uint32_t parts_count = 0;
};

struct ShapeEntry {
  const Shape* shape = nullptr;
  std::string channel;   // raw bytes of the values, to be compared with the next record's
  std::string provider;
  ValueType channel_type = ValueType::kAbsent;
  ValueType provider_type = ValueType::kAbsent;
  std::uint32_t event_id = 0;
};

// Fields whose value is more than one pool value.
struct SpecialSlot {
  enum class Kind : std::uint8_t { kText, kList, kElement };
  std::uint32_t slot = 0;
  Kind kind = Kind::kText;
  std::uint32_t element = 0;  // kElement: which value of the list
  std::vector<Source> sources;
};

// Where the values of all records with the same layout go.
struct Plan {
  static constexpr std::uint32_t kNone = UINT32_MAX;

  Reason error;                           // the layout itself cannot be read
  bool is_final = false;                  // false: not built, or this chunk's budget was too small
  std::vector<FieldId> fields;
  std::vector<std::uint32_t> pool_index;  // by slot; kNone: null, or a special slot
  std::vector<SpecialSlot> specials;
  std::vector<std::uint32_t> parts;       // pool indices, addressed by Source
  // What every event has, 0 parts where the record does not say it:
  Source channel, provider, event_id, computer, record_id, time;
  std::uint32_t system_pool_end = 0;      // all parts of those lie before this pool index
  bool over_fields_limit = false;         // fields beyond Limits::fields_per_event are left out
  bool names_refused = false;             // the table of field names is full
  std::uint32_t nodes_count = 0;          // work it took
  std::vector<ShapeEntry> shapes;         // of records with this layout, by channel, provider, id
  std::size_t next_shape = 0;             // the entry to be replaced when there are too many
};

// Interned field names in front of the table that all threads share. One worker.
class FieldNames {
 public:
  explicit FieldNames(ShapeTable& shapes) : shapes_(shapes) {}
  bool intern(const std::string& name, FieldId& id);
  void clear() { ids_.clear(); }
  std::size_t size() const { return ids_.size(); }

 private:
  ShapeTable& shapes_;
  std::unordered_map<std::string, FieldId> ids_;
};

// Lays out one record by the naming rules of docs/formats/evtx.md section 8. `nodes_budget` is what
// the chunk may still cost.
void build_plan(const RecordValues& record, const NameTable& names, const Limits& limits,
                std::size_t nodes_budget, FieldNames& fields, Plan& plan);

// Plans by signature, for one worker. Addresses stay valid until clear().
class PlanCache {
 public:
  PlanCache();
  // The plan of this signature; `added` tells that it is new and empty.
  Plan* find_or_add(std::span<const std::uint32_t> signature, bool& added);
  std::size_t size() const { return plans_.size(); }
  void clear();

  std::uint64_t hash_of(std::span<const std::uint32_t> signature) const;  // of this cache alone

 private:
  struct Entry {
    std::vector<std::uint32_t> signature;
    std::uint64_t hash = 0;
    Plan plan;
  };
  std::uint64_t seed_;
  std::deque<Entry> plans_;
  std::vector<std::uint32_t> buckets_;
};

}  // namespace pugmark::evtx
