#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/limits.h"
#include "base/result.h"
#include "detect/files/file_check.h"
#include "detect/ledger.h"
#include "events/shape.h"

namespace pugmark {

namespace engine {
class Engine;
}
namespace script {
class Model;
}
namespace yara {
class Rules;
}
namespace files {
class ListCheck;
}

struct RulesetOptions {
  std::vector<std::string> paths;  // files and folders (every *.yml and *.yaml below them)
  std::string own_folder;  // the one of `paths` whose files are named "rules/..." in all output
  // Files and folders of YARA rules (every *.yar and *.yara below them), and the one of them whose
  // files are named "rules/yara/...".
  std::vector<std::string> yara_paths;
  std::string own_yara_folder;
  // Lists of indicators; the order does not matter, and of one file named twice one is read.
  std::vector<std::string> indicator_files;
  std::string placeholders_file;          // YAML map: name -> value or list; "" for none
  bool analyses_scripts = true;           // the program's own analysis, whose rules are built in
  std::string script_model_file;          // its trained model (script/model/model.h); "" for none
  bool rejected_suffice = false;          // no Error if every rule is rejected: to look at them
  std::optional<Level> level_min;         // rules below it are disabled, or silent: engine/parts.h
  std::vector<std::string> excluded_ids;  // disabled; an id no rule has is an Error
  unsigned threads_count = 1;             // that read the files; changes nothing in the result
  Limits limits;
};

// The files that Ruleset::load() opens as rules for `paths`: those below folders and those named.
std::vector<std::string> rule_files(const std::vector<std::string>& paths);
std::vector<std::string> yara_rule_files(const std::vector<std::string>& paths);

// All rules of a hunt. They are read once and are then immutable; what they compile to is made on
// first need, because most log sources that rules speak of are not in the evidence. Shared by all
// workers; every member function is thread-safe.
class Ruleset final : public ShapeListener {
 public:
  // Reads every rule of `options.paths`. Rules that cannot be used are in the ledger, not an Error.
  // kNotFound: a path, a list or the placeholders file does not exist. kInvalidInput: no rule file
  // in any path given, not a single usable rule of either kind or indicator (unless that was
  // allowed), a list without a usable one, or a faulty placeholders file. kIo: a list, the
  // placeholders file or the model cannot be read. kDamaged: the model is.
  static Result<std::unique_ptr<Ruleset>> load(const RulesetOptions& options);
  ~Ruleset() override;

  // One entry for every rule document handed over, as it stands before any evidence was read:
  // ran (that is: would run), rejected, disabled, or not observable because no reader exists.
  std::vector<LedgerEntry> ledger() const;

  // Of the folders given, those without any rule file.
  const std::vector<std::string>& empty_folders() const;
  const std::vector<std::string>& empty_yara_folders() const;

  // SHA-256 over the texts of all documents read, in the order of their files' paths: two hunts
  // with equal digests were given the same rules.
  Sha256 digest() const;

  // Those of YARA, which the first of file_rules() are made of.
  const yara::Rules& yara() const { return *yara_; }

  // Rules about files that are no logs. Findings number them behind Sigma's rules and correlations,
  // the ledger lists them there.
  const std::vector<files::FileRule>& file_rules() const { return file_rules_; }

  // Where the rules of the program's own analysis stand among them; nothing if it is left out.
  std::optional<std::uint32_t> first_script_rule() const {
    return analyses_scripts_ ? std::optional(first_script_rule_) : std::nullopt;
  }

  // Where those about web roots stand, as a part of that analysis.
  std::optional<std::uint32_t> first_web_root_rule() const {
    return analyses_scripts_ ? std::optional(first_web_root_rule_) : std::nullopt;
  }

  // nullptr if there is none.
  const script::Model* script_model() const { return script_model_.get(); }

  // What holds files against lists of indicators, whose rules stand among them from
  // first_list_rule() on; null if no list speaks of files.
  const files::ListCheck* list_check() const { return list_check_.get(); }
  std::uint32_t first_list_rule() const { return first_list_rule_; }
  // Whether a list that is in use has such digests.
  bool wants_md5() const { return wants_md5_; }
  bool wants_sha1() const { return wants_sha1_; }

  // False if no rule can ever match this kind of event.
  bool wants(const Shape& shape) override;

  // For the scanner and the settling of results.
  engine::Engine& engine() const { return *engine_; }

 private:
  Ruleset(std::unique_ptr<engine::Engine> engine, std::unique_ptr<yara::Rules> yara);
  void add_file_rules(std::unique_ptr<files::ListCheck> list_check, const RulesetOptions& options);
  void disable_file_rules(const RulesetOptions& options);
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<yara::Rules> yara_;
  std::unique_ptr<const script::Model> script_model_;
  std::vector<files::FileRule> file_rules_;
  std::uint32_t first_script_rule_ = 0;
  std::uint32_t first_web_root_rule_ = 0;
  bool analyses_scripts_ = false;
  std::unique_ptr<files::ListCheck> list_check_;
  std::uint32_t first_list_rule_ = 0;
  bool wants_md5_ = false;
  bool wants_sha1_ = false;
};

}  // namespace pugmark
