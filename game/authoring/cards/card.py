"""A card in memory: the `data` of Character Card V3, whole and strict, whatever it came as."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Our own corner of a card's `extensions`: what its other fields have no place for.
OURS = "characterglm_story"

Data = dict[str, Any]


@dataclass(frozen=True)
class Card:
    """One character. `data` keeps unknown fields; `extra` is what stood beside `data`.

    `picture` are the bytes of the portrait as they came (not trusted yet), `files` further ones
    by their path in a CHARX archive.
    """

    data: Data
    extra: Data = field(default_factory=dict)
    picture: bytes | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Whom {{char}} stands for."""
        nickname = self.data.get("nickname")
        return str(nickname or self.data["name"])

    @property
    def digest(self) -> str:
        """The same card always gives the same one."""
        packed = json.dumps([self.data, self.extra], sort_keys=True)
        return hashlib.sha256(packed.encode()).hexdigest()


def own(data: Data) -> Data:
    """Our corner of a card's extensions; an empty one where there is none."""
    corner = data.get("extensions", {}).get(OURS)
    return corner if isinstance(corner, dict) else {}


def set_own(data: Data, **values: Any) -> None:
    """Changes values of our corner; None removes one, and an empty corner goes."""
    corner = {**own(data), **values}
    corner = {key: value for key, value in corner.items() if value not in (None, {}, [])}
    extensions = {key: value for key, value in data["extensions"].items() if key != OURS}
    data["extensions"] = {**extensions, OURS: corner} if corner else extensions
