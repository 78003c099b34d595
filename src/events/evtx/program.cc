#include "events/evtx/program.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>

#include "base/random_seed.h"
#include "base/text.h"

namespace pugmark::evtx {
namespace {

constexpr std::size_t kDescriptorBytes = 4;
constexpr std::size_t kDefinitionHeaderBytes = 24;
constexpr std::size_t kNameHeaderBytes = 8;

void insert_sorted(std::vector<std::uint16_t>& into, std::uint16_t index) {
  const auto at = std::lower_bound(into.begin(), into.end(), index);
  if (at == into.end() || *at != index) into.insert(at, index);
}

// One parse: a position in the chunk that every read moves and checks.
class Parser {
 public:
  Parser(Bytes chunk, std::size_t begin, std::size_t end, const ParseRules& rules,
         ChunkNames& names, Arena& arena, Parsed& out)
      : chunk_(chunk), pos_(begin), end_(std::min(end, chunk.size())), rules_(rules),
        names_(names), arena_(arena), out_(out) {}

  Reason run() {
    while (pos_ < end_) {
      const auto byte = std::to_integer<std::uint8_t>(chunk_[pos_++]);
      if (byte == static_cast<std::uint8_t>(Token::kEndOfStream)) break;
      if (const Reason reason = token(byte)) return reason;
    }
    return depth_ == 0 ? nullptr : "its BinXML ends inside an element";
  }

 private:
  Reason token(std::uint8_t byte) {
    const bool more = (byte & kMoreFlag) != 0;
    switch (static_cast<Token>(byte & ~kMoreFlag)) {
      case Token::kOpenElement: return open_element(more);
      case Token::kCloseStart: return more ? unknown() : close_start();
      case Token::kCloseEmpty: return more ? unknown() : close_empty();
      case Token::kEndElement: return more ? unknown() : end_element();
      case Token::kValue: return value_text();
      case Token::kAttribute: return attribute();
      case Token::kCData: return counted_text();
      case Token::kCharRef: return char_ref();
      case Token::kEntityRef: return entity_ref();
      case Token::kPiTarget: return more ? unknown() : pi_target();
      case Token::kPiData: return more ? unknown() : pi_data();
      case Token::kTemplateInstance: return more ? unknown() : instance();
      case Token::kSubstitution:
      case Token::kOptionalSubstitution: return more ? unknown() : substitution();
      case Token::kFragmentHeader: return more ? unknown() : fragment_header();
      case Token::kEndOfStream: break;
    }
    return unknown();
  }

  static Reason unknown() { return "it contains an unknown BinXML token"; }
  static Reason too_short() { return "its BinXML ends inside a token"; }
  static Reason misplaced() { return "a BinXML token stands where it may not stand"; }

  bool has(std::size_t bytes) const { return end_ - pos_ >= bytes; }
  template <class T>
  T take() {
    const T value = load_le<T>(chunk_.data() + pos_);
    pos_ += sizeof(T);
    return value;
  }
  void emit(OpKind kind, NameId name = {}) { out_.program.ops.push_back({kind, 0, 0, name}); }

  Reason take_name(NameId& name) {
    if (!has(4)) return too_short();
    const auto offset = take<std::uint32_t>();
    if (const Reason reason = names_.name_at(offset, name)) return reason;
    if (offset != pos_) return nullptr;
    // The name stands here, where it is used first; name_at() has checked it against the chunk.
    const std::size_t chars = load_le<std::uint16_t>(chunk_.data() + pos_ + 6);
    const std::size_t bytes = kNameHeaderBytes + 2 * chars + 2;
    if (!has(bytes)) return too_short();
    pos_ += bytes;
    return nullptr;
  }

  Reason open_element(bool has_attributes) {
    if (in_start_tag_) return misplaced();
    if (depth_ >= rules_.nesting_depth) return kElementsTooDeep;
    const std::size_t skipped = rules_.dependency_ids ? 6U : 4U;  // [DependencyId], length
    if (!has(skipped)) return too_short();
    pos_ += skipped;
    NameId name{};
    if (const Reason reason = take_name(name)) return reason;
    // The length of the attribute list is not needed: attributes are known by their tokens.
    if (has_attributes) {
      if (!has(4)) return too_short();
      pos_ += 4;
    }
    emit(OpKind::kOpen, name);
    ++depth_;
    in_start_tag_ = true;
    in_attribute_ = false;
    in_name_ = false;
    out_.open_unnamed_data.push_back(name == KnownName::kData ? 1 : 0);
    return nullptr;
  }

  Reason close_start() {
    if (!in_start_tag_) return misplaced();
    in_start_tag_ = in_name_ = false;
    emit(OpKind::kContent);
    return nullptr;
  }

  Reason close_empty() {
    if (!in_start_tag_) return misplaced();
    in_start_tag_ = in_name_ = false;
    return close();
  }

  Reason end_element() {
    if (in_start_tag_ || depth_ == 0) return misplaced();
    return close();
  }

  Reason close() {
    --depth_;
    out_.open_unnamed_data.pop_back();
    emit(OpKind::kClose);
    return nullptr;
  }

  Reason attribute() {
    if (!in_start_tag_) return misplaced();
    NameId name{};
    if (const Reason reason = take_name(name)) return reason;
    in_attribute_ = true;
    in_name_ = name == KnownName::kName;
    if (in_name_) out_.open_unnamed_data.back() = 0;
    emit(OpKind::kAttribute, name);
    return nullptr;
  }

  // Text may stand in an attribute, in an element, or at the top of a fragment that is a value.
  bool text_allowed() const { return !in_start_tag_ || in_attribute_; }

  Reason add_constant(const Value& value) {
    if (!text_allowed()) return misplaced();
    Program& program = out_.program;
    if (program.constants_count > UINT16_MAX) return "it has too many constant texts";
    program.ops.push_back(
        {OpKind::kText, 0, static_cast<std::uint16_t>(program.constants_count++), {}});
    out_.constants.push_back(value);
    if (in_name_) {
      const std::uint32_t size = value.size;
      program.name_text += static_cast<char>(value.type);
      program.name_text.append(as_text(std::as_bytes(std::span(&size, 1))));
      program.name_text.append(value.bytes());
    }
    return nullptr;
  }

  Value view(ValueType type, std::size_t bytes) {
    const Value value{chunk_.data() + pos_, static_cast<std::uint32_t>(bytes), type};
    pos_ += bytes;
    return value;
  }

  Reason value_text() {
    if (!has(1)) return too_short();
    const auto type = take<std::uint8_t>();
    if (type == kTypeString) return counted_text();
    if (type == kTypeNull) return add_constant(Value::null());
    if (type > kTypeLastSimple) return "a text has a type that cannot stand in text";
    std::size_t bytes = kTypeBytes[type];
    if (type == kTypeAnsi) {
      if (!has(2)) return too_short();
      bytes = take<std::uint16_t>();
    } else if (type == kTypeSid) {
      if (!has(8)) return too_short();
      bytes = 8 + 4 * std::to_integer<std::size_t>(chunk_[pos_ + 1]);
    } else if (type == kTypeSize) {
      bytes = 8;
    } else if (bytes == 0) {
      return "a text has a type that cannot stand in text";
    }
    if (!has(bytes)) return too_short();
    return add_constant(view(value_type_of(type), bytes));
  }

  Reason counted_text() {
    if (!has(2)) return too_short();
    const std::size_t bytes = 2 * std::size_t{take<std::uint16_t>()};
    if (!has(bytes)) return too_short();
    return add_constant(without_terminator(view(ValueType::kUtf16, bytes)));
  }

  Reason add_utf8(std::string_view text) {
    return add_constant(Value::text(arena_.copy(text)));
  }

  Reason char_ref() {
    if (!has(2)) return too_short();
    std::string text;
    append_utf8(take<std::uint16_t>(), text);
    return add_utf8(text);
  }

  // [MS-EVEN6] allows the five entities of XML; any other is shown as it is written.
  Reason entity_ref() {
    NameId id{};
    if (const Reason reason = take_name(id)) return reason;
    const std::string& name = names_.table()[id].local;
    constexpr std::array<std::array<std::string_view, 2>, 5> kEntities = {
        {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}}};
    for (const auto& entity : kEntities) {
      if (name == entity[0]) return add_utf8(entity[1]);
    }
    return add_utf8("&" + name + ";");
  }

  // Processing instructions say nothing about the event.
  Reason pi_target() {
    if (in_start_tag_) return misplaced();
    NameId name{};
    return take_name(name);
  }

  Reason pi_data() {
    if (in_start_tag_) return misplaced();
    if (!has(2)) return too_short();
    const std::size_t bytes = 2 * std::size_t{take<std::uint16_t>()};
    if (!has(bytes)) return too_short();
    pos_ += bytes;
    return nullptr;
  }

  Reason fragment_header() {
    if (depth_ != 0) return misplaced();
    if (!has(3)) return too_short();
    pos_ += 3;  // major and minor version, flags
    return nullptr;
  }

  Reason instance() {
    if (rules_.in_definition || depth_ != 0) return misplaced();
    InstanceBytes bytes;
    if (const Reason reason = read_instance(chunk_, pos_, end_, bytes)) return reason;
    Program& program = out_.program;
    program.ops.push_back(
        {OpKind::kInstance, 0, static_cast<std::uint16_t>(program.instances_count++), {}});
    out_.instances.push_back(bytes);
    return nullptr;
  }

  Reason substitution() {
    if (!has(3)) return too_short();
    if (!rules_.in_definition || !text_allowed()) return misplaced();
    const auto index = take<std::uint16_t>();
    const auto type = take<std::uint8_t>();
    if (index >= kSubstitutionsMax) return "a template uses too many values";
    Program& program = out_.program;
    program.ops.push_back({OpKind::kValue, type, index, {}});
    program.values_count = std::max<std::uint32_t>(program.values_count, index + 1U);
    if (type == kTypeBinXml) insert_sorted(program.nested, index);
    if (in_name_) insert_sorted(program.naming, index);
    if (!in_start_tag_ && (depth_ == 0 || out_.open_unnamed_data.back() != 0))
      insert_sorted(program.counted, index);
    return nullptr;
  }

  Bytes chunk_;
  std::size_t pos_;
  std::size_t end_;
  const ParseRules& rules_;
  ChunkNames& names_;
  Arena& arena_;
  Parsed& out_;
  std::size_t depth_ = 0;
  bool in_start_tag_ = false;
  bool in_attribute_ = false;
  bool in_name_ = false;   // inside an attribute called Name
};

bool same_ops(const std::vector<Op>& a, const std::vector<Op>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(Op)) == 0);
}

}  // namespace

bool Program::uses(std::uint16_t index) const {
  return std::ranges::any_of(
      ops, [&](const Op& op) { return op.kind == OpKind::kValue && op.index == index; });
}

void ChunkNames::begin_chunk(Bytes chunk) {
  chunk_ = chunk;
  if (++generation_ == 0) {
    seen_.assign(kChunkBytes, {});
    generation_ = 1;
  }
}

Reason ChunkNames::name_at(std::uint32_t offset, NameId& name) {
  // Layout: next name u32, hash u16, characters u16, UTF-16LE characters, NUL.
  if (!contains_range(chunk_, offset, kNameHeaderBytes)) return "a name lies outside the chunk";
  Seen& seen = seen_[offset];
  if (seen.generation == generation_) {
    name = seen.name;
    return nullptr;
  }
  const std::size_t chars = load_le<std::uint16_t>(chunk_.data() + offset + 6);
  if (chars == 0) return "a name is empty";
  if (chars > kElementNameCharsMax) return "a name is longer than 256 characters";
  if (!contains_range(chunk_, offset + kNameHeaderBytes, 2 * chars))
    return "a name lies outside the chunk";
  name = table_.intern(as_text(chunk_.subspan(offset + kNameHeaderBytes, 2 * chars)));
  seen = {generation_, name};
  return nullptr;
}

void Parsed::clear() {
  program.ops.clear();
  program.name_text.clear();
  program.values_count = program.constants_count = program.instances_count = 0;
  program.nested.clear();
  program.counted.clear();
  program.naming.clear();
  constants.clear();
  instances.clear();
  open_unnamed_data.clear();
}

Reason read_instance(Bytes chunk, std::size_t& pos, std::size_t end, InstanceBytes& instance) {
  constexpr std::size_t kHeaderBytes = 9;  // unknown u8, template id u32, definition offset u32
  end = std::min(end, chunk.size());
  if (pos > end || end - pos < kHeaderBytes) return "a template instance is cut off";
  instance.template_id = load_le<std::uint32_t>(chunk.data() + pos + 1);
  instance.definition_offset = load_le<std::uint32_t>(chunk.data() + pos + 5);
  pos += kHeaderBytes;
  if (instance.definition_offset == pos) {  // defined here, where it is used first
    if (end - pos < kDefinitionHeaderBytes) return "a template definition is cut off";
    const std::size_t size = load_le<std::uint32_t>(chunk.data() + pos + 20);
    pos += kDefinitionHeaderBytes;
    if (end - pos < size) return "a template definition is longer than its record";
    pos += size;
  }
  if (end - pos < 4) return "a template instance is cut off";
  const std::size_t count = load_le<std::uint32_t>(chunk.data() + pos);
  pos += 4;
  if (count > (end - pos) / kDescriptorBytes) return "a template instance counts too many values";
  instance.values_count = static_cast<std::uint32_t>(count);
  instance.descriptors = chunk.data() + pos;
  pos += count * kDescriptorBytes;
  instance.values = chunk.data() + pos;
  std::uint32_t sum = 0;  // at most 16,384 descriptors fit a chunk: no overflow
  for (std::size_t i = 0; i < count; ++i)
    sum += load_le<std::uint32_t>(instance.descriptors + i * kDescriptorBytes) & 0xFFFFU;
  if (sum > end - pos) return "the values of a template instance are longer than its record";
  pos += sum;
  return nullptr;
}

Reason parse_binxml(Bytes chunk, std::size_t begin, std::size_t end, const ParseRules& rules,
                    ChunkNames& names, Arena& arena, Parsed& out) {
  out.clear();
  return Parser(chunk, begin, end, rules, names, arena, out).run();
}

ProgramCache::ProgramCache() : seed_(random_seed()) { clear(); }

std::uint64_t ProgramCache::hash_of(const Program& parsed) const {
  return XXH3_64bits_withSeed(
      parsed.ops.data(), parsed.ops.size() * sizeof(Op),
      XXH3_64bits_withSeed(parsed.name_text.data(), parsed.name_text.size(), seed_));
}

void ProgramCache::clear() {
  programs_.clear();
  hashes_.clear();
  buckets_.assign(4096, 0);
}

const Program* ProgramCache::find_or_add(const Program& parsed) {
  const std::uint64_t hash = hash_of(parsed);
  std::size_t bucket = hash & (buckets_.size() - 1);
  for (; buckets_[bucket] != 0; bucket = (bucket + 1) & (buckets_.size() - 1)) {
    const std::uint32_t id = buckets_[bucket] - 1;
    const Program& known = programs_[id];
    // Ops decide all lists and counts; only the characters of names stand apart from them.
    if (hashes_[id] == hash && same_ops(known.ops, parsed.ops) &&
        known.name_text == parsed.name_text)
      return &known;
  }
  const auto id = static_cast<std::uint32_t>(programs_.size());
  programs_.push_back(parsed);
  programs_.back().id = id;
  hashes_.push_back(hash);
  buckets_[bucket] = id + 1;
  if (programs_.size() * 2 > buckets_.size()) {
    buckets_.assign(buckets_.size() * 2, 0);
    for (std::uint32_t i = 0; i < hashes_.size(); ++i) {
      std::size_t at = hashes_[i] & (buckets_.size() - 1);
      while (buckets_[at] != 0) at = (at + 1) & (buckets_.size() - 1);
      buckets_[at] = i + 1;
    }
  }
  return &programs_.back();
}

}  // namespace pugmark::evtx
