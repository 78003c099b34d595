#include "events/evtx/evtx_twin.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "events/evtx/format.h"
#include "events/evtx/evtx_tree_twin.h"

namespace pugmark::evtx {
namespace {

std::uint64_t number_at(Bytes bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= std::to_integer<std::uint64_t>(bytes[at + i]) << (8 * i);
  return value;
}

// CRC-32 bit by bit (polynomial of ISO 3309, reflected).
std::uint32_t crc32(Bytes first, Bytes second) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const Bytes bytes : {first, second}) {
    for (const std::byte byte : bytes) {
      crc ^= std::to_integer<std::uint32_t>(byte);
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0);
    }
  }
  return ~crc;
}

struct Span {
  std::size_t at = 0;
  std::size_t size = 0;
};

// Which bytes of a chunk are records: docs/formats/evtx.md section 9, word by word.
class Chunk {
 public:
  explicit Chunk(Bytes bytes) : bytes_(bytes), end_(bytes.size()) {
    if (!as_text(bytes).starts_with(kChunkMagic)) return;
    const std::uint32_t crc = crc32(bytes.first(120), bytes.subspan(128, 384));
    const std::uint64_t free_offset = number_at(bytes, 48, 4);
    trusted_ = crc == number_at(bytes, 124, 4) && free_offset >= kChunkHeaderBytes &&
               free_offset <= kChunkBytes;
    if (trusted_) end_ = std::min<std::size_t>(free_offset, bytes.size());
  }

  std::vector<Span> records() {
    std::vector<Span> found;
    std::size_t at = kChunkHeaderBytes;
    while (at < bytes_.size()) {
      if (trusted_ && at >= end_) {
        const bool follows =
            !found.empty() && sound(at) && id(at) == id(found.back().at) + 1;
        if (!follows) break;
      }
      if (sound(at) || wrong_copy_only(at)) {
        found.push_back({at, static_cast<std::size_t>(number_at(bytes_, at + 4, 4))});
        at += found.back().size;
        continue;
      }
      const std::optional<std::size_t> next = next_sound(at + 1);
      const bool goes_back =
          next && !trusted_ && !found.empty() && id(*next) <= id(found.back().at);
      if (next && !goes_back) {
        at = *next;
      } else if (trusted_ && at < end_) {
        at = end_;
      } else {
        break;
      }
    }
    return found;
  }

 private:
  std::uint64_t id(std::size_t at) const { return number_at(bytes_, at + 8, 8); }

  // A record with a size that fits; the copy of the size is not looked at.
  bool plausible(std::size_t at) const {
    if (at + kRecordBytesMin > bytes_.size()) return false;
    const std::uint64_t size = number_at(bytes_, at + 4, 4);
    return number_at(bytes_, at, 4) == kRecordMagic && size >= kRecordBytesMin &&
           size <= bytes_.size() - at;
  }
  bool sound(std::size_t at) const {
    if (!plausible(at)) return false;
    const std::uint64_t size = number_at(bytes_, at + 4, 4);
    return number_at(bytes_, at + size - 4, 4) == size;
  }
  bool wrong_copy_only(std::size_t at) const {
    if (!plausible(at) || sound(at)) return false;
    const std::size_t behind = at + number_at(bytes_, at + 4, 4);
    return (trusted_ && behind == end_) || sound(behind);
  }
  std::optional<std::size_t> next_sound(std::size_t from) const {
    for (std::size_t at = from; at < end_; ++at) {
      if (sound(at) && at + number_at(bytes_, at + 4, 4) <= end_) return at;
    }
    return std::nullopt;
  }

  Bytes bytes_;
  std::size_t end_;
  bool trusted_ = false;
};

std::string local(const std::string& name) { return name.substr(name.rfind(':') + 1); }
bool declares_namespace(const std::string& name) {
  return name == "xmlns" || name.starts_with("xmlns:");
}

std::string joined(const ReferencePart& part) {
  std::string text;
  for (std::size_t i = 0; i < part.texts.size(); ++i)
    text += (i == 0 ? "" : " ") + part.texts[i].text;
  return text;
}

// The values of one element or attribute.
ReferencePart combine(const std::vector<ReferencePart>& parts) {
  if (parts.empty()) return {{{"", true}}, false};
  if (parts.size() == 1) return parts.front();
  ReferenceText text;
  for (const ReferencePart& part : parts) text.text += joined(part);
  return {{text}, false};
}

const std::set<std::string> kSystemNames = {
    "EventID", "EventID_Qualifiers", "Version", "Level", "Task", "Opcode", "Keywords",
    "EventRecordID", "Channel", "Computer", "Provider_Name", "Provider_Guid",
    "Provider_EventSourceName", "TimeCreated_SystemTime", "Execution_ProcessID",
    "Execution_ThreadID", "Correlation_ActivityID", "Correlation_RelatedActivityID",
    "Security_UserID"};
const std::set<std::string> kSystemTexts = {"EventID", "Version", "Level", "Task", "Opcode",
                                            "Keywords", "EventRecordID", "Channel", "Computer"};

// Flattens the tree of one record: docs/formats/evtx.md section 8.
class Flattening {
 public:
  explicit Flattening(ReferenceRecord& record) : record_(record) {}

  void run(const std::vector<ReferenceElement>& roots) {
    for (const ReferenceElement& root : roots) {
      for (const ReferenceElement& section : root.children) {
        if (local(section.name) == "System") {
          for (const ReferenceElement& child : section.children) find_taken_names(child, true);
        }
      }
    }
    for (const ReferenceElement& root : roots) {
      generic(root, 1, "", false);
      for (const ReferenceElement& section : root.children) {
        const std::string name = local(section.name);
        generic(section, 2, "", false);
        for (const ReferenceElement& child : section.children) {
          if (name == "System") {
            name_system(child, true);
          } else if (name == "EventData" && local(child.name) == "Data") {
            data(child);
          } else {
            generic(child, 3, name, true);
          }
        }
      }
    }
    for (const auto& leaf : leaves_) {
      std::set<std::string> parents;
      for (const auto& other : leaves_) {
        if (other.name == leaf.name) parents.insert(other.parent);
      }
      if (parents.size() > 1) add(leaf.parent + "_" + leaf.name, leaf.value);
    }
    if (!any_data_named_) parameters();
  }

 private:
  struct Leaf {
    std::string name;
    std::string parent;
    ReferencePart value;
  };

  void add(const std::string& name, const ReferencePart& part, bool always_list = false) {
    for (ReferenceField& field : record_.fields) {
      if (field.name != name) continue;
      field.values.insert(field.values.end(), part.texts.begin(), part.texts.end());
      field.is_list = true;
      return;
    }
    record_.fields.push_back({name, part.texts, part.is_array || always_list});
  }

  std::string outside(const std::string& name) const {
    return taken_.contains(name) ? "EventData." + name : name;
  }

  static bool is_system_field(const ReferenceElement& element, bool is_direct) {
    return !element.parts.empty() || (is_direct && element.children.empty() &&
                                      kSystemTexts.contains(local(element.name)));
  }

  void find_taken_names(const ReferenceElement& element, bool is_direct) {
    const std::string name = local(element.name);
    for (const ReferenceAttribute& attribute : element.attributes) {
      const std::string full = name + "_" + local(attribute.name);
      if (!declares_namespace(attribute.name) && kSystemNames.contains(full)) taken_.insert(full);
    }
    if (is_system_field(element, is_direct) && kSystemNames.contains(name)) taken_.insert(name);
    for (const ReferenceElement& child : element.children) find_taken_names(child, false);
  }

  void name_system(const ReferenceElement& element, bool is_direct) {
    const std::string name = local(element.name);
    for (const ReferenceAttribute& attribute : element.attributes) {
      if (declares_namespace(attribute.name)) continue;
      add(name + "_" + local(attribute.name), combine(attribute.parts));
      if (!is_direct) continue;
      if (name == "Provider" && local(attribute.name) == "Name")
        first(has_provider_, record_.provider, attribute.parts);
      if (name == "TimeCreated" && local(attribute.name) == "SystemTime")
        first(has_time_, time_, attribute.parts);
    }
    if (is_system_field(element, is_direct)) add(name, combine(element.parts));
    if (is_direct && name == "Channel") first(has_channel_, record_.channel, element.parts);
    if (is_direct && name == "Computer") first(has_computer_, record_.computer, element.parts);
    if (is_direct && name == "EventID") first(has_event_id_, event_id_, element.parts);
    if (is_direct && name == "EventRecordID") first(has_record_id_, record_id_, element.parts);
    for (const ReferenceElement& child : element.children) name_system(child, false);
  }

  static void first(bool& seen, std::string& into, const std::vector<ReferencePart>& parts) {
    if (seen || parts.empty()) return;
    seen = true;
    const ReferencePart value = combine(parts);
    into = value.texts.empty() ? "" : value.texts.front().text;
  }

  void data(const ReferenceElement& element) {
    std::string name;
    bool name_seen = false;
    for (const ReferenceAttribute& attribute : element.attributes) {
      if (declares_namespace(attribute.name)) continue;
      if (local(attribute.name) == "Name" && !name_seen) {
        name_seen = true;
        for (const ReferencePart& part : attribute.parts) {
          for (const char c : joined(part)) {
            if (c != ' ' && (c < '\t' || c > '\r')) name += c;
          }
        }
      } else {
        add(outside("Data_" + local(attribute.name)), combine(attribute.parts));
      }
    }
    const ReferencePart value = combine(element.parts);
    if (!element.parts.empty() || element.children.empty()) {
      if (!name.empty() && name.size() <= kDataNameBytesMax) {
        any_data_named_ = true;
        add(outside(name), value);
      } else {
        add("Data", value, true);
        unnamed_.push_back(value);
      }
    }
    for (const ReferenceElement& child : element.children) generic(child, 4, "Data", true);
  }

  void generic(const ReferenceElement& element, int level, const std::string& parent,
               bool with_children) {
    const std::string name = local(element.name);
    bool has_attributes = false;
    for (const ReferenceAttribute& attribute : element.attributes) {
      if (declares_namespace(attribute.name)) continue;
      has_attributes = true;
      add(outside(name + "_" + local(attribute.name)), combine(attribute.parts));
    }
    const bool empty_leaf = level > 2 && element.children.empty() && !has_attributes;
    if (!element.parts.empty() || empty_leaf) {
      add(outside(name), combine(element.parts));
      if (level > 2) leaves_.push_back({outside(name), parent, combine(element.parts)});
    }
    if (!with_children) return;
    for (const ReferenceElement& child : element.children) generic(child, level + 1, name, true);
  }

  void parameters() {
    std::size_t number = 0;
    for (const ReferencePart& part : unnamed_) {
      for (const ReferenceText& text : part.texts) {
        const std::string name = "param" + std::to_string(++number);
        const bool exists = std::any_of(record_.fields.begin(), record_.fields.end(),
                                        [&](const auto& field) { return field.name == name; });
        if (!exists) add(name, {{text}, false});
      }
    }
  }

 public:
  std::string event_id_, record_id_, time_;

 private:
  ReferenceRecord& record_;
  std::set<std::string> taken_;
  std::vector<Leaf> leaves_;
  std::vector<ReferencePart> unnamed_;
  bool any_data_named_ = false;
  bool has_channel_ = false, has_provider_ = false, has_computer_ = false, has_time_ = false;
  bool has_event_id_ = false, has_record_id_ = false;
};

std::optional<std::uint64_t> decimal(const std::string& text) {
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<ReferenceRecord> read_record(Bytes chunk, Span span, std::size_t nesting_depth) {
  const auto roots = read_reference_tree(chunk, span.at + kRecordHeaderBytes,
                                         span.at + span.size - 4, nesting_depth);
  if (!roots) return std::nullopt;
  ReferenceRecord record;
  record.size_bytes = static_cast<std::uint32_t>(span.size);
  Flattening flattening(record);
  flattening.run(*roots);
  record.record_id = decimal(flattening.record_id_).value_or(number_at(chunk, span.at + 8, 8));
  const std::uint64_t event_id = decimal(flattening.event_id_).value_or(0);
  record.event_id = event_id <= UINT32_MAX ? static_cast<std::uint32_t>(event_id) : 0;
  const auto shown = parse_time(flattening.time_);
  const auto time = shown ? std::optional(shown->time)
                          : time_from_filetime(number_at(chunk, span.at + 16, 8));
  record.time = time.value_or(TimeUtc{});
  record.precision = time ? TimePrecision::kHundredNanoseconds : TimePrecision::kUnknown;
  return record;
}

}  // namespace

ReferenceLog read_reference(Bytes item, const Limits& limits) {
  ReferenceLog log;
  const bool bare = as_text(item).starts_with(kChunkMagic);
  const std::size_t first = bare ? 0 : kFileHeaderBytes;
  const bool header_sound = as_text(item).starts_with(kFileMagic) && item.size() >= 128 &&
                            crc32(item.first(120), {}) == number_at(item, 124, 4);
  for (std::size_t at = first; at < item.size(); at += kChunkBytes) {
    const Bytes chunk = item.subspan(at, std::min(kChunkBytes, item.size() - at));
    const bool expected = !header_sound || (at - first) / kChunkBytes < number_at(item, 42, 2);
    if (!expected && !as_text(chunk).starts_with(kChunkMagic)) continue;
    if (chunk.size() < kChunkHeaderBytes) continue;
    for (const Span span : Chunk(chunk).records()) {
      auto record = read_record(chunk, span, limits.nesting_depth);
      if (!record) {
        log.unreadable_offsets.push_back(at + span.at);
        continue;
      }
      record->offset_bytes = at + span.at;
      log.records.push_back(std::move(*record));
    }
  }
  return log;
}

}  // namespace pugmark::evtx
