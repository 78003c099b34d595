#!/usr/bin/env python3
"""Shows the scenario runner a made-up program that answers rightly, wrongly and not at all."""

import contextlib
import io
import os
import pathlib
import tempfile
import unittest
from unittest import mock

import scenario

PROGRAM = """#!/bin/sh
case "$1" in
  list) cd "$2" && ls ;;
  fail) echo "cannot do $2" >&2; exit 3 ;;
  time) echo "took $$ s" ;;
  zone) date -d @0 +%H:%M ;;
  spoil) echo more >> evidence/a.log ;;
  touch) touch -d @0 evidence/a.log ;;
  data) ls "$2" >/dev/null && echo "$2/a" ;;
  bytes) wc -c < "$2" ;;
  half) printf half ;;
esac
"""


class ScenarioTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        self.program = self.write("program", PROGRAM)
        self.program.chmod(0o755)
        self.write("001-a/about.txt", "name: a\nquestion: is it so?\ngroup: plain\n")
        self.write("001-a/evidence/a.log", "line\n")
        self.folder = self.root / "001-a"

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run_it(self, source=None, *options):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = scenario.main([*options, str(self.program), str(source or self.folder)])
        return code, out.getvalue()

    def test_as_expected(self):
        self.write("001-a/args", "list $EVIDENCE\nzone\nfail it\n")
        self.write("001-a/expected.stdout", "$ pugmark list $EVIDENCE\na.log\n"
                                            "$ pugmark zone\n05:30\n$ pugmark fail it\n")
        self.write("001-a/expected.stderr", "$ pugmark fail it\ncannot do it\n")
        self.write("001-a/expected.exit", "0\n0\n3\n")
        self.assertEqual(self.run_it(), (0, ""))

    def test_each_difference_fails(self):
        self.write("001-a/args", "fail it\n")
        right = {"expected.stdout": "$ pugmark fail it\n", "expected.exit": "3\n",
                 "expected.stderr": "$ pugmark fail it\ncannot do it\n"}
        for name in right:
            for other, text in right.items():
                self.write("001-a/" + other, text + ("more\n" if other == name else ""))
            code, out = self.run_it()
            self.assertEqual(code, 1)
            self.assertIn("-more", out)

    def test_missing_expectation_fails(self):
        self.write("001-a/args", "list $EVIDENCE\n")
        code, out = self.run_it()
        self.assertEqual(code, 1)
        self.assertIn("expected.stdout is missing", out)

    def test_update_writes_what_compare_accepts(self):
        self.write("001-a/args", "list $EVIDENCE\nfail x\nhalf\n!time\n")
        self.assertEqual(self.run_it(None, "--update"), (0, "001-a: changed\n"))
        self.assertEqual(self.run_it(), (0, ""))
        self.assertEqual(self.run_it(None, "--update"), (0, "001-a: as before\n"))
        self.assertEqual((self.folder / "expected.exit").read_text(), "0\n3\n0\n0\n")

    def test_mask(self):
        self.write("001-a/args", "time\n")
        self.write("001-a/mask", r"\d+ s" + "\n")
        self.write("001-a/expected.stdout", "$ pugmark time\ntook ~\n")
        self.assertEqual(self.run_it(), (0, ""))

    def test_changed_evidence_fails(self):
        self.write("001-a/expected.stdout", "$ pugmark spoil\n$ pugmark touch\n")
        for command in ("spoil", "touch"):
            self.write("001-a/args", command + "\n")
            code, out = self.run_it()
            self.assertEqual(code, 1)
            self.assertIn("the evidence was changed", out)

    def test_data(self):
        self.write("001-a/args", "data $DATA\n")
        self.write("001-a/expected.stdout", "$ pugmark data $DATA\n$DATA/a\n")
        with mock.patch.dict(os.environ, {"PUGMARK_DATA": str(self.root)}):
            self.assertEqual(self.run_it(), (0, ""))
        with mock.patch.dict(os.environ):
            os.environ.pop("PUGMARK_DATA", None)
            self.assertEqual(self.run_it(), (scenario.SKIPPED, "skipped, no data: 001-a\n"))

    def test_made_evidence(self):
        self.write("001-a/make_evidence.py",
                   "import pathlib, sys\n(pathlib.Path(sys.argv[1]) / 'b.log').write_text('b')\n")
        self.write("001-a/args", "list $EVIDENCE\n")
        self.write("001-a/expected.stdout", "$ pugmark list $EVIDENCE\na.log\nb.log\n")
        self.assertEqual(self.run_it(), (0, ""))

    def test_badly_formed(self):
        self.write("001-a/args", "list $EVIDENCE\n")
        self.write("001-a/about.txt", "name: a\nquestion: \ngroup: plain\n")
        self.assertIn("about.txt needs three lines", self.run_it()[1])
        self.write("001-a/about.txt", "name: a\nquestion: b\ngroup: plain\n")
        self.write("001-a/args", "list $NOWHERE\n")
        self.assertEqual(self.run_it()[0], 1)
        self.write("001-a/args", "# nothing\n")
        self.assertIn("args names no command", self.run_it()[1])

    def test_pair(self):
        source = self.write("errors/E1.in",
                            "$ fail $OUT\n$ bytes a/b.bin\n--- a/b.bin hex\n00ff\n0a\n")
        self.write("errors/E1.out", "$ pugmark fail $OUT\n! cannot do out\nexit 3\n"
                                    "$ pugmark bytes a/b.bin\n3\nexit 0\n")
        self.assertEqual(self.run_it(source), (0, ""))
        self.write("errors/E1.out", "$ pugmark fail $OUT\nexit 3\n")
        self.assertEqual(self.run_it(source)[0], 1)
        (self.root / "errors/E1.out").unlink()
        self.assertIn("E1.out is missing", self.run_it(source)[1])


if __name__ == "__main__":
    unittest.main()
