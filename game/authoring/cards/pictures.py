"""Pictures from strangers become portraits of ours: measured first, then painted anew.

What is kept is made by Pillow from the pixels alone, so nothing that a file carried beside them
(text, other formats, broken chunks) goes on. Our own portraits are SVG; they are drawn for cards.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import struct
import warnings
import zlib
from typing import Any

from .card import Card
from .faults import Repairs
from .png import SIGNATURE, chunk

LARGEST = 10 * 2**20
MOST_PIXELS_A_SIDE = 4096
PORTRAIT = (1024, 1536)
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
LARGEST_SVG = 1_000_000
PAPER = "#f3ecdf"  # below what an SVG leaves open: not every program shows that as nothing
_DATA_URI = re.compile(r"data:image/[a-z+.-]{1,20};base64,", re.IGNORECASE)
# resvg would read any file an SVG names; what stands in the SVG itself (#id, data:) is enough.
_OUTSIDE = re.compile(rb"""href\s*=\s*["'](?!#|data:image/)|<!DOCTYPE|<!ENTITY""", re.IGNORECASE)
_EXIF_BLOCK, _USER_COMMENT = 0x8769, 0x9286


def kind(raw: bytes) -> str:
    """What kind of picture this is by its first bytes; empty if none that is known."""
    if raw.startswith(SIGNATURE):
        return "PNG"
    if raw.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "WEBP"
    return "GIF" if raw[:6] in (b"GIF87a", b"GIF89a") else ""


def portrait(raw: bytes, repairs: Repairs) -> bytes | None:
    """A PNG of the picture, no larger than a portrait has to be; None where it can't be one."""
    if len(raw) > LARGEST:
        repairs.note("picture_large", size=f"{len(raw) // 2**20} MB")
        return None
    try:
        with _opened(raw) as picture:
            width, height = picture.size
            if max(width, height) > MOST_PIXELS_A_SIDE or min(width, height) < 1:
                repairs.note("picture_large", size=f"{width} × {height}")
                return None
            return _painted(picture)
    except Exception as error:  # Pillow's readers raise whatever they meet
        repairs.note("picture_broken", reason=type(error).__name__)
        return None


def _opened(raw: bytes) -> Any:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the size is checked by whoever asked
        return Image.open(io.BytesIO(raw), formats=FORMATS)


def _painted(picture: Any) -> bytes:
    alpha = "A" in picture.mode or "transparency" in picture.info
    if picture.mode not in ("RGB", "RGBA", "L", "CMYK"):
        picture = picture.convert("RGBA" if alpha else "RGB")
    picture.thumbnail(PORTRAIT)
    if picture.mode not in ("RGB", "RGBA"):
        picture = picture.convert("RGB")
    clean = picture.copy()
    clean.info = {}
    out = io.BytesIO()
    clean.save(out, "PNG")
    return out.getvalue()


def from_uri(uri: str) -> bytes | None:
    """The bytes of a picture that stands in a card as a data: address."""
    found = _DATA_URI.match(uri)
    if not found or len(uri) > LARGEST * 4 // 3:
        return None
    try:
        return base64.b64decode(uri[found.end() :], validate=True)
    except (binascii.Error, ValueError):
        return None


def comment(raw: bytes) -> bytes | None:
    """A card that a JPEG or WEBP carries as its EXIF comment, as one program once wrote them."""
    try:
        with _opened(raw) as picture:
            found = picture.getexif().get_ifd(_EXIF_BLOCK).get(_USER_COMMENT)
    except Exception:  # as above
        return None
    text = found.encode() if isinstance(found, str) else found
    if not isinstance(text, bytes):
        return None
    start = text.find(b"{")
    return text[start:] if start >= 0 else None


def drawn(svg: bytes) -> bytes | None:
    """An SVG portrait as a PNG; None where it can't be drawn."""
    import resvg_py

    if len(svg) > LARGEST_SVG or _OUTSIDE.search(svg):
        return None
    how: dict[str, Any] = {"width": 800, "background": PAPER, "skip_system_fonts": True}
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg.decode("utf-8"), **how))
    except Exception:  # resvg raises whatever its parser does
        return None


def plain(card: Card) -> bytes:
    """A picture for a card that has none: one quiet tone, which its name decides."""
    red, green, blue = (64 + one // 3 for one in bytes.fromhex(card.digest[:6]))
    width, height = 400, 600
    line = b"\0" + bytes((red, green, blue)) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (SIGNATURE, chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(line * height)),
         chunk(b"IEND", b""))
    )  # fmt: skip
