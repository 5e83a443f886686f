"""GameState: everything that is true of a game at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from .. import events as e
from ..events import Candidate, Cue, Value
from ..transcript import Entry, Moment


class Phase(Enum):
    """What the game waits for."""

    SETTING = "setting"  # a scene must be entered
    ACTOR = "actor"  # lines are owed
    PLAYER = "player"  # the player's word, once every consequence was drawn
    JUDGE = "judge"  # a line must be understood
    EFFECT = "effect"  # a beat or facts must take effect
    OVER = "over"


MOST_PINS, LONGEST_PIN = 8, 200

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class GameState:
    """Everything that is true of a game now; made by `apply` alone."""

    phase: Phase
    scenario: str
    language: str
    digest: str
    seed: int
    player_name: str
    player_info: str = ""
    puzzle: str = ""
    found: tuple[str, ...] = ()
    vars: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    # the story so far
    scene: str = ""
    visited: tuple[str, ...] = ()
    happened: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    ending: str = ""
    ending_kind: str = ""
    turns: int = 0
    turns_in_scene: int = 0
    transcript: tuple[Entry, ...] = ()
    moments: tuple[Moment, ...] = ()  # when each of `happened` did
    summaries: tuple[e.Summarised, ...] = ()
    pins: tuple[str, ...] = ()  # what the player wants to be kept in mind
    # what is owed now
    to_speak: tuple[Cue, ...] = ()
    said: int = 0  # lines of the first cue's exchange that were spoken
    speaking: str = ""  # the variant that exchange is from
    line: str = ""
    choice: str = ""
    asked: tuple[Candidate, ...] = ()
    offered: tuple[Candidate, ...] = ()  # what was asked back before the line that is judged now
    reworded: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    beat: str = ""
    go: str = ""
    rolled: e.Rolled | None = None
    finds: tuple[str, ...] = ()
    # memory that keeps lines from repeating
    greeted: frozenset[str] = frozenset()
    used: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    last_speaker: str = ""
    last_topic: str = ""
    misses: int = 0  # lines in a row that nothing understood
    automatic: int = 0  # changes in a row without the player
    spoken: int = 0  # lines of the player
    # puzzles
    facts: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    hints: tuple[int, ...] = ()
    gave_up: bool = False


def changed(state: GameState, **changes: Any) -> GameState:
    """`dataclasses.replace`, but many times faster: stories are played by the thousand."""
    after = object.__new__(GameState)
    after.__dict__.update(state.__dict__)
    after.__dict__.update(changes)
    return after


def moment(state: GameState) -> Moment:
    """What is true now, for whoever asks later."""
    return Moment(
        state.scene, state.vars, state.turns, state.turns_in_scene, state.happened, state.goals,
        state.visited, state.facts,
    )  # fmt: skip


def spoken_line(state: GameState, kind: str, who: str, text: str, cut: bool = False) -> Entry:
    """A line as it stands in the transcript."""
    return Entry(kind, who, text, state.turns, cut, moment(state))
