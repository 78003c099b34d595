#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace pugmark::sqlite {

// One prepared statement. Dies before its Database. One thread.
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* database, sqlite3_stmt* statement);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;

  // Binds the next parameter. Text that is not well-formed UTF-8 or contains NUL is bound as a
  // BLOB of the same bytes: every reader of SQLite can then fetch it, and nothing is lost.
  void bind(std::string_view text);
  // ASCII without NUL that stays where it is until run() or reset(): it is not copied.
  void bind_in_place(std::string_view ascii);
  void bind(std::int64_t number);
  void bind_real(double number);
  // Numbers that do not fit SQLite's signed 64 bits are bound as decimal text.
  void bind_unsigned(std::uint64_t number);
  void bind_null();

  // Runs a statement that returns no rows and makes it ready for the next use. Fails if something
  // could not be bound (too large, no memory).
  Status run();

  // Goes to the next row; false at the end. Call reset() before binding anew.
  Result<bool> step();
  void reset();

  sqlite3_stmt* handle() const { return statement_; }

 private:
  void note(int code);

  sqlite3* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  int next_parameter_ = 1;
  int bind_code_ = 0;  // of the first bind() that failed
};

// An open database. One thread; movable.
class Database {
 public:
  Database() = default;
  ~Database();
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;

  // `flags`: SQLITE_OPEN_... of sqlite3_open_v2. kIo if it cannot be opened.
  static Result<Database> open(const std::string& name, int flags);

  // Runs statements without parameters or results.
  Status run(const char* sql);
  Result<Statement> prepare(std::string_view sql) const;
  // Closes; statements must be gone.
  Status close();

  sqlite3* handle() const { return database_; }

 private:
  sqlite3* database_ = nullptr;
};

// The last failure of `database` as ours: kIo for the device, kDamaged for bytes that are no
// database, kLimit where memory is not enough.
Error last_error(sqlite3* database);

// Reads the columns of the current row in order. The file may come from anybody: a value of the
// wrong type or range makes the row wrong, says so in error(), and reads as zero or empty.
class Row {
 public:
  // `what` names the row in messages: "findings".
  Row(const Statement& statement, const char* what) : statement_(statement.handle()), what_(what) {}

  std::string text();                          // TEXT or BLOB
  std::optional<std::string> optional_text();  // the same, or NULL
  std::int64_t number();
  std::uint64_t unsigned_number();  // INTEGER >= 0, or decimal TEXT beyond 2^63
  std::optional<std::uint64_t> optional_unsigned_number();
  std::uint32_t number32();
  bool flag();  // 0 or 1
  std::optional<double> optional_real();  // or NULL

  // Marks the row wrong for a reason of the caller's: "level" is not one of the five.
  void fail(std::string_view why);
  bool ok() const { return why_.empty(); }
  Error error() const;
  // Of all texts it gave so far; what a caller makes more of them, it adds.
  std::uint64_t text_bytes() const { return text_bytes_; }
  void add_text_bytes(std::uint64_t more) { text_bytes_ += more; }

 private:
  int take();
  sqlite3_stmt* statement_;
  const char* what_;
  int next_column_ = 0;
  std::uint64_t text_bytes_ = 0;
  std::string why_;
};

}  // namespace pugmark::sqlite
