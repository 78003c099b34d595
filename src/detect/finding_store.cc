#include "detect/finding_store.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <tuple>
#include <unistd.h>

#include "base/bytes.h"

namespace pugmark {
namespace {

class Encoder {
 public:
  void number(std::uint64_t value) {
    std::array<char, 8> bytes{};
    for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
    out_.append(bytes.data(), bytes.size());
  }
  void text(std::string_view value) {
    number(value.size());
    out_ += value;
  }
  template <class List, class Each>
  void list(const List& values, Each each) {
    number(values.size());
    for (const auto& value : values) each(value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view in) : in_(in) {}
  bool ok() const { return ok_; }
  bool at_end() const { return in_.empty(); }

  std::uint64_t number() {
    if (in_.size() < 8) return fail();
    const auto value = load_le<std::uint64_t>(as_bytes(in_).data());
    in_.remove_prefix(8);
    return value;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (size > in_.size()) return fail(), std::string();
    std::string value(in_.substr(0, size));
    in_.remove_prefix(size);
    return value;
  }
  template <class List, class Each>
  void list(List& values, Each each) {
    const std::uint64_t count = number();
    for (std::uint64_t i = 0; i < count && ok_; ++i) values.push_back(each());
  }

 private:
  std::uint64_t fail() {
    ok_ = false;
    in_ = {};
    return 0;
  }
  std::string_view in_;
  bool ok_ = true;
};

// An unlinked temporary file that only grows.
class SpillFile {
 public:
  SpillFile() = default;
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;
  ~SpillFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  Result<std::uint64_t> append(std::string_view bytes) {
    const std::uint64_t at = size_bytes_;
    buffer_ += bytes;
    size_bytes_ += bytes.size();
    if (buffer_.size() >= kBufferBytes) {
      if (auto status = flush(); !status) return std::move(status).error();
    }
    return at;
  }

  Result<std::string> read(std::uint64_t offset_bytes, std::uint64_t length_bytes) {
    if (auto status = flush(); !status) return std::move(status).error();
    std::string bytes(length_bytes, '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t got = ::pread(descriptor_, bytes.data() + done, bytes.size() - done,
                                  static_cast<off_t>(offset_bytes + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return failure("read");
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{256} << 10U;

  static Error failure(std::string_view what) {
    return {ErrorCode::kIo,
            fmt::format("The temporary file for findings cannot be {}: {}.",
                        what == "read" ? "read" : "written", std::strerror(errno)),
            "Make room in the folder named by TMPDIR, or name another one."};
  }

  Status open() {
    std::error_code ignored;
    auto folder = std::filesystem::temp_directory_path(ignored);
    if (folder.empty()) folder = "/tmp";
    descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor_ < 0) {  // a file system without O_TMPFILE
      std::string name = (folder / "pugmark-XXXXXX").string();
      descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
      if (descriptor_ >= 0) ::unlink(name.c_str());
    }
    if (descriptor_ < 0) return failure("write");
    return {};
  }

  Status flush() {
    if (descriptor_ < 0) {
      if (auto status = open(); !status) return status;
    }
    std::size_t done = 0;
    while (done < buffer_.size()) {
      const ssize_t put = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return failure("write");
      done += static_cast<std::size_t>(put);
    }
    buffer_.clear();
    return {};
  }

  int descriptor_ = -1;
  std::uint64_t size_bytes_ = 0;
  std::string buffer_;
};

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

std::string encode_finding(const Finding& f) {
  Encoder e;
  const auto pair_of = [&](const auto& pair) { e.text(pair.first), e.text(pair.second); };
  const auto text_of = [&](const std::string& text) { e.text(text); };
  for (const std::string* text :
       {&f.id, &f.rule_id, &f.rule_title, &f.status, &f.item, &f.channel, &f.provider, &f.computer})
    e.text(*text);
  e.number(static_cast<std::uint64_t>(f.level));
  e.number(static_cast<std::uint64_t>(f.verdict));
  e.number(static_cast<std::uint64_t>(f.time.ns_since_1970));
  e.number(static_cast<std::uint64_t>(f.precision));
  e.number(static_cast<std::uint64_t>(f.time_shift_s));
  for (const std::uint64_t number :
       {f.offset_bytes, std::uint64_t{f.length_bytes}, f.record_id, std::uint64_t{f.event_id},
        std::uint64_t{f.recovered ? 1U : 0U}})
    e.number(number);
  e.list(f.techniques, text_of);
  e.list(f.tags, text_of);
  // Before what refers to them: scripts of many kilobytes are the reason of several comparisons.
  e.list(f.fields, pair_of);
  e.list(f.because, [&](const Because& b) {
    const auto same = std::find_if(f.fields.begin(), f.fields.end(), [&](const auto& field) {
      return field.first == b.field && field.second == b.value;
    });
    e.number(static_cast<std::uint64_t>(same - f.fields.begin()));
    if (same == f.fields.end()) e.text(b.field), e.text(b.value);
    for (const std::string* text : {&b.pattern, &b.reading}) e.text(*text);
    e.number(b.offset_bytes ? *b.offset_bytes + 1 : 0);
  });
  e.list(f.related, [&](const RelatedEvent& r) {
    e.text(r.rule_id), e.text(r.item);
    e.number(r.offset_bytes), e.number(r.length_bytes);
    e.number(static_cast<std::uint64_t>(r.time.ns_since_1970));
    e.number(static_cast<std::uint64_t>(r.precision));
  });
  return e.take();
}

Result<Finding> decode_finding(std::string_view bytes) {
  Decoder d(bytes);
  Finding f;
  const auto text = [&] { return d.text(); };
  for (std::string* field :
       {&f.id, &f.rule_id, &f.rule_title, &f.status, &f.item, &f.channel, &f.provider, &f.computer})
    *field = d.text();
  f.level = static_cast<Level>(d.number());
  f.verdict = static_cast<Verdict>(d.number());
  f.time.ns_since_1970 = static_cast<std::int64_t>(d.number());
  f.precision = static_cast<TimePrecision>(d.number());
  f.time_shift_s = static_cast<std::int64_t>(d.number());
  f.offset_bytes = d.number();
  f.length_bytes = static_cast<std::uint32_t>(d.number());
  f.record_id = d.number();
  f.event_id = static_cast<std::uint32_t>(d.number());
  f.recovered = d.number() != 0;
  d.list(f.techniques, text);
  d.list(f.tags, text);
  d.list(f.fields, [&] {
    std::string name = d.text();
    return std::pair(std::move(name), d.text());
  });
  d.list(f.because, [&] {
    Because b;
    if (const std::uint64_t place = d.number(); place < f.fields.size()) {
      std::tie(b.field, b.value) = f.fields[place];
    } else {
      b.field = d.text(), b.value = d.text();
    }
    for (std::string* field : {&b.pattern, &b.reading}) *field = d.text();
    if (const std::uint64_t offset = d.number(); offset != 0) b.offset_bytes = offset - 1;
    return b;
  });
  d.list(f.related, [&] {
    RelatedEvent r;
    r.rule_id = d.text(), r.item = d.text();
    r.offset_bytes = d.number();
    r.length_bytes = static_cast<std::uint32_t>(d.number());
    r.time.ns_since_1970 = static_cast<std::int64_t>(d.number());
    r.precision = static_cast<TimePrecision>(d.number());
    return r;
  });
  if (!d.ok() || !d.at_end())
    return Error{ErrorCode::kDamaged, "The temporary file for findings was changed.", ""};
  return f;
}

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

  Result<Finding> read(const Entry& entry) {
    auto bytes = read(entry.spilled);
    if (!bytes) return std::move(bytes).error();
    return decode_finding(bytes.value());
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
    return compact_if_wasteful();
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

 private:
  Result<std::string> read(const Spilled& spilled) {
    return spills_[spilled.file]->read(spilled.offset_bytes, spilled.length_bytes);
  }

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
    for (auto& [rule, group] : groups) {
      for (Kept& kept : group) {
        auto bytes = read(kept.spilled);
        if (!bytes) return std::move(bytes).error();
        auto at = fresh.append(bytes.value());
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
                          const Finding& finding) {
  return state_->add(state_->group(rule, computer), place, encode_finding(finding));
}

Status FindingStore::merge(FindingStore&& other) { return state_->merge(*other.state_); }

std::vector<FindingStore::Entry> FindingStore::entries() const { return state_->entries(); }
Result<Finding> FindingStore::read(const Entry& entry) { return state_->read(entry); }

std::map<std::uint32_t, FindingStore::Count> FindingStore::counts() const {
  return state_->counts();
}
std::uint64_t FindingStore::kept_count() const { return state_->kept_count(); }
std::uint64_t FindingStore::cap() const { return state_->cap(); }
bool FindingStore::computers_merged() const { return state_->computers_merged(); }

}  // namespace pugmark
