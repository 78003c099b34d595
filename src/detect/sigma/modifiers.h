#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/encoding.h"
#include "detect/sigma/rule.h"
#include "detect/sigma/yaml.h"

namespace pugmark::sigma {

// What kind of comparison an item makes; the first of its modifiers decides.
enum class Family : std::uint8_t { kText, kRegex, kCidr, kExists, kCompare, kTime, kFieldRef };

// The modifiers that change a text value, in the order they are applied.
enum class TextStep : std::uint8_t {
  kContains,
  kStartsWith,
  kEndsWith,
  kWindash,
  kUtf16Little,
  kUtf16Big,
  kUtf16Bom,
  kBase64,
  kBase64Offset,
};

// A key of a detection item, `field|modifier|...`, taken apart and checked.
struct Chain {
  std::string field;      // "" for keywords
  std::string modifiers;  // as written: "contains|all"
  Family family = Family::kText;
  bool all = false;
  bool neq = false;
  bool cased = false;
  bool expand = false;
  bool regex_i = false, regex_m = false, regex_s = false;
  CompareOp compare = CompareOp::kEqual;
  TimePart time_part = TimePart::kMinute;
  std::vector<TextStep> steps;  // kText; for kRegex and kFieldRef only the first three kinds
};

bool parse_chain(std::string_view key, std::uint32_t line, Chain& chain, Fault& fault);

}  // namespace pugmark::sigma
