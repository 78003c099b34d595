import gzip
import io
import os
import pathlib
import sys
import tarfile
import zipfile

import made_logs

folder = pathlib.Path(sys.argv[1])
DAY = 1_614_679_200  # 2021-03-02T10:00:00Z
PAGE = b"<%@ Page %>\nlisted words\n"
FILES = {
    "www/index.php": b"<?php\necho 'words';\n",
    "www/pages/page.aspx": PAGE,
    "www/pages/named.aspx": b"<%@ Page %>\nother words\n",
    "www/bin/tool.exe": b"MZ" + bytes(64),
    "www/bin/other.exe": b"MZ" + bytes(65),
    "www/doubted.txt": b"words that a list is not sure of\n",
    "www/long.php": b"<?php\n" + b"// filler\n" * 1_000,  # read in pieces
    "dump.bin": bytes(range(256)) * 40,  # too large for one piece, and of no known kind
    "access.log": made_logs.access_lines(0, 20),
}


def tar_of(members):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), DAY
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


FILES["kit.tar.gz"] = gzip.compress(tar_of({"kit/readme.txt": b"words\n"}), 0, mtime=0)
for name, content in FILES.items():
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (DAY, DAY))
with zipfile.ZipFile(folder / "web.zip", "w") as packed:
    for name, content in (("inetpub/page.aspx", PAGE), ("inetpub/lib.dll", b"MZ" + bytes(80)),
                          ("inetpub/style.css", b"body { margin: 0 }\n")):
        packed.writestr(zipfile.ZipInfo(name, (2021, 3, 2, 10, 0, 0)), content)
