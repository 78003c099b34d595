#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "events/evtx/evtx_twin.h"

namespace pugmark::evtx {

// One piece of text: a single value, or all values of an array.
struct ReferencePart {
  std::vector<ReferenceText> texts;
  bool is_array = false;
};

struct ReferenceAttribute {
  std::string name;  // as written, prefix and all
  std::vector<ReferencePart> parts;
};

struct ReferenceElement {
  std::string name;  // as written
  std::vector<ReferenceAttribute> attributes;
  std::vector<ReferencePart> parts;
  std::vector<ReferenceElement> children;
};

// The elements at the top of one record's BinXML, everything substituted, or nothing if it cannot
// be read. `begin` and `end` are offsets in the chunk.
std::optional<std::vector<ReferenceElement>> read_reference_tree(Bytes chunk, std::size_t begin,
                                                                 std::size_t end,
                                                                 std::size_t nesting_depth);

}  // namespace pugmark::evtx
