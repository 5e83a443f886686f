"""Text to weighted features: pieces of words, words, and groups of words of like meaning.

Chinese: single characters and pairs. English: runs of 4 letters within words; stems and
pairs of stems; the groups of synonyms.en.txt. (Groups were tried for Chinese and did harm: the
characters that words share already say most of what is alike.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Protocol

Features = dict[str, float]
_WORDS = re.compile(r"[^\W_]+")


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


def read_lines(name: str) -> tuple[str, ...]:
    """A data file of this package: a line each, comments and blank lines left out."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line.strip() and not line.startswith("#"))


@lru_cache(maxsize=1)
def _stemmer() -> _Stemmer:
    from snowballstemmer.english_stemmer import EnglishStemmer  # 15 ms: only when first needed

    stemmer: _Stemmer = EnglishStemmer()
    return stemmer


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The stem of an English word."""
    return _stemmer().stemWord(word[:40])


def words(text: str) -> list[str]:
    """Runs of letters and digits."""
    return _WORDS.findall(text)


def stems(text: str) -> list[str]:
    """The stems of an English text's words."""
    return [stem(word) for word in words(text)]


@lru_cache(maxsize=1)
def _groups() -> tuple[re.Pattern[str], dict[str, list[str]]]:
    """The synonyms as one pattern, longest first, and the groups each phrase belongs to."""
    phrases: dict[str, list[str]] = {}
    for number, line in enumerate(read_lines("synonyms.en.txt")):
        for phrase in line.split(","):
            phrases.setdefault(" ".join(stems(phrase)), []).append(f"g:{number}")
    body = "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))
    return re.compile(rf"\b(?:{body})\b"), phrases


def groups(roots: list[str]) -> Iterable[str]:
    """The groups of like meaning that an English text touches."""
    pattern, phrases = _groups()
    for match in pattern.finditer(" ".join(roots)):
        yield from phrases[match[0]]


def _add(into: Features, keys: Iterable[str], weight: float) -> None:
    for key in keys:
        into[key] = into.get(key, 0.0) + weight


def _chinese(text: str, weight: float, into: Features) -> None:
    for run in words(text):
        _add(into, run, weight)
        _add(into, (run[i : i + 2] for i in range(len(run) - 1)), weight)


@lru_cache(maxsize=8192)
def _letters(word: str) -> tuple[str, ...]:
    edged = f"_{word[:30]}_"
    return tuple(edged[i : i + 4] for i in range(len(edged) - 3)) or (edged,)


def _english(tokens: list[str], roots: list[str], weight: float, into: Features) -> None:
    for token in tokens:
        _add(into, _letters(token), weight)
    _add(into, (f"w:{s}" for s in roots), weight)
    _add(into, (f"w:{a} {b}" for a, b in pairwise(roots)), weight)


def features(
    text: str, language: str, weight: float = 1.0, into: Features | None = None
) -> Features:
    """Count the features of a plain text, adding to `into` where given."""
    found: Features = {} if into is None else into
    if language == "zh":
        _chinese(text, weight, found)
        return found
    tokens = words(text)
    roots = [stem(t) for t in tokens]
    _english(tokens, roots, weight, found)
    _add(found, groups(roots), weight)
    return found
