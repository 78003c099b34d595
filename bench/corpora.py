"""The files that hunt_bench.py measures with; each a pure function of its source and size.

  denseN.evtx       all nearly full chunks of the sample logs, as they are, repeated to N MB; the
                    samples themselves are mostly slack, on which MB/s would say little
  iisN.log          ordinary Exchange traffic by make_iis_log.py
  recordingN.jsonl  the public recording, repeated to N MB
"""
import hashlib
import pathlib
import struct
import subprocess
import sys
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
CHUNK_BYTES, FILE_HEADER_BYTES, FULL_BYTES = 65536, 4096, 58000


def full_chunks(folder):
    """Each different chunk of the sample logs whose records reach FULL_BYTES, by path and place."""
    known = {}
    for path in sorted(folder.rglob('*.evtx')):
        with open(path, 'rb') as file:
            file.seek(FILE_HEADER_BYTES)
            while len(chunk := file.read(CHUNK_BYTES)) == CHUNK_BYTES:
                used_bytes, = struct.unpack_from('<I', chunk, 48)
                if chunk.startswith(b'ElfChnk\0') and used_bytes >= FULL_BYTES:
                    known.setdefault(hashlib.sha256(chunk).digest(), chunk)
    return list(known.values())


def make_dense_evtx(out, size_mb, samples):
    chunks = full_chunks(samples)
    if not chunks:
        sys.exit(f'{samples}: no EVTX file with a full chunk')
    # A file header counts its chunks in 16 bits.
    count = min(max(size_mb * 1_000_000 // CHUNK_BYTES, 1), 0xFFFF)
    header = struct.pack('<8sQQQIHHHH76x', b'ElfFile\0', 0, count - 1, 1, 128, 1, 3,
                         FILE_HEADER_BYTES, count)
    header += struct.pack('<II', 0, zlib.crc32(header))
    with open(out, 'wb') as file:
        file.write(header.ljust(FILE_HEADER_BYTES, b'\0'))
        for number in range(count):
            file.write(chunks[number % len(chunks)])


def make_recording(out, size_mb, archive):
    """Whole recordings; where the size is below one, its first lines."""
    with zipfile.ZipFile(archive) as members:
        text = members.read(members.namelist()[0])
    with open(out, 'wb') as file:
        for _ in range(size_mb * 1_000_000 // len(text)):
            file.write(text)
        if not file.tell():
            file.write(text[:text.index(b'\n', size_mb * 1_000_000) + 1])


def make_iis_log(out, size_mb, maker=HERE / 'make_iis_log.py'):
    subprocess.run([sys.executable, '-B', maker, out, str(size_mb)], check=True,
                   stdout=subprocess.DEVNULL)


def corpora(folder, data, size_mb):
    """Makes what is not there yet. Yields the files, and says what cannot be made."""
    recording = data / 'proxylogon/proxylogon_ssrf_rce_poc.zip'
    makers = ((f'dense{size_mb}.evtx', make_dense_evtx, data / 'evtx'),
              (f'iis{size_mb}.log', make_iis_log, HERE / 'make_iis_log.py'),
              (f'recording{size_mb}.jsonl', make_recording, recording))
    for name, make, source in makers:
        path, unfinished = folder / name, folder / (name + '.new')
        if not path.exists() and not source.exists():
            print(f'left out: {name}, for there is no {source} (set PUGMARK_DATA)')
            continue
        if not path.exists():
            make(unfinished, size_mb, source)
            unfinished.rename(path)
        yield path
