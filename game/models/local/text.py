"""From what a model has produced so far to what may be shown of it: whole and clean characters.

Shown text is never taken back, so what may still change waits: half a character, space that may
turn out to be the end, the beginning of a phrase that is replaced.
"""

from __future__ import annotations

from collections.abc import Mapping

HALF = "\ufffd"  # what decoders put for a character whose bytes are not all there


class Cleaner:
    """Turns growing raw text into pieces to show; `shown` is their sum."""

    def __init__(self, replace: Mapping[str, str] | None = None) -> None:
        self.shown = ""
        self._replace = dict(replace or {})

    def push(self, raw: str, final: bool = False) -> str:
        """What can be shown in addition, now that the whole text so far is `raw`."""
        text = self.clean(raw, final)
        piece = text[len(self.shown) :]
        self.shown = text if piece else self.shown
        return piece

    def clean(self, raw: str, final: bool = True) -> str:
        """`raw` without what is stripped, replaced or (unless `final`) still unsure."""
        text = raw.rstrip(HALF)
        for old, new in self._replace.items():
            text = text.replace(old, new)
            if not final:
                text = _without_beginning_of(old, text)
        return text.strip()


def _without_beginning_of(phrase: str, text: str) -> str:
    for length in range(min(len(phrase) - 1, len(text)), 0, -1):
        if text.endswith(phrase[:length]):
            return text[:-length]
    return text
