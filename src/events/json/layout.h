#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/reader.h"
#include "events/shape.h"

namespace pugmark::json {

inline constexpr std::size_t kNoLeaf = SIZE_MAX;

// What the signature of an event says: which leaf goes where, and which leaf means what.
struct Layout {
  std::string signature;
  bool is_windows = false;
  // If it is no Windows event: the paths of its arrays, of none inside another, whose objects are
  // Windows events, or in whose objects are such arrays.
  std::vector<std::string> event_lists;
  std::vector<std::string> names;  // one per slot
  std::vector<std::uint32_t> slot_of_leaf;
  bool one_to_one = true;
  // All leaves of the name: a key may be repeated, and other keys may mean the same.
  std::vector<std::size_t> channels;
  std::vector<std::size_t> event_ids;
  std::vector<std::size_t> computers;
  std::size_t provider = kNoLeaf;
  std::size_t record_id = kNoLeaf;
  std::size_t sysmon_time = kNoLeaf;  // UtcTime
  std::vector<std::size_t> times;     // leaves that may hold the time, the best first
  bool repeats_times = false;         // several of them have one name

  // The kinds of event met with this layout: one for each log, provider and event id.
  struct Kind {
    std::string channel;
    std::string provider;
    std::uint32_t event_id = 0;
    bool is_ambiguous = false;
    const Shape* shape = nullptr;
  };
  std::vector<Kind> kinds;
};

// The paths of the leaves of a signature (see walk.h), in order.
std::vector<std::string> paths_of(std::string_view signature);

// The layouts one thread has met. Bounded in number and bytes: when full it starts anew.
class LayoutCache {
 public:
  explicit LayoutCache(const ReaderOptions& options) : options_(options) {}

  Layout& find(const std::string& signature);

  // The shape of an event of this layout; nullptr if a table of names or shapes is full.
  const Shape* shape_of(Layout& layout, std::string_view channel, std::string_view provider,
                        std::uint32_t event_id, bool is_ambiguous);

 private:
  ReaderOptions options_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Layout>> layouts_;
  std::size_t layouts_bytes_ = 0;
  Layout* last_ = nullptr;
};

}  // namespace pugmark::json
