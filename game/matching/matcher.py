"""Which of the authored entries a typed line means: accept one, ask between some, or none.

A line is compared with every entry's example lines; the thresholds come from how general small
talk scores against the same entries. Denials, opposites and small talk never pass for a beat.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from heapq import nlargest

from . import negation
from .features import features, read_lines, says_little
from .near import Speller, bare
from .normalize import Parts, has_words, parts
from .polarity import Known, known, objection
from .reading import Decision, Entry, Reading
from .scoring import Match, Scorer, line_features

RIVAL = 0.3  # how much the second best takes from the confidence in the best
SENTENCE = 0.95  # a sentence alone counts a little less than the whole line
CONTRARY = 0.6  # what is left of the score of what the line contradicts
DENIED = 0.2  # and of what it denies outright, which is not even asked about
PLAINLY = 0.5  # how near to an example line a plain denial of it is
NEAR = 0.45  # an example line this near needs no more evidence
# A line this like one entry, and this far ahead of any other, is meant, whatever else it says: of
# the blind testers' lines that pass here, 19 in 20 were.
LEADS, AHEAD = 0.24, 0.1
LEAST = 0.15  # what is fainter than this is asked about at best
CLOSE = 0.7  # how near a short line has to be
KNOWN = 0.6  # the share of a line's words that an entry has to know
HALF_KNOWN = 0.45  # the same for one that nothing else comes near
EVIDENCE = {"zh": 0.03, "en": 0.01}  # of words beside the strongest one
UNKNOWN = (0.3, 0.1)  # the two levels where there is no background to take them from
LISTED = 10  # candidates in a reading
FAINT = 0.33  # of the best score: what is fainter is not asked about
SHOWN = 3  # readings to ask between
ACCEPT_ABOVE = 0.9  # of the confidences that small talk reaches
ASK_ABOVE = 0.35
TOPIC = {"zh": (0.18, 0.12), "en": (0.3, 0.15)}  # confidence to take a topic, or to offer it
AMONG_BEATS = {"zh": 0.3, "en": 0.4}  # to take it where the line may be about the story
TOPIC_WEIGHT = 0.3  # in the ranking: a beat that may be meant comes before small talk
TOPIC_KNOWN = 0.35  # the share of a line's words that a topic has to know
LEAD = 1.5  # how far a topic must lead the best beat to be taken


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


def leads(scores: Sequence[float]) -> bool:
    """Whether the best of some scores is high, and far from the second best."""
    first, second = nlargest(2, (*scores, 0.0, 0.0))
    return first >= LEADS and first - second >= AHEAD


class Matcher:
    """Reads lines against a fixed set of entries, of which only some may be open at a time."""

    def __init__(
        self, language: str, entries: Sequence[Entry], background: Sequence[str] | None = None
    ) -> None:
        lines = builtin_background(language) if background is None else background
        self._language = language
        self._entries = {entry.key: entry for entry in entries}
        self._keys = list(self._entries)
        self._place = {key: place for place, key in enumerate(self._keys)}
        own = list(self._entries.values())
        self._scorer = Scorer(language, own, lines)
        self._levels: dict[frozenset[str], tuple[float, float]] = {}
        self._exact: dict[str, set[str]] = {}
        for key, texts in zip(self._keys, self._scorer.texts, strict=True):
            for text in texts:
                self._exact.setdefault(bare(text, language), set()).add(key)
        plain = [text for texts in self._scorer.texts for text in texts]
        self._speller = (
            Speller(plain, (*lines, *read_lines("synonyms.en.txt"))) if language == "en" else None
        )

    def match(
        self, line: str, possible: Collection[str] | None = None, topics: Collection[str] = ()
    ) -> Reading:
        """What the line means, of the entries that are possible and the topics that are open."""
        taken = self._taken(line)
        if not has_words(taken.said):
            return Reading("none", why=("empty",))
        beats, small = self._open(possible, topics)
        if not beats and not small:
            return Reading("none", why=("closed",))
        same = self._exact.get(bare(taken.said, self._language), set()) & (beats | small)
        if len(same) == 1:
            best = min(same)
            return Reading("accept", best, (), ((best, 1.0),), ("exact", *taken.notes))
        reading = self._read(taken, beats, small)
        return replace(reading, why=(*reading.why, *taken.notes))

    def objections(self, line: str, keys: Sequence[str]) -> dict[str, str]:
        """Of the first few of some entries, those that a line contradicts, and how."""
        taken = self._taken(line)
        few = [key for key in keys[: SHOWN + 2] if key in self._entries]
        return self._contrary(taken, self._matches(taken, few))

    def _taken(self, line: str) -> Parts:
        return parts(line, self._language, self._speller.mend if self._speller else None)

    def _open(
        self, possible: Collection[str] | None, topics: Collection[str]
    ) -> tuple[frozenset[str], frozenset[str]]:
        keys = self._entries.keys() if possible is None else possible
        known_topics = {k for k in keys if k.startswith("topic:")} | set(topics)
        beats = frozenset(k for k in keys if k in self._entries and k not in known_topics)
        return beats, frozenset(k for k in known_topics if k in self._entries)

    def _matches(self, taken: Parts, keys: Collection[str]) -> dict[str, Match]:
        places = [self._place[key] for key in keys]
        vector = self._scorer.index.vector
        line = vector(line_features(taken, self._language))
        best = dict(zip(keys, self._scorer.matches(line, places), strict=True))
        if len(taken.sentences) > 1:
            for sentence in taken.sentences:
                alone = self._scorer.matches(vector(features(sentence, self._language)), places)
                for key, match in zip(keys, alone, strict=True):
                    if match.score * SENTENCE > best[key].score:
                        best[key] = replace(match, score=match.score * SENTENCE)
        return best

    def _read(self, taken: Parts, beats: frozenset[str], small: frozenset[str]) -> Reading:
        matches = self._matches(taken, (*beats, *small))
        scores = {key: match.score for key, match in matches.items()}
        contrary = self._contrary(taken, matches)
        denied = self._weaken(scores, contrary, matches)
        topic, step = self._topic(taken, matches, scores, beats)
        for key in small - {topic} if step == "accept" else small:
            scores[key] *= TOPIC_WEIGHT
        ranked = [key for _, key in sorted((-score, key) for key, score in scores.items())]
        candidates = tuple((key, round(scores[key], 4)) for key in ranked[:LISTED])
        if step == "accept":
            return Reading("accept", topic, (), candidates, ("topic",))
        likely = [key for key in ranked if key in beats]
        if not likely:
            return Reading("none", topic, (), candidates)
        best = likely[0]
        sure = [scores[key] for key in likely]
        why = contrary.get(best, "") or self._thin(taken, best, matches[best])
        doubted = [scores[key] * (CONTRARY if key in contrary else 1) for key in likely]
        clear = why in ("", "strange words") and self._clear(taken, best, doubted)
        decision = "accept" if clear else self._decide(sure, beats, bool(why))
        asked: tuple[str, ...] = ()
        if decision == "ask":
            fair = [k for k in likely if k not in denied and scores[k] > FAINT * scores[best]]
            asked = (*fair[: SHOWN - 1], topic) if step == "ask" else tuple(fair[:SHOWN])
            decision = "ask" if asked else "none"
            listed = ranked[:LISTED]
            candidates += tuple((k, round(scores[k], 4)) for k in asked if k not in listed)
        return Reading(decision, best, asked, candidates, (why,) if why else ())

    def _weaken(
        self, scores: dict[str, float], contrary: dict[str, str], matches: dict[str, Match]
    ) -> set[str]:
        """Lower the scores of what the line contradicts; returns what it plainly denies."""
        denied = set()
        for key, why in contrary.items():
            near = matches[key].best >= PLAINLY
            if why == "negated" and near and self._entries[key].kind != "question":
                denied.add(key)
            if why != "unclear":
                scores[key] *= DENIED if key in denied else CONTRARY
        return denied

    def _topic(
        self,
        taken: Parts,
        matches: dict[str, Match],
        scores: dict[str, float],
        beats: frozenset[str],
    ) -> tuple[str, Decision]:
        """The likeliest topic of small talk, and whether to take it, to offer it, or neither."""
        small = sorted(scores.keys() - beats)
        if not small:
            return "", "none"
        best = max(small, key=lambda k: scores[k])
        enough = matches[best].best >= CLOSE or (
            self._known(taken, best) >= TOPIC_KNOWN and not says_little(taken.whole, self._language)
        )
        sure = confidence([scores[k] for k in small])
        beat = max((scores[k] for k in beats), default=0.0)
        take, offer = TOPIC[self._language]
        if beats and matches[best].best < CLOSE:
            take = AMONG_BEATS[self._language]
        if sure >= take and scores[best] > LEAD * beat and enough:
            return best, "accept"
        return best, "ask" if sure >= offer and scores[best] > beat else "none"

    def _clear(self, taken: Parts, key: str, scores: Sequence[float]) -> bool:
        """Whether a line means an entry though it says much besides: nothing else comes near."""
        if self._entries[key].kind == "question" and negation.asks_openly(
            taken.said, self._language
        ):
            return False  # yes or no would be no answer
        return leads(scores) and self._known(taken, key) >= HALF_KNOWN

    def _thin(self, taken: Parts, key: str, match: Match) -> str:
        """Why too little speaks for an entry: a single word, or too much besides it, or ""."""
        place = self._place[key]
        if says_little(taken.whole, self._language) and match.best < CLOSE:
            return "short"
        if self._known(taken, key) < KNOWN:
            return "strange words"
        if match.best >= NEAR:
            return ""
        enough = self._scorer.evidence(taken.whole, place) >= EVIDENCE[self._language]
        return "" if enough else "one word"

    def _known(self, taken: Parts, key: str) -> float:
        """How much of the line, or of the part that fits best, an entry has words for."""
        spans = {taken.said, *taken.sentences, *taken.clauses}
        return max(self._scorer.coverage(span, self._place[key]) for span in spans)

    def _contrary(self, taken: Parts, matches: dict[str, Match]) -> dict[str, str]:
        """Of the likeliest entries, those that the line contradicts, and how."""
        found = {}
        whole = known(taken.said, self._language)
        for key in nlargest(SHOWN + 2, matches, key=lambda k: matches[k].score):
            place = self._place[key]
            strict = self._entries[key].kind == "question"
            texts = [known(text, self._language) for text in self._scorer.texts[place]]
            line = self._said_of(taken, whole, place)
            why = objection(line, texts, matches[key].nearness, strict)
            if why:
                found[key] = why
        return found

    def _said_of(self, taken: Parts, whole: Known, place: int) -> Known:
        """What a line denies of an entry: only clauses that speak of it matter."""
        clauses = taken.clauses
        if negation.refused(clauses, self._language):
            return replace(whole, denies=True)
        if len(clauses) < 2 or not (whole.denials or whole.denies):
            return whole
        weights = [self._scorer.weight(clause, place) for clause in clauses]
        telling = [c for c, w in zip(clauses, weights, strict=True) if w >= max(weights) / 2]
        read = [known(clause, self._language) for clause in telling]
        denials = sum(one.denials for one in read)
        return replace(whole, denies=any(one.denies for one in read), denials=denials)

    def _decide(self, scores: list[float], beats: frozenset[str], objected: bool) -> Decision:
        sure = confidence(scores)
        accept, ask = self._thresholds(beats)
        if sure >= accept and max(scores) >= LEAST and not objected:
            return "accept"
        return "ask" if sure >= ask else "none"

    def _thresholds(self, beats: frozenset[str]) -> tuple[float, float]:
        """The confidences above which to accept and to ask, for a set of open beats."""
        levels = self._levels.get(beats)
        if levels is None:
            places = [self._place[key] for key in beats]
            sure = sorted(confidence([row[p] for p in places]) for row in self._small_talk)
            last = len(sure) - 1
            levels = (
                (sure[int(ACCEPT_ABOVE * last)], sure[int(ASK_ABOVE * last)]) if sure else UNKNOWN
            )
            self._levels[beats] = levels
        return levels

    @cached_property
    def _small_talk(self) -> list[dict[int, float]]:
        """How the background's small talk scores against all but topics, which are small talk."""
        keys = [key for key, entry in self._entries.items() if entry.kind != "topic"]
        return self._scorer.background_scores([self._place[key] for key in keys])
