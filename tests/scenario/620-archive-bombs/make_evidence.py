import bz2
import gzip
import io
import lzma
import pathlib
import struct
import sys
import zipfile
import zlib

import made_logs

folder = pathlib.Path(sys.argv[1])
(folder / "ratio").mkdir()
(folder / "nested").mkdir()
ZEROS = bytes(20 << 20)
LINES = made_logs.access_lines(0, 100)


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


for name, pack in (("xz", lzma.compress), ("bz2", bz2.compress)):
    (folder / "ratio" / f"zeros.log.{name}").write_bytes(pack(ZEROS))
(folder / "ratio" / "zeros.log.gz").write_bytes(gzip.compress(ZEROS, mtime=0))
(folder / "ratio" / "between.zip").write_bytes(
    zipped([("before.log", LINES), ("zeros.log", ZEROS), ("behind.log", LINES)]))
# Zeros behind the end mark of a tar, where further members are looked for.
(folder / "ratio" / "behind-the-end.tar.bz2").write_bytes(
    bz2.compress(made_logs.tar_member(b"a.log", LINES) + ZEROS))
# Sixteen archives in each archive, as the well-known bombs are made.
inner = zipped([("zeros.log", ZEROS)])
for _ in range(4):
    inner = zipped([(f"{number}.zip", inner) for number in range(16)])
(folder / "nested" / "nested.zip").write_bytes(inner)
(folder / "entries.zip").write_bytes(made_logs.zip_stored(
    [(b"%03d.log" % number, made_logs.access_lines(number, 1)) for number in range(300)]))
# As an archive that contains itself would look: there is always one more inside.
inner = made_logs.tar_member(b"end.log", LINES) + bytes(1024)
for number in range(12):
    inner = made_logs.tar_member(b"inner.tar", inner) + bytes(1024)
(folder / "deep.tar").write_bytes(inner)
# No bomb: a log of which Windows had set aside 20 MB and used 64 KiB.
(folder / "sparse.evtx.xz").write_bytes(
    lzma.compress(made_logs.evtx([made_logs.sample_chunk(1).finish()]) + ZEROS))


def seven_zip_link(target):
    """A 7z with one symbolic link, whose target is its content."""
    packed = lzma.compress(target, lzma.FORMAT_RAW, filters=[
        {"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 20}])

    def number(value):
        return b"\xff" + struct.pack("<Q", value)

    name = b"\0" + "link\0".encode("utf-16-le")
    mode = b"\1\0" + struct.pack("<I", 0x8000 | 0o120777 << 16)
    directory = (b"\x01\x04\x06" + number(0) + number(1) + b"\x09" + number(len(packed)) + b"\0"
                 b"\x07\x0b\x01\0\x01\x21\x21\x01\x10\x0c" + number(len(target)) + b"\0\x08\0\0"
                 b"\x05\x01\x11" + number(len(name)) + name +
                 b"\x15" + number(len(mode)) + mode + b"\0\0")
    start = struct.pack("<QQI", len(packed), len(directory), zlib.crc32(directory))
    return (b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(start)) + start + packed +
            directory)


# A target that would be unpacked before anything is delivered.
(folder / "link").mkdir()
(folder / "link" / "link.7z").write_bytes(seven_zip_link(b"a" * (64 << 20)))
(folder / "link" / "sound.log").write_bytes(LINES)
