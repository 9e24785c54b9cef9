"""One member of a zip archive given other content, with every other member left as it was, byte for byte.

The records of the others are copied as they lie there, compressed data, times and all, since unpacking and packing
them again would come out differently.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_DESCRIPTOR = 0x08
"""The flag of a member whose sizes follow its data."""

_ZIP64 = 1
_LARGEST = 0xFFFFFFFF


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with this content in its member `name`; `BadZipFile` for an archive whose records overlap."""
    with ZipFile(BytesIO(data)) as archive:
        members = sorted(archive.infolist(), key=lambda member: member.header_offset)
        directory, comment = archive.start_dir, archive.comment
    ends = [member.header_offset for member in members[1:]] + [directory]
    packed = _packed(content, next(member for member in members if member.filename == name))
    pieces, offsets, at = [data[: members[0].header_offset]], {}, members[0].header_offset
    for member, end in zip(members, ends, strict=True):
        offsets[member.header_offset] = at
        piece = data[member.header_offset : end]
        if member.filename == name:
            piece = _local(piece, content, packed)
        pieces.append(piece)
        at += len(piece)
    entries = _entries(data, directory, members, offsets, name, content, packed)
    size = sum(map(len, entries))
    end_record = _END.pack(b"PK\x05\x06", 0, 0, len(entries), len(entries), size, at, len(comment))
    return b"".join([*pieces, *entries, end_record, comment])


def _packed(content: bytes, member: ZipInfo) -> bytes:
    """The content, compressed if the member was."""
    if member.compress_type != ZIP_DEFLATED:
        return content
    packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def _local(record: bytes, content: bytes, packed: bytes) -> bytes:
    """A local record with other data, its sizes before it."""
    mark, version, flags, method, time, day, *_, name_size, extra_size = _LOCAL.unpack_from(record)
    name = record[_LOCAL.size : _LOCAL.size + name_size]
    extra = _without_zip64(record[_LOCAL.size + name_size : _LOCAL.size + name_size + extra_size])
    head = _LOCAL.pack(
        *(mark, version, flags & ~_DESCRIPTOR, method, time, day),
        *(zlib.crc32(content), len(packed), len(content), len(name), len(extra)),
    )
    return head + name + extra + packed


def _entries(
    data: bytes,
    at: int,
    members: list[ZipInfo],
    offsets: dict[int, int],
    name: str,
    content: bytes,
    packed: bytes,
) -> list[bytes]:
    """The central directory in its own order, each entry pointing to where its record lies now."""
    shift = members[0].header_offset - min(_raw_offsets(data, at, len(members)))
    entries = []
    for _ in members:
        fields = list(_ENTRY.unpack_from(data, at))
        name_size, extra_size, comment_size = fields[10:13]
        start, end = at + _ENTRY.size, at + _ENTRY.size + name_size + extra_size + comment_size
        own, extra = data[start : start + name_size], data[start + name_size : start + name_size + extra_size]
        fields[16] = offsets[fields[16] + shift]
        if own.decode("utf-8", "replace") == name:
            extra = _without_zip64(extra)
            fields[3] &= ~_DESCRIPTOR
            fields[7:10] = zlib.crc32(content), len(packed), len(content)
            fields[11] = len(extra)
        entries.append(_ENTRY.pack(*fields) + own + extra + data[end - comment_size : end])
        at = end
    return entries


def _raw_offsets(data: bytes, at: int, count: int) -> list[int]:
    """Where the directory says its records lie; `BadZipFile` where it leaves that to 64-bit extensions."""
    found = []
    for _ in range(count):
        fields = _ENTRY.unpack_from(data, at)
        if fields[0] != b"PK\x01\x02" or fields[16] == _LARGEST:
            raise BadZipFile("its directory is not an ordinary one")
        found.append(fields[16])
        at += _ENTRY.size + sum(fields[10:13])
    return found


def _without_zip64(extra: bytes) -> bytes:
    """Extra fields without sizes of 64 bits, which stand in their ordinary place now."""
    kept, at = b"", 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind != _ZIP64:
            kept += extra[at : at + 4 + size]
        at += 4 + size
    return kept
