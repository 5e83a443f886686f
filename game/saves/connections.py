"""One connection to write and one to read, shared by all threads of a program.

SQLite lets one writer in at a time whatever we do; a second connection lets readers pass while a
writer waits for the disk. Locks keep the threads of this program apart, SQLite other programs.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .database import open_file, open_memory, told


class Connections:
    """Transactions on the saves' database; `path` None keeps it in memory."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._write_lock = threading.Lock()
        if path is None:
            self._writer = self._reader = open_memory()
            self._read_lock = self._write_lock
        else:
            self._writer, self._reader = open_file(path)
            self._read_lock = threading.Lock()

    def close(self) -> None:
        """Closes the file; what was acknowledged is there without it, too."""
        with self._read_lock:
            self._reader.close()
        with self._write_lock:
            self._writer.close()

    @contextmanager
    def writing(self, save: str = "") -> Iterator[sqlite3.Connection]:
        """A transaction that is on the disk when it is left, or wholly undone by an error."""
        with self._write_lock, told(save, self.path):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                _undo(self._writer)
                raise

    @contextmanager
    def reading(self, save: str = "") -> Iterator[sqlite3.Connection]:
        """All that is read within comes from one moment, whatever others write meanwhile."""
        with self._read_lock, told(save, self.path):
            self._reader.execute("BEGIN")
            try:
                yield self._reader
            finally:
                _undo(self._reader)


def _undo(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:  # a full disk may have undone it already
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
