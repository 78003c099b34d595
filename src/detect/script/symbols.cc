#include "detect/script/symbols.h"

#include <algorithm>
#include <xxhash.h>

namespace pugmark::script {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{16} << 10U;
constexpr std::size_t kTableSizeFirst = 1024;  // a power of two

char lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

Symbols::Symbols() { clear(); }

void Symbols::clear() {
  entries_.clear();
  entries_.push_back({});
  table_.assign(std::max(kTableSizeFirst, std::min(table_.size(), std::size_t{65'536})), kNoSymbol);
  blocks_used_ = 0;
  block_used_ = 0;
}

Symbol Symbols::of(std::string_view name) {
  if (name.empty()) return kNoSymbol;
  const std::size_t mask = table_.size() - 1;
  std::size_t at = XXH3_64bits(name.data(), name.size()) & mask;
  while (table_[at] != kNoSymbol) {
    if (entries_[table_[at]].name == name) return table_[at];
    at = (at + 1) & mask;
  }
  const auto symbol = static_cast<Symbol>(entries_.size());
  entries_.push_back({keep(name)});
  table_[at] = symbol;
  if (entries_.size() * 2 > table_.size()) grow();
  return symbol;
}

Symbol Symbols::lower(Symbol symbol) {
  if (entries_[symbol].lower != UINT32_MAX) return entries_[symbol].lower;
  std::string text(entries_[symbol].name);
  std::transform(text.begin(), text.end(), text.begin(), lower_ascii);
  const Symbol lower = text == entries_[symbol].name ? symbol : of(text);
  entries_[symbol].lower = lower;
  return lower;
}

void Symbols::grow() {
  table_.assign(table_.size() * 2, kNoSymbol);
  const std::size_t mask = table_.size() - 1;
  for (Symbol symbol = 1; symbol < entries_.size(); ++symbol) {
    const std::string_view name = entries_[symbol].name;
    std::size_t at = XXH3_64bits(name.data(), name.size()) & mask;
    while (table_[at] != kNoSymbol) at = (at + 1) & mask;
    table_[at] = symbol;
  }
}

std::string_view Symbols::keep(std::string_view name) {
  if (blocks_used_ == 0 || block_used_ + name.size() > blocks_[blocks_used_ - 1].size()) {
    const std::size_t bytes = std::max(kBlockBytes, name.size());
    if (blocks_used_ == blocks_.size()) blocks_.emplace_back();
    std::string& block = blocks_[blocks_used_++];
    if (block.size() < bytes) block.resize(bytes);
    block_used_ = 0;
  }
  char* const at = blocks_[blocks_used_ - 1].data() + block_used_;
  std::copy(name.begin(), name.end(), at);
  block_used_ += name.size();
  return {at, name.size()};
}

}  // namespace pugmark::script
