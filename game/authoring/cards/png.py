"""PNG as a list of chunks: finds the card in its text chunks, and puts one in.

Pillow isn't asked: most real cards carry their chunk after the picture, where it doesn't look.
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator

from .faults import CardError, Repairs
from .jsonsafe import LARGEST

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS = 20_000
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
OURS = ("ccv3", "chara")  # the better one first


def is_png(raw: bytes) -> bool:
    """Whether these bytes begin like a PNG."""
    return raw.startswith(SIGNATURE)


def chunks(raw: bytes, repairs: Repairs) -> Iterator[tuple[bytes, bytes]]:
    """Type and data of each chunk up to IEND; a cut file ends with a repair."""
    place = len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        if place + 12 > len(raw):
            break
        length, kind = struct.unpack(">I4s", raw[place : place + 8])
        data = raw[place + 8 : place + 8 + length]
        if len(data) < length or place + 12 + length > len(raw):
            break
        (crc,) = struct.unpack(">I", raw[place + 8 + length : place + 12 + length])
        if crc != zlib.crc32(data, zlib.crc32(kind)):
            repairs.note("png_crc")
        yield kind, data
        if kind == b"IEND":
            return
        place += 12 + length
    repairs.note("png_cut")


def card_text(raw: bytes, repairs: Repairs) -> bytes | None:
    """The JSON a PNG carries, the newer form where both are there; None if there is none."""
    found: dict[str, bytes] = {}
    for kind, data in chunks(raw, repairs):
        if kind in TEXTS:
            keyword, _, rest = data.partition(b"\0")
            name = keyword.decode("latin-1").strip().lower()
            if name in OURS and name not in found:
                found[name] = _text(kind, rest)
    for name in OURS:
        if name in found and (text := _unpacked(found[name], repairs)):
            return text
    if found:
        raise CardError("bad_base64")
    return None


def _text(kind: bytes, rest: bytes) -> bytes:
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":
        return _inflated(rest[1:])
    packed = rest[:1] == b"\1"
    text = rest[2:].split(b"\0", 2)[-1]  # past the language tag and the translated keyword
    return _inflated(text) if packed else text


def _inflated(packed: bytes) -> bytes:
    worker = zlib.decompressobj()
    most = LARGEST * 4 // 3
    try:
        text = worker.decompress(packed, most)
    except zlib.error:
        return b""
    if worker.unconsumed_tail:
        raise CardError("too_large", most=LARGEST // 2**20)
    return text


def _unpacked(text: bytes, repairs: Repairs) -> bytes:
    """Base64 as it should be, without its padding, or JSON that nobody packed."""
    if text.lstrip()[:1] == b"{":
        repairs.note("not_base64")
        return text
    bare = b"".join(text.split()).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def with_card(picture: bytes, texts: dict[str, bytes]) -> bytes:
    """A PNG with a card's texts by keyword before IEND, and none of those it carried before."""
    kept = bytearray(SIGNATURE)
    for kind, data in chunks(picture, Repairs()):
        name = data.partition(b"\0")[0].decode("latin-1").strip().lower()
        if kind == b"IEND" or (kind in TEXTS and name in OURS):
            continue
        kept += chunk(kind, data)
    for name, text in texts.items():
        kept += chunk(b"tEXt", name.encode("latin-1") + b"\0" + base64.b64encode(text))
    return bytes(kept + chunk(b"IEND", b""))


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk with its length and checksum."""
    crc = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", crc)
