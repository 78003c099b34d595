"""Small logs and archives for tests, byte by byte: so that each byte can be made wrong.

Event logs follow docs/formats/evtx.md. Everything is inert and the same in every run.
"""

import struct
import zlib

HEADER_BYTES, CHUNK_BYTES, CHUNK_HEADER_BYTES = 4096, 65536, 512
# 2021-03-02 00:00:00 UTC in units of 100 ns since 1601.
FIRST_FILETIME = 132591168000000000
SECOND = 10000000


class Chunk:
    """One chunk of an event log under construction; every offset counts from its first byte."""

    def __init__(self, first_record):
        self.data = bytearray(CHUNK_HEADER_BYTES)
        self.first, self.next = first_record, first_record
        self.definition = 0       # offset of the template's definition, once it is written
        self.records = []         # offsets

    def _name(self, name):
        self.data += struct.pack("<I", len(self.data) + 4)
        self.data += struct.pack("<IHH", 0, 0, len(name)) + (name + "\0").encode("utf-16-le")

    def _element(self, name, content, attribute=None):
        """`content` is None, a text, (index, type) of a value, or a list of functions."""
        self.data += struct.pack("<BHI", 0x41 if attribute else 1, 0xFFFF, 0)
        begin = len(self.data)
        self._name(name)
        if attribute:
            self.data += bytes(4)
            list_begin = len(self.data)
            self.data += b"\x06"
            self._name(attribute[0])
            self._content(attribute[1])
            struct.pack_into("<I", self.data, list_begin - 4, len(self.data) - list_begin)
        if content is None:
            self.data += b"\x03"
        else:
            self.data += b"\x02"
            for write in content if isinstance(content, list) else []:
                write()
            if not isinstance(content, list):
                self._content(content)
            self.data += b"\x04"
        struct.pack_into("<I", self.data, begin - 4, len(self.data) - begin)

    def _content(self, content):
        if isinstance(content, str):
            self.data += struct.pack("<BBH", 5, 1, len(content)) + content.encode("utf-16-le")
        else:
            self.data += struct.pack("<BHB", 0x0D, *content)

    def _template(self):
        element = self._element
        element("Event", [
            lambda: element("System", [
                lambda: element("Provider", None, ("Name", "Made")),
                lambda: element("EventID", (0, 6)),
                lambda: element("TimeCreated", None, ("SystemTime", (1, 0x11))),
                lambda: element("EventRecordID", (2, 0x0A)),
                lambda: element("Channel", "Made"),
                lambda: element("Computer", "host.example.org")]),
            lambda: element("EventData", [
                lambda: element("Data", (3, 1), ("Name", "Text"))])])

    def add(self, text):
        """A record whose event says `text`; gives its offset."""
        at = len(self.data)
        self.records.append(at)
        time = FIRST_FILETIME + self.next * SECOND
        self.data += struct.pack("<IIQQ", 0x2A2A, 0, self.next, time)
        self.data += b"\x0f\x01\x01\x00\x0c\x01" + b"GUID"
        if self.definition == 0:
            self.definition = len(self.data) + 4
            self.data += struct.pack("<II", self.definition, 0) + b"GUID-of-the-made" + bytes(4)
            begin = len(self.data)
            self.data += b"\x0f\x01\x01\x00"
            self._template()
            self.data += b"\0"
            struct.pack_into("<I", self.data, begin - 4, len(self.data) - begin)
        else:
            self.data += struct.pack("<I", self.definition)
        values = [(6, struct.pack("<H", 4242)), (0x11, struct.pack("<Q", time)),
                  (0x0A, struct.pack("<Q", self.next)), (1, text.encode("utf-16-le"))]
        self.data += struct.pack("<I", len(values))
        for kind, value in values:
            self.data += struct.pack("<HBB", len(value), kind, 0)
        self.data += b"".join(value for _, value in values) + b"\0"
        self.data += bytes(-(len(self.data) + 4 - at) % 8)
        size = len(self.data) + 4 - at
        self.data += struct.pack("<I", size)
        struct.pack_into("<I", self.data, at + 4, size)
        self.next += 1
        return at

    def finish(self, free_offset=None):
        end = len(self.data)
        data = self.data + bytes(CHUNK_BYTES - end)
        last = self.next - 1
        struct.pack_into("<8sQQQQIIII", data, 0, b"ElfChnk\0", self.first, last, self.first, last,
                         128, self.records[-1], end if free_offset is None else free_offset,
                         zlib.crc32(data[CHUNK_HEADER_BYTES:end]))
        seal_chunk(data, 0)
        return data


def seal_chunk(data, at):
    """Makes the checksum of a chunk's header right again."""
    checksum = zlib.crc32(data[at + 128:at + 512], zlib.crc32(data[at:at + 120]))
    struct.pack_into("<I", data, at + 124, checksum)


def evtx(chunks):
    """A file of finished chunks."""
    header = bytearray(HEADER_BYTES)
    struct.pack_into("<8sQQQIHHHH", header, 0, b"ElfFile\0", 0, len(chunks) - 1, 1000, 128, 1, 3,
                     HEADER_BYTES, len(chunks))
    struct.pack_into("<I", header, 124, zlib.crc32(header[:120]))
    return header + b"".join(chunks)


def sample_chunk(first_record, records=3, filler=""):
    chunk = Chunk(first_record)
    for number in range(first_record, first_record + records):
        chunk.add(f"record {number}{filler}")
    return chunk


def sample_evtx():
    """Two chunks of three records."""
    return evtx([sample_chunk(1).finish(), sample_chunk(4).finish()])


def access_lines(first, count):
    """Lines of an access log; each names its number."""
    return "".join(f'192.0.2.7 - - [02/Mar/2021:{n // 3600 % 24:02d}:{n // 60 % 60:02d}:'
                   f'{n % 60:02d} +0000] "GET /page{n:06d} HTTP/1.1" 200 17\n'
                   for n in range(first, first + count)).encode()


def gzip_stored(content, block=65535):
    """A gzip file of stored blocks: the same with every zlib."""
    blocks = b""
    for at in range(0, len(content), block):
        part = content[at:at + block]
        last = at + block >= len(content)
        blocks += struct.pack("<BHH", last, len(part), len(part) ^ 0xFFFF) + part
    return (b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + blocks
            + struct.pack("<II", zlib.crc32(content), len(content)))


def zip_stored(members, encrypted=(), sizes=None):
    """A zip of stored members: (name as bytes, content). `sizes` replaces a name's stated sizes."""
    body, directory = b"", b""
    for name, content in members:
        size = (sizes or {}).get(name, len(content))
        fields = struct.pack("<HHHHHIIIHH", 20, 0x800 | (name in encrypted), 0, 0, 0x5262,
                             zlib.crc32(content), size, size, len(name), 0)
        directory += (b"PK\x01\x02" + struct.pack("<H", 20) + fields
                      + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name)
        body += b"PK\x03\x04" + fields + name + content
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def tar_member(name, content, kind=b"0", size=None, link=b""):
    """A header and its content; `size` states another one, as the 12 bytes of the field."""
    header = bytearray(512)
    header[:len(name)] = name
    header[100:136] = b"0000644\0" + b"0000000\0" + b"0000000\0" + b"%011o\0" % len(content)
    if size is not None:
        header[124:136] = size
    header[136:148] = b"%011o\0" % 1614643200
    header[148:156] = b" " * 8
    header[156:157] = kind
    header[157:157 + len(link)] = link
    header[257:265] = b"ustar\x0000"
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + content + bytes(-len(content) % 512)
