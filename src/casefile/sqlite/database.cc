#include "casefile/sqlite/database.h"

#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <sqlite3.h>
#include <utility>

#include "base/text.h"

namespace pugmark::sqlite {

namespace {

Error error_of(int code, const std::string& message) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return {ErrorCode::kIo, "the disk is full", "Free some space or write to another disk."};
    case SQLITE_IOERR:
      return {ErrorCode::kIo, fmt::format("the operating system refused, {}", message),
              "Check the disk: free space, quota, permissions, health."};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return {ErrorCode::kIo, message, "Check the permissions of the file."};
    case SQLITE_NOMEM:
      return {ErrorCode::kLimit, "there is not enough memory",
              "Close other programs, or use a machine with more memory."};
    case SQLITE_TOOBIG:
      return {ErrorCode::kDamaged, "a value is larger than any this program writes", ""};
    case SQLITE_INTERRUPT:
      return {ErrorCode::kDamaged, "reading it takes far more steps than its size allows for", ""};
    default:
      return {ErrorCode::kDamaged, message, ""};
  }
}

}  // namespace

Error last_error(sqlite3* database) {
  return error_of(sqlite3_errcode(database), sqlite3_errmsg(database));
}

Statement::Statement(sqlite3* database, sqlite3_stmt* statement)
    : database_(database), statement_(statement) {}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept { *this = std::move(other); }

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this == &other) return *this;
  sqlite3_finalize(statement_);
  database_ = other.database_;
  statement_ = std::exchange(other.statement_, nullptr);
  next_parameter_ = other.next_parameter_;
  bind_code_ = other.bind_code_;
  return *this;
}

void Statement::bind(std::string_view text) {
  const bool plain = text.find('\0') == std::string_view::npos && is_valid_utf8(text);
  const char* data = text.empty() ? "" : text.data();
  if (plain) {
    note(sqlite3_bind_text64(statement_, next_parameter_++, data, text.size(), SQLITE_TRANSIENT,
                             SQLITE_UTF8));
  } else {
    note(sqlite3_bind_blob64(statement_, next_parameter_++, data, text.size(), SQLITE_TRANSIENT));
  }
}

void Statement::bind_in_place(std::string_view ascii) {
  note(sqlite3_bind_text64(statement_, next_parameter_++, ascii.data(), ascii.size(), SQLITE_STATIC,
                           SQLITE_UTF8));
}

void Statement::bind(std::int64_t number) {
  note(sqlite3_bind_int64(statement_, next_parameter_++, number));
}

void Statement::bind_real(double number) {
  note(sqlite3_bind_double(statement_, next_parameter_++, number));
}

// What cannot be bound would stand as NULL in the row.
void Statement::note(int code) {
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

void Statement::bind_unsigned(std::uint64_t number) {
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    bind(std::string_view(fmt::format("{}", number)));
  } else {
    bind(static_cast<std::int64_t>(number));
  }
}

void Statement::bind_null() { note(sqlite3_bind_null(statement_, next_parameter_++)); }

Status Statement::run() {
  auto stepped = step();
  reset();
  return stepped.ok() ? Status() : Status(std::move(stepped).error());
}

Result<bool> Statement::step() {
  if (bind_code_ != SQLITE_OK) return error_of(bind_code_, sqlite3_errstr(bind_code_));
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return last_error(database_);
}

void Statement::reset() {
  // The code repeats that of the last step, which was reported then.
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  next_parameter_ = 1;
  bind_code_ = SQLITE_OK;
}

Database::~Database() { sqlite3_close_v2(database_); }

Database::Database(Database&& other) noexcept { *this = std::move(other); }

Database& Database::operator=(Database&& other) noexcept {
  if (this == &other) return *this;
  sqlite3_close_v2(database_);
  database_ = std::exchange(other.database_, nullptr);
  return *this;
}

Result<Database> Database::open(const std::string& name, int flags) {
  Database database;
  // No locks of its own: a database belongs to one thread.
  flags |= SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(name.c_str(), &database.database_, flags, nullptr) != SQLITE_OK) {
    if (database.database_ == nullptr)
      return Error{ErrorCode::kIo, "there is not enough memory", ""};
    return last_error(database.database_);
  }
  return database;
}

Status Database::run(const char* sql) {
  if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return last_error(database_);
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &statement,
                         nullptr) != SQLITE_OK) {
    return last_error(database_);
  }
  return Statement(database_, statement);
}

Status Database::close() {
  if (sqlite3_close(database_) != SQLITE_OK) return last_error(database_);
  database_ = nullptr;
  return {};
}

int Row::take() { return next_column_++; }

void Row::fail(std::string_view why) {
  if (why_.empty()) why_ = why;
}

std::string Row::text() {
  std::optional<std::string> found = optional_text();
  if (!found) fail(fmt::format("{} is empty", sqlite3_column_name(statement_, next_column_ - 1)));
  return std::move(found).value_or("");
}

std::optional<std::string> Row::optional_text() {
  const int column = take();
  const int type = sqlite3_column_type(statement_, column);
  if (type == SQLITE_NULL) return std::nullopt;
  if (type != SQLITE_TEXT && type != SQLITE_BLOB) {
    fail(fmt::format("{} is not text", sqlite3_column_name(statement_, column)));
    return std::string();
  }
  // Asked for as a blob, SQLite changes nothing: no re-encoding, no cut at a NUL.
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr || size <= 0) return std::string();
  text_bytes_ += static_cast<std::size_t>(size);
  return std::string(data, static_cast<std::size_t>(size));
}

std::int64_t Row::number() {
  const int column = take();
  if (sqlite3_column_type(statement_, column) != SQLITE_INTEGER) {
    fail(fmt::format("{} is not a whole number", sqlite3_column_name(statement_, column)));
    return 0;
  }
  return sqlite3_column_int64(statement_, column);
}

std::uint64_t Row::unsigned_number() {
  if (sqlite3_column_type(statement_, next_column_) == SQLITE_TEXT) {
    const std::string digits = text();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc() && end == digits.data() + digits.size() && value >> 63U != 0)
      return value;
    fail(
        fmt::format("{} is not a whole number", sqlite3_column_name(statement_, next_column_ - 1)));
    return 0;
  }
  const std::int64_t value = number();
  if (value < 0) {
    fail(fmt::format("{} is below zero", sqlite3_column_name(statement_, next_column_ - 1)));
    return 0;
  }
  return static_cast<std::uint64_t>(value);
}

std::optional<std::uint64_t> Row::optional_unsigned_number() {
  if (sqlite3_column_type(statement_, next_column_) == SQLITE_NULL) {
    take();
    return std::nullopt;
  }
  return unsigned_number();
}

std::uint32_t Row::number32() {
  const std::uint64_t value = unsigned_number();
  if (value > std::numeric_limits<std::uint32_t>::max()) {
    fail(fmt::format("{} is too large", sqlite3_column_name(statement_, next_column_ - 1)));
    return 0;
  }
  return static_cast<std::uint32_t>(value);
}

bool Row::flag() {
  const std::uint64_t value = unsigned_number();
  if (value > 1)
    fail(fmt::format("{} is neither 0 nor 1", sqlite3_column_name(statement_, next_column_ - 1)));
  return value == 1;
}

std::optional<double> Row::optional_real() {
  const int column = take();
  const int type = sqlite3_column_type(statement_, column);
  if (type == SQLITE_NULL) return std::nullopt;
  if (type == SQLITE_FLOAT) return sqlite3_column_double(statement_, column);
  fail(fmt::format("{} is not a real number", sqlite3_column_name(statement_, column)));
  return std::nullopt;
}

Error Row::error() const {
  return {ErrorCode::kDamaged, fmt::format("a row of the table \"{}\" is wrong: {}", what_, why_),
          ""};
}

}  // namespace pugmark::sqlite
