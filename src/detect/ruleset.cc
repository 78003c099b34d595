#include "detect/ruleset.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <span>
#include <string_view>
#include <system_error>

#include "detect/collect/describe.h"
#include "detect/engine/engine.h"
#include "detect/files/list_check.h"
#include "detect/files/script_check.h"
#include "detect/files/yara_check.h"
#include "detect/indicators/list.h"
#include "detect/indicators/rules.h"
#include "detect/script/model/model.h"
#include "detect/sigma/folder.h"
#include "detect/sigma/read_file.h"
#include "detect/sigma/yaml.h"
#include "detect/web_root/rules.h"
#include "detect/yara/files.h"
#include "detect/yara/rules.h"

namespace pugmark {
namespace {

Error faulty_placeholders(const std::string& file, const sigma::Fault& fault) {
  return {ErrorCode::kInvalidInput, fmt::format("{}:{}: {}", file, fault.line, fault.what),
          fault.hint};
}

Error unreadable_placeholders(const std::string& file, const sigma::ReadFailure& failure) {
  ErrorCode code = ErrorCode::kIo;
  if (failure.error_number == ENOENT || failure.error_number == ENOTDIR)
    code = ErrorCode::kNotFound;
  if (failure.error_number == EISDIR || failure.error_number == ENOTSUP)
    code = ErrorCode::kInvalidInput;
  return {code, fmt::format("{}: the placeholders file cannot be read: {}", file, failure.reason()),
          "Check the path given to --placeholders."};
}

// A YAML map: placeholder name -> one value, or a list of them.
Result<sigma::Placeholders> read_placeholders(const std::string& file, const Limits& limits) {
  sigma::Placeholders placeholders;
  if (file.empty()) return placeholders;
  std::string text;
  if (const auto failure = sigma::read_whole(file, limits.rule_file_bytes, text))
    return unreadable_placeholders(file, failure);
  const sigma::YamlFile yaml = sigma::parse_yaml(text, limits);
  if (yaml.fault) return faulty_placeholders(file, *yaml.fault);
  const sigma::Fault shape{1, "Expected a map of placeholder names to a value or a list of values.",
                           "Write for instance: Administrators: [root, alice]"};
  for (const sigma::YamlDocument& document : yaml.documents) {
    if (!document.root.is_map()) return faulty_placeholders(file, shape);
    for (const sigma::Node& entry : document.root.children) {
      auto& values = placeholders[entry.key];
      if (entry.is_scalar()) values.push_back(entry.text);
      for (const sigma::Node& value : entry.children) {
        if (!value.is_scalar() || !entry.is_list()) return faulty_placeholders(file, shape);
        values.push_back(value.text);
      }
    }
  }
  return placeholders;
}

// A path that is not there is a mistake of the user, not a rule that cannot be read.
Result<std::vector<std::filesystem::path>> existing_paths(const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> existing;
  for (const std::string& path : paths) {
    std::error_code code;
    if (!std::filesystem::exists(path, code)) {
      return Error{ErrorCode::kNotFound,
                   fmt::format("{}: there is no such rule file or folder.", path),
                   "Check its spelling."};
    }
    existing.emplace_back(path);
  }
  return existing;
}

Error no_usable_rule(const sigma::RuleSet& rules, const yara::Rules& yara) {
  if (rules.rejected.empty() && yara.rejected().empty()) {
    return {ErrorCode::kInvalidInput, "There is no rule in the files named",
            "Name files or folders of Sigma or YARA rules."};
  }
  return {ErrorCode::kInvalidInput,
          fmt::format("There is no usable rule. {}", rules.rejected.empty()
                                                         ? yara.rejected().front().message()
                                                         : rules.rejected.front().message()),
          "See what is wrong with each: pugmark rules check DIR"};
}

// Whoever names a folder believes that its rules run. Collections of rules have empty folders too:
// among others they are only told.
Status check_not_empty(const sigma::RuleSet& rules, const RulesetOptions& options) {
  const auto is_useless = [&](const std::string& path) {
    return path == options.own_folder ||
           std::find(rules.empty_folders.begin(), rules.empty_folders.end(), path) !=
               rules.empty_folders.end();
  };
  const bool are_all_useless = std::all_of(options.paths.begin(), options.paths.end(), is_useless);
  const bool is_only_own = options.paths.size() == 1 && options.paths.front() == options.own_folder;
  if (rules.empty_folders.empty() || !are_all_useless || is_only_own) return {};
  return Error{ErrorCode::kInvalidInput,
               fmt::format("{}: there is no rule in it, no file named .yml or .yaml",
                           rules.empty_folders.front()),
               "Name the folder in which the rules are, or a rule file itself."};
}

// The same for folders of YARA rules.
Status check_not_empty(const yara::Rules& yara, const RulesetOptions& options) {
  for (const std::string& folder : yara.empty_folders()) {
    if (folder == options.own_yara_folder || !yara.rules().empty() || !yara.rejected().empty())
      continue;
    return Error{
        ErrorCode::kInvalidInput,
        fmt::format("{}: there is no YARA rule in it, no file named .yar or .yara", folder),
        "Name the folder in which the rules are, or a rule file itself."};
  }
  return {};
}

Result<std::unique_ptr<yara::Rules>> load_yara(const RulesetOptions& options) {
  yara::RulesOptions of_yara;
  of_yara.paths.assign(options.yara_paths.begin(), options.yara_paths.end());
  of_yara.own_folder = options.own_yara_folder;
  of_yara.threads_count = options.threads_count;
  of_yara.limits = options.limits;
  auto rules = yara::Rules::load(of_yara);
  if (!rules) return rules;
  if (auto status = check_not_empty(*rules.value(), options); !status)
    return std::move(status).error();
  return rules;
}

Result<std::vector<indicators::List>> read_lists(const RulesetOptions& options) {
  std::vector<std::string> files = options.indicator_files;
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  std::vector<indicators::List> lists;
  for (const std::string& file : files) {
    auto list = indicators::load_list(file, options.limits);
    if (!list) return std::move(list).error();
    lists.push_back(std::move(list).value());
  }
  return lists;
}

struct ScriptModel {
  std::unique_ptr<const script::Model> model;
  std::string text;
};
Result<ScriptModel> load_script_model(const RulesetOptions& options) {
  ScriptModel loaded;
  if (options.script_model_file.empty() || !options.analyses_scripts) return loaded;
  const std::string& file = options.script_model_file;
  if (const auto failure = sigma::read_whole(file, options.limits.rule_file_bytes, loaded.text))
    return Error{ErrorCode::kIo,
                 fmt::format("{}: the model of scripts cannot be read: {}", file, failure.reason()),
                 "Install the program's rules again."};
  auto model = script::Model::parse(loaded.text);
  if (!model)
    return Error{model.error().code, fmt::format("{}: {}", file, model.error().message),
                 "Install the program's rules again."};
  loaded.model = std::make_unique<const script::Model>(std::move(model).value());
  return loaded;
}

Sha256 digest_of(const sigma::RuleSet& rules, const yara::Rules& yara, const std::string& model) {
  Sha256Stream stream;
  const auto add = [&](const sigma::Document& document) {
    stream.update(as_bytes(document.text));
    stream.update(as_bytes(std::string_view("\0", 1)));
  };
  for (const auto& rule : rules.rules) add(rule);
  for (const auto& correlation : rules.correlations) add(correlation);
  for (const auto& filter : rules.filters) add(filter);
  for (const auto& rejected : rules.rejected) stream.update(as_bytes(rejected.what));
  if (!yara.rules().empty() || !yara.rejected().empty()) stream.update(yara.digest());
  if (!model.empty()) stream.update(as_bytes(model));
  return stream.finish();
}

// Those of scripts, then those of web roots.
std::vector<files::FileRule> rules_of_own_analysis() {
  std::vector<files::FileRule> rules = files::rules_of_scripts();
  for (files::FileRule& rule : web_root::rules_of_web_roots()) rules.push_back(std::move(rule));
  return rules;
}

Status check_excluded(const sigma::RuleSet& rules, const yara::Rules& yara,
                      const files::ListCheck& lists, const std::vector<std::string>& excluded) {
  const std::vector<files::FileRule> own = rules_of_own_analysis();
  for (const std::string& id : excluded) {
    const auto is_named_so = [&](const yara::Rule& rule) { return rule.id == id; };
    if (std::any_of(yara.rules().begin(), yara.rules().end(), is_named_so)) continue;
    const auto is_its = [&](const files::FileRule& rule) { return rule.entry.rule_id == id; };
    if (std::any_of(own.begin(), own.end(), is_its) ||
        std::any_of(lists.rules().begin(), lists.rules().end(), is_its))
      continue;
    const auto has_id = [&](const auto& document) { return document.id == id; };
    if (std::any_of(rules.rules.begin(), rules.rules.end(), has_id) ||
        std::any_of(rules.correlations.begin(), rules.correlations.end(), has_id) ||
        std::any_of(rules.filters.begin(), rules.filters.end(), has_id))
      continue;
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("No rule or filter has the id {} that is to be excluded.", id),
                 "List the ids with: pugmark rules list DIR"};
  }
  return {};
}

}  // namespace

std::vector<std::string> rule_files(const std::vector<std::string>& paths) {
  return sigma::rule_files(std::vector<std::filesystem::path>(paths.begin(), paths.end()));
}

std::vector<std::string> yara_rule_files(const std::vector<std::string>& paths) {
  const std::vector<std::filesystem::path> roots(paths.begin(), paths.end());
  const Limits limits;
  const yara::SourceFiles files(roots, "", limits);
  std::vector<std::string> names;
  for (const yara::SourceFile* file : files.handed_over()) names.push_back(file->path);
  return names;
}

Ruleset::Ruleset(std::unique_ptr<engine::Engine> engine, std::unique_ptr<yara::Rules> yara)
    : engine_(std::move(engine)), yara_(std::move(yara)) {}
Ruleset::~Ruleset() = default;

Result<std::unique_ptr<Ruleset>> Ruleset::load(const RulesetOptions& options) {
  auto paths = existing_paths(options.paths);
  if (!paths) return std::move(paths).error();
  auto placeholders = read_placeholders(options.placeholders_file, options.limits);
  if (!placeholders) return std::move(placeholders).error();
  const sigma::ParseOptions parse{options.limits, std::move(placeholders).value(),
                                  options.excluded_ids};
  sigma::RuleSet rules =
      sigma::load_rules(paths.value(), parse, options.threads_count, options.own_folder);
  if (auto status = check_not_empty(rules, options); !status) return std::move(status).error();
  auto lists = read_lists(options);
  if (!lists) return std::move(lists).error();
  indicators::add_to_rules(lists.value(), rules);
  auto list_check = std::make_unique<files::ListCheck>(std::move(lists).value());
  auto yara = load_yara(options);
  if (!yara) return std::move(yara).error();
  const bool has_rules = !rules.rules.empty() || !yara.value()->rules().empty();
  const bool has_rejected = !rules.rejected.empty() || !yara.value()->rejected().empty();
  if (!has_rules && (!options.rejected_suffice || !has_rejected))
    return no_usable_rule(rules, *yara.value());
  if (auto status = check_excluded(rules, *yara.value(), *list_check, options.excluded_ids);
      !status)
    return std::move(status).error();
  auto model = load_script_model(options);
  if (!model) return std::move(model).error();
  const Sha256 digest = digest_of(rules, *yara.value(), model.value().text);
  std::unique_ptr<Ruleset> ruleset(
      new Ruleset(std::make_unique<engine::Engine>(std::move(rules), options, digest),
                  std::move(yara).value()));
  ruleset->script_model_ = std::move(model.value().model);
  ruleset->add_file_rules(std::move(list_check), options);
  return ruleset;
}

void Ruleset::add_file_rules(std::unique_ptr<files::ListCheck> list_check,
                             const RulesetOptions& options) {
  file_rules_ = files::file_rules_of(*yara_);
  first_script_rule_ = static_cast<std::uint32_t>(file_rules_.size());
  analyses_scripts_ = options.analyses_scripts;
  if (analyses_scripts_) {
    first_web_root_rule_ =
        first_script_rule_ + static_cast<std::uint32_t>(files::rules_of_scripts().size());
    for (files::FileRule& rule : rules_of_own_analysis()) file_rules_.push_back(std::move(rule));
  }
  first_list_rule_ = static_cast<std::uint32_t>(file_rules_.size());
  const std::span<const files::FileRule> of_lists = list_check->rules();
  file_rules_.insert(file_rules_.end(), of_lists.begin(), of_lists.end());
  disable_file_rules(options);
  if (of_lists.empty()) return;
  const auto in_use = std::span(file_rules_).subspan(first_list_rule_);
  wants_md5_ = list_check->wants_md5(in_use);
  wants_sha1_ = list_check->wants_sha1(in_use);
  list_check_ = std::move(list_check);
}

void Ruleset::disable_file_rules(const RulesetOptions& options) {
  std::map<std::string_view, const LedgerEntry*> first_lists;  // by id: what they look for
  for (std::size_t i = 0; i < file_rules_.size(); ++i) {
    files::FileRule& rule = file_rules_[i];
    LedgerEntry& entry = rule.entry;
    std::string why;
    if (options.level_min && entry.level < *options.level_min)
      why = fmt::format("Its level is below {}.", to_string(*options.level_min));
    const auto& excluded = options.excluded_ids;
    if (std::find(excluded.begin(), excluded.end(), entry.rule_id) != excluded.end())
      why = "Excluded by its id.";
    if (i >= first_list_rule_) {
      const auto [first, is_first] = first_lists.try_emplace(entry.rule_id, &entry);
      if (!is_first)
        why = fmt::format("The rule at {}:{} has the same id.", first->second->file,
                          first->second->line);
    }
    if (why.empty()) continue;
    entry.state = RuleState::kDisabled;
    entry.why = why;
  }
}

const std::vector<std::string>& Ruleset::empty_folders() const {
  return engine_->rules().empty_folders;
}

const std::vector<std::string>& Ruleset::empty_yara_folders() const {
  return yara_->empty_folders();
}

std::vector<LedgerEntry> Ruleset::ledger() const {
  std::vector<LedgerEntry> ledger;
  const sigma::RuleSet& rules = engine_->rules();
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i) {
    LedgerEntry entry;
    describe_rule(rules.rules[i], entry);
    const bool is_list = rules.rules[i].is_list;
    entry.kind = is_list ? "indicators" : "rule";
    entry.log_source = is_list ? "every log" : rules.rules[i].logsource.text();
    if (engine_->part(i).is_disabled) {
      entry.state = RuleState::kDisabled;
      entry.why = engine_->part(i).why;
    } else if (engine_->routing(i).routes.empty()) {
      entry.state = RuleState::kNotObservable;
      entry.why = engine_->routing(i).why_not;
    }
    ledger.push_back(std::move(entry));
  }
  for (std::uint32_t i = 0; i < rules.correlations.size(); ++i) {
    LedgerEntry entry;
    describe_rule(rules.correlations[i], entry);
    entry.kind = "correlation";
    if (engine_->part_of_correlation(i).is_disabled) {
      entry.state = RuleState::kDisabled;
      entry.why = engine_->part_of_correlation(i).why;
    }
    ledger.push_back(std::move(entry));
  }
  for (const files::FileRule& rule : file_rules_) ledger.push_back(rule.entry);
  for (const sigma::Filter& filter : rules.filters) {
    LedgerEntry entry;
    describe_rule(filter, entry);
    entry.kind = "filter";
    if (filter.is_excluded) {
      entry.state = RuleState::kDisabled;
      entry.why = "Excluded by its id.";
    }
    entry.log_source = filter.logsource.text();
    ledger.push_back(std::move(entry));
  }
  for (const sigma::RejectedRule& rejected : rules.rejected) {
    LedgerEntry entry;
    entry.rule_id = rejected.id;
    entry.rule_title = rejected.title;
    entry.kind = rejected.kind;
    entry.file = rejected.file;
    entry.line = rejected.line;
    entry.state = RuleState::kRejected;
    entry.why = rejected.message();
    ledger.push_back(std::move(entry));
  }
  const std::vector<LedgerEntry> of_yara = yara_->ledger();
  for (const LedgerEntry& entry : of_yara) {
    if (entry.state == RuleState::kRejected) ledger.push_back(entry);
  }
  return ledger;
}

Sha256 Ruleset::digest() const { return engine_->digest(); }
bool Ruleset::wants(const Shape& shape) { return engine_->wants(shape); }

}  // namespace pugmark
