#!/usr/bin/env python3
"""Hunts in the samples of every rule and says which rule missed or cried wolf.

    check_rules.py RULES SAMPLES PROGRAM [NAME...]

RULES is the folder of our rules, SAMPLES has one folder per rule, named like the rule's file
without its ending (NAME: only these):

    about.txt     what fires and what must stay silent, in words; `expect-findings: N` for a
                  correlation that does not give exactly one finding
    positive.*    every record must give a finding of the rule
    negative.*    no record may

A correlation speaks about several records: its positive files together must give the expected
number of findings, each inside one of the files. A file of several documents is judged by its last.

SAMPLES/public/NAME holds the same for a rule of the public set: rule.txt names its `id: ` and
`file: ` below $PUGMARK_DATA/sigma. SAMPLES/recording/expected.tsv lists level, rule and lines of
the public recording, public.tsv the same for the public rules; what is high or critical there and
not listed is a failure. Without PUGMARK_DATA all three are skipped, by name.
Exit status: 0 all right, 1 not, 77 all right but something was skipped.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

SKIPPED = 77
TIMEOUT_S = 300
SPECIAL = ("public", "recording")


class Rule:
    """What the check must know of a rule file: the id of the last document, and its kind."""

    def __init__(self, path):
        documents = re.split(r"(?m)^---\s*$", path.read_text(encoding="utf-8"))
        self.ids = [re.search(r"(?m)^id: *(\S+)", document)[1] for document in documents]
        self.id = self.ids[-1]
        self.path = path
        self.correlates = re.search(r"(?m)^correlation:", documents[-1]) is not None


def records(content):
    """Where the records of a line-based log stand: (offset, end) in bytes, comments left out."""
    found = []
    offset = 0
    for line in content.splitlines(keepends=True):
        text = line.removeprefix(b"\xef\xbb\xbf").strip()
        if text and not text.startswith(b"#"):
            found.append((offset, offset + len(line)))
        offset += len(line)
    return found


class Check:
    def __init__(self, arguments):
        self.rules = {path.stem: Rule(path) for path in sorted(arguments.rules.rglob("*.yml"))}
        self.rules_folder = arguments.rules
        self.samples = arguments.samples
        self.program = str(arguments.program.resolve())
        self.only = set(arguments.names)
        self.complaints = []
        self.skipped = []
        self.records_count = 0

    def complain(self, name, what):
        self.complaints.append(f"{name}: {what}")

    def hunt(self, evidence, rules):
        """Findings over `evidence` with the rules of these paths, as the program prints them."""
        with tempfile.TemporaryDirectory() as folder:
            case = os.path.join(folder, "rules.case")
            command = [self.program, "hunt", *map(str, evidence)]
            for path in rules:
                command += ["-r", str(path)]
            done = self.run([*command, "-o", case])
            if done.returncode not in (0, 3):
                raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
            shown = self.run([self.program, "show", case, "findings", "--jsonl"])
            if shown.returncode != 0:
                raise SystemExit(f"show findings: exit {shown.returncode}\n{shown.stderr}")
        return [json.loads(line) for line in shown.stdout.splitlines()]

    def run(self, command):
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False)

    def files(self, folder, kind):
        found = sorted(folder.glob(f"{kind}.*"))
        if not found:
            self.complain(folder.name, f"has no {kind}.* sample")
        return found

    def judge_records(self, name, folder, rule_id, findings):
        """A rule that looks at one record at a time: each positive one, and no negative one. A
        finding that cannot say what matched is none."""
        if any(finding["rule_id"] == rule_id and not finding["because"] for finding in findings):
            self.complain(name, "a finding gives no reason")
        for kind in ("positive", "negative"):
            for path in self.files(folder, kind):
                content = path.read_bytes()
                places = [(offset, end) for offset, end in records(content)]
                if not places:
                    self.complain(name, f"{path.name} has no record")
                self.records_count += len(places)
                hits = [finding["offset"] for finding in findings
                        if finding["rule_id"] == rule_id and same_file(finding["item"], path)]
                for offset, end in places:
                    fired = any(offset <= hit < end for hit in hits)
                    if fired != (kind == "positive"):
                        text = content[offset:end].decode("utf-8", "replace").strip()
                        self.complain(name, f"{'fires on' if fired else 'misses'} {path.name} "
                                            f"at {offset}: {text[:160]}")

    def judge_correlation(self, name, folder, rule):
        """A correlation: samples of one kind are one story, hunted together and alone."""
        about = (folder / "about.txt").read_text(encoding="utf-8")
        expected = re.search(r"(?m)^expect-findings: (\d+)", about)
        for kind, count in (("positive", int(expected[1]) if expected else 1), ("negative", 0)):
            paths = self.files(folder, kind)
            self.records_count += sum(len(records(path.read_bytes())) for path in paths)
            if not paths:
                continue
            found = [finding for finding in self.hunt(paths, [rule.path])
                     if finding["rule_id"] == rule.id]
            if len(found) != count:
                self.complain(name, f"{kind}: {len(found)} findings, expected {count}")
            for finding in found:
                if not any(same_file(finding["item"], path) for path in paths):
                    self.complain(name, f"{kind}: a finding in {finding['item']}, not in a sample")
                if "within" not in str(finding["because"][-1:]):
                    self.complain(name, f"{kind}: a finding does not say what was asked for")

    def own_rules(self):
        names = [name for name in self.rules if not self.only or name in self.only]
        for name in sorted(set(self.rules) - {path.name for path in self.samples.iterdir()}):
            self.complain(name, "has no folder of samples")
        for path in sorted(self.samples.iterdir()):
            if path.is_dir() and path.name not in SPECIAL and path.name not in self.rules:
                self.complain(path.name, "samples of a rule that is not there")
        names = [name for name in names if (self.samples / name).is_dir()]
        single = [name for name in names if not self.rules[name].correlates]
        evidence = [path for name in single for kind in ("positive", "negative")
                    for path in sorted((self.samples / name).glob(f"{kind}.*"))]
        findings = self.hunt(evidence, [self.rules_folder]) if evidence else []
        for name in names:
            if not (self.samples / name / "about.txt").is_file():
                self.complain(name, "has no about.txt")
            elif self.rules[name].correlates:
                self.judge_correlation(name, self.samples / name, self.rules[name])
            else:
                self.judge_records(name, self.samples / name, self.rules[name].id, findings)
        return len(names)

    def public_rules(self, data):
        folders = sorted(path for path in (self.samples / "public").glob("*") if path.is_dir())
        for folder in folders:
            if self.only and folder.name not in self.only:
                continue
            if data is None:
                self.skipped.append(f"skipped, no data: public/{folder.name}")
                continue
            words = dict(line.split(": ", 1) for line in
                         (folder / "rule.txt").read_text(encoding="utf-8").splitlines())
            rule = data / "sigma" / words["file"]
            if not rule.is_file():
                self.complain(f"public/{folder.name}", f"{words['file']} is not in the data")
                continue
            evidence = self.files(folder, "positive") + self.files(folder, "negative")
            findings = self.hunt(evidence, [rule])
            self.judge_records(f"public/{folder.name}", folder, words["id"], findings)

    def recording(self, data):
        folder = self.samples / "recording"
        if not folder.is_dir() or (self.only and "recording" not in self.only):
            return
        archives = sorted((data / "proxylogon").glob("*.zip")) if data else []
        if not archives:
            self.skipped.append("skipped, no data: recording")
            return
        with zipfile.ZipFile(archives[0]) as archive:
            member = next(name for name in archive.namelist() if name.endswith(".json"))
            places = records(archive.read(member))
        lines = {offset: number for number, (offset, _) in enumerate(places, 1)}
        own = {rule.id: name for name, rule in self.rules.items()}
        rules = [self.rules_folder, *sorted((data / "sigma").glob("rules*"))]
        found = {"expected.tsv": set(), "public.tsv": set()}
        for finding in self.hunt([archives[0]], rules):
            rule = finding["rule_id"]
            table = "expected.tsv" if rule in own else "public.tsv"
            found[table].add((finding["level"], own.get(rule, rule),
                              lines.get(finding["offset"], 0)))
        for table, those_found in found.items():
            self.judge_recording((folder / table).read_text(encoding="utf-8"), those_found)

    def judge_recording(self, table, found):
        expected = set()
        for row in table.splitlines()[1:]:
            level, name, numbers, *_ = row.split("\t")
            expected |= {(level, name, int(number)) for number in numbers.split()}
        for level, name, line in sorted(expected - found):
            self.complain("recording", f"{name} ({level}) misses line {line}")
        for level, name, line in sorted(found - expected):
            if level in ("high", "critical"):
                self.complain("recording", f"{name} ({level}) fires on line {line}")


def same_file(item, path):
    """Whether an item's path, as handed over, names this sample."""
    return os.path.realpath(item) == os.path.realpath(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("rules", type=pathlib.Path)
    parser.add_argument("samples", type=pathlib.Path)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    check = Check(parser.parse_args())
    data = pathlib.Path(os.environ["PUGMARK_DATA"]) if os.environ.get("PUGMARK_DATA") else None
    rules_count = check.own_rules()
    check.public_rules(data)
    check.recording(data)
    for complaint in check.complaints:
        print(complaint)
    for line in check.skipped:
        print(line)
    print(f"{rules_count} rules, {check.records_count} records, "
          f"{len(check.complaints)} complaints, {len(check.skipped)} skipped")
    if check.complaints:
        return 1
    return SKIPPED if check.skipped else 0


if __name__ == "__main__":
    sys.exit(main())
