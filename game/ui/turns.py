"""One turn explained to the story's author: how the line was read, what else was possible, what
came of it, and which lore came up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import events as e
from .. import stage
from ..errors import ContentError
from ..lore import Lore
from ..state import GameState, apply, fold, live
from .locale import text as word
from .view import clean
from .why import why

if TYPE_CHECKING:
    from ..story import Story

MOST_CHANGES = 40


@dataclass(frozen=True)
class Possible:
    """A beat that could have happened: its id, its words, and whether it did."""

    id: str
    label: str
    taken: bool


@dataclass(frozen=True)
class TurnWhy:
    """What an author wants to know of a turn."""

    read: tuple[str, ...]
    possible: tuple[Possible, ...]
    changes: tuple[str, ...]
    lore: tuple[str, ...]


def turn_why(story: Story, events: Sequence[e.Event], turn: int, lang: str) -> TurnWhy | None:
    """A turn of a game, counted from 1; None where there is no such turn."""
    played = live(events)
    starts = [at for at, event in enumerate(played) if isinstance(event, e.PlayerSpoke)]
    if not 1 <= turn <= len(starts):
        return None
    first = starts[turn - 1]
    last = starts[turn] if turn < len(starts) else len(played)
    before = fold(played[: first + 1])
    assert before is not None
    inside = played[first + 1 : last]
    return TurnWhy(
        tuple(why(story, played[:last], lang)),
        tuple(_possible(story, before, inside)),
        tuple(_changes(story, before, inside, lang))[:MOST_CHANGES],
        tuple(_lore(story, before, inside, lang)),
    )


def _possible(story: Story, before: GameState, inside: Sequence[e.Event]) -> Iterator[Possible]:
    """The beats (of a puzzle: nothing, all of its questions being open) a line could bring."""
    if story.puzzle:
        return
    happened = {event.beat for event in inside if isinstance(event, e.BeatHappened)}
    with suppress(ContentError, KeyError):  # the scene is gone, or its conditions have a fault
        for beat in stage.open_beats(story, before):
            label = ""
            with suppress(ContentError):
                label = clean(stage.label(story, before, "beat", beat.id))
            yield Possible(beat.id, label, beat.id in happened)


def _changes(story: Story, state: GameState, inside: Sequence[e.Event], lang: str) -> Iterator[str]:
    """What the turn changed, in the order in which it did."""
    for event in inside:
        yield from _change(story, state, event, lang)
        state = apply(state, event)


def _change(story: Story, state: GameState, event: e.Event, lang: str) -> Iterator[str]:
    def say(key: str, **data: object) -> str:
        return word(lang, f"turns.{key}", **data)

    if isinstance(event, e.Rolled):
        key = "rolled" if event.success else "rolled_less"
        faces = "+".join(map(str, event.faces))
        yield say(key, dice=event.dice, faces=faces, total=event.total, target=event.target)
    elif isinstance(event, e.BeatHappened):
        yield say("auto" if event.auto else "beat", beat=event.beat)
        for name, value in event.changes.items():
            if state.vars.get(name) != value:
                old = written(state.vars.get(name))
                yield say("variable", name=name, old=old, new=written(value))
    elif isinstance(event, e.SceneEntered):
        yield say("scene", scene=event.scene)
    elif isinstance(event, e.GoalReached):
        yield say("goal", goal=event.goal)
    elif isinstance(event, e.FactFound):
        yield say("fact", fact=event.fact)
    elif isinstance(event, e.Ended):
        yield say("ending", ending=event.ending)


def written(value: object) -> str:
    """A value as its author writes it."""
    return str(value).lower() if isinstance(value, bool) else clean(str(value))


def _lore(story: Story, state: GameState, inside: Sequence[e.Event], lang: str) -> Iterator[str]:
    """The lore that would be told a model for each who spoke, and by which words it came up."""
    told: dict[str, None] = {}
    for event in inside:
        if isinstance(event, e.ActorSpoke) and event.who in story.cast:
            with suppress(ContentError):
                found = Lore(story, event.who).found(state)
                for one in found.told:
                    by = ", ".join(clean(key) for key in one.words) or "…"
                    told[word(lang, "turns.lore", id=one.id, by=by, text=clean(one.text))] = None
                for one in found.dropped:
                    told[word(lang, "turns.lore_dropped", id=one.id)] = None
        state = apply(state, event)
    yield from told
