#include "detect/yara/rules.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <set>
#include <system_error>
#include <yara.h>

#include "base/bytes.h"
#include "base/threads.h"
#include "detect/yara/files.h"
#include "detect/yara/metadata.h"
#include "detect/yara/unit.h"

namespace pugmark::yara {

// Loads one Rules, step by step.
class Loader {
 public:
  explicit Loader(const RulesOptions& options)
      : options_(options),
        files_(options.paths, options.own_folder, options.limits),
        rules_(new Rules) {}

  Result<std::unique_ptr<Rules>> load() {
    check_units();
    bound_states();
    std::vector<std::string> texts;
    for (const Unit& unit : units_)
      if (!unit.accepted().empty()) texts.push_back(unit.text());
    if (!texts.empty()) {
      auto compiled = compile_texts(texts);
      if (!compiled) return std::move(compiled).error();
      rules_->compiled_ = std::move(compiled).value();
      describe_rules();
    }
    give_ids();
    gather_rejected();
    return std::move(rules_);
  }

 private:
  void check_units() {
    std::set<const SourceFile*> owned;
    for (SourceFile* file : files_.handed_over())
      units_.emplace_back(*file, files_, owned, options_.limits);
    std::atomic<std::size_t> next = 0;
    const auto work = [&](unsigned) {
      for (std::size_t i = next++; i < units_.size(); i = next++) units_[i].check();
    };
    run_on_threads(std::min(options_.threads_count, static_cast<unsigned>(units_.size())), work);
  }

  void bound_states() {
    std::uint64_t states = 0;
    for (Unit& unit : units_) {
      states += unit.states_count();
      if (states <= options_.limits.yara_states) continue;
      states -= unit.states_count();
      unit.reject_all("With its file the rules have too many strings (limit yara-states).",
                      "Give fewer rule files.");
    }
  }

  // Rules stand in the compiled form as they stood in the texts, one after the other.
  void describe_rules() {
    const YR_RULES& compiled = *rules_->compiled_;
    std::size_t index = 0;
    for (const Unit& unit : units_) {
      for (const UnitRule* rule : unit.accepted()) {
        assert(index < compiled.num_rules);
        YR_RULE& of_libyara = compiled.rules_table[index++];
        assert(rule->statement->name == of_libyara.identifier);
        const auto own_index = static_cast<std::int32_t>(rules_->rules_.size());
        rules_->rule_of_.push_back(rule->is_helper ? -1 : own_index);
        if (rule->is_helper) continue;
        rules_->rules_.push_back(described(*rule, of_libyara));
      }
    }
    assert(index == compiled.num_rules);
    index = 0;
    for (const Unit& unit : units_) {
      for (const UnitRule* rule : unit.accepted())
        want_all_matches(compiled.rules_table[index++], *rule->statement);
    }
  }

  // libyara knows of which strings the first match is enough, and the scanner lets it look no
  // further. Of one kind of condition 4.2.3 is wrong about it.
  static void want_all_matches(const YR_RULE& rule, const Statement& statement) {
    if (!statement.asks_where_of_set) return;
    YR_STRING* string = nullptr;
    yr_rule_strings_foreach((&rule), string) {
      string->flags &= ~static_cast<std::uint32_t>(STRING_FLAGS_SINGLE_MATCH);
    }
  }

  static Rule described(const UnitRule& from, const YR_RULE& of_libyara) {
    Rule rule;
    rule.name = from.statement->name;
    rule.file = from.file->shown;
    rule.line = from.statement->line;
    rule.text = from.statement->text;
    rule.is_private = from.statement->is_private;
    rule.is_global = from.statement->is_global;
    for (const StringDefinition& string : from.statement->strings)
      rule.strings.push_back({std::string(string.name), std::string(string.text)});
    const char* tag = nullptr;
    yr_rule_tags_foreach((&of_libyara), tag) { rule.tags.emplace_back(tag); }
    const YR_META* meta = nullptr;
    yr_rule_metas_foreach((&of_libyara), meta) {
      rule.meta.emplace_back(meta->identifier, value_of(*meta));
    }
    describe(rule);
    return rule;
  }

  static std::string value_of(const YR_META& meta) {
    if (meta.type == META_TYPE_STRING) return meta.string;
    if (meta.type == META_TYPE_BOOLEAN) return meta.integer != 0 ? "true" : "false";
    return fmt::format("{}", meta.integer);
  }

  // Ids name rules in findings and in the ledger, so no two may share one. Names serve for that:
  // the `id` in the meta of public rules is shared by up to 224 of them. A name that two files have
  // stands with its file in all but the first.
  void give_ids() {
    std::set<std::string> known;
    for (Rule& rule : rules_->rules_) {
      rule.id = rule.name;
      if (known.insert(rule.id).second) continue;
      rule.id =
          fmt::format("{}@{}", rule.name, std::filesystem::path(rule.file).filename().string());
      if (known.insert(rule.id).second) continue;
      // Within a file names differ, and no two files have one path.
      rule.id = fmt::format("{}@{}", rule.name, rule.file);
      known.insert(rule.id);
    }
  }

  void gather_rejected() {
    std::vector<RejectedRule>& all = rules_->rejected_;
    all = std::move(files_.rejected());
    for (const Unit& unit : units_) {
      const std::vector<RejectedRule> of_unit = unit.rejected();
      all.insert(all.end(), of_unit.begin(), of_unit.end());
    }
    std::stable_sort(all.begin(), all.end(), [](const RejectedRule& a, const RejectedRule& b) {
      return std::tie(a.file, a.line) < std::tie(b.file, b.line);
    });
    rules_->empty_folders_ = files_.empty_folders();
  }

  const RulesOptions& options_;
  SourceFiles files_;
  std::deque<Unit> units_;  // that never move
  std::unique_ptr<Rules> rules_;
};

std::string RejectedRule::message() const {
  const std::string place = line == 0 ? file : fmt::format("{}:{}", file, line);
  const std::string subject = name.empty() ? "" : fmt::format("The rule {} is rejected. ", name);
  return fmt::format("{}: {}{}{}{}", place, subject, what, hint.empty() ? "" : " ", hint);
}

Result<std::unique_ptr<Rules>> Rules::load(const RulesOptions& options) {
  for (const std::filesystem::path& path : options.paths) {
    std::error_code code;
    if (std::filesystem::exists(path, code)) continue;
    return Error{ErrorCode::kNotFound,
                 fmt::format("{}: there is no such rule file or folder.", path.string()),
                 "Check its spelling."};
  }
  return Loader(options).load();
}

std::vector<LedgerEntry> Rules::ledger() const {
  std::vector<LedgerEntry> ledger;
  for (const Rule& rule : rules_) {
    LedgerEntry& entry = ledger.emplace_back();
    entry.rule_id = rule.id;
    entry.rule_title = rule.title;
    entry.kind = "yara";
    entry.level = rule.level;
    entry.author = rule.author;
    entry.file = rule.file;
    entry.line = rule.line;
    entry.techniques = rule.techniques;
    entry.tags = rule.tags;
    entry.references = rule.references;
    entry.text = rule.text;
    if (rule.is_private) entry.why = "Private: it serves other rules and is no finding itself.";
  }
  for (const RejectedRule& rejected : rejected_) {
    LedgerEntry& entry = ledger.emplace_back();
    entry.rule_id = rejected.name;
    entry.kind = "yara";
    entry.file = rejected.file;
    entry.line = rejected.line;
    entry.state = RuleState::kRejected;
    entry.why = rejected.message();
  }
  return ledger;
}

Sha256 Rules::digest() const {
  Sha256Stream stream;
  const auto add = [&](std::string_view text) {
    stream.update(as_bytes(text));
    stream.update(as_bytes(std::string_view("\0", 1)));
  };
  for (const Rule& rule : rules_) add(rule.text);
  for (const RejectedRule& rejected : rejected_) add(rejected.what);
  return stream.finish();
}

}  // namespace pugmark::yara
