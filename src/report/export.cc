#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

#include "base/text.h"
#include "casefile/facts.h"
#include "report/exporters.h"
#include "report/no_match.h"
#include "report/words.h"

namespace pugmark {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"timesketch", "hayabusa", "ocsf", "navigator",
                                                    "csv"};

// What the rules' own files say of them, for formats that ask for it. Only of rules with findings.
Status load_rules(const CaseReader& reader, ExportContext& context) {
  return reader.rules([&](const LedgerEntry& entry) {
    if (entry.kept_count != 0) context.rules.emplace(entry.rule_id, entry);
    return true;
  });
}

// The kind of every item that has findings.
Status load_item_types(const CaseReader& reader, const Filter& filter, ExportContext& context) {
  const Status status = reader.finding_heads([&](const Finding& finding) {
    if (passes(filter, finding)) context.item_types.try_emplace(finding.item);
    return true;
  });
  if (!status.ok()) return status;
  return reader.items([&](const CaseItem& item) {
    const auto found = context.item_types.find(item.item.path);
    if (found != context.item_types.end()) found->second = item.item.type;
    return true;
  });
}

}  // namespace

std::span<const std::string_view> export_format_names() { return kNames; }

std::optional<ExportFormat> export_format_from_string(std::string_view text) {
  const auto found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<ExportFormat>(found - kNames.begin());
}

Status export_case(const CaseReader& reader, ExportFormat format, const Filter& filter, Output& out,
                   Notes& notes) {
  ExportContext context;
  Result<CaseFacts> facts = reader.facts();
  if (!facts.ok()) return facts.error();
  if (const auto found = facts.value().find(fact::kVersion); found != facts.value().end())
    context.program_version = found->second;
  if (Status status = load_rules(reader, context); !status.ok()) return status;
  if (Status status = load_item_types(reader, filter, context); !status.ok()) return status;

  const std::unique_ptr<Exporter> exporter = make_exporter(format, context);
  out.write(exporter->begin());
  std::uint64_t taken = 0;
  std::uint64_t left_out = 0;
  std::uint64_t without_time = 0;
  const Status status = reader.findings([&](const Finding& finding) {
    if (lacks_time(filter, finding)) ++without_time;
    if (!passes(filter, finding)) return true;
    if (exporter->needs_time() && finding.precision == TimePrecision::kUnknown) {
      ++left_out;
      return true;
    }
    if (filter.limit != 0 && taken >= filter.limit) return asks_for_time(filter);
    ++taken;
    out.write(exporter->row(finding));
    return !out.failed();
  });
  if (!status.ok()) return status;
  out.write(exporter->end());
  if (left_out != 0) {
    notes.push_back(fmt::format("{} without a time left out: the format {} has no place for them.",
                                counted(left_out, "finding"),
                                kNames[static_cast<std::size_t>(format)]));
  }
  if (taken == 0 && left_out == 0) {
    Result<Notes> sentences = no_finding_passes(reader, filter, "CASE");
    if (!sentences.ok()) return sentences.error();
    notes.insert(notes.end(), sentences.value().begin(), sentences.value().end());
  }
  if (without_time != 0) notes.push_back(without_time_words(without_time));
  return out.flush();
}

}  // namespace pugmark
