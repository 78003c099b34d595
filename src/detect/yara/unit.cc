#include "detect/yara/unit.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace pugmark::yara {
namespace {

// The estimate of a rule's states is that much above what rules are found to need.
constexpr std::uint64_t kEstimateFactor = 8;

}  // namespace

struct Unit::Assembly {
  std::string text;
  std::vector<std::size_t> indices;        // of rules, in order
  std::vector<std::uint32_t> first_lines;  // in `text`, of each

  // Which of them stands at a line; the first one for the lines in front of it.
  std::size_t rule_at(std::uint32_t line) const {
    const auto behind = std::upper_bound(first_lines.begin(), first_lines.end(), line);
    const auto count = static_cast<std::size_t>(behind - first_lines.begin());
    return count == 0 ? 0 : count - 1;
  }
};

// What is known while includes are followed.
struct Unit::Inclusion {
  SourceFiles& files;
  std::set<const SourceFile*>& owned;
  std::uint64_t depth = 0;
};

Unit::Unit(SourceFile& file, SourceFiles& files, std::set<const SourceFile*>& owned,
           const Limits& limits)
    : limits_(limits), file_(file) {
  add_file(file, {files, owned});
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    by_name_.emplace(rules_[i].statement->name, i);
    check_modules(rules_[i]);
  }
  check_sizes();
}

bool Unit::is_own(const SourceFile& file) const {
  return &file == &file_ || claimed_.contains(&file);
}

void Unit::add_file(SourceFile& file, const Inclusion& inclusion) {
  if (!visited_.insert(&file).second) return;
  if (!file.is_handed_over && inclusion.owned.insert(&file).second) claimed_.insert(&file);
  bytes_count_ += file.text.size();
  for (const Statement& statement : file.statements) {
    if (statement.kind == Statement::Kind::kImport) {
      imports_.insert(statement.name);
    } else if (statement.kind == Statement::Kind::kInclude) {
      add_include(file, statement, inclusion);
    } else if (statement.kind == Statement::Kind::kRule) {
      rules_.push_back({&file, &statement, !is_own(file), statement.fault, "", statement.line});
    } else if (is_own(file)) {
      rejected_.push_back({"", file.shown, statement.line,
                           "Expected a rule, an import or an include.",
                           "Put explanations into comments."});
    }
  }
}

void Unit::add_include(const SourceFile& file, const Statement& include,
                       const Inclusion& inclusion) {
  std::string why;
  SourceFile* const included = inclusion.files.included(file, include.name, why);
  if (included != nullptr && visited_.contains(included)) return;
  if (included != nullptr && inclusion.depth >= limits_.rule_nesting_depth) {
    why = "is nested too deeply (limit rule-nesting-depth)";
  } else if (included != nullptr &&
             bytes_count_ + included->text.size() > limits_.rule_expanded_bytes) {
    why = "makes the file too large with all that it includes (limit rule-expanded-bytes)";
  } else if (included != nullptr) {
    add_file(*included, {inclusion.files, inclusion.owned, inclusion.depth + 1});
    return;
  }
  if (!is_own(file)) return;  // told where the file is a unit itself
  rejected_.push_back({"", file.shown, include.line,
                       fmt::format("The include \"{}\" {}.", include.name, why),
                       "Hand over the folder that has both files."});
}

void Unit::check_modules(UnitRule& rule) const {
  for (const std::string_view module : rule.statement->modules) {
    if (rule.is_rejected() || !imports_.contains(module) || is_allowed_module(module)) continue;
    rule.what = fmt::format("The module {} {}", module, why_not_allowed(module));
  }
}

// Before libyara sees them: its automaton has no limit of its own, but for one that ends the
// program.
void Unit::check_sizes() {
  std::uint64_t states = 0;
  for (UnitRule& rule : rules_) {
    if (rule.is_rejected()) continue;
    states += rule.statement->states_estimate;
    if (states <= limits_.yara_states * kEstimateFactor) continue;
    states -= rule.statement->states_estimate;
    rule.what = "With it the file has too many strings, in all spellings (limit yara-states).";
  }
}

std::vector<std::size_t> Unit::own_rules() const {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < rules_.size(); ++i)
    if (!rules_[i].is_helper && !rules_[i].is_rejected()) indices.push_back(i);
  return indices;
}

// These rules, those they may refer to, directly or not, and those that hold for all. In order.
std::vector<std::size_t> Unit::needed_by(const std::vector<std::size_t>& given) const {
  std::vector<bool> is_needed(rules_.size(), false);
  std::vector<std::size_t> indices;
  const auto add = [&](std::size_t index) {
    if (is_needed[index] || rules_[index].is_rejected()) return;
    is_needed[index] = true;
    indices.push_back(index);
  };
  for (const std::size_t index : given) add(index);
  for (std::size_t i = 0; i < rules_.size() && !given.empty(); ++i)
    if (rules_[i].statement->is_global) add(i);
  std::set<std::pair<std::string_view, bool>> known;
  for (std::size_t next = 0; next < indices.size(); ++next) {
    for (const Reference& reference : rules_[indices[next]].statement->references) {
      if (!known.emplace(reference.name, reference.is_prefix).second) continue;
      auto at = by_name_.lower_bound(reference.name);
      for (; at != by_name_.end() && at->first.starts_with(reference.name); ++at) {
        if (!reference.is_prefix && at->first != reference.name) break;
        add(at->second);
      }
    }
  }
  std::sort(indices.begin(), indices.end());
  return indices;
}

Unit::Assembly Unit::assemble(std::vector<std::size_t> indices) const {
  Assembly assembly;
  assembly.indices = std::move(indices);
  std::set<std::string_view> modules;
  for (const std::size_t index : assembly.indices) {
    for (const std::string_view module : rules_[index].statement->modules)
      if (imports_.contains(module)) modules.insert(module);
  }
  for (const std::string_view module : modules)
    assembly.text += fmt::format("import \"{}\"\n", module);
  auto line = static_cast<std::uint32_t>(1 + modules.size());
  for (const std::size_t index : assembly.indices) {
    const std::string_view text = rules_[index].statement->text;
    assembly.first_lines.push_back(line);
    assembly.text += text;
    assembly.text += '\n';
    line += 1 + static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
  }
  return assembly;
}

// False if so much was compiled for this unit already that it must end.
bool Unit::spend(const Assembly& assembly) {
  compiled_bytes_ += assembly.text.size();
  return compiled_bytes_ <= limits_.rule_expanded_bytes;
}

void Unit::check() {
  std::vector<std::size_t> suspects;
  while (!check_once(&suspects)) {
  }
  if (suspects.empty()) return;
  // What stood behind a rule that was left out may have been blamed without reason.
  std::sort(suspects.begin(), suspects.end());
  for (const std::size_t index : suspects) try_alone(index);
  while (!check_once(nullptr)) {
  }
}

// True if libyara takes all rules that are left, or none is. Else the first it names is left out,
// and with `suspects` the others it names, too.
bool Unit::check_once(std::vector<std::size_t>* suspects) {
  accepted_.clear();
  Assembly assembly = assemble(needed_by(own_rules()));
  if (assembly.indices.empty()) return true;
  if (!spend(assembly)) {
    reject_all("Too many rules of the file were rejected one by one (limit rule-expanded-bytes).",
               "Repair those rejected for other reasons.");
    return true;
  }
  const Check check = check_text(assembly.text);
  if (!check.complaints.empty()) {
    reject_named(assembly, check.complaints, suspects);
    return false;
  }
  if (check.rules_count != assembly.indices.size()) {
    reject_all("libyara finds another number of rules in the file.", "Write it more simply.");
    return true;
  }
  for (const std::size_t index : assembly.indices) accepted_.push_back(&rules_[index]);
  text_ = std::move(assembly.text);
  states_count_ = check.states_count;
  return true;
}

void Unit::reject_named(const Assembly& assembly, const std::vector<Complaint>& complaints,
                        std::vector<std::size_t>* suspects) {
  for (std::size_t i = 0; i < complaints.size(); ++i) {
    const std::size_t at = assembly.rule_at(complaints[i].line);
    UnitRule& rule = rules_[assembly.indices[at]];
    if (rule.is_rejected()) continue;
    if (i > 0 && suspects == nullptr) return;
    if (i > 0) suspects->push_back(assembly.indices[at]);
    rule.what = explained(complaints[i].what);
    rule.line = rule.statement->line + complaints[i].line -
                std::min(complaints[i].line, assembly.first_lines[at]);
    // This is found at the end of the line, and told of the next.
    if (complaints[i].what.starts_with("unterminated")) --rule.line;
  }
}

void Unit::try_alone(std::size_t index) {
  UnitRule& rule = rules_[index];
  const auto [first, last] = by_name_.equal_range(rule.statement->name);
  for (auto at = first; at != last; ++at)
    if (!rules_[at->second].is_rejected()) return;  // the name is taken
  const std::string why = std::exchange(rule.what, "");
  const Assembly assembly = assemble(needed_by({index}));
  if (!spend(assembly) || !check_text(assembly.text).complaints.empty()) rule.what = why;
}

void Unit::reject_all(const std::string& what, const std::string& hint) {
  for (UnitRule& rule : rules_) {
    if (rule.is_rejected()) continue;
    rule.what = what;
    rule.hint = hint;
  }
  accepted_.clear();
  text_.clear();
  states_count_ = 0;
}

std::vector<RejectedRule> Unit::rejected() const {
  std::vector<RejectedRule> rejected = rejected_;
  for (const UnitRule& rule : rules_) {
    if (!rule.is_rejected() || rule.is_helper) continue;  // a helper is told where it stands
    rejected.push_back(
        {std::string(rule.statement->name), rule.file->shown, rule.line, rule.what, rule.hint});
  }
  return rejected;
}

// libyara's words as a sentence, and what it cannot know.
std::string Unit::explained(const std::string& what) const {
  constexpr std::string_view kUndefined = "undefined identifier \"";
  if (what.starts_with(kUndefined) && what.ends_with('"')) {
    std::string_view name = what;
    name.remove_prefix(kUndefined.size());
    name.remove_suffix(1);
    const auto [first, last] = by_name_.equal_range(name);
    for (auto at = first; at != last; ++at) {
      if (rules_[at->second].is_rejected())
        return fmt::format("It depends on the rule {}, which was rejected.", name);
    }
  }
  return fmt::format("libyara: {}.", what);
}

}  // namespace pugmark::yara
