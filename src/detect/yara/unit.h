#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "detect/yara/files.h"
#include "detect/yara/library.h"
#include "detect/yara/rules.h"

namespace pugmark::yara {

// A rule in the text that one file is compiled as.
struct UnitRule {
  const SourceFile* file = nullptr;
  const Statement* statement = nullptr;
  // It stands in an included file that has it as its own: here it only serves others.
  bool is_helper = false;
  std::string what;  // why it is rejected; "" if it is not
  std::string hint;
  std::uint32_t line = 0;  // at which

  bool is_rejected() const { return !what.empty(); }
};

// One file with what it includes: what libyara compiles as one namespace.
class Unit {
 public:
  // Follows the includes of `file`; each file counts once, whatever includes it how often. Rules of
  // files that were not handed over themselves belong to the first unit that includes them: `owned`
  // has those that belong to one already.
  Unit(SourceFile& file, SourceFiles& files, std::set<const SourceFile*>& owned,
       const Limits& limits);

  // Compiles the unit alone and leaves out, with its reason, each rule that libyara does not take.
  // Thread-safe for different units.
  void check();

  // What was left out by the two above.
  std::vector<RejectedRule> rejected() const;

  // The rules that are left, in the order in which they are compiled, and their text. Helpers that
  // nothing refers to are not among them.
  const std::vector<const UnitRule*>& accepted() const { return accepted_; }
  const std::string& text() const { return text_; }
  std::uint64_t states_count() const { return states_count_; }

  // Leaves out all rules that are left for one reason.
  void reject_all(const std::string& what, const std::string& hint);

 private:
  struct Assembly;
  struct Inclusion;

  void add_file(SourceFile& file, const Inclusion& inclusion);
  void add_include(const SourceFile& file, const Statement& include, const Inclusion& inclusion);
  bool is_own(const SourceFile& file) const;
  void check_modules(UnitRule& rule) const;
  void check_sizes();
  bool check_once(std::vector<std::size_t>* suspects);
  void reject_named(const Assembly& assembly, const std::vector<Complaint>& complaints,
                    std::vector<std::size_t>* suspects);
  void try_alone(std::size_t index);
  Assembly assemble(std::vector<std::size_t> indices) const;
  std::vector<std::size_t> needed_by(const std::vector<std::size_t>& given) const;
  std::vector<std::size_t> own_rules() const;
  bool spend(const Assembly& assembly);
  std::string explained(const std::string& what) const;

  const Limits& limits_;
  const SourceFile& file_;
  std::set<const SourceFile*> visited_;
  std::set<const SourceFile*> claimed_;  // not handed over themselves, first included here
  std::uint64_t bytes_count_ = 0;
  std::set<std::string_view> imports_;
  std::vector<UnitRule> rules_;
  std::multimap<std::string_view, std::size_t> by_name_;
  std::vector<RejectedRule> rejected_;  // that are no rules
  std::uint64_t compiled_bytes_ = 0;    // in all attempts
  std::vector<const UnitRule*> accepted_;
  std::string text_;
  std::uint64_t states_count_ = 0;
};

}  // namespace pugmark::yara
