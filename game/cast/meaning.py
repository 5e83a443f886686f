"""How near in meaning a line is to each of an author's entries, by sentence embeddings.

A line is compared as a whole with an entry's example lines, and word by word, each where it stands:
the first finds what is said in other words, the second holds to what is spoken of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..models.embed import Embedder, Meant

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

CENTRE = 2 / 3  # the share of all example lines together; the rest is the best of them
SENTENCE = 0.95  # a sentence alone counts a little less than the whole line


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much, and from where on a reading is taken.

    Beside the line as a whole count its words, as one text has them and as any text of an entry
    has them. What the line contradicts keeps a share of its score.
    """

    one_text: float = 0.5
    any_text: float = 0.25
    contrary: float = 0.85
    accept_above: float = 0.99  # of the confidences that general small talk reaches
    ask_above: float = 0.3
    near: float = 0.6  # how near to one of its lines a beat must be to be taken without asking
    question_near: float = 0.7  # a puzzle's question: a wrong answer spoils it
    topic: float = 0.75  # what a topic's score counts beside a beat's
    topic_near: float = 0.7
    topic_lead: float = 0.1  # how far a topic must lead whatever comes next


@dataclass(frozen=True, slots=True)
class Near:
    """How near a line is to each entry, to the nearest text of it, and to each of its texts."""

    scores: Array
    best: Array
    texts: Array


class Meanings:
    """The texts of some entries, each of which has one at least, ready to be compared with."""

    def __init__(
        self, texts: Sequence[Sequence[str]], embedder: Embedder, weights: Weights
    ) -> None:
        import numpy as np

        self._embedder, self._weights = embedder, weights
        read = embedder.read([text for own in texts for text in own])
        self._wholes = np.stack([one.whole for one in read])
        self._words = np.concatenate([one.words for one in read]).astype(np.float32)
        self._starts = np.cumsum([0, *(len(one.words) for one in read)])[:-1]
        self._lengths = np.array([len(one.words) for one in read], dtype=np.float32)
        self._firsts = np.cumsum([0, *(len(own) for own in texts)])[:-1]
        centres = np.add.reduceat(self._wholes, self._firsts)
        self._centres = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)

    def near(self, line: str, sentences: Sequence[str] = ()) -> Near:
        """How near a line is, or the sentence of it that is nearest."""
        import numpy as np

        whole, *alone = self._embedder.read([line, *sentences])
        found = self._near(whole)
        for one in map(self._near, alone):
            better = SENTENCE * one.scores > found.scores
            scores = np.where(better, SENTENCE * one.scores, found.scores)
            best = np.where(better, one.best, found.best)
            found = Near(scores, best, found.texts)
        return found

    def scores(self, lines: Sequence[str]) -> Array:
        """The scores of each of many lines, a row for each."""
        import numpy as np

        return np.stack([self._near(one).scores for one in self._embedder.read(lines)])

    def _near(self, line: Meant) -> Near:
        import numpy as np

        texts = self._wholes @ line.whole
        best = np.maximum.reduceat(texts, self._firsts)
        whole = CENTRE * (self._centres @ line.whole) + (1 - CENTRE) * best
        likeness = self._words @ line.words.astype(np.float32).T
        by_text = np.maximum.reduceat(likeness, self._starts)  # how well a text has each word
        heard = np.add.reduceat(likeness.max(1), self._starts) / self._lengths
        each = np.maximum.reduceat((by_text.mean(1) + heard) / 2, self._firsts)
        any_text = np.maximum.reduceat(by_text, self._firsts).mean(1)
        one, every = self._weights.one_text, self._weights.any_text
        total = (whole + one * each + every * any_text) / (1 + one + every)
        return Near(total, best, texts)

    def rows(self, entry: int) -> slice:
        """Where an entry's texts stand among all."""
        last = entry + 1 == len(self._firsts)
        return slice(self._firsts[entry], len(self._wholes) if last else self._firsts[entry + 1])
