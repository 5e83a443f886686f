"""A judge by meaning, without a chat model: sentence embeddings in place of surface features.

The same closed set, small talk as a class of its own, and asking back in doubt. What negation and
opposites know of words stays as it is: two sentences that deny each other mean nearly the same to
an embedding. Puzzles' guesses are matched as the authored judge does.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from ..events import AskedBack, TurnJudged
from ..matching import Entry, Reading
from ..matching.matcher import builtin_background
from ..matching.normalize import parts
from ..matching.polarity import known, objection
from ..models.embed import Embedder, load_embedder
from ..stage import possible
from ..state import GameState
from ..story import Story
from . import Take
from .attempts import to_the_game
from .judge import KEPT_MATCHERS, AuthoredJudge, entries

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

RIVAL = 0.3  # how much the second best takes from the confidence in the best
CENTRE = 2 / 3  # the share of all example lines together; the rest is the best of them
ACCEPT_ABOVE = 0.99  # of the confidences that general small talk reaches
ASK_ABOVE = 0.3
CONTRARY = 0.6  # what is left of the score of what the line contradicts
NEAR = 0.65  # how near to one of its lines a beat must be to be taken without asking
WORDS = 0.25  # what likeness of words adds to likeness of meaning
TOPIC_NEAR = 0.6  # how near to one of its lines a topic must be
SHOWN, LISTED = 3, 10


@dataclass(frozen=True, slots=True)
class _Own:
    """An entry's texts as vectors, and what negation knows of them."""

    entry: Entry
    rows: slice
    centre: Array
    known: tuple[Any, ...]


class EmbedMatcher:
    """Reads lines against a fixed set of entries by the nearness of their meanings."""

    def __init__(self, language: str, every: Sequence[Entry], embedder: Embedder) -> None:
        import numpy as np

        self._language, self._embedder = language, embedder
        texts = [[t for t in (*one.hears, one.means) if t] for one in every]
        flat = [text for own in texts for text in own]
        self._vectors = embedder.vectors(flat)
        self._talk = embedder.vectors(builtin_background(language))
        self._own: dict[str, _Own] = {}
        start = 0
        for entry, own in zip(every, texts, strict=True):
            if not own:
                continue
            rows = slice(start, start + len(own))
            start = rows.stop
            centre = self._vectors[rows].sum(0)
            centre = centre / max(float(np.linalg.norm(centre)), 1e-9)
            said = tuple(known(parts(text, language).said, language) for text in own)
            self._own[entry.key] = _Own(entry, rows, centre, said)
        self._levels: dict[frozenset[str], tuple[float, float]] = {}

    def match(
        self,
        line: str,
        possible: Collection[str],
        topics: Collection[str],
        words: Sequence[tuple[str, float]] = (),
    ) -> Reading:
        """What the line means, of the entries that are possible and the topics that are open.

        `words` are the scores that likeness of words alone gives.
        """
        vector = self._embedder.vectors([line])[0]
        beats = frozenset(key for key in possible if key in self._own)
        small = frozenset(key for key in topics if key in self._own)
        if not beats | small:
            return Reading("none", why=("closed",))
        said = dict(words)
        scores = {
            key: self._score(vector, key) + WORDS * said.get(key, 0.0) for key in beats | small
        }
        why = self._contrary(line, vector, scores)
        ranked = sorted(scores, key=lambda key: -scores[key])
        listed = tuple((key, round(scores[key], 4)) for key in ranked[:LISTED])
        best = ranked[0]
        if best in small and self._nearest(vector, best) >= TOPIC_NEAR:
            return Reading("accept", best, (), listed, ("topic",))
        likely = [key for key in ranked if key in beats]
        if not likely:
            return Reading("none", best, (), listed)
        return self._decide(vector, likely, scores, why, Reading("none", likely[0], (), listed))

    def _decide(
        self,
        vector: Array,
        likely: Sequence[str],
        scores: dict[str, float],
        contrary: dict[str, str],
        plain: Reading,
    ) -> Reading:
        best = likely[0]
        sure = _confidence([scores[key] for key in likely])
        accept, ask = self._thresholds(frozenset(likely))
        why = contrary.get(best, "")
        if sure >= accept and not why and self._nearest(vector, best) >= NEAR:
            return replace(plain, decision="accept", why=("meaning",))
        if sure >= ask:
            asked = tuple(key for key in likely[:SHOWN] if scores[key] > scores[best] / 2)
            return replace(plain, decision="ask", asked=asked, why=(why or "meaning",))
        return replace(plain, why=(why,) if why else ())

    def _score(self, vector: Array, key: str) -> float:
        own = self._own[key]
        best = float((self._vectors[own.rows] @ vector).max())
        return CENTRE * float(own.centre @ vector) + (1 - CENTRE) * best

    def _nearest(self, vector: Array, key: str) -> float:
        return float((self._vectors[self._own[key].rows] @ vector).max())

    def _contrary(self, line: str, vector: Array, scores: dict[str, float]) -> dict[str, str]:
        """Lowers what the line contradicts among the likeliest; says how it does."""
        said = known(parts(line, self._language).said, self._language)
        found = {}
        for key in sorted(scores, key=lambda one: -scores[one])[: SHOWN + 2]:
            own = self._own[key]
            near = [float(one) for one in self._vectors[own.rows] @ vector]
            why = objection(said, own.known, near, own.entry.kind == "question")
            if why:
                found[key] = why
                scores[key] *= CONTRARY
        return found

    def _thresholds(self, beats: frozenset[str]) -> tuple[float, float]:
        """The confidences above which to accept and to ask: what small talk hardly reaches."""
        if beats not in self._levels:
            sure = sorted(_confidence([self._score(v, k) for k in beats]) for v in self._talk)
            last = len(sure) - 1
            self._levels[beats] = (sure[int(ACCEPT_ABOVE * last)], sure[int(ASK_ABOVE * last)])
        return self._levels[beats]


class EmbedJudge(AuthoredJudge):
    """Understands a line by its meaning; exact lines, and orders to the game, as authored."""

    def __init__(self, source: str = "", embedder: Embedder | None = None) -> None:
        super().__init__()
        self.embedder = embedder or load_embedder(source)
        self._by_meaning: OrderedDict[tuple[str, ...], EmbedMatcher] = OrderedDict()
        self._making = Lock()

    def judge(self, story: Story, state: GameState, take: Take) -> TurnJudged | AskedBack:
        found = super().judge(story, state, take)
        return replace(found, by="model") if isinstance(found, TurnJudged) else found

    def read(self, story: Story, state: GameState) -> Reading:
        """How the line was understood; what stands in the author's file word for word is that."""
        plain = super().read(story, state)
        if "exact" in plain.why or "empty" in plain.why or to_the_game(story, state):
            return plain
        kind = "question" if story.puzzle else "beat"
        open_now = [f"{kind}:{key}" for key in possible(story, state, kind)]
        talk = [f"topic:{key}" for key in possible(story, state, "topic")]
        matcher = self._meanings(story, state)
        return matcher.match(state.line, open_now, talk, plain.candidates)

    def _meanings(self, story: Story, state: GameState) -> EmbedMatcher:
        key = (story.digest, story.id, story.puzzle.id if story.puzzle else state.scene)
        with self._making:
            matcher = self._by_meaning.get(key)
            if matcher is None:
                every = entries(story, state)
                matcher = EmbedMatcher(story.language, every, self.embedder)
                self._by_meaning[key] = matcher
                if len(self._by_meaning) > KEPT_MATCHERS:
                    self._by_meaning.popitem(last=False)
            self._by_meaning.move_to_end(key)
        return matcher


def _confidence(scores: Sequence[float]) -> float:
    """How sure the best of some scores is, seeing the second best."""
    ranked = sorted(scores, reverse=True)
    return ranked[0] - RIVAL * (ranked[1] if len(ranked) > 1 else 0.0)
