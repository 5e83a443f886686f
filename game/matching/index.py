"""An inverted index over short texts: tf-idf vectors, each block of features of length one.

Plain dictionaries and lists: a few hundred texts need no library, and load at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log, sqrt

from .features import Features

Vector = dict[str, float]

# How much each block counts: characters (no prefix), stems (w:), groups of like meaning (g:).
BLOCKS = {"zh": {"c": 1.0}, "en": {"c": 1.0, "w": 1.0, "g": 0.35}}


class Index:
    """Texts as vectors; `dots` gives the cosine of a query with every one of them."""

    def __init__(self, texts: Sequence[Features], language: str) -> None:
        self._language = language
        self._size = len(texts)
        seen = Counter(key for text in texts for key in text)
        self._idf = {key: log((1 + self._size) / (1 + n)) + 1 for key, n in seen.items()}
        self._rare = log(1 + self._size) + 1
        self.vectors = [self.vector(text) for text in texts]
        postings: dict[str, list[tuple[int, float]]] = {key: [] for key in seen}
        for number, vector in enumerate(self.vectors):
            for key, weight in vector.items():
                postings[key].append((number, weight))

        self._postings = postings

    def idf(self, key: str) -> float:
        """How telling a feature is; one never seen is the most telling."""
        return self._idf.get(key, self._rare)

    def vector(self, text: Features) -> Vector:
        """Weighted, each block scaled to its share, the whole of length one."""
        squares: dict[str, float] = {}
        raw: list[tuple[str, str, float]] = []
        idf, rare = self._idf, self._rare
        for key, count in text.items():
            weight = idf.get(key, rare)
            if count != 1:
                weight *= count if count < 1 else 1 + log(count)
            block = key[0] if key[1:2] == ":" else "c"
            squares[block] = squares.get(block, 0.0) + weight * weight
            raw.append((key, block, weight))
        shares = BLOCKS[self._language]
        total = sum(shares[b] for b in squares)
        scale = {b: sqrt(shares[b] / total / s) for b, s in squares.items() if s > 0}
        return {key: weight * scale[block] for key, block, weight in raw}

    def dots(self, query: Vector) -> list[float]:
        """The cosine of the query with each text."""
        found = [0.0] * self._size
        postings = self._postings
        for key, weight in query.items():
            for number, other in postings.get(key, ()):
                found[number] += weight * other
        return found
