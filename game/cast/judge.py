"""The judge without a model: matches the player's line against the authors' examples.

It picks from what is possible now and nothing else. Clear cases are taken, in the band of doubt it
asks back in the words of whoever is spoken to, and where nothing fits the line is a miss.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import Literal, cast

from ..events import AskedBack, Candidate, TurnJudged
from ..matching import THIN, Decision, Entry, Matcher, Reading, match_facts
from ..rules import settle
from ..stage import names, possible, render, scene_of, speaker
from ..state import GameState
from ..story import Story
from . import Take
from .addressing import addressee
from .answering import answered
from .attempts import to_the_game, without_code
from .authored import choose

KEPT_MATCHERS = 32
MAX_SHOWN = 3
# A lone reading fainter than this is not worth a question: of those the blind testers met below it
# nearly all were wrong, and of those above it most were right.
LONE = {"zh": 0.12, "en": 0.16}
FAINT = 0.1  # the same for the best of several
# What is past is taken as meant only where it is clearly named and leads what is possible by far.
AGAIN, NAMED = 1.5, 0.4

Kind = Literal["beat", "topic", "question", "fact"]


class AuthoredJudge:
    """Understands a line by its likeness to `hears` and `means`; safe to share between games."""

    def __init__(self) -> None:
        self._matchers: OrderedDict[tuple[str, ...], Matcher] = OrderedDict()
        self._lock = Lock()

    def judge(self, story: Story, state: GameState, take: Take) -> TurnJudged | AskedBack:
        reading = _weighed(story, state, self.read(story, state))
        candidates = tuple(_candidate(key, score) for key, score in reading.candidates)
        facts = _guessed(story, state, reading) if story.puzzle else ()
        judged = TurnJudged(
            "authored",
            facts=tuple(one.id for one in facts),
            candidates=candidates + facts,
            why=(*reading.why, "guess") if facts else reading.why,
        )
        settled = answered(state, reading, story.language)
        if settled is not None and not to_the_game(story, state):
            judged = replace(judged, facts=(), why=("answered",))
            return settle(story, state, _taken(judged, f"{settled.kind}:{settled.id}"))
        if reading.decision == "accept":
            return settle(story, state, _taken(judged, reading.best))
        if reading.decision == "ask" and not facts:
            return self._ask(story, state, take, reading, candidates)
        return settle(story, state, judged)

    def _ask(
        self,
        story: Story,
        state: GameState,
        take: Take,
        reading: Reading,
        candidates: tuple[Candidate, ...],
    ) -> AskedBack:
        shown = [key.partition(":")[2] for key in reading.asked[:MAX_SHOWN]]
        asked = tuple(one for one in candidates if one.id in shown)
        others = tuple(one for one in candidates if one.id not in shown)
        who = speaker(story, state)
        return AskedBack(asked, who, question(story, state, who, take), reading.why, others)

    def read(self, story: Story, state: GameState) -> Reading:
        """How the line was matched, with what has happened already among the readings."""
        kind = "question" if story.puzzle else "beat"
        open_now = [f"{kind}:{key}" for key in possible(story, state, kind)]
        open_now += past(story, state)
        talk = [f"topic:{key}" for key in talk_of(story, state)]
        return self._matcher(story, state).match(without_code(state.line), open_now, talk)

    def _matcher(self, story: Story, state: GameState) -> Matcher:
        # a pack's puzzles share their digest: each has questions of its own
        key = (story.digest, story.id, state.scene, story.puzzle.id if story.puzzle else "")
        with self._lock:
            matcher = self._matchers.get(key)
            if matcher is None:
                matcher = Matcher(story.language, entries(story, state))
                self._matchers[key] = matcher
                if len(self._matchers) > KEPT_MATCHERS:
                    self._matchers.popitem(last=False)
            self._matchers.move_to_end(key)
        return matcher


def talk_of(story: Story, state: GameState) -> list[str]:
    """The topics that are possible, of whoever is called by name: nobody else will answer."""
    who = addressee(story, state.line)
    return [one for one in possible(story, state, "topic") if not who or one.startswith(f"{who}/")]


def past(story: Story, state: GameState) -> list[str]:
    """The beats of this scene that have happened and can't again: players ask twice."""
    beats = scene_of(story, state).beats
    once = (beat for beat in beats if not beat.auto and not beat.repeat)
    return [f"beat:{beat.id}" for beat in once if beat.id in state.happened]


def _weighed(story: Story, state: GameState, reading: Reading) -> Reading:
    """What was matched, minding what is past, what is fateful, and what is too faint to ask."""
    gone = set(past(story, state))
    kept = tuple(one for one in reading.candidates if one[0] not in gone)
    first = reading.candidates[0] if reading.candidates else ("", 0.0)
    best = kept[0][1] if kept else 0.0
    named = reading.decision == "accept" or (reading.decision == "ask" and first[1] >= NAMED)
    if named and first[0] in gone and first[1] >= AGAIN * best:
        return replace(reading, decision="none", why=(*reading.why, "again"))
    asked = tuple(key for key in reading.asked if key not in gone)
    thin = any(why in reading.why for why in THIN)
    doubtful = first[0] in gone or _fateful(story, state, reading)
    doubtful = doubtful or (thin and to_the_game(story, state))
    reading = replace(reading, candidates=kept, asked=asked)
    if reading.decision == "accept" and doubtful:
        return replace(reading, decision="ask", asked=tuple(key for key, _ in kept[:2]))
    faint = max((dict(kept).get(key, 0.0) for key in asked), default=0.0)
    if reading.decision == "ask" and faint < (LONE[story.language] if len(asked) == 1 else FAINT):
        return replace(reading, decision="none")
    if reading.decision == "ask" and len(asked) == 1 and not doubtful:
        # To ask about it alone tells nothing new: a few words in common will do where nothing else
        # can be meant, and what the line denies is not meant.
        alone: Decision = "accept" if thin else "none" if "negated" in reading.why else "ask"
        return replace(reading, decision=alone)
    return reading


def _fateful(story: Story, state: GameState, reading: Reading) -> bool:
    """Whether a beat wants to be meant: then only its author's own words are taken at once."""
    kind, _, name = reading.best.partition(":")
    if kind != "beat" or "exact" in reading.why:
        return False
    return any(beat.confirm for beat in scene_of(story, state).beats if beat.id == name)


def entries(story: Story, state: GameState) -> list[Entry]:
    """Everything that can ever be understood in the present scene or puzzle."""
    if story.puzzle:
        found = [
            Entry("question", one.id, (one.ask, *one.hears), "", one.answer)
            for one in story.puzzle.answers
        ]
    else:
        found = [
            Entry("beat", beat.id, beat.hears, beat.means)
            for beat in scene_of(story, state).beats
            if not beat.auto
        ]
    found += [
        Entry("topic", f"{who}/{topic.id}", topic.hears, topic.means)
        for who, character in story.cast.items()
        for topic in character.small_talk
    ]
    return found


def _candidate(key: str, score: float) -> Candidate:
    kind, _, name = key.partition(":")
    return Candidate(cast(Kind, kind), name, round(score, 3))


def _taken(judged: TurnJudged, key: str) -> TurnJudged:
    kind, _, name = key.partition(":")
    if kind == "beat":
        return replace(judged, beat=name)
    return replace(judged, topic=name) if kind == "topic" else replace(judged, question=name)


def _guessed(story: Story, state: GameState, reading: Reading) -> tuple[Candidate, ...]:
    """The facts that a guess in the player's own words names; one that is wrong names none."""
    assert story.puzzle
    wrong = {f"question:{one.id}" for one in story.puzzle.answers if one.answer != "yes"}
    if reading.decision == "accept" and reading.best in wrong:
        return ()
    facts = [Entry("fact", one.id, one.hears, one.means or one.text) for one in story.puzzle.facts]
    found = match_facts(state.line, facts, story.puzzle.surface, story.language)
    return tuple(Candidate("fact", name, round(score, 3)) for name, score in found)


def question(story: Story, state: GameState, who: str, take: Take) -> str:
    """The words for asking back, of whoever is spoken to."""
    asks = story.cast[who].asks if who else ()
    if not asks:
        return ""
    # A question asked back is no line of the transcript's variants: its place decides alone.
    key = choose(state, [str(number) for number in range(len(asks))], take)
    return render(story, asks[int(key)], names(story, state))
