#include "casefile/sqlite/database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <string>

namespace pugmark::sqlite {
namespace {

// Left out in silence it would be a NULL that nobody wrote.
TEST(Statement, WhatCannotBeBoundIsAnError) {
  auto database = Database::open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE(database.value().run("CREATE TABLE t(a TEXT)").ok());
  sqlite3_limit(database.value().handle(), SQLITE_LIMIT_LENGTH, 100);
  auto insert = database.value().prepare("INSERT INTO t VALUES (?)");
  ASSERT_TRUE(insert.ok());
  insert.value().bind(std::string_view("short"));
  EXPECT_TRUE(insert.value().run().ok());
  insert.value().bind(std::string(200, 'x'));
  const Status status = insert.value().run();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("larger than any"), std::string::npos);
  insert.value().bind(std::string_view("short again"));
  EXPECT_TRUE(insert.value().run().ok()) << "the failure is of that row alone";
  auto count = database.value().prepare("SELECT count(*) FROM t WHERE a IS NOT NULL");
  ASSERT_TRUE(count.ok() && count.value().step().ok());
  EXPECT_EQ(sqlite3_column_int(count.value().handle(), 0), 2);
}

}  // namespace
}  // namespace pugmark::sqlite
