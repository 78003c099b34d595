#!/usr/bin/env python3
"""Writes the seeds of casefile_open_fuzz from a whole case, which the test CaseSeeds writes.

Usage: PUGMARK_UPDATE_SEEDS=1 BUILD/casefile_test --gtest_filter=CaseSeeds.*
       fuzz/make_case_seeds.py fuzz/seeds/casefile_open
"""
import pathlib
import shutil
import sqlite3
import sys

CUT_BYTES = 40_000


def changed(whole, path, statements):
    """A copy of the case in which SQL did what no case writer does."""
    shutil.copyfile(whole, path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=OFF")
    for statement in statements:
        connection.execute(statement)
    connection.close()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    whole = folder / "whole.case"
    (folder / "cut.case").write_bytes(whole.read_bytes()[:CUT_BYTES])
    (folder / "text.case").write_bytes(b"not a case")
    changed(whole, folder / "tampered.case",
            ["UPDATE finding_events SET offset_bytes = -1, fields = '{' WHERE number = 1",
             "UPDATE files SET steps = '[{}]', score = 2.0 WHERE number = 1",
             "UPDATE coverage SET holes = '[1]', kind = x'00ff'"])
    changed(whole, folder / "dangling.case",
            ["DELETE FROM finding_events WHERE number = 1",
             "UPDATE finding_matches SET rule = 999 WHERE number = 2"])
    tables = ("facts", "items", "gaps", "rules", "coverage", "files", "finding_rules",
              "finding_sources", "finding_events", "finding_matches", "related")
    changed(whole, folder / "empty.case", [f"DELETE FROM {table}" for table in tables])


if __name__ == "__main__":
    main()
