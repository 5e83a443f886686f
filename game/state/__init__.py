"""Where a game stands: GameState, and the fold that makes it from events.

`apply` is the only way to a new state. It knows nothing of the story's text: whatever a consequence
needs (changes, cues, scenes) stands in the event, so that a game can be told again long after its
author has rewritten the file. NEXT says which events may follow in which phase; any other one
raises IllegalEvent and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .. import events as e
from ..errors import IllegalEvent
from ..events import Event
from ..history import live, live_indices
from ..transcript import Entry, Moment
from .cases import CASES, started
from .game import LONGEST_PIN, MOST_PINS, GameState, Phase, changed, spoken_line

__all__ = [
    "LONGEST_PIN", "MOST_PINS", "NEXT", "Entry", "GameState", "Moment", "Phase", "apply", "changed",
    "fold", "live", "live_indices", "spoken_line",
]  # fmt: skip

NEXT: Mapping[Phase | None, frozenset[type[Any]]] = {
    None: frozenset({e.GameStarted}),
    Phase.SETTING: frozenset({e.SceneEntered}),
    Phase.ACTOR: frozenset({e.Narrated, e.ActorSpoke, e.Summarised}),
    Phase.PLAYER: frozenset(
        {e.PlayerSpoke, e.BeatChosen, e.Rolled, e.BeatHappened, e.GoalReached, e.SceneEntered}
        | {e.Ended, e.HintGiven, e.GaveUp, e.LanguageChanged, e.ContentChanged, e.Reworded}
        | {e.Summarised, e.Pinned, e.Unpinned}
    ),
    Phase.JUDGE: frozenset({e.TurnJudged, e.AskedBack}),
    Phase.EFFECT: frozenset({e.Rolled, e.BeatHappened, e.FactFound}),
    Phase.OVER: frozenset({e.ContentChanged}),  # an author may mend an ending and go back
}


def apply(state: GameState | None, event: Event) -> GameState:
    """The state after an event; raises IllegalEvent if it may not happen now."""
    phase = state.phase if state else None
    if type(event) not in NEXT[phase]:
        raise IllegalEvent(f"{type(event).__name__} in phase {phase}")
    if state is None:
        assert isinstance(event, e.GameStarted)
        return started(event)
    after: GameState = CASES[type(event)](state, event)
    return after


def fold(events: Iterable[Event], state: GameState | None = None) -> GameState | None:
    """The state after all events, rewound ones left out; begins at `state` if given."""
    for event in live(list(events)) if state is None else events:
        state = apply(state, event)
    return state
