"""Rules about puzzles: fair, not given away, and without contradiction."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations

from rapidfuzz import fuzz

from ...matching.normalize import clean
from ...story import Puzzle
from ...yamlfile import Path
from .subject import Rule, Subject

Found = Iterator[tuple[Path, dict[str, object]]]

# A run of the bottom this long in the surface or a hint gives it away.
LONGEST_SHARED = {"zh": 12, "en": 45}
FEWEST_QUESTIONS = 20
TOO_ALIKE = 90


def _puzzles(subject: Subject) -> Iterator[tuple[Path, Puzzle]]:
    if subject.pack:
        for index, puzzle in enumerate(subject.pack.puzzles):
            yield ("puzzles", index), puzzle


def _leaks(subject: Subject) -> Found:
    language = subject.story.language
    for path, puzzle in _puzzles(subject):
        shown: list[tuple[Path, str]] = [((*path, "surface"), puzzle.surface)]
        shown += [((*path, "hints", n), hint) for n, hint in enumerate(puzzle.hints)]
        # A question that is itself a whole sentence of the bottom asks nothing any more.
        shown += [((*path, "answers", n, "ask"), one.ask) for n, one in enumerate(puzzle.answers)]
        for place, text in shown:
            run = _shared(clean(text, language), clean(puzzle.bottom, language))
            told_anyway = run in clean(puzzle.surface, language) and place[-1] != "surface"
            if len(run) > LONGEST_SHARED[language] and not told_anyway:
                yield place, {"name": puzzle.id, "text": run}


def _shared(one: str, other: str) -> str:
    match = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    return one[match.a : match.a + match.size].strip()


def _contradicts(subject: Subject) -> Found:
    for path, puzzle in _puzzles(subject):
        for index, question in enumerate(puzzle.answers):
            if question.finds and question.answer in ("irrelevant", "unclear"):
                place = (*path, "answers", index, "answer")
                yield place, {"name": question.id, "answer": question.answer}


def _twice_asked(subject: Subject) -> Found:
    """The same question with two answers."""
    language = subject.story.language
    for path, puzzle in _puzzles(subject):
        asked = [
            (index, one, clean(text, language))
            for index, one in enumerate(puzzle.answers)
            for text in (one.ask, *one.hears)
        ]
        for (_, one, first), (index, two, second) in combinations(asked, 2):
            alike = one.answer != two.answer and fuzz.ratio(first, second) >= TOO_ALIKE
            if alike and _same_words(first, second):
                place = (*path, "answers", index)
                yield place, {"name": two.id, "other": one.id, "text": second}


def _same_words(one: str, other: str) -> bool:
    """A word more or less (not, before, dead) turns a question round: then nothing is wrong."""
    return sorted(one.replace(" ", "")) == sorted(other.replace(" ", ""))


def _unfindable(subject: Subject) -> Found:
    for path, puzzle in _puzzles(subject):
        found = {one.finds for one in puzzle.answers}
        for index, fact in enumerate(puzzle.facts):
            if fact.essential and fact.id not in found:
                yield (*path, "facts", index), {"name": fact.id}


def _few_questions(subject: Subject) -> Found:
    for path, puzzle in _puzzles(subject):
        if len(puzzle.answers) < FEWEST_QUESTIONS:
            count = len(puzzle.answers)
            yield (*path, "answers"), {"name": puzzle.id, "count": count, "least": FEWEST_QUESTIONS}


def _no_reply(subject: Subject) -> Found:
    if subject.pack:
        for answer in ("yes", "no", "irrelevant", "unclear"):
            if not any(key == answer for key in subject.pack.replies):
                yield ("replies",), {"name": answer}


RULES = (
    Rule("bottom_leaks", "error", _leaks),
    Rule("answer_contradicts", "error", _contradicts),
    Rule("asked_twice", "error", _twice_asked),
    Rule("fact_unfindable", "error", _unfindable),
    Rule("few_questions", "warning", _few_questions),
    Rule("no_reply", "warning", _no_reply),
)
