#!/usr/bin/env python3
"""Writes the seeds of evidence_archive_fuzz: small archives of every form, made from text.

Usage: fuzz/make_archive_seeds.py fuzz/seeds/evidence_archive
Needs only Python's own modules, and 7z, zstd and lz4 for the forms that Python cannot write.
"""
import bz2
import gzip
import io
import lzma
import pathlib
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

LOG = b"#Fields: date time cs-method cs-uri-stem\n2021-03-02 10:00:00 GET /owa/\n" * 3
STAMP = (2021, 3, 2, 10, 0, 0)


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = method
            archive.writestr(info, content)
    return out.getvalue()


def tarred(members, form=tarfile.USTAR_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type, info.linkname = tarfile.SYMTYPE, "../target"
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return out.getvalue().rstrip(b"\0") + bytes(1024)


def by_tool(command, content):
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


def seven_zipped(members):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in members:
            path = pathlib.Path(folder, "in", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        subprocess.run(["7z", "a", "-bd", "-mtm=off", "../out.7z", "."],
                       cwd=pathlib.Path(folder, "in"), check=True, capture_output=True)
        return pathlib.Path(folder, "out.7z").read_bytes()


def cabinet(name, content):
    """[MS-CAB] 2: one folder, not compressed, one file."""
    entry = struct.pack("<IIHHHH", len(content), 0, 0, 0x5262, 0x5000, 0x20) + name + b"\0"
    data = struct.pack("<IHH", 0, len(content), len(content)) + content
    files_at = 36 + 8
    data_at = files_at + len(entry)
    header = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, data_at + len(data), 0, files_at, 0,
                         3, 1, 1, 1, 0, 1234, 0)
    return header + struct.pack("<IHH", data_at, 1, 0) + entry + data


def rar4(name, content):
    """RAR technote: marker, main header, one stored file."""
    def block(kind, flags, body, extra=b""):
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + extra
    main = block(0x73, 0, bytes(6))
    body = struct.pack("<IIBIIBBHI", len(content), len(content), 2, zlib.crc32(content),
                       0x52625000, 20, 0x30, len(name), 0x20) + name
    return b"Rar!\x1a\x07\0" + main + block(0x74, 0x8000, body, content) + block(0x7B, 0x4000, b"")


def seven_zip_by_hand(packed_directory):
    """A 7z of a file, a link and an empty file: with every part of a directory, packed or not."""
    def part(number, content):
        return bytes([number, len(content)]) + content

    content = LOG + b"a.log"
    names = b"\0" + "a.log\0link\0empty\0".encode("utf-16-le")
    modes = struct.pack("<BB3I", 1, 0, 0x81A48000, 0xA1FF8000, 0x81A48000)
    directory = (b"\x01\x04\x06\0\x01\x09\x80" + bytes([len(content)]) + b"\0"
                 b"\x07\x0b\x01\0\x01\x01\0\x0c\x80" + bytes([len(content)]) + b"\0"
                 b"\x08\x0d\x02\x09\x80" + bytes([len(LOG)]) + b"\0\0"
                 b"\x05\x03" + part(0x0E, b"\x20") + part(0x0F, b"\x80") + part(0x11, names) +
                 part(0x14, b"\1\0" + bytes(24)) + part(0x15, modes) + b"\0\0")
    if packed_directory:
        packed = lzma.compress(directory, lzma.FORMAT_RAW,
                               filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}])
        record = (b"\x17\x06\x80" + bytes([len(content)]) + b"\x01\x09\x80" +
                  bytes([len(packed)]) + b"\0\x07\x0b\x01\0\x01\x21\x21\x01\x08\x0c\x80" +
                  bytes([len(directory)]) + b"\x0a\x01" +
                  struct.pack("<I", zlib.crc32(directory)) + b"\0\0")
        content, directory = content + packed, record
    start = struct.pack("<QQI", len(content), len(directory), zlib.crc32(directory))
    return (b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(start)) + start + content +
            directory)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    two = [("a/u_ex.log", LOG), ("b.txt", b"short")]
    zip_two = zipped(two)
    seeds = {
        "empty": b"", "plain": LOG, "zip": zip_two, "zip_stored": zipped(two, zipfile.ZIP_STORED),
        "zip_bzip2": zipped(two, zipfile.ZIP_BZIP2), "zip_lzma": zipped(two, zipfile.ZIP_LZMA),
        "zip_empty": zipped([]), "zip_cut": zip_two[:150],
        "zip_same_names": zipped([("a", b"1"), ("a#2", b"2")]),
        "zip_in_zip": zipped([("in.zip", zip_two)]),
        "zip_traversal": zipped([("../../x!/y", b"x"), ("C:\\x", b"y")]),
        "tar": tarred(two), "tar_links": tarred([("a", b"1"), ("link", None)]),
        "tar_gnu": tarred([("n" * 120, b"1")], tarfile.GNU_FORMAT),
        "tar_pax": tarred([("\u00e4" * 60, b"1")], tarfile.PAX_FORMAT),
        "tar_gz": gzip.compress(tarred(two), mtime=0), "tar_xz": lzma.compress(tarred(two)),
        "log_gz": gzip.compress(LOG, mtime=0), "log_gz_twice": gzip.compress(LOG, mtime=0) * 2,
        "log_gz_tail": gzip.compress(LOG, mtime=0) + b"tail", "log_bz2": bz2.compress(LOG),
        "log_xz": lzma.compress(LOG),
        "zip_in_tar_gz": gzip.compress(tarred([("in.zip", zip_two)]), mtime=0),
        "bomb_gz": gzip.compress(bytes(300_000), mtime=0), "cab": cabinet(b"a.log", LOG),
        "rar": rar4(b"a.log", LOG),
        "ar": b"!<arch>\na.log/          0           0     0     644     5         `\nshort\n",
        "log_zst": by_tool(["zstd", "-c"], LOG) if shutil.which("zstd") else None,
        "log_lz4": by_tool(["lz4", "-c"], LOG) if shutil.which("lz4") else None,
        "7z_plain": seven_zip_by_hand(False), "7z_packed": seven_zip_by_hand(True),
        "7z": seven_zipped(two) if shutil.which("7z") else None,
    }
    for name, content in seeds.items():
        if content is None:
            print(f"{name}: skipped, its tool is not installed")
        else:
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
