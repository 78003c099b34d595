"""One number of the second chunk of a sound log is 0 or 2^32-1, its checksums are right."""
import pathlib
import struct
import sys
import zlib

import made_logs

folder = pathlib.Path(sys.argv[1])


def write(name, place, value):
    chunk = made_logs.sample_chunk(4)
    definition = chunk.definition
    places = {"record-size": chunk.records[1] + 4, "record-size-copy": chunk.records[2] - 4,
              "template-size": definition + 20, "template-next": definition,
              "template-offset": definition - 4, "free-offset": 48, "last-record": 44,
              "name-offset": definition + 24 + 4 + 7, "element-length": definition + 24 + 4 + 3,
              "values-count": definition + 24 + struct.unpack_from(
                  "<I", chunk.data, definition + 20)[0]}
    end = len(chunk.data)
    data = chunk.finish()
    struct.pack_into("<I", data, places[place], value)
    struct.pack_into("<I", data, 52, zlib.crc32(data[512:end]))
    made_logs.seal_chunk(data, 0)
    chunks = [made_logs.sample_chunk(1).finish(), data, made_logs.sample_chunk(7).finish()]
    (folder / f"{place}-{name}.evtx").write_bytes(made_logs.evtx(chunks))


for field in ("record-size", "record-size-copy", "template-size", "template-next",
              "template-offset", "free-offset", "last-record", "name-offset", "element-length",
              "values-count"):
    write("0", field, 0)
    write("max", field, 0xFFFFFFFF)
