#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "casefile/casefile.h"
#include "casefile/sqlite/database.h"
#include "casefile/sqlite/rows.h"
#include "casefile/sqlite/schema.h"

namespace pugmark {
namespace {

using sqlite::Database;
using sqlite::Row;
using sqlite::Statement;

// Bounds on what a case may ask of SQLite.
constexpr int kStepsBetweenChecks = 1'000;
constexpr std::uint64_t kStepsBase = 20'000'000;  // for opening; far more than an honest case takes
constexpr std::uint64_t kStepsPerByte = 8;        // of quick_check, which reads every cell

// Findings of one rule or event share its row. What they say all together may be a thousand times
// the file, as with archives (Limits::archive_ratio), and not more.
constexpr std::uint64_t kTextBytesBase = std::uint64_t{1} << 30U;
constexpr std::uint64_t kTextBytesPerByte = 1'000;

constexpr std::array<std::pair<int, int>, 11> kLimits = {{
    {SQLITE_LIMIT_LENGTH, sqlite::kRowBytesMax},
    {SQLITE_LIMIT_SQL_LENGTH, 100'000},
    {SQLITE_LIMIT_COLUMN, 100},
    {SQLITE_LIMIT_EXPR_DEPTH, 50},
    {SQLITE_LIMIT_COMPOUND_SELECT, 4},
    {SQLITE_LIMIT_VDBE_OP, 100'000},
    {SQLITE_LIMIT_FUNCTION_ARG, 8},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 10},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
}};

Error not_a_case(const std::string& path, std::string_view why) {
  return {ErrorCode::kDamaged, fmt::format("{}: not a case of pugmark, {}", path, why),
          "Give the file that `pugmark hunt -o` wrote."};
}

std::uint32_t load_be32(const unsigned char* at) {
  return (std::uint32_t{at[0]} << 24U) | (std::uint32_t{at[1]} << 16U) |
         (std::uint32_t{at[2]} << 8U) | at[3];
}

// Looks at the first 100 bytes, the header of the SQLite file format (sqlite.org/fileformat2.html,
// section 1.3), before SQLite sees any. Returns the size of the file in bytes.
Result<std::uint64_t> check_header(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const int error_number = errno;
    const bool missing = error_number == ENOENT || error_number == ENOTDIR;
    return Error{missing ? ErrorCode::kNotFound : ErrorCode::kIo,
                 fmt::format("{}: cannot be opened, {}", path, std::strerror(error_number)),
                 missing ? "Check the name of the case." : "Check the permissions of the case."};
  }
  struct stat found {};
  std::array<unsigned char, 100> header{};
  const bool regular = fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode);
  const ssize_t got = regular ? pread(descriptor, header.data(), header.size(), 0) : 0;
  const int error_number = errno;
  close(descriptor);
  if (!regular) {
    return Error{ErrorCode::kInvalidInput, fmt::format("{}: is not a regular file", path),
                 "Give the file that `pugmark hunt -o` wrote."};
  }
  if (got < 0) {
    return Error{ErrorCode::kIo,
                 fmt::format("{}: cannot be read, {}", path, std::strerror(error_number)), ""};
  }
  if (static_cast<std::size_t>(got) < header.size())
    return not_a_case(path, fmt::format("it has {} bytes and a case at least 100", got));
  if (std::memcmp(header.data(), "SQLite format 3", 16) != 0)
    return not_a_case(path, "it is no SQLite database");
  if (load_be32(&header[68]) != sqlite::kApplicationId)
    return not_a_case(path, "the SQLite database belongs to another program");
  if (const std::uint32_t version = load_be32(&header[60]); version != sqlite::kFormatVersion) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{}: the case has format {}, this program reads format {}", path,
                             version, sqlite::kFormatVersion),
                 "Use the version of pugmark that wrote it, or a newer one."};
  }
  // SQLite takes a last page that was cut for one that ends in zeros.
  const auto size = static_cast<std::uint64_t>(found.st_size);
  if (const std::uint64_t stated = std::uint64_t{load_be32(&header[28])} * sqlite::kPageBytes;
      stated != size) {
    return Error{ErrorCode::kDamaged,
                 fmt::format("{}: the case is damaged, its header states {} bytes and it has {}",
                             path, stated, size),
                 "Hunt again, or get a sound copy."};
  }
  return size;
}

// A file: address that opens exactly this path, whatever characters it has. immutable=1: no lock is
// taken, nothing is written, and a journal lying beside the case is not replayed into it.
std::string uri_of(const std::string& path) {
  std::string uri = path.starts_with('/') ? "file://" : "file:";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '-' || c == '_';
    if (plain) {
      uri += c;
    } else {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
  }
  return uri + "?mode=ro&immutable=1";
}

std::string select_findings(std::string_view parts, std::string_view which) {
  return fmt::format("SELECT {}{}{} {}", sqlite::kFindingHead, parts, sqlite::kFindingFrom, which);
}

}  // namespace

class CaseReader::State {
 public:
  std::string path;
  Database database;
  std::uint64_t size_bytes = 0;
  std::uint64_t steps_left = 0;

  Status harden();
  Status check_schema();
  Status quick_check();

  // Bounds the next statements: a damaged tree may lead SQLite round in circles.
  void allow_steps(std::uint64_t steps);
  void allow_any_steps() { sqlite3_progress_handler(database.handle(), 0, nullptr, nullptr); }

  Error named(Error error) const {
    // Neither a failing disk nor a full memory says anything about the case.
    const bool is_damaged = error.code != ErrorCode::kIo && error.code != ErrorCode::kLimit;
    if (error.code == ErrorCode::kIo) error.message = fmt::format("{}: cannot be read", path);
    if (error.code == ErrorCode::kLimit)
      error.message = fmt::format("{}: cannot be read, {}", path, error.message);
    if (is_damaged) error.message = fmt::format("{}: the case is damaged, {}", path, error.message);
    if (error.hint.empty()) error.hint = "Hunt again, or get a sound copy.";
    return error;
  }

  template <class T>
  Status each_row(std::string_view sql, const char* what, T (*read)(Row&),
                  const std::function<bool(const T&)>& each) const;
  Result<Statement> prepare_related() const;
  Status add_related(std::int64_t number, Statement& query, Finding& finding) const;
};

void CaseReader::State::allow_steps(std::uint64_t steps) {
  steps_left = steps;
  sqlite3_progress_handler(
      database.handle(), kStepsBetweenChecks,
      [](void* left) {
        auto& steps_of_state = *static_cast<std::uint64_t*>(left);
        if (steps_of_state < kStepsBetweenChecks) return 1;
        steps_of_state -= kStepsBetweenChecks;
        return 0;
      },
      &steps_left);
}

Status CaseReader::State::harden() {
  sqlite3* handle = database.handle();
  for (const auto& [limit, value] : kLimits) sqlite3_limit(handle, limit, value);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  return database.run(
      "PRAGMA trusted_schema=OFF; PRAGMA query_only=ON; PRAGMA cell_size_check=ON;"
      "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8192;");
}

// Nothing but what this program creates, letter by letter: no trigger, no view and no generated
// column of somebody else's ever runs.
Status CaseReader::State::check_schema() {
  Result<Statement> query = database.prepare(
      "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid");
  if (!query.ok()) return query.error();
  for (const sqlite::SchemaObject& expected : sqlite::schema()) {
    Result<bool> more = query.value().step();
    if (!more.ok()) return more.error();
    if (!more.value())
      return Error{ErrorCode::kDamaged,
                   fmt::format("the {} \"{}\" is missing", expected.type, expected.name), ""};
    Row row(query.value(), "sqlite_schema");
    const std::string type = row.text();
    const std::string name = row.text();
    const std::string sql = row.text();
    if (!row.ok()) return row.error();
    if (type != expected.type || name != expected.name || sql != expected.sql) {
      return Error{ErrorCode::kDamaged,
                   fmt::format("the {} \"{}\" is not the {} \"{}\" of this format", type, name,
                               expected.type, expected.name),
                   ""};
    }
  }
  Result<bool> more = query.value().step();
  if (!more.ok()) return more.error();
  if (!more.value()) return {};
  Row row(query.value(), "sqlite_schema");
  const std::string type = row.text();
  return Error{ErrorCode::kDamaged,
               fmt::format("it has a {} \"{}\" that no case of this format has", type, row.text()),
               ""};
}

Status CaseReader::State::quick_check() {
  Result<Statement> query = database.prepare("PRAGMA quick_check(1)");
  if (!query.ok()) return query.error();
  Result<bool> more = query.value().step();
  if (!more.ok()) return more.error();
  if (!more.value()) return Error{ErrorCode::kDamaged, "its structure cannot be checked", ""};
  Row row(query.value(), "quick_check");
  const std::string answer = row.text();
  if (answer == "ok") return {};
  return Error{ErrorCode::kDamaged, answer, ""};
}

CaseReader::CaseReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CaseReader::~CaseReader() = default;
CaseReader::CaseReader(CaseReader&&) noexcept = default;
CaseReader& CaseReader::operator=(CaseReader&&) noexcept = default;

Result<CaseReader> CaseReader::open(const std::string& path) { return open(path, false); }
Result<CaseReader> CaseReader::open_just_written(const std::string& path) {
  return open(path, true);
}

Result<CaseReader> CaseReader::open(const std::string& path, bool is_just_written) {
  Result<std::uint64_t> size_bytes = check_header(path);
  if (!size_bytes.ok()) return size_bytes.error();
  auto state = std::make_unique<State>();
  state->path = path;
  state->size_bytes = size_bytes.value();
  Result<Database> database = Database::open(uri_of(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  if (!database.ok()) return state->named(database.error());
  state->database = std::move(database).value();
  state->allow_steps(kStepsBase);
  if (Status status = state->harden(); !status.ok()) return state->named(status.error());
  if (Status status = state->check_schema(); !status.ok()) return state->named(status.error());
  if (!is_just_written) {
    state->allow_steps(kStepsBase + kStepsPerByte * size_bytes.value());
    if (Status status = state->quick_check(); !status.ok()) return state->named(status.error());
  }
  state->allow_any_steps();  // the trees are sound, or our own: reading them ends
  return CaseReader(std::move(state));
}

Result<CaseFacts> CaseReader::facts() const {
  Result<Statement> query = state_->database.prepare("SELECT name, value FROM facts ORDER BY name");
  if (!query.ok()) return state_->named(query.error());
  CaseFacts facts;
  for (;;) {
    Result<bool> more = query.value().step();
    if (!more.ok()) return state_->named(more.error());
    if (!more.value()) return facts;
    Row row(query.value(), "facts");
    std::string name = row.text();
    facts[std::move(name)] = row.text();
    if (!row.ok()) return state_->named(row.error());
  }
}

template <class T>
Status CaseReader::State::each_row(std::string_view sql, const char* what, T (*read)(Row&),
                                   const std::function<bool(const T&)>& each) const {
  Result<Statement> query = database.prepare(sql);
  if (!query.ok()) return named(query.error());
  std::uint64_t text_bytes_left = kTextBytesBase + kTextBytesPerByte * size_bytes;
  for (;;) {
    Result<bool> more = query.value().step();
    if (!more.ok()) return named(more.error());
    if (!more.value()) return {};
    Row row(query.value(), what);
    const T value = read(row);
    if (row.text_bytes() > text_bytes_left) row.fail("it says far more than its size allows for");
    if (!row.ok()) return named(row.error());
    text_bytes_left -= row.text_bytes();
    if (!each(value)) return {};
  }
}

Status CaseReader::items(const std::function<bool(const CaseItem&)>& each) const {
  return state_->each_row<CaseItem>("SELECT * FROM items ORDER BY number", "items",
                                    sqlite::read_item, each);
}

Status CaseReader::gaps(const std::function<bool(const CaseGap&)>& each) const {
  return state_->each_row<CaseGap>("SELECT * FROM gaps ORDER BY number", "gaps", sqlite::read_gap,
                                   each);
}

Status CaseReader::rules(const std::function<bool(const LedgerEntry&)>& each) const {
  return state_->each_row<LedgerEntry>("SELECT * FROM rules ORDER BY number", "rules",
                                       sqlite::read_rule, each);
}

Status CaseReader::coverage(const std::function<bool(const Coverage&)>& each) const {
  return state_->each_row<Coverage>("SELECT * FROM coverage ORDER BY number", "coverage",
                                    sqlite::read_coverage, each);
}

Status CaseReader::files(const std::function<bool(const ExaminedFile&)>& each) const {
  return state_->each_row<ExaminedFile>(
      fmt::format("SELECT {}{} FROM files ORDER BY number", sqlite::kFileHead, sqlite::kFileParts),
      "files", sqlite::read_file, each);
}

Status CaseReader::file_heads(const std::function<bool(const ExaminedFile&)>& each) const {
  return state_->each_row<ExaminedFile>(
      fmt::format("SELECT {} FROM files ORDER BY number", sqlite::kFileHead), "files",
      sqlite::read_file_head, each);
}

Result<Statement> CaseReader::State::prepare_related() const {
  Result<Statement> query =
      database.prepare("SELECT * FROM related WHERE finding = ? ORDER BY position");
  if (!query.ok()) return named(query.error());
  return query;
}

Status CaseReader::State::add_related(std::int64_t number, Statement& query,
                                      Finding& finding) const {
  query.reset();
  query.bind(number);
  for (;;) {
    Result<bool> more = query.step();
    if (!more.ok()) return named(more.error());
    if (!more.value()) return {};
    Row row(query, "related");
    row.number();  // finding
    row.number();  // position
    finding.related.push_back(sqlite::read_related(row));
    if (!row.ok()) return named(row.error());
  }
}

Status CaseReader::findings(const std::function<bool(const Finding&)>& each) const {
  Result<Statement> related = state_->prepare_related();
  if (!related.ok()) return related.error();
  Status inner;
  Status outer = state_->each_row<sqlite::NumberedFinding>(
      select_findings(sqlite::kFindingParts, "ORDER BY m.number"), "findings", sqlite::read_finding,
      [&](const sqlite::NumberedFinding& numbered) {
        Finding finding = numbered.finding;
        inner = state_->add_related(numbered.number, related.value(), finding);
        return inner.ok() && each(finding);
      });
  return inner.ok() ? outer : inner;
}

Status CaseReader::finding_heads(const std::function<bool(const Finding&)>& each) const {
  return state_->each_row<sqlite::NumberedFinding>(
      select_findings("", "ORDER BY m.number"), "findings", sqlite::read_finding_head,
      [&](const sqlite::NumberedFinding& numbered) { return each(numbered.finding); });
}

Result<Finding> CaseReader::finding(const std::string& id) const {
  const Error unknown = {ErrorCode::kNotFound,
                         fmt::format("{}: has no finding \"{}\"", state_->path, id),
                         "Ids are in the last column of `pugmark show CASE findings`."};
  if (id.size() < 4) return unknown;
  Result<Statement> query = state_->database.prepare(select_findings(
      sqlite::kFindingParts, "WHERE m.id >= ? AND m.id < ? ORDER BY m.id, m.number LIMIT 2"));
  if (!query.ok()) return state_->named(query.error());
  query.value().bind(std::string_view(id));
  query.value().bind(std::string_view(id + "\x7f"));
  std::vector<sqlite::NumberedFinding> found;
  for (;;) {
    Result<bool> more = query.value().step();
    if (!more.ok()) return state_->named(more.error());
    if (!more.value()) break;
    Row row(query.value(), "findings");
    found.push_back(sqlite::read_finding(row));
    if (!row.ok()) return state_->named(row.error());
  }
  if (found.empty()) return unknown;
  if (found.size() > 1 && found[0].finding.id != id) {
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("{}: several findings begin with \"{}\", {} and {} among them",
                             state_->path, id, found[0].finding.id, found[1].finding.id),
                 "Give more digits."};
  }
  Result<Statement> related = state_->prepare_related();
  if (!related.ok()) return related.error();
  Finding finding = std::move(found[0].finding);
  if (Status status = state_->add_related(found[0].number, related.value(), finding); !status.ok())
    return status.error();
  return finding;
}

Result<LedgerEntry> CaseReader::rule(const std::string& rule_id) const {
  const Error unknown = {ErrorCode::kNotFound,
                         fmt::format("{}: has no rule \"{}\"", state_->path, rule_id),
                         "`pugmark show CASE rules` lists every rule that was handed over."};
  std::optional<LedgerEntry> exact;
  std::optional<LedgerEntry> begun;
  std::string other_id;  // of a second rule that begins so
  const Status read = rules([&](const LedgerEntry& entry) {
    if (entry.rule_id == rule_id) {
      exact = entry;
    } else if (rule_id.size() >= kRuleIdBeginsMin && entry.rule_id.starts_with(rule_id)) {
      if (!begun) begun = entry;
      if (begun->rule_id != entry.rule_id && other_id.empty()) other_id = entry.rule_id;
    }
    return !exact;
  });
  if (!read.ok()) return read.error();
  if (exact) return std::move(*exact);
  if (!begun) return unknown;
  if (other_id.empty()) return std::move(*begun);
  return Error{ErrorCode::kInvalidInput,
               fmt::format("{}: several rules begin with \"{}\", {} and {} among them",
                           state_->path, rule_id, begun->rule_id, other_id),
               "Give more of the id."};
}

Result<CaseItem> CaseReader::item(const std::string& path) const {
  Result<Statement> query =
      state_->database.prepare("SELECT * FROM items WHERE path = ? ORDER BY number LIMIT 1");
  if (!query.ok()) return state_->named(query.error());
  query.value().bind(std::string_view(path));
  Result<bool> more = query.value().step();
  if (!more.ok()) return state_->named(more.error());
  if (!more.value()) {
    return Error{ErrorCode::kNotFound, fmt::format("{}: has no item \"{}\"", state_->path, path),
                 "`pugmark show CASE items` lists everything that was read."};
  }
  Row row(query.value(), "items");
  CaseItem item = sqlite::read_item(row);
  if (!row.ok()) return state_->named(row.error());
  return item;
}

}  // namespace pugmark
