"""Zip archives from strangers: looked over before anything in them is unpacked.

The size of the directory is read from the archive's last record first, as a directory of a
hundred thousand names would cost more than all that follows. Nothing is ever written to disk.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from .faults import CardError

LARGEST_DIRECTORY = 256 * 1024
MOST_MEMBERS = 1000
_END, _FAR_END = b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE = 22
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
           ValueError, struct.error, KeyError, IndexError)  # fmt: skip


def is_zip(raw: bytes) -> bool:
    """Whether these bytes begin like a zip archive."""
    return raw.startswith(b"PK\x03\x04")


def opened(raw: bytes, largest: int) -> zipfile.ZipFile:
    """An archive whose unpacked size is at most `largest`; raises CardError."""
    _check_directory(raw)
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except _BROKEN as error:
        raise CardError("bad_zip", reason=str(error)[:60]) from None
    members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > largest:
        raise CardError("zip_bomb", most=largest // 2**20)
    names = [one.filename for one in members]
    for one in members:
        if not _safe(one) or names.count(one.filename) > 1:
            raise CardError("zip_path", name=one.filename[:60])
    return archive


def member(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    """The bytes of a member, which may be no more than it says and no more than `largest`."""
    try:
        with archive.open(name) as stream:
            data = stream.read(largest + 1)
    except _BROKEN as error:
        raise CardError("bad_zip", reason=str(error)[:60]) from None
    if len(data) > largest:
        raise CardError("zip_bomb", most=largest // 2**20)
    return data


def _check_directory(raw: bytes) -> None:
    place = len(raw) - _END_SIZE
    if raw[place : place + 4] != _END or raw[-2:] != b"\0\0":
        place = raw.rfind(_END, max(0, len(raw) - _END_SIZE - 65_535))
    record = raw[place : place + _END_SIZE] if place >= 0 else b""
    if len(record) < _END_SIZE:
        raise CardError("bad_zip", reason="cut")
    (size,) = struct.unpack("<L", record[12:16])
    if size > LARGEST_DIRECTORY or raw[max(0, place - 20) : place][:4] == _FAR_END:
        raise CardError("zip_bomb", most=MOST_MEMBERS)


def _safe(one: zipfile.ZipInfo) -> bool:
    """A plain relative path to a plain file (or a folder), not encrypted."""
    path = PurePosixPath(one.filename)
    if not one.filename.strip():
        return False
    if "\\" in one.filename or ":" in one.filename or "\0" in one.filename:
        return False
    if path.is_absolute() or ".." in path.parts or len(one.filename) > 200 or one.flag_bits & 1:
        return False
    mode = one.external_attr >> 16
    return not stat.S_IFMT(mode) or stat.S_ISREG(mode) or stat.S_ISDIR(mode)
