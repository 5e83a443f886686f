"""Opens the file that holds the saves, or refuses it and keeps a copy.

Nothing here repairs, replaces or empties a file. A database that is damaged or of a newer version
is copied beside itself (database and journal) and left as it is.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from ..errors import SaveBusy, SaveDamaged, SaveError, SaveNewer, SaveUnwritable
from .journal import lost_writes

VERSION = 1
MARK = 0x53544F52  # the file's application_id: not just any SQLite database
MAGIC = b"SQLite format 3\0"
PATIENCE = 5.0  # seconds to wait for another program that is writing
THOROUGH = 64 * 2**20  # databases up to this size are checked row by row when opened

SCHEMA = (
    """CREATE TABLE saves (id TEXT PRIMARY KEY, owner TEXT NOT NULL, scenario TEXT NOT NULL,
    language TEXT NOT NULL, title TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, parent TEXT NOT NULL,
    parent_seq INTEGER NOT NULL, length INTEGER NOT NULL, turns INTEGER NOT NULL,
    ended TEXT NOT NULL, sum INTEGER NOT NULL)""",
    "CREATE INDEX saves_of_owner ON saves (owner)",
    """CREATE TABLE events (save TEXT NOT NULL, seq INTEGER NOT NULL, format INTEGER NOT NULL,
    turns INTEGER NOT NULL, ended TEXT NOT NULL, language TEXT NOT NULL, body TEXT NOT NULL,
    sum INTEGER NOT NULL, PRIMARY KEY (save, seq)) WITHOUT ROWID""",
    "CREATE TABLE contents (digest TEXT PRIMARY KEY, at INTEGER NOT NULL, data BLOB NOT NULL)",
    """CREATE TABLE uses (digest TEXT NOT NULL, save TEXT NOT NULL,
    PRIMARY KEY (digest, save)) WITHOUT ROWID""",
    "CREATE INDEX uses_of_save ON uses (save)",
    """CREATE TABLE endings (owner TEXT NOT NULL, scenario TEXT NOT NULL, ending TEXT NOT NULL,
    at INTEGER NOT NULL, sum INTEGER NOT NULL, UNIQUE (owner, scenario, ending))""",
)

SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # macOS: an fsync that reaches the disk
    "PRAGMA secure_delete = ON",  # what a player deletes is gone
    "PRAGMA cell_size_check = ON",
)


def default_path() -> Path:
    """Where saves live unless one says otherwise: the user's own data folder."""
    from platformdirs import user_data_path

    return user_data_path("characterglm-story", appauthor=False) / "saves.sqlite3"


def open_memory() -> sqlite3.Connection:
    """A database that lives as long as this program."""
    connection = _connect(":memory:")
    _lay_out(connection)
    return connection


def open_file(path: Path) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    """Two connections, to write and to read; made new only where there was nothing at all."""
    try:
        if not path.exists():
            _make(path)
        with told(path.name, path):
            _check_first_page(path)
            writer = _connect(str(path))
            try:
                for setting in SETTINGS:
                    writer.execute(setting)
                _check_contents(writer, path)
                return writer, _connect(str(path))
            except BaseException as error:
                # Closing may write the journal back, so the copy comes first.
                failure = translated(error, path.name, path)
                writer.close()
                raise failure from error
    except OSError as error:
        raise SaveUnwritable(str(path), error.strerror or str(error)) from error


def _connect(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        name, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    return connection


def _lay_out(connection: sqlite3.Connection) -> None:
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {MARK}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _make(path: Path) -> None:
    """Makes the file under another name first: an empty file is then always a damaged one."""
    if _beside(path, "-wal").exists():
        raise SaveDamaged(path.name, str(_beside(path, "-wal")))
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        with told(path.name, path):
            connection = _connect(str(fresh))
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                _lay_out(connection)
            finally:
                connection.close()
        fresh.chmod(0o600)
        _place(fresh, path)
    finally:
        for leftover in (fresh, _beside(fresh, "-wal"), _beside(fresh, "-shm")):
            leftover.unlink(missing_ok=True)


def _place(fresh: Path, path: Path) -> None:
    """Gives a finished file its name, unless another program was faster."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not path.exists():
            fresh.rename(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _check_first_page(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(100)
    mark = int.from_bytes(head[68:72], "big")
    if len(head) < 100 or not head.startswith(MAGIC) or mark != MARK:
        raise SaveDamaged(path.name, str(keep_copy(path)))
    version = int.from_bytes(head[60:64], "big")
    if version > VERSION:
        raise SaveNewer(path.name, str(keep_copy(path)))
    if version != VERSION:
        raise SaveDamaged(path.name, str(keep_copy(path)))


def _check_contents(connection: sqlite3.Connection, path: Path) -> None:
    check = "integrity_check" if path.stat().st_size <= THOROUGH else "quick_check"
    if connection.execute(f"PRAGMA {check}(1)").fetchone() != ("ok",):
        raise sqlite3.DatabaseError("malformed")
    if lost_writes(connection, path):
        raise sqlite3.DatabaseError("malformed journal")
    known = {row[0] for row in connection.execute("SELECT sql FROM sqlite_master")}
    if not known.issuperset(SCHEMA):
        raise sqlite3.DatabaseError("malformed schema")


def keep_copy(path: Path) -> Path:
    """Copies a database that is refused; the same file is not copied twice."""
    changed = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    stamp = changed.strftime("%Y%m%dT%H%M%SZ")
    for number in range(1, 100):
        copy = path.with_name(f"{path.name}.kept-{stamp}-{number}")
        if not copy.exists():
            break
        if filecmp.cmp(path, copy, shallow=False):
            return copy
    try:
        for suffix in ("-wal", "-journal", ""):
            if _beside(path, suffix).exists():
                shutil.copy2(_beside(path, suffix), _beside(copy, suffix))
    except OSError:  # no room: the file itself stays as it is
        with suppress(OSError):
            copy.unlink(missing_ok=True)
        return path
    return copy


def keep_lines(path: Path, name: str, lines: list[str]) -> Path:
    """Writes the rows of a damaged save to a file beside the database, once."""
    copy = path.with_name(f"{path.name}.{name}.jsonl")
    text = "\n".join(lines) + "\n"
    with suppress(OSError):
        if not copy.exists():
            copy.write_text(text, encoding="utf-8", newline="\n")
        return copy
    return path


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


@contextmanager
def told(save: str, path: Path | None) -> Iterator[None]:
    """Turns the database's errors into those a person can act on."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise translated(error, save, path) from error
    except (UnicodeEncodeError, OverflowError) as error:  # names no save can have
        raise SaveError(ascii(save), type(error).__name__) from None


def translated(error: BaseException, save: str, path: Path | None) -> BaseException:
    """The error as one of ours; a damaged database is copied while it is as it was found."""
    message = str(error)
    if isinstance(error, UnicodeDecodeError):  # SQLite quotes what it found in a damaged file
        message = "malformed"
    elif isinstance(error, SaveError) or not isinstance(error, sqlite3.Error):
        return error
    if isinstance(error, sqlite3.ProgrammingError):  # a mistake in this program
        return error
    if "locked" in message:
        return SaveBusy(save, message)
    if any(sign in message for sign in ("full", "readonly", "unable to open", "disk I/O")):
        return SaveUnwritable(str(path or save), message)
    return SaveDamaged(save, str(keep_copy(path)) if path and path.exists() else "")
