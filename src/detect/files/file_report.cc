#include "detect/files/file_report.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <iterator>
#include <utility>

#include "detect/collect/pack.h"

namespace pugmark::files {
namespace {

std::uint64_t place_of(const Reason& reason) {
  return reason.steps.empty() ? 0 : reason.steps.front().offset_bytes;
}

void put_step(const FileStep& step, std::string& out) {
  put_number(static_cast<std::uint64_t>(step.role), out);
  put_text(step.what, out);
  put_text(step.text, out);
  put_number(step.offset_bytes, out);
  put_number(step.length_bytes, out);
  put_number(step.layer, out);
}

void unpack_step(Unpacker& in, FileStep& step) {
  step.role = static_cast<FileStep::Role>(in.number());
  in.text(step.what);
  in.text(step.text);
  step.offset_bytes = in.number();
  step.length_bytes = static_cast<std::uint32_t>(in.number());
  step.layer = static_cast<std::uint32_t>(in.number());
}

void put_hit(const RuleHit& hit, std::string& out) {
  put_number(hit.rule, out);
  put_number(hit.offset_bytes, out);
  put_number(hit.length_bytes, out);
  put_number(hit.unlisted_count, out);
  put_number(hit.because.size(), out);
  for (const Because& one : hit.because) {
    put_text(one.field, out);
    put_text(one.value, out);
    put_text(one.pattern, out);
    put_text(one.reading, out);
    put_number(one.offset_bytes ? *one.offset_bytes + 1 : 0, out);
  }
}

void unpack_hit(Unpacker& in, RuleHit& hit) {
  hit.rule = static_cast<std::uint32_t>(in.number());
  hit.offset_bytes = in.number();
  hit.length_bytes = static_cast<std::uint32_t>(in.number());
  hit.unlisted_count = in.number();
  in.list(hit.because, [&](Because& one) {
    in.text(one.field);
    in.text(one.value);
    in.text(one.pattern);
    in.text(one.reading);
    const std::uint64_t offset = in.number();
    one.offset_bytes = offset != 0 ? std::optional(offset - 1) : std::nullopt;
  });
}

void put_fact(const FileFact& fact, std::string& out) {
  put_number(fact.kind, out);
  put_text(fact.name, out);
  put_text(fact.value, out);
  put_number(fact.offset_bytes, out);
  put_number(fact.length_bytes, out);
}

void unpack_fact(Unpacker& in, FileFact& fact) {
  fact.kind = static_cast<std::uint32_t>(in.number());
  in.text(fact.name);
  in.text(fact.value);
  fact.offset_bytes = in.number();
  fact.length_bytes = static_cast<std::uint32_t>(in.number());
}

void keep_first(const Limits& limits, RuleHit& hit) {
  const auto most = static_cast<std::size_t>(limits.comparisons_per_finding);
  if (hit.because.size() <= most) return;
  hit.unlisted_count += hit.because.size() - most;
  hit.because.resize(most);
}

// The steps of the heaviest reasons, as many as the limit allows. Of one that has more by itself
// the first ones.
void keep_heaviest(const Limits& limits, FileReport& report) {
  std::stable_sort(report.reasons.begin(), report.reasons.end(),
                   [](const Reason& a, const Reason& b) {
                     if (a.weight != b.weight) return a.weight > b.weight;
                     return place_of(a) < place_of(b);
                   });
  std::uint64_t left = limits.file_steps;
  for (Reason& reason : report.reasons) {
    const auto kept = static_cast<std::size_t>(std::min<std::uint64_t>(left, reason.steps.size()));
    report.unlisted_steps_count += reason.steps.size() - kept;
    reason.steps.resize(kept);
    left -= kept;
  }
  std::erase_if(report.reasons, [](const Reason& reason) { return reason.steps.empty(); });
}

void keep_first_hits(const Limits& limits, FileReport& report) {
  for (RuleHit& hit : report.hits) keep_first(limits, hit);
}

// One match of a rule for a file, whose place is the first in it.
void join_hit(RuleHit&& from, std::vector<RuleHit>& into) {
  const auto known = std::find_if(into.begin(), into.end(),
                                  [&](const RuleHit& hit) { return hit.rule == from.rule; });
  if (known == into.end()) {
    into.push_back(std::move(from));
    return;
  }
  known->because.insert(known->because.end(), std::make_move_iterator(from.because.begin()),
                        std::make_move_iterator(from.because.end()));
  known->unlisted_count += from.unlisted_count;
}

void join_report(FileReport&& from, FileReport& into) {
  raise(from.verdict, into);
  // The first kind there is in the order of the enumeration.
  if (into.kind == BackdoorKind::kNone ||
      (from.kind != BackdoorKind::kNone && from.kind < into.kind))
    into.kind = from.kind;
  if (from.score) into.score = std::max(into.score.value_or(0), *from.score);
  if (into.key.empty()) into.key = std::move(from.key);
  if (into.language.empty()) into.language = std::move(from.language);
  into.unlisted_steps_count += from.unlisted_steps_count;
  into.reasons.insert(into.reasons.end(), std::make_move_iterator(from.reasons.begin()),
                      std::make_move_iterator(from.reasons.end()));
  for (RuleHit& hit : from.hits) join_hit(std::move(hit), into.hits);
  into.facts.insert(into.facts.end(), std::make_move_iterator(from.facts.begin()),
                    std::make_move_iterator(from.facts.end()));
}

}  // namespace

void keep_to_limits(const Limits& limits, FileReport& report) {
  keep_heaviest(limits, report);
  keep_first_hits(limits, report);
  const auto text_bytes = static_cast<std::size_t>(limits.comparison_bytes);
  for (Reason& reason : report.reasons) {
    for (FileStep& step : reason.steps) step.text = cut_text(step.text, text_bytes);
  }
  for (RuleHit& hit : report.hits) {
    for (Because& one : hit.because) one.value = cut_text(one.value, text_bytes);
  }
}

FileReport join_reports(std::vector<FileReport> reports, const Limits& limits) {
  if (reports.empty()) return {};
  FileReport joined = std::move(reports.front());
  for (std::size_t i = 1; i < reports.size(); ++i) join_report(std::move(reports[i]), joined);
  keep_heaviest(limits, joined);
  keep_first_hits(limits, joined);
  return joined;
}

std::string pack_report(const FileReport& report) {
  std::string out;
  put_number(static_cast<std::uint64_t>(report.verdict), out);
  put_number(static_cast<std::uint64_t>(report.kind), out);
  put_number(report.score ? 1 : 0, out);
  put_number(std::bit_cast<std::uint64_t>(report.score.value_or(0)), out);
  put_text(report.key, out);
  put_text(report.language, out);
  put_number(report.unlisted_steps_count, out);
  put_number(report.reasons.size(), out);
  for (const Reason& reason : report.reasons) {
    put_number(reason.weight, out);
    put_number(reason.steps.size(), out);
    for (const FileStep& step : reason.steps) put_step(step, out);
  }
  put_number(report.hits.size(), out);
  for (const RuleHit& hit : report.hits) put_hit(hit, out);
  put_number(report.facts.size(), out);
  for (const FileFact& fact : report.facts) put_fact(fact, out);
  return out;
}

Status unpack_report(std::string_view bytes, FileReport& report) {
  Unpacker in(bytes);
  report.verdict = static_cast<FileVerdict>(in.number());
  report.kind = static_cast<BackdoorKind>(in.number());
  const bool has_score = in.number() != 0;
  const auto score = std::bit_cast<double>(in.number());
  report.score = has_score ? std::optional(score) : std::nullopt;
  in.text(report.key);
  in.text(report.language);
  report.unlisted_steps_count = in.number();
  in.list(report.reasons, [&](Reason& reason) {
    reason.weight = static_cast<std::uint32_t>(in.number());
    in.list(reason.steps, [&](FileStep& step) { unpack_step(in, step); });
  });
  in.list(report.hits, [&](RuleHit& hit) { unpack_hit(in, hit); });
  in.list(report.facts, [&](FileFact& fact) { unpack_fact(in, fact); });
  if (!in.ok() || !in.at_end())
    return Error{ErrorCode::kDamaged, "The temporary file for files was changed.", ""};
  return {};
}

}  // namespace pugmark::files
