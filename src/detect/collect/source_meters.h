#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "detect/collect/coverage_meter.h"
#include "events/shape.h"
#include "evidence/item.h"

namespace pugmark {

// A log source of one computer: Coverage is made of these.
struct SourceKey {
  std::string computer;
  SourceKind kind = SourceKind::kJson;
  std::string source;
  friend auto operator<=>(const SourceKey&, const SourceKey&) = default;
};

// The meters of every log source that one worker met, item by item. Of more computers than `most`
// the names that sort first are told apart, so that nothing depends on who read what when; the
// others are one computer of the name kOthers. Names of logs that differ only in case are one log.
// One thread at a time; merge() gives the same result in any order.
class SourceMeters {
 public:
  static constexpr std::string_view kOthers = "(other computers)";

  struct Source {
    std::string name;  // of the log: of its spellings the one that sorts first
    std::map<ItemId, CoverageMeter> by_item;
    std::set<std::uint32_t> buckets;  // kinds of event that were there: ids of the engine
  };

  explicit SourceMeters(std::uint64_t most) : most_(most == 0 ? 1 : most) {}

  // The meter of a source in an item, for events of a kind. The reference holds until generation()
  // is another one.
  CoverageMeter& meter(ItemId item, SourceKey key, std::uint32_t bucket);
  std::uint64_t generation() const { return generation_; }

  void merge(const SourceMeters& other);

  // By computer, kind and folded name of the log.
  const std::map<SourceKey, Source>& sources() const { return sources_; }
  bool computers_merged() const { return computers_merged_; }

 private:
  bool is_told_apart(const std::string& computer);
  void drop_last_computer();
  Source& source(SourceKey key);
  static void note_name(Source& source, const std::string& name);
  static void join(Source& into, const Source& from);

  std::uint64_t most_;
  std::uint64_t generation_ = 0;
  bool computers_merged_ = false;
  std::set<std::string> computers_;  // told apart
  std::map<SourceKey, Source> sources_;
};

}  // namespace pugmark
