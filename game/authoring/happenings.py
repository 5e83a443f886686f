"""Names what an event brought about, as plays, playtests and coverage all call it: `beat x`."""

from __future__ import annotations

from ..events import BeatHappened, Ended, Event, FactFound, GoalReached, SceneEntered


def happening(event: Event) -> str:
    """What happened, as a kind and an id; empty for an event that only speaks or asks."""
    if isinstance(event, BeatHappened):
        return f"beat {event.beat}"
    if isinstance(event, SceneEntered):
        return f"scene {event.scene}"
    if isinstance(event, FactFound):
        return f"fact {event.fact}"
    if isinstance(event, GoalReached):
        return f"goal {event.goal}"
    return f"ending {event.ending}" if isinstance(event, Ended) else ""
