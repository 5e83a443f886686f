"""Lays out text as it arrives, character by character, in a column of a terminal.

Widths are those of the terminal (a Chinese character takes two cells). A line may break between
Chinese characters, but not before closing punctuation or after opening punctuation, and never
inside a word that fits on a line.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len

_NO_START = frozenset("，。、！？；：）」』】》〉”’…—～·％,.!?;:)]}%")
_NO_END = frozenset("（「『【《〈“‘([{")
_TOGETHER = frozenset("…—")

Put = Callable[[str, str], None]


class Flow:
    """Writes text with `put(text, style)` into cells `indent` to `indent + width`.

    The cursor is taken to stand at the column already; later lines begin with `indent` blanks.
    """

    def __init__(self, put: Put, indent: int, width: int) -> None:
        self._put, self._indent, self._width = put, indent, max(width, 8)
        self._at = 0
        self._space = False
        self._breaks = 0  # line ends that came, written only once something follows
        self._unit: list[tuple[str, str]] = []  # what must stay on one line

    def feed(self, text: str, style: str = "") -> None:
        """More of the text; what can't be placed yet waits."""
        for char in text:
            if char == "\n":
                self._place()
                self._breaks += 1
            elif char.isspace():
                self._place()
                self._space = self._at > 0 and not self._breaks
            else:
                if self._unit and _may_break(self._unit[-1][0], char):
                    self._place()
                self._unit.append((char, style))

    def close(self) -> None:
        """Places what waits: the text is complete."""
        self._place()

    def _place(self) -> None:
        if not self._unit:
            return
        unit, self._unit = self._unit, []
        width = sum(cell_len(char) for char, _ in unit)
        while self._breaks:
            self._breaks -= 1
            self._break()
        if self._at and self._at + self._space + width > self._width:
            self._break()
        elif self._space:
            self._write(" ", "")
        self._space = False
        for char, style in unit:
            if self._at and self._at + cell_len(char) > self._width:  # longer than a whole line
                self._break()
            self._write(char, style)

    def _write(self, char: str, style: str) -> None:
        self._put(char, style)
        self._at += cell_len(char)

    def _break(self) -> None:
        self._put("\n", "")
        self._put(" " * self._indent, "")
        self._at, self._space = 0, False


def _may_break(left: str, right: str) -> bool:
    if right in _NO_START or left in _NO_END or (left == right and left in _TOGETHER):
        return False
    wide = cell_len(left) > 1 or cell_len(right) > 1
    return wide or left in "-/" or left in _TOGETHER


def fit(text: str, width: int) -> str:
    """A text on one line of at most so many cells, an ellipsis where it was cut."""
    text = " ".join(text.split())
    if cell_len(text) <= width:
        return text
    kept = ""
    for char in text:
        if cell_len(kept + char) > width - 1:
            break
        kept += char
    return kept.rstrip(" ,.;:，。；：、") + "…"


def pad(text: str, width: int, right: bool = False) -> str:
    """A text filled up with blanks to so many cells; aligned right if asked to."""
    blanks = " " * max(0, width - cell_len(text))
    return blanks + text if right else text + blanks
