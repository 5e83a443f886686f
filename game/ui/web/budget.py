"""How much players may bring in where others can come in. Counted for the server's lifetime."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from .places import Places, size_of

FILES_AN_HOUR = 60
FILES_KEPT = 400  # a character is three files
MEGABYTE = 2**20


class Budget:
    """Refuses what is too much: of an owner's, and of all players' together.

    `each` and `in_all` are megabytes, on the disk as well as by day: what becomes a save or is
    deleted again was brought in, too. On a server its player owns nothing is refused.
    """

    def __init__(
        self, places: Places, each: int, in_all: int, now: Callable[[], float] = time.time
    ) -> None:
        self._places, self._now = places, now
        self._each, self._in_all = each * MEGABYTE, in_all * MEGABYTE
        self._hour = self._day = 0
        self._files: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    def take(self, owner: str, sizes: Sequence[int]) -> str:
        """Counts files of these sizes; or says what forbids them (`hour`, `day`, `full`, `all`)."""
        if not self._places.shared:
            return ""
        self._turn()
        coming, root = sum(sizes), self._places.of(owner).root
        if root is None:
            return "off"
        files, held = size_of(root)
        if self._files[owner] + len(sizes) > FILES_AN_HOUR:
            return "hour"
        if held + coming > self._each or files + 3 * len(sizes) > FILES_KEPT:
            return "full"
        if self._bytes[owner] + coming > self._each:
            return "day"
        if max(self._bytes.total(), self._places.held()) + coming > self._in_all:
            return "all"
        self._files[owner] += len(sizes)
        self._bytes[owner] += coming
        return ""

    def _turn(self) -> None:
        hour, day = int(self._now() // 3600), int(self._now() // 86_400)
        if hour != self._hour:
            self._hour = hour
            self._files.clear()
        if day != self._day:
            self._day = day
            self._bytes.clear()
