#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "detect/examined_file.h"
#include "detect/script/analyser.h"
#include "detect/script/flow/interpreter.h"
#include "detect/script/script_text.h"
#include "detect/script/tree.h"

namespace pugmark::script {

// Puts flows into words and places: source, steps and sink of each, with their offsets in the file.
class Reasons {
 public:
  // All must outlive it.
  Reasons(const Tree& tree, const Values& values, const ScriptText& text,
          std::size_t text_bytes_max)
      : tree_(tree), values_(values), text_(text), text_bytes_max_(text_bytes_max) {}

  // Fills in steps, key and kind of the analysis. `flows`: strongest first.
  void tell(std::span<const Flow> flows, std::size_t paths_max, Analysis& analysis) const;

 private:
  FileStep step_at(FileStep::Role role, NodeId node, std::string what) const;
  FileStep step_of(const Trail& trail) const;
  std::string words_of_source(const Trail& trail) const;
  void tell_flow(const Flow& flow, std::vector<FileStep>& steps) const;
  std::string name(Symbol symbol) const { return std::string(tree_.symbols().name(symbol)); }
  std::string key_of(const Flow& flow) const;

  const Tree& tree_;
  const Values& values_;
  const ScriptText& text_;
  std::size_t text_bytes_max_;
};

// What somebody could do with these flows, if the file is a backdoor.
BackdoorKind kind_of_flows(std::span<const Flow> flows);

}  // namespace pugmark::script
