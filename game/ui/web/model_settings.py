"""ModelSettings: which models a player wants for their games.

They live in this process for as long as it runs, under the browser's secret. They are in no save,
no log and no URL, and nothing of them is ever sent back: a page only learns which are set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ...settable import setting, with_server
from ...settings import ROLES, Key, SettingsError

# What a page may ask for, by the names of `Settings`.
WISHES: Mapping[str, str] = {
    "base_url": "base_url", "key": "key", "character": "actor", "narrator": "narrator",
    "judge": "judge", "temperature": "temperature", "top_p": "top_p",
    "repetition_penalty": "repetition_penalty", "max_tokens": "max_tokens",
}  # fmt: skip


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
        if name in WISHES:
            values[name] = _checked(name, value)
    return replace(settings, **values)


def _checked(name: str, value: Any) -> Any:
    """A field's value, as it may be wished for."""
    wish = WISHES[name]
    bare = with_server(value) if wish in ROLES and isinstance(value, str) else value
    try:
        found = setting(wish, bare)
    except SettingsError:
        raise SettingsFault(name) from None
    return found.reveal() if isinstance(found, Key) else found
