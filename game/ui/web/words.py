"""The interface's words that a page draws with, in one language."""

from __future__ import annotations

from typing import Any

from ..locale import table

_PREFIXES = ("web.", "app.", "menu.", "prompt.", "panel.", "endings.", "saves.", "speed.",
             "commands.", "pins.", "language.", "notices.try_again", "notices.use_authored",
             "notices.take_back", "notices.new_ending")  # fmt: skip


def words(lang: str) -> dict[str, Any]:
    """Every such word by its dotted key."""
    return {key: leaf for key, leaf in table(lang).items() if key.startswith(_PREFIXES)}
