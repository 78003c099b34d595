#include "detect/engine/literal_index.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <xxhash.h>

#include "base/text.h"
#include "detect/engine/gram_search.h"
#include "detect/engine/key_table.h"

namespace pugmark::engine {
namespace {

bool stands_in(std::string_view text, const Literal& literal) {
  switch (literal.anchor) {
    case Anchor::kAnywhere:
      return text.find(literal.text) != std::string_view::npos;
    case Anchor::kStart:
      return text.starts_with(literal.text);
    case Anchor::kEnd:
      return text.ends_with(literal.text);
    case Anchor::kWhole:
      return text == literal.text;
  }
  return false;
}

// Literals that are no UTF-8 (the bytes of UTF-16, say) may stand inside a character.
std::size_t code_points_count(std::string_view text) {
  if (!is_valid_utf8(text)) return 1;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) next_code_point(text, at);
  return count;
}

// What values that are no texts are rendered with (append_rendered), case-folded.
bool is_rendered_number(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefxstzrul-+.:{}") == std::string_view::npos;
}

using Found = std::vector<std::uint32_t>;
using Entries = std::vector<std::pair<std::uint64_t, std::uint32_t>>;

// Literals at one edge of a text, by their eight outermost bytes, or all if they have fewer.
class EdgeTable {
 public:
  explicit EdgeTable(bool at_end) : at_end_(at_end) {}

  void build(const std::vector<Literal>& literals, const std::vector<std::uint32_t>& members) {
    std::array<Entries, kKeyBytesMax + 1> entries;
    for (const std::uint32_t i : members) {
      const std::string_view text = literals[i].text;
      const std::size_t bytes = std::min(text.size(), kKeyBytesMax);
      entries[bytes].emplace_back(key(text, bytes), i);
    }
    for (std::size_t bytes = 1; bytes <= kKeyBytesMax; ++bytes) {
      if (!entries[bytes].empty()) tables_.emplace_back(bytes, KeyTable(entries[bytes]));
    }
  }

  void scan(std::string_view text, const std::vector<Literal>& literals, Found& ids) const {
    for (const auto& [bytes, table] : tables_) {
      if (text.size() < bytes) return;
      const std::uint64_t wanted = key(text, bytes);
      if (!table.may_hold(wanted)) continue;
      table.visit(wanted, [&](std::uint32_t i) {
        if (stands_in(text, literals[i])) ids.push_back(literals[i].id);
      });
    }
  }

 private:
  static constexpr std::size_t kKeyBytesMax = 8;

  std::uint64_t key(std::string_view text, std::size_t bytes) const {
    std::uint64_t key = 0;
    std::memcpy(&key, text.data() + (at_end_ ? text.size() - bytes : 0), bytes);
    return key;
  }

  bool at_end_;
  std::vector<std::pair<std::size_t, KeyTable>> tables_;  // by key size, the smallest first
};

// Literals that may stand anywhere in a text.
class AnywhereSearch {
 public:
  void build(const std::vector<Literal>& literals, const std::vector<std::uint32_t>& members) {
    for (const std::uint32_t i : members) {
      const std::size_t bytes = literals[i].text.size();
      (bytes == 1   ? single_
       : bytes == 2 ? two_.members
       : bytes < 5  ? few_.members
                    : more_.members)
          .push_back(i);
    }
    two_.build(literals);
    few_.build(literals);
    more_.build(literals);
  }

  void scan(std::string_view text, const std::vector<Literal>& literals, Found& ids) const {
    for (const std::uint32_t i : single_) {
      if (stands_in(text, literals[i])) ids.push_back(literals[i].id);
    }
    two_.scan(text, literals, ids);
    few_.scan(text, literals, ids);
    more_.scan(text, literals, ids);
  }

 private:
  template <std::size_t GramBytes, std::size_t Stride>
  struct Part {
    std::vector<std::uint32_t> members;
    GramSearch<GramBytes, Stride> search;

    void build(const std::vector<Literal>& literals) {
      std::vector<std::string_view> texts;
      for (const std::uint32_t i : members) texts.push_back(literals[i].text);
      search = GramSearch<GramBytes, Stride>(texts);
    }
    void scan(std::string_view text, const std::vector<Literal>& literals, Found& ids) const {
      search.scan(text, [&](std::uint32_t i) { ids.push_back(literals[members[i]].id); });
    }
  };

  std::vector<std::uint32_t> single_;  // of one byte
  Part<2, 1> two_;                     // of two
  Part<3, 1> few_;                     // of three and four
  Part<4, 2> more_;
};

}  // namespace

struct LiteralIndex::Tables {
  std::vector<Literal> literals;  // never moves: the searches hold views
  KeyTable whole;                 // by the hash of the text
  EdgeTable starts{false};
  EdgeTable ends{true};
  AnywhereSearch ascii;
  AnywhereSearch non_ascii;
  std::size_t shortest_code_points = SIZE_MAX;
  bool has_number = false;  // some literal can stand in a rendered number
};

LiteralIndex::LiteralIndex(LiteralIndex&&) noexcept = default;
LiteralIndex& LiteralIndex::operator=(LiteralIndex&&) noexcept = default;
LiteralIndex::~LiteralIndex() = default;

LiteralIndex::LiteralIndex(std::vector<Literal> literals) : tables_(std::make_unique<Tables>()) {
  tables_->literals = std::move(literals);
  Entries whole;
  std::vector<std::uint32_t> starts;
  std::vector<std::uint32_t> ends;
  std::vector<std::uint32_t> ascii;
  std::vector<std::uint32_t> non_ascii;
  for (std::uint32_t i = 0; i < tables_->literals.size(); ++i) {
    const Literal& literal = tables_->literals[i];
    tables_->shortest_code_points =
        std::min(tables_->shortest_code_points, code_points_count(literal.text));
    tables_->has_number = tables_->has_number || is_rendered_number(literal.text);
    switch (literal.anchor) {
      case Anchor::kWhole:
        whole.emplace_back(XXH3_64bits(literal.text.data(), literal.text.size()), i);
        break;
      case Anchor::kStart:
        starts.push_back(i);
        break;
      case Anchor::kEnd:
        ends.push_back(i);
        break;
      case Anchor::kAnywhere:
        (is_ascii(literal.text) ? ascii : non_ascii).push_back(i);
        break;
    }
  }
  tables_->whole = KeyTable(whole);
  tables_->starts.build(tables_->literals, starts);
  tables_->ends.build(tables_->literals, ends);
  tables_->ascii.build(tables_->literals, ascii);
  tables_->non_ascii.build(tables_->literals, non_ascii);
}

void LiteralIndex::scan(std::string_view text, std::vector<std::uint32_t>& ids) const {
  const std::vector<Literal>& literals = tables_->literals;
  if (!tables_->whole.empty()) {
    const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
    if (tables_->whole.may_hold(hash)) {
      tables_->whole.visit(hash, [&](std::uint32_t i) {
        if (text == literals[i].text) ids.push_back(literals[i].id);
      });
    }
  }
  tables_->starts.scan(text, literals, ids);
  tables_->ends.scan(text, literals, ids);
  tables_->ascii.scan(text, literals, ids);
  if (!is_ascii(text)) tables_->non_ascii.scan(text, literals, ids);
}

void LiteralIndex::scan_reference(std::string_view text, std::vector<std::uint32_t>& ids) const {
  for (const Literal& literal : tables_->literals) {
    if (stands_in(text, literal)) ids.push_back(literal.id);
  }
}

bool LiteralIndex::rules_out(const Value& value) const {
  switch (value.type) {
    case ValueType::kAbsent:
    case ValueType::kNull:
      return true;
    // Folding keeps the number of code points, and none takes less than one unit or byte.
    case ValueType::kUtf16:
      return value.size / 2 < tables_->shortest_code_points;
    case ValueType::kUtf8:
    case ValueType::kNumberText:
    case ValueType::kBoolText:
    case ValueType::kAnsi:
      return value.size < tables_->shortest_code_points;
    case ValueType::kReal32:
    case ValueType::kReal64:
    case ValueType::kList:
      return false;
    default:
      return !tables_->has_number;
  }
}

}  // namespace pugmark::engine
