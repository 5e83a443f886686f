"""Words that are not fit for teenagers: a plain list that a host can add to or take from.

One word a line; `#` begins a comment, and a line `-word` takes a word off the list. The shipped
lists are `unfit.zh.txt` and `unfit.en.txt` beside this file.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from .folding import folded, is_word
from .lore import Keys

FOLDER = Path(__file__).parent


class Unfit:
    """Finds the first word of a list in a text that grows."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(folded(one).strip() for one in words) - {""}
        self._keys = Keys(self._words)
        self._beginnings = frozenset(w[:n] for w in self._words for n in range(1, len(w)))
        self._longest = max(map(len, self._words), default=0)

    def first(self, text: str) -> int | None:
        """Where the first word begins, or None."""
        return min(self._keys.places(text), default=None)

    def begun(self, text: str) -> int:
        """How many characters at the end may be the beginning of a word."""
        text = folded(text)
        for length in range(min(self._longest, len(text)), 0, -1):
            tail = text[-length:]
            if (tail in self._beginnings or tail in self._words) and is_word(
                text, len(text) - length, len(text)
            ):
                return length
        return 0


def load(language: str, own: str = "") -> Unfit:
    """The shipped list of a language, with a host's own file or folder laid over it."""
    return _load(language, own)


@lru_cache(maxsize=8)
def _load(language: str, own: str) -> Unfit:
    words = set(_lines(FOLDER / f"unfit.{language}.txt"))
    extra = Path(own).expanduser() if own else None
    if extra is not None and extra.is_dir():
        extra = extra / f"unfit.{language}.txt"
    for line in _lines(extra) if extra is not None else ():
        if line.startswith("-"):
            words.discard(line[1:].strip())
        else:
            words.add(line)
    return Unfit(words)


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return []
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]
