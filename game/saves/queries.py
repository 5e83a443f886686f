"""The statements that several of the store's calls share; each runs inside a transaction."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from ..errors import IllegalEvent, SaveDamaged, SaveError
from ..events import Event, Rewound
from ..loader import digest_of
from . import records
from .records import COLUMNS, EventRow, SaveHead

LARGEST_CONTENT = 16 * 2**20
DAY = 24 * 3600 * 1000

HEADS = f"SELECT {', '.join(COLUMNS)}, sum FROM saves"
ROWS = "SELECT save, seq, format, turns, ended, language, body, sum FROM events WHERE save = ?"
CHANGING = ("language", "name", "updated", "length", "turns", "ended")  # no index is touched
ENDINGS = "SELECT owner, scenario, ending, at, sum FROM endings"


def find(db: sqlite3.Connection, save: str, owner: str) -> SaveHead:
    """The head of an owner's save."""
    row = db.execute(HEADS + " WHERE id = ? AND owner = ?", (save, owner)).fetchone()
    if row is None:  # the same answer for a save that isn't there and one of somebody else
        raise SaveError(save, "missing")
    return records.read_head(row)


def insert(db: sqlite3.Connection, head: SaveHead) -> None:
    """A new save, without events."""
    values = records.head_values(head)
    db.execute(f"INSERT INTO saves VALUES ({', '.join('?' * len(values))})", values)
    use(db, head.digest, head.id)


def add(
    db: sqlite3.Connection, head: SaveHead, packed: Sequence[tuple[Event, str]], now: int
) -> None:
    """Events at the end of a save, each with what the head shows after it."""
    for event, body in packed:
        before = past(db, head, event) if isinstance(event, Rewound) else None
        head = records.advance(head, event, before, now)
        row = records.event_row(head, body)
        db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        if digest := records.uses(event):
            use(db, digest, head.id)
        head = replace(head, length=head.length + 1)
    store(db, head)


def use(db: sqlite3.Connection, digest: str, save: str) -> None:
    """Content lives as long as a save that uses it."""
    db.execute("INSERT OR IGNORE INTO uses VALUES (?, ?)", (digest, save))


def store(db: sqlite3.Connection, head: SaveHead) -> None:
    """The head as it is now."""
    if head.damaged:
        raise SaveDamaged(head.id)
    columns = ", ".join(f"{name} = ?" for name in (*CHANGING, "sum"))
    values = [getattr(head, name) for name in CHANGING] + [records.head_values(head)[-1]]
    db.execute(
        f"UPDATE saves SET {columns} WHERE id = ? AND owner = ?", (*values, head.id, head.owner)
    )


def past(db: sqlite3.Connection, head: SaveHead, event: Rewound) -> EventRow | None:
    """The last row before the point a game is rewound to."""
    if not 0 <= event.to <= head.length:
        raise IllegalEvent(f"Rewound to {event.to} of {head.length} events")
    row = db.execute(ROWS + " AND seq = ?", (head.id, event.to - 1)).fetchone()
    return EventRow(*row) if row else None


def content(db: sqlite3.Connection, digest: str) -> dict[str, str]:
    """The texts under a digest; SaveDamaged where they are missing or were changed."""
    row = db.execute("SELECT data FROM contents WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        raise SaveDamaged(digest, "its content is missing")
    with suppress(ValueError, TypeError, zlib.error):
        data = zlib.decompressobj().decompress(row[0], LARGEST_CONTENT)
        sources: dict[str, str] = json.loads(data)
        if digest_of(sources) == digest:
            return sources
    raise SaveDamaged(digest, "its content was changed")


def put_content(db: sqlite3.Connection, digest: str, sources: Mapping[str, str], at: int) -> None:
    """Keeps texts; what was there under their digest can only be the same, or damaged."""
    if digest_of(sources) != digest:
        raise ValueError("the content is not what its digest says")
    data = json.dumps(dict(sources)).encode()
    if len(data) > LARGEST_CONTENT:
        raise ValueError("the content is too long")
    db.execute(
        "INSERT OR REPLACE INTO contents VALUES (?, ?, ?)", (digest, at, zlib.compress(data))
    )


def remove(db: sqlite3.Connection, saves: Sequence[str], now: int) -> None:
    """Removes saves, and content that nobody uses: at once, or after a day if nobody ever did."""
    used: set[str] = set()
    for save in saves:
        used.update(row[0] for row in db.execute("SELECT digest FROM uses WHERE save = ?", (save,)))
        for table, column in (("events", "save"), ("uses", "save"), ("saves", "id")):
            db.execute(f"DELETE FROM {table} WHERE {column} = ?", (save,))
    unused = "NOT EXISTS (SELECT 1 FROM uses WHERE uses.digest = contents.digest)"
    for digest in used:
        db.execute(f"DELETE FROM contents WHERE digest = ? AND {unused}", (digest,))
    db.execute(f"DELETE FROM contents WHERE at < ? AND {unused}", (now - DAY,))
