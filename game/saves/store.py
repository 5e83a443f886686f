"""The store of games: every call names the owner, and every write is durable when it returns.

Several threads may use one store, and several programs one file. Writers take turns; one who
appends to a save that has moved on since it was read gets SaveBusy, so that two can't interleave.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from ..errors import SaveBusy, SaveDamaged
from ..events import Event
from . import queries, records, transfer
from .connections import Connections
from .database import keep_lines
from .queries import DAY, ENDINGS, HEADS, ROWS
from .records import EventRow, SaveHead

Events = list[Event]
Heads = list[SaveHead]


class Store:
    """Games, the content they were begun with, and the endings their owners have met.

    `path` is the database's file; None keeps everything in memory. `damaged` names what was found
    unreadable on opening, each with the copy that was kept; all else can be used.
    """

    def __init__(self, path: Path | None, now: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = now
        self._db = Connections(path)
        try:
            self.damaged = self._survey()
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; what was acknowledged is there without it, too."""
        self._db.close()

    # --- games -----------------------------------------------------------------------------

    def create(
        self,
        owner: str,
        scenario: str,
        language: str,
        title: str,
        digest: str,
        parent: tuple[str, int] | None = None,
        *,
        name: str = "",
        sources: Mapping[str, str] | None = None,
        events: Sequence[Event] = (),
    ) -> str:
        """A new game's unguessable id; its content and first events go in with it, all or none."""
        save, at = os.urandom(16).hex(), self._time()
        title, name = records.clean(title), records.clean(name)
        above, seq = parent or ("", 0)
        head = SaveHead(save, owner, scenario, language, title, name, digest, at, at, above, seq)
        packed = [(event, records.pack(event)) for event in events]
        with self._db.writing(save) as db:
            if above:
                queries.find(db, above, owner)
            queries.insert(db, head)
            if sources is not None:
                queries.put_content(db, digest, sources, at)
            queries.add(db, head, packed, at)
        return save

    def append(self, save: str, owner: str, seq: int, event: Event) -> None:
        """Adds the event after the first `seq` ones; it is on the disk when this returns.

        Raises SaveBusy where the save doesn't hold exactly `seq` events: another program has
        written to it. IllegalEvent: the event can't be stored. Nothing is written then.
        """
        self.append_many(save, owner, seq, (event,))

    def append_many(self, save: str, owner: str, seq: int, events: Sequence[Event]) -> None:
        """Adds several events in one go: all of them, or none."""
        packed = [(event, records.pack(event)) for event in events]
        with self._db.writing(save) as db:
            head = queries.find(db, save, owner)
            if head.damaged:
                raise SaveDamaged(save, self.damaged.get(save, ""))
            if head.length != seq:
                raise SaveBusy(save, f"it holds {head.length} events, not {seq}")
            queries.add(db, head, packed, self._time())

    def events(self, save: str, owner: str) -> Events:
        """All events of a save, oldest first; SaveDamaged or SaveNewer where they can't be read."""
        with self._db.reading(save) as db:
            head = queries.find(db, save, owner)
            rows = [EventRow(*row) for row in db.execute(ROWS + " ORDER BY seq", (head.id,))]
        try:
            if head.damaged:
                raise ValueError("its head was changed")
            return records.unpack(save, rows, head.length)
        except ValueError:
            raise SaveDamaged(save, self._keep(head, rows)) from None

    def started(self, save: str, owner: str) -> Event:
        """A save's first event alone: what was begun, without reading the whole game."""
        with self._db.reading(save) as db:
            head = queries.find(db, save, owner)
            rows = [EventRow(*row) for row in db.execute(ROWS + " AND seq = 0", (head.id,))]
        try:
            return records.unpack(save, rows, 1)[0]
        except ValueError:
            raise SaveDamaged(save, self._keep(head, rows)) from None

    def head(self, save: str, owner: str) -> SaveHead:
        """What a list shows of one save."""
        with self._db.reading(save) as db:
            return queries.find(db, save, owner)

    def list(self, owner: str) -> Heads:
        """The owner's games, newest first, without their events; none that never began."""
        newest = HEADS + " WHERE owner = ? ORDER BY updated DESC, rowid DESC"
        with self._db.reading() as db:
            heads = [records.read_head(row) for row in db.execute(newest, (owner,))]
        return [head for head in heads if head.length or head.damaged]

    def everyone(self) -> Heads:
        """The games of all owners, newest first: for whoever keeps the saves."""
        with self._db.reading() as db:
            rows = db.execute(HEADS + " ORDER BY updated DESC, rowid DESC")
            heads = [records.read_head(row) for row in rows]
        return [head for head in heads if head.length and not head.damaged]

    def rename(self, save: str, owner: str, name: str) -> None:
        """Gives a save a name of the player's choice."""
        with self._db.writing(save) as db:
            queries.store(db, replace(queries.find(db, save, owner), name=records.clean(name)))

    def delete(self, save: str, owner: str) -> None:
        """Removes a save for good, and its content where no other save uses it."""
        with self._db.writing(save) as db:
            queries.remove(db, [queries.find(db, save, owner).id], self._time())

    def delete_owner(self, owner: str) -> int:
        """Removes all that is known of an owner; how many saves that were."""
        with self._db.writing() as db:
            saves = [row[0] for row in db.execute("SELECT id FROM saves WHERE owner = ?", (owner,))]
            queries.remove(db, saves, self._time())
            db.execute("DELETE FROM endings WHERE owner = ?", (owner,))
        return len(saves)

    def expire(self, older_than_days: float) -> int:
        """Removes the saves of all owners, and endings met, that were left alone for so long."""
        before = (self._time() - int(older_than_days * DAY),)
        with self._db.writing() as db:
            old = [row[0] for row in db.execute("SELECT id FROM saves WHERE updated < ?", before)]
            queries.remove(db, old, self._time())
            db.execute("DELETE FROM endings WHERE at < ?", before)
        return len(old)

    # --- content and endings ---------------------------------------------------------------

    def put_content(
        self, digest: str, sources: Mapping[str, str], save: str = "", owner: str = "local"
    ) -> None:
        """Keeps a story's texts under their digest; with `save`, for as long as that save lives."""
        with self._db.writing(save) as db:
            queries.put_content(db, digest, sources, self._time())
            if save:
                queries.use(db, digest, queries.find(db, save, owner).id)

    def content(self, digest: str) -> dict[str, str]:
        """The texts a save was begun with; SaveDamaged where they are missing or were changed."""
        with self._db.reading(digest) as db:
            return queries.content(db, digest)

    def note_ending(self, owner: str, scenario: str, ending: str) -> None:
        """Remembers that an owner has met an ending; more than once changes nothing."""
        values = (owner, scenario, ending, self._time())
        with self._db.writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO endings VALUES (?, ?, ?, ?, ?)",
                (*values, records.checksum(*values)),
            )

    def endings(self, owner: str, scenario: str) -> tuple[str, ...]:
        """The endings an owner has met in a scenario, in the order they were first met."""
        mine = ENDINGS + " WHERE owner = ? AND scenario = ? ORDER BY rowid"
        with self._db.reading() as db:
            rows = db.execute(mine, (owner, scenario)).fetchall()
        return tuple(row[2] for row in rows if records.intact(row))

    # --- files -----------------------------------------------------------------------------

    def export_save(self, save: str, owner: str) -> str:
        """A save with its content as JSONL: a head, the contents, then one event a line."""
        head, events = self.head(save, owner), self.events(save, owner)
        contents = {}
        for digest in filter(None, dict.fromkeys([head.digest, *map(records.uses, events)])):
            with suppress(SaveDamaged):  # the events are worth having without it
                contents[digest] = self.content(digest)
        return transfer.write(head, contents, events)

    def import_save(self, text: str, owner: str) -> str:
        """The new id of a save read from JSONL; SaveDamaged says which line is wrong."""
        head, contents, events = transfer.read(text)
        save = self.create(
            owner,
            head.scenario,
            head.language,
            head.title,
            head.digest,
            name=head.name,
            sources=contents.pop(head.digest, None),
            events=events,
        )
        for digest, sources in contents.items():
            self.put_content(digest, sources, save, owner)
        return save

    # --- inside ----------------------------------------------------------------------------

    def _time(self) -> int:
        return int(self._clock() * 1000)

    def _survey(self) -> Mapping[str, str]:
        """Looks at every head and ending once, so that damage shows even in an owner's name."""
        with self._db.reading() as db:
            heads = [records.read_head(row) for row in db.execute(HEADS)]
            endings = db.execute(ENDINGS).fetchall()
            damaged = [
                (head, [EventRow(*row) for row in db.execute(ROWS, (head.id,))])
                for head in heads
                if head.damaged
            ]
        found = {head.id: self._keep(head, rows) for head, rows in damaged}
        for row in endings:
            if not records.intact(row):
                found[f"{row[1]}: {row[2]}"] = str(self.path or "")
        return found

    def _keep(self, head: SaveHead, rows: Sequence[EventRow]) -> str:
        """Keeps a copy of what can be read of a damaged save; its path."""
        if self.path is None:
            return ""
        lines = [json.dumps(row, default=repr) for row in (records.plain_head(head), *rows)]
        name = "".join(sign for sign in head.id if sign in "0123456789abcdef")[:12]
        return str(keep_lines(self.path, f"damaged-{name}", lines))
