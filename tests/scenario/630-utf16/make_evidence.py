import pathlib
import sys

import made_logs

folder = pathlib.Path(sys.argv[1])
TEXT = made_logs.access_lines(0, 20).decode()
for name, coding in (("little", "utf-16-le"), ("big", "utf-16-be")):
    (folder / f"{name}.log").write_bytes(("\ufeff" + TEXT).encode(coding))
(folder / "utf-8-with-mark.log").write_bytes(("\ufeff" + TEXT).encode())
# The two bytes of a mark alone make no text.
(folder / "no-text.bin").write_bytes(b"\xff\xfe" + bytes(range(256)) * 4)
