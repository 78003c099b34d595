#include "events/evtx/log_writer_testing.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "base/text.h"
#include "events/evtx/format.h"

namespace pugmark::evtx::testing {
namespace {

std::u16string to_utf16(std::string_view utf8) {
  std::u16string wide;
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t c = next_code_point(utf8, at);
    if (c < 0x10000) {
      wide += static_cast<char16_t>(c);
    } else {
      wide += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10U));
      wide += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FFU));
    }
  }
  return wide;
}

std::string to_utf16_bytes(std::string_view utf8) {
  const std::u16string wide = to_utf16(utf8);
  std::string bytes(wide.size() * 2, '\0');
  if (!wide.empty()) std::memcpy(bytes.data(), wide.data(), bytes.size());
  return bytes;
}

// The hash of names in the chunk's table, as documented by libevtx.
std::uint16_t name_hash(const std::u16string& name) {
  std::uint32_t hash = 0;
  for (const char16_t c : name) hash = hash * 65599 + c;
  return static_cast<std::uint16_t>(hash);
}

template <class T>
void store(std::string& bytes, std::size_t at, T number) {
  std::memcpy(bytes.data() + at, &number, sizeof number);
}

template <class T>
T load(const std::string& bytes, std::size_t at) {
  return load_le<T>(as_bytes(bytes).data() + at);
}

void fix_chunk(std::string& file, std::size_t at, std::size_t size) {
  char* chunk = file.data() + at;
  const std::size_t free_offset = load<std::uint32_t>(file, at + 48);
  if (free_offset >= kChunkHeaderBytes && free_offset <= size)
    store(file, at + 52,
          libdeflate_crc32(0, chunk + kChunkHeaderBytes, free_offset - kChunkHeaderBytes));
  const std::uint32_t crc = libdeflate_crc32(0, chunk, 120);
  store(file, at + 124, libdeflate_crc32(crc, chunk + 128, kChunkHeaderBytes - 128));
}

}  // namespace

TypedValue null_value() { return {}; }
TypedValue string_value(std::string_view utf8) {
  return {kTypeString, to_utf16_bytes(utf8), nullptr};
}
TypedValue string_array(const std::vector<std::string>& utf8) {
  TypedValue array{kTypeString | kTypeArrayFlag, "", nullptr};
  for (const std::string& one : utf8) array.bytes += to_utf16_bytes(one) + std::string(2, '\0');
  return array;
}
TypedValue raw_value(std::uint8_t type, std::string_view bytes) {
  return {type, std::string(bytes), nullptr};
}
TypedValue binxml_value(Fragment fragment) {
  return {kTypeBinXml, "", std::make_shared<const Fragment>(std::move(fragment))};
}

Piece text(std::string_view utf8) { return {Piece::Kind::kText, std::string(utf8), 0, 0, nullptr}; }
Piece value(std::uint16_t index, std::uint8_t type, bool optional) {
  return {optional ? Piece::Kind::kOptionalValue : Piece::Kind::kValue, "", index, type, nullptr};
}
Piece child(Element element) {
  return {Piece::Kind::kElement, "", 0, 0, std::make_shared<const Element>(std::move(element))};
}

LogWriter::LogWriter(std::uint64_t first_record_id) : next_record_id_(first_record_id) {
  begin_chunk();
}

template <class T>
void LogWriter::put(T number) {
  chunk_.bytes.append(sizeof number, '\0');
  store(chunk_.bytes, chunk_.bytes.size() - sizeof number, number);
}

template <class T>
void LogWriter::patch(std::size_t at, T number) {
  store(chunk_.bytes, at, number);
}

void LogWriter::begin_chunk() {
  chunk_ = {};
  chunk_.bytes.assign(kChunkHeaderBytes, '\0');
  chunk_.first_record_id = next_record_id_;
}

bool LogWriter::add(std::uint64_t filetime, const Fragment& fragment) {
  Chunk before = chunk_;
  write_record(filetime, fragment);
  if (chunk_.bytes.size() > kChunkBytes) {
    const bool was_empty = before.bytes.size() == kChunkHeaderBytes;
    chunk_ = std::move(before);
    if (was_empty) return false;
    end_chunk();
    return add(filetime, fragment);
  }
  ++next_record_id_;
  return true;
}

void LogWriter::write_record(std::uint64_t filetime, const Fragment& fragment) {
  const std::size_t begin = chunk_.bytes.size();
  chunk_.last_record_offset = begin;
  put(kRecordMagic);
  put(std::uint32_t{0});
  put(next_record_id_);
  put(filetime);
  write_fragment(fragment);
  // Records begin at multiples of 8.
  while ((chunk_.bytes.size() + 4) % 8 != 0) put(std::uint8_t{0});
  const auto size = static_cast<std::uint32_t>(chunk_.bytes.size() + 4 - begin);
  put(size);
  patch(begin + 4, size);
}

void LogWriter::write_fragment(const Fragment& fragment) {
  put(static_cast<std::uint8_t>(Token::kFragmentHeader));
  put(std::uint8_t{1});
  put(std::uint8_t{1});
  put(std::uint8_t{0});
  if (fragment.definition != nullptr) {
    write_instance(fragment);
  } else if (fragment.element) {
    write_element(*fragment.element, false);
  }
  put(static_cast<std::uint8_t>(Token::kEndOfStream));
}

void LogWriter::write_instance(const Fragment& fragment) {
  put(static_cast<std::uint8_t>(Token::kTemplateInstance));
  put(std::uint8_t{1});
  std::uint32_t template_id = 0;
  std::memcpy(&template_id, fragment.definition->guid.data(), sizeof template_id);
  put(template_id);
  const auto known = chunk_.definitions.find(fragment.definition.get());
  if (known != chunk_.definitions.end()) {
    put(known->second);
  } else {
    put(static_cast<std::uint32_t>(chunk_.bytes.size() + 4));
    write_definition(fragment.definition);
  }
  put(static_cast<std::uint32_t>(fragment.values.size()));
  const std::size_t descriptors = chunk_.bytes.size();
  for (const TypedValue& one : fragment.values) {
    put(static_cast<std::uint16_t>(one.bytes.size()));
    put(one.type);
    put(std::uint8_t{0});
  }
  for (std::size_t i = 0; i < fragment.values.size(); ++i) {
    const TypedValue& one = fragment.values[i];
    const std::size_t begin = chunk_.bytes.size();
    if (one.fragment != nullptr) {
      write_fragment(*one.fragment);
      patch(descriptors + 4 * i, static_cast<std::uint16_t>(chunk_.bytes.size() - begin));
    } else {
      chunk_.bytes += one.bytes;
    }
  }
}

void LogWriter::write_definition(const std::shared_ptr<const Template>& definition) {
  const auto at = static_cast<std::uint32_t>(chunk_.bytes.size());
  chunk_.definitions.emplace(definition.get(), at);
  chunk_.kept.push_back(definition);
  std::uint32_t& bucket = chunk_.definition_buckets[definition->guid[0] % 32];
  put(bucket);
  bucket = at;
  for (const std::uint8_t byte : definition->guid) put(byte);
  put(std::uint32_t{0});
  const std::size_t begin = chunk_.bytes.size();
  put(static_cast<std::uint8_t>(Token::kFragmentHeader));
  put(std::uint8_t{1});
  put(std::uint8_t{1});
  put(std::uint8_t{0});
  write_element(definition->root, true);
  put(static_cast<std::uint8_t>(Token::kEndOfStream));
  patch(begin - 4, static_cast<std::uint32_t>(chunk_.bytes.size() - begin));
}

void LogWriter::write_element(const Element& element, bool with_dependency_id) {
  const bool has_attributes = !element.attributes.empty();
  const auto open = static_cast<std::uint8_t>(Token::kOpenElement);
  put(static_cast<std::uint8_t>(has_attributes ? open | kMoreFlag : open));
  if (with_dependency_id) put(std::uint16_t{0xFFFF});
  const std::size_t size_at = chunk_.bytes.size();
  put(std::uint32_t{0});
  write_name(element.name);
  if (has_attributes) {
    const std::size_t list_at = chunk_.bytes.size();
    put(std::uint32_t{0});
    for (std::size_t i = 0; i < element.attributes.size(); ++i) {
      const bool more = i + 1 < element.attributes.size();
      const auto token = static_cast<std::uint8_t>(Token::kAttribute);
      put(static_cast<std::uint8_t>(more ? token | kMoreFlag : token));
      write_name(element.attributes[i].name);
      for (const Piece& piece : element.attributes[i].content)
        write_piece(piece, with_dependency_id);
    }
    patch(list_at, static_cast<std::uint32_t>(chunk_.bytes.size() - list_at - 4));
  }
  if (element.content.empty()) {
    put(static_cast<std::uint8_t>(Token::kCloseEmpty));
  } else {
    put(static_cast<std::uint8_t>(Token::kCloseStart));
    for (const Piece& piece : element.content) write_piece(piece, with_dependency_id);
    put(static_cast<std::uint8_t>(Token::kEndElement));
  }
  patch(size_at, static_cast<std::uint32_t>(chunk_.bytes.size() - size_at - 4));
}

void LogWriter::write_piece(const Piece& piece, bool with_dependency_id) {
  const auto token = [&](Token one) { put(static_cast<std::uint8_t>(one)); };
  switch (piece.kind) {
    case Piece::Kind::kText:
      token(Token::kValue);
      put(kTypeString);
      return write_counted(piece.text);
    case Piece::Kind::kTypedText:
      token(Token::kValue);
      put(piece.type);
      chunk_.bytes += piece.text;
      return;
    case Piece::Kind::kValue:
    case Piece::Kind::kOptionalValue:
      token(piece.kind == Piece::Kind::kValue ? Token::kSubstitution
                                              : Token::kOptionalSubstitution);
      put(piece.number);
      put(piece.type);
      return;
    case Piece::Kind::kElement: return write_element(*piece.element, with_dependency_id);
    case Piece::Kind::kCharRef:
      token(Token::kCharRef);
      put(piece.number);
      return;
    case Piece::Kind::kEntityRef: token(Token::kEntityRef); return write_name(piece.text);
    case Piece::Kind::kCData: token(Token::kCData); return write_counted(piece.text);
    case Piece::Kind::kProcessingInstruction:
      token(Token::kPiTarget);
      write_name(piece.text);
      token(Token::kPiData);
      return write_counted(piece.text);
  }
}

void LogWriter::write_name(std::string_view name) {
  const std::u16string wide = to_utf16(name);
  const auto known = chunk_.names.find(wide);
  if (known != chunk_.names.end()) return put(known->second);
  const auto at = static_cast<std::uint32_t>(chunk_.bytes.size() + 4);
  put(at);
  chunk_.names.emplace(wide, at);
  const std::uint16_t hash = name_hash(wide);
  std::uint32_t& bucket = chunk_.name_buckets[hash % 64];
  put(bucket);
  bucket = at;
  put(hash);
  write_counted(name);
  put(std::uint16_t{0});
}

void LogWriter::write_counted(std::string_view utf8) {
  const std::string bytes = to_utf16_bytes(utf8);
  put(static_cast<std::uint16_t>(bytes.size() / 2));
  chunk_.bytes += bytes;
}

void LogWriter::end_chunk() {
  if (chunk_.bytes.size() == kChunkHeaderBytes) return;
  const auto free_offset = static_cast<std::uint32_t>(chunk_.bytes.size());
  chunk_.bytes.resize(kChunkBytes, '\0');
  std::memcpy(chunk_.bytes.data(), kChunkMagic.data(), kChunkMagic.size());
  for (const std::size_t at : {std::size_t{8}, std::size_t{24}})
    patch(at, chunk_.first_record_id);
  for (const std::size_t at : {std::size_t{16}, std::size_t{32}}) patch(at, next_record_id_ - 1);
  patch(40, std::uint32_t{128});
  patch(44, static_cast<std::uint32_t>(chunk_.last_record_offset));
  patch(48, free_offset);
  for (std::size_t i = 0; i < 64; ++i) patch(128 + 4 * i, chunk_.name_buckets[i]);
  for (std::size_t i = 0; i < 32; ++i) patch(384 + 4 * i, chunk_.definition_buckets[i]);
  fix_chunk(chunk_.bytes, 0, kChunkBytes);
  finished_ += chunk_.bytes;
  ++chunks_count_;
  begin_chunk();
}

std::string LogWriter::finish(bool dirty) {
  end_chunk();
  std::string header(kFileHeaderBytes, '\0');
  std::memcpy(header.data(), kFileMagic.data(), kFileMagic.size());
  const std::size_t counted = dirty && chunks_count_ > 1 ? chunks_count_ - 1 : chunks_count_;
  store(header, 16, std::uint64_t{counted == 0 ? 0 : counted - 1});
  store(header, 24, next_record_id_);
  store(header, 32, std::uint32_t{128});
  store(header, 36, std::uint16_t{1});
  store(header, 38, std::uint16_t{3});
  store(header, 40, static_cast<std::uint16_t>(kFileHeaderBytes));
  store(header, 42, static_cast<std::uint16_t>(counted));
  store(header, 120, std::uint32_t{dirty ? 1U : 0U});
  store(header, 124, libdeflate_crc32(0, header.data(), 120));
  return header + finished_;
}

void fix_checksums(std::string& file) {
  if (file.size() < kFileHeaderBytes) return;
  store(file, 124, libdeflate_crc32(0, file.data(), 120));
  for (std::size_t at = kFileHeaderBytes; at + kChunkHeaderBytes <= file.size(); at += kChunkBytes)
    fix_chunk(file, at, std::min(kChunkBytes, file.size() - at));
}

std::shared_ptr<const Template> system_template() {
  static const std::shared_ptr<const Template> made = [] {
    const auto leaf = [](std::string name, std::uint16_t index, std::uint8_t type) {
      return child({std::move(name), {}, {value(index, type, true)}});
    };
    const auto attribute = [](std::string name, std::uint16_t index, std::uint8_t type) {
      return Attribute{std::move(name), {value(index, type, true)}};
    };
    Element system{"System", {}, {}};
    system.content = {
        child({"Provider", {attribute("Name", 0, 0x01), attribute("Guid", 1, 0x0F)}, {}}),
        child({"EventID", {attribute("Qualifiers", 3, 0x06)}, {value(2, 0x06, true)}}),
        leaf("Version", 4, 0x04), leaf("Level", 5, 0x04), leaf("Task", 6, 0x06),
        leaf("Opcode", 7, 0x04), leaf("Keywords", 8, 0x15),
        child({"TimeCreated", {attribute("SystemTime", 9, 0x11)}, {}}),
        leaf("EventRecordID", 10, 0x0A),
        child({"Correlation",
               {attribute("ActivityID", 11, 0x0F), attribute("RelatedActivityID", 12, 0x0F)},
               {}}),
        child({"Execution",
               {attribute("ProcessID", 13, 0x08), attribute("ThreadID", 14, 0x08)},
               {}}),
        leaf("Channel", 15, 0x01), leaf("Computer", 16, 0x01),
        child({"Security", {attribute("UserID", 17, 0x13)}, {}})};
    Template one;
    one.guid = {0x53, 0x59, 0x53};
    one.root = {"Event",
                {{"xmlns", {text("http://schemas.microsoft.com/win/2004/08/events/event")}}},
                {child(std::move(system)), value(18, kTypeBinXml, true)}};
    return std::make_shared<const Template>(std::move(one));
  }();
  return made;
}

Fragment make_event(const SystemValues& system, TypedValue event_data) {
  Fragment event;
  event.definition = system_template();
  event.values = {string_value(system.provider),
                  null_value(),
                  number_value(0x06, system.event_id),
                  null_value(),
                  number_value(0x04, std::uint8_t{1}),
                  number_value(0x04, system.level),
                  number_value(0x06, std::uint16_t{0}),
                  number_value(0x04, std::uint8_t{0}),
                  number_value(0x15, std::uint64_t{0x8000000000000000}),
                  number_value(0x11, system.filetime),
                  number_value(0x0A, system.record_id),
                  null_value(),
                  null_value(),
                  number_value(0x08, std::uint32_t{4}),
                  number_value(0x08, std::uint32_t{8}),
                  string_value(system.channel),
                  string_value(system.computer),
                  raw_value(kTypeSid, std::string_view("\1\1\0\0\0\0\0\5\22\0\0\0", 12)),
                  std::move(event_data)};
  return event;
}

std::shared_ptr<const Template> event_data_template(const std::vector<std::string>& names) {
  Template one;
  std::uint32_t hash = 2'166'136'261;
  for (const std::string& name : names) {
    for (const char c : name + "/") hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619;
  }
  std::memcpy(one.guid.data(), &hash, sizeof hash);
  one.root.name = "EventData";
  for (std::size_t i = 0; i < names.size(); ++i)
    one.root.content.push_back(child({"Data",
                                      {{"Name", {text(names[i])}}},
                                      {value(static_cast<std::uint16_t>(i), kTypeString)}}));
  return std::make_shared<const Template>(std::move(one));
}

}  // namespace pugmark::evtx::testing
