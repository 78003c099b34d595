#include "casefile/sqlite/rows.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <memory>

#include "casefile/sqlite/json_column.h"

namespace pugmark::sqlite {
namespace {

// About 285 years: what TimeUtc can hold, so that adding it to a time can be checked.
constexpr std::int64_t kTimeShiftMaxS = 9'000'000'000;

std::int64_t read_time_shift(Row& row) {
  const std::int64_t shift_s = row.number();
  if (shift_s >= -kTimeShiftMaxS && shift_s <= kTimeShiftMaxS) return shift_s;
  row.fail("time_shift_s is out of range");
  return 0;
}

// The word of an enumeration, or a wrong row.
template <class E, std::size_t N>
E one_of(Row& row, const std::array<E, N>& all, const char* what) {
  const std::string word = row.text();
  for (const E value : all) {
    if (to_string(value) == word) return value;
  }
  row.fail(fmt::format("\"{}\" is no {}", word, what));
  return all[0];
}

Level read_level(Row& row) {
  return one_of(row,
                std::array{Level::kInformational, Level::kLow, Level::kMedium, Level::kHigh,
                           Level::kCritical},
                "level");
}

Verdict read_verdict(Row& row) {
  const std::optional<std::string> word = row.optional_text();
  if (!word) return Verdict::kNone;
  const std::optional<Verdict> verdict = verdict_from_string(*word);
  if (!verdict) row.fail(fmt::format("\"{}\" is no verdict", *word));
  return verdict.value_or(Verdict::kNone);
}

std::vector<std::string> read_list(Row& row) {
  std::optional<std::vector<std::string>> list = text_list_from_json(row.text());
  if (!list) row.fail("a list is not a JSON array of strings as this program writes it");
  return std::move(list).value_or(std::vector<std::string>());
}

struct DigitedTime {
  TimeUtc time;
  TimePrecision precision = TimePrecision::kUnknown;
};

// Only the form format_time() writes: other forms would not come out as they went in.
DigitedTime time_of(Row& row, const std::string& text) {
  const std::optional<ParsedTime> parsed = parse_time(text);
  if (!parsed || format_time(parsed->time, parsed->precision) != text) {
    row.fail(fmt::format("\"{}\" is no time", text));
    return {};
  }
  return {parsed->time, parsed->precision};
}

DigitedTime read_time(Row& row) {
  const std::optional<std::string> text = row.optional_text();
  return text ? time_of(row, *text) : DigitedTime{};
}

std::optional<Sha256> sha256_of(Row& row, const std::string& hex) {
  Sha256 digest{};
  bool right = hex.size() == 2 * digest.size();
  for (std::size_t i = 0; right && i < hex.size(); ++i) {
    const char c = hex[i];
    const bool decimal = c >= '0' && c <= '9';
    right = decimal || (c >= 'a' && c <= 'f');
    const auto nibble = static_cast<unsigned>(decimal ? c - '0' : c - 'a' + 10) & 15U;
    digest[i / 2] =
        static_cast<std::byte>((std::to_integer<unsigned>(digest[i / 2]) << 4U) | nibble);
  }
  if (right) return digest;
  row.fail("sha256 is not 64 hexadecimal digits");
  return std::nullopt;
}

// "" for NULL.
std::string read_digest(Row& row, std::size_t digits_count, const char* name) {
  std::optional<std::string> hex = row.optional_text();
  if (!hex) return {};
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (hex->size() == digits_count && std::all_of(hex->begin(), hex->end(), is_digit))
    return std::move(*hex);
  row.fail(fmt::format("{} is not {} hexadecimal digits", name, digits_count));
  return {};
}

// The value of the word, or a wrong row.
template <class E>
E word_of(Row& row, std::optional<E> (*value_of)(std::string_view), const char* what) {
  const std::string word = row.text();
  const std::optional<E> value = value_of(word);
  if (!value) row.fail(fmt::format("\"{}\" is no {}", word, what));
  return value.value_or(E{});
}

FileAttributes read_attributes(Row& row) {
  FileAttributes out;
  for (std::int64_t* const time_ns :
       {&out.modified_ns, &out.changed_ns, &out.created_ns, &out.accessed_ns}) {
    const DigitedTime time = read_time(row);
    if (time.precision == TimePrecision::kUnknown) continue;
    if (out.precision != TimePrecision::kUnknown && out.precision != time.precision)
      row.fail("the times of a file differ in precision");
    out.precision = time.precision;
    *time_ns = time.time.ns_since_1970;
  }
  out.source = word_of(row, attributes_source_from_string, "source of times");
  const std::uint64_t owner = row.optional_unsigned_number().value_or(FileAttributes::kNoOwner);
  if (owner > FileAttributes::kNoOwner) row.fail("owner_id is too large");
  out.owner_id = static_cast<std::uint32_t>(owner);
  if (std::optional<std::string> name = row.optional_text())
    out.owner_name = std::make_shared<const std::string>(std::move(*name));
  const std::uint64_t mode = row.optional_unsigned_number().value_or(FileAttributes::kNoMode);
  if (mode > FileAttributes::kNoMode) row.fail("mode is too large");
  out.mode = static_cast<std::uint16_t>(mode);
  return out;
}

}  // namespace

CaseItem read_item(Row& row) {
  CaseItem out;
  const std::int64_t number = row.number();
  if (number < 1 || number > std::numeric_limits<std::uint32_t>::max())
    row.fail("number is out of range");
  out.item.id = static_cast<ItemId>(number - 1);
  out.item.path = row.text();
  out.item.size_bytes = row.unsigned_number();
  if (const std::optional<std::string> hex = row.optional_text())
    out.item.sha256 = sha256_of(row, *hex);
  out.item.type = row.text();
  out.item.events_count = row.unsigned_number();
  out.item.read_bytes = row.unsigned_number();
  out.item.unread_bytes = row.unsigned_number();
  out.gaps_count = row.unsigned_number();
  out.duplicate_of = row.optional_text().value_or("");
  out.clock = row.optional_text().value_or("");
  out.time_shift_s = read_time_shift(row);
  return out;
}

CaseGap read_gap(Row& row) {
  CaseGap out;
  row.number();
  out.item = row.text();
  out.offset_bytes = row.unsigned_number();
  out.length_bytes = row.unsigned_number();
  out.kind = one_of(row,
                    std::array{GapKind::kUnreadable, GapKind::kDamaged, GapKind::kTruncated,
                               GapKind::kLimit, GapKind::kUnsupported, GapKind::kChanged},
                    "kind of gap");
  out.what = row.text();
  return out;
}

LedgerEntry read_rule(Row& row) {
  LedgerEntry out;
  row.number();
  out.rule_id = row.optional_text().value_or("");
  out.rule_title = row.text();
  out.kind = row.text();
  out.level = read_level(row);
  out.status = row.text();
  out.author = row.text();
  out.file = row.text();
  out.line = row.number32();
  out.log_source = row.text();
  out.state = one_of(row,
                     std::array{RuleState::kRan, RuleState::kNotObservable, RuleState::kRejected,
                                RuleState::kDisabled},
                     "state of a rule");
  out.why = row.text();
  out.events_count = row.unsigned_number();
  out.findings_count = row.unsigned_number();
  out.kept_count = row.unsigned_number();
  out.techniques = read_list(row);
  out.tags = read_list(row);
  out.references = read_list(row);
  out.text = row.text();
  return out;
}

Coverage read_coverage(Row& row) {
  Coverage out;
  row.number();
  out.computer = row.text();
  out.source = row.text();
  out.kind = row.text();
  const DigitedTime first = read_time(row);
  const DigitedTime last = read_time(row);
  if (first.precision != last.precision) row.fail("first and last differ in precision");
  out.first = first.time;
  out.last = last.time;
  out.precision = first.precision;
  out.events_count = row.unsigned_number();
  out.undated_count = row.unsigned_number();
  out.recovered_count = row.unsigned_number();
  for (const std::string& hole : read_list(row)) {
    const std::size_t slash = hole.find('/');
    if (slash == std::string::npos) {
      row.fail(fmt::format("\"{}\" is no interval", hole));
      break;
    }
    out.holes.push_back(
        {time_of(row, hole.substr(0, slash)).time, time_of(row, hole.substr(slash + 1)).time});
  }
  out.holes_count = row.unsigned_number();
  out.missing_records_count = row.unsigned_number();
  out.time_shift_s = read_time_shift(row);
  out.shifted_items_count = row.unsigned_number();
  out.clock = row.text();
  out.items = read_list(row);
  out.items_count = row.unsigned_number();
  out.techniques = read_list(row);
  return out;
}

ExaminedFile read_file_head(Row& row) {
  ExaminedFile out;
  row.number();
  out.path = row.text();
  out.size_bytes = row.unsigned_number();
  if (const std::optional<std::string> hex = row.optional_text()) out.sha256 = sha256_of(row, *hex);
  out.md5 = read_digest(row, 32, "md5");
  out.sha1 = read_digest(row, 40, "sha1");
  out.language = row.text();
  out.encoding = row.text();
  out.verdict = word_of(row, file_verdict_from_string, "verdict of a file");
  out.kind = word_of(row, backdoor_kind_from_string, "kind of backdoor");
  out.score = row.optional_real();
  if (out.score && !(*out.score >= 0 && *out.score <= 1)) row.fail("score is out of range");
  out.key = row.text();
  out.attributes = read_attributes(row);
  out.unlisted_steps_count = row.unsigned_number();
  out.rules = read_list(row);
  return out;
}

ExaminedFile read_file(Row& row) {
  ExaminedFile out = read_file_head(row);
  std::optional<std::vector<FileStep>> steps = steps_from_json(row.text());
  if (!steps) row.fail("steps are not a JSON array as this program writes it");
  out.steps = std::move(steps).value_or(std::vector<FileStep>());
  return out;
}

NumberedFinding read_finding_head(Row& row) {
  NumberedFinding out;
  out.number = row.number();
  Finding& finding = out.finding;
  finding.id = row.text();
  finding.rule_id = row.text();
  finding.rule_title = row.text();
  finding.level = read_level(row);
  finding.status = row.text();
  finding.verdict = read_verdict(row);
  const DigitedTime time = read_time(row);
  finding.time = time.time;
  finding.precision = time.precision;
  finding.time_shift_s = read_time_shift(row);
  finding.item = row.text();
  finding.offset_bytes = row.unsigned_number();
  finding.length_bytes = row.number32();
  finding.record_id = row.optional_unsigned_number().value_or(0);
  finding.channel = row.text();
  const std::uint64_t event_id = row.optional_unsigned_number().value_or(0);
  if (event_id > std::numeric_limits<std::uint32_t>::max()) row.fail("event_id is too large");
  finding.event_id = static_cast<std::uint32_t>(event_id);
  finding.provider = row.text();
  finding.computer = row.text();
  finding.recovered = row.flag();
  finding.techniques = read_list(row);
  finding.tags = read_list(row);
  return out;
}

NumberedFinding read_finding(Row& row) {
  NumberedFinding out = read_finding_head(row);
  std::optional<Fields> fields = fields_from_json(row.text());
  if (!fields) {
    row.fail("fields are not a JSON object as this program writes it");
    return out;
  }
  out.finding.fields = std::move(*fields);
  std::optional<std::vector<Because>> because = because_from_json(row.text(), out.finding.fields);
  if (!because) row.fail("because is not a JSON array as this program writes it");
  out.finding.because = std::move(because).value_or(std::vector<Because>());
  for (const Because& one : out.finding.because) row.add_text_bytes(one.value.size());
  return out;
}

RelatedEvent read_related(Row& row) {
  RelatedEvent out;
  out.rule_id = row.text();
  out.item = row.text();
  out.offset_bytes = row.unsigned_number();
  out.length_bytes = row.number32();
  const DigitedTime time = read_time(row);
  out.time = time.time;
  out.precision = time.precision;
  return out;
}

}  // namespace pugmark::sqlite
