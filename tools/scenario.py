#!/usr/bin/env python3
"""Runs the program as a user would and compares what it says with what is written down.

    scenario.py PROGRAM tests/scenario/NNN-name    a folder: one question asked of the whole program
    scenario.py PROGRAM tests/errors/NAME.in       a file: commands beside the answer, NAME.out
    scenario.py --update PROGRAM ...               writes the expectation instead (see golden.py)

A folder has about.txt (three lines, `name: `, `question: `, `group: `), `args` (one command line
per line, without the program's name), the evidence as files in evidence/ or as make_evidence.py,
which is run with the folder to fill, and what is expected: expected.stdout, expected.stderr,
expected.exit (one exit code per command; without the file all must be 0). Where a file named `mask`
stands, its lines are regular expressions; what they match is compared as `~`.

A file NAME.in has lines beginning with `$ ` for the commands; the lines behind `--- FILE` become
that file before the first command runs (behind `--- FILE hex` they are hexadecimal bytes).

In the commands $EVIDENCE is the evidence, $CASE a case not there yet, $OUT a folder to write to,
$DATA the test data and $ROOT the repository. `!` before a command runs it without comparing its
output. The program runs in an empty folder, in a far time zone, without colours and without a
terminal. The evidence must be unchanged afterwards.
Exit status: 0 as expected, 1 not, 77 skipped for want of data.
"""

import difflib
import hashlib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED = 77
TIMEOUT_S = 300


class Bad(Exception):
    """The scenario itself is not well formed."""


def digests(folder):
    """What a folder holds: relative path -> SHA-256, size and time of the last change."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            status = path.stat()
            found[str(path.relative_to(folder))] = (hashlib.sha256(path.read_bytes()).hexdigest(),
                                                    status.st_size, status.st_mtime_ns)
    return found


class Run:
    """One run in a folder of its own, where everything has a short relative name."""

    def __init__(self, program, folder):
        self.program = str(pathlib.Path(program).resolve())
        self.folder = pathlib.Path(folder)
        self.evidence = self.folder / "evidence"
        (self.folder / "out").mkdir()
        self.places = {"EVIDENCE": "evidence", "CASE": "test.case", "OUT": "out", "ROOT": str(ROOT)}
        if "PUGMARK_DATA" in os.environ:
            self.places["DATA"] = os.environ["PUGMARK_DATA"]
        self.environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "Asia/Kathmandu",
                            "NO_COLOR": "1", "COLUMNS": "100", "HOME": str(self.folder)}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def command(self, line):
        """stdout, stderr and exit code of one command line."""
        words = [re.sub(r"\$([A-Z]+)", lambda found: self.places[found[1]], word)
                 for word in shlex.split(line)]
        done = subprocess.run([self.program, *words], cwd=self.folder, env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S,
                              check=False)
        texts = [self.plain(stream) for stream in (done.stdout, done.stderr)]
        return texts[0], texts[1], done.returncode

    def plain(self, stream):
        text = stream.decode("utf-8", "backslashreplace")
        for name in ("DATA", "ROOT"):
            if self.places.get(name):
                text = text.replace(self.places[name], "$" + name)
        return text.replace(str(self.folder) + "/", "")


def line_end(text):
    return text if not text or text.endswith("\n") else text + "\n(no line end)\n"


def needs_data(commands):
    return "PUGMARK_DATA" not in os.environ and any("$DATA" in line for line in commands)


def prepare_evidence(source, run):
    if (source / "evidence").is_dir():
        shutil.copytree(source / "evidence", run.evidence)
    else:
        run.evidence.mkdir()
    maker = source / "make_evidence.py"
    if maker.is_file():
        environment = dict(os.environ, PYTHONPATH=str(ROOT / "tools"), PYTHONDONTWRITEBYTECODE="1")
        subprocess.run([sys.executable, maker, run.evidence], env=environment, check=True,
                       timeout=TIMEOUT_S)


def read_about(source):
    lines = (source / "about.txt").read_text(encoding="utf-8").splitlines()
    keys = [line.partition(": ")[0] for line in lines]
    if keys != ["name", "question", "group"] or not all(line.partition(": ")[2] for line in lines):
        raise Bad("about.txt needs three lines: `name: `, `question: `, `group: `")


def run_folder(program, source):
    """File name -> content, as it would be expected; None if it is skipped."""
    read_about(source)
    commands = [line for line in (source / "args").read_text(encoding="utf-8").splitlines()
                if line and not line.startswith("#")]
    if not commands:
        raise Bad("args names no command")
    if needs_data(commands):
        return None
    masks = []
    if (source / "mask").is_file():
        masks = (source / "mask").read_text(encoding="utf-8").splitlines()
    outputs, errors, codes = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        run = Run(program, folder)
        prepare_evidence(source, run)
        before = digests(run.evidence)
        for line in commands:
            output, error, code = run.command(line.removeprefix("!").strip())
            codes.append(str(code))
            if not line.startswith("!"):
                outputs.append(f"$ pugmark {line}\n{line_end(output)}")
                errors.append(f"$ pugmark {line}\n{line_end(error)}" if error else "")
        if digests(run.evidence) != before:
            raise Bad("the evidence was changed")
    texts = {"expected.stdout": "".join(outputs), "expected.stderr": "".join(errors)}
    for mask in masks:
        texts = {name: re.sub(mask, "~", text) for name, text in texts.items()}
    return dict(texts, **{"expected.exit": "\n".join(codes) + "\n"})


def run_pair(program, source):
    commands, files, current = [], {}, None
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.startswith("--- "):
            current = line[4:]
            files[current] = []
        elif line.startswith("$ ") and current is None:
            commands.append(line[2:].removeprefix("pugmark "))
        elif current is not None:
            files[current].append(line)
        elif line and not line.startswith("#"):
            raise Bad(f"neither command nor file: {line}")
    if not commands:
        raise Bad("no command")
    if needs_data(commands):
        return None
    transcript = []
    with tempfile.TemporaryDirectory() as folder:
        run = Run(program, folder)
        for name, lines in files.items():
            name, _, form = name.partition(" ")
            path = run.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes.fromhex("".join(lines)) if form == "hex"
                             else "".join(line + "\n" for line in lines).encode("utf-8"))
        for line in commands:
            output, error, code = run.command(line)
            error = "".join(f"! {part}\n" for part in error.splitlines())
            transcript.append(f"$ pugmark {line}\n{line_end(output)}{error}exit {code}\n")
    return {source.with_suffix(".out").name: "".join(transcript)}


def compare(folder, name, actual, default):
    path = folder / name
    expected = path.read_text(encoding="utf-8") if path.is_file() else default
    if expected is None:
        raise Bad(f"{name} is missing (tools/golden.py writes it; read what it wrote)")
    if actual == expected:
        return True
    difference = difflib.unified_diff(expected.splitlines(True), actual.splitlines(True),
                                      "expected " + name, "actual " + name)
    sys.stdout.writelines(line if line.endswith("\n") else line + "\n" for line in difference)
    return False


def update(folder, name, text, default):
    """True if the expectation changed. What equals the default is not written down."""
    path = folder / name
    before = path.read_text(encoding="utf-8") if path.is_file() else default
    if text == default:
        path.unlink(missing_ok=True)
    else:
        path.write_text(text, encoding="utf-8")
    return text != before


def main(arguments):
    write = arguments[:1] == ["--update"]
    if len(arguments) != 2 + write:
        print(__doc__, file=sys.stderr)
        return 2
    program, source = arguments[write], pathlib.Path(arguments[write + 1]).resolve()
    try:
        actual = run_folder(program, source) if source.is_dir() else run_pair(program, source)
        if actual is None:
            print(f"skipped, no data: {source.name}")
            return SKIPPED
        folder = source if source.is_dir() else source.parent
        zeros = "0\n" * actual.get("expected.exit", "").count("\n")
        defaults = {"expected.stderr": "", "expected.exit": zeros}
        step = update if write else compare
        results = [step(folder, name, text, defaults.get(name)) for name, text in actual.items()]
    except (Bad, OSError, KeyError, ValueError, subprocess.SubprocessError) as problem:
        print(f"{source.name}: {type(problem).__name__}: {problem}")
        return 1
    if write:
        print(f"{source.name}: {'changed' if any(results) else 'as before'}")
        return 0
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
