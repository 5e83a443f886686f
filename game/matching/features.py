"""Text to weighted features: pieces of words, words, and groups of words of like meaning.

Chinese: single characters and pairs. English: runs of 4 letters within words; stems and
pairs of stems; the groups of synonyms.en.txt. (Groups were tried for Chinese and did harm: the
characters that words share already say most of what is alike.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Protocol

Features = dict[str, float]
_WORDS = re.compile(r"[^\W_]+")
_ZH_DULL = frozenset("的了吧啊呢呀哦吗就也都还很那这个是在我你他她它们一不没别要想会能去来有")
_ZH_ASKING = frozenset("什么怎为谁哪几多少给让叫")
_DULL = (
    "a an the of to is are was were be been am do does did it its he she they i you we me my our"
    " your his her their him them us that this these those there here on in at by for with as or"
    " and but so if not no what who where when why how which can could will would shall should"
    " may might must have has had just only then than too very up out off over some any all get"
    " got go let want like please into from about give tell know need"
)


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


@lru_cache(maxsize=1)
def dull() -> frozenset[str]:
    """The stems of English words that say little by themselves."""
    return frozenset(stems(_DULL))


def pieces(text: str, language: str, shared: Mapping[str, float]) -> Iterator[set[str]]:
    """The features of each word by itself; in Chinese a word is a run of shared pairs."""
    if language == "en":
        for token in words(text):
            root = stem(token)
            if root not in dull():
                yield {f"w:{root}", *_letters(token), *groups([root])}
        return
    for run in words(text):
        piece: set[str] = set()
        for start, char in enumerate(run):
            pair = run[start : start + 2]
            piece |= {char, pair}
            if not shared.get(pair):
                yield piece
                piece = set()
        if piece:
            yield piece


def says_little(text: str, language: str) -> bool:
    """Whether a line is too short to mean anything but what it repeats."""
    if language == "zh":
        return sum(char not in _ZH_ASKING for char in tellers(text, language)) <= 2
    return len(tellers(text, language)) <= 1


def tellers(text: str, language: str) -> list[str]:
    """The features of single words that say something (Chinese: of single characters)."""
    if language == "zh":
        return [char for run in words(text) for char in run if char not in _ZH_DULL]
    return [f"w:{root}" for root in stems(text) if root not in dull()]
