#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "detect/examined_file.h"
#include "detect/script/flow/interpreter.h"
#include "detect/script/language.h"
#include "detect/script/model/model.h"
#include "detect/script/page.h"
#include "detect/script/parse.h"
#include "detect/script/script_text.h"

namespace pugmark::script {

struct AnalysisBounds {
  ParseBounds parse;
  FlowBounds flow;
  std::size_t nodes_max = 2'000'000;
  std::size_t step_text_bytes_max = 200;
  std::size_t paths_max = 8;     // flows whose steps are told
  bool describes = false;        // finds features and buckets, too: only those who train need them
  const Model* model = nullptr;  // gives scores; outlives the analyser
  // Known besides those of flow/effects.h: tests speak of sinks that no server knows, so that
  // nothing they contain could be planted. Outlive the analyser.
  std::span<const Effect> own_effects;
};

// What a file's own text shows. Owns everything; valid for ever.
struct Analysis {
  PageKind page = PageKind::kNone;
  Language language = Language::kPhp;  // of most of its code
  Encoding encoding = Encoding::kUtf8;
  bool is_mixed = false;                    // its encoding changes on the way
  bool has_code = false;                    // a server would execute something in it
  BackdoorKind kind = BackdoorKind::kNone;  // what its flows would make it, if it is one
  std::string key;                          // the parameter that reaches the strongest sink
  std::vector<FileStep> steps;              // of the strongest flows, one after the other
  std::uint64_t unlisted_flows_count = 0;
  std::vector<Flow> flows;  // strongest first; their nodes and trails are gone
  FlowCounts counts;
  std::optional<double> score;           // of the model: how much it is like backdoors, 0 to 1
  std::vector<FileStep> telling_tokens;  // what of its text adds most to the score, as signs
  // In numbers (model/features.h), where AnalysisBounds::describes asks for them; empty without
  // code.
  std::vector<float> features;
  std::vector<std::uint16_t> buckets;  // of runs of tokens, sorted
  // Where reading ended early, in words; empty if everything was read.
  std::vector<std::string> cuts;
};

// Reads one script after the other. One per worker thread; memory is used again.
class Analyser {
 public:
  explicit Analyser(const AnalysisBounds& bounds = {});
  ~Analyser();
  Analyser(Analyser&&) noexcept;
  Analyser& operator=(Analyser&&) noexcept;

  // `path` decides what a server would execute the bytes as (page.h: kind_of). What is no script
  // has page kNone. Never fails, whatever the bytes. Once `stop` is set, if it is given, it ends
  // soon, with what was found so far.
  Analysis analyse(Bytes bytes, std::string_view path, const std::atomic<bool>* stop = nullptr);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace pugmark::script
