#!/usr/bin/env python3
"""Tests check_rules.py with programs that answer wrongly, and that example evidence repeats."""

import hashlib
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent

# Answers `hunt` and `show` with a finding of rule 1111 for each record that contains a word.
PROGRAM = """\
#!{python}
import json, sys
arguments = sys.argv[1:]
if arguments[0] == "hunt":
    paths = arguments[1:arguments.index("-r")]
    with open(arguments[arguments.index("-o") + 1], "w") as case:
        for path in paths:
            offset = 0
            for line in open(path, "rb"):
                if {word!r} in line:
                    case.write(json.dumps({{"rule_id": "1111", "level": "high", "item": path,
                                           "because": [] if b"unclear" in line else ["within"],
                                           "offset": offset}}) + "\\n")
                offset += len(line)
else:
    print(open(arguments[1]).read(), end="")
"""


def digests(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


class CheckRules(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)
        self.write("rules/one.yml", "title: One\nid: 1111\ndetection:\n    condition: x\n")
        self.write("samples/one/about.txt", "Finds evil.\n")
        self.write("samples/one/positive.log", "#Fields: a\nevil one\nevil two\n")
        self.write("samples/one/negative.log", "#Fields: a\ngood evil-looking\n")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def check(self, word):
        program = self.write("program", PROGRAM.format(python=sys.executable, word=word))
        program.chmod(0o755)
        done = subprocess.run([sys.executable, "-B", TOOLS / "check_rules.py",
                               self.folder / "rules", self.folder / "samples", program],
                              env={}, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def test_accepts_a_program_that_is_right(self):
        code, out = self.check(b"evil ")
        self.assertEqual(code, 0, out)
        self.assertIn("1 rules, 3 records, 0 complaints", out)

    def test_names_a_missed_record(self):
        code, out = self.check(b"evil one")
        self.assertEqual(code, 1)
        self.assertIn("one: misses positive.log at 20: evil two", out)

    def test_names_a_false_alarm(self):
        code, out = self.check(b"evil")
        self.assertEqual(code, 1)
        self.assertIn("one: fires on negative.log at 11: good evil-looking", out)

    def test_names_a_finding_without_a_reason(self):
        self.write("samples/one/positive.log", "#Fields: a\nevil one, unclear\n")
        code, out = self.check(b"evil ")
        self.assertEqual(code, 1)
        self.assertIn("one: a finding gives no reason", out)

    def test_wants_samples_for_every_rule(self):
        self.write("rules/two.yml", "title: Two\nid: 2222\ndetection:\n    condition: x\n")
        code, out = self.check(b"evil ")
        self.assertEqual(code, 1)
        self.assertIn("two: has no folder of samples", out)

    def test_counts_the_findings_of_a_correlation(self):
        self.write("rules/one.yml", "title: Base\nid: 2222\n---\nid: 1111\ncorrelation:\n    x\n")
        code, out = self.check(b"evil ")
        self.assertEqual(code, 1)
        self.assertIn("one: positive: 2 findings, expected 1", out)
        self.write("samples/one/about.txt", "Finds evil twice.\nexpect-findings: 2\n")
        self.assertEqual(self.check(b"evil ")[0], 0)

    def test_says_what_it_skips_without_data(self):
        self.write("samples/recording/expected.tsv", "level\trule\tlines\n")
        self.write("samples/public/other/rule.txt", "id: 3333\nfile: other.yml\n")
        code, out = self.check(b"evil ")
        self.assertEqual(code, 77)
        self.assertIn("skipped, no data: recording", out)
        self.assertIn("skipped, no data: public/other", out)


class ExampleEvidence(unittest.TestCase):
    def make(self, folder, *options):
        subprocess.run([sys.executable, "-B", TOOLS / "make_example_evidence.py", folder, *options],
                       check=True)
        return digests(folder)

    def test_same_seed_same_bytes(self):
        with tempfile.TemporaryDirectory() as held:
            held = pathlib.Path(held)
            first = self.make(held / "first")
            self.assertEqual(first, self.make(held / "second"))
            self.assertNotEqual(first, self.make(held / "third", "--seed", "7"))
            size_bytes = sum(path.stat().st_size for path in (held / "first").rglob("*")
                             if path.is_file())
            self.assertTrue(2_000_000 < size_bytes < 8_000_000, size_bytes)


if __name__ == "__main__":
    unittest.main()
