"""The rules: what follows from a beat, who answers, when a story ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from game import dice
from game.errors import ContentError
from game.events import (
    ActorSpoke,
    BeatHappened,
    Ended,
    GoalReached,
    Narrated,
    Rolled,
    SceneEntered,
    TurnJudged,
)
from game.loader import load_sources
from game.session import Session
from game.stage import open_beats, options, present, speaker
from game.state import Phase
from game.story import Story
from tests.conftest import CONTENT, events_of

Start = Callable[..., Session]


def _story(scenario: str) -> Story:
    """A story from a scenario's text, with the small cast of the tests."""
    sources = {"scenarios/x": scenario}
    for who in ("ann", "bo"):
        path = CONTENT / "characters" / f"{who}.en.yaml"
        sources[f"characters/{who}"] = path.read_text(encoding="utf-8")
    return load_sources(sources, "x", "en")


HEAD = """
title: X
player: {name: Sam}
cast: [ann, bo]
start: room
state: {n: {type: int, min: 0, max: 5, start: 1}, on: {type: bool}}
"""


def _begun(start: Start, scenario: str, seed: int = 1) -> tuple[Session, list]:
    game = start(_story(HEAD + scenario), seed)
    return game, events_of(game.resume())


def test_a_beat_changes_speaks_and_reaches_goals_in_that_order(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    kinds = [type(one) for one in events_of(game.choose("offer_help"))]
    assert [one.__name__ for one in kinds] == [
        "PlayerSpoke", "TurnJudged", "BeatHappened", "Narrated", "ActorSpoke", "GoalReached",
    ]  # fmt: skip
    assert (game.state.vars["trust"], game.state.vars["key"]) == (4, True)
    assert "offer_help" not in [one.id for one in open_beats(tea, game.state)]


def test_effects_see_those_before_them_and_stay_within_bounds(start: Start) -> None:
    game, _ = _begun(
        start,
        """
scenes:
  room:
    present: ann
    beats:
      - {id: go, suggest: Go., effects: {n: n * 4, on: n == 4}, says: [Ha.]}
      - {id: more, suggest: More., effects: {n: n + 40}, says: [Ha.]}
      - {id: less, suggest: Less., effects: {n: n - 99}, says: [Ha.]}
""",
    )
    events_of(game.choose("go"))
    assert dict(game.state.vars) | {"trust": 0} == {"n": 4, "on": True, "trust": 0}
    events_of(game.choose("more"))
    assert game.state.vars["n"] == 5
    events_of(game.choose("less"))
    assert game.state.vars["n"] == 0


def test_an_exchange_has_its_speakers_and_pays_one_cue(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    spoken = [one for one in events_of(game.choose("ask_cellar")) if isinstance(one, ActorSpoke)]
    assert [(one.who, one.last) for one in spoken] == [("ann", False), ("bo", False), ("ann", True)]


def test_automatic_beats_happen_by_themselves_and_once(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    assert present(tea, game.state) == ("ann",)
    events_of(game.choose("offer_help"))
    events = events_of(game.choose("ask_cellar"))
    assert [one.beat for one in events if isinstance(one, BeatHappened) and one.auto] == ["knock"]
    assert present(tea, game.state) == ("ann", "bo")
    events = events_of(game.play("hello"))
    assert not any(isinstance(one, BeatHappened) for one in events)


def test_a_scene_is_told_differently_the_second_time(start: Start, tea: Story) -> None:
    game = start(tea, seed=3)
    events_of(game.resume())
    events_of(game.choose("offer_help"))
    events_of(game.choose("go_down"))
    back = events_of(game.choose("back_up"))
    assert [one.text for one in back if isinstance(one, Narrated)] == ["The same lamp."]
    assert not any(isinstance(one, ActorSpoke) for one in back), "greeted once only"


def test_dice_fall_alike_after_undo(start: Start, tea: Story) -> None:
    game = start(tea, seed=3)
    events_of(game.resume())
    events_of(game.choose("offer_help"))
    events_of(game.choose("go_down"))
    faces = []
    for _ in range(3):
        events = events_of(game.choose("force"))
        faces += [one.faces for one in events if isinstance(one, Rolled)]
        assert game.undo()
    assert len(set(faces)) == 1


def test_a_roll_takes_the_side_its_dice_say(start: Start, tea: Story) -> None:
    outcomes = set()
    for seed in range(12):
        game = start(tea, seed=seed)
        events_of(game.resume())
        events_of(game.choose("offer_help"))
        events_of(game.choose("go_down"))
        events = events_of(game.choose("force"))
        rolled = next(one for one in events if isinstance(one, Rolled))
        happened = next(one for one in events if isinstance(one, BeatHappened))
        assert rolled.total == rolled.faces[0] + 1 and rolled.target == 12
        assert rolled.success == (rolled.total >= 12)
        assert happened.outcome == ("success" if rolled.success else "failure")
        assert bool(game.state.vars["door"]) == rolled.success
        assert (game.phase is Phase.OVER) == rolled.success
        outcomes.add(rolled.success)
    assert outcomes == {True, False}


def test_dice_are_read_and_fair_enough() -> None:
    assert dice.parse("2d6 + charm").bonus == "0 + charm"
    assert dice.parse("1d20-2") == dice.Dice(1, 20, "0 -2")
    faces = [dice.throw(dice.Dice(1, 6), 7, turn, "b")[0] for turn in range(600)]
    assert {faces.count(one) > 60 for one in range(1, 7)} == {True}


def test_of_several_endings_the_first_in_the_file_is_taken(start: Start) -> None:
    game, _ = _begun(
        start,
        """
scenes:
  room:
    present: ann
    beats: [{id: go, suggest: Go., effects: {on: true}, says: [Ha.], go: room2}]
  room2: {present: ann}
goals: [{id: g, text: G, when: on}]
endings:
  - {id: one, when: on, text: One.}
  - {id: two, when: on, text: Two.}
""",
    )
    events = events_of(game.choose("go"))
    assert [type(one).__name__ for one in events][-2:] == ["GoalReached", "Ended"]
    assert isinstance(events[-1], Ended) and events[-1].ending == "one"
    assert not any(isinstance(one, SceneEntered) for one in events)
    assert isinstance(events[-2], GoalReached)


def test_the_turn_limit_counts_beats_and_small_talk_but_not_misses(
    start: Start, tea: Story
) -> None:
    game = start(tea)
    events_of(game.resume())
    for _ in range(20):
        events_of(game.play("zzz qqq xxx"))
    assert game.state.turns == 0 and game.phase is Phase.PLAYER
    for _ in range(12):
        assert game.phase is Phase.PLAYER
        events_of(game.play("hello"))
    assert (game.state.ending, game.state.ending_kind) == ("dawn", "timeout")


def test_changes_that_never_settle_are_a_content_error(start: Start) -> None:
    with pytest.raises(ContentError) as caught:
        _begun(
            start,
            """
scenes:
  room:
    present: ann
    beats: [{id: spin, auto: true, repeat: true, tells: Again.}]
""",
        )
    assert caught.value.diagnostics[0].code == "auto_loop"


def test_an_ending_may_ask_for_one_found_earlier(start: Start, tea: Story) -> None:
    for found, ending in (((), ""), (("out",), "twice")):
        game = start(tea, found=found)
        events_of(game.resume())
        game.state = replace(game.state, vars={**game.state.vars, "trust": 9})
        events_of(game.play("hello"))
        assert game.state.ending == ending


def test_asides_are_not_repeated_until_all_were_used(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    said = []
    for _ in range(4):
        events = events_of(game.play("zzz qqq xxx"))
        said += [one.text for one in events if isinstance(one, (ActorSpoke, Narrated))]
    assert len(set(said)) == 4, "two of the scene, then two of the character"


def test_a_judge_cannot_name_what_is_not_possible(start: Start, tea: Story) -> None:
    class Liar:
        def judge(self, story, state, take):  # type: ignore[no-untyped-def]
            return TurnJudged("model", beat="go_down", facts=("x",), topic="ann/nothing")

    game = start(tea)
    events_of(game.resume())
    game.judge = Liar()
    events_of(game.play("I have won, the door is open"))
    assert game.state.happened == () and game.state.scene == "hall"


def test_who_is_named_answers_else_who_spoke_last(start: Start, tea: Story) -> None:
    game = start(tea)
    events_of(game.resume())
    events_of(game.choose("offer_help"))
    events_of(game.choose("ask_cellar"))  # ann had the last word, bo is in the room
    for line, who in (("Bo, zzz qqq?", "bo"), ("zzz qqq xxx", "bo"), ("Ann! zzz qqq", "ann")):
        assert speaker(tea, replace(game.state, line=line, last_speaker="bo")) == who
    assert speaker(tea, replace(game.state, line="Bo?"), preferred="ann") == "ann"


def test_suggestions_are_at_most_four(start: Start) -> None:
    beats = "".join(f"      - {{id: b{n}, suggest: S{n}., says: [Ha.]}}\n" for n in range(6))
    game, _ = _begun(start, f"scenes:\n  room:\n    present: ann\n    beats:\n{beats}")
    assert [one.id for one in options(game.story, game.state)] == ["b0", "b1", "b2", "b3"]
    events_of(game.choose("b1"))
    assert [one.id for one in game.options()] == ["b0", "b2", "b3", "b4"]
