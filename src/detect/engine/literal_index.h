#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/value.h"

namespace pugmark::engine {

// Where in a text a literal must stand.
enum class Anchor : std::uint8_t { kAnywhere, kStart, kEnd, kWhole };

struct Literal {
  std::string text;  // case-folded UTF-8, not empty
  Anchor anchor = Anchor::kAnywhere;
  std::uint32_t id = 0;  // several literals may share one
};

// Which of many literals stand in a text: exact answers, anchors included. Whole texts, starts and
// ends are looked up by their bytes; what may stand anywhere is found by its grams
// (docs/adr/0015). Literals with non-ASCII bytes are looked for only in texts that have some.
// Immutable after construction; thread-safe.
class LiteralIndex {
 public:
  explicit LiteralIndex(std::vector<Literal> literals);
  LiteralIndex(LiteralIndex&&) noexcept;
  LiteralIndex& operator=(LiteralIndex&&) noexcept;
  ~LiteralIndex();

  // Appends the ids of all literals that stand in `folded_text`; an id may come more than once and
  // the order means nothing.
  void scan(std::string_view folded_text, std::vector<std::uint32_t>& ids) const;

  // The slow twin: one search per literal.
  void scan_reference(std::string_view folded_text, std::vector<std::uint32_t>& ids) const;

  // True if the value's type and size alone show that no literal stands in any of its texts.
  bool rules_out(const Value& value) const;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace pugmark::engine
