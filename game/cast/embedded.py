"""A judge by meaning, without a chat model: sentence embeddings beside likeness of words.

The same closed set, small talk as a class of its own, and asking back in doubt. What negation and
opposites know of words stays as it is: two sentences that deny each other mean nearly the same to
an embedding. Puzzles' guesses are matched as the authored judge does.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from ..events import AskedBack, TurnJudged
from ..matching import Entry, Matcher, Reading
from ..matching.matcher import builtin_background, confidence
from ..matching.normalize import parts
from ..matching.polarity import known, objection
from ..models.embed import Embedder, load_embedder
from ..stage import possible
from ..state import GameState
from ..story import Story
from . import Take
from .attempts import to_the_game
from .judge import KEPT_MATCHERS, AuthoredJudge, entries, past, talk_of
from .meaning import Meanings, Near, Weights

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

SHOWN, LISTED = 3, 10


class EmbedMatcher:
    """Reads lines against a fixed set of entries by the nearness of their meanings.

    `plain` matches the same entries by their words.
    """

    def __init__(
        self,
        language: str,
        every: Sequence[Entry],
        embedder: Embedder,
        plain: Matcher,
        weights: Weights | None = None,
    ) -> None:
        self._language, self._plain = language, plain
        self._weights = weights or Weights()
        told = [one for one in every if any((*one.hears, one.means))]
        texts = [[text for text in (*one.hears, one.means) if text] for one in told]
        self._entries = {one.key: one for one in told}
        self._place = {one.key: place for place, one in enumerate(told)}
        self._known = [[known(parts(t, language).said, language) for t in own] for own in texts]
        self._meanings = Meanings(texts, embedder, self._weights) if texts else None
        self._levels: dict[frozenset[str], tuple[float, float]] = {}

    def match(self, line: str, possible: Collection[str], topics: Collection[str]) -> Reading:
        """What the line means, of the entries that are possible and the topics that are open."""
        beats = frozenset(key for key in possible if key in self._place)
        small = frozenset(key for key in topics if key in self._place)
        if not beats | small or self._meanings is None:
            return Reading("none", why=("closed",))
        taken = parts(line, self._language)
        near = self._meanings.near(line, taken.sentences if len(taken.sentences) > 1 else ())
        scores = {key: float(near.scores[self._place[key]]) for key in beats | small}
        why = self._contrary(line, near, scores)
        ranked = sorted(scores, key=lambda key: -scores[key])
        listed = tuple((key, round(scores[key], 4)) for key in ranked[:LISTED])
        if ranked[0] in small and self._is_topic(ranked, near, scores) and ranked[0] not in why:
            return Reading("accept", ranked[0], (), listed, ("topic",))
        likely = [key for key in ranked if key in beats]
        if not likely:
            return Reading("none", ranked[0], (), listed)
        for key in small:  # a beat that may be meant comes before small talk
            scores[key] *= self._weights.topic
        ranked = sorted(scores, key=lambda key: -scores[key])
        listed = tuple((key, round(scores[key], 4)) for key in ranked[:LISTED])
        first = tuple(ranked[:1]) if ranked[0] in small else ()
        plain = Reading("none", likely[0], first, listed)
        return self._decide(near, likely, scores, why, plain)

    def _is_topic(self, ranked: Sequence[str], near: Near, scores: dict[str, float]) -> bool:
        """Whether the likeliest entry, a topic, is near enough and leads the next one by far."""
        weights = self._weights
        rival = scores[ranked[1]] if len(ranked) > 1 else 0.0
        leads = scores[ranked[0]] - rival >= weights.topic_lead
        return leads and near.best[self._place[ranked[0]]] >= weights.topic_near

    def _decide(
        self,
        near: Near,
        likely: Sequence[str],
        scores: dict[str, float],
        contrary: dict[str, str],
        plain: Reading,
    ) -> Reading:
        best = likely[0]
        sure = confidence([scores[key] for key in likely])
        accept, ask = self._thresholds(frozenset(likely))
        why, weights = contrary.get(best, ""), self._weights
        asks = self._entries[best].kind == "question"
        enough = weights.question_near if asks else weights.near
        near_enough = near.best[self._place[best]] >= enough and not plain.asked
        if sure >= accept and not why and near_enough:
            return replace(plain, decision="accept", why=("meaning",))
        if sure >= ask:
            fair = [key for key in likely[:SHOWN] if scores[key] > scores[best] / 2]
            asked = tuple([*plain.asked, *fair][:SHOWN])
            return replace(plain, decision="ask", asked=asked, why=(why or "meaning",))
        return replace(plain, asked=(), why=(why,) if why else ())

    def _contrary(self, line: str, near: Near, scores: dict[str, float]) -> dict[str, str]:
        """Lowers what the line contradicts among the likeliest; says how it does."""
        said = known(parts(line, self._language).said, self._language)
        likely = sorted(scores, key=lambda one: -scores[one])[: SHOWN + 2]
        found = self._plain.objections(line, likely)
        assert self._meanings is not None
        for key in likely:
            place = self._place[key]
            texts = [float(one) for one in near.texts[self._meanings.rows(place)]]
            asks = self._entries[key].kind == "question"
            why = found.get(key) or objection(said, self._known[place], texts, asks)
            if why:
                found[key] = why
            if why and why != "unclear":
                scores[key] *= self._weights.contrary
        return found

    def _thresholds(self, beats: frozenset[str]) -> tuple[float, float]:
        """The confidences above which to accept and to ask: what small talk hardly reaches."""
        if beats not in self._levels:
            places = [self._place[key] for key in beats]
            sure = sorted(confidence(row) for row in self._small_talk[:, places].tolist())
            last, weights = len(sure) - 1, self._weights
            self._levels[beats] = (
                sure[int(weights.accept_above * last)], sure[int(weights.ask_above * last)]
            )  # fmt: skip
        return self._levels[beats]

    @cached_property
    def _small_talk(self) -> Array:
        """How general small talk scores against each entry, a row for each line of it."""
        assert self._meanings is not None
        return self._meanings.scores(builtin_background(self._language))


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
        open_now += past(story, state)
        talk = [f"topic:{key}" for key in talk_of(story, state)]
        found = self._meanings(story, state).match(state.line, open_now, talk)
        agreed = found.asked[:1] == (plain.best,) and "meaning" in found.why
        if found.decision == "ask" and plain.decision == "accept" and agreed:
            return replace(found, decision="accept", best=plain.best, asked=(), why=plain.why)
        return found

    def _meanings(self, story: Story, state: GameState) -> EmbedMatcher:
        key = (story.digest, story.id, story.puzzle.id if story.puzzle else state.scene)
        plain = self._matcher(story, state)
        with self._making:
            matcher = self._by_meaning.get(key)
            if matcher is None:
                every = entries(story, state)
                matcher = EmbedMatcher(story.language, every, self.embedder, plain)
                self._by_meaning[key] = matcher
                if len(self._by_meaning) > KEPT_MATCHERS:
                    self._by_meaning.popitem(last=False)
            self._by_meaning.move_to_end(key)
        return matcher
