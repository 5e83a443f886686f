"""The judge without a model, in play: what is asked twice, what is fateful, what is too faint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from game.cast import Take
from game.cast.addressing import addressee
from game.cast.answering import answered
from game.cast.judge import AuthoredJudge
from game.events import AskedBack, Candidate, PlayerSpoke, TurnJudged
from game.loader import Library
from game.matching import Reading
from game.session import Session
from game.state import GameState, Phase, apply
from game.story import Scenario, Story
from tests.conftest import events_of

Start = Callable[..., Session]


def _judged(game: Session, line: str) -> TurnJudged | AskedBack:
    state = replace(game.state, phase=Phase.JUDGE, line=line)
    return AuthoredJudge().judge(game.story, state, Take(0))


def test_what_has_happened_is_not_taken_for_something_else(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    events_of(game.choose("ask_cellar"))
    found = _judged(game, "so what is in the cellar")
    assert isinstance(found, TurnJudged)
    assert not found.beat and "again" in found.why


@pytest.mark.parametrize(
    ("line", "asked"), [("so I am leaving then, goodbye", True), ("goodbye then", False)]
)
def test_what_cannot_be_undone_is_asked_back_unless_in_the_authors_words(
    start: Start, tea: Story, line: str, asked: bool
) -> None:
    assert isinstance(tea.scenario, Scenario)
    hall = tea.scenario.scenes["hall"]
    beats = tuple(beat.model_copy(update={"confirm": beat.id == "leave"}) for beat in hall.beats)
    scenes = {**tea.scenario.scenes, "hall": hall.model_copy(update={"beats": beats})}
    scenario = tea.scenario.model_copy(update={"scenes": scenes})
    game = start(replace(tea, scenario=scenario, digest="with confirm"))
    events_of(game.resume())
    found = _judged(game, line)
    assert isinstance(found, AskedBack) == asked
    if isinstance(found, AskedBack):
        assert found.candidates[0].id == "leave"
    else:
        assert found.beat == "leave"


def test_a_line_with_next_to_nothing_in_it_is_no_question(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    found = _judged(game, "purple zebras that sing of arithmetic")
    assert isinstance(found, TurnJudged) and not found.beat


OFFERED = (Candidate("beat", "ask_cellar", 0.4), Candidate("beat", "offer_help", 0.3))


@pytest.mark.parametrize(
    ("line", "beat"),
    [
        ("yes", "ask_cellar"),
        ("That one.", "ask_cellar"),
        ("the second one", "offer_help"),
        ("the last, please", "offer_help"),
        ("yes, with the crates", "offer_help"),
        ("purple zebras that sing of arithmetic", ""),
    ],
)
def test_a_question_asked_back_is_answered_in_words(
    start: Start, tea: Story, line: str, beat: str
) -> None:
    game = start(tea)
    events_of(game.resume())
    state = replace(game.state, phase=Phase.JUDGE, line=line, offered=OFFERED)
    found = AuthoredJudge().judge(game.story, state, Take(0))
    assert isinstance(found, TurnJudged) and found.beat == beat


def test_what_is_said_again_after_a_question_is_meant() -> None:
    reading = Reading("ask", "beat:a", ("beat:a", "beat:b"), (("beat:a", 0.3),), ("short",))
    offered = (Candidate("beat", "b", 0.4), Candidate("beat", "a", 0.3))
    state = cast(
        GameState, SimpleNamespace(offered=offered, line="in other words, that thing again")
    )
    assert answered(state, reading, "en") == offered[1]
    for why in ("negated", "unclear"):
        assert answered(state, replace(reading, why=(why,)), "en") is None
    alone = replace(reading, asked=("beat:a",), why=("unclear",))
    assert answered(state, alone, "en") == offered[1], "the same one choice is not asked twice"


def test_a_question_is_forgotten_with_the_next_turn(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    asked = replace(game.state, asked=OFFERED)
    spoke = apply(asked, PlayerSpoke("well"))
    assert spoke.offered == OFFERED and not spoke.asked
    assert not apply(spoke, TurnJudged("authored")).offered


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("Ann, what is in the cellar?", "ann"),
        ("hey Ann! awful weather", "ann"),
        ("so it was the wind. Ann?", "ann"),
        ("what do you think of Ann", ""),
        ("Ann knows the way", ""),
    ],
)
def test_a_name_that_is_called_is_told_from_one_that_is_talked_about(
    tea: Story, line: str, who: str
) -> None:
    assert addressee(tea, line) == who


def test_a_chinese_name_is_called_without_a_comma() -> None:
    story = Library().load("rain_inn", "zh")
    name = story.cast["lan"].name
    assert addressee(story, f"{name}你说呢") == "lan"
    assert addressee(story, f"你说呢，{name}？") == "lan"
    assert addressee(story, f"我听说{name}会算账") == ""
