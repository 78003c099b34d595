#!/usr/bin/env python3
"""What files alone cannot say about bad input: other users, full disks, signals, evidence that
changes, and every place where an event log may be cut off.

    check_bad_input.py PROGRAM [unittest options]

What cannot be tried here (not root, no user namespaces) is skipped by name, with the reason.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import unittest

import made_logs

PROGRAM = None
NOBODY = 65534
RULE = """title: Any page
id: 11111111-1111-4111-8111-111111111111
level: high
logsource: {category: webserver}
detection:
  page: {cs-method: GET}
  condition: page
"""



def tree_of(folder):
    """Every path below a folder with what would show that it was touched."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (digest, status.st_mtime_ns, status.st_mode)
    return found


class BadInput(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        self.evidence = self.root / "evidence"
        self.evidence.mkdir()
        (self.root / "rule.yml").write_text(RULE, encoding="utf-8")
        self.case = self.root / "test.case"

    def write(self, name, content):
        path = self.evidence / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def hunt_words(self, *words, case=None):
        return [PROGRAM, "hunt", *map(str, words), "--no-default-rules", "-r",
                str(self.root / "rule.yml"), "-o", str(case or self.case)]

    def run_words(self, words, prefix=(), **options):
        return subprocess.run([*prefix, *map(str, words)], cwd=self.root, capture_output=True,
                              text=True, errors="backslashreplace", check=False, timeout=120,
                              stdin=subprocess.DEVNULL, **options)

    def hunt(self, *words, prefix=(), expected=0, case=None, **options):
        done = self.run_words(self.hunt_words(*words, case=case), prefix, **options)
        self.assertEqual(done.returncode, expected, done.stderr)
        return done

    def show(self, what, case=None):
        done = self.run_words([PROGRAM, "show", case or self.case, what, "--jsonl"])
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def leftovers(self):
        return [path.name for path in self.root.iterdir() if ".partial-" in path.name]

    def as_nobody(self):
        """Words that run a command as somebody who may not read or write what root made."""
        if os.geteuid() != 0:
            return []
        if shutil.which("setpriv") is None:
            self.skipTest("root reads everything, and there is no setpriv to be somebody else")
        self.root.chmod(0o777)
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


class Unreadable(BadInput):
    def test_folder_and_file_without_permission_are_gaps(self):
        prefix = self.as_nobody()
        self.write("sound.log", made_logs.access_lines(0, 3))
        locked = self.write("locked.log", made_logs.access_lines(0, 5))
        hidden = self.write("hidden/a.log", made_logs.access_lines(0, 5)).parent
        locked.chmod(0)
        hidden.chmod(0)
        self.addCleanup(hidden.chmod, 0o700)
        self.hunt(self.evidence, prefix=prefix, expected=3)
        gaps = {gap["item"]: (gap["kind"], gap["what"]) for gap in self.show("gaps")}
        self.assertEqual(gaps, {
            str(locked): ("unreadable", "The file cannot be opened: Permission denied."),
            str(hidden): ("unreadable", "The folder cannot be read: Permission denied.")})
        items = {item["path"]: item for item in self.show("items")}
        self.assertEqual(items[str(self.evidence / "sound.log")]["events"], 3)
        self.assertEqual((items[str(locked)]["read"], items[str(locked)]["unread"]), (0, 385))

    def test_folder_of_rules_without_permission_is_in_the_ledger(self):
        prefix = self.as_nobody()
        rules = self.root / "rules"
        for name in ("a", "b", "c"):
            (rules / name).mkdir(parents=True)
            text = RULE.replace("1111111111\n", f"111111111{'abc'.index(name)}\n")
            (rules / name / "rule.yml").write_text(text, encoding="utf-8")
        (rules / "b").chmod(0)
        self.addCleanup((rules / "b").chmod, 0o700)
        self.write("a.log", made_logs.access_lines(0, 3))
        self.hunt(self.evidence, "-r", rules, prefix=prefix)
        states = {rule["file"]: rule["state"] for rule in self.show("rules")}
        self.assertEqual({name: states.get(str(rules / name)) for name in
                          ("a/rule.yml", "b", "c/rule.yml")},
                         {"a/rule.yml": "ran", "b": "rejected", "c/rule.yml": "ran"})

    def test_rules_that_would_block_are_rejected(self):
        os.mkfifo(self.root / "pipe.yml")
        self.write("a.log", made_logs.access_lines(0, 3))
        self.hunt(self.evidence, "-r", self.root / "pipe.yml")
        rejected = [rule["why"] for rule in self.show("rules") if rule["state"] == "rejected"]
        self.assertEqual(len(rejected), 1)
        self.assertIn("it is no regular file", rejected[0])


class Output(BadInput):
    def test_read_only_folder(self):
        prefix = self.as_nobody()
        self.write("a.log", made_logs.access_lines(0, 3))
        folder = self.root / "locked"
        folder.mkdir()
        folder.chmod(0o555)
        done = self.hunt(self.evidence, prefix=prefix, expected=4, case=folder / "test.case")
        self.assertIn("cannot write in", done.stderr)
        self.assertEqual(list(folder.iterdir()), [])

    def test_full_disk(self):
        """A file may not grow beyond 16 KiB: the same errors as those of a full disk."""
        self.write("a.log", made_logs.access_lines(0, 3))
        done = self.hunt(self.evidence, prefix=["prlimit", "--fsize=16384"], expected=4)
        self.assertIn("test.case", done.stderr)
        self.assertFalse(self.case.exists())
        self.assertEqual(self.leftovers(), [])
        self.hunt(self.evidence)

    def test_full_file_system(self):
        disk = self.root / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"no file system of 64 KiB can be mounted: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        self.write("a.log", made_logs.access_lines(0, 3))
        done = self.hunt(self.evidence, expected=4, case=disk / "test.case")
        self.assertIn("Free some space", done.stderr)
        self.assertEqual(list(disk.iterdir()), [])

    def test_no_room_for_temporary_files(self):
        """A nested zip is put aside to be read; without room it is a gap, and read as it is."""
        inner = made_logs.zip_stored([(b"a.log", made_logs.access_lines(0, 20000))])
        self.write("outer.zip", made_logs.zip_stored([(b"inner.zip", inner),
                                                      (b"b.log", made_logs.access_lines(0, 3))]))
        environment = dict(os.environ, TMPDIR=str(self.root / "nowhere"))
        self.hunt(self.evidence, expected=3, env=environment)
        gap, = [gap for gap in self.show("gaps") if gap["kind"] == "unreadable"]
        self.assertEqual(gap["item"], str(self.evidence / "outer.zip!/inner.zip"))
        self.assertIn("nowhere", gap["what"])
        self.assertIn("Set TMPDIR", gap["what"])
        items = {pathlib.Path(item["path"]).name: item for item in self.show("items")}
        self.assertEqual(sorted(items), ["b.log", "inner.zip", "outer.zip"])
        self.assertEqual((items["b.log"]["events"], items["inner.zip"]["size"]), (3, len(inner)))

    def test_inside_the_evidence(self):
        """The case is not read as evidence, and nothing else in the folder is touched."""
        self.write("a.log", made_logs.access_lines(0, 3))
        before = tree_of(self.evidence)
        inside = self.evidence / "test.case"
        self.hunt(self.evidence, case=inside)
        self.assertEqual([item["path"] for item in self.show("items", inside)],
                         [str(self.evidence / "a.log")])
        after = tree_of(self.evidence)
        after.pop("test.case")
        self.assertEqual(after, before)
        # Now it is evidence, and never replaced.
        kept = inside.read_bytes()
        done = self.hunt(self.evidence, "--force", case=inside, expected=2)
        self.assertIn("is among the evidence", done.stderr)
        self.assertEqual(inside.read_bytes(), kept)

    def test_other_names_of_evidence(self):
        log = self.write("a.log", made_logs.access_lines(0, 3))
        os.link(log, self.root / "hard-link")
        os.symlink(log, self.root / "soft-link")
        os.symlink(self.evidence, self.root / "folder-link")
        before = tree_of(self.evidence)
        for name in ("hard-link", "soft-link", "folder-link/a.log", "evidence/../evidence/a.log"):
            for words in ((), ("--force",)):
                self.hunt(self.evidence, *words, case=self.root / name, expected=2)
        self.assertEqual(tree_of(self.evidence), before)
        self.assertEqual((self.root / "hard-link").read_bytes(), log.read_bytes())


class Interrupted(BadInput):
    def start(self):
        """A hunt that has much to read: zeros that take no room on the disk."""
        self.write("a.log", made_logs.access_lines(0, 3))
        with open(self.evidence / "zeros.bin", "wb") as file:
            file.truncate(1 << 40)
        process = subprocess.Popen(self.hunt_words(self.evidence), cwd=self.root,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 60
        while not self.leftovers():
            self.assertIsNone(process.poll(), "the hunt ended before it could be interrupted")
            self.assertLess(time.monotonic(), deadline, "the hunt does not begin")
            time.sleep(0.02)
        time.sleep(0.2)
        return process

    def finish(self):
        """The next run works as if nothing had been."""
        (self.evidence / "zeros.bin").unlink()
        self.hunt(self.evidence)
        self.assertEqual([item["events"] for item in self.show("items")], [3])

    def test_signals_that_ask(self):
        for number, name in ((signal.SIGINT, "SIGINT"), (signal.SIGTERM, "SIGTERM"),
                             (signal.SIGHUP, "SIGHUP")):
            with self.subTest(name):
                process = self.start()
                process.send_signal(number)
                _, errors = process.communicate(timeout=30)
                self.assertEqual(process.returncode, 4)
                self.assertIn(f"interrupted by {name}", errors)
                self.assertFalse(self.case.exists())
                self.assertEqual(self.leftovers(), [])
                self.finish()
                self.case.unlink()

    def test_kill(self):
        process = self.start()
        process.kill()
        process.wait(timeout=30)
        self.assertFalse(self.case.exists())
        partial = self.leftovers()
        self.assertEqual(len(partial), 1)
        done = self.run_words([PROGRAM, "show", partial[0]])
        self.assertEqual(done.returncode, 4, "what a killed run left passes for a case")
        self.finish()


class Changing(BadInput):
    """The evidence changes while the program has it open: it is stopped for that moment."""

    def hunt_while(self, size, change):
        log = self.evidence / "a.log"
        with open(log, "wb") as file:
            file.write(made_logs.access_lines(0, 1000))
            file.truncate(size)  # NUL bytes that take no room and much time to read
        process = subprocess.Popen(self.hunt_words(self.evidence, "--threads", "1"), cwd=self.root,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        opened = f"/proc/{process.pid}/fd"
        deadline = time.monotonic() + 60
        while True:
            self.assertIsNone(process.poll(), "the hunt ended before the evidence was changed")
            self.assertLess(time.monotonic(), deadline, "the evidence is not opened")
            with contextlib.suppress(OSError):
                if str(log) in [os.readlink(f"{opened}/{name}") for name in os.listdir(opened)]:
                    break
            time.sleep(0.01)
        process.send_signal(signal.SIGSTOP)
        change(log)
        process.send_signal(signal.SIGCONT)
        _, errors = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 3, errors)
        item, = self.show("items")
        self.assertEqual(item["read"] + item["unread"], item["size"])
        return item, [(gap["kind"], gap["what"]) for gap in self.show("gaps")]

    def assert_said(self, gaps, kind, words):
        self.assertTrue(any(gap[0] == kind and words in gap[1] for gap in gaps), gaps)

    def test_shrinks(self):
        item, gaps = self.hunt_while(1 << 36, lambda log: os.truncate(log, 50000))
        self.assert_said(gaps, "truncated", "when it was opened and 50000 when")
        self.assertIsNone(item["sha256"])

    def test_grows(self):
        size = 1 << 30  # enough to be caught at it on a busy machine

        def append(log):
            with open(log, "ab") as file:
                file.write(made_logs.access_lines(1000, 1000))

        item, gaps = self.hunt_while(size, append)
        self.assert_said(gaps, "changed", f"only the first {size} were read")
        self.assertEqual((item["size"], item["events"]), (size, 1000))

    def test_is_written_to(self):
        def touch(log):
            with open(log, "r+b") as file:
                file.seek((1 << 30) - 1)
                file.write(b"\n")

        item, gaps = self.hunt_while(1 << 30, touch)
        self.assert_said(gaps, "changed", "was written to while it was read")
        self.assertEqual(item["events"], 1000)


class Truncated(BadInput):
    """An event log cut at every 512th byte; what must be there is counted here, independently."""

    def whole_records(self, data):
        """Places of the records that lie whole in front of the end, and the bytes of structure."""
        records = []
        structure = min(len(data), made_logs.HEADER_BYTES)
        structure -= structure % made_logs.HEADER_BYTES  # a header that is cut is damage
        for chunk in range(made_logs.HEADER_BYTES, len(data), made_logs.CHUNK_BYTES):
            if len(data) - chunk < made_logs.CHUNK_HEADER_BYTES:
                break
            if data[chunk:chunk + 8] != b"ElfChnk\0":
                continue
            structure += made_logs.CHUNK_HEADER_BYTES
            end = chunk + struct.unpack_from("<I", data, chunk + 48)[0]
            at = chunk + made_logs.CHUNK_HEADER_BYTES
            while at < end and at + 8 <= len(data):
                size = struct.unpack_from("<I", data, at + 4)[0]
                if at + size > len(data):
                    break
                records.append((at, size))
                at += size
        return records, structure

    def check(self, data):
        lengths = range(0, len(data) + 1, 512)
        for length in lengths:
            self.write(f"{length:08d}.evtx", data[:length])
        self.hunt(self.evidence, expected=3)
        gaps = {}
        for gap in self.show("gaps"):
            gaps.setdefault(gap["item"], []).append(gap)
        items = {item["path"]: item for item in self.show("items")}
        self.assertEqual(len(items), len(lengths))
        for length in lengths:
            path = str(self.evidence / f"{length:08d}.evtx")
            item, records = items[path], self.whole_records(data[:length])
            with self.subTest(length=length):
                self.account(item, gaps.get(path, []), data[:length], *records)

    def account(self, item, gaps, data, records, structure):
        self.assertEqual(item["events"], len(records))
        self.assertEqual(item["size"], len(data))
        self.assertEqual(item["read"], structure + sum(size for _, size in records))
        self.assertEqual(item["unread"], len(data) - item["read"])
        self.assertEqual(item["sha256"], hashlib.sha256(data).hexdigest())
        # Every byte is structure, in an event, in a gap, or behind the end of a chunk's records.
        known = bytearray(len(data))
        for at, size in records:
            known[at:at + size] = b"\1" * size
        for gap in gaps:
            begin, size = gap["offset"], gap["length"]
            self.assertLessEqual(begin + size, len(data))
            self.assertFalse(any(known[begin:begin + size]), "a gap over what was read")
            known[begin:begin + size] = b"\1" * size
        known[:made_logs.HEADER_BYTES] = b"\1" * min(len(data), made_logs.HEADER_BYTES)
        for chunk in range(made_logs.HEADER_BYTES, len(data), made_logs.CHUNK_BYTES):
            header_end = min(chunk + made_logs.CHUNK_HEADER_BYTES, len(data))
            known[chunk:header_end] = b"\1" * (header_end - chunk)
            if header_end - chunk == made_logs.CHUNK_HEADER_BYTES:
                end = chunk + struct.unpack_from("<I", data, chunk + 48)[0]
                stop = min(chunk + made_logs.CHUNK_BYTES, len(data))
                known[end:stop] = b"\1" * max(0, stop - end)
        self.assertEqual(known.find(0), -1, "a byte is neither read nor in a gap")
        whole = len(data) in (0, self.whole_bytes)
        self.assertEqual(not gaps, whole, "cut, and no gap says so")

    def test_made_log(self):
        chunks = [made_logs.sample_chunk(1, 300, " and words to fill it").finish(),
                  made_logs.sample_chunk(301, 40).finish()]
        data = bytes(made_logs.evtx(chunks))
        self.whole_bytes = len(data)
        self.check(data)

    def test_recorded_log(self):
        folder = pathlib.Path(os.environ.get("PUGMARK_DATA", "/none"), "evtx")
        logs = [path for path in sorted(folder.rglob("*.evtx")) if path.stat().st_size == 69632]
        if not logs:
            self.skipTest("no test data")
        data = next(data for data in map(pathlib.Path.read_bytes, logs) if data[120] == 0)
        self.whole_bytes = len(data)
        self.check(data)


class Cases(BadInput):
    """Cases that were cut, changed or made by others, and evidence that is no longer as it was."""

    def made_case(self, *words):
        self.write("a.log", made_logs.access_lines(0, 3))
        self.hunt(*(words or [self.evidence]))
        return self.show("findings")[0]["id"]

    def explain(self, finding, *words):
        done = self.run_words([PROGRAM, "explain", self.case, finding, *words])
        self.assertEqual(done.returncode, 0, done.stderr)
        return " ".join(done.stdout.split())

    def commands(self, case):
        out = self.root / "out.csv"
        for words in (["show", case], ["show", case, "findings", "--jsonl"], ["show", case, "gaps"],
                      ["explain", case, "0000"], ["export", case, "--to", "csv", "-o", out]):
            done = self.run_words([PROGRAM, *words])
            yield words, done
            self.assertEqual(done.stdout, "", f"{words}: something of it was shown")
            self.assertFalse(out.exists(), f"{words}: something was written")

    def test_cut_anywhere(self):
        self.made_case()
        whole = self.case.read_bytes()
        cut = self.root / "cut.case"
        for length in [1, 15, 99, 100, 4095, *range(4096, len(whole), 16384), len(whole) - 1]:
            cut.write_bytes(whole[:length])
            for words, done in self.commands(cut):
                with self.subTest(length=length, words=words):
                    self.assertEqual(done.returncode, 4, done.stderr)
                    self.assertIn("cut.case", done.stderr)

    def test_made_by_somebody_else(self):
        self.made_case()
        for text in ("CREATE TRIGGER t AFTER INSERT ON gaps BEGIN SELECT 1; END",
                     "CREATE VIEW more AS SELECT 1", "DROP TABLE gaps",
                     "PRAGMA user_version=99", "PRAGMA application_id=1",
                     "UPDATE findings SET item=NULL", "DROP VIEW findings_by_rule"):
            hostile = self.root / "hostile.case"
            shutil.copy(self.case, hostile)
            database = sqlite3.connect(hostile)
            try:
                database.execute(text)
                database.commit()
            except sqlite3.Error:
                continue  # SQLite itself refuses: there is no such case
            finally:
                database.close()
            done = self.run_words([PROGRAM, "show", hostile, "findings", "--jsonl"])
            with self.subTest(text):
                self.assertEqual(done.returncode, 4, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_values_that_act_are_escaped(self):
        self.made_case()
        database = sqlite3.connect(self.case)
        database.execute("UPDATE finding_rules SET rule_title=?", ("\x1b]0;acts\x07\u202e",))
        database.commit()
        database.close()
        done = self.run_words([PROGRAM, "show", self.case, "findings"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("\\x1b]0;acts", done.stdout)
        self.assertNotIn("\x1b", done.stdout)
        self.assertNotIn("\u202e", done.stdout)

    def test_evidence_that_changed(self):
        finding = self.made_case()
        self.assertIn("the whole item still has the SHA-256", self.explain(finding))
        log = self.evidence / "a.log"
        log.write_bytes(log.read_bytes() + b"more\n")
        text = self.explain(finding)
        self.assertIn("The item has changed since it was hunted", text)
        self.assertIn(hashlib.sha256(log.read_bytes()).hexdigest(), text)
        self.assertNotIn("47 45 54 20", text)  # GET: bytes of an item that is another one

    def test_evidence_that_moved(self):
        finding = self.made_case()
        elsewhere = self.root / "elsewhere"
        self.evidence.rename(elsewhere)
        text = self.explain(finding)
        self.assertIn("not here any more", text)
        self.assertIn("--evidence", text)
        self.assertIn("still has the SHA-256", self.explain(finding, "--evidence", elsewhere))
        (elsewhere / "a.log").unlink()
        os.mkfifo(elsewhere / "a.log")
        self.assertIn("is not in", self.explain(finding, "--evidence", elsewhere))

    def test_evidence_named_by_a_link(self):
        self.write("a.log", made_logs.access_lines(0, 3))
        os.symlink(self.evidence / "a.log", self.root / "link.log")
        finding = self.made_case(self.root / "link.log")
        self.assertIn("still has the SHA-256", self.explain(finding))


class Paths(BadInput):
    def test_longer_than_one_call_may_take(self):
        here = os.open(self.evidence, os.O_RDONLY)
        for _ in range(20):
            os.mkdir("d" * 250, dir_fd=here)
            here, before = os.open("d" * 250, os.O_RDONLY, dir_fd=here), here
            os.close(before)
        os.close(here)
        self.addCleanup(subprocess.run, ["rm", "-r", self.evidence], check=True)
        self.write("a.log", made_logs.access_lines(0, 3))
        self.hunt(self.evidence, expected=3)
        gap, = self.show("gaps")
        self.assertEqual(gap["kind"], "unreadable")
        self.assertIn("File name too long", gap["what"])
        self.assertEqual(sum(item["events"] for item in self.show("items")), 3)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
