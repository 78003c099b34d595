#!/usr/bin/env python3
"""Writes down what the program says now as what is expected of it, for scenarios and error pairs.

    golden.py [--program FILE] [WORD...]    those whose name contains one of the words, or all

Read the difference (`git diff tests`) before you commit it: it is a change of behaviour.
"""

import argparse
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description="Updates expectations of tests.")
    parser.add_argument("--program", default=ROOT / "build" / "dev" / "pugmark", type=pathlib.Path)
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    if not options.program.is_file():
        parser.error(f"{options.program} is not there; build it first, or name it with --program")
    sources = sorted([path.parent for path in (ROOT / "tests" / "scenario").glob("*/about.txt")]
                     + list((ROOT / "tests" / "errors").glob("*.in")))
    chosen = [path for path in sources
              if not options.words or any(word in path.name for word in options.words)]
    if not chosen:
        parser.error("no scenario and no error pair has such a name")
    failed = 0
    for source in chosen:
        failed += subprocess.run([sys.executable, ROOT / "tools" / "scenario.py", "--update",
                                  options.program, source], check=False).returncode == 1
    subprocess.run(["git", "-C", ROOT, "diff", "--stat", "--", "tests"], check=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
