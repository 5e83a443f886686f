"""Notices acknowledged writes that SQLite would drop without a word.

After a crash SQLite takes its write-ahead log up to the first frame that is damaged and ignores
the rest. That is right for a last transaction that never reached the disk; but each one begins
only after the one before it was durable. So where two commits lie beyond what SQLite has taken,
something that was acknowledged is lost, and the database is damaged.
(Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log)
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import suppress
from pathlib import Path

HEADER, FRAME = 32, 24


def lost_writes(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the log beside an open database holds acknowledged writes that were not taken."""
    log, index = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    if not log.exists() or log.stat().st_size < HEADER:
        return False
    try:
        connection.execute("BEGIN IMMEDIATE")  # nobody writes while we look
    except sqlite3.OperationalError as error:
        if "readonly" in str(error):
            return False
        raise
    try:
        with suppress(OSError), index.open("rb") as file:
            taken = struct.unpack("=6I", file.read(24))[4]
            return _commits_beyond(log, taken) >= 2
        return False
    finally:
        connection.execute("ROLLBACK")


def _commits_beyond(log: Path, taken: int) -> int:
    """How many transactions of the log's present round end after its first `taken` frames."""
    with log.open("rb") as file:
        header = file.read(HEADER)
        page = int.from_bytes(header[8:12], "big") or 65536
        sound = _sum(header[:24], header[3] & 1 == 1) == struct.unpack(">2I", header[24:32])
        if not sound:  # believe the frames themselves
            page, taken = 4096, 0
        salt, commits, number = header[16:24] if sound else None, 0, 0
        while len(frame := file.read(FRAME)) == FRAME:
            number += 1
            salt = salt or frame[8:16]
            if number > taken and frame[8:16] == salt and frame[4:8] != b"\0\0\0\0":
                commits += 1
            file.seek(page, 1)
        return commits


def _sum(data: bytes, big: bool) -> tuple[int, int]:
    first = second = 0
    for left, right in struct.iter_unpack(">2I" if big else "<2I", data):
        first = (first + left + second) & 0xFFFFFFFF
        second = (second + right + first) & 0xFFFFFFFF
    return first, second
