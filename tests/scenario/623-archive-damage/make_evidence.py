import pathlib
import sys

import made_logs

folder = pathlib.Path(sys.argv[1])
LINES = made_logs.access_lines(0, 1000)


def write(name, content, *flipped):
    data = bytearray(content)
    for at in flipped:
        data[at] ^= 1
    (folder / name).write_bytes(data)


packed = made_logs.gzip_stored(LINES, block=1000)
tar = made_logs.tar_member(b"a.log", LINES) + made_logs.tar_member(b"b.log", LINES) + bytes(1024)
archive = made_logs.zip_stored([(b"a.log", LINES), (b"b.log", LINES[:-77]), (b"c.log", LINES[77:])])
write("cut-1.log.gz", packed[:-1])
write("cut-half.log.gz", packed[:len(packed) // 2])
write("cut-header.log.gz", packed[:19])
write("cut-in-header.log.gz", packed[:7])
write("checksum.log.gz", packed, len(packed) - 8)
write("length.log.gz", packed, len(packed) - 1)
write("checksum-of-first.log.gz", packed + packed, len(packed) - 8)
write("block.log.gz", packed, 10 + 1005 * 20 + 3)
write("tail.log.gz", packed + b"more")
write("padded.log.gz", packed + bytes(512))
write("cut.tgz", made_logs.gzip_stored(tar)[:-len(LINES)])
write("checksum.tgz", made_logs.gzip_stored(tar), len(made_logs.gzip_stored(tar)) - 8)
write("cut.tar", tar[:-len(LINES) // 2])
write("header.tar", tar, 512 + len(LINES) + -len(LINES) % 512 + 150)
write("checksum.zip", archive, archive.index(b"/page000500"))
write("cut.zip", archive[:len(archive) // 2])
write("directory.zip", archive, len(archive) - 22 - 60)
write("tail.zip", archive + b"x" * 40)
write("padded.zip", archive + bytes(40))
(folder / "encrypted.zip").write_bytes(
    made_logs.zip_stored([(b"a.log", LINES), (b"b.log", LINES)], encrypted=[b"a.log"]))
