"""Rows and what they mean: heads of saves, and events packed with a checksum.

SQLite notices damage to its own structure but not to the text in it, so every row carries a
checksum, and a save's head knows how many events there must be.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple
from zlib import crc32

from ..errors import IllegalEvent, SaveNewer
from ..events import (
    FORMAT,
    ContentChanged,
    Ended,
    Event,
    GameStarted,
    LanguageChanged,
    Rewound,
    TurnJudged,
    decode,
    encode,
)
from .upgrades import upgrade

LONGEST_EVENT = 1_000_000
LONGEST_NAME = 200


@dataclass(frozen=True)
class SaveHead:
    """What a list of saves shows; times are milliseconds since 1970.

    `turns` (lines that were judged, misses too), `ended` and `language` are as the game stands now,
    rewinds considered.
    """

    id: str
    owner: str
    scenario: str
    language: str
    title: str
    name: str
    digest: str
    created: int
    updated: int
    parent: str = ""
    parent_seq: int = 0
    length: int = 0
    turns: int = 0
    ended: str = ""
    damaged: bool = False


COLUMNS = tuple(spec.name for spec in fields(SaveHead) if spec.name != "damaged")


class EventRow(NamedTuple):
    """One stored event, with what a head would show after it."""

    save: str
    seq: int
    format: int
    turns: int
    ended: str
    language: str
    body: str
    sum: int


def checksum(*values: Any) -> int:
    """A checksum over the values of a row; any change of a few bits shows."""
    return crc32(repr(values).encode("utf-8", "backslashreplace"))


def intact(row: Sequence[Any]) -> bool:
    """Whether a row is as it was written; its checksum is its last value."""
    return bool(checksum(*row[:-1]) == row[-1])


def head_values(head: SaveHead) -> tuple[Any, ...]:
    """The head as a row, its checksum last."""
    values = tuple(getattr(head, name) for name in COLUMNS)
    return (*values, checksum(*values))


def read_head(row: Sequence[Any]) -> SaveHead:
    """The head in a row; a row that fails its checksum gives a head that is `damaged`."""
    if intact(row):
        return SaveHead(*row[:-1])
    save, owner, scenario, language, title, name = map(str, row[:6])
    return SaveHead(save, owner, scenario, language, title, name, "", 0, 0, damaged=True)


def plain_head(head: SaveHead) -> dict[str, Any]:
    """The head as plain data, for the copy of a save that can't be read."""
    return {spec.name: getattr(head, spec.name) for spec in fields(head)}


def clean(text: str, limit: int = LONGEST_NAME) -> str:
    """A name or title that any database and screen can take."""
    return text[:limit].encode("utf-8", "replace").decode()


def dumps(data: Any) -> str:
    """JSON on one line; text that UTF-8 can't express is escaped, so it comes back as it was."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(data, allow_nan=False, separators=(",", ":"))
    return text


def loads(text: str) -> Any:
    """What JSON says; every way in which it can be wrong or excessive is a ValueError."""
    if len(text) > LONGEST_EVENT * 8:
        raise ValueError("the line is too long")
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def pack(event: Event) -> str:
    """An event as stored; one that couldn't be read back is refused before anything is written."""
    try:
        body = dumps(encode(event))
        if len(body) > LONGEST_EVENT:
            raise ValueError("the event is too long")
        same = decode(loads(body)) == event
    except (ValueError, TypeError, RecursionError) as error:
        raise IllegalEvent(f"{type(event).__name__} can't be saved: {error}") from None
    if not same:
        raise IllegalEvent(f"{type(event).__name__} doesn't come back as it was")
    return body


def event_row(head: SaveHead, body: str) -> EventRow:
    """The row of the event that follows a save's last one."""
    values = (head.id, head.length, FORMAT, head.turns, head.ended, head.language, body)
    return EventRow(*values, checksum(*values))


def advance(head: SaveHead, event: Event, past: EventRow | None, now: int) -> SaveHead:
    """The head with this event; `past` is the row a `Rewound` goes back to."""
    head = replace(head, updated=max(now, head.updated))
    if isinstance(event, TurnJudged):
        return replace(head, turns=head.turns + 1)
    if isinstance(event, Ended):
        return replace(head, ended=event.ending)
    if isinstance(event, LanguageChanged):
        return replace(head, language=event.language)
    if isinstance(event, Rewound):
        turns, ended = (past.turns, past.ended) if past else (0, "")
        return replace(
            head, turns=turns, ended=ended, language=past.language if past else head.language
        )
    return head


def uses(event: Event) -> str:
    """The digest of the content that an event starts to use, or nothing."""
    changes = (GameStarted, LanguageChanged, ContentChanged)
    return event.digest if isinstance(event, changes) else ""


def unpack(save: str, rows: Iterable[EventRow], length: int) -> list[Event]:
    """The events of a save; ValueError for the first thing that is wrong with it."""
    events: list[Event] = []
    for row in rows:
        if row.seq != len(events):
            raise ValueError(f"event {len(events)} is missing")
        if not intact(row):
            raise ValueError(f"event {row.seq} was changed")
        if row.format > FORMAT:
            raise SaveNewer(save, f"format {row.format}")
        events.append(decode(upgrade(loads(row.body), row.format)))
    if len(events) != length:
        raise ValueError(f"{length} events were saved, {len(events)} are there")
    return events
