#include <array>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unordered_map>

#include "casefile/casefile.h"
#include "casefile/new_file.h"
#include "casefile/sqlite/database.h"
#include "casefile/sqlite/json_column.h"
#include "casefile/sqlite/schema.h"

namespace pugmark {
namespace {

using sqlite::Database;
using sqlite::Statement;
using sqlite::text_list_to_json;

// Which prepared statement; the order is that of kInserts.
enum Insert : std::size_t {
  kFact,
  kItem,
  kGap,
  kRule,
  kCoverage,
  kFile,
  kFindingRule,
  kFindingSource,
  kFindingEvent,
  kFinding,
  kRelated,
  kInsertsCount
};

constexpr std::array<std::string_view, kInsertsCount> kInserts = {
    "INSERT INTO facts VALUES (?,?)",
    "INSERT INTO items VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO gaps VALUES (?,?,?,?,?,?)",
    "INSERT INTO rules VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO coverage VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO files VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO finding_rules VALUES (?,?,?,?,?,?,?,?)",
    "INSERT INTO finding_sources VALUES (?,?,?,?,?,?)",
    "INSERT INTO finding_events VALUES (?,?,?,?,?,?,?,?,?)",
    "INSERT INTO finding_matches VALUES (?,?,?,?,?)",
    "INSERT INTO related VALUES (?,?,?,?,?,?,?)",
};

// One size and one encoding for all cases, so that equal calls make equal bytes; no journal,
// because a file that is not finished is removed anyway; freed space is zeroed, never left over
// memory.
constexpr char kSettings[] =
    "PRAGMA page_size=8192; PRAGMA encoding='UTF-8'; PRAGMA auto_vacuum=NONE;"
    "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
    "PRAGMA secure_delete=ON; PRAGMA cache_size=-16384; PRAGMA trusted_schema=OFF;";

void bind_time(Statement& into, TimeUtc time, TimePrecision precision) {
  if (precision == TimePrecision::kUnknown) {
    into.bind_null();
  } else {
    into.bind(std::string_view(format_time(time, precision)));
  }
}

void bind_or_null(Statement& into, std::string_view text) {
  if (text.empty()) {
    into.bind_null();
  } else {
    into.bind(text);
  }
}

void bind_or_null(Statement& into, std::uint64_t number) {
  if (number == 0) {
    into.bind_null();
  } else {
    into.bind_unsigned(number);
  }
}

void bind_time(Statement& into, std::int64_t time_ns, TimePrecision precision) {
  bind_time(into, TimeUtc{time_ns},
            time_ns == FileAttributes::kNoTime ? TimePrecision::kUnknown : precision);
}

void bind_attributes(Statement& into, const FileAttributes& attributes) {
  for (const std::int64_t time_ns : {attributes.modified_ns, attributes.changed_ns,
                                     attributes.created_ns, attributes.accessed_ns})
    bind_time(into, time_ns, attributes.precision);
  into.bind(to_string(attributes.source));
  if (attributes.owner_id == FileAttributes::kNoOwner) {
    into.bind_null();
  } else {
    into.bind_unsigned(attributes.owner_id);
  }
  bind_or_null(into, attributes.owner_name == nullptr ? std::string_view()
                                                      : std::string_view(*attributes.owner_name));
  if (attributes.mode == FileAttributes::kNoMode) {
    into.bind_null();
  } else {
    into.bind_unsigned(attributes.mode);
  }
}

// Texts one after another, none of which can run into the next.
void add_to_key(std::string_view text, std::string& key) {
  key += fmt::format_int(text.size()).str();
  key += ':';
  key += text;
}

// Numbers rows so that equal ones are stored once. It forgets when it has too many: then a row may
// stand twice, which costs space and changes nothing.
class RowNumbers {
 public:
  // The number of the row of this key, and whether it is yet to be stored.
  std::pair<std::int64_t, bool> number_of(const std::string& key) {
    constexpr std::size_t kRowsRemembered = 10'000;
    const auto known = numbers_.find(key);
    if (known != numbers_.end()) return {known->second, false};
    if (numbers_.size() >= kRowsRemembered) numbers_.clear();
    numbers_.emplace(key, ++last_);
    return {last_, true};
  }

 private:
  std::unordered_map<std::string, std::int64_t> numbers_;
  std::int64_t last_ = 0;
};

}  // namespace

class CaseWriter::State {
 public:
  explicit State(NewFile new_file) : file(std::move(new_file)) {}

  // Members die from the last to the first: statements, database, then the temporary file.
  NewFile file;
  Database database;
  std::array<Statement, kInsertsCount> inserts;
  std::array<std::int64_t, kInsertsCount> rows{};  // stored so far, of each table with numbers

  Status prepare();
  Status create_objects(bool indexes);
  Statement& next_row(Insert table) {
    inserts[table].bind(++rows[table]);
    return inserts[table];
  }
  Status run(Insert table) { return named(inserts[table].run()); }

  // Failures of SQLite, said of the file the user named.
  Status named(Status status) const {
    if (status.ok()) return status;
    Error error = std::move(status).error();
    error.message = fmt::format("{}: the case cannot be written, {}", file.path(), error.message);
    if (error.code == ErrorCode::kDamaged) error.code = ErrorCode::kIo;
    return error;
  }

  // The numbers of the rows a finding refers to, which are stored if they are new.
  Result<std::int64_t> rule_row(const Finding& finding);
  Result<std::int64_t> source_row(const Finding& finding);
  Result<std::int64_t> event_row(const Finding& finding);
  Status add_related(const Finding& finding);

  RowNumbers finding_rules;
  RowNumbers finding_sources;
  std::string last_event_key;
  std::string key;   // memory used again from finding to finding
  std::string json;  // likewise
};

Status CaseWriter::State::create_objects(bool indexes) {
  for (const sqlite::SchemaObject& object : sqlite::schema()) {
    if ((object.type == "index") != indexes) continue;
    if (Status made = named(database.run(std::string(object.sql).c_str())); !made.ok()) return made;
  }
  return {};
}

Status CaseWriter::State::prepare() {
  sqlite3_limit(database.handle(), SQLITE_LIMIT_LENGTH, sqlite::kRowBytesMax);
  if (Status status = named(database.run(kSettings)); !status.ok()) return status;
  const std::string numbers = fmt::format("PRAGMA application_id={}; PRAGMA user_version={}; BEGIN",
                                          sqlite::kApplicationId, sqlite::kFormatVersion);
  if (Status status = named(database.run(numbers.c_str())); !status.ok()) return status;
  if (Status status = create_objects(false); !status.ok()) return status;
  for (std::size_t i = 0; i < kInsertsCount; ++i) {
    Result<Statement> statement = database.prepare(kInserts[i]);
    if (!statement.ok()) return named(statement.error());
    inserts[i] = std::move(statement).value();
  }
  return {};
}

CaseWriter::CaseWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
CaseWriter::~CaseWriter() = default;
CaseWriter::CaseWriter(CaseWriter&&) noexcept = default;
CaseWriter& CaseWriter::operator=(CaseWriter&&) noexcept = default;

Result<CaseWriter> CaseWriter::create(const std::string& path, bool force) {
  Result<NewFile> file = NewFile::create(path, force);
  if (!file.ok()) return file.error();
  auto state = std::make_unique<State>(std::move(file).value());
  Result<Database> database = Database::open(state->file.temporary_path(), SQLITE_OPEN_READWRITE);
  if (!database.ok()) return state->named(database.error()).error();
  state->database = std::move(database).value();
  if (Status prepared = state->prepare(); !prepared.ok()) return prepared.error();
  return CaseWriter(std::move(state));
}

Status CaseWriter::add_fact(const std::string& name, const std::string& value) {
  Statement& row = state_->inserts[kFact];
  row.bind(std::string_view(name));
  row.bind(std::string_view(value));
  return state_->run(kFact);
}

Status CaseWriter::add_item(const CaseItem& item) {
  Statement& row = state_->next_row(kItem);
  row.bind(std::string_view(item.item.path));
  row.bind_unsigned(item.item.size_bytes);
  if (item.item.sha256) {
    row.bind(std::string_view(to_hex(*item.item.sha256)));
  } else {
    row.bind_null();
  }
  row.bind(std::string_view(item.item.type));
  row.bind_unsigned(item.item.events_count);
  row.bind_unsigned(item.item.read_bytes);
  row.bind_unsigned(item.item.unread_bytes);
  row.bind_unsigned(item.gaps_count);
  bind_or_null(row, std::string_view(item.duplicate_of));
  bind_or_null(row, std::string_view(item.clock));
  row.bind(item.time_shift_s);
  return state_->run(kItem);
}

Status CaseWriter::add_gap(const CaseGap& gap) {
  Statement& row = state_->next_row(kGap);
  row.bind(std::string_view(gap.item));
  row.bind_unsigned(gap.offset_bytes);
  row.bind_unsigned(gap.length_bytes);
  row.bind(to_string(gap.kind));
  row.bind(std::string_view(gap.what));
  return state_->run(kGap);
}

Status CaseWriter::add_rule(const LedgerEntry& entry) {
  Statement& row = state_->next_row(kRule);
  bind_or_null(row, std::string_view(entry.rule_id));
  row.bind(std::string_view(entry.rule_title));
  row.bind(std::string_view(entry.kind));
  row.bind(to_string(entry.level));
  row.bind(std::string_view(entry.status));
  row.bind(std::string_view(entry.author));
  row.bind(std::string_view(entry.file));
  row.bind_unsigned(entry.line);
  row.bind(std::string_view(entry.log_source));
  row.bind(to_string(entry.state));
  row.bind(std::string_view(entry.why));
  row.bind_unsigned(entry.events_count);
  row.bind_unsigned(entry.findings_count);
  row.bind_unsigned(entry.kept_count);
  row.bind(std::string_view(text_list_to_json(entry.techniques)));
  row.bind(std::string_view(text_list_to_json(entry.tags)));
  row.bind(std::string_view(text_list_to_json(entry.references)));
  row.bind(std::string_view(entry.text));
  return state_->run(kRule);
}

Status CaseWriter::add_coverage(const Coverage& coverage) {
  const bool dated = coverage.events_count > coverage.undated_count;
  const TimePrecision precision = dated ? coverage.precision : TimePrecision::kUnknown;
  std::vector<std::string> holes;  // ISO 8601 intervals; without dated events there are none
  for (const TimeInterval& hole : coverage.holes) {
    if (precision == TimePrecision::kUnknown) break;
    holes.push_back(format_time(hole.from, precision) + "/" + format_time(hole.to, precision));
  }
  Statement& row = state_->next_row(kCoverage);
  row.bind(std::string_view(coverage.computer));
  row.bind(std::string_view(coverage.source));
  row.bind(std::string_view(coverage.kind));
  bind_time(row, coverage.first, precision);
  bind_time(row, coverage.last, precision);
  row.bind_unsigned(coverage.events_count);
  row.bind_unsigned(coverage.undated_count);
  row.bind_unsigned(coverage.recovered_count);
  row.bind(std::string_view(text_list_to_json(holes)));
  row.bind_unsigned(coverage.holes_count);
  row.bind_unsigned(coverage.missing_records_count);
  row.bind(coverage.time_shift_s);
  row.bind_unsigned(coverage.shifted_items_count);
  row.bind(std::string_view(coverage.clock));
  row.bind(std::string_view(text_list_to_json(coverage.items)));
  row.bind_unsigned(coverage.items_count);
  row.bind(std::string_view(text_list_to_json(coverage.techniques)));
  return state_->run(kCoverage);
}

Status CaseWriter::add_file(const ExaminedFile& file) {
  Statement& row = state_->next_row(kFile);
  row.bind(std::string_view(file.path));
  row.bind_unsigned(file.size_bytes);
  bind_or_null(row, std::string_view(file.sha256 ? to_hex(*file.sha256) : std::string()));
  bind_or_null(row, std::string_view(file.md5));
  bind_or_null(row, std::string_view(file.sha1));
  row.bind(std::string_view(file.language));
  row.bind(std::string_view(file.encoding));
  row.bind(to_string(file.verdict));
  row.bind(to_string(file.kind));
  if (file.score) {
    row.bind_real(*file.score);
  } else {
    row.bind_null();
  }
  row.bind(std::string_view(file.key));
  bind_attributes(row, file.attributes);
  row.bind_unsigned(file.unlisted_steps_count);
  row.bind(std::string_view(text_list_to_json(file.rules)));
  row.bind(std::string_view(sqlite::steps_to_json(file.steps)));
  return state_->run(kFile);
}

Result<std::int64_t> CaseWriter::State::rule_row(const Finding& finding) {
  key.clear();
  for (const std::string_view text :
       {std::string_view(finding.rule_id), std::string_view(finding.rule_title),
        to_string(finding.level), std::string_view(finding.status), to_string(finding.verdict)}) {
    add_to_key(text, key);
  }
  for (const std::string& technique : finding.techniques) add_to_key(technique, key);
  key += '/';  // where tags begin
  for (const std::string& tag : finding.tags) add_to_key(tag, key);
  const auto [number, is_new] = finding_rules.number_of(key);
  if (!is_new) return number;
  Statement& row = inserts[kFindingRule];
  row.bind(number);
  row.bind(std::string_view(finding.rule_id));
  row.bind(std::string_view(finding.rule_title));
  row.bind(to_string(finding.level));
  row.bind(std::string_view(finding.status));
  bind_or_null(row, to_string(finding.verdict));
  row.bind(std::string_view(text_list_to_json(finding.techniques)));
  row.bind(std::string_view(text_list_to_json(finding.tags)));
  if (Status status = run(kFindingRule); !status.ok()) return status.error();
  return number;
}

Result<std::int64_t> CaseWriter::State::source_row(const Finding& finding) {
  key.clear();
  for (const std::string* text :
       {&finding.item, &finding.channel, &finding.provider, &finding.computer})
    add_to_key(*text, key);
  add_to_key(fmt::format_int(finding.event_id).str(), key);
  const auto [number, is_new] = finding_sources.number_of(key);
  if (!is_new) return number;
  Statement& row = inserts[kFindingSource];
  row.bind(number);
  row.bind(std::string_view(finding.item));
  row.bind(std::string_view(finding.channel));
  bind_or_null(row, std::uint64_t{finding.event_id});
  row.bind(std::string_view(finding.provider));
  row.bind(std::string_view(finding.computer));
  if (Status status = run(kFindingSource); !status.ok()) return status.error();
  return number;
}

// Findings of one event stand together, so that only the event before need be remembered.
Result<std::int64_t> CaseWriter::State::event_row(const Finding& finding) {
  const Result<std::int64_t> source = source_row(finding);
  if (!source.ok()) return source;
  sqlite::fields_to_json(finding.fields, json);
  key = json;
  for (const std::uint64_t number : {static_cast<std::uint64_t>(source.value()),
                                     finding.offset_bytes, std::uint64_t{finding.length_bytes},
                                     finding.record_id, std::uint64_t{finding.recovered ? 1U : 0U},
                                     static_cast<std::uint64_t>(finding.time.ns_since_1970),
                                     static_cast<std::uint64_t>(finding.precision),
                                     static_cast<std::uint64_t>(finding.time_shift_s)}) {
    add_to_key(fmt::format_int(number).str(), key);
  }
  if (key == last_event_key) return rows[kFindingEvent];
  last_event_key = key;
  Statement& row = next_row(kFindingEvent);
  row.bind(source.value());
  bind_time(row, finding.time, finding.precision);
  row.bind(finding.time_shift_s);
  row.bind_unsigned(finding.offset_bytes);
  row.bind_unsigned(finding.length_bytes);
  bind_or_null(row, finding.record_id);
  row.bind(std::int64_t{finding.recovered ? 1 : 0});
  row.bind_in_place(json);
  if (Status status = run(kFindingEvent); !status.ok()) return status.error();
  return rows[kFindingEvent];
}

Status CaseWriter::State::add_related(const Finding& finding) {
  std::int64_t position = 0;
  for (const RelatedEvent& related : finding.related) {
    Statement& row = inserts[kRelated];
    row.bind(rows[kFinding]);
    row.bind(++position);
    row.bind(std::string_view(related.rule_id));
    row.bind(std::string_view(related.item));
    row.bind_unsigned(related.offset_bytes);
    row.bind_unsigned(related.length_bytes);
    bind_time(row, related.time, related.precision);
    if (Status status = run(kRelated); !status.ok()) return status;
  }
  return {};
}

Status CaseWriter::add_finding(const Finding& finding) {
  const Result<std::int64_t> rule = state_->rule_row(finding);
  if (!rule.ok()) return rule.error();
  const Result<std::int64_t> event = state_->event_row(finding);
  if (!event.ok()) return event.error();
  Statement& row = state_->next_row(kFinding);
  row.bind(std::string_view(finding.id));
  row.bind(rule.value());
  row.bind(event.value());
  sqlite::because_to_json(finding.because, finding.fields, state_->json);
  row.bind_in_place(state_->json);
  if (Status status = state_->run(kFinding); !status.ok()) return status;
  return state_->add_related(finding);
}

Status CaseWriter::finish() {
  if (Status made = state_->create_objects(true); !made.ok()) return made;
  if (Status done = state_->named(state_->database.run("COMMIT")); !done.ok()) return done;
  for (Statement& statement : state_->inserts) statement = Statement();
  if (Status closed = state_->named(state_->database.close()); !closed.ok()) return closed;
  return state_->file.commit();
}

}  // namespace pugmark
