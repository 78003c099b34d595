#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace pugmark::evtx {

// An element or attribute name, interned by its characters: equal names have equal ids.
enum class NameId : std::uint32_t {};

// Names the naming rules know, interned first so that their ids are constants.
enum class KnownName : std::uint32_t {
  kSystem,
  kEventData,
  kData,
  kName,
  kChannel,
  kComputer,
  kEventId,
  kEventRecordId,
  kProvider,
  kTimeCreated,
  kSystemTime,
  kVersion,
  kLevel,
  kTask,
  kOpcode,
  kKeywords,
  kCount,
};
constexpr bool operator==(NameId id, KnownName known) {
  return static_cast<std::uint32_t>(id) == static_cast<std::uint32_t>(known);
}

struct Name {
  std::string local;              // UTF-8, without a namespace prefix
  bool is_namespace = false;      // "xmlns" or "xmlns:...": a declaration, not data
};

// Interns names from their UTF-16LE characters; a namespace prefix makes no difference. The hash
// stored in the file is never used: a forged one could give a field another field's name. One
// thread.
class NameTable {
 public:
  NameTable();

  NameId intern(std::string_view utf16le);
  const Name& operator[](NameId id) const { return names_[static_cast<std::size_t>(id)]; }
  std::size_t size() const { return names_.size(); }
  void clear();

 private:
  struct Spelling {
    std::string utf16le;
    NameId id{};
  };

  void grow();
  std::size_t bucket_of(std::string_view utf16le) const;
  NameId add(std::string_view utf16le);

  std::deque<Name> names_;
  std::vector<Spelling> spellings_;
  std::vector<std::uint32_t> buckets_;   // index into spellings_ + 1, 0 is empty
  std::uint64_t seed_;
};

}  // namespace pugmark::evtx
