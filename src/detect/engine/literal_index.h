#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pugmark::engine {

// Where in a text a literal must stand.
enum class Anchor : std::uint8_t { kAnywhere, kStart, kEnd, kWhole };

struct Literal {
  std::string text;  // case-folded UTF-8, not empty
  Anchor anchor = Anchor::kAnywhere;
  std::uint32_t id = 0;  // several literals may share one
};

// Working memory of Vectorscan, one per thread: LiteralIndex::prepare() grows it for an index.
class LiteralScratch {
 public:
  LiteralScratch();
  ~LiteralScratch();
  LiteralScratch(const LiteralScratch&) = delete;
  LiteralScratch& operator=(const LiteralScratch&) = delete;

 private:
  friend class LiteralIndex;
  void* scratch_ = nullptr;  // hs_scratch_t; kept out of this header
};

// Which of many literals stand in a text: exact answers, anchors included. Whole texts are looked
// up in a hash table; the others are found by Vectorscan, those of one or two bytes by plain
// search (short literals would slow the large database down, see docs/adr) like the few that begin
// with a NUL, and those with non-ASCII bytes only in texts that have some. Immutable after build;
// scan() is thread-safe with a scratch per thread.
class LiteralIndex {
 public:
  // kLimit if Vectorscan refuses the database (too large).
  static Result<LiteralIndex> build(std::vector<Literal> literals);
  LiteralIndex(LiteralIndex&&) noexcept;
  LiteralIndex& operator=(LiteralIndex&&) noexcept;
  ~LiteralIndex();

  // Grows `scratch` for this index. Once per thread and index, before the first scan().
  void prepare(LiteralScratch& scratch) const;

  // Appends the ids of all literals that stand in `folded_text`; an id may come more than once and
  // the order means nothing.
  void scan(std::string_view folded_text, LiteralScratch& scratch,
            std::vector<std::uint32_t>& ids) const;

  // The slow twin: one search per literal.
  void scan_reference(std::string_view folded_text, std::vector<std::uint32_t>& ids) const;

 private:
  struct Tables;
  explicit LiteralIndex(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

}  // namespace pugmark::engine
