"""Simulated plays: what a search within bounds seldom comes by, because it takes a whole evening.

A seeker does what a goal asks for and tries what is new, a wanderer anything, a dawdler chats more
than he acts, and an idler only passes the time. Dice fall either way equally often.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ..stage import scene_of
from ..state import GameState, Phase
from ..story import Beat, Scenario, Story
from ..templates import expression_names
from .atlas import Move
from .explore import TALK, Explorer

MOST_TURNS = 200
# How often each kind of player merely chats.
PATIENCE = {"seeker": 0.05, "wanderer": 0.05, "dawdler": 0.75, "idler": 1.0}

Style = Literal["seeker", "wanderer", "dawdler", "idler"]


@dataclass
class Course:
    """One simulated play: its moves, what happened on the way, and how it ended."""

    found: tuple[str, ...]
    moves: list[Move] = field(default_factory=list)
    states: list[GameState] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    ending: str = ""

    @property
    def turns(self) -> int:
        """How many turns it took."""
        return self.states[-1].turns


def course(explorer: Explorer, style: Style, seed: int, found: tuple[str, ...] = ()) -> Course:
    """Plays once, as one who has met the endings `found` before."""
    chance = random.Random(seed)
    state, seen = explorer.begun(found)
    tried: set[str] = set()
    played = Course(found, states=[state], seen=set(seen))
    while len(played.moves) < MOST_TURNS and state.phase is not Phase.OVER:
        moves = explorer.moves(state)
        if not moves:
            break
        leading = _leading(explorer.story, state, moves) if style == "seeker" else []
        move = _picked(moves, leading, tried, style, chance)
        tried.add(move)
        fell, state, named = chance.choice(list(explorer.play(state, move)))
        played.moves.append(Move(move, fell))
        played.states.append(state)
        played.seen.update(named)
    played.ending = state.ending
    return played


def _picked(
    moves: list[str], leading: list[str], tried: set[str], style: Style, chance: random.Random
) -> str:
    if TALK in moves and chance.random() < PATIENCE[style]:
        return TALK
    beats = [one for one in moves if one != TALK]
    fresh = [one for one in beats if one not in tried] if style == "seeker" else []
    likely = [one for one in leading if one in fresh]
    return chance.choice(likely or fresh or beats or moves)


def _leading(story: Story, state: GameState, moves: list[str]) -> list[str]:
    """The moves that change something a goal that isn't reached asks about, at first or second
    hand: what a beat on the way to it waits for counts, too."""
    assert isinstance(story.scenario, Scenario)
    open_goals = [one for one in story.scenario.goals if one.id not in state.goals]
    asked = frozenset().union(*(expression_names(one.when) for one in open_goals))
    asked = _behind(story.scenario, asked)
    beats = {beat.id: beat for beat in scene_of(story, state).beats}
    return [one for one in moves if one in beats and asked & _touched(beats[one])]


def _behind(scenario: Scenario, asked: frozenset[str]) -> frozenset[str]:
    """These names, those that the beats which change them wait for, and so on."""
    beats = [beat for scene in scenario.scenes.values() for beat in scene.beats]
    while True:
        more = [expression_names(one.when) for one in beats if one.when and asked & _touched(one)]
        wider = asked.union(*more)
        if wider == asked:
            return asked
        asked = wider


def _touched(beat: Beat) -> set[str]:
    outcomes = (beat.roll.success, beat.roll.failure) if beat.roll else ()
    return {name for block in (beat, *outcomes) for name in block.effects}


def courses(
    explorer: Explorer, count: int, style: Style, endings: tuple[str, ...] = ()
) -> Iterator[Course]:
    """Many plays; every other one by somebody who has met all `endings` in earlier games."""
    for seed in range(count):
        yield course(explorer, style, seed, endings if seed % 2 else ())
