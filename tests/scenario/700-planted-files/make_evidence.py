import io
import os
import pathlib
import sys
import tarfile
import zipfile

import made_logs

folder = pathlib.Path(sys.argv[1])
DAY = 1_614_679_200  # 2021-03-02T10:00:00Z
PAGES = {
    "index.php": b"<?php\necho 'words';\n",
    "style.css": b"body { margin: 0 }\n",
    "logo.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "upload/odd.php": b"<?php 'odd';\n",
    "aspnet_client/supp0rt.aspx":
        b"<%@ Page %>\n<%\nvar x = inert_request(\"orange\");\n" + b"// filler\n" * 40
        + b"inert_run(x);\n%>\n",
    "wide.aspx": "\ufeff<%@ Page %><% inert_write(\"x\"); %>".encode("utf-16-le"),
    "bin/tool.exe": b"MZ" + bytes(64),
    "notes.txt": b"words\n",
    "hidden.php": made_logs.access_lines(0, 2),
    "core.bin": bytes(range(256)) * 4,
}


def add_member(archive, name, content):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    info.mtime = DAY + len(content)
    info.uid, info.uname, info.mode = 33, "www-data", 0o640
    archive.addfile(info, io.BytesIO(content))


for name, content in PAGES.items():
    path = folder / "www" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (DAY, DAY))
with tarfile.open(folder / "web.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
    for name in ("aspnet_client/supp0rt.aspx", "index.php"):
        add_member(tar, name, PAGES[name])
with zipfile.ZipFile(folder / "web.zip", "w") as packed:
    for name in ("upload/odd.php", "style.css"):
        packed.writestr(zipfile.ZipInfo(name, (2021, 3, 2, 10, 0, 0)), PAGES[name])
(folder / "access.log").write_bytes(made_logs.access_lines(0, 20))
