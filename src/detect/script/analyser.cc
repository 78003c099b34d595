#include "detect/script/analyser.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/text.h"
#include "detect/script/flow/strength.h"
#include "detect/script/model/features.h"
#include "detect/script/reasons.h"

namespace pugmark::script {
namespace {

constexpr std::size_t kSourcesMax = 60'000;  // texts of one script: nodes count them in 16 bits
constexpr std::size_t kTellingTokensMax = 3;
constexpr std::uint32_t kTellingBytesMin = 6;  // less tells nobody anything

struct ClassId {
  std::string_view id;  // lower case, without braces
  std::string_view type;
};
// Those that pages make without saying what they are; as registered in HKCR\CLSID of Windows.
constexpr ClassId kClassIds[] = {
    {"72c24dd5-d70a-438b-8a42-98424b88afb8", "wscript.shell"},
    {"f935dc22-1cf0-11d0-adb9-00c04fd58a0b", "wscript.shell"},
    {"13709620-c279-11ce-a49e-444553540000", "shell.application"},
    {"093ff999-1ea0-4079-9525-9614c3504b74", "wscript.network"},
    {"0d43fe01-f093-11cf-8940-00a0c9054228", "scripting.filesystemobject"},
    {"0e59f1d5-1fbe-11d0-8ff2-00a0d10038bc", "msscriptcontrol.scriptcontrol"},
    {"00000514-0000-0010-8000-00aa006d2ea4", "adodb.connection"},
    {"00000535-0000-0010-8000-00aa006d2ea4", "adodb.recordset"},
    {"00000566-0000-0010-8000-00aa006d2ea4", "adodb.stream"},
};

// "clsid:72C24DD5-..." or the like; itself if it is not known.
std::string_view type_of_class(std::string_view id) {
  const std::string lower = ascii_lower(id);
  for (const ClassId& known : kClassIds) {
    if (lower.find(known.id) != std::string::npos) return known.type;
  }
  return id;
}

}  // namespace

class Analyser::State {
 public:
  explicit State(const AnalysisBounds& bounds)
      : bounds_(bounds),
        tree_(bounds.nodes_max),
        interpreter_(
            tree_, bounds.flow, bounds.own_effects,
            [this](std::string_view text, Language language, NodeId at) {
              return unpack(text, language, at);
            },
            [this](std::string_view script) { return judge(script); }),
        observe_([this](std::string_view text, std::span<const Token> tokens) {
          if (bounds_.describes || bounds_.model != nullptr)
            profile_.add(text, tokens, text.data() == text_.view().data());
        }) {}

  Analysis analyse(Bytes bytes, std::string_view path, const std::atomic<bool>* stop) {
    stop_ = stop;
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
    is_converted_cut_ = false;
    profile_.clear(family_of(analysis.page));
    const NodeId root = parse_all();
    is_inner_cut_ = false;
    interpreter_.clear(analysis.page);
    interpreter_.set_own_file(path, text_.view());
    interpreter_.set_stop(stop);
    declare_controls();
    find_queries();
    interpreter_.run(root);
    analysis.counts = interpreter_.counts();
    analysis.flows = interpreter_.flows();
    analysis.unlisted_flows_count = interpreter_.unlisted_flows_count();
    std::stable_sort(analysis.flows.begin(), analysis.flows.end(),
                     [](const Flow& a, const Flow& b) { return strength_of(a) > strength_of(b); });
    const Reasons reasons(tree_, interpreter_.values(), text_, bounds_.step_text_bytes_max);
    reasons.tell(analysis.flows, bounds_.paths_max, analysis);
    note_cuts(analysis);
    if (bounds_.describes || bounds_.model != nullptr) describe(analysis);
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
      if (tree_.sources_count() >= kSourcesMax) {
        is_converted_cut_ = true;
        break;
      }
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

  // A script that this one writes to a file is looked at by itself, but not what that one writes.
  int judge(std::string_view script) {
    if (is_inner_) return 0;
    if (!inner_) {
      AnalysisBounds bounds = bounds_;  // only its paths are asked for
      bounds.model = nullptr;
      bounds.describes = false;
      inner_ = std::make_unique<State>(bounds);
      inner_->is_inner_ = true;
    }
    // No name says what it is.
    const Analysis analysis = inner_->analyse(as_bytes(script), "written.txt", stop_);
    is_inner_cut_ = is_inner_cut_ || !analysis.cuts.empty();
    return analysis.flows.empty() ? 0 : strength_of(analysis.flows.front());
  }

  // <cfquery> and what stands in it.
  void find_queries() {
    queries_.clear();
    for (const PageTag& tag : page_.tags) {
      if (!equal_ascii_nocase(tag.name, "cfquery")) continue;
      if (!tag.is_closing) queries_.push_back({tag.begin, UINT32_MAX});
      if (tag.is_closing && !queries_.empty()) queries_.back().end = tag.begin;
    }
    interpreter_.set_queries(queries_);
  }

  // Names that tags make: server controls, beans.
  void declare_controls() {
    for (const PageTag& tag : page_.tags) {
      std::string_view name;
      std::string_view type = tag.name.substr(tag.name.find(':') + 1);
      if (equal_ascii_nocase(tag.name, "WebService") || equal_ascii_nocase(tag.name, "ServiceHost"))
        interpreter_.serve_functions();
      const bool is_object = equal_ascii_nocase(tag.name, "object");
      for (const auto& [key, value] : tag.attributes) {
        if (key.size() == 2 && (key[0] | 0x20) == 'i' && (key[1] | 0x20) == 'd') name = value;
        if (key == "class" && tag.name.starts_with("jsp:")) type = value;
        if (is_object && equal_ascii_nocase(key, "progid")) type = value;
        if (is_object && equal_ascii_nocase(key, "classid")) type = type_of_class(value);
      }
      if (name.empty() || tag.is_closing) continue;
      // Plain tags that run at the server: <input id=x runat=server>.
      if (tag.name.find(':') == std::string_view::npos && !is_object) type = "textbox";
      interpreter_.declare(name, type);
    }
  }

  // In numbers, for those who train on them.
  void describe(Analysis& analysis) {
    FeatureInput input;
    input.flows = analysis.flows;
    input.counts = &analysis.counts;
    input.tokens = &profile_;
    input.page = &page_;
    input.text = text_.view();
    input.nodes_count = tree_.size();
    input.skipped_tokens = outcome_.skipped_tokens;
    input.is_cut = !analysis.cuts.empty();
    input.is_mixed = analysis.is_mixed;
    features_.clear();
    find_features(input, features_);
    if (bounds_.model != nullptr) judge_by_model(analysis);
    if (!bounds_.describes) return;
    analysis.features = features_;
    analysis.buckets = profile_.buckets();
    std::sort(analysis.buckets.begin(), analysis.buckets.end());
  }

  // The score, and where that stands in the file which adds most to it.
  void judge_by_model(Analysis& analysis) const {
    const Model& model = *bounds_.model;
    analysis.score = model.score(analysis.page, features_, profile_.buckets());
    if (!analysis.score || *analysis.score < model.thresholds(analysis.page).suspicious) return;
    struct Telling {
      double weight = 0;
      TokenProfile::Place place;
    };
    std::vector<Telling> telling;
    for (std::size_t i = 0; i < profile_.buckets().size(); ++i) {
      const double weight = model.weight_of(analysis.page, profile_.buckets()[i]);
      if (weight > 0 && profile_.places()[i].length >= kTellingBytesMin)
        telling.push_back({weight, profile_.places()[i]});
    }
    std::stable_sort(telling.begin(), telling.end(),
                     [](const Telling& a, const Telling& b) { return a.weight > b.weight; });
    std::vector<TokenProfile::Place> told;
    for (const Telling& each : telling) {
      if (told.size() >= kTellingTokensMax) break;
      const auto overlaps = [&](const TokenProfile::Place& other) {
        return each.place.begin < other.begin + other.length &&
               other.begin < each.place.begin + each.place.length;
      };
      if (std::any_of(told.begin(), told.end(), overlaps)) continue;
      told.push_back(each.place);
      FileStep& step = analysis.telling_tokens.emplace_back();
      step.what = "most telling tokens";
      step.text = text_.view().substr(
          each.place.begin, std::min<std::size_t>(each.place.length, bounds_.step_text_bytes_max));
      step.offset_bytes = text_.offset_of(each.place.begin);
      step.length_bytes = static_cast<std::uint32_t>(
          text_.offset_of(each.place.begin + each.place.length) - step.offset_bytes);
    }
  }

  void note_cuts(Analysis& analysis) const {
    const std::size_t size = text_.view().size();
    if (outcome_.end < size)
      analysis.cuts.push_back(
          fmt::format("Of the script only the first {} bytes were read: it has too many parts.",
                      text_.offset_of(outcome_.end)));
    if (outcome_.too_deep_count > 0)
      analysis.cuts.push_back(
          outcome_.too_deep_count == 1
              ? std::string("1 place is nested too deep to be read.")
              : fmt::format("{} places are nested too deep to be read.", outcome_.too_deep_count));
    if (page_.left_out_count > 0)
      analysis.cuts.push_back(
          fmt::format("It has too many tags or attributes: what {} of them declare is not known.",
                      page_.left_out_count));
    if (is_converted_cut_)
      analysis.cuts.push_back(
          fmt::format("Of its parts that are encoded only the first {} were read.", kSourcesMax));
    if (is_inner_cut_)
      analysis.cuts.emplace_back("Of a script that it writes to a file not everything was read.");
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
  std::vector<Interpreter::Query> queries_;
  const std::atomic<bool>* stop_ = nullptr;
  Interpreter interpreter_;
  TokenProfile profile_;
  std::vector<float> features_;
  TokenObserver observe_;
  std::unique_ptr<State> inner_;  // for scripts that are written; made when one is
  bool is_inner_ = false;
  bool is_inner_cut_ = false;      // of such a script something was left out
  bool is_converted_cut_ = false;  // more parts of the page had to be converted than are read
};

Analyser::Analyser(const AnalysisBounds& bounds) : state_(std::make_unique<State>(bounds)) {}
Analyser::~Analyser() = default;
Analyser::Analyser(Analyser&&) noexcept = default;
Analyser& Analyser::operator=(Analyser&&) noexcept = default;

Analysis Analyser::analyse(Bytes bytes, std::string_view path, const std::atomic<bool>* stop) {
  return state_->analyse(bytes, path, stop);
}

}  // namespace pugmark::script
