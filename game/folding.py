"""Texts without differences of width and case, character for character, for finding words."""

from __future__ import annotations

import unicodedata


class _Folds(dict[int, str]):
    """Folds a character when it is first met; one that would become several stays."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        fold = unicodedata.normalize("NFKC", char).casefold()
        self[code] = fold if len(fold) == 1 else char
        return self[code]


_FOLDS = _Folds()


def folded(text: str) -> str:
    """The text with every character in its plainest form, and of the same length."""
    return text.translate(_FOLDS)


def is_word(text: str, start: int, end: int) -> bool:
    """Whether a piece of a text stands alone: letters must not go on, Chinese always may."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    left = joins(before) and joins(text[start : start + 1])
    return not left and not (joins(after) and joins(text[end - 1 : end]))


def joins(char: str) -> bool:
    """Whether a character is part of a word written with letters."""
    return bool(char) and char.isalnum() and ord(char) < 0x2E80
