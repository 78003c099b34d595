#!/usr/bin/env python3
"""Says which tests of the last run of ctest were skipped, and why.

    skipped_tests.py BUILD_FOLDER     exit status 1 if a skipped test gives no reason

ctest itself prints the names only. A reason is a line of the test's output that begins with
"skipped," or "skipped:". Tests skipped by their exit code are known by that line alone.
"""

import pathlib
import re
import sys

TEST = re.compile(r"^\d+/\d+ Testing: (.+)$", re.MULTILINE)
SKIPPED = re.compile(r"^Skip regular expression found", re.MULTILINE)
REASON = re.compile(r"^skipped[,:].*$", re.MULTILINE)


def skipped(log):
    """Pairs of name and reason ("" if none is given), in the order of the log."""
    pieces = TEST.split(log)
    for name, output in zip(pieces[1::2], pieces[2::2]):
        reason = REASON.search(output)
        if reason or SKIPPED.search(output):
            yield name, reason.group(0) if reason else ""


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    log = pathlib.Path(sys.argv[1], "Testing/Temporary/LastTest.log")
    tests = list(skipped(log.read_text(encoding="utf-8", errors="replace")))
    for name, reason in tests:
        print(f"{name}: {reason or 'skipped, and does not say why: that is a defect'}")
    return 1 if any(not reason for _, reason in tests) else 0


if __name__ == "__main__":
    sys.exit(main())
