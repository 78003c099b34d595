#!/usr/bin/env python3
"""Installs the build into an empty folder and looks whether everything a user needs is there.

    install_test.py CMAKE BUILD_FOLDER
"""

import filecmp
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def missing_files(prefix):
    share = prefix / "share"
    wanted = {prefix / "bin/pugmark": None, share / "doc/pugmark/LICENSE": ROOT / "LICENSE",
              share / "doc/pugmark/README.md": ROOT / "README.md",
              share / "man/man1/pugmark.1": ROOT / "docs/man/pugmark.1",
              share / "bash-completion/completions/pugmark": ROOT / "completions/pugmark.bash",
              share / "zsh/vendor-completions/_pugmark": ROOT / "completions/_pugmark",
              share / "fish/vendor_completions.d/pugmark.fish": ROOT / "completions/pugmark.fish"}
    for rule in (ROOT / "rules").rglob("*.yml"):
        wanted[share / "pugmark" / rule.relative_to(ROOT)] = rule
    for installed, source in wanted.items():
        if source is not None and not source.exists():
            yield f"{source.relative_to(ROOT)} is not in the repository"
        elif not installed.is_file():
            yield f"{installed.relative_to(prefix)} was not installed"
        elif source is not None and not filecmp.cmp(installed, source, shallow=False):
            yield f"{installed.relative_to(prefix)} differs from {source.relative_to(ROOT)}"


def main(arguments):
    cmake, build = arguments
    with tempfile.TemporaryDirectory() as folder:
        prefix = pathlib.Path(folder) / "usr"
        subprocess.run([cmake, "--install", build, "--prefix", prefix], check=True,
                       stdout=subprocess.DEVNULL)
        complaints = list(missing_files(prefix))
        outside = [path for path in (prefix / "include", prefix / "lib") if path.exists()]
        complaints += [f"{path.name}/ was installed; only the program is" for path in outside]
        # From an empty folder: the installed program may not lean on the source tree.
        done = subprocess.run([prefix / "bin/pugmark", "rules", "list"], cwd=folder, check=False,
                              capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"})
        if done.returncode != 0 or not done.stdout.strip():
            complaints.append(f"`pugmark rules list`: exit {done.returncode}, {done.stderr}")
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
