#include "detect/script/php/php_keywords.h"

#include <array>
#include <cstddef>

#include "detect/script/php/php_characters.h"

namespace pugmark::script::php {
namespace {

constexpr std::array<std::string_view, 70> kNames = {"",
                                                     "abstract",
                                                     "and",
                                                     "array",
                                                     "as",
                                                     "break",
                                                     "case",
                                                     "catch",
                                                     "class",
                                                     "clone",
                                                     "const",
                                                     "continue",
                                                     "declare",
                                                     "default",
                                                     "die",
                                                     "do",
                                                     "echo",
                                                     "else",
                                                     "elseif",
                                                     "empty",
                                                     "enddeclare",
                                                     "endfor",
                                                     "endforeach",
                                                     "endif",
                                                     "endswitch",
                                                     "endwhile",
                                                     "enum",
                                                     "eval",
                                                     "exit",
                                                     "extends",
                                                     "final",
                                                     "finally",
                                                     "fn",
                                                     "for",
                                                     "foreach",
                                                     "function",
                                                     "global",
                                                     "goto",
                                                     "__halt_compiler",
                                                     "if",
                                                     "implements",
                                                     "include",
                                                     "include_once",
                                                     "instanceof",
                                                     "interface",
                                                     "isset",
                                                     "list",
                                                     "match",
                                                     "namespace",
                                                     "new",
                                                     "or",
                                                     "print",
                                                     "private",
                                                     "protected",
                                                     "public",
                                                     "readonly",
                                                     "require",
                                                     "require_once",
                                                     "return",
                                                     "static",
                                                     "switch",
                                                     "throw",
                                                     "trait",
                                                     "try",
                                                     "unset",
                                                     "use",
                                                     "var",
                                                     "while",
                                                     "xor",
                                                     "yield"};
static_assert(kNames[static_cast<std::size_t>(Keyword::kYield)] == "yield");
static_assert(kNames[static_cast<std::size_t>(Keyword::kHaltCompiler)] == "__halt_compiler");

constexpr std::size_t kNameBytesMin = 2;
constexpr std::size_t kNameBytesMax = 15;
constexpr std::size_t kSlots = 256;
constexpr std::uint8_t kNoSlot = 0;

constexpr std::size_t slot_of(std::string_view lower) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(lower[i]); };
  return (at(0) * 7U + at(1) * 29U + at(lower.size() - 1) * 3U + lower.size() * 37U) % kSlots;
}

// Open addressing: names that share a slot stand one behind the other.
constexpr std::array<std::uint8_t, kSlots> kTable = [] {
  std::array<std::uint8_t, kSlots> table{};
  for (std::size_t i = 1; i < kNames.size(); ++i) {
    std::size_t slot = slot_of(kNames[i]);
    while (table[slot] != kNoSlot) slot = (slot + 1) % kSlots;
    table[slot] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

}  // namespace

Keyword keyword_of(std::string_view name) {
  if (name.size() < kNameBytesMin || name.size() > kNameBytesMax) return Keyword::kNone;
  std::array<char, kNameBytesMax> bytes{};
  for (std::size_t i = 0; i < name.size(); ++i) bytes[i] = lower_ascii(name[i]);
  const std::string_view lower(bytes.data(), name.size());
  for (std::size_t slot = slot_of(lower); kTable[slot] != kNoSlot; slot = (slot + 1) % kSlots) {
    if (kNames[kTable[slot]] == lower) return static_cast<Keyword>(kTable[slot]);
  }
  return Keyword::kNone;
}

std::string_view to_string(Keyword keyword) { return kNames[static_cast<std::size_t>(keyword)]; }

}  // namespace pugmark::script::php
