"""CHARX: a zip with card.json at its root and pictures beside it. Also how imports are kept."""

from __future__ import annotations

import io
import re
import zipfile

from . import pictures, zips
from .card import Card
from .faults import CardError, Repairs
from .jsonsafe import LARGEST, dumps, loads
from .v1v2v3 import read_card, v3

LARGEST_INSIDE = 28 * 2**20
CARD = "card.json"
ICON = "assets/icon/images/main.png"
_EMBEDDED = re.compile(r"(?:embeded|embedded)://(.+)", re.IGNORECASE)
_DATE = (1980, 1, 1, 0, 0, 0)  # the same card gives the same file


def read_charx(raw: bytes, repairs: Repairs, fallback_name: str = "") -> Card:
    """The card of an archive with its portrait and its other files."""
    with zips.opened(raw, LARGEST_INSIDE) as archive:
        names = [one.filename for one in archive.infolist() if not one.is_dir()]
        if CARD not in names:
            raise CardError("no_card")
        card = read_card(
            loads(zips.member(archive, CARD, LARGEST), repairs), repairs, fallback_name
        )
        files = {name: zips.member(archive, name, LARGEST_INSIDE) for name in names if name != CARD}
    return Card(card.data, card.extra, icon(card, files), files)


def icon(card: Card, files: dict[str, bytes]) -> bytes | None:
    """The portrait among a card's assets: the main icon, or else the first one."""
    assets = [one for one in card.data.get("assets", []) if one["type"] == "icon"]
    assets.sort(key=lambda one: one["name"] != "main")
    for asset in assets:
        found = _EMBEDDED.fullmatch(asset["uri"])
        picture = files.get(found[1]) if found else pictures.from_uri(asset["uri"])
        if picture:
            return picture
    return None


def write_charx(card: Card, picture: bytes | None) -> bytes:
    """An archive other programs read; `picture` (PNG) is the portrait unless the card has one."""
    data, files = dict(card.data), dict(card.files)
    if picture and icon(card, files) is None:
        uri = f"embeded://{ICON}"
        others = [one for one in data.get("assets", []) if one["uri"] not in (uri, "ccdefault:")]
        main = {"type": "icon", "uri": uri, "name": "main", "ext": "png"}
        data["assets"], files[ICON] = [main, *others], picture
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        text = dumps(v3(Card(data, card.extra)), indent=1).encode("utf-8")
        for name, content in ((CARD, text), *sorted(files.items())):
            archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
