import pathlib
import sys

import made_logs

NAMES = [b"../../climbs.log", b"/absolute.log", b"C:\\drive.log", b"..\\..\\climbs.log",
         b"nul\0cut.log", b"red-\x1b[31m.log", "turned-\u202egol.log".encode(), b"latin-\xe9.log",
         b"line\nbreak.log", b"same.log", b"same.log", b"mark!/inside.log", b"", b"folder/",
         b"./././dots.log", "\u200bzero-width.log".encode(), b"aux", b"l" * 3000]
folder = pathlib.Path(sys.argv[1])
members = [(name, made_logs.access_lines(10 * number, 1)) for number, name in enumerate(NAMES)]
(folder / "names.zip").write_bytes(made_logs.zip_stored(members))
tar = b"".join(made_logs.tar_member(name[:100], content) for name, content in members
               if name and not name.endswith(b"/"))
links = [(b"link", b"2", b"/etc/hosts"), (b"hard", b"1", b"../../outside"), (b"device", b"3", b""),
         (b"pipe", b"6", b"")]
tar += b"".join(made_logs.tar_member(name, b"", kind, link=link) for name, kind, link in links)
(folder / "names.tar").write_bytes(tar + bytes(1024))
