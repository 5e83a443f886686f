"""State is a fold over events: what may follow what, and rewinding as if it had never been."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game import events as e
from game.cast.authored import AuthoredActor, AuthoredNarrator
from game.cast.judge import AuthoredJudge
from game.errors import IllegalEvent
from game.rules import begin
from game.session import Session
from game.state import NEXT, GameState, Phase, apply, fold, live, live_indices
from game.story import Story
from tests.conftest import CONTENT

EXAMPLES: list[e.Event] = [
    e.GameStarted("tea", "en", "d", 1, "Sam"),
    e.SceneEntered("hall"),
    e.Narrated("x"),
    e.ActorSpoke("ann", "x"),
    e.PlayerSpoke("x"),
    e.TurnJudged("authored"),
    e.AskedBack((e.Candidate("beat", "a", 0.5),)),
    e.BeatChosen("a"),
    e.Rolled("a", "1d6", (3,), 3, 2, True),
    e.BeatHappened("a"),
    e.FactFound("a"),
    e.GoalReached("a"),
    e.HintGiven(0, "x"),
    e.GaveUp(),
    e.Ended("a", "good", "x"),
    e.LanguageChanged("zh", "d"),
    e.ContentChanged("d", {"trust": 3}),
    e.Reworded({"a": "x"}),
    e.Summarised("ann", 3, "x"),
    e.Pinned("x"),
    e.Unpinned(1),
    e.Rewound(0),
]


def test_examples_cover_every_event() -> None:
    assert {type(one) for one in EXAMPLES} == set(e.TYPES.values())


def _state(phase: Phase) -> GameState:
    return GameState(phase, "tea", "en", "d", 1, "Sam", to_speak=(e.Cue("", "opening"),))


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("event", EXAMPLES, ids=lambda one: type(one).__name__)
def test_only_what_next_names_may_follow(phase: Phase, event: e.Event) -> None:
    state = _state(phase)
    if type(event) in NEXT[phase]:
        if not isinstance(event, (e.BeatChosen, e.Unpinned)):  # also need something to choose from
            assert apply(state, event) != state
    else:
        with pytest.raises(IllegalEvent):
            apply(state, event)
        assert state == _state(phase)


def test_a_game_begins_with_game_started() -> None:
    for event in EXAMPLES[1:]:
        with pytest.raises(IllegalEvent):
            apply(None, event)


def test_a_reading_must_have_been_offered() -> None:
    with pytest.raises(IllegalEvent):
        apply(_state(Phase.PLAYER), e.BeatChosen("a"))


def _random_game(seed: int, moves: int) -> list[e.Event]:
    """A real game of the small story, played at random, with undo, redo and retry in it."""
    from game.loader import Library

    story: Story = Library([CONTENT]).load("tea", "en")
    judge = AuthoredJudge()
    first = begin(story, seed)
    game = Session(story, [first], AuthoredActor(), AuthoredNarrator(), judge, judge)
    chance = random.Random(seed)
    list(game.resume())
    for _ in range(moves):
        options = game.options()
        roll = chance.random()
        if roll < 0.15:
            game.undo(chance.randint(1, 3))
            list(game.resume())
        elif roll < 0.25:
            game.redo()
            list(game.resume())
        elif roll < 0.3:
            list(game.retry())
        elif roll < 0.4:
            list(game.play("something nobody understands, zebra"))
        elif options:
            list(game.choose(chance.choice(options).id))
    return list(game.events)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 30), st.data())
def test_folding_in_two_parts_is_folding_at_once(
    seed: int, moves: int, data: st.DataObject
) -> None:
    events = live(_random_game(seed, moves))
    cut = data.draw(st.integers(1, len(events)))
    assert fold(events[cut:], fold(events[:cut])) == fold(events)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 30), st.data())
def test_rewinding_equals_never_having_happened(seed: int, moves: int, data: st.DataObject) -> None:
    events = _random_game(seed, moves)
    to = data.draw(st.integers(1, len(events)))
    assert fold([*events, e.Rewound(to)]) == fold(events[:to])


def test_redo_is_rewinding_to_where_one_came_from() -> None:
    a, b, c = e.Narrated("a"), e.Narrated("b"), e.Narrated("c")
    back = [a, b, c, e.Rewound(1)]
    assert live(back) == [a]
    assert live([*back, e.Rewound(3)]) == [a, b, c]
    assert live_indices([*back, b]) == [0, 4]


@pytest.mark.parametrize("to", [-1, 2, 99])
def test_a_rewound_beyond_its_place_is_illegal(to: int) -> None:
    with pytest.raises(IllegalEvent):
        live([e.Narrated("a"), e.Rewound(to)])


def test_a_stopped_reply_owes_nothing_more(start: Callable[..., Session], tea: Story) -> None:
    state = _state(Phase.ACTOR)
    after = apply(state, e.ActorSpoke("ann", "half a", cut=True))
    assert after.to_speak == () and after.phase is Phase.PLAYER
    assert after.transcript[-1].cut
