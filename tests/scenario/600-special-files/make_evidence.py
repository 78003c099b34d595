import os
import pathlib
import socket
import sys

import made_logs

os.chdir(sys.argv[1])
pathlib.Path("a.log").write_bytes(made_logs.access_lines(0, 3))
pathlib.Path("empty.log").touch()
os.link("a.log", "hard-link.log")
os.symlink("a.log", "link.log")
os.symlink("nowhere", "dangling")
os.symlink("loop", "loop")
os.symlink(".", "link-to-folder")
os.mkfifo("pipe")
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind("socket")
for name, first in ((b"not-utf-8-\xff\xfe.log", 10), ("turned-\u202egol.log".encode(), 20),
                    (b"red-\x1b[31m.log", 30), (b"line\nbreak.log", 40), (b"blank  and!.log", 50)):
    with open(name, "wb") as file:
        file.write(made_logs.access_lines(first, 1))
# A path nearly as long as the 4,096 bytes one call may take.
here = os.open(".", os.O_RDONLY)
for _ in range(15):
    os.mkdir("d" * 250, dir_fd=here)
    here, before = os.open("d" * 250, os.O_RDONLY, dir_fd=here), here
    os.close(before)
with os.fdopen(os.open("deep.log", os.O_WRONLY | os.O_CREAT, dir_fd=here), "wb") as file:
    file.write(made_logs.access_lines(60, 1))
