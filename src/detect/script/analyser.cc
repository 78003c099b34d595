#include "detect/script/analyser.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "detect/script/model/features.h"
#include "detect/script/reasons.h"

namespace pugmark::script {

class Analyser::State {
 public:
  explicit State(const AnalysisBounds& bounds)
      : bounds_(bounds),
        tree_(bounds.nodes_max),
        interpreter_(tree_, bounds.flow, bounds.own_effects,
                     [this](std::string_view text, Language language, NodeId at) {
                       return unpack(text, language, at);
                     }),
        observe_([this](std::string_view text, std::span<const Token> tokens) {
          if (bounds_.describes) profile_.add(text, tokens);
        }) {}

  Analysis analyse(Bytes bytes, std::string_view path) {
    Analysis analysis;
    text_.decode(bytes);
    analysis.encoding = text_.encoding();
    analysis.is_mixed = text_.is_mixed();
    analysis.page = kind_of(path, text_.view());
    if (analysis.page == PageKind::kNone) return analysis;
    take_apart(analysis.page, path, text_.view(), page_);
    analysis.language = page_.language;
    analysis.has_code = page_.has_code;
    if (!page_.has_code) return analysis;
    tree_.clear();
    outcome_ = {};
    profile_.clear(family_of(analysis.page));
    const NodeId root = parse_all();
    interpreter_.clear(analysis.page);
    declare_controls();
    interpreter_.run(root);
    analysis.counts = interpreter_.counts();
    analysis.flows = interpreter_.flows();
    analysis.unlisted_flows_count = interpreter_.unlisted_flows_count();
    std::stable_sort(analysis.flows.begin(), analysis.flows.end(),
                     [](const Flow& a, const Flow& b) { return strength_of(a) > strength_of(b); });
    const Reasons reasons(tree_, interpreter_.values(), text_, bounds_.step_text_bytes_max);
    reasons.tell(analysis.flows, bounds_.paths_max, analysis);
    note_cuts(analysis);
    if (bounds_.describes) describe(analysis);
    return analysis;
  }

 private:
  // The page itself, and what had to be converted before it could be read.
  NodeId parse_all() {
    const std::string_view text = text_.view();
    const auto size = static_cast<std::uint32_t>(text.size());
    const std::uint16_t source = tree_.add_source({text, kNoNode, 0, 0, size});
    outcome_ = parse_page(page_.regions, source, bounds_.parse, tokens_, tree_, observe_);
    if (page_.converted.empty()) return outcome_.root;
    const NodeId root = tree_.add(NodeKind::kBlock, source, page_.language, 0, size);
    NodeId last = kNoNode;
    tree_.append(root, outcome_.root, last);
    for (const Page::Converted& converted : page_.converted) {
      constexpr std::size_t kSourcesMax = 60'000;
      if (tree_.sources_count() >= kSourcesMax) break;
      const std::uint16_t number =
          tree_.add_source({converted.text, kNoNode, 0, converted.begin, converted.length});
      const Region whole{converted.kind, converted.language, 0,
                         static_cast<std::uint32_t>(converted.text.size())};
      const ParseOutcome part =
          parse_page({&whole, 1}, number, bounds_.parse, tokens_, tree_, observe_);
      tree_.append(root, part.root, last);
      outcome_.skipped_tokens += part.skipped_tokens;
      outcome_.too_deep_count += part.too_deep_count;
    }
    return root;
  }

  // Code that a constant turned out to be.
  NodeId unpack(std::string_view text, Language language, NodeId at) {
    constexpr std::size_t kSourcesMax = 60'000;
    if (tree_.sources_count() >= kSourcesMax) return kNoNode;
    const Source& outer = tree_.source(tree_.at(at).source);
    const bool is_outermost =
        outer.depth == 0 && outer.unpacked_at == kNoNode && tree_.at(at).source == 0;
    const Source source{text, at, outer.depth + 1, is_outermost ? tree_.at(at).begin : outer.begin,
                        is_outermost ? tree_.at(at).length : outer.length};
    const std::uint16_t number = tree_.add_source(source);
    unpacked_regions_.clear();
    if (language == Language::kPhp) {
      find_php_regions(text, true, unpacked_regions_);
    } else {
      unpacked_regions_.push_back(
          {Region::Kind::kCode, language, 0, static_cast<std::uint32_t>(text.size())});
    }
    const ParseOutcome outcome =
        parse_page(unpacked_regions_, number, bounds_.parse, tokens_, tree_, observe_);
    outcome_.too_deep_count += outcome.too_deep_count;
    return outcome.root;
  }

  // Names that tags make: server controls, beans.
  void declare_controls() {
    for (const PageTag& tag : page_.tags) {
      std::string_view name;
      std::string_view type = tag.name.substr(tag.name.find(':') + 1);
      for (const auto& [key, value] : tag.attributes) {
        if (key.size() == 2 && (key[0] | 0x20) == 'i' && (key[1] | 0x20) == 'd') name = value;
        if (key == "class" && tag.name.starts_with("jsp:")) type = value;
      }
      if (name.empty() || tag.is_closing) continue;
      // Plain tags that run at the server: <input id=x runat=server>.
      if (tag.name.find(':') == std::string_view::npos) type = "textbox";
      interpreter_.declare(name, type);
    }
  }

  // In numbers, for those who train on them.
  void describe(Analysis& analysis) const {
    FeatureInput input;
    input.flows = analysis.flows;
    input.counts = &analysis.counts;
    input.tokens = &profile_;
    input.page = &page_;
    input.text = text_.view();
    input.nodes_count = tree_.size();
    input.skipped_tokens = outcome_.skipped_tokens;
    input.is_cut = !analysis.cuts.empty();
    input.is_converted = analysis.encoding != Encoding::kUtf8;
    input.is_mixed = analysis.is_mixed;
    find_features(input, analysis.features);
    analysis.buckets = profile_.buckets();
    std::sort(analysis.buckets.begin(), analysis.buckets.end());
  }

  void note_cuts(Analysis& analysis) const {
    const std::size_t size = text_.view().size();
    if (outcome_.end < size)
      analysis.cuts.push_back(
          fmt::format("Of the script only the first {} bytes were read: it has too many parts.",
                      text_.offset_of(outcome_.end)));
    if (outcome_.too_deep_count > 0)
      analysis.cuts.push_back(
          fmt::format("{} places are nested too deep to be read.", outcome_.too_deep_count));
    if (interpreter_.is_cut())
      analysis.cuts.emplace_back(
          "The flow of data was not followed to its end: the script asks for too much work.");
  }

  AnalysisBounds bounds_;
  ScriptText text_;
  Page page_;
  std::vector<Token> tokens_;
  std::vector<Region> unpacked_regions_;
  Tree tree_;
  ParseOutcome outcome_;
  Interpreter interpreter_;
  TokenProfile profile_;
  TokenObserver observe_;
};

Analyser::Analyser(const AnalysisBounds& bounds) : state_(std::make_unique<State>(bounds)) {}
Analyser::~Analyser() = default;
Analyser::Analyser(Analyser&&) noexcept = default;
Analyser& Analyser::operator=(Analyser&&) noexcept = default;

Analysis Analyser::analyse(Bytes bytes, std::string_view path) {
  return state_->analyse(bytes, path);
}

}  // namespace pugmark::script
