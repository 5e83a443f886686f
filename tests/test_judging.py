"""The judge without a model, in play: what is asked twice, what is fateful, what is too faint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from game.cast import Take
from game.cast.judge import AuthoredJudge
from game.events import AskedBack, TurnJudged
from game.session import Session
from game.state import Phase
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
