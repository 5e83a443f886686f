"""Cards on their way out: each form as its format asks, and a reader of ours would take it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import characterglm, lorebook, pictures, png, tgwebui
from .card import Card
from .charx import write_charx
from .faults import Repairs
from .jsonsafe import dumps
from .v1v2v3 import V1_FIELDS, v1, v2, v3


def picture_of(card: Card, picture: bytes | None) -> bytes:
    """A PNG for a card: of any picture or SVG that is given, or a plain one."""
    source = picture or card.picture
    if source and not pictures.kind(source):
        source = pictures.drawn(source)
    return (pictures.portrait(source, Repairs()) if source else None) or pictures.plain(card)


def _png(card: Card, picture: bytes | None) -> bytes:
    """Both chunks: programs that know V2 alone find `chara`, newer ones prefer `ccv3`."""
    texts = {"chara": dumps(v2(card)).encode(), "ccv3": dumps(v3(card)).encode()}
    return png.with_card(picture_of(card, picture), texts)


def _charx(card: Card, picture: bytes | None) -> bytes:
    return write_charx(card, picture_of(card, picture))


def _json(shape: Callable[[Card], object]) -> Callable[[Card, bytes | None], bytes]:
    return lambda card, picture: (dumps(shape(card), indent=2) + "\n").encode()


def _lorebook(card: Card) -> object:
    return lorebook.to_tavern(card.data.get("character_book") or {"entries": []})


# Form → what writes it, and its file's ending.
FORMS: Mapping[str, tuple[Callable[[Card, bytes | None], bytes], str]] = {
    "png": (_png, ".png"),
    "charx": (_charx, ".charx"),
    "v3": (_json(v3), ".json"),
    "v2": (_json(v2), ".json"),
    "v1": (_json(v1), ".json"),
    "tgwebui": (lambda card, picture: tgwebui.write_tgwebui(card).encode(), ".yaml"),
    "pygmalion": (_json(tgwebui.write_pygmalion), ".json"),
    "characterglm": (_json(characterglm.write_characterglm), ".json"),
    "lorebook": (_json(_lorebook), ".json"),
}
# Forms that have no place for all of a card.
_ROOM = {
    "v1": V1_FIELDS,
    "tgwebui": (*V1_FIELDS, "extensions"),
    "pygmalion": ("name", "description", "scenario", "first_mes", "mes_example", "extensions"),
    "characterglm": ("name", "description", "personality", "scenario", "first_mes", "extensions"),
    "lorebook": ("name", "character_book"),
}


def write(card: Card, form: str, picture: bytes | None = None) -> bytes:
    """A card in one of FORMS; `picture` is its portrait, in any form that we read or as SVG."""
    return FORMS[form][0](card, picture)


def left_out(card: Card, form: str) -> list[str]:
    """The fields of a card that a form has no place for."""
    room = _ROOM.get(form)
    return sorted(name for name, one in card.data.items() if one and room and name not in room)
