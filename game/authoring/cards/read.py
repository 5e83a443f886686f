"""What a file is, and what is in it: the one way in for files of other programs.

A file is judged by its bytes, never by its name. Raises CardError for what can't be taken in; all
that was mended on the way is told in `Found.repairs`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from ... import yamlfile
from ...errors import ContentError
from . import characterglm, charx, chats, jsonsafe, lorebook, pictures, png, tables, tgwebui, zips
from .card import Card
from .faults import CardError, Repairs
from .v1v2v3 import looks_like_card, read_card

LARGEST_FILE = 10 * 2**20
LARGEST_ARCHIVE = 24 * 2**20


@dataclass
class Found:
    """What was in a file: one of these, and the repairs."""

    repairs: Repairs = field(default_factory=Repairs)
    cards: list[Card] = field(default_factory=list)
    book: dict[str, Any] | None = None
    chat: chats.Chat | None = None
    puzzles: list[tables.Row] = field(default_factory=list)
    picture: bytes | None = None  # a picture alone: for the card of the same name


def read(name: str, raw: bytes) -> Found:
    """What is in a file; `name` only serves to name what has no name."""
    most = LARGEST_ARCHIVE if zips.is_zip(raw) else LARGEST_FILE
    if len(raw) > most:
        raise CardError("too_large", most=most // 2**20)
    if not raw.strip():
        raise CardError("empty")
    found = Found()
    stem = jsonsafe.clean(PurePath(name.replace("\\", "/")).stem, Repairs())[:80]
    if zips.is_zip(raw):
        _archive(raw, found, stem)
    elif pictures.kind(raw):
        _picture(raw, found, stem)
    elif chats.looks_like_chat(raw):
        found.chat = chats.read_chat(raw, found.repairs)
    else:
        _text(name, raw, found, stem)
    return found


def _archive(raw: bytes, found: Found, stem: str) -> None:
    with zips.opened(raw, charx.LARGEST_INSIDE) as archive:
        table = "xl/workbook.xml" in archive.namelist()
    if table:
        found.puzzles = tables.read_xlsx(raw, found.repairs)
    else:
        found.cards = [charx.read_charx(raw, found.repairs, stem)]


def _picture(raw: bytes, found: Found, stem: str) -> None:
    kind = pictures.kind(raw)
    text = png.card_text(raw, found.repairs) if kind == "PNG" else pictures.comment(raw)
    if text is None:
        if any(one.code == "png_cut" for one in found.repairs):
            raise CardError("png_cut")
        found.picture = raw
        return
    if kind != "PNG":
        found.repairs.note("not_png", kind=kind)
    value = jsonsafe.loads(text, found.repairs)
    _value(value, found, stem)
    found.cards = [replace(one, picture=raw) for one in found.cards]


def _text(name: str, raw: bytes, found: Found, stem: str) -> None:
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    utf16 = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    if start in (b"{", b"[") or (utf16 and not name.lower().endswith((".csv", ".yaml"))):
        _value(jsonsafe.loads(raw, found.repairs), found, stem)
    elif (value := _yaml(raw)) is not None:
        _value(value, found, stem)
    else:
        found.puzzles = tables.read_csv(raw, found.repairs)


def _yaml(raw: bytes) -> Any:
    """The data of a YAML file, or None for what must be a table."""
    text = jsonsafe.decoded(raw, Repairs())
    first = text.lstrip().split("\n", 1)[0]
    if ":" not in first and not first.startswith(("#", "---")):
        return None
    try:
        return yamlfile.read(jsonsafe.clean(text, Repairs()), "file").data
    except ContentError as error:
        if first.count(",") or first.count("\t"):
            return None
        one = error.diagnostics[0]
        reason = f"{one.code}, {one.line}"
        raise CardError("bad_yaml", reason=reason) from None


# How each kind of object is told from the others, in this order.
_KINDS: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (lorebook.looks_like_book, "book"),
    (looks_like_card, "card"),
    (tgwebui.looks_like_pygmalion, "pygmalion"),
    (tgwebui.looks_like_tgwebui, "tgwebui"),
    (characterglm.looks_like_characterglm, "characterglm"),
)


def _value(value: Any, found: Found, stem: str) -> None:
    value = _unwrapped(value, found.repairs)
    kind = next((name for test, name in _KINDS if test(value)), "")
    if kind == "card":
        found.cards = [read_card(value, found.repairs, stem)]
    elif kind == "book":
        found.book = lorebook.read_book(value, found.repairs)
    elif kind == "pygmalion":
        found.cards = [tgwebui.read_pygmalion(value, found.repairs)]
    elif kind == "tgwebui":
        found.cards = [tgwebui.read_tgwebui(value, found.repairs)]
    elif kind == "characterglm":
        found.cards = characterglm.read_characterglm(value, found.repairs)
    else:
        raise CardError("no_card")


def _unwrapped(value: Any, repairs: Repairs) -> Any:
    """A card inside a list of one, or one whose JSON was packed as a text."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
        repairs.note("wrapped")
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = jsonsafe.loads(value.encode("utf-8"), repairs)
        repairs.note("wrapped")
    return value
