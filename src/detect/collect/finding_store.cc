#include "detect/collect/finding_store.h"

#include <algorithm>
#include <tuple>

#include "detect/collect/spill_file.h"

namespace pugmark {
namespace {

struct Kept {
  FindingStore::Place place;
  FindingStore::Spilled spilled;
};

bool before(const Kept& a, const Kept& b) {
  if (a.place.time_ns != b.place.time_ns) return a.place.time_ns < b.place.time_ns;
  if (a.place.item_path != b.place.item_path) {
    const int order = a.place.item_path->compare(*b.place.item_path);
    if (order != 0) return order < 0;
  }
  return std::tie(a.place.offset_bytes, a.place.ordinal) <
         std::tie(b.place.offset_bytes, b.place.ordinal);
}

// Kept matches of one rule on one computer: a heap whose front is the last by place.
using Group = std::vector<Kept>;
using GroupsByRule = std::unordered_map<std::uint32_t, Group>;

}  // namespace

class FindingStore::State {
 public:
  explicit State(const Limits& limits)
      : limits_(limits), cap_(std::max<std::uint64_t>(1, limits.findings_per_rule_and_computer)) {
    spills_.push_back(std::make_unique<SpillFile>());
  }

  void count_matches(std::uint32_t rule, std::uint64_t more) {
    std::uint64_t& total = totals_[rule];
    charge_ -= chargeable(total);
    total += more;
    charge_ += chargeable(total);
    halve_while_too_many();
  }

  // Which names are told apart must not depend on which came first: it is those that sort first. A
  // name once thrown in with the others never comes back, because the last one told apart only
  // ever moves forward.
  Group& group(std::uint32_t rule, std::string_view computer) {
    if (const auto found = computers_.find(computer); found != computers_.end())
      return found->second[rule];
    if (computers_.size() < computers_most()) return computers_[std::string(computer)][rule];
    note_merged_computers();
    const auto last = std::prev(computers_.end());
    if (computer > last->first) return others_[rule];
    for (auto& [moved_rule, moved] : last->second) {
      Group& into = others_[moved_rule];
      while (!moved.empty()) {
        const Kept kept = pop(moved);
        push(into, kept);
      }
    }
    computers_.erase(last);
    return computers_[std::string(computer)][rule];
  }

  bool wanted(const Group& group, const Place& place) const {
    return group.size() < cap_ || before({place, {}}, group.front());
  }

  Status add(Group& group, const Place& place, std::string_view details) {
    auto at = spills_.front()->append(details);
    if (!at) return std::move(at).error();
    push(group, {place, {0, static_cast<std::uint32_t>(details.size()), at.value()}});
    halve_while_too_many();
    return compact_if_wasteful();
  }

  std::vector<Entry> entries() const {
    std::vector<Entry> entries;
    entries.reserve(kept_count_);
    each_group([&](std::uint32_t rule, const Group& group) {
      for (const Kept& kept : group)
        entries.push_back({rule, kept.place, kept.spilled});
    });
    return entries;
  }

  Status merge(State& other) {
    // The smaller cap of the two has already thrown away what the larger one would keep.
    while (cap_ > other.cap_) halve();
    if (other.computers_merged_) note_merged_computers();
    for (const auto& [rule, total] : other.totals_) count_matches(rule, total);
    // Its files are taken over as they are: nothing is copied.
    const auto first_file = static_cast<std::uint32_t>(spills_.size());
    std::move(other.spills_.begin(), other.spills_.end(), std::back_inserter(spills_));
    for (const auto& [name, groups] : other.computers_) {
      const std::string_view computer = name;
      take_over(groups, first_file,
                [&](std::uint32_t rule) -> Group& { return group(rule, computer); });
    }
    take_over(other.others_, first_file,
              [&](std::uint32_t rule) -> Group& { return others_[rule]; });
    return {};  // each store has seen to its own files
  }

  std::map<std::uint32_t, Count> counts() const {
    std::map<std::uint32_t, Count> counts;
    for (const auto& [rule, total] : totals_) counts[rule].total = total;
    each_group([&](std::uint32_t rule, const Group& group) { counts[rule].kept += group.size(); });
    return counts;
  }

  std::uint64_t kept_count() const { return kept_count_; }
  std::uint64_t cap() const { return cap_; }
  bool computers_merged() const { return computers_merged_; }

  Status read(const Spilled& spilled, std::string& details) {
    return spills_[spilled.file]->read(spilled.offset_bytes, spilled.length_bytes, details);
  }

 private:
  std::uint64_t computers_most() const { return std::max<std::uint64_t>(1, limits_.computers); }

  void push(Group& group, const Kept& kept) {
    group.push_back(kept);
    std::push_heap(group.begin(), group.end(), before);
    ++kept_count_;
    live_bytes_ += kept.spilled.length_bytes;
    while (group.size() > cap_) pop(group);
  }

  Kept pop(Group& group) {
    std::pop_heap(group.begin(), group.end(), before);
    const Kept kept = group.back();
    group.pop_back();
    --kept_count_;
    live_bytes_ -= kept.spilled.length_bytes;
    return kept;
  }

  // `mine` names the group of ours that a rule's findings go to, `first_file` where in spills_ the
  // files now are that the findings speak of.
  template <class Mine>
  void take_over(const GroupsByRule& groups, std::uint32_t first_file, const Mine& mine) {
    for (const auto& [rule, theirs] : groups) {
      for (Kept kept : theirs) {
        Group& ours = mine(rule);
        if (!wanted(ours, kept.place)) continue;
        kept.spilled.file += first_file;
        push(ours, kept);
        halve_while_too_many();
      }
    }
  }

  template <class Each>
  void each_group(const Each& each) const {
    for (const auto& [rule, group] : others_) each(rule, group);
    for (const auto& [name, groups] : computers_) {
      for (const auto& [rule, group] : groups) each(rule, group);
    }
  }

  // How many of a rule's matches could be kept at most, whatever computers they are of.
  std::uint64_t chargeable(std::uint64_t total) const {
    return std::min(total, cap_ * (computers_most() + 1));
  }

  // While all computers are told apart, what is kept only grows with the events, so comparing it
  // with the limit gives the same cap in any order. Throwing computers together makes it shrink;
  // from then on a bound that depends on nothing but the rules' totals is compared instead.
  void halve_while_too_many() {
    while (cap_ > 1 && (computers_merged_ ? charge_ : kept_count_) > limits_.findings) halve();
  }

  void halve() {
    cap_ = std::max<std::uint64_t>(1, cap_ / 2);
    charge_ = 0;
    for (const auto& [rule, total] : totals_) charge_ += chargeable(total);
    const auto shorten = [&](GroupsByRule& groups) {
      for (auto& [rule, group] : groups) {
        while (group.size() > cap_) pop(group);
      }
    };
    shorten(others_);
    for (auto& [name, groups] : computers_) shorten(groups);
  }

  void note_merged_computers() {
    if (computers_merged_) return;
    computers_merged_ = true;
    halve_while_too_many();
  }

  // Events that come in falling order of time push one another out for ever; their details would
  // fill the disk.
  Status compact_if_wasteful() {
    constexpr std::uint64_t kWorthwhileBytes = std::uint64_t{64} << 20U;
    std::uint64_t size_bytes = 0;
    for (const auto& spill : spills_) size_bytes += spill->size_bytes();
    if (size_bytes < kWorthwhileBytes || size_bytes / 2 < live_bytes_) return {};
    auto fresh = std::make_unique<SpillFile>();
    if (auto status = move_to(*fresh, others_); !status) return status;
    for (auto& [name, groups] : computers_) {
      if (auto status = move_to(*fresh, groups); !status) return status;
    }
    spills_.clear();
    spills_.push_back(std::move(fresh));
    return {};
  }

  Status move_to(SpillFile& fresh, GroupsByRule& groups) {
    std::string details;
    for (auto& [rule, group] : groups) {
      for (Kept& kept : group) {
        if (auto status = read(kept.spilled, details); !status) return status;
        auto at = fresh.append(details);
        if (!at) return std::move(at).error();
        kept.spilled.file = 0;
        kept.spilled.offset_bytes = at.value();
      }
    }
    return {};
  }

  Limits limits_;
  std::uint64_t cap_;
  std::map<std::string, GroupsByRule, std::less<>> computers_;
  GroupsByRule others_;                                    // of the computers not told apart
  std::unordered_map<std::uint32_t, std::uint64_t> totals_;  // matches by rule
  std::vector<std::unique_ptr<SpillFile>> spills_;  // the first is written to, the rest taken over
  std::uint64_t live_bytes_ = 0;
  std::uint64_t kept_count_ = 0;
  std::uint64_t charge_ = 0;  // chargeable() of all rules
  bool computers_merged_ = false;
};

FindingStore::FindingStore(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
FindingStore::~FindingStore() = default;
FindingStore::FindingStore(FindingStore&&) noexcept = default;
FindingStore& FindingStore::operator=(FindingStore&&) noexcept = default;

bool FindingStore::count(std::uint32_t rule, std::string_view computer, const Place& place) {
  const Group& group = state_->group(rule, computer);
  state_->count_matches(rule, 1);
  return state_->wanted(group, place);
}

Status FindingStore::keep(std::uint32_t rule, std::string_view computer, const Place& place,
                          std::string_view details) {
  return state_->add(state_->group(rule, computer), place, details);
}

Status FindingStore::merge(FindingStore&& other) { return state_->merge(*other.state_); }

std::vector<FindingStore::Entry> FindingStore::entries() const { return state_->entries(); }
Status FindingStore::read(const Entry& entry, std::string& details) {
  return state_->read(entry.spilled, details);
}

std::map<std::uint32_t, FindingStore::Count> FindingStore::counts() const {
  return state_->counts();
}
std::uint64_t FindingStore::kept_count() const { return state_->kept_count(); }
std::uint64_t FindingStore::cap() const { return state_->cap(); }
bool FindingStore::computers_merged() const { return state_->computers_merged(); }

}  // namespace pugmark
