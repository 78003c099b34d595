#include "events/evtx/names.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>

#include "base/random_seed.h"
#include "base/text.h"

namespace pugmark::evtx {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(KnownName::kCount)> kKnownNames = {
    "System",  "EventData",     "Data",     "Name",        "Channel",    "Computer",
    "EventID", "EventRecordID", "Provider", "TimeCreated", "SystemTime", "Version",
    "Level",   "Task",          "Opcode",   "Keywords"};

std::string widened(std::string_view ascii) {
  std::string wide;
  for (const char c : ascii) {
    wide += c;
    wide += '\0';
  }
  return wide;
}

// The characters behind the last colon; the whole name if it has none.
std::string_view without_prefix(std::string_view utf16le) {
  for (std::size_t at = utf16le.size() & ~std::size_t{1}; at >= 2; at -= 2) {
    if (utf16le[at - 2] == ':' && utf16le[at - 1] == '\0') return utf16le.substr(at);
  }
  return utf16le;
}

}  // namespace

NameTable::NameTable() : seed_(random_seed()) { clear(); }

void NameTable::clear() {
  names_.clear();
  spellings_.clear();
  buckets_.assign(1024, 0);
  for (const std::string_view known : kKnownNames) intern(widened(known));
}

std::size_t NameTable::bucket_of(std::string_view utf16le) const {
  return static_cast<std::size_t>(XXH3_64bits_withSeed(utf16le.data(), utf16le.size(), seed_)) &
         (buckets_.size() - 1);
}

void NameTable::grow() {
  buckets_.assign(buckets_.size() * 2, 0);
  for (std::uint32_t i = 0; i < spellings_.size(); ++i) {
    std::size_t bucket = bucket_of(spellings_[i].utf16le);
    while (buckets_[bucket] != 0) bucket = (bucket + 1) & (buckets_.size() - 1);
    buckets_[bucket] = i + 1;
  }
}

NameId NameTable::intern(std::string_view utf16le) {
  std::size_t bucket = bucket_of(utf16le);
  while (buckets_[bucket] != 0) {
    const Spelling& spelling = spellings_[buckets_[bucket] - 1];
    if (spelling.utf16le == utf16le) return spelling.id;
    bucket = (bucket + 1) & (buckets_.size() - 1);
  }
  return add(utf16le);
}

NameId NameTable::add(std::string_view utf16le) {
  std::string text;
  append_utf16le(utf16le, text);
  const bool is_namespace = text == "xmlns" || text.starts_with("xmlns:");
  const std::string_view local = without_prefix(utf16le);
  NameId id{static_cast<std::uint32_t>(names_.size())};
  if (!is_namespace && local.size() != utf16le.size()) {
    id = intern(local);
  } else {
    names_.push_back({std::move(text), is_namespace});
  }
  spellings_.push_back({std::string(utf16le), id});
  if (spellings_.size() * 2 > buckets_.size()) {
    grow();
    return id;
  }
  std::size_t bucket = bucket_of(utf16le);
  while (buckets_[bucket] != 0) bucket = (bucket + 1) & (buckets_.size() - 1);
  buckets_[bucket] = static_cast<std::uint32_t>(spellings_.size());
  return id;
}

}  // namespace pugmark::evtx
