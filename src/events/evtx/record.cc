#include "events/evtx/record.h"

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <new>

namespace pugmark::evtx {
namespace {

constexpr std::size_t kDefinitionHeaderBytes = 24;  // next u32, GUID, size u32
constexpr std::size_t kDescriptorBytes = 4;
constexpr std::size_t kFragmentHeaderBytes = 4;

// Caches are emptied between chunks when they have grown to some tens of megabytes.
constexpr std::size_t kCachedEntriesMax = 1 << 16;
constexpr std::size_t kCachedNodesMax = 1 << 20;
constexpr std::size_t kPrivateShapesMax = 4'096;
constexpr std::size_t kPrivateBytesMax = 8 << 20;
constexpr std::size_t kShapesPerPlanMax = 64;

constexpr Reason kOverValues =
    Reason::limit("its chunk asks for more values than limit chunk-values");

// Writes a Value in one piece. Members written one by one and read again as a whole soon after, as
// fill_values() does, make the processor wait for its own stores (measured: a fifth of all time).
void write_value(Value* at, const std::byte* data, std::uint32_t size, ValueType type) {
  static_assert(sizeof(Value) == 16 && offsetof(Value, size) == 8 && offsetof(Value, type) == 12);
  const __m128i value = _mm_set_epi64x(
      static_cast<long long>(size | (static_cast<std::uint64_t>(type) << 32U)),
      static_cast<long long>(std::bit_cast<std::uintptr_t>(data)));
  *at = std::bit_cast<Value>(value);
}

bool same(const Value& value, ValueType type, const std::string& bytes) {
  return value.type == type && value.bytes() == bytes;
}

}  // namespace

RecordDecoder::RecordDecoder(const Limits& limits, ShapeTable& shapes)
    : limits_(limits), shapes_(shapes), field_names_(shapes), definition_at_(kChunkBytes) {}

void RecordDecoder::forget_if_stale() {
  if (programs_.size() < kCachedEntriesMax && plans_.size() < kCachedEntriesMax &&
      names_.table().size() < kCachedEntriesMax && field_names_.size() < kCachedEntriesMax &&
      cached_nodes_ < kCachedNodesMax && private_shapes_.size() < kPrivateShapesMax &&
      private_bytes_ < kPrivateBytesMax && generation_ == shapes_.generation())
    return;
  generation_ = shapes_.generation();
  programs_.clear();
  plans_.clear();
  names_.table().clear();
  field_names_.clear();
  older_private_shapes_ = std::move(private_shapes_);
  private_shapes_ = {};
  private_bytes_ = cached_nodes_ = 0;
}

void RecordDecoder::begin_chunk(Bytes chunk) {
  chunk_ = chunk.first(std::min(chunk.size(), kChunkBytes));
  forget_if_stale();
  names_.begin_chunk(chunk_);
  if (first_definition_ > UINT32_MAX - 2 * kChunkBytes) {
    definition_at_.assign(kChunkBytes, 0);
    first_definition_ = 1;
  }
  first_definition_ += static_cast<std::uint32_t>(definitions_.size());
  definitions_.clear();
  constants_.clear();
  template_bytes_left_ = limits_.chunk_template_bytes;
  plan_nodes_left_ = limits_.chunk_plan_nodes;
  values_left_ = limits_.chunk_values;
  text_bytes_left_ = limits_.chunk_text_bytes;
  reached_ = {};
}

Reason RecordDecoder::definition_at(const InstanceBytes& bytes, const Definition*& definition) {
  const std::size_t offset = bytes.definition_offset;
  if (!contains_range(chunk_, offset, kDefinitionHeaderBytes))
    return "its template lies outside the chunk";
  const std::uint32_t known = definition_at_[offset];
  if (known < first_definition_ || known - first_definition_ >= definitions_.size()) {
    const std::size_t size = load_le<std::uint32_t>(chunk_.data() + offset + 20);
    const std::size_t begin = offset + kDefinitionHeaderBytes;
    Definition added;
    added.template_id = load_le<std::uint32_t>(chunk_.data() + offset + 4);
    added.first_constant = constants_.size();
    if (!contains_range(chunk_, begin, size)) {
      added.error = "its template ends outside the chunk";
    } else if (size > template_bytes_left_) {
      return Reason::limit("its chunk has more template bytes than limit chunk-template-bytes");
    } else {
      template_bytes_left_ -= size;
      ParseRules rules{true, true, limits_.nesting_depth};
      added.error = parse_binxml(chunk_, begin, begin + size, rules, names_, *arena_, parsed_);
      if (added.error) {
        rules.dependency_ids = false;
        if (!parse_binxml(chunk_, begin, begin + size, rules, names_, *arena_, parsed_))
          added.error = {};
      }
    }
    if (!added.error) {
      added.program = programs_.find_or_add(parsed_.program);
      constants_.insert(constants_.end(), parsed_.constants.begin(), parsed_.constants.end());
    }
    definition_at_[offset] = first_definition_ + static_cast<std::uint32_t>(definitions_.size());
    definitions_.push_back(added);
  }
  definition = &definitions_[definition_at_[offset] - first_definition_];
  if (strict_ && definition->template_id != bytes.template_id)
    return "its template was overwritten";
  return definition->error;
}

std::uint32_t RecordDecoder::add_instance(const Program& program, const InstanceBytes& bytes,
                                          const Value* constants,
                                          std::uint32_t parent_pool_index) {
  Instance instance{&program, bytes, static_cast<std::uint32_t>(record_.pool.size()), false};
  const auto index = static_cast<std::uint32_t>(record_.instances.size());
  if (index != 0) record_.child_at[parent_pool_index] = index + 1;
  if (program.pool_size() > values_left_) {
    over_values_limit_ = true;
  } else {
    values_left_ -= program.pool_size();
    record_.pool.resize(record_.pool.size() + program.values_count);
    record_.pool.insert(record_.pool.end(), constants, constants + program.constants_count);
    record_.pool.resize(record_.pool.size() + program.instances_count);
    record_.child_at.resize(record_.pool.size(), 0);
  }
  record_.instances.push_back(instance);
  return index;
}

void RecordDecoder::read_values(Instance& instance) {
  const std::size_t count =
      std::min(instance.bytes.values_count, instance.program->values_count);
  const std::byte* descriptor = instance.bytes.descriptors;
  const std::byte* data = instance.bytes.values;
  Value* out = record_.pool.data() + instance.pool_base;
  for (std::size_t i = 0; i < count; ++i, descriptor += kDescriptorBytes) {
    const auto bits = load_le<std::uint32_t>(descriptor);
    const std::uint32_t size = bits & 0xFFFFU;
    const auto type = static_cast<std::uint8_t>(bits >> 16U);
    if (type == kTypeString) {
      const Value text = without_terminator({data, size, ValueType::kUtf16});
      write_value(out + i, data, text.size, ValueType::kUtf16);
    } else if (type <= kTypeLastSimple && kTypeBytes[type] == size && size != 0) {
      write_value(out + i, data, size, value_type_of(type));
    } else {
      const Value value = unusual_value(instance, i, {data, size}, type);
      write_value(out + i, static_cast<const std::byte*>(value.data), value.size, value.type);
    }
    data += size;
  }
  // A record may bring fewer values than its template asks for.
  std::fill(out + count, out + instance.program->values_count, Value::null());
  instance.values_read = true;
}

// A value that is no string and not a number of the right size. BinXML is noted in nested_; what
// stands in its place is null.
Value RecordDecoder::unusual_value(const Instance& instance, std::size_t index, Bytes bytes,
                                   std::uint8_t type) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  if (type <= kTypeLastSimple) return simple_value(bytes.data(), size, type);
  if (size == 0) return Value::null();
  if ((type & kTypeArrayFlag) != 0)
    return array_value(bytes, type & static_cast<std::uint8_t>(~kTypeArrayFlag));
  if (type != kTypeBinXml) return {bytes.data(), size, ValueType::kBinary};
  const std::vector<std::uint16_t>& announced = instance.program->nested;
  const bool used = std::ranges::find(announced, index) != announced.end() ||
                    instance.program->uses(static_cast<std::uint16_t>(index));
  const auto begin = static_cast<std::size_t>(bytes.data() - chunk_.data());
  if (used)
    nested_.push_back(
        {instance.pool_base + static_cast<std::uint32_t>(index), begin, begin + size});
  return Value::null();
}

// A value of a wrong size is shown as the bytes it has; a number without bytes is null.
Value RecordDecoder::simple_value(const std::byte* data, std::uint32_t size, std::uint8_t type) {
  const std::size_t fixed = kTypeBytes[type];
  if (fixed != 0 ? size == fixed : type != kTypeNull && type != kTypeSize)
    return {data, size, value_type_of(type)};
  if (size == 0) return Value::null();
  if (type == kTypeSize && (size == 4 || size == 8)) return {data, size, ValueType::kSize};
  return {data, size, ValueType::kBinary};
}

Value* RecordDecoder::allocate_values(std::size_t count) {
  if (count > values_left_) {
    over_values_limit_ = true;
    return nullptr;
  }
  values_left_ -= count;
  return arena_->allocate_values(count);
}

Value RecordDecoder::array_value(Bytes bytes, std::uint8_t element_type) {
  const Value binary{bytes.data(), static_cast<std::uint32_t>(bytes.size()), ValueType::kBinary};
  if (element_type == kTypeString)
    return bytes.size() % 2 == 0 ? string_array(bytes, 2, ValueType::kUtf16) : binary;
  if (element_type == kTypeAnsi) return string_array(bytes, 1, ValueType::kAnsi);
  if (element_type == kTypeSid) return sid_array(bytes);
  if (element_type > kTypeLastSimple) return binary;
  std::size_t fixed = kTypeBytes[element_type];
  if (element_type == kTypeSize) fixed = bytes.size() % 8 == 0 ? 8 : 4;
  if (fixed == 0 || bytes.size() % fixed != 0) return binary;
  std::size_t count = bytes.size() / fixed;
  if (count > limits_.values_per_field) {
    count = limits_.values_per_field;
    reached_.values_per_field.note(record_offset_);
  }
  Value* values = allocate_values(count);
  if (values == nullptr) return binary;
  for (std::size_t i = 0; i < count; ++i)
    values[i] = {bytes.data() + i * fixed, static_cast<std::uint32_t>(fixed),
                 value_type_of(element_type)};
  return {values, static_cast<std::uint32_t>(count), ValueType::kList};
}

// Every string ends with a NUL; the last one may do without.
Value RecordDecoder::string_array(Bytes bytes, std::size_t char_bytes, ValueType type) {
  const auto is_nul = [&](std::size_t at) {
    return bytes[at] == std::byte{0} && bytes[at + char_bytes - 1] == std::byte{0};
  };
  std::size_t count = is_nul(bytes.size() - char_bytes) ? 0 : 1;
  for (std::size_t at = 0; at < bytes.size(); at += char_bytes) count += is_nul(at) ? 1U : 0U;
  if (count > limits_.values_per_field) {
    count = limits_.values_per_field;
    reached_.values_per_field.note(record_offset_);
  }
  Value* values = allocate_values(count);
  if (values == nullptr) return {bytes.data(), static_cast<std::uint32_t>(bytes.size()),
                                 ValueType::kBinary};
  std::size_t begin = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t end = begin;
    while (end < bytes.size() && !is_nul(end)) end += char_bytes;
    values[i] = {bytes.data() + begin, static_cast<std::uint32_t>(end - begin), type};
    begin = end + char_bytes;
  }
  return {values, static_cast<std::uint32_t>(count), ValueType::kList};
}

Value RecordDecoder::sid_array(Bytes bytes) {
  const Value binary{bytes.data(), static_cast<std::uint32_t>(bytes.size()), ValueType::kBinary};
  std::size_t count = 0;
  const auto sid_bytes = [&](std::size_t at) {
    return 8 + 4 * std::to_integer<std::size_t>(bytes[at + 1]);
  };
  for (std::size_t at = 0; at < bytes.size(); at += sid_bytes(at), ++count) {
    if (bytes.size() - at < 8 || bytes.size() - at < sid_bytes(at)) return binary;
  }
  if (count > limits_.values_per_field) {
    count = limits_.values_per_field;
    reached_.values_per_field.note(record_offset_);
  }
  Value* values = allocate_values(count);
  if (values == nullptr) return binary;
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = {bytes.data() + at, static_cast<std::uint32_t>(sid_bytes(at)), ValueType::kSid};
    at += sid_bytes(at);
  }
  return {values, static_cast<std::uint32_t>(count), ValueType::kList};
}

// The signature says everything the layout depends on, in a form that can be read only one way.
void RecordDecoder::sign_instance(const Instance& instance, std::size_t first_nested) {
  const Program& program = *instance.program;
  signature_.push_back(program.id);
  signature_.push_back(static_cast<std::uint32_t>(nested_.size() - first_nested));
  for (std::size_t i = first_nested; i < nested_.size(); ++i)
    signature_.push_back(nested_[i].pool_index - instance.pool_base);
  const Value* values = record_.pool.data() + instance.pool_base;
  for (const std::uint16_t index : program.nested) signature_.push_back(values[index].size != 0);
  for (const std::uint16_t index : program.counted)
    signature_.push_back(values[index].is_list() ? values[index].size : UINT32_MAX);
  for (const std::uint16_t index : program.naming) {
    scratch_.clear();
    append_rendered(values[index], scratch_);
    signature_.push_back(static_cast<std::uint32_t>(scratch_.size()));
    for (const char c : scratch_) signature_.push_back(static_cast<unsigned char>(c));
  }
}

Reason RecordDecoder::collect_instance(const InstanceBytes& bytes,
                                       std::uint32_t parent_pool_index, std::size_t depth) {
  const Definition* definition = nullptr;
  if (const Reason reason = definition_at(bytes, definition)) return reason;
  const Program& program = *definition->program;
  const std::uint32_t index = add_instance(
      program, bytes, constants_.data() + definition->first_constant, parent_pool_index);
  if (over_values_limit_) return kOverValues;
  // The values of an inner instance are not looked at until it is known that somebody wants them.
  if (index != 0 && program.is_plain() && !read_all_) {
    signature_.push_back(program.id);
    signature_.push_back(0);
    return nullptr;
  }
  const std::size_t first_nested = nested_.size();
  read_values(record_.instances[index]);
  if (over_values_limit_) return kOverValues;
  sign_instance(record_.instances[index], first_nested);
  return collect_nested(first_nested, depth + 1);
}

Reason RecordDecoder::collect_nested(std::size_t first_nested, std::size_t depth) {
  const std::size_t end = nested_.size();
  for (std::size_t i = first_nested; i < end; ++i) {
    const Nested nested = nested_[i];
    if (const Reason reason = collect_blob(nested.begin, nested.end, nested.pool_index, depth))
      return reason;
  }
  return nullptr;
}

Reason RecordDecoder::collect_fragment(std::size_t begin, std::size_t end,
                                       std::uint32_t parent_pool_index, std::size_t depth) {
  ParseRules rules{false, false, limits_.nesting_depth};
  if (const Reason reason = parse_binxml(chunk_, begin, end, rules, names_, *arena_, parsed_)) {
    rules.dependency_ids = true;
    if (parse_binxml(chunk_, begin, end, rules, names_, *arena_, parsed_))
      return reason;
  }
  const Program* program = programs_.find_or_add(parsed_.program);
  const std::uint32_t index =
      add_instance(*program, {}, parsed_.constants.data(), parent_pool_index);
  if (over_values_limit_) return kOverValues;
  record_.instances[index].values_read = true;
  signature_.push_back(program->id);
  signature_.push_back(0);
  if (parsed_.instances.empty()) return nullptr;
  const std::uint32_t first = record_.instances[index].pool_base + program->constants_count;
  const std::vector<InstanceBytes> instances = parsed_.instances;  // parsed_ is used again below
  for (std::uint32_t i = 0; i < instances.size(); ++i) {
    if (const Reason reason = collect_instance(instances[i], first + i, depth)) return reason;
  }
  return nullptr;
}

// Nearly every piece of BinXML is one template instance; everything else is parsed as a fragment.
Reason RecordDecoder::collect_blob(std::size_t begin, std::size_t end,
                                   std::uint32_t parent_pool_index, std::size_t depth) {
  if (depth > limits_.nesting_depth) return kBinXmlTooDeep;
  constexpr auto kHeader = static_cast<std::byte>(Token::kFragmentHeader);
  constexpr auto kInstance = static_cast<std::byte>(Token::kTemplateInstance);
  std::size_t pos = begin;
  if (end - pos > kFragmentHeaderBytes && chunk_[pos] == kHeader) pos += kFragmentHeaderBytes;
  if (pos < end && chunk_[pos] == kInstance) {
    InstanceBytes bytes;
    ++pos;
    const Reason reason = read_instance(chunk_, pos, end, bytes);
    if (!reason && (pos == end || chunk_[pos] == std::byte{0}))
      return collect_instance(bytes, parent_pool_index, depth);
  }
  return collect_fragment(begin, end, parent_pool_index, depth);
}

Reason RecordDecoder::collect(const RecordBytes& record) {
  record_.clear();
  nested_.clear();
  signature_.clear();
  return collect_blob(record.offset + kRecordHeaderBytes, record.offset + record.size - 4, 0, 0);
}

Reason RecordDecoder::find_plan() {
  bool added = false;
  plan_ = plans_.find_or_add(signature_, added);
  if (!plan_->is_final) {
    build_plan(record_, names_.table(), limits_, plan_nodes_left_, field_names_, *plan_);
    plan_nodes_left_ -= std::min<std::size_t>(plan_nodes_left_, plan_->nodes_count);
    cached_nodes_ += plan_->nodes_count + signature_.size();
  }
  return plan_->error;
}

// Reads what collect() left out. BinXML that no template announced changes the layout, so the
// record is then read again with nothing left out.
Reason RecordDecoder::read_remaining_values(const RecordBytes& record) {
  const std::size_t nested_before = nested_.size();
  for (Instance& instance : record_.instances) {
    if (!instance.values_read) read_values(instance);
  }
  if (over_values_limit_) return kOverValues;
  if (nested_.size() == nested_before) return nullptr;
  read_all_ = true;
  const Reason reason = collect(record);
  read_all_ = false;
  return reason ? reason : find_plan();
}

Value RecordDecoder::text_of(Source source) {
  scratch_.clear();
  for (std::uint32_t i = 0; i < source.parts_count; ++i) {
    append_rendered(record_.pool[plan_->parts[source.first_part + i]], scratch_);
    if (scratch_.size() > text_bytes_left_) {
      reached_.text_bytes.note(record_offset_);
      return Value::null();
    }
  }
  text_bytes_left_ -= scratch_.size();
  return Value::text(arena_->copy(scratch_));
}

// The one value of a source: the first if it is a list.
Value RecordDecoder::single(Source source) {
  if (source.parts_count == 0) return {};
  if (source.parts_count > 1) return text_of(source);
  const Value& value = record_.pool[plan_->parts[source.first_part]];
  if (!value.is_list()) return value;
  return value.size == 0 ? Value::null() : value.list().front();
}

Value RecordDecoder::list_value(const SpecialSlot& special) {
  std::size_t count = 0;
  const auto part = [&](Source source) -> const Value& {
    return record_.pool[plan_->parts[source.first_part]];
  };
  for (const Source source : special.sources)
    count += source.parts_count == 1 && part(source).is_list() ? part(source).size : 1;
  if (count > limits_.values_per_field) {
    count = limits_.values_per_field;
    reached_.values_per_field.note(record_offset_);
  }
  Value* values = allocate_values(count);
  if (values == nullptr) return Value::null();
  std::size_t at = 0;
  const auto add = [&](const Value& value) {
    if (at < count) values[at++] = value;
  };
  for (const Source source : special.sources) {
    if (source.parts_count == 0) {
      add(Value::null());
    } else if (source.parts_count > 1) {
      if (at < count) add(text_of(source));
    } else if (part(source).is_list()) {
      for (const Value& value : part(source).list()) add(value);
    } else {
      add(part(source));
    }
  }
  return {values, static_cast<std::uint32_t>(count), ValueType::kList};
}

Value RecordDecoder::special_value(const SpecialSlot& special) {
  const Source first = special.sources.front();
  if (special.kind == SpecialSlot::Kind::kList) return list_value(special);
  if (first.parts_count > 1) return text_of(first);
  if (first.parts_count == 0) return Value::null();
  const Value& value = record_.pool[plan_->parts[first.first_part]];
  if (!value.is_list()) return value;
  return special.element < value.size ? value.list()[special.element] : Value::null();
}

void RecordDecoder::fill_values(Event& event) {
  const std::size_t count = plan_->fields.size();
  if (count > values_left_) {
    over_values_limit_ = true;
    return;
  }
  values_left_ -= count;
  std::byte* storage = arena_->allocate(count * sizeof(Value));
  const std::uint32_t* pool_index = plan_->pool_index.data();
  const Value* pool = record_.pool.data();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t index = pool_index[i];
    ::new (storage + i * sizeof(Value)) Value(index == Plan::kNone ? Value::null() : pool[index]);
  }
  // The storage holds Values since the loop above.
  auto* values = std::launder(reinterpret_cast<Value*>(storage));
  for (const SpecialSlot& special : plan_->specials) values[special.slot] = special_value(special);
  event.values = values;
}

std::uint64_t RecordDecoder::number_of(const Value& value, std::uint64_t otherwise) {
  const auto* at = static_cast<const std::byte*>(value.data);
  switch (value.type) {
    case ValueType::kUint8: return std::to_integer<std::uint8_t>(*at);
    case ValueType::kUint16: return load_le<std::uint16_t>(at);
    case ValueType::kUint32: return load_le<std::uint32_t>(at);
    case ValueType::kUint64: return load_le<std::uint64_t>(at);
    default: break;
  }
  scratch_.clear();
  append_rendered(value, scratch_);
  std::uint64_t number = 0;
  const char* end = scratch_.data() + scratch_.size();
  const auto parsed = std::from_chars(scratch_.data(), end, number);
  return parsed.ec == std::errc{} && parsed.ptr == end ? number : otherwise;
}

const Shape* RecordDecoder::find_shape() {
  const Value channel = single(plan_->channel);
  const Value provider = single(plan_->provider);
  const std::uint64_t number = number_of(single(plan_->event_id), 0);
  const std::uint32_t event_id = number <= UINT32_MAX ? static_cast<std::uint32_t>(number) : 0;
  for (const ShapeEntry& entry : plan_->shapes) {
    if (entry.event_id == event_id && same(channel, entry.channel_type, entry.channel) &&
        same(provider, entry.provider_type, entry.provider))
      return entry.shape;
  }
  const Shape* shape = make_shape(channel, provider, event_id);
  if (channel.size > kShapeTextBytesMax || provider.size > kShapeTextBytesMax) return shape;
  ShapeEntry entry{shape,         std::string(channel.bytes()), std::string(provider.bytes()),
                   channel.type, provider.type,                event_id};
  if (plan_->shapes.size() < kShapesPerPlanMax) {
    plan_->shapes.push_back(std::move(entry));
  } else {
    plan_->shapes[plan_->next_shape++ % kShapesPerPlanMax] = std::move(entry);
  }
  return shape;
}

const Shape* RecordDecoder::make_shape(const Value& channel, const Value& provider,
                                       std::uint32_t event_id) {
  Shape shape;
  shape.source = SourceKind::kWindowsEvent;
  append_rendered(channel, shape.channel);
  append_rendered(provider, shape.provider);
  shape.event_id = event_id;
  shape.precision = TimePrecision::kHundredNanoseconds;
  shape.fields = plan_->fields;
  // No name is that long: such a kind would only fill the table that all threads share.
  if (shape.channel.size() > kShapeTextBytesMax || shape.provider.size() > kShapeTextBytesMax)
    return make_private_shape(std::move(shape));
  if (const Shape* shared = shapes_.intern(shape)) return shared;
  return make_private_shape(std::move(shape));
}

// The event must still be judged when no more kinds can be told apart.
const Shape* RecordDecoder::make_private_shape(Shape shape) {
  shape.id = UINT32_MAX;
  shape.wanted = true;
  shapes_.complete(shape);
  private_bytes_ +=
      shape.channel.size() + shape.provider.size() +
      shape.fields.size() * (sizeof(FieldId) + sizeof(std::string_view));
  private_shapes_.push_back(std::move(shape));
  return &private_shapes_.back();
}

void RecordDecoder::set_time(const RecordBytes& record, Event& event) {
  const Value value = single(plan_->time);
  std::optional<TimeUtc> time;
  if (value.type == ValueType::kFileTime && value.size == 8) {
    time = time_from_filetime(load_le<std::uint64_t>(static_cast<const std::byte*>(value.data)));
  } else if (value.size != 0) {
    scratch_.clear();
    append_rendered(value, scratch_);
    if (const auto parsed = parse_time(scratch_)) time = parsed->time;
  }
  // What Windows shows comes first; the header's copy stands in where it is missing.
  if (!time) time = time_from_filetime(record.filetime);
  event.time = time.value_or(TimeUtc{});
  event.precision = time ? TimePrecision::kHundredNanoseconds : TimePrecision::kUnknown;
}

void RecordDecoder::note_limits(const Event& event) {
  if (plan_->over_fields_limit) reached_.fields_per_event.note(record_offset_);
  if (plan_->names_refused) reached_.field_names.note(record_offset_);
  if (event.shape->id == UINT32_MAX) reached_.shapes.note(record_offset_);
}

Reason RecordDecoder::decode(const RecordBytes& record, bool strict, Arena& arena, Event& event) {
  arena_ = &arena;
  strict_ = strict;
  record_offset_ = record.offset;
  over_values_limit_ = false;
  if (const Reason reason = collect(record)) return reason;
  if (const Reason reason = find_plan()) return reason;
  // System nearly always stands in the outermost instance, whose values have been read.
  const bool system_unread = std::ranges::any_of(record_.instances, [&](const Instance& instance) {
    return !instance.values_read && instance.pool_base < plan_->system_pool_end;
  });
  if (system_unread) {
    if (const Reason reason = read_remaining_values(record)) return reason;
  }
  event.shape = find_shape();
  if (event.shape->wanted) {
    const Plan* const before = plan_;
    if (const Reason reason = read_remaining_values(record)) return reason;
    if (plan_ != before) event.shape = find_shape();
  }
  if (event.shape->wanted) fill_values(event);
  if (over_values_limit_) return kOverValues;
  event.computer = single(plan_->computer);
  event.record_id = number_of(single(plan_->record_id), record.record_id);
  set_time(record, event);
  note_limits(event);
  return nullptr;
}

}  // namespace pugmark::evtx
