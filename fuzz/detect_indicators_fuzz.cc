// Any bytes as a list of indicators, then what it holds searched in the same bytes. Promised is
// more than survival: the same text gives the same list, limits hold, every indicator is of one
// form and is found where it is written, the fast search says what the slow one says, and the
// prefilter leaves nothing out.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "detect/indicators/file_match.h"
#include "detect/indicators/list.h"
#include "detect/indicators/prefilter.h"
#include "detect/indicators/rules.h"

using namespace pugmark;
using namespace pugmark::indicators;

namespace {

constexpr std::size_t kSearchedBytesMax = 4'096;  // the slow twin takes its time
constexpr std::size_t kSearchedIndicatorsMax = 200;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

std::string described(const List& list) {
  std::string text = list.title + "\n" + list.format + "\n";
  for (const Indicator& one : list.indicators)
    text += std::string(to_string(one.kind)) + " " + one.value + " " + one.written + " " +
            one.where() + " " + one.about + "\n";
  for (const Rejected& one : list.rejected)
    text += std::to_string(one.line) + one.place + " " + one.what + " " + one.hint + "\n";
  for (const std::string& note : list.notes) text += note + "\n";
  return text + std::to_string(list.unlisted_count);
}

void check_list(const List& list, const Limits& limits) {
  require(list.indicators.size() <= limits.indicators, "no more indicators than the limit");
  require(list.rejected.size() <= limits.indicator_rejects, "no more rejects than the limit");
  for (const Indicator& one : list.indicators) {
    require(!one.value.empty() && is_valid_utf8(one.value), "values are texts");
    require(one.value == folded(one.value), "values are folded");
    require(one.line != 0 || !one.place.empty() || list.format != "text", "places are known");
  }
  for (const Rejected& one : list.rejected) require(!one.what.empty(), "a reject says why");
}

void search(const List& list, std::string_view text) {
  std::array<std::vector<Indicator>, kKindsCount> by_kind;
  for (const Indicator& one : list.indicators) {
    auto& of_kind = by_kind[static_cast<std::size_t>(one.kind)];
    if (of_kind.size() < kSearchedIndicatorsMax) of_kind.push_back(one);
  }
  Prefilter::Sets sets;
  for (std::size_t kind = 0; kind < kKindsCount; ++kind) {
    if (!by_kind[kind].empty())
      sets.push_back(
          std::make_shared<const IndicatorSet>(static_cast<Kind>(kind), std::move(by_kind[kind])));
  }
  const Prefilter prefilter(sets);
  const std::string low = folded(text);
  std::vector<std::uint32_t> fast;
  std::vector<std::uint32_t> slow;
  for (const auto& set : sets) {
    set->find(low, SIZE_MAX, fast);
    find_reference(*set, low, slow);
    require(fast == slow, "both searches find the same");
    require(set->holds(low) == !fast.empty(), "holds() says what find() says");
    require(fast.empty() || prefilter.may_hold(Value::text(text)).any(),
            "the prefilter leaves nothing out");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as characters.
  const std::string_view text(reinterpret_cast<const char*>(data), size_bytes);
  Limits tight;
  tight.indicators = 3;
  tight.indicator_rejects = 2;
  tight.indicator_line_bytes = 64;
  for (const Limits& limits : {Limits{}, tight}) {
    const List list = parse_list("list", text, limits);
    check_list(list, limits);
    require(described(list) == described(parse_list("list", text, limits)), "the same again");
    sigma::RuleSet rules;
    add_to_rules({&list, 1}, rules);
    require(rules.rules.size() <= kKindsCount, "one rule a kind");
    search(list, text.substr(0, kSearchedBytesMax));
    for (const Indicator& one : list.indicators) search(list, one.written);
    const FileMatcher matcher({&list, 1});
    matcher.match({text.substr(0, kSearchedBytesMax), "", "", ""});
  }
  return 0;
}
