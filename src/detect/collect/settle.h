#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "detect/collect/scan_state.h"
#include "detect/files/examined_store.h"
#include "detect/results.h"

// The steps of Results::settle(), each a function of what came before.
namespace pugmark {

// What a correlation was offered by those it stands on, and what of it could not take part. Byte
// copies of an item do not count, nor what the limit correlation-hits left out.
struct CorrelationTally {
  struct OfRule {
    std::uint64_t offered_count = 0;
    std::uint64_t part_count = 0;  // that took part
  };
  std::vector<OfRule> rules;  // as in Correlation::rules
  std::uint64_t undated_count = 0;
  std::uint64_t lacking_count = 0;  // lack one of these
  std::set<std::string> lacking_fields;
  std::uint64_t no_number_count = 0;  // have no number in it
  std::string number_field;
};

// Everything the workers brought home, put together but not yet judged.
struct Gathered {
  explicit Gathered(const Limits& limits_in_force)
      : limits(limits_in_force), meters(limits_in_force.log_sources) {}

  Limits limits;
  std::vector<ScannedItem> items;                        // by path
  std::unordered_map<ItemId, std::uint32_t> item_index;  // into `items`
  std::unordered_map<std::string_view, std::uint32_t> index_of_path;
  std::map<ItemId, ItemTally> tallies;
  std::deque<BucketTally> buckets;
  SourceMeters meters;
  files::ExaminedStore examined;
  std::vector<RememberedHit> remembered;
  std::vector<HitStore::Count> hit_counts;  // by correlation
  std::vector<CorrelationTally> correlations;  // filled by judge_correlations()
  // Matches that are no findings: of rules, then of correlations.
  std::vector<std::uint64_t> silenced_counts;
  std::uint64_t disagreements_count = 0;
  std::uint64_t events_count = 0;
  std::uint64_t copies_count = 0;
  std::uint64_t files_count = 0;  // examined
  // Of a rule about files that judges only some of them: how many there were, and what it means
  // if there were none. By its index in Ruleset::file_rules(); the others judge every file.
  struct FilesForRule {
    std::uint64_t count = 0;
    std::string absence;
  };
  std::map<std::uint32_t, FilesForRule> files_for_rules;
};

// Joins the workers' tallies and the items; marks byte copies; corrects clocks. Of an examined file
// whose kind is known every byte counts as read.
Gathered gather(std::vector<Scanner>& scanners, std::vector<Item> items, const Limits& limits);

// Has every item held against the lists of indicators, if there are any; what they say joins what
// the checks said. An item of which nothing was said so far, a log or a large file of no known
// kind, becomes an examined file by it. kIo: temporary file.
Status hold_against_lists(const Ruleset& rules, Gathered& gathered);

// The ledger after the hunt: which rules ran, which could not have seen anything, and why.
std::vector<LedgerEntry> ledger_after(const Ruleset& rules, const Gathered& gathered,
                                      const std::map<std::uint32_t, FindingStore::Count>& counts);

// Coverage of every log source of every computer, by (computer, kind, source), with the techniques
// of the rules which ran on the kinds of event that were there. Byte copies of an item are not
// counted twice. One at a time: there may be many, with hundreds of techniques each.
Status for_each_coverage(const Ruleset& rules, const Gathered& gathered,
                         const std::vector<LedgerEntry>& ledger,
                         const std::function<Status(const Coverage&)>& each);

// Judges all correlations, with the values that were remembered for them; they are gone then. The
// rule number of a correlation's finding is the number of rules plus its index.
Status judge_correlations(const Ruleset& rules, Gathered& gathered, FindingStore& store);

}  // namespace pugmark
