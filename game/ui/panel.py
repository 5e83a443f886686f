"""What stands beside the play: goals, meters, items, hints, facts, and the lore that was met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import stage
from ..errors import ContentError
from ..state import GameState
from .view import clean, rendered

if TYPE_CHECKING:
    from ..story import Story


@dataclass(frozen=True)
class GoalShown:
    """A goal the player may know of."""

    text: str
    done: bool


@dataclass(frozen=True)
class Meter:
    """A number (or word) of the state that the author shows; `most` is None without a limit."""

    label: str
    value: int | str
    least: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Panel:
    """Everything there is to look at, in the order of the author's file."""

    goals: tuple[GoalShown, ...] = ()
    meters: tuple[Meter, ...] = ()
    items: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    facts_in_all: int = 0
    lore: tuple[str, ...] = ()
    surface: str = ""


def panel(story: Story, state: GameState) -> Panel:
    """The panel of a game as it stands."""
    puzzle = story.puzzle
    return Panel(
        goals=_goals(story, state),
        meters=_meters(story, state),
        items=_items(story, state),
        hints=_hints(story, state),
        facts=tuple(clean(one.text) for one in puzzle.facts if one.id in state.facts)
        if puzzle
        else (),
        facts_in_all=len(puzzle.facts) if puzzle else 0,
        lore=_lore(story, state),
        surface=clean(puzzle.surface) if puzzle else "",
    )


def _goals(story: Story, state: GameState) -> tuple[GoalShown, ...]:
    return tuple(
        GoalShown(rendered(story, state, goal.text), goal.id in state.goals)
        for goal in getattr(story.scenario, "goals", ())
        if not goal.hidden or goal.id in state.goals
    )


def _meters(story: Story, state: GameState) -> tuple[Meter, ...]:
    found = []
    for name, one in story.variables.items():
        value = state.vars.get(name, one.initial)
        if one.show == "meter" and not isinstance(value, bool) and value != "":
            shown = value if isinstance(value, int) else clean(value)
            found.append(Meter(clean(one.label) or name, shown, one.min or 0, one.max))
    return tuple(found)


def _items(story: Story, state: GameState) -> tuple[str, ...]:
    """Items at hand; a counted one says how many there are."""
    found = []
    for name, one in story.variables.items():
        value = state.vars.get(name, one.initial)
        if one.show == "none" or not value or (one.show == "meter" and value is not True):
            continue
        label = clean(one.label) or name
        if value is True:
            found.append(label)
        elif isinstance(value, int):
            found.append(f"{label} × {value}")
        else:
            found.append(f"{label}: {clean(value)}")
    return tuple(found)


def _hints(story: Story, state: GameState) -> tuple[str, ...]:
    """The hints that were given, in the language of the story."""
    if story.puzzle:
        texts = [clean(text) for text in story.puzzle.hints]
    else:
        hints = getattr(story.scenario, "hints", ())
        texts = [rendered(story, state, one.text) for one in hints]
    return tuple(texts[number] for number in state.hints if number < len(texts))


def _lore(story: Story, state: GameState) -> tuple[str, ...]:
    """The scenario's lore whose keys were heard on stage; what a character knows for itself and
    what its author keeps under a condition stays unseen until it is told."""
    entries = getattr(story.scenario, "lore", ())
    if not entries:
        return ()
    heard = "\n".join(entry.text for entry in state.transcript if entry.kind != "player").lower()
    context = stage.names(story, state)
    return tuple(
        rendered(story, state, one.text)
        for one in entries
        if any(key.lower() in heard for key in one.keys) and _holds(story, one.when, context)
    )


def _holds(story: Story, when: str | None, context: Mapping[str, Any]) -> bool:
    try:
        return stage.holds(story, when, context)
    except ContentError:  # a fault in an author's condition is told where it is played
        return False
