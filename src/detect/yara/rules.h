#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/limits.h"
#include "base/result.h"
#include "detect/finding.h"
#include "detect/ledger.h"
#include "detect/yara/library.h"

namespace pugmark::yara {

// A string of a rule, as it is written.
struct RuleString {
  std::string name;  // "$a"; "$" if it has none
  std::string text;  // "\"eval(\" nocase"
};

// A rule that runs.
struct Rule {
  std::string name;
  std::string id;          // its name; with its file where one read before has the same
  std::string file;        // as handed over; "rules/yara/..." if it is the program's own
  std::uint32_t line = 0;  // in the file, from 1
  std::string title;       // its description, else its name
  Level level = Level::kHigh;
  std::string author;
  std::vector<std::string> references;
  std::vector<std::string> techniques;  // "T1505.003"
  std::vector<std::string> tags;
  std::vector<std::pair<std::string, std::string>> meta;  // in the order of the rule
  std::vector<RuleString> strings;                        // in the order of the rule
  std::string text;                                       // as it stands in its file
  bool is_private = false;  // it serves other rules and is never a finding
  bool is_global = false;   // no rule of its file is a finding where it does not hold
  // One of those that find ordinary classic ASP pages too often to be believed alone (ADR 22).
  bool is_noisy = false;
};

// A rule, an include, or a whole file that is not used.
struct RejectedRule {
  std::string name;  // of the rule; "" for all else
  std::string file;
  std::uint32_t line = 0;  // 0: the whole file
  std::string what;        // full sentences
  std::string hint;        // may be empty

  std::string message() const;  // "file:line: what hint"
};

struct RulesOptions {
  std::vector<std::filesystem::path> paths;  // files, and folders with every *.yar and *.yara below
  std::string own_folder;      // the one of `paths` whose files are named "rules/yara/..."
  unsigned threads_count = 1;  // changes nothing in the result
  Limits limits;
};

// All YARA rules of a hunt, compiled together. Immutable; shared by all threads. A file may include
// others of those handed over; what it includes it may refer to, but each rule is a finding once,
// under the file it stands in. Nothing depends on the order of the paths.
class Rules {
 public:
  // Whatever cannot be used is in rejected(), and the rest of its file is. kNotFound: a path does
  // not exist. kUnsupported: libyara contradicts itself.
  static Result<std::unique_ptr<Rules>> load(const RulesOptions& options);

  // In the order of their files, then of their lines. Private ones are among them.
  std::span<const Rule> rules() const { return rules_; }
  std::span<const RejectedRule> rejected() const { return rejected_; }
  // Of the folders given, those without any rule file.
  const std::vector<std::string>& empty_folders() const { return empty_folders_; }

  // One entry of the kind "yara" for every rule and for all that was rejected.
  std::vector<LedgerEntry> ledger() const;

  // SHA-256 over the texts of all rules and what was said of the rejected ones: equal digests,
  // equal rules.
  Sha256 digest() const;

  // For the scanner. Null if there are no rules.
  YR_RULES* compiled() const { return compiled_.get(); }
  // The index in rules() of a rule of libyara by its index; none (-1) if it only serves others.
  std::int32_t rule_of(std::size_t compiled_index) const { return rule_of_[compiled_index]; }

 private:
  std::vector<Rule> rules_;
  std::vector<RejectedRule> rejected_;
  std::vector<std::string> empty_folders_;
  CompiledRules compiled_;
  std::vector<std::int32_t> rule_of_;

  Rules() = default;
  friend class Loader;
};

}  // namespace pugmark::yara
