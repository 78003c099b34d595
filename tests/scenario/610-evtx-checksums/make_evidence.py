import pathlib
import sys

import made_logs

folder = pathlib.Path(sys.argv[1])
CHUNK = made_logs.HEADER_BYTES + made_logs.CHUNK_BYTES  # the second one
# The bytes of unused fields and of the text "record 4": nothing else depends on them.
TEXT = made_logs.sample_evtx().index("record 4".encode("utf-16-le"))
for name, at in (("file-header", 50), ("chunk-header", CHUNK + 60), ("records", TEXT)):
    data = bytearray(made_logs.sample_evtx())
    data[at] ^= 1
    (folder / f"{name}.evtx").write_bytes(data)
(folder / "sound.evtx").write_bytes(made_logs.sample_evtx())
