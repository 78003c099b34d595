#!/usr/bin/env python3
"""Checks that the documents say what the code says.

    check_documents.py [ROOT]            exit status 1 and one line per complaint
    check_documents.py [ROOT] --write    brings the generated parts up to date first

Generated: the picture of the rooms in docs/ARCHITECTURE.md (from src/rooms.txt) and the table of
limits in docs/ASSURANCE.md (from src/base/limits.h). Also checked: links lead somewhere and
named files are there, each decision in docs/adr has all its parts, and the library table of CMake
and the package list of tools/install_dependencies.sh agree.
"""

import pathlib
import re
import subprocess
import sys

import check_rooms

LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")
ADR_PARTS = ("Context", "Decision", "Consequences", "What would make us change our mind")
CODE_SPAN = re.compile(r"`([a-z]+/[\w/.-]+\.(?:h|cc|py|sh|cmake|txt))`")
LIMIT_VALUE = re.compile(r"^\s+std::uint64_t (\w+) = ([^;]+);", re.MULTILINE)
LIMIT_NAME = re.compile(r'\{"([a-z-]+)",\s*&Limits::(\w+),\s*"([^"]+)"(?:,\s*([\d\']+))?\}')
UNITS = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def rooms_picture(root):
    return check_rooms.picture(root)


def readable(expression, in_bytes):
    """`16ULL << 20` as `16 MiB`, `1'000` as `1,000`."""
    base, _, shift = expression.replace("'", "").replace("ULL", "").partition("<<")
    number = int(base) << int(shift or 0)
    for size, unit in UNITS:
        if in_bytes and number % size == 0:
            return f"{number // size} {unit}"
    return f"{number:,}"


def limits_table(root):
    header = (root / "src/base/limits.h").read_text(encoding="utf-8")
    values = dict(LIMIT_VALUE.findall(header[header.find("struct Limits {"):].split("\n};")[0]))
    rows = ["| limit | default | of what |", "|---|---|---|"]
    names = LIMIT_NAME.findall((root / "src/base/limits.cc").read_text(encoding="utf-8"))
    for name, member, meaning, most in names:
        value = readable(values.pop(member), name.endswith("-bytes"))
        above = f" At most {readable(most, False)}." if most else ""
        rows.append(f"| `{name}` | {value} | {meaning}{above} |")
    if values:
        sys.exit(f"src/base/limits.cc: limit_names() lacks {', '.join(sorted(values))}")
    return "\n".join(rows)


GENERATED = {"docs/ARCHITECTURE.md": ("rooms", rooms_picture),
             "docs/ASSURANCE.md": ("limits", limits_table)}


def check_generated(root, write):
    for name, (mark, make) in GENERATED.items():
        path = root / name
        if not path.is_file():
            yield f"{name} is missing"
            continue
        text = path.read_text(encoding="utf-8")
        block = re.compile(rf"(<!-- generated: {mark} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not block.search(text):
            yield f"{name}: no `<!-- generated: {mark} -->` ... `<!-- end -->`"
            continue
        wanted = block.sub(lambda found, body=make(root): f"{found[1]}{body}\n{found[2]}", text)
        if wanted != text and write:
            path.write_text(wanted, encoding="utf-8")
        elif wanted != text:
            yield f"{name}: {mark} out of date; run tools/check_documents.py --write"


def markdown_files(root):
    for path in sorted(root.rglob("*.md")):
        parts = path.relative_to(root).parts
        if parts[0] not in ("build", "out") and parts[0][0] != ".":
            yield path


def check_names(root):
    for path in markdown_files(root):
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in LINK.findall(text):
            file = target.partition("#")[0]
            if "://" in target or target.startswith("mailto:") or not file:
                continue
            if not (path.parent / file).exists():
                yield f"{path.relative_to(root)}: the link to {target} leads nowhere"
        for name in CODE_SPAN.findall(text):
            if re.search(r"[A-Z]|\bx[._]", name):
                continue  # a pattern: src/ROOM/x_test.cc
            if not any((root / below / name).exists() for below in ("", "src")):
                yield f"{path.relative_to(root)}: there is no {name}"


def check_decisions(root):
    folder = root / "docs" / "adr"
    files = sorted(folder.glob("[0-9]*.md"))
    index = (folder / "README.md").read_text(encoding="utf-8") if folder.is_dir() else ""
    for number, path in enumerate(files, 1):
        name = f"docs/adr/{path.name}"
        text = path.read_text(encoding="utf-8")
        if not path.name.startswith(f"{number:04}-"):
            yield f"{name}: decisions are numbered without holes; {number:04} is next"
        if not re.match(rf"# {number}\. .+\n\nStatus: .+\nDate: \d{{4}}-\d\d-\d\d\n", text):
            yield f"{name}: begins with `# {number}. Title`, `Status: `, `Date: YYYY-MM-DD`"
        missing = [part for part in ADR_PARTS if f"\n## {part}\n" not in text]
        if missing:
            yield f"{name}: without {', '.join(missing)}"
        if path.name not in index:
            yield f"docs/adr/README.md does not list {path.name}"
    if not files:
        yield "docs/adr holds no decisions"


def check_rooms_described(root):
    path = root / "docs/ARCHITECTURE.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    for room in check_rooms.read_rooms(root / "src/rooms.txt")[0]:
        if f"| `{room}` |" not in text:
            yield f"docs/ARCHITECTURE.md does not say what {room} is for"


def check_packages(root):
    cmake = (root / "cmake/PugmarkLibraries.cmake").read_text(encoding="utf-8")
    rows = re.findall(r"^\s+\w+:[\w.+-]+:([\w.+-]+)", cmake, re.MULTILINE)
    listed = subprocess.run([root / "tools/install_dependencies.sh", "--list", "build", "check",
                             "bench"], capture_output=True, text=True, check=True).stdout.split()
    if not rows:
        yield "cmake/PugmarkLibraries.cmake: the table of libraries was not understood"
    for package in rows:
        if package not in listed:
            yield f"tools/install_dependencies.sh does not install {package}, which CMake looks for"


def main(arguments):
    write = "--write" in arguments
    names = [word for word in arguments if word != "--write"]
    root = pathlib.Path(names[0] if names else pathlib.Path(__file__).parent.parent).resolve()
    complaints = [*check_generated(root, write), *check_names(root), *check_decisions(root),
                  *check_rooms_described(root), *check_packages(root)]
    for complaint in complaints:
        print(complaint)
    print(f"{len(complaints)} complaints about documents")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
