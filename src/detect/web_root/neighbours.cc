#include "detect/web_root/neighbours.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/time.h"

namespace pugmark::web_root {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kDayNs = 86'400 * kSecondNs;

using Pages = std::vector<const Neighbour*>;

std::string day(std::int64_t time_ns) {
  return format_time(TimeUtc{time_ns}, TimePrecision::kSecond);
}

FileStep sign(std::string what, std::string text) {
  return {FileStep::Role::kSign, std::move(what), std::move(text), 0, 0, 0};
}

// Later minus earlier, at least 0; times may be as far apart as their type allows.
std::uint64_t apart(std::int64_t a, std::int64_t b) {
  const auto later = static_cast<std::uint64_t>(std::max(a, b));
  return later - static_cast<std::uint64_t>(std::min(a, b));
}

// The one page whose value no other has, while all others have the same.
const Neighbour* only_one(const Pages& pages,
                          const std::function<std::string(const Neighbour&)>& value_of,
                          std::string& value, std::string& others) {
  std::map<std::string, std::pair<std::size_t, const Neighbour*>> values;
  for (const Neighbour* page : pages) {
    auto& [count, last] = values[value_of(*page)];
    ++count;
    last = page;
    if (values.size() > 2) return nullptr;
  }
  if (values.size() != 2) return nullptr;
  const auto first = values.begin();
  const auto second = std::next(first);
  const auto& rare = first->second.first == 1 ? *first : *second;
  const auto& common = first->second.first == 1 ? *second : *first;
  if (rare.second.first != 1 || rare.first.empty() || common.first.empty()) return nullptr;
  value = rare.first;
  others = common.first;
  return rare.second.second;
}

std::string owner_of(const Neighbour& page) {
  const FileAttributes& attributes = page.item->attributes;
  if (attributes.owner_name != nullptr) return *attributes.owner_name;
  return attributes.owner_id == FileAttributes::kNoOwner ? std::string()
                                                         : std::to_string(attributes.owner_id);
}

std::string mode_of(const Neighbour& page) {
  const std::uint16_t mode = page.item->attributes.mode;
  return mode == FileAttributes::kNoMode ? std::string() : fmt::format("{:04o}", mode);
}

// Plain ASCII is UTF-8, too.
std::string encoding_of(const Neighbour& page) {
  if (page.nature.encoding == TextEncoding::kAscii) return "utf-8";
  return std::string(to_string(page.nature.encoding));
}

std::string language_of(const Neighbour& page) { return page.language; }

// Whoever chooses a name at random mixes letters and digits.
std::string name_form(const Neighbour& page) {
  const std::string& path = page.item->path;
  const std::string_view file = std::string_view(path).substr(path.find_last_of("/\\") + 1);
  const std::string_view stem = file.substr(0, file.find('.'));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto digits = static_cast<std::size_t>(std::count_if(stem.begin(), stem.end(), is_digit));
  constexpr std::size_t kMixedMin = 2;
  if (digits == stem.size()) return "digits";
  return digits >= kMixedMin ? "letters and digits" : "letters";
}

std::string extension(const Neighbour& page) { return extension_of(page.item->path); }

class OddOnes {
 public:
  explicit OddOnes(Pages pages) : pages_(std::move(pages)) {}

  std::vector<Standing> find() {
    add_age();
    add_only("its owner is {}, of all others {}", owner_of, true);
    add_only("its mode is {}, of all others {}", mode_of, false);
    add_only("its encoding is {}, of all others {}", encoding_of, false);
    add_only("its extension is {}, of all others {}", extension, false);
    add_only("its directive names the language {}, that of all others {}", language_of, false);
    add_only("its name is made of {}, that of all others of {}", name_form, false);
    add_size();
    constexpr std::size_t kSignsMin = 3;
    std::vector<Standing> found;
    for (auto& [entry, signs] : signs_) {
      if (signs.has_strong && signs.steps.size() >= kSignsMin)
        found.push_back({entry, std::move(signs.steps)});
    }
    return found;
  }

 private:
  struct Signs {
    std::vector<FileStep> steps;
    bool has_strong = false;
  };

  void add(const Neighbour& page, FileStep step, bool is_strong) {
    Signs& signs = signs_[page.entry];
    signs.steps.push_back(std::move(step));
    signs.has_strong = signs.has_strong || is_strong;
  }

  template <class ValueOf>
  void add_only(fmt::format_string<std::string&, std::string&> words, ValueOf value_of,
                bool is_strong) {
    std::string value;
    std::string others;
    const Neighbour* const page = only_one(pages_, value_of, value, others);
    if (page != nullptr) add(*page, sign(fmt::format(words, value, others), ""), is_strong);
  }

  void add_age() {
    constexpr std::uint64_t kMuchLaterNs = 30 * static_cast<std::uint64_t>(kDayNs);
    const Neighbour* last = nullptr;
    std::int64_t last_ns = FileAttributes::kNoTime;
    std::int64_t others_ns = FileAttributes::kNoTime;  // the last of all others
    for (const Neighbour* page : pages_) {
      const std::int64_t time_ns = page->item->attributes.modified_ns;
      if (time_ns == FileAttributes::kNoTime) return;
      if (last == nullptr || time_ns > last_ns) {
        others_ns = last_ns;
        last_ns = time_ns;
        last = page;
      } else {
        others_ns = std::max(others_ns, time_ns);
      }
    }
    if (last == nullptr || apart(last_ns, others_ns) < kMuchLaterNs) return;
    add(*last,
        sign(
            fmt::format("was modified {}, the last of all others {}", day(last_ns), day(others_ns)),
            ""),
        true);
  }

  void add_size() {
    Pages by_size = pages_;
    std::stable_sort(by_size.begin(), by_size.end(), [](const Neighbour* a, const Neighbour* b) {
      return a->item->size_bytes < b->item->size_bytes;
    });
    const auto size = [&](std::size_t i) { return by_size[i]->item->size_bytes; };
    const std::size_t last = by_size.size() - 1;
    const auto say = [&](std::size_t one, std::size_t next, const char* words) {
      add(*by_size[one],
          sign(fmt::format("has {} bytes, the {} of all others {}", size(one), words, size(next)),
               ""),
          false);
    };
    constexpr std::uint64_t kTimes = 4;
    if (size(0) < size(1) / kTimes) say(0, 1, "smallest");
    if (size(last) / kTimes > size(last - 1)) say(last, last - 1, "largest");
  }

  Pages pages_;
  std::map<std::size_t, Signs> signs_;
};

bool has_fraction(std::int64_t time_ns) { return time_ns % kSecondNs != 0; }

// When a file came to be where it is: its birth, or the last change of what the file system keeps.
struct Arrival {
  std::int64_t time_ns = FileAttributes::kNoTime;
  const char* called = "";
};
Arrival arrival_of(const Neighbour& file, bool by_birth) {
  const FileAttributes& attributes = file.item->attributes;
  if (by_birth) return {attributes.created_ns, "created"};
  return {attributes.changed_ns, "changed by the file system"};
}

// Both files have the same time, to a fraction of a second, which no other file of the folder is
// near to; they are not copies, and one arrived days after the other.
std::optional<Standing> taken_over(const Neighbour& a, const Neighbour& b) {
  if (a.item->sha256 && a.item->sha256 == b.item->sha256) return std::nullopt;
  for (const bool by_birth : {true, false}) {
    const Arrival of_a = arrival_of(a, by_birth);
    const Arrival of_b = arrival_of(b, by_birth);
    if (of_a.time_ns == FileAttributes::kNoTime || of_b.time_ns == FileAttributes::kNoTime)
      continue;
    if (apart(of_a.time_ns, of_b.time_ns) < static_cast<std::uint64_t>(kDayNs)) return std::nullopt;
    const bool is_a = of_a.time_ns > of_b.time_ns;
    const Neighbour& late = is_a ? a : b;
    const Neighbour& early = is_a ? b : a;
    if (!late.is_executable) return std::nullopt;
    const std::int64_t late_ns = is_a ? of_a.time_ns : of_b.time_ns;
    const std::int64_t early_ns = is_a ? of_b.time_ns : of_a.time_ns;
    return Standing{
        late.entry,
        {sign("was modified to the fraction of a second when this neighbour was", early.item->path),
         sign(fmt::format("but {} {}, the neighbour {}", of_a.called, day(late_ns), day(early_ns)),
              "")}};
  }
  return std::nullopt;
}

void find_taken_over(const std::vector<const Neighbour*>& by_time, std::vector<Standing>& found) {
  const auto time = [&](std::size_t i) { return by_time[i]->item->attributes.modified_ns; };
  const auto is_near = [&](std::size_t i, std::size_t j) {
    return apart(time(i), time(j)) <= static_cast<std::uint64_t>(kSecondNs);
  };
  for (std::size_t i = 0; i + 1 < by_time.size(); ++i) {
    if (time(i) != time(i + 1) || !has_fraction(time(i))) continue;
    if (i > 0 && is_near(i - 1, i)) continue;
    if (i + 2 < by_time.size() && is_near(i + 1, i + 2)) continue;
    if (auto standing = taken_over(*by_time[i], *by_time[i + 1]))
      found.push_back(std::move(*standing));
  }
}

// One file alone was modified at a whole second, long before it was created, and was created after
// all others.
void find_whole_second(const std::vector<const Neighbour*>& by_time, std::vector<Standing>& found) {
  const Neighbour* whole = nullptr;
  std::int64_t others_born_ns = FileAttributes::kNoTime;
  for (const Neighbour* file : by_time) {
    const FileAttributes& attributes = file->item->attributes;
    if (attributes.created_ns == FileAttributes::kNoTime ||
        attributes.precision < TimePrecision::kHundredNanoseconds)
      return;
    if (has_fraction(attributes.modified_ns)) {
      others_born_ns = std::max(others_born_ns, attributes.created_ns);
    } else if (whole != nullptr) {
      return;
    } else {
      whole = file;
    }
  }
  if (whole == nullptr || by_time.size() < kOddAmongMin || !whole->is_executable) return;
  const FileAttributes& attributes = whole->item->attributes;
  const bool is_younger =
      attributes.created_ns > others_born_ns &&
      apart(attributes.created_ns, others_born_ns) >= static_cast<std::uint64_t>(kDayNs);
  const bool looks_old = attributes.modified_ns < others_born_ns &&
                         apart(attributes.modified_ns, attributes.created_ns) >=
                             30 * static_cast<std::uint64_t>(kDayNs);
  if (!is_younger || !looks_old) return;
  found.push_back(
      {whole->entry,
       {sign(fmt::format("was modified {}, a whole second; all {} neighbours have fractions",
                         day(attributes.modified_ns), by_time.size() - 1),
             ""),
        sign(fmt::format("but created {}, after all of them", day(attributes.created_ns)), "")}});
}

}  // namespace

std::vector<Standing> odd_ones_out(std::span<const Neighbour> folder) {
  Pages pages;
  for (const Neighbour& file : folder) {
    if (file.is_page) pages.push_back(&file);
  }
  if (pages.size() < kOddAmongMin) return {};
  return OddOnes(std::move(pages)).find();
}

std::vector<Standing> changed_times(std::span<const Neighbour> folder) {
  std::vector<const Neighbour*> by_time;
  for (const Neighbour& file : folder) {
    if (file.item->attributes.modified_ns != FileAttributes::kNoTime) by_time.push_back(&file);
  }
  std::stable_sort(by_time.begin(), by_time.end(), [](const Neighbour* a, const Neighbour* b) {
    return a->item->attributes.modified_ns < b->item->attributes.modified_ns;
  });
  std::vector<Standing> found;
  find_taken_over(by_time, found);
  find_whole_second(by_time, found);
  return found;
}

}  // namespace pugmark::web_root
