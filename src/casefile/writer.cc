#include <array>
#include <fmt/format.h>
#include <sqlite3.h>

#include "casefile/casefile.h"
#include "casefile/new_file.h"
#include "casefile/sqlite/database.h"
#include "casefile/sqlite/schema.h"
#include "casefile/sqlite/text_list.h"

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
  kFinding,
  kBecause,
  kRelated,
  kField,
  kInsertsCount
};

constexpr std::array<std::string_view, kInsertsCount> kInserts = {
    "INSERT INTO facts VALUES (?,?)",
    "INSERT INTO items VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO gaps VALUES (?,?,?,?,?,?)",
    "INSERT INTO rules VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO coverage VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO findings VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO because VALUES (?,?,?,?,?,?,?)",
    "INSERT INTO related VALUES (?,?,?,?,?,?,?)",
    "INSERT INTO fields VALUES (?,?,?,?)",
};

// One size and one encoding for all cases, so that equal calls make equal bytes; no journal,
// because a file that is not finished is removed anyway; freed space is zeroed, never left over
// memory.
constexpr char kSettings[] =
    "PRAGMA page_size=4096; PRAGMA encoding='UTF-8'; PRAGMA auto_vacuum=NONE;"
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

  Status add_parts(const Finding& finding);
};

Status CaseWriter::State::create_objects(bool indexes) {
  for (const sqlite::SchemaObject& object : sqlite::schema()) {
    if ((object.type == "index") != indexes) continue;
    if (Status made = named(database.run(std::string(object.sql).c_str())); !made.ok()) return made;
  }
  return {};
}

Status CaseWriter::State::prepare() {
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
  row.bind(std::string_view(coverage.clock));
  row.bind(std::string_view(text_list_to_json(coverage.items)));
  row.bind_unsigned(coverage.items_count);
  row.bind(std::string_view(text_list_to_json(coverage.techniques)));
  return state_->run(kCoverage);
}

Status CaseWriter::add_finding(const Finding& finding) {
  Statement& row = state_->next_row(kFinding);
  row.bind(std::string_view(finding.id));
  row.bind(std::string_view(finding.rule_id));
  row.bind(std::string_view(finding.rule_title));
  row.bind(to_string(finding.level));
  row.bind(std::string_view(finding.status));
  bind_or_null(row, to_string(finding.verdict));
  bind_time(row, finding.time, finding.precision);
  row.bind(finding.time_shift_s);
  row.bind(std::string_view(finding.item));
  row.bind_unsigned(finding.offset_bytes);
  row.bind_unsigned(finding.length_bytes);
  bind_or_null(row, finding.record_id);
  row.bind(std::string_view(finding.channel));
  bind_or_null(row, std::uint64_t{finding.event_id});
  row.bind(std::string_view(finding.provider));
  row.bind(std::string_view(finding.computer));
  row.bind(std::int64_t{finding.recovered ? 1 : 0});
  row.bind(std::string_view(text_list_to_json(finding.techniques)));
  row.bind(std::string_view(text_list_to_json(finding.tags)));
  if (Status status = state_->run(kFinding); !status.ok()) return status;
  return state_->add_parts(finding);
}

Status CaseWriter::State::add_parts(const Finding& finding) {
  const auto begin_part = [&](Insert table, std::int64_t position) -> Statement& {
    inserts[table].bind(rows[kFinding]);
    inserts[table].bind(position);
    return inserts[table];
  };
  std::int64_t position = 0;
  for (const Because& because : finding.because) {
    Statement& row = begin_part(kBecause, ++position);
    row.bind(std::string_view(because.field));
    row.bind(std::string_view(because.value));
    row.bind(std::string_view(because.pattern));
    if (because.offset_bytes) {
      row.bind_unsigned(*because.offset_bytes);
    } else {
      row.bind_null();
    }
    row.bind(std::string_view(because.reading));
    if (Status status = run(kBecause); !status.ok()) return status;
  }
  position = 0;
  for (const RelatedEvent& related : finding.related) {
    Statement& row = begin_part(kRelated, ++position);
    row.bind(std::string_view(related.rule_id));
    row.bind(std::string_view(related.item));
    row.bind_unsigned(related.offset_bytes);
    row.bind_unsigned(related.length_bytes);
    bind_time(row, related.time, related.precision);
    if (Status status = run(kRelated); !status.ok()) return status;
  }
  position = 0;
  for (const auto& [name, value] : finding.fields) {
    Statement& row = begin_part(kField, ++position);
    row.bind(std::string_view(name));
    row.bind(std::string_view(value));
    if (Status status = run(kField); !status.ok()) return status;
  }
  return {};
}

Status CaseWriter::finish() {
  if (Status made = state_->create_objects(true); !made.ok()) return made;
  if (Status done = state_->named(state_->database.run("COMMIT")); !done.ok()) return done;
  for (Statement& statement : state_->inserts) statement = Statement();
  if (Status closed = state_->named(state_->database.close()); !closed.ok()) return closed;
  return state_->file.commit();
}

}  // namespace pugmark
