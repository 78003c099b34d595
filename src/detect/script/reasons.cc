#include "detect/script/reasons.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "detect/script/flow/strength.h"

namespace pugmark::script {
namespace {

constexpr int kStrengthMin = 10;  // below it a flow is no reason

struct OriginWords {
  Origins origin;
  std::string_view words;
};
constexpr std::array<OriginWords, 9> kOriginWords = {{
    {kFromRequest, "the request"},
    {kFromHeader, "a header of the request"},
    {kFromUpload, "an uploaded file"},
    {kFromNetwork, "what is fetched from elsewhere"},
    {kFromFile, "a file"},
    {kFromDatabase, "a database"},
    {kFromSession, "the session"},
    {kFromSystem, "the system"},
    {kFromCaller, "whoever calls the function"},
}};

}  // namespace

BackdoorKind kind_of_flows(std::span<const Flow> flows) {
  std::array<bool, kSinkKindsCount> reached{};
  for (const Flow& flow : flows) {
    if ((flow.origins & kFromOutside) != 0 && strength_of(flow) >= kStrengthMin)
      reached[static_cast<std::size_t>(flow.sink)] = true;
  }
  const auto is_reached = [&](SinkKind sink) { return reached[static_cast<std::size_t>(sink)]; };
  if (is_reached(SinkKind::kEvaluate) || is_reached(SinkKind::kCommand) ||
      is_reached(SinkKind::kCall) || is_reached(SinkKind::kDeserialise))
    return BackdoorKind::kExecution;
  const int files_count = is_reached(SinkKind::kReadFile) + is_reached(SinkKind::kListFolder) +
                          is_reached(SinkKind::kChangeFile) + is_reached(SinkKind::kWriteFile);
  if (files_count >= 3) return BackdoorKind::kFileManager;
  if (is_reached(SinkKind::kReflect)) return BackdoorKind::kExecution;
  if (is_reached(SinkKind::kUpload) || is_reached(SinkKind::kWriteFile))
    return BackdoorKind::kUploader;
  if (files_count >= 2) return BackdoorKind::kFileManager;
  if (is_reached(SinkKind::kDatabase)) return BackdoorKind::kSqlBrowser;
  if (is_reached(SinkKind::kConnect)) return BackdoorKind::kTunnel;
  if (is_reached(SinkKind::kSystem)) return BackdoorKind::kDumper;
  if (is_reached(SinkKind::kInclude)) return BackdoorKind::kExecution;
  if (is_reached(SinkKind::kMail)) return BackdoorKind::kCredentialForm;
  return BackdoorKind::kNone;
}

void Reasons::tell(std::span<const Flow> flows, std::size_t paths_max, Analysis& analysis) const {
  analysis.kind = kind_of_flows(flows);
  std::size_t told_count = 0;
  for (const Flow& flow : flows) {
    if (strength_of(flow) < kStrengthMin) break;
    if (told_count++ >= paths_max) {
      ++analysis.unlisted_flows_count;
      continue;
    }
    tell_flow(flow, analysis.steps);
    if (analysis.key.empty()) analysis.key = key_of(flow);
  }
}

// What the parameter is called that reaches the sink; "" if that is not known. Of what the request
// brings as a whole it is what is taken from it first.
std::string Reasons::key_of(const Flow& flow) const {
  if (flow.trail == 0) return "";
  Symbol taken = kNoSymbol;
  const Trail* trail = &values_.trail(flow.trail);
  for (; trail->previous != 0; trail = &values_.trail(trail->previous))
    if (trail->kind == Trail::Kind::kTaken) taken = trail->name;
  if ((trail->origins & kFromOutside) == 0) return "";
  return name(trail->name != kNoSymbol ? trail->name : taken);
}

void Reasons::tell_flow(const Flow& flow, std::vector<FileStep>& steps) const {
  std::vector<const Trail*> trails;
  for (std::uint32_t at = flow.trail; at != 0; at = values_.trail(at).previous)
    trails.push_back(&values_.trail(at));
  std::uint16_t source = 0;
  for (auto at = trails.rbegin(); at != trails.rend(); ++at) {
    if ((*at)->node == kNoNode) continue;
    steps.push_back(step_of(**at));
    source = tree_.at((*at)->node).source;
  }
  const std::uint16_t sink_source = tree_.at(flow.node).source;
  if (sink_source != source && tree_.source(sink_source).unpacked_at != kNoNode)
    steps.push_back(step_at(FileStep::Role::kUnpacked, tree_.source(sink_source).unpacked_at,
                            "a constant unpacks to code"));
  const std::string by = flow.callee == kNoSymbol ? "" : fmt::format(" by {}", name(flow.callee));
  const std::string_view what =
      flow.carries > 0 ? ": a script that may do what a request says" : "";
  steps.push_back(step_at(FileStep::Role::kSink, flow.node,
                          fmt::format("{}{}{}", to_string(flow.sink), by, what)));
}

FileStep Reasons::step_at(FileStep::Role role, NodeId id, std::string what) const {
  const Node& node = tree_.at(id);
  const Source& source = tree_.source(node.source);
  FileStep step;
  step.role = role;
  step.what = std::move(what);
  step.layer = source.depth;
  const bool stands_in_file = node.source == 0;
  const std::size_t begin = stands_in_file ? node.begin : source.begin;
  const std::size_t length = stands_in_file ? node.length : source.length;
  step.offset_bytes = text_.offset_of(begin);
  step.length_bytes =
      static_cast<std::uint32_t>(text_.offset_of(begin + length) - step.offset_bytes);
  step.text = source.text.substr(node.begin, std::min<std::size_t>(node.length, text_bytes_max_));
  return step;
}

FileStep Reasons::step_of(const Trail& trail) const {
  using enum FileStep::Role;
  switch (trail.kind) {
    case Trail::Kind::kSource:
      return step_at(kSource, trail.node, words_of_source(trail));
    case Trail::Kind::kKept:
      return step_at(kStep, trail.node, fmt::format("kept in {}", name(trail.name)));
    case Trail::Kind::kPassed:
      return step_at(kStep, trail.node, fmt::format("passed through {}", name(trail.name)));
    case Trail::Kind::kDecoder:
      return step_at(kStep, trail.node, fmt::format("decoded by {}", name(trail.name)));
    case Trail::Kind::kReturned:
      return step_at(kStep, trail.node, fmt::format("given back by {}", name(trail.name)));
    case Trail::Kind::kTaken:
      return step_at(kStep, trail.node, fmt::format("of that {}", name(trail.name)));
  }
  return {};
}

std::string Reasons::words_of_source(const Trail& trail) const {
  const std::string named = trail.name == kNoSymbol ? "" : fmt::format(": {}", name(trail.name));
  for (const OriginWords& words : kOriginWords) {
    if ((trail.origins & words.origin) != 0) return fmt::format("{}{}", words.words, named);
  }
  return "unknown" + named;
}

}  // namespace pugmark::script
