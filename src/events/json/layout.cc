#include "events/json/layout.h"

#include <algorithm>
#include <map>
#include <set>
#include <xxhash.h>

#include "base/shorten.h"
#include "events/json/names.h"
#include "events/json/walk.h"
#include "events/text/fields.h"

namespace pugmark::json {
namespace {

// Layouts and kinds kept by one thread. Logs have dozens; more is hostile, and is made anew.
constexpr std::size_t kLayoutsMax = 2048;
constexpr std::size_t kLayoutsBytesMax = std::size_t{16} << 20U;
constexpr std::size_t kKindsMax = 256;

class PathReader {
 public:
  explicit PathReader(std::string_view signature) : rest_(signature) {}

  std::vector<std::string> read() {
    read_object("", true);
    return std::move(paths_);
  }

  // After read(): see Layout::event_lists.
  std::vector<std::string> event_lists() const {
    std::set<std::string> outermost;
    for (const auto& [list, leaves] : leaves_of_list_) {
      if (!outermost.contains(list.outermost) && name_leaves(leaves).is_windows)
        outermost.insert(list.outermost);
    }
    return {outermost.begin(), outermost.end()};
  }

 private:
  // Keys and values up to the end of an object. Recursion is bounded: walk.cc counts the depth.
  void read_object(const std::string& prefix, bool is_root) {
    bool is_empty = true;
    while (!rest_.empty() && rest_.front() == kKey) {
      rest_.remove_prefix(1);
      const std::size_t end =
          std::min(rest_.find_first_of(std::string_view("\x01\x02\x03\x04\x05", 5)), rest_.size());
      const std::string key = unescaped(rest_.substr(0, end));
      rest_.remove_prefix(end);
      read_value(is_root ? key : prefix + "." + key);
      is_empty = false;
    }
    if (is_empty && !is_root) add_leaf(prefix);
  }

  void read_value(const std::string& path) {
    const char mark = rest_.empty() ? kKey : rest_.front();
    if (mark == kKey || mark == kEnd) {
      add_leaf(path);
      return;
    }
    while (!rest_.empty() && (rest_.front() == kObject || rest_.front() == kObjectInList)) {
      const bool is_single = rest_.front() == kObject;
      rest_.remove_prefix(1);
      if (!is_single) lists_.push_back({lists_.empty() ? path : lists_.front().path, path});
      read_object(path, false);
      if (!is_single) lists_.pop_back();
      rest_.remove_prefix(std::min<std::size_t>(1, rest_.size()));  // kEnd
      if (is_single) return;
    }
    if (!rest_.empty() && rest_.front() == kList) {
      rest_.remove_prefix(1);
      add_leaf(path);
    }
  }

  void add_leaf(const std::string& path) {
    paths_.push_back(path);
    if (!lists_.empty()) leaves_of_list_[lists_.back()].push_back(inside(path));
  }

  // Of a path in the innermost array: how the object there says it.
  std::string inside(const std::string& path) const {
    return path.substr(std::min(path.size(), lists_.back().path.size() + 1));
  }

  // An array of objects.
  struct List {
    std::string outermost;  // of the arrays it stands in; its own path if there is none
    std::string path;
    friend auto operator<=>(const List&, const List&) = default;
  };

  std::string_view rest_;
  std::vector<std::string> paths_;
  std::vector<List> lists_;  // around what is being read
  // Leaves of the objects in an array, without those in arrays inside.
  std::map<List, std::vector<std::string>> leaves_of_list_;
};

std::unique_ptr<Layout> make_layout(const std::string& signature) {
  auto layout = std::make_unique<Layout>();
  layout->signature = signature;
  PathReader reader(signature);
  const std::vector<std::string> paths = reader.read();
  NamedLeaves named = name_leaves(paths);
  layout->is_windows = named.is_windows;
  if (!named.is_windows) layout->event_lists = reader.event_lists();
  text::Slots slots = text::make_slots(named.names, named.names.size());
  layout->names = std::move(slots.names);
  layout->slot_of_leaf = std::move(slots.slot_of_column);
  layout->one_to_one = slots.one_to_one;
  const auto leaves_named = [&](std::string_view name) {
    std::vector<std::size_t> leaves;
    for (std::size_t leaf = 0; leaf < named.names.size(); ++leaf) {
      if (named.names[leaf] == name) leaves.push_back(leaf);
    }
    return leaves;
  };
  const auto leaf_named = [&](std::string_view name) {
    const auto leaves = leaves_named(name);
    return leaves.empty() ? kNoLeaf : leaves.front();
  };
  if (layout->is_windows) {
    layout->channels = leaves_named("Channel");
    layout->provider = leaf_named("Provider_Name");
    layout->event_ids = leaves_named("EventID");
    layout->record_id = leaf_named("EventRecordID");
    layout->sysmon_time = leaf_named("UtcTime");
    layout->computers = leaves_named("Computer");
  } else {
    for (const std::string_view name : {"host.name", "hostname", "Hostname", "Computer"}) {
      if (layout->computers.empty()) layout->computers = leaves_named(name);
    }
  }
  for (const std::string_view name : kTimeNames) {
    const auto leaves = leaves_named(name);
    layout->times.insert(layout->times.end(), leaves.begin(), leaves.end());
    layout->repeats_times = layout->repeats_times || leaves.size() > 1;
  }
  return layout;
}

// What a layout takes, about.
std::size_t bytes_of(const Layout& layout) {
  std::size_t bytes = layout.signature.size() + layout.slot_of_leaf.size() * sizeof(std::uint32_t);
  for (const std::string& name : layout.names) bytes += sizeof name + name.size();
  return bytes;
}

// `name`, or what is left of it where it is too long; `memory` then holds that.
std::string_view short_name(std::string_view name, const Limits& limits, std::string& memory,
                            bool& is_shortened) {
  if (name.size() <= limits.name_bytes) return name;
  memory = name;
  is_shortened = shorten(memory, static_cast<std::size_t>(limits.name_bytes)) || is_shortened;
  return memory;
}

}  // namespace

std::vector<std::string> paths_of(std::string_view signature) {
  return PathReader(signature).read();
}

Layout& LayoutCache::find(const std::string& signature) {
  if (last_ != nullptr && last_->signature == signature) return *last_;
  const std::uint64_t hash = XXH3_64bits(signature.data(), signature.size());
  const auto found = layouts_.find(hash);
  if (found != layouts_.end() && found->second->signature == signature) {
    last_ = found->second.get();
    return *last_;
  }
  if (layouts_.size() >= kLayoutsMax || layouts_bytes_ > kLayoutsBytesMax) {
    layouts_.clear();
    layouts_bytes_ = 0;
  }
  auto& slot = layouts_[hash];
  slot = make_layout(signature);
  layouts_bytes_ += bytes_of(*slot);
  last_ = slot.get();
  return *last_;
}

const Shape* LayoutCache::shape_of(Layout& layout, std::string_view channel,
                                   std::string_view provider, std::uint32_t event_id,
                                   bool is_ambiguous) {
  std::string shorter_channel;
  std::string shorter_provider;
  bool is_shortened = false;
  channel = short_name(channel, *options_.limits, shorter_channel, is_shortened);
  provider = short_name(provider, *options_.limits, shorter_provider, is_shortened);
  for (std::size_t i = 0; i < layout.kinds.size(); ++i) {
    Layout::Kind& kind = layout.kinds[i];
    if (kind.event_id != event_id || kind.is_ambiguous != is_ambiguous || kind.channel != channel ||
        kind.provider != provider)
      continue;
    const Shape* const shape = kind.shape;
    if (i > 0) std::swap(layout.kinds[i], layout.kinds[i - 1]);  // frequent kinds move to the front
    return shape;
  }
  if (layout.kinds.size() >= kKindsMax) layout.kinds.clear();
  Shape shape;
  shape.source = layout.is_windows ? SourceKind::kWindowsEvent : SourceKind::kJson;
  shape.channel = channel;
  shape.provider = provider;
  shape.event_id = event_id;
  shape.is_ambiguous = is_ambiguous;
  shape.precision = TimePrecision::kMillisecond;
  shape.has_shortened_names = is_shortened;
  const Shape* const known = text::intern_shape(*options_.shapes, std::move(shape), layout.names);
  if (known == nullptr) return nullptr;  // not remembered: the next item may be let in
  layout.kinds.push_back(
      {std::string(channel), std::string(provider), event_id, is_ambiguous, known});
  return known;
}

}  // namespace pugmark::json
