"""ModelSettings: which models a player wants for their games.

They live in this process for as long as it runs, under the browser's secret. They are in no save,
no log and no URL, and nothing of them is ever sent back: a page only learns which are set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlsplit

_RANGES: Mapping[str, tuple[float, float]] = {
    "temperature": (0.0, 2.0),
    "top_p": (0.01, 1.0),
    "repetition_penalty": (0.5, 2.0),
    "max_tokens": (16, 4096),
}
_NAME = re.compile(r"[\w.:/@+ -]{0,200}")


@dataclass(frozen=True)
class ModelSettings:
    """One player's models: where they are, the key, who plays with which, and how freely."""

    base_url: str = ""
    key: str = field(default="", repr=False)
    character: str = ""
    narrator: str = ""
    judge: str = ""
    temperature: float = 0.9
    top_p: float = 0.8
    repetition_penalty: float = 1.0
    max_tokens: int = 512

    @property
    def wanted(self) -> bool:
        """Whether any model was asked for."""
        return bool(self.character or self.narrator or self.judge)

    def shown(self) -> dict[str, Any]:
        """What a page may know: which fields are filled, never with what."""
        return {spec.name: getattr(self, spec.name) != spec.default for spec in fields(self)}


class SettingsFault(ValueError):
    """A field that can't be used; `field` names it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.field = name


def changed(settings: ModelSettings, asked: Mapping[str, Any]) -> ModelSettings:
    """The settings with what a page filled in; empty fields stay as they were."""
    values: dict[str, Any] = {}
    for name, value in asked.items():
        if value in ("", None):
            continue
        if name in _RANGES:
            values[name] = _number(name, value)
        elif name in ("base_url", "key", "character", "narrator", "judge"):
            values[name] = _text(name, value)
    return replace(settings, **values)


def _number(name: str, value: Any) -> float | int:
    least, most = _RANGES[name]
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise SettingsFault(name) from None
    if not least <= number <= most:
        raise SettingsFault(name)
    return int(number) if name == "max_tokens" else number


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > 500 or not value.isprintable():
        raise SettingsFault(name)
    value = value.strip()
    if name == "base_url":
        try:
            parts = urlsplit(value)
        except ValueError:
            raise SettingsFault(name) from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsFault(name)
    elif name != "key" and not _NAME.fullmatch(value):
        raise SettingsFault(name)
    return value
