"""Which of the authored entries a typed line means: accept one, ask between some, or none.

A line is compared with every entry's example lines; the thresholds come from how general small
talk scores against the same entries. Denials, opposites and small talk never pass for a beat.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from .features import features, read_lines
from .near import Speller, bare
from .normalize import Parts, has_words, parts
from .polarity import known, objection
from .reading import Entry, Reading
from .scoring import Match, Scorer, line_features

RIVAL = 0.3  # how much the second best takes from the confidence in the best
SENTENCE = 0.95  # a sentence alone counts a little less than the whole line
SHOWN = 3  # readings to ask between
ACCEPT_ABOVE = 0.95  # of the small talk's confidences
ASK_ABOVE = 0.5
TOPIC = 0.4  # what a topic of small talk must score: small talk itself can't set it


@lru_cache(maxsize=2)
def builtin_background(language: str) -> tuple[str, ...]:
    """General small talk of a language, which means nothing in any story."""
    return read_lines(f"background.{language}.txt")


def confidence(scores: Sequence[float]) -> float:
    """How sure the best of some scores is, seeing the second best."""
    first = second = 0.0
    for score in scores:
        if score > first:
            first, second = score, first
        elif score > second:
            second = score
    return first - RIVAL * second


class Matcher:
    """Reads lines against a fixed set of entries, of which only some may be open at a time."""

    def __init__(
        self, language: str, entries: Sequence[Entry], background: Sequence[str] | None = None
    ) -> None:
        lines = builtin_background(language) if background is None else background
        self._language = language
        self._entries = {entry.key: entry for entry in entries}
        self._keys = list(self._entries)
        own = list(self._entries.values())
        self._scorer = Scorer(language, own, lines)
        self._small_talk = self._scorer.background_scores()
        self._levels: dict[frozenset[str], tuple[float, float]] = {}
        self._exact: dict[str, list[str]] = {}
        for key, texts in zip(self._keys, self._scorer.texts, strict=True):
            for text in texts:
                self._exact.setdefault(bare(text.plain, language), []).append(key)
        plain = [text.plain for texts in self._scorer.texts for text in texts]
        self._speller = Speller(plain, lines) if language == "en" else None

    def match(
        self, line: str, possible: Collection[str] | None = None, topics: Collection[str] = ()
    ) -> Reading:
        """What the line means, of the entries that are possible and the topics that are open."""
        taken = parts(line, self._language)
        if not has_words(taken.said):
            return Reading("none", why=("empty",))
        beats, small = self._open(possible, topics)
        exact = [
            k for k in self._exact.get(bare(taken.said, self._language), ()) if k in beats | small
        ]
        if len(set(exact)) == 1:
            return Reading("accept", exact[0], (), ((exact[0], 1.0),), ("exact",))
        return self._read(taken, beats, small)

    def _open(
        self, possible: Collection[str] | None, topics: Collection[str]
    ) -> tuple[frozenset[str], frozenset[str]]:
        keys = self._entries.keys() if possible is None else possible
        known_topics = {k for k in keys if k.startswith("topic:")} | set(topics)
        beats = frozenset(k for k in keys if k in self._entries and k not in known_topics)
        return beats, frozenset(k for k in known_topics if k in self._entries)

    def _matches(self, taken: Parts) -> dict[str, Match]:
        found, _ = self._scorer.matches(line_features(taken, self._language))
        best = dict(zip(self._keys, found, strict=True))
        if len(taken.sentences) > 1:
            for sentence in taken.sentences:
                alone, _ = self._scorer.matches(features(sentence, self._language))
                for key, match in zip(self._keys, alone, strict=True):
                    if match.score * SENTENCE > best[key].score:
                        best[key] = Match(match.score * SENTENCE, match.nearness)
        return best

    def _read(self, taken: Parts, beats: frozenset[str], small: frozenset[str]) -> Reading:
        matches = self._matches(taken)
        ranked = sorted(beats | small, key=lambda k: (-matches[k].score, k))
        if not ranked:
            return Reading("none", why=("nothing open",))
        candidates = tuple((k, round(matches[k].score, 4)) for k in ranked)
        accept, ask = self._thresholds(beats)
        sure = confidence([matches[k].score for k in ranked])
        best = ranked[0]
        why = self._objection(taken, best, matches[best])
        if best in small:
            if matches[best].score >= TOPIC and not why:
                return Reading("accept", best, (), candidates, ("topic",))
        elif sure >= accept and not why:
            return Reading("accept", best, (), candidates, ())
        if sure >= ask:
            return Reading("ask", best, tuple(ranked[:SHOWN]), candidates, (why,) if why else ())
        return Reading("none", best, (), candidates, (why,) if why else ())

    def _objection(self, taken: Parts, key: str, match: Match) -> str:
        texts = self._scorer.texts[self._keys.index(key)]
        strict = self._entries[key].kind == "question"
        return objection(known(taken.said, self._language), texts, match.nearness, strict)

    def _thresholds(self, beats: frozenset[str]) -> tuple[float, float]:
        """The confidences above which to accept and to ask, for a set of open beats."""
        if beats not in self._levels:
            places = [i for i, key in enumerate(self._keys) if key in beats]
            sure = sorted(confidence([row[i] for i in places]) for row in self._small_talk)
            last = len(sure) - 1
            if last < 0:
                return 0.3, 0.1
            levels = sure[int(ACCEPT_ABOVE * last)], sure[int(ASK_ABOVE * last)]
            self._levels[beats] = levels
        return self._levels[beats]
