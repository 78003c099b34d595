#include "report/no_match.h"

#include <fmt/format.h>
#include <optional>

#include "base/text.h"
#include "report/words.h"

namespace pugmark {
namespace {

constexpr std::size_t kNamesShown = 5;
// Bounds what is held of a case that has very many; more of them are not counted one by one.
constexpr std::size_t kNamesKept = 10'000;

void keep(const std::string& name, std::set<std::string>& names) {
  if (names.size() < kNamesKept) names.insert(name.empty() ? "(without a name)" : name);
}

// What the findings have, and whether the filters for names are known at all.
struct Known {
  std::uint64_t findings_count = 0;
  std::set<std::string> computers;
  std::set<std::string> rule_titles;
  bool computer_has_findings = false;
  bool computer_was_read = false;
  bool rule_has_findings = false;
  bool rule_was_handed_over = false;
  std::optional<Finding> first;  // in time
  std::optional<Finding> last;
};

void add_finding(const Finding& finding, const Filter& filter, Known& known) {
  ++known.findings_count;
  keep(finding.computer, known.computers);
  keep(finding.rule_title, known.rule_titles);
  if (folded(finding.computer) == folded(filter.computer)) known.computer_has_findings = true;
  if (passes_rule_filter(filter, finding.rule_id, finding.rule_title))
    known.rule_has_findings = true;
  if (finding.precision == TimePrecision::kUnknown) return;
  if (!known.first || finding.time < known.first->time) known.first = finding;
  if (!known.last || finding.time > known.last->time) known.last = finding;
}

Result<Known> known_of(const CaseReader& reader, const Filter& filter) {
  Known known;
  Status status = reader.finding_heads([&](const Finding& finding) {
    add_finding(finding, filter, known);
    return true;
  });
  if (!status.ok()) return status.error();
  status = reader.coverage([&](const Coverage& coverage) {
    if (folded(coverage.computer) == folded(filter.computer)) known.computer_was_read = true;
    return true;
  });
  if (!status.ok()) return status.error();
  status = reader.rules([&](const LedgerEntry& entry) {
    if (passes_rule_filter(filter, entry.rule_id, entry.rule_title))
      known.rule_was_handed_over = true;
    return true;
  });
  if (!status.ok()) return status.error();
  return known;
}

std::string about_computer(const Known& known, const Filter& filter) {
  if (filter.computer.empty() || known.computer_has_findings) return {};
  return fmt::format("{} {}",
                     known.computer_was_read ? "Events of that computer were read."
                                             : "The case has no event of a computer of that name.",
                     names_of("Computers with findings", known.computers));
}

std::string about_rule(const Known& known, const Filter& filter, const std::string& case_path) {
  if (filter.rule.empty() || known.rule_has_findings) return {};
  if (known.rule_was_handed_over) {
    return fmt::format("What became of that rule: pugmark show {} rules --rule {}",
                       escaped(shell_word(case_path)), escaped(shell_word(filter.rule)));
  }
  return fmt::format("No rule of that id or title was handed over. {}",
                     names_of("Rules with findings", known.rule_titles));
}

std::string about_time(const Known& known, const Filter& filter) {
  if (!filter.from && !filter.before) return {};
  if (!known.first) return "No finding has a time.";
  return fmt::format("The times of findings go from {} to {} UTC.",
                     table_time(known.first->time, known.first->precision),
                     table_time(known.last->time, known.last->precision));
}

}  // namespace

std::string filter_words(const Filter& filter) {
  std::vector<std::string> words;
  if (filter.level_min) words.push_back(fmt::format("--level {}", to_string(*filter.level_min)));
  if (!filter.rule.empty()) words.push_back("--rule " + escaped(shell_word(filter.rule)));
  if (!filter.computer.empty())
    words.push_back("--computer " + escaped(shell_word(filter.computer)));
  if (filter.from) words.emplace_back("--from");
  if (filter.before) words.emplace_back("--to");
  if (!filter.item.empty()) words.push_back("--item " + escaped(shell_word(filter.item)));
  if (filter.verdict_min)
    words.push_back(fmt::format("--verdict {}", to_string(*filter.verdict_min)));
  return joined(words, " ");
}

std::string none_passes(std::uint64_t total, std::string_view one, std::string_view many,
                        const Filter& filter) {
  const std::string words = filter_words(filter);
  if (total == 0 || words.empty()) return {};
  if (total == 1) return fmt::format("The only {} does not pass {}.", one, words);
  return fmt::format("None of {} {} passes {}.", grouped(total), many, words);
}

std::string without_time_words(std::uint64_t count) {
  if (count == 0) return {};
  return fmt::format("{} not shown: --from and --to let none pass.",
                     counted(count, "finding without a time is", "findings without a time are"));
}

std::string names_of(std::string_view what, const std::set<std::string>& names) {
  if (names.empty()) return {};
  std::vector<std::string> shown;
  for (const std::string& name : names) {
    if (shown.size() == kNamesShown) break;
    shown.push_back(escaped(name));
  }
  std::string text = fmt::format("{}: {}", what, joined(shown, ", "));
  if (names.size() > shown.size())
    text += fmt::format(" and {} more", grouped(names.size() - shown.size()));
  return text + ".";
}

Result<std::vector<std::string>> no_finding_passes(const CaseReader& reader, const Filter& filter,
                                                   const std::string& case_path) {
  std::vector<std::string> sentences;
  if (filter_words(filter).empty()) return sentences;
  const Result<Known> read = known_of(reader, filter);
  if (!read.ok()) return read.error();
  const Known& known = read.value();
  if (known.findings_count == 0) return sentences;
  for (const std::string& sentence :
       {none_passes(known.findings_count, "finding", "findings", filter),
        about_computer(known, filter), about_rule(known, filter, case_path),
        about_time(known, filter)}) {
    if (!sentence.empty()) sentences.push_back(sentence);
  }
  return sentences;
}

}  // namespace pugmark
