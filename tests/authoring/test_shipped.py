"""Everything shipped passes lint without a warning, and a play to every ending is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from game.authoring.lint import check
from game.authoring.plays import parse
from game.authoring.playtest import playtest
from game.authoring.puzzletest import playtest_pack
from game.loader import LANGUAGES, TALK, Library

LIBRARY = Library()
PLAYS = Path(__file__).resolve().parents[1] / "plays"
HEADS = [head for language in LANGUAGES for head in LIBRARY.heads(language)]
STORIES = [(head.id, head.language) for head in HEADS if head.kind != "puzzles"]
PACKS = [(head.id, head.language) for head in HEADS if head.kind == "puzzles"]
PEOPLE = [
    (TALK + head.id, head.language) for lang in LANGUAGES for head in LIBRARY.characters(lang)
]
BOUND = {"most": 2_500, "plays": 100}


@pytest.mark.parametrize(("name", "language"), [*STORIES, *PACKS, *PEOPLE])
def test_lint_has_nothing_to_say(name: str, language: str) -> None:
    assert check(LIBRARY, name, language) == []


@pytest.mark.parametrize(("name", "language"), STORIES)
def test_every_ending_of_a_story_can_be_reached(name: str, language: str) -> None:
    report = playtest(LIBRARY.load(name, language), **BOUND).report
    assert report.passed, report


@pytest.mark.parametrize(("name", "language"), PACKS)
def test_every_puzzle_can_be_solved(name: str, language: str) -> None:
    report = playtest_pack(LIBRARY.load(name, language))
    assert report.passed
    assert not [line for one in report.puzzles for line in one.unheard]


@pytest.mark.parametrize(("name", "language"), STORIES)
def test_a_play_to_every_ending_is_kept(name: str, language: str) -> None:
    story = LIBRARY.load(name, language)
    for kind in ("", ".typed"):
        for ending in story.scenario.endings:
            path = PLAYS / name / f"{ending.id}{kind}.{language}.play"
            play = parse(path.read_text(encoding="utf-8"))
            assert f"ending {ending.id}" in play.steps[-1].expected
            if not kind:
                continue
            answers = [one for one in play.steps if one.move == ">>"]
            asked = [one for one in play.steps if one.expected[-1:] == ["asked"]]
            assert len(answers) == len(asked), "only what was asked back is picked"


def test_every_story_is_told_in_both_languages() -> None:
    assert {name for name, _ in STORIES} == {name for name, lang in STORIES if lang == "zh"}
    assert {name for name, _ in STORIES} == {name for name, lang in STORIES if lang == "en"}
