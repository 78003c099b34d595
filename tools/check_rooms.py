#!/usr/bin/env python3
"""Checks that every #include follows the arrows of src/rooms.txt.

    check_rooms.py [ROOT]            check; exit status 1 and one line per wrong arrow
    check_rooms.py [ROOT] --picture  print the rooms as a Mermaid graph, for docs/ARCHITECTURE.md

A header at the top of a room is public, one in a sub-folder is private to its room. Includes of our
own headers are written "room/header.h". Code for tests (*_testing.h) and slow twins (*_twin.h)
are for tests and fuzzers.
Headers that hand out views of evidence bytes stop at `detect`: what is found there owns its data.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
SOURCES = (".cc", ".h")
VIEW_HEADERS = {"events/event.h", "events/reader.h", "events/value.h"}
ROOMS_WITHOUT_VIEWS = {"casefile", "report"}


def read_rooms(path):
    """Room -> rooms it may include, in the order of the file; complaints about the file itself."""
    rooms, complaints = {}, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        matched = re.fullmatch(r"([a-z]+):((?: [a-z]+)*)", line)
        if not matched:
            complaints.append(f"rooms.txt:{number}: not of the form `room: room room`")
            continue
        name, may_use = matched[1], matched[2].split()
        if name in rooms:
            complaints.append(f"rooms.txt:{number}: {name} is listed twice")
        for other in may_use:
            if other not in rooms:
                complaints.append(f"rooms.txt:{number}: {other} is not a room above {name}")
        rooms[name] = may_use
    return rooms, complaints


def room_of(relative):
    """The room a file speaks for: src/ROOM/..., fuzz/ROOM_what_fuzz.cc; None for the benchmarks."""
    parts = relative.parts
    if parts[0] == "src":
        return parts[1]
    return relative.stem.split("_")[0] if parts[0] == "fuzz" else None


def wrong_include(root, rooms, relative, quote, target):
    """Why this include is wrong, or None."""
    first, _, rest = target.partition("/")
    ours = first in rooms or (root / "src" / first).is_dir()
    if quote == "<":
        return f'write "{target}", not <{target}>' if first in rooms else None
    if not rest or not ours:
        return f'"{target}" is not of the form "room/header.h"'
    if not (root / "src" / target).is_file():
        return f"{target} does not exist"
    room = room_of(relative)
    if room is None or relative.name == "replay_main.cc":
        return None
    if first != room and first not in rooms[room]:
        return f"{room} may not include {first}"
    if first != room and "/" in rest:
        return f"{target} is private to {first}"
    if target in VIEW_HEADERS and room in ROOMS_WITHOUT_VIEWS:
        return f"views stop at detect: {room} may not include {target}"
    for_tests = re.search(r"_(test|testing|twin|fuzz)\.(cc|h)$", relative.name)
    if target.endswith(("_testing.h", "_twin.h")) and not for_tests:
        return f"{target} is for tests and fuzzers alone"
    return None


def check(root):
    rooms, complaints = read_rooms(root / "src" / "rooms.txt")
    files = sorted(path for folder in ("src", "fuzz", "bench") if (root / folder).is_dir()
                   for path in (root / folder).rglob("*") if path.suffix in SOURCES)
    for path in files:
        relative = path.relative_to(root)
        if relative.parts[0] == "src" and len(relative.parts) < 3:
            complaints.append(f"{relative}: a source file stands in a room, not in src/")
            continue
        room = room_of(relative)
        if room is not None and room not in rooms and relative.name != "replay_main.cc":
            complaints.append(f"{relative}: {room} is not in src/rooms.txt")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            matched = INCLUDE.match(line)
            if matched:
                wrong = wrong_include(root, rooms, relative, matched[1], matched[2])
                if wrong:
                    complaints.append(f"{relative}:{number}: {wrong}")
    return complaints, len(files)


def picture(root):
    """The arrows as a Mermaid graph; an arrow that follows from others is left out."""
    rooms, _ = read_rooms(root / "src" / "rooms.txt")

    def reach(name):
        return set(rooms[name]).union(*(reach(other) for other in rooms[name]), set())

    lines = ["```mermaid", "graph RL"]
    for name, may_use in rooms.items():
        direct = [other for other in may_use
                  if not any(other in reach(third) for third in may_use if third != other)]
        lines += [f"  {name} --> {other}" for other in direct] or [f"  {name}"]
    return "\n".join(lines + ["```"])


def main(arguments):
    options = [word for word in arguments if word.startswith("--")]
    names = [word for word in arguments if not word.startswith("--")]
    root = pathlib.Path(names[0] if names else pathlib.Path(__file__).parent.parent).resolve()
    if options == ["--picture"]:
        print(picture(root))
        return 0
    if options:
        print(__doc__, file=sys.stderr)
        return 2
    complaints, files_count = check(root)
    for complaint in complaints:
        print(complaint)
    print(f"{files_count} files, {len(complaints)} wrong arrows")
    return 1 if complaints or files_count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
