#include "detect/engine/literal_index.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <functional>
#include <hs/hs.h>
#include <unordered_map>
#include <utility>

namespace pugmark::engine {
namespace {

constexpr std::size_t kShortBytes = 2;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

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

// One Vectorscan database over literals, which must not move afterwards.
class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { hs_free_database(database_); }

  Status build(const std::vector<Literal>& literals) {
    literals_ = &literals;
    if (literals.empty()) return {};
    std::vector<const char*> texts;
    std::vector<unsigned> flags;
    std::vector<unsigned> ids;
    std::vector<std::size_t> lengths;
    for (std::size_t i = 0; i < literals.size(); ++i) {
      texts.push_back(literals[i].text.data());
      lengths.push_back(literals[i].text.size());
      // An anchored literal may stand in many places before the one that counts.
      flags.push_back(literals[i].anchor == Anchor::kAnywhere ? HS_FLAG_SINGLEMATCH : 0U);
      ids.push_back(static_cast<unsigned>(i));
    }
    hs_compile_error_t* error = nullptr;
    if (hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), lengths.data(),
                             static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr,
                             &database_, &error) != HS_SUCCESS) {
      Error failure{ErrorCode::kLimit,
                    fmt::format("{} literals cannot be compiled into one search: {}.", texts.size(),
                                error != nullptr ? error->message : "unknown"),
                    "Load fewer rules at a time."};
      hs_free_compile_error(error);
      return failure;
    }
    return {};
  }

  void grow(hs_scratch_t*& scratch) const {
    // Without memory for a few kilobytes nothing that follows could be trusted.
    if (database_ != nullptr && hs_alloc_scratch(database_, &scratch) != HS_SUCCESS) std::abort();
  }

  void scan(std::string_view text, hs_scratch_t* scratch, std::vector<std::uint32_t>& ids) const {
    if (database_ == nullptr) return;
    Found found{literals_, text.size(), &ids};
    // The callback never stops the scan, so anything but success is a broken scratch of ours.
    if (hs_scan(database_, text.data(), static_cast<unsigned>(text.size()), 0, scratch, &on_match,
                &found) != HS_SUCCESS)
      std::abort();
  }

 private:
  struct Found {
    const std::vector<Literal>* literals;
    std::size_t text_bytes;
    std::vector<std::uint32_t>* ids;
  };

  static int on_match(unsigned id, unsigned long long, unsigned long long to, unsigned,
                      void* context) {
    const Found& found = *static_cast<Found*>(context);
    const Literal& literal = (*found.literals)[id];
    if (literal.anchor == Anchor::kStart && to != literal.text.size()) return 0;
    if (literal.anchor == Anchor::kEnd && to != found.text_bytes) return 0;
    found.ids->push_back(literal.id);
    return 0;
  }

  const std::vector<Literal>* literals_ = nullptr;
  hs_database_t* database_ = nullptr;
};

// Lets a hash table of strings be asked with a view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace

LiteralScratch::LiteralScratch() = default;
LiteralScratch::~LiteralScratch() { hs_free_scratch(static_cast<hs_scratch_t*>(scratch_)); }

struct LiteralIndex::Tables {
  std::unordered_multimap<std::string, std::uint32_t, TextHash, std::equal_to<>> whole;
  std::vector<Literal> brief;  // one or two bytes, and those that begin with a NUL
  std::vector<Literal> ascii;
  std::vector<Literal> non_ascii;
  Database ascii_database;
  Database non_ascii_database;
};

LiteralIndex::LiteralIndex(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
LiteralIndex::LiteralIndex(LiteralIndex&&) noexcept = default;
LiteralIndex& LiteralIndex::operator=(LiteralIndex&&) noexcept = default;
LiteralIndex::~LiteralIndex() = default;

Result<LiteralIndex> LiteralIndex::build(std::vector<Literal> literals) {
  auto tables = std::make_unique<Tables>();
  for (Literal& literal : literals) {
    if (literal.anchor == Anchor::kWhole) {
      tables->whole.emplace(std::move(literal.text), literal.id);
    } else if (literal.text.front() == '\0') {  // Vectorscan takes it for the end
      tables->brief.push_back(std::move(literal));
    } else if (!is_ascii(literal.text)) {
      tables->non_ascii.push_back(std::move(literal));
    } else if (literal.text.size() <= kShortBytes) {
      tables->brief.push_back(std::move(literal));
    } else {
      tables->ascii.push_back(std::move(literal));
    }
  }
  if (auto status = tables->ascii_database.build(tables->ascii); !status)
    return std::move(status).error();
  if (auto status = tables->non_ascii_database.build(tables->non_ascii); !status)
    return std::move(status).error();
  return LiteralIndex(std::move(tables));
}

void LiteralIndex::prepare(LiteralScratch& scratch) const {
  auto* memory = static_cast<hs_scratch_t*>(scratch.scratch_);
  tables_->ascii_database.grow(memory);
  tables_->non_ascii_database.grow(memory);
  scratch.scratch_ = memory;
}

void LiteralIndex::scan(std::string_view text, LiteralScratch& scratch,
                        std::vector<std::uint32_t>& ids) const {
  auto* memory = static_cast<hs_scratch_t*>(scratch.scratch_);
  if (!tables_->whole.empty()) {
    const auto [first, last] = tables_->whole.equal_range(text);
    for (auto it = first; it != last; ++it) ids.push_back(it->second);
  }
  for (const Literal& literal : tables_->brief) {
    if (stands_in(text, literal)) ids.push_back(literal.id);
  }
  tables_->ascii_database.scan(text, memory, ids);
  if (!tables_->non_ascii.empty() && !is_ascii(text))
    tables_->non_ascii_database.scan(text, memory, ids);
}

void LiteralIndex::scan_reference(std::string_view text, std::vector<std::uint32_t>& ids) const {
  for (const auto& [whole, id] : tables_->whole) {
    if (text == whole) ids.push_back(id);
  }
  for (const auto* literals : {&tables_->brief, &tables_->ascii, &tables_->non_ascii}) {
    for (const Literal& literal : *literals) {
      if (stands_in(text, literal)) ids.push_back(literal.id);
    }
  }
}

}  // namespace pugmark::engine
