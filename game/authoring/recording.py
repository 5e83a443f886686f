"""Records ways to a story's endings as plays, by replaying them in a real game."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from ..cast.authored import AuthoredActor, AuthoredNarrator
from ..cast.judge import AuthoredJudge
from ..checks import strings
from ..events import BeatHappened, Delta, Event, Notice, TurnJudged
from ..rules import begin
from ..session import Session
from ..stage import open_beats, topics
from ..state import Phase
from ..story import ExprMark, Scenario, Story
from ..templates import expression_names
from .atlas import Move
from .explore import TALK, Explorer
from .plays import words

# How many seeds are tried for dice that fall as a way needs them.
SEEDS = 2_000


def record(
    story: Story, ending: str, ways: Sequence[Sequence[Move]], typed: bool = False
) -> str | None:
    """A .play file for the first way to an ending that can be gone in a game, or None.

    Moves are picked by their id where they are on screen and typed elsewhere, or all typed. The
    game begins as a newcomer's if a way can be gone so, else as one's who met every ending.
    """
    for found in beginnings(story):
        for moves in ways:
            seed = _seed(story, found, ending, moves)
            if seed is not None and (lines := _replayed(story, found, seed, ending, moves, typed)):
                head = [f"scenario: {story.id}", f"language: {story.language}", f"seed: {seed}"]
                head += [f"found: {' '.join(found)}"] if found else []
                return "\n".join([*head, "", *lines]) + "\n"
    return None


def beginnings(story: Story) -> list[tuple[str, ...]]:
    """What a player may have met before, as far as the story asks: nothing, or every ending."""
    assert isinstance(story.scenario, Scenario)
    every = tuple(one.id for one in story.scenario.endings)
    asks = any(
        mark is ExprMark and "found" in expression_names(source)
        for _, mark, source in strings(story.scenario)
    )
    return [(), every] if asks else [()]


def _seed(story: Story, found: tuple[str, ...], ending: str, moves: Sequence[Move]) -> int | None:
    """A seed whose dice fall as the way needs them."""
    tries = SEEDS if any(move.dice for move in moves) else 1
    for seed in range(tries):
        ends = _ends(Explorer(story, seed=seed), found, moves)
        if ends is not None:  # the dice fell so: other seeds would lead to the same place
            return seed if ends == ending else None
    return None


def _ends(explorer: Explorer, found: tuple[str, ...], moves: Sequence[Move]) -> str | None:
    """The ending a way leads to (empty: to none); None if the dice fall otherwise."""
    state, _ = explorer.begun(found)
    for move in moves:
        if state.phase is Phase.OVER or move.beat not in explorer.moves(state):
            return ""
        fell, state, _ = next(explorer.play(state, move.beat))
        if fell != move.dice:
            return None
    return state.ending


def _replayed(
    story: Story,
    found: tuple[str, ...],
    seed: int,
    ending: str,
    moves: Sequence[Move],
    typed: bool,
) -> list[str]:
    """The lines of the file; none if a move isn't understood or the game ends otherwise."""
    judge = _judge()
    game = Session(
        story, [begin(story, seed, found)], AuthoredActor(), AuthoredNarrator(), judge, judge
    )
    drain(game.resume())
    lines: list[str] = []
    for move in moves:
        moved = list(_move(game, move.beat, typed))
        if not moved:
            return []
        lines += moved
    return lines if game.state.ending == ending else []


@cache
def _judge() -> AuthoredJudge:
    return AuthoredJudge()  # its matchers are kept: a scene's examples are read once


def _move(game: Session, beat: str, typed: bool) -> Iterator[str]:
    """Makes a move, by its id or with the first of its lines that is understood."""
    offered = {option.id for option in game.options()}
    if beat in offered and not typed:
        yield from _shown(f">> {beat}", drain(game.choose(beat)))
        return
    for line in _examples(game, beat):
        said = drain(game.play(line))
        if _means(said, beat):
            yield from _shown(f"> {line}", said)
            return
        if any(one.id == beat for one in game.state.asked):
            yield from _shown(f"> {line}", said)
            yield from _shown(f">> {beat}", drain(game.choose(beat)))
            return
        game.undo()


def _shown(move: str, events: list[Event]) -> Iterator[str]:
    yield move
    yield from (f"  {word}" for word in words(events))


def _examples(game: Session, beat: str) -> list[str]:
    if beat == TALK:
        return [line for one in topics(game.story, game.state).values() for line in one.hears]
    return [
        line
        for one in open_beats(game.story, game.state)
        if one.id == beat
        for line in (*one.hears, *([one.suggest] if one.suggest else []))
    ]


def _means(events: Sequence[Event], beat: str) -> bool:
    if beat == TALK:
        return any(isinstance(one, TurnJudged) and one.topic for one in events)
    return any(isinstance(one, BeatHappened) and one.beat == beat for one in events)


def drain(stream: Any) -> list[Event]:
    """The events of a stream, once it has run to its end."""
    return [one for one in stream if not isinstance(one, (Delta, Notice))]
