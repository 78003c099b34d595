#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "events/event.h"
#include "events/evtx/plan.h"
#include "events/evtx/program.h"
#include "events/reader.h"

namespace pugmark::evtx {

// A record whose header is sound: its place in the chunk.
struct RecordBytes {
  std::size_t offset = 0;      // in the chunk
  std::size_t size = 0;
  std::uint64_t record_id = 0;
  std::uint64_t filetime = 0;
};

// A named limit that some records of a chunk reached: events were delivered without a part.
struct LimitReached {
  std::uint64_t records_count = 0;
  std::size_t first_offset = 0;  // in the chunk
  void note(std::size_t offset) {
    if (records_count++ == 0) first_offset = offset;
  }
};

struct ChunkLimits {
  LimitReached fields_per_event;
  LimitReached values_per_field;
  LimitReached field_names;
  LimitReached shapes;
  LimitReached text_bytes;
};

// Turns records of one chunk after another into events. Holds the caches of one worker; everything
// in them is found by content, so a forged chunk cannot lend its layouts to another one.
// One thread at a time.
class RecordDecoder {
 public:
  RecordDecoder(const Limits& limits, ShapeTable& shapes);

  // Starts a chunk: offsets inside BinXML count from its first byte.
  void begin_chunk(Bytes chunk);

  // Decodes one record into `event` (all but Locator::item and offset, which the caller knows).
  // Values point into the chunk and into `arena`. Returns why it cannot be read, if so.
  // `strict`: a template's identifier must be the one the record names (for carving, where the
  // definition may have been overwritten).
  Reason decode(const RecordBytes& record, bool strict, Arena& arena, Event& event);

  // Limits reached since begin_chunk().
  const ChunkLimits& limits_reached() const { return reached_; }
  const Limits& limits() const { return limits_; }

 private:
  struct Definition {       // of a template, in this chunk
    Reason error;
    const Program* program = nullptr;
    std::size_t first_constant = 0;
    std::uint32_t template_id = 0;
  };
  struct Nested {           // BinXML met among the values
    std::uint32_t pool_index = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  Reason collect(const RecordBytes& record);
  Reason collect_blob(std::size_t begin, std::size_t end, std::uint32_t parent_pool_index,
                      std::size_t depth);
  Reason collect_fragment(std::size_t begin, std::size_t end, std::uint32_t parent_pool_index,
                          std::size_t depth);
  Reason collect_instance(const InstanceBytes& bytes, std::uint32_t parent_pool_index,
                          std::size_t depth);
  Reason collect_nested(std::size_t first_nested, std::size_t depth);
  Reason definition_at(const InstanceBytes& bytes, const Definition*& definition);
  std::uint32_t add_instance(const Program& program, const InstanceBytes& bytes,
                             const Value* constants, std::uint32_t parent_pool_index);
  void read_values(Instance& instance);
  Value unusual_value(const Instance& instance, std::size_t index, Bytes bytes, std::uint8_t type);
  static Value simple_value(const std::byte* data, std::uint32_t size, std::uint8_t type);
  Value array_value(Bytes bytes, std::uint8_t element_type);
  Value string_array(Bytes bytes, std::size_t char_bytes, ValueType type);
  Value sid_array(Bytes bytes);
  void sign_instance(const Instance& instance, std::size_t first_nested);
  Reason find_plan();
  const Shape* find_shape();
  const Shape* make_shape(const Value& channel, const Value& provider, std::uint32_t event_id);
  const Shape* make_private_shape(Shape shape);
  Reason read_remaining_values(const RecordBytes& record);
  void fill_values(Event& event);
  void note_limits(const Event& event);
  Value special_value(const SpecialSlot& special);
  Value list_value(const SpecialSlot& special);
  Value text_of(Source source);
  Value single(Source source);
  std::uint64_t number_of(const Value& value, std::uint64_t otherwise);
  void set_time(const RecordBytes& record, Event& event);
  Value* allocate_values(std::size_t count);
  void forget_if_stale();

  const Limits& limits_;
  ShapeTable& shapes_;
  ChunkNames names_;
  ProgramCache programs_;
  PlanCache plans_;
  FieldNames field_names_;
  // Shapes the full table refused; kept one round longer than the caches that point to them.
  std::deque<Shape> private_shapes_;
  std::deque<Shape> older_private_shapes_;
  std::size_t private_bytes_ = 0;
  std::size_t cached_nodes_ = 0;
  std::uint64_t generation_ = 0;  // of shapes_ when the caches were last emptied or begun

  Bytes chunk_;
  Arena* arena_ = nullptr;
  std::vector<Definition> definitions_;        // of this chunk
  std::vector<std::uint32_t> definition_at_;   // by offset: first_definition_ + index
  std::uint32_t first_definition_ = 1;
  std::vector<Value> constants_;               // of this chunk's definitions
  Parsed parsed_;
  RecordValues record_;
  std::vector<Nested> nested_;
  std::vector<std::uint32_t> signature_;
  std::string scratch_;
  Plan* plan_ = nullptr;
  bool strict_ = false;
  bool read_all_ = false;           // also values of instances whose layout cannot depend on them
  bool over_values_limit_ = false;
  std::size_t record_offset_ = 0;
  std::size_t template_bytes_left_ = 0;
  std::size_t plan_nodes_left_ = 0;
  std::size_t values_left_ = 0;
  std::size_t text_bytes_left_ = 0;
  ChunkLimits reached_;
};

}  // namespace pugmark::evtx
