"""Lines that real players might type, or typed, are understood well enough.

The lines of tests/lines were written by people who had read what each beat means, never the
authors' example lines (`played_…`, `blind2_…` and `blind3_…` were typed in plays by people who had
read nothing). Nothing here may be copied into `hears`: these bars would then prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from game.cast.judge import AuthoredJudge
from game.lab.judging import Tally, measure, read
from game.loader import Library
from game.matching.near import bare
from game.matching.normalize import clean
from game.story import Scenario, Story

FOLDER = Path(__file__).parent / "lines"

# share: (zh, en); the first two at least, the others at most
LEAST = {
    "at_once_share": (0.55, 0.50),  # done without a question
    "one_tap_share": (0.65, 0.60),  # done, or asked about with the right reading among the choices
    "first_three_share": (0.83, 0.78),
}
MOST = {"wrong_acceptance_share": (0.08, 0.08), "negated_wrong_share": (0.15, 0.15)}


Load = Callable[[str, str, str], Story]


@pytest.fixture(scope="module")
def load() -> Load:
    return lru_cache(Library().load)


def summary(load: Load, cases: list[dict[str, Any]]) -> dict[str, Any]:
    tally, judge = Tally(), AuthoredJudge()
    for case in cases:
        tally.add(case, measure(load, judge, case))
    return tally.summary()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_lines_are_understood_within_the_bars(load: Load, lang: str) -> None:
    files = sorted(FOLDER.glob(f"*.{lang}.jsonl"))
    assert len(files) >= 3
    cases: dict[str, list[dict[str, Any]]] = {}
    for path in files:
        story = re.sub(r"^(played|blind\d)_", "", path.name.split(".")[0])
        cases.setdefault(story, []).extend(read(path.read_text("utf-8")))
    found = {story: summary(load, lines) for story, lines in cases.items()}
    shares = {
        share: mean(known)
        for share in (*LEAST, *MOST)
        if (known := [one[share] for one in found.values() if one[share] is not None])
    }
    at = ("zh", "en").index(lang)
    missed = [
        f"{share} {shares[share]:.3f} < {LEAST[share][at]}"
        for share in LEAST
        if shares[share] < LEAST[share][at]
    ]
    missed += [
        f"{share} {shares[share]:.3f} > {MOST[share][at]}"
        for share in MOST
        if shares[share] > MOST[share][at]
    ]
    each = "\n".join(f"  {name}: {one}" for name, one in found.items())
    assert not missed, f"{lang}: {'; '.join(missed)}; by story:\n{each}"


def test_a_judge_reads_each_puzzle_of_a_pack_by_its_own_questions(load: Load) -> None:
    asked = {
        "metres": ("她的眼睛看不见吗？", "blindness"),
        "ring": ("是有人打错了吗？", "wrong_number"),
    }
    judge = AuthoredJudge()
    for puzzle, (line, expected) in asked.items():
        case = {"scenario": "puzzles", "lang": "zh", "puzzle": puzzle, "line": line}
        assert measure(load, judge, case)["candidates"][0]["id"] == expected


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jsonl")), ids=lambda path: path.name)
def test_no_line_stands_in_the_story_word_for_word(load: Load, path: Path) -> None:
    for case in read(path.read_text("utf-8")):
        story, lang = load(case["scenario"], case["lang"], case.get("puzzle", "")), case["lang"]
        hears = {bare(clean(one, lang), lang) for one in _heard(story)}
        assert bare(clean(case["line"], lang), lang) not in hears, case["line"]


def _heard(story: Story) -> Iterator[str]:
    if story.puzzle:
        for one in (*story.puzzle.answers, *story.puzzle.facts):
            yield from one.hears
    if isinstance(story.scenario, Scenario):
        for scene in story.scenario.scenes.values():
            for beat in scene.beats:
                yield from beat.hears
    for character in story.cast.values():
        for topic in character.small_talk:
            yield from topic.hears
