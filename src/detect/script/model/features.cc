#include "detect/script/model/features.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "detect/script/flow/strength.h"

namespace pugmark::script {
namespace {

constexpr std::array<std::string_view, kSinkKindsCount> kSinkNames = {
    "none",        "evaluate",   "command", "call",      "reflect",     "include",
    "deserialise", "write_file", "upload",  "read_file", "list_folder", "change_file",
    "database",    "connect",    "send",    "mail",      "system"};

// Values with their names, so that the two cannot go apart.
class Collector {
 public:
  Collector(std::vector<float>* values, std::vector<std::string>* names)
      : values_(values), names_(names) {}

  void begin_group(std::string_view group) { group_ = group; }

  void add(std::string_view name, double value) {
    if (values_ != nullptr) values_->push_back(static_cast<float>(value));
    if (names_ != nullptr) names_->push_back(fmt::format("{}{}", group_, name));
  }
  // Counts and sizes: what matters is the order of magnitude.
  void add_log(std::string_view name, double count) { add(name, std::log2(1 + count)); }
  void add_share(std::string_view name, double part, double whole) {
    add(name, whole > 0 ? part / whole : 0);
  }

 private:
  std::string_view group_;
  std::vector<float>* values_;
  std::vector<std::string>* names_;
};

double entropy_of(std::string_view text) {
  std::array<std::uint32_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double entropy = 0;
  for (const std::uint32_t count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    entropy -= share * std::log2(share);
  }
  return entropy;
}

// The flows of one kind of sink.
void add_sinks(const FeatureInput& input, Collector& out) {
  for (std::size_t kind = 1; kind < kSinkKindsCount; ++kind) {
    int strongest = 0;
    int strongest_sure = 0;
    unsigned outside = 0;
    unsigned shortest = 99;
    unsigned pages = 0;
    for (const Flow& flow : input.flows) {
      if (static_cast<std::size_t>(flow.sink) != kind) continue;
      const int strength = strength_of(flow);
      strongest = std::max(strongest, strength);
      if ((flow.origins & kThroughUnknown) == 0 && flow.is_sure)
        strongest_sure = std::max(strongest_sure, strength);
      pages += flow.is_page ? 1U : 0U;
      if ((flow.origins & kFromOutside) == 0) continue;
      ++outside;
      shortest = std::min<unsigned>(shortest, flow.trail_length);
    }
    const FlowCounts::OfSink counts =
        input.counts != nullptr ? input.counts->sinks[kind] : FlowCounts::OfSink{};
    out.begin_group(kSinkNames[kind]);
    out.add(".strongest", strongest);
    out.add(".strongest_sure", strongest_sure);
    out.add_log(".outside", outside);
    out.add(".shortest", shortest);
    out.add_log(".pages", pages);
    out.add_log(".constant", counts.constant);
    out.add_log(".unknown", counts.unknown);
    out.add_log(".other", counts.other);
  }
}

void add_flows(const FeatureInput& input, Collector& out) {
  constexpr std::size_t kFlowsTold = 3;
  constexpr std::array<std::string_view, kFlowsTold> kGroups = {"flow0", "flow1", "flow2"};
  for (std::size_t i = 0; i < kFlowsTold; ++i) {
    const Flow flow = i < input.flows.size() ? input.flows[i] : Flow{};
    out.begin_group(kGroups[i]);
    out.add(".strength", strength_of(flow));
    out.add(".sink", static_cast<double>(flow.sink));
    out.add(".length", flow.trail_length);
    out.add(".depth", flow.depth);
    out.add(".decoded", (flow.origins & kDecoded) != 0);
    out.add(".through_unknown", (flow.origins & kThroughUnknown) != 0);
    out.add(".request", (flow.origins & kFromRequest) != 0);
    out.add(".header", (flow.origins & kFromHeader) != 0);
    out.add(".upload", (flow.origins & kFromUpload) != 0);
    out.add(".network", (flow.origins & kFromNetwork) != 0);
    out.add(".file", (flow.origins & kFromFile) != 0);
    out.add(".caller", (flow.origins & kFromCaller) != 0);
    out.add(".sure", flow.is_sure);
  }
  out.begin_group({});
  const FlowCounts counts = input.counts != nullptr ? *input.counts : FlowCounts{};
  std::size_t strong = 0;
  std::array<bool, kSinkKindsCount> kinds{};
  for (const Flow& flow : input.flows) {
    if ((flow.origins & kFromOutside) == 0 || flow.sink == SinkKind::kSend) continue;
    kinds[static_cast<std::size_t>(flow.sink)] = true;
    strong += strength_of(flow) >= 30 ? 1U : 0U;
  }
  out.add_log("flows", static_cast<double>(input.flows.size()));
  out.add_log("flows.strong", static_cast<double>(strong));
  out.add("flows.kinds", static_cast<double>(std::count(kinds.begin(), kinds.end(), true)));
  const auto nodes = static_cast<double>(input.nodes_count);
  out.add("flows.strong_by_node", nodes > 0 ? 1000.0 * static_cast<double>(strong) / nodes : 0);
  out.add_log("sources", counts.sources);
  out.add("sources_by_node", nodes > 0 ? 1000.0 * counts.sources / nodes : 0);
  out.add_log("names_computed", counts.names_computed);
  out.add_log("unknown_callees", counts.unknown_callees);
  out.add_log("decoders", counts.decoders);
  out.add_log("decoded_bytes", counts.decoded_bytes);
  out.add_log("folded_bytes", counts.folded_bytes);
  out.add_log("compared_secrets", counts.compared_secrets);
  out.add_log("unpacked_layers", counts.unpacked_layers);
  out.add("unpacked_depth", counts.unpacked_depth);
  out.add_log("unpacked_bytes", counts.unpacked_bytes);
  out.add_log("uncalled_functions", counts.uncalled_functions);
  out.add_log("sent_outputs", counts.sent_outputs);
}

void add_tokens(const FeatureInput& input, Collector& out) {
  const TokenProfile::Counts counts =
      input.tokens != nullptr ? input.tokens->counts() : TokenProfile::Counts{};
  const auto tokens = static_cast<double>(counts.tokens);
  out.add_log("tokens", tokens);
  out.add_log("nodes", static_cast<double>(input.nodes_count));
  out.add_share("tokens.known", static_cast<double>(counts.known_names), tokens);
  out.add_share("tokens.own", static_cast<double>(counts.own_names), tokens);
  out.add_share("tokens.variables", static_cast<double>(counts.variables), tokens);
  out.add_share("tokens.texts", static_cast<double>(counts.texts), tokens);
  out.add_share("tokens.numbers", static_cast<double>(counts.numbers), tokens);
  out.add_share("tokens.operators", static_cast<double>(counts.operators), tokens);
  out.add_share("tokens.joins", static_cast<double>(counts.joins), tokens);
  out.add_share("tokens.markup", static_cast<double>(counts.markup), tokens);
  out.add_share("tokens.skipped", static_cast<double>(input.skipped_tokens), tokens);
  out.add_log("texts.bytes", static_cast<double>(counts.text_bytes));
  out.add_log("texts.longest", static_cast<double>(counts.longest_text));
  out.add_log("texts.encoded", static_cast<double>(counts.encoded_texts));
  out.add_log("texts.encoded_bytes", static_cast<double>(counts.encoded_bytes));
  out.add_log("texts.escapes", static_cast<double>(counts.escapes));
  out.add_log("tokens.longest", static_cast<double>(counts.longest_token));
  out.add_log("silenced", static_cast<double>(counts.silenced));
}

void add_shape(const FeatureInput& input, Collector& out) {
  const auto size = static_cast<double>(input.text.size());
  std::size_t code = 0;
  std::size_t regions = 0;
  std::size_t first = input.text.size();
  if (input.page != nullptr) {
    for (const Region& region : input.page->regions) {
      if (region.kind == Region::Kind::kMarkup || region.kind == Region::Kind::kDirective) continue;
      code += region.length;
      ++regions;
      first = std::min<std::size_t>(first, region.begin);
    }
  }
  const std::string_view sample = input.text.substr(0, std::size_t{1} << 20U);
  std::size_t high = 0;
  std::size_t control = 0;
  std::size_t lines = 1;
  std::size_t longest = 0;
  std::size_t line_begin = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const auto c = static_cast<unsigned char>(sample[i]);
    high += c >= 0x80 ? 1U : 0U;
    control += c < 0x20 && c != '\t' && c != '\n' && c != '\r' ? 1U : 0U;
    if (c != '\n') continue;
    ++lines;
    longest = std::max(longest, i - line_begin);
    line_begin = i + 1;
  }
  longest = std::max(longest, sample.size() - line_begin);
  out.add_log("bytes", size);
  out.add_log("code.bytes", static_cast<double>(code));
  out.add_share("code.share", static_cast<double>(code), size);
  out.add_log("code.regions", static_cast<double>(regions));
  out.add_log("code.first", static_cast<double>(first));
  out.add("entropy", sample.empty() ? 0 : entropy_of(sample));
  out.add_share("bytes.high", static_cast<double>(high), static_cast<double>(sample.size()));
  out.add_log("bytes.control", static_cast<double>(control));
  out.add_log("lines", static_cast<double>(lines));
  out.add_log("lines.longest", static_cast<double>(longest));
  out.add_log("tags", input.page != nullptr ? static_cast<double>(input.page->tags.size()) : 0);
  out.add("converted_parts",
          input.page != nullptr ? static_cast<double>(input.page->converted.size()) : 0);
  // Not its encoding: honest pages have marks more often, and anybody can put one there.
  out.add("is_cut", input.is_cut);
  out.add("is_mixed", input.is_mixed);
}

void collect(const FeatureInput& input, Collector& out) {
  add_sinks(input, out);
  add_flows(input, out);
  add_tokens(input, out);
  add_shape(input, out);
}

}  // namespace

void find_features(const FeatureInput& input, std::vector<float>& features) {
  features.clear();
  Collector out(&features, nullptr);
  collect(input, out);
}

const std::vector<std::string>& feature_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    Collector out(nullptr, &names);
    collect({}, out);
    return names;
  }();
  return kNames;
}

}  // namespace pugmark::script
