#include "events/evtx/evtx_tree_twin.h"

#include <map>
#include <utility>

#include "base/text.h"
#include "events/evtx/format.h"
#include "events/value.h"

namespace pugmark::evtx {
namespace {

// What may stand in an element or attribute before values are put in.
struct Node {
  enum class Kind { kText, kValue, kElement, kInstance } kind = Kind::kText;
  ReferenceText text;               // kText
  std::size_t value_index = 0;      // kValue
  std::uint8_t declared_type = 0;   // kValue
  std::size_t instance_offset = 0;  // kInstance: behind its token
  std::string name;                 // kElement
  std::vector<std::pair<std::string, std::vector<Node>>> attributes;
  std::vector<Node> content;
};

ReferenceText render(ValueType type, Bytes bytes) {
  ReferenceText text;
  const Value value{bytes.data(), static_cast<std::uint32_t>(bytes.size()), type};
  append_rendered(value, text.text);
  return text;
}

ReferenceText null_text() { return {"", true}; }

// Recursive descent over tokens. After the first failure everything returns quickly.
class Descent {
 public:
  Descent(Bytes chunk, std::size_t begin, std::size_t end, bool in_definition,
          bool dependency_ids, std::size_t depth_max)
      : chunk_(chunk), at_(begin), end_(end < chunk.size() ? end : chunk.size()),
        in_definition_(in_definition), dependency_ids_(dependency_ids), depth_max_(depth_max) {}

  std::optional<std::vector<Node>> run() {
    std::vector<Node> top;
    while (!failed_ && at_ < end_) {
      const std::uint8_t token = u8();
      if (token == 0x00) break;
      if (token == 0x0F) {
        skip(3);
      } else if (token == 0x0C && !in_definition_) {
        Node node;
        node.kind = Node::Kind::kInstance;
        node.instance_offset = at_;
        skip_instance();
        top.push_back(std::move(node));
      } else {
        content(token, top, 0);
      }
    }
    if (failed_) return std::nullopt;
    return top;
  }

 private:
  bool fail() {
    failed_ = true;
    return false;
  }
  bool has(std::size_t bytes) { return end_ - at_ >= bytes ? true : fail(); }
  void skip(std::size_t bytes) {
    if (has(bytes)) at_ += bytes;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    if (!has(bytes)) return 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value |= std::to_integer<std::uint64_t>(chunk_[at_ + i]) << (8 * i);
    at_ += bytes;
    return value;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  Bytes take(std::size_t bytes) {
    if (!has(bytes)) return {};
    at_ += bytes;
    return chunk_.subspan(at_ - bytes, bytes);
  }

  std::string name() {
    const std::size_t offset = u32();
    if (failed_ || offset + 8 > chunk_.size()) return fail(), "";
    const std::size_t chars = std::to_integer<std::size_t>(chunk_[offset + 6]) +
                              256 * std::to_integer<std::size_t>(chunk_[offset + 7]);
    if (chars == 0 || chars > kElementNameCharsMax || offset + 8 + 2 * chars > chunk_.size())
      return fail(), "";
    std::string text;
    append_utf16le(as_text(chunk_.subspan(offset + 8, 2 * chars)), text);
    if (offset == at_) skip(8 + 2 * chars + 2);
    return text;
  }

  // A token inside an element, or at the top where text may stand too.
  void content(std::uint8_t token, std::vector<Node>& into, std::size_t depth) {
    if (token == 0x01 || token == 0x41) {
      into.push_back(element(token == 0x41, depth));
    } else if (token == 0x0A) {
      name();
    } else if (token == 0x0B) {
      skip(2 * std::size_t{u16()});
    } else {
      text(token, into);
    }
  }

  // Text, reference or substitution: what may stand in attributes too.
  void text(std::uint8_t token, std::vector<Node>& into) {
    Node node;
    switch (token) {
      case 0x05:
      case 0x45: node.text = typed_text(); break;
      case 0x07:
      case 0x47: node.text = render(ValueType::kUtf16, take(2 * std::size_t{u16()})); break;
      case 0x08:
      case 0x48: append_utf8(u16(), node.text.text); break;
      case 0x09:
      case 0x49: node.text.text = entity(name()); break;
      case 0x0D:
      case 0x0E:
        if (!in_definition_) fail();
        node.kind = Node::Kind::kValue;
        node.value_index = u16();
        node.declared_type = u8();
        if (node.value_index >= kSubstitutionsMax) fail();
        break;
      default: fail();
    }
    into.push_back(std::move(node));
  }

  ReferenceText typed_text() {
    const std::uint8_t type = u8();
    if (type == 0x00) return null_text();
    if (type == 0x01) return render(ValueType::kUtf16, take(2 * std::size_t{u16()}));
    if (type == 0x02) return render(ValueType::kAnsi, take(u16()));
    if (type == 0x10) return render(ValueType::kSize, take(8));
    if (type == 0x13) {
      if (!has(8)) return {};
      return render(ValueType::kSid, take(8 + 4 * std::to_integer<std::size_t>(chunk_[at_ + 1])));
    }
    if (type > kTypeLastSimple || kTypeBytes[type] == 0) return fail(), ReferenceText{};
    return render(value_type_of(type), take(kTypeBytes[type]));
  }

  static std::string entity(const std::string& written) {
    const std::string name = written.substr(written.rfind(':') + 1);
    static const std::map<std::string, std::string> kEntities = {
        {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}};
    const auto found = kEntities.find(name);
    return found == kEntities.end() ? "&" + name + ";" : found->second;
  }

  Node element(bool has_attributes, std::size_t depth) {
    Node node;
    node.kind = Node::Kind::kElement;
    if (depth >= depth_max_) return fail(), node;
    skip(dependency_ids_ ? 6 : 4);
    node.name = name();
    if (has_attributes) skip(4);
    std::uint8_t token = failed_ ? 0 : u8();
    while (!failed_ && token != 0x02 && token != 0x03) {
      if (token == 0x06 || token == 0x46) {
        node.attributes.push_back({name(), {}});
      } else if (node.attributes.empty()) {
        fail();
      } else {
        text(token, node.attributes.back().second);
      }
      token = u8();
    }
    if (failed_ || token == 0x03) return node;
    for (token = u8(); !failed_ && token != 0x04; token = u8())
      content(token, node.content, depth + 1);
    return node;
  }

  void skip_instance() {
    skip(5);
    const std::size_t definition = u32();
    if (!failed_ && definition == at_) {
      skip(20);
      const std::size_t size = u32();
      skip(size);
    }
    const std::size_t count = u32();
    std::size_t sum = 0;
    for (std::size_t i = 0; i < count && !failed_; ++i) {
      sum += u16();
      skip(2);
    }
    skip(sum);
  }

  Bytes chunk_;
  std::size_t at_;
  std::size_t end_;
  bool in_definition_;
  bool dependency_ids_;
  std::size_t depth_max_;
  bool failed_ = false;
};

// Parses a definition or fragment: first with elements as they should be written there, then as
// they should not.
std::optional<std::vector<Node>> parse(Bytes chunk, std::size_t begin, std::size_t end,
                                       bool in_definition, std::size_t depth_max) {
  auto nodes = Descent(chunk, begin, end, in_definition, in_definition, depth_max).run();
  if (!nodes) nodes = Descent(chunk, begin, end, in_definition, !in_definition, depth_max).run();
  return nodes;
}

// One value of an instance.
struct Substitute {
  std::uint8_t type = kTypeNull;
  Bytes bytes;
};

std::vector<ReferenceText> split_strings(Bytes bytes, std::size_t unit, ValueType type) {
  std::vector<ReferenceText> texts;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < bytes.size(); at += unit) {
    bool is_nul = true;
    for (std::size_t i = 0; i < unit; ++i) is_nul = is_nul && bytes[at + i] == std::byte{0};
    if (!is_nul) continue;
    texts.push_back(render(type, bytes.subspan(begin, at - begin)));
    begin = at + unit;
  }
  if (begin < bytes.size()) texts.push_back(render(type, bytes.subspan(begin)));
  return texts;
}

ReferencePart read_array(std::uint8_t type, Bytes bytes) {
  const ReferencePart binary{{render(ValueType::kBinary, bytes)}, false};
  if (type == kTypeString && bytes.size() % 2 != 0) return binary;
  if (type == kTypeString) return {split_strings(bytes, 2, ValueType::kUtf16), true};
  if (type == kTypeAnsi) return {split_strings(bytes, 1, ValueType::kAnsi), true};
  if (type > kTypeLastSimple) return binary;
  ReferencePart part{{}, true};
  const std::size_t size_of_size = bytes.size() % 8 == 0 ? 8 : 4;
  while (!bytes.empty()) {
    std::size_t size = type == kTypeSize ? size_of_size : kTypeBytes[type];
    if (type == kTypeSid)
      size = bytes.size() < 8 ? 8 : 8 + 4 * std::to_integer<std::size_t>(bytes[1]);
    if (size == 0 || size > bytes.size()) return binary;
    part.texts.push_back(render(value_type_of(type), bytes.first(size)));
    bytes = bytes.subspan(size);
  }
  return part;
}

ReferencePart read_value(const Substitute& value) {
  const Bytes bytes = value.bytes;
  if (value.type == kTypeString) return {{render(ValueType::kUtf16, bytes)}, false};
  if (value.type == kTypeAnsi) return {{render(ValueType::kAnsi, bytes)}, false};
  if (value.type == 0x0E) return {{render(ValueType::kBinary, bytes)}, false};
  if (value.type == kTypeSid) return {{render(ValueType::kSid, bytes)}, false};
  if (bytes.empty()) return {{null_text()}, false};
  if ((value.type & kTypeArrayFlag) != 0) return read_array(value.type & 0x7F, bytes);
  if (value.type == kTypeNull || value.type > kTypeLastSimple)
    return {{render(ValueType::kBinary, bytes)}, false};
  // Rendering shows a number of a wrong size as the bytes it has.
  return {{render(value_type_of(value.type), bytes)}, false};
}

// Puts values in their places.
class Expansion {
 public:
  Expansion(Bytes chunk, std::size_t nesting_depth) : chunk_(chunk), depth_max_(nesting_depth) {}

  bool blob(std::size_t begin, std::size_t end, std::size_t blob_depth, std::size_t depth,
            ReferenceElement& into) {
    if (blob_depth > depth_max_) return false;
    const auto nodes = parse(chunk_, begin, end, false, depth_max_);
    return nodes && content(*nodes, {}, end, blob_depth, depth, into);
  }

 private:
  bool content(const std::vector<Node>& nodes, const std::vector<Substitute>& values,
               std::size_t end, std::size_t blob_depth, std::size_t depth,
               ReferenceElement& into) {
    for (const Node& node : nodes) {
      if (node.kind == Node::Kind::kInstance) {
        if (!instance(node.instance_offset, end, blob_depth, depth, into)) return false;
      } else if (node.kind == Node::Kind::kElement) {
        if (depth >= depth_max_) return false;
        ReferenceElement child;
        if (!element(node, values, end, blob_depth, depth, child)) return false;
        into.children.push_back(std::move(child));
      } else if (!part(node, values, blob_depth, depth, into, into.parts, false)) {
        return false;
      }
    }
    return true;
  }

  bool element(const Node& node, const std::vector<Substitute>& values, std::size_t end,
               std::size_t blob_depth, std::size_t depth, ReferenceElement& into) {
    into.name = node.name;
    for (const auto& [name, nodes] : node.attributes) {
      ReferenceAttribute attribute{name, {}};
      for (const Node& one : nodes) {
        if (!part(one, values, blob_depth, depth, into, attribute.parts, true)) return false;
      }
      into.attributes.push_back(std::move(attribute));
    }
    return content(node.content, values, end, blob_depth, depth + 1, into);
  }

  bool part(const Node& node, const std::vector<Substitute>& values, std::size_t blob_depth,
            std::size_t depth, ReferenceElement& into, std::vector<ReferencePart>& parts,
            bool in_attribute) {
    if (node.kind == Node::Kind::kText) {
      parts.push_back({{node.text}, false});
      return true;
    }
    const Substitute value =
        node.value_index < values.size() ? values[node.value_index] : Substitute{};
    if (value.type == kTypeBinXml && !value.bytes.empty()) {
      if (in_attribute) return false;
      const auto begin = static_cast<std::size_t>(value.bytes.data() - chunk_.data());
      return blob(begin, begin + value.bytes.size(), blob_depth + 1, depth, into);
    }
    if (node.declared_type != kTypeBinXml || !is_empty(value)) parts.push_back(read_value(value));
    return true;
  }

  // No bytes, or only the NULs that end a text.
  static bool is_empty(const Substitute& value) {
    std::size_t size = value.bytes.size();
    if (value.type != kTypeString) return size == 0;
    while (size >= 2 && value.bytes[(size & ~std::size_t{1}) - 1] == std::byte{0} &&
           value.bytes[(size & ~std::size_t{1}) - 2] == std::byte{0})
      size = (size & ~std::size_t{1}) - 2;
    return size == 0;
  }

  std::uint64_t number(std::size_t at, std::size_t bytes) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value |= std::to_integer<std::uint64_t>(chunk_[at + i]) << (8 * i);
    return value;
  }

  // `at` is behind the token; skip_instance() has checked that everything lies before `end`.
  bool instance(std::size_t at, std::size_t, std::size_t blob_depth, std::size_t depth,
                ReferenceElement& into) {
    const auto definition = static_cast<std::size_t>(number(at + 5, 4));
    at += 9;
    if (definition + 24 > chunk_.size()) return false;
    const auto size = static_cast<std::size_t>(number(definition + 20, 4));
    if (definition + 24 + size > chunk_.size()) return false;
    if (definition == at) at += 24 + size;
    const auto nodes = parse(chunk_, definition + 24, definition + 24 + size, true, depth_max_);
    if (!nodes) return false;
    const auto count = static_cast<std::size_t>(number(at, 4));
    std::size_t data = at + 4 + 4 * count;
    std::vector<Substitute> values;
    for (std::size_t i = 0; i < count; ++i) {
      const auto bytes = static_cast<std::size_t>(number(at + 4 + 4 * i, 2));
      values.push_back({static_cast<std::uint8_t>(number(at + 4 + 4 * i + 2, 1)),
                        chunk_.subspan(data, bytes)});
      data += bytes;
    }
    return content(*nodes, values, 0, blob_depth, depth, into);
  }

  Bytes chunk_;
  std::size_t depth_max_;
};

}  // namespace

std::optional<std::vector<ReferenceElement>> read_reference_tree(Bytes chunk, std::size_t begin,
                                                                 std::size_t end,
                                                                 std::size_t nesting_depth) {
  ReferenceElement above;
  if (!Expansion(chunk, nesting_depth).blob(begin, end, 0, 0, above)) return std::nullopt;
  if (!above.parts.empty()) return std::nullopt;  // text outside the root element
  return std::move(above.children);
}

}  // namespace pugmark::evtx
