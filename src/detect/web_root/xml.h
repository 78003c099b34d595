#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "events/file_kind.h"

namespace pugmark::web_root {

// The start of an element. Valid during the call.
struct XmlElement {
  std::string_view name;
  std::vector<std::pair<std::string, std::string>> attributes;  // UTF-8, in their order
  std::uint64_t offset_bytes = 0;                               // of its "<" in the bytes
  std::uint64_t length_bytes = 0;                               // up to its ">"

  // In any case of ASCII; "" if there is none.
  std::string_view attribute(std::string_view name) const;
};

// How far a document was read.
struct XmlEnd {
  enum class Kind : std::uint8_t {
    kWhole,
    kDamaged,   // no XML from here on
    kTooDeep,   // elements stand deeper than the limit nesting-depth
    kEntities,  // it declares entities of its own, which configuration never does
  };
  Kind kind = Kind::kWhole;
  std::uint64_t offset_bytes = 0;  // of what was not read
  std::string why;                 // for kDamaged
};

// Reads XML from one who may be hostile: nothing outside is opened, no entity of the document is
// replaced, work is linear in the bytes. `begin` and `end` are called for each element in order;
// what stands before a fault was told.
XmlEnd read_xml(Bytes bytes, TextEncoding encoding, std::uint64_t depth_max,
                const std::function<void(const XmlElement&)>& begin,
                const std::function<void(std::string_view name)>& end);

}  // namespace pugmark::web_root
