"""Which events of a game count: what was rewound is dropped, and can be come back to. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import IllegalEvent
from .events import (
    ActorSpoke,
    AskedBack,
    ContentChanged,
    Event,
    LanguageChanged,
    Narrated,
    PlayerSpoke,
    Reworded,
    Rewound,
    TurnJudged,
)

# A reply is told again only as far back as what it answers, and never past a change of its words.
_NO_RETRY_PAST = (TurnJudged, AskedBack, PlayerSpoke, ContentChanged, LanguageChanged)


def live(events: Sequence[Event]) -> list[Event]:
    """The events that still count: what was rewound is dropped."""
    return [events[index] for index in live_indices(events)]


def live_indices(events: Sequence[Event]) -> list[int]:
    """Positions of the events that still count.

    Each position points back at the one before it in its own line of play, so a Rewound merely
    continues another line, and redoing is rewinding to where one came from.
    """
    before: list[int] = []  # last live position after each event, -1 for none
    previous: list[int] = []  # the live position before each event
    for index, event in enumerate(events):
        tip = before[-1] if before else -1
        previous.append(tip)
        if isinstance(event, Rewound):
            if not 0 <= event.to <= index:
                raise IllegalEvent(f"Rewound to {event.to} of {index}")
            before.append(before[event.to - 1] if event.to else -1)
        else:
            before.append(index)
    found = []
    tip = before[-1] if before else -1
    while tip >= 0:
        found.append(tip)
        tip = previous[tip]
    return found[::-1]


def turn_starts(events: Sequence[Event]) -> list[int]:
    """Positions of the player's lines that count: where each turn begins."""
    return [index for index in live_indices(events) if isinstance(events[index], PlayerSpoke)]


def undone_to(events: Sequence[Event]) -> int | None:
    """Where the last undo came from, if nothing has been done since: redoing goes back there.

    Suggestions that a model has worded anew meanwhile are nothing that was done, nor is it that the
    game goes on with the story as it is now from before its file was changed.
    """
    undone: list[int] = []
    for index, event in enumerate(events):
        moved = index > 0 and isinstance(events[index - 1], Rewound)
        if isinstance(event, Reworded) or (isinstance(event, ContentChanged) and moved):
            continue
        if not isinstance(event, Rewound):
            undone.clear()
        elif undone and event.to == undone[-1]:
            undone.pop()
        else:
            undone.append(index)
    return undone[-1] if undone else None


def last_reply(events: Sequence[Event]) -> int | None:
    """Where the first line spoken in the last turn stands, if any was."""
    start = None
    for index in reversed(live_indices(events)):
        event = events[index]
        if isinstance(event, (ActorSpoke, Narrated)):
            start = index
        elif isinstance(event, _NO_RETRY_PAST):
            break
    return start
