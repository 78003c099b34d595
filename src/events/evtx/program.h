#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "events/event.h"
#include "events/evtx/format.h"
#include "events/evtx/names.h"
#include "events/value.h"

// The first of two steps from BinXML to a field table: tokens become a Program. Programs are found
// again by their content, so the second step (plan.h) runs once per kind of event.
namespace pugmark::evtx {

// Why something cannot be read: the middle of a Gap's sentence, and whether a limit is the reason
// and no damage. False if it can be read.
class Reason {
 public:
  constexpr Reason() = default;
  // Damage. Static text; nullptr: nothing is wrong.
  constexpr Reason(const char* what) : what_(what) {}  // NOLINT: a text is a reason
  static constexpr Reason limit(const char* what) {
    Reason reason(what);
    reason.is_limit_ = true;
    return reason;
  }

  constexpr explicit operator bool() const { return what_ != nullptr; }
  constexpr const char* what() const { return what_; }
  constexpr bool is_limit() const { return is_limit_; }

 private:
  const char* what_ = nullptr;
  bool is_limit_ = false;
};

inline constexpr Reason kElementsTooDeep =
    Reason::limit("its elements nest deeper than limit nesting-depth");
inline constexpr Reason kBinXmlTooDeep =
    Reason::limit("its BinXML nests deeper than limit nesting-depth");

enum class OpKind : std::uint8_t {
  kOpen,       // an element begins: `name`
  kAttribute,  // an attribute begins: `name`; parts up to the next Op that is no part are its value
  kContent,    // the start tag is over: parts are the element's text from here on
  kClose,      // the element ends
  kText,       // a part: constant number `index`
  kValue,      // a part: substitution number `index`, declared with BinXML type `declared_type`
  kInstance,   // a template instance, number `index` of the fragment
};

struct Op {
  OpKind kind = OpKind::kClose;
  std::uint8_t declared_type = 0;
  std::uint16_t index = 0;
  NameId name{};
};
static_assert(sizeof(Op) == 8, "Ops are compared and hashed as bytes");

// What one template definition or one fragment without template says, apart from the characters of
// its constants: those stay in the chunk and are only part of a Program where they are names.
struct Program {
  std::uint32_t id = 0;
  std::vector<Op> ops;
  std::string name_text;             // characters of all constants inside `Name` attributes
  std::uint32_t values_count = 0;    // substitutions used: highest index + 1
  std::uint32_t constants_count = 0;
  std::uint32_t instances_count = 0;
  // Substitutions whose values decide about the layout, ascending:
  std::vector<std::uint16_t> nested;   // declared as BinXML
  std::vector<std::uint16_t> counted;  // text of Data without Name: an array is numbered param1...
  std::vector<std::uint16_t> naming;   // inside `Name` attributes
  bool uses(std::uint16_t index) const;  // slow: looks through all ops
  bool is_plain() const { return nested.empty() && counted.empty() && naming.empty(); }
  std::uint32_t pool_size() const { return values_count + constants_count + instances_count; }
};

// A template instance as it stands in the chunk, sizes checked: `values` holds what the descriptors
// add up to.
struct InstanceBytes {
  std::uint32_t definition_offset = 0;
  std::uint32_t template_id = 0;
  std::uint32_t values_count = 0;
  const std::byte* descriptors = nullptr;  // 4 bytes each: size u16, type u8, 0
  const std::byte* values = nullptr;
};

// Reads names of one chunk; remembers by offset what it read.
class ChunkNames {
 public:
  ChunkNames() : seen_(kChunkBytes) {}
  void begin_chunk(Bytes chunk);
  Reason name_at(std::uint32_t offset, NameId& name);
  NameTable& table() { return table_; }

 private:
  struct Seen {
    std::uint32_t generation = 0;
    NameId name{};
  };
  Bytes chunk_;
  NameTable table_;
  std::vector<Seen> seen_;  // by chunk offset
  std::uint32_t generation_ = 0;
};

// The parse of one definition or fragment; reused.
struct Parsed {
  Program program;                       // id not set
  std::vector<Value> constants;          // in order of kText; views of the chunk or the arena
  std::vector<InstanceBytes> instances;  // in order of kInstance
  std::vector<std::uint8_t> open_unnamed_data;  // while parsing: of each open element
  void clear();
};

// UTF-16 text without the NULs that terminate it; NULs further inside stay where they are.
inline Value without_terminator(Value utf16) {
  const auto* at = static_cast<const std::byte*>(utf16.data);
  while (utf16.size >= 2 && load_le<std::uint16_t>(at + (utf16.size & ~1U) - 2) == 0)
    utf16.size = (utf16.size & ~1U) - 2;
  return utf16;
}

// Reads an instance behind its token at `pos`; moves `pos` behind its values. `end` bounds it.
Reason read_instance(Bytes chunk, std::size_t& pos, std::size_t end, InstanceBytes& instance);

struct ParseRules {
  bool in_definition = false;      // substitutions allowed, instances not
  bool dependency_ids = false;     // elements carry the 2 bytes of [MS-EVEN6] DependencyId
  std::size_t nesting_depth = 64;
};

// Parses BinXML tokens of chunk[begin, end) up to the end-of-stream token or `end`.
Reason parse_binxml(Bytes chunk, std::size_t begin, std::size_t end, const ParseRules& rules,
                    ChunkNames& names, Arena& arena, Parsed& out);

// Programs by content, for one worker. Addresses stay valid until clear().
class ProgramCache {
 public:
  ProgramCache();
  const Program* find_or_add(const Program& parsed);
  std::size_t size() const { return programs_.size(); }
  void clear();

  std::uint64_t hash_of(const Program& parsed) const;  // of this cache alone

 private:
  std::uint64_t seed_;
  std::deque<Program> programs_;
  std::vector<std::uint64_t> hashes_;   // by program id
  std::vector<std::uint32_t> buckets_;  // id + 1
};

}  // namespace pugmark::evtx
