#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pugmark::script {

// A name met in a script, as a number: equal names have equal numbers. 0 is the empty name.
using Symbol = std::uint32_t;
inline constexpr Symbol kNoSymbol = 0;

// The names of one script. Each is known as it was written and in ASCII lower case, for languages
// in which case means nothing. Names above kNameBytesMax are kept whole but never equal to a name
// the program knows. One thread; clear() keeps the memory for the next script.
class Symbols {
 public:
  static constexpr std::size_t kNameBytesMax = 255;

  Symbols();
  void clear();

  Symbol of(std::string_view name);  // copies the name
  std::string_view name(Symbol symbol) const { return entries_[symbol].name; }
  Symbol lower(Symbol symbol);  // of the same name in ASCII lower case
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string_view name;
    Symbol lower = UINT32_MAX;  // not yet asked for
  };
  void grow();
  std::string_view keep(std::string_view name);

  std::vector<Entry> entries_;
  std::vector<Symbol> table_;       // open addressing, by XXH3 of the name; kNoSymbol: free
  std::deque<std::string> blocks_;  // the names' bytes
  std::size_t block_used_ = 0;
  std::size_t blocks_used_ = 0;
};

}  // namespace pugmark::script
