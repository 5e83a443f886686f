"""The closing page: what was found, where the road forked, which endings are still unseen."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .. import events as e
from .. import templates
from ..state import GameState, fold, live
from .locale import text as word
from .panel import panel
from .view import clean, rendered

if TYPE_CHECKING:
    from ..story import Story

_QUOTED = re.compile(r"['\"]([a-z][a-z0-9_]*)['\"]")
FOUND, MISSING = "●", "○"


@dataclass(frozen=True)
class Closing:
    """What the last page tells; endings that were not found are counted and never named."""

    heading: str
    kind: str
    text: str
    turns: int
    reached: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    fork: str = ""
    fork_turn: int = 0  # the player's line to go back before; 0 where there is none
    found: int = 0
    endings: int = 0
    new: bool = False
    result: str = ""


def closing(
    story: Story, events: Sequence[e.Event], lang: str = "", met: Iterable[str] = ()
) -> Closing | None:
    """The closing page of a game that is over, else None.

    `met` are endings this player has met in other games, as far as the caller knows; those met
    before this game began are known already.
    """
    played = live(events)
    state = fold(played)
    last = played[-1] if played else None
    if state is None or not isinstance(last, e.Ended):
        return None
    lang = lang or state.language
    beside = panel(story, state)
    page = Closing(
        heading=_heading(story, state, last, lang),
        kind=word(lang, f"endings.{last.kind}"),
        text=clean(last.text),
        turns=state.spoken,
        reached=tuple(goal.text for goal in beside.goals if goal.done),
        missed=tuple(goal.text for goal in beside.goals if not goal.done),
        facts=beside.facts,
        items=beside.items,
    )
    if story.puzzle:
        return replace(page, result=result_line(story, played, lang))
    return _counted(page, story, state, played, {*state.found, *met})


def _counted(
    page: Closing, story: Story, state: GameState, played: Sequence[e.Event], met: Collection[str]
) -> Closing:
    """The page with its fork, and with how many endings were seen of how many there are."""
    endings = getattr(story.scenario, "endings", ())
    ending = next((one for one in endings if one.id == state.ending), None)
    return replace(
        page,
        fork=rendered(story, state, ending.fork) if ending else "",
        fork_turn=fork_turn(story, played),
        found=sum(one.id in met or one.id == state.ending for one in endings),
        endings=len(endings),
        new=state.ending not in met,
    )


def _heading(story: Story, state: GameState, last: e.Ended, lang: str) -> str:
    if story.puzzle:
        how = "puzzle_given_up" if state.gave_up else "puzzle_solved"
        return f"{word(lang, f'endings.{how}')} · {clean(story.puzzle.title)}"
    endings = getattr(story.scenario, "endings", ())
    title = next((clean(one.title) for one in endings if one.id == last.ending), "")
    return word(lang, "endings.heading", title=title or word(lang, f"endings.{last.kind}"))


def result_line(story: Story, events: Sequence[e.Event], lang: str = "") -> str:
    """A puzzle's result to pass on: questions, hints, facts as marks, and nothing of its answer."""
    played = live(events)
    state = fold(played)
    if story.puzzle is None or state is None:
        return ""
    asked = sum(isinstance(one, e.TurnJudged) and bool(one.answer or one.facts) for one in played)
    marks = "".join(FOUND if one.id in state.facts else MISSING for one in story.puzzle.facts)
    lang = lang or state.language
    return word(
        lang,
        "endings.result_gave_up" if state.gave_up else "endings.result",
        title=clean(story.puzzle.title),
        questions=word(lang, "endings.questions", n=asked),
        hints=word(lang, "endings.hints", n=len(state.hints)),
        marks=marks,
    )


def fork_turn(story: Story, events: Sequence[e.Event]) -> int:
    """The player's line (counted from 1) that last decided for this ending; 0 if none did.

    What decides is what this ending's condition reads and not every other ending's reads too:
    a name that all of them test only says that the story is over.
    """
    played = live(events)
    last = played[-1] if played else None
    if not isinstance(last, e.Ended):
        return 0
    deciding = _deciding(story, last.ending)
    turn = found = 0
    for event in played:
        turn += isinstance(event, e.PlayerSpoke)
        if isinstance(event, e.BeatHappened) and {event.beat, *event.changes} & deciding:
            found = turn
    return found or turn


def _deciding(story: Story, ending: str) -> frozenset[str]:
    read = {
        one.id: _read_by(story, one.when)
        for one in getattr(story.scenario, "endings", ())
        if one.when is not None
    }
    own = read.get(ending, frozenset())
    others = [names for key, names in read.items() if key != ending]
    shared = frozenset.intersection(*others) if others else frozenset()
    return own - shared or own


def _read_by(story: Story, when: str) -> frozenset[str]:
    """The variables, beats and (through goals) their conditions that an expression reads."""
    found = templates.expression_names(when) | set(_QUOTED.findall(when))
    for goal in getattr(story.scenario, "goals", ()):
        if goal.id in found:
            found |= templates.expression_names(goal.when) | set(_QUOTED.findall(goal.when))
    return frozenset(found)
