// Whole analyses of scripts: the first byte says what kind of page the rest is.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "detect/script/analyser.h"
#include "detect/script/flow/strength.h"
#include "detect/script/flow/effect_rows.h"

using namespace pugmark;
using namespace pugmark::script;

namespace {

// Sinks that no server knows, for seeds that could not be planted anywhere.
constexpr Effect kInertSinks[] = {
    rows::sink("inert_evaluate", SinkKind::kEvaluate, rows::arg(0)),
    rows::sink("inert_run", SinkKind::kCommand, rows::arg(0), kFromSystem),
    rows::sink("inert_write", SinkKind::kWriteFile, rows::arg(0) | rows::arg(1)),
};

constexpr std::string_view kPaths[] = {"x.php",  "x.asp", "x.aspx", "x.ashx", "x.asmx", "x.jsp",
                                       "x.jspx", "x.cfm", "x.pl",   "x.cgi",  "x.py",   "x.txt"};

void hold(bool is_kept, const char* promise) {
  if (is_kept) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

// Few steps, so that what does not end is seen, and soon.
AnalysisBounds bounds() {
  AnalysisBounds bounds;
  bounds.own_effects = kInertSinks;
  bounds.describes = true;
  bounds.flow.steps_max = 100'000;
  bounds.flow.steps_at_all_max = 200'000;
  bounds.flow.loop_rounds_max = 10'000;
  bounds.flow.unpacked_bytes_max = 1U << 20U;
  return bounds;
}

bool is_same(const FileStep& a, const FileStep& b) {
  return a.role == b.role && a.what == b.what && a.text == b.text &&
         a.offset_bytes == b.offset_bytes && a.length_bytes == b.length_bytes && a.layer == b.layer;
}

void check_same(const Analysis& a, const Analysis& b, const char* promise) {
  hold(a.page == b.page && a.language == b.language && a.encoding == b.encoding &&
           a.has_code == b.has_code && a.kind == b.kind && a.key == b.key && a.cuts == b.cuts &&
           a.unlisted_flows_count == b.unlisted_flows_count && a.features == b.features &&
           a.buckets == b.buckets,
       promise);
  hold(std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(), is_same),
       promise);
  hold(a.flows.size() == b.flows.size(), promise);
  for (std::size_t i = 0; i < a.flows.size(); ++i) {
    hold(a.flows[i].sink == b.flows[i].sink && a.flows[i].origins == b.flows[i].origins &&
             a.flows[i].node == b.flows[i].node &&
             strength_of(a.flows[i]) == strength_of(b.flows[i]),
         promise);
  }
}

void check(const Analysis& analysis, std::size_t size_bytes) {
  for (const FileStep& step : analysis.steps) {
    hold(step.offset_bytes <= size_bytes && step.length_bytes <= size_bytes - step.offset_bytes,
         "steps stand in the file");
    hold(!step.what.empty(), "steps say what is done");
  }
  int before = 100;
  for (const Flow& flow : analysis.flows) {
    const int strength = strength_of(flow);
    hold(strength >= 0 && strength <= before, "flows have strengths of 0 to 100, strongest first");
    before = strength;
  }
  hold(!analysis.flows.empty() || analysis.kind == BackdoorKind::kNone, "a kind only with flows");
  hold(!analysis.flows.empty() || analysis.key.empty(), "a key only with flows");
  hold(!analysis.flows.empty() || analysis.steps.empty(), "steps only with flows");
  hold(analysis.has_code || analysis.flows.empty(), "flows only in code");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  if (size_bytes == 0) return 0;
  const std::string_view path = kPaths[data[0] % std::size(kPaths)];
  // Bytes may be viewed as std::byte.
  const Bytes bytes(reinterpret_cast<const std::byte*>(data + 1), size_bytes - 1);
  static Analyser used(bounds());
  const Analysis first = used.analyse(bytes, path);
  check(first, bytes.size());
  check_same(first, used.analyse(bytes, path), "the same again from the same analyser");
  check_same(first, Analyser(bounds()).analyse(bytes, path), "the same from a new analyser");
  return 0;
}
