"""How like each entry a line is: nearness to its best example line and to all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from .features import Features, features
from .index import Index
from .normalize import Parts, parts
from .polarity import Known, known
from .reading import Entry

ACTION = 0.5  # the weight of an action's words beside what is said
CENTRE = 2 / 3  # the share of all example lines together; the rest is the best of them


@dataclass(slots=True)
class Match:
    """How like an entry a line is, and the nearness of each of the entry's texts."""

    score: float
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
        self.texts: list[list[Known]] = []
        self._spans: list[tuple[int, int]] = []
        every: list[Features] = []
        for entry in entries:
            start = len(every)
            own = [prepared(t, language) for t in (*entry.hears, entry.means) if t]
            own = [(taken, found) for taken, found in own if found]
            every.extend(found for _, found in own)
            self.texts.append([known(taken.said, language) for taken, _ in own])
            self._spans.append((start, len(every)))
        self._end = len(every)
        every.extend(prepared(line, language)[1] for line in background)
        self.index = Index(every, language)
        self._lengths = [self._length(a, b) for a, b in self._spans]

    def _length(self, start: int, end: int) -> float:
        centre: dict[str, float] = {}
        for vector in self.index.vectors[start:end]:
            for key, weight in vector.items():
                centre[key] = centre.get(key, 0.0) + weight
        return sqrt(sum(w * w for w in centre.values())) or 1.0

    def matches(self, found: Features) -> tuple[list[Match], float]:
        """Each entry's match, and the nearness of the nearest background line."""
        near = self.index.dots(self.index.vector(found))
        return self._matches(near), max(near[self._end :], default=0.0)

    def _matches(self, near: list[float]) -> list[Match]:
        out = []
        for (start, end), length in zip(self._spans, self._lengths, strict=True):
            own = near[start:end]
            centre = sum(own) / length
            out.append(Match(CENTRE * centre + (1 - CENTRE) * max(own, default=0.0), own))
        return out

    def background_scores(self) -> list[list[float]]:
        """How each background line scores against each entry."""
        lines = self.index.vectors[self._end :]
        return [[m.score for m in self._matches(self.index.dots(line))] for line in lines]
