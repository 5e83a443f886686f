"""How like each entry a line is: nearness to its best example line and to all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from .features import Features, features, pieces, tellers
from .index import Index, Vector
from .normalize import Parts, parts
from .reading import Entry

ACTION = 0.5  # the weight of an action's words beside what is said
CENTRE = 2 / 3  # the share of all example lines together; the rest is the best of them


@dataclass(slots=True)
class Match:
    """How like an entry a line is, and the nearness of each of the entry's texts."""

    score: float
    best: float
    nearness: list[float]


def line_features(taken: Parts, language: str) -> Features:
    """The features of a whole line, its actions counted less."""
    found = features(taken.said, language)
    return features(taken.done, language, ACTION, found) if taken.done else found


@lru_cache(maxsize=4096)
def prepared(text: str, language: str) -> tuple[Parts, Features]:
    """An authored text taken apart, with its features: kept, as stories load again and again."""
    taken = parts(text, language)
    return taken, line_features(taken, language)


class Scorer:
    """Scores any text against a fixed set of entries."""

    def __init__(self, language: str, entries: Sequence[Entry], background: Sequence[str]) -> None:
        self.language = language
        self.texts: list[list[str]] = []
        self._spans: list[tuple[int, int]] = []
        every: list[Features] = []
        for entry in entries:
            start = len(every)
            own = [prepared(t, language) for t in (*entry.hears, entry.means) if t]
            own = [(taken, found) for taken, found in own if found]
            every.extend(found for _, found in own)
            self.texts.append([taken.said for taken, _ in own])
            self._spans.append((start, len(every)))
        self._end = len(every)
        every.extend(prepared(line, language)[1] for line in background)
        self.index = Index(every, language)
        self._centres = [self._centre(a, b) for a, b in self._spans]
        self._lengths = [sqrt(sum(w * w for w in c.values())) or 1.0 for c in self._centres]

    def _centre(self, start: int, end: int) -> Vector:
        centre: Vector = {}
        for vector in self.index.vectors[start:end]:
            for key, weight in vector.items():
                centre[key] = centre.get(key, 0.0) + weight
        return centre

    def matches(self, line: Vector, places: Iterable[int]) -> list[Match]:
        """How a line matches each of some entries."""
        near = self.index.dots(line)
        out = []
        for place in places:
            start, end = self._spans[place]
            own = near[start:end]
            centre = sum(own) / self._lengths[place]
            best = max(own) if own else 0.0
            out.append(Match(CENTRE * centre + (1 - CENTRE) * best, best, own))
        return out

    def weight(self, text: str, place: int) -> float:
        """How much of an entry a plain text speaks of."""
        line, centre = self.index.vector(features(text, self.language)), self._centres[place]
        return sum(weight * centre.get(key, 0.0) for key, weight in line.items())

    def evidence(self, text: str, place: int) -> float:
        """What speaks for an entry beside the one word that speaks for it most.

        A line that only names the thing a beat is about ("how tall is the lighthouse") shares
        just that word with it; one that means the beat mostly shares another, too.
        """
        line = self.index.vector(features(text, self.language))
        centre, length = self._centres[place], self._lengths[place]
        shared = {key: weight * centre.get(key, 0.0) / length for key, weight in line.items()}
        weights = [
            sum(shared.get(key, 0.0) for key in piece)
            for piece in pieces(text, self.language, shared)
        ]
        return sum(weights) - max(weights, default=0.0)

    def coverage(self, text: str, place: int) -> float:
        """The share of a line's telling words that an entry knows, by how telling they are."""
        centre = self._centres[place]
        words = tellers(text, self.language)
        total = sum(self.index.idf(word) for word in words)
        return sum(self.index.idf(w) for w in words if w in centre) / total if total else 0.0

    def background_scores(self, places: Sequence[int]) -> list[dict[int, float]]:
        """How each background line scores against some entries."""
        return [
            {p: match.score for p, match in zip(places, self.matches(line, places), strict=True)}
            for line in self.index.vectors[self._end :]
        ]
