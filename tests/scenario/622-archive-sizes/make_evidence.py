import pathlib
import sys

import made_logs

folder = pathlib.Path(sys.argv[1])
LINES = made_logs.access_lines(0, 5)
MEMBERS = [(b"before.log", made_logs.access_lines(10, 5)), (b"wrong.log", LINES),
           (b"behind.log", made_logs.access_lines(20, 5))]
for name, size in (("0", 0), ("max", 0xFFFFFFFF), ("more", 2 * len(LINES)), ("less", 70)):
    (folder / f"size-{name}.zip").write_bytes(
        made_logs.zip_stored(MEMBERS, sizes={b"wrong.log": size}))
SIZES = {"0": b"%011o\0" % 0, "max": b"%011o\0" % 0xFFFFFFFF, "binary": b"\x80" + b"\xff" * 11,
         "negative": b"\xff" * 12,
         "letters": b"no number...", "more": b"%011o\0" % (2 * len(LINES))}
for name, size in SIZES.items():
    tar = b"".join(
        made_logs.tar_member(member, content, size=size if member == b"wrong.log" else None)
        for member, content in MEMBERS)
    (folder / f"size-{name}.tar").write_bytes(tar + bytes(1024))
