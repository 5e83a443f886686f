"""How much players may ask of a host who lends a key. Counted for the server's lifetime."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable


class Limits:
    """Counts lines by game, by player and day, and by day; 0 means no limit.

    A game that begins counts as a line, as a model may tell its opening; `games` is how many of
    them a player may keep.
    """

    def __init__(
        self,
        per_game: int = 0,
        per_day: int = 0,
        in_all: int = 0,
        games: int = 0,
        today: Callable[[], int] = lambda: int(time.time() // 86_400),
    ) -> None:
        self.per_game, self.per_day, self.in_all = per_game, per_day, in_all
        self.games = games
        self._today = today
        self._lock = threading.Lock()
        self._day = today()
        self._by_owner: Counter[str] = Counter()
        self._total = 0

    def take(self, owner: str, lines_in_game: int) -> str:
        """Counts one line; or says which limit forbids it (`game`, `day` or `all`)."""
        with self._lock:
            if self._today() != self._day:
                self._day, self._total = self._today(), 0
                self._by_owner.clear()
            if self.per_game and lines_in_game >= self.per_game:
                return "game"
            if self.per_day and self._by_owner[owner] >= self.per_day:
                return "day"
            if self.in_all and self._total >= self.in_all:
                return "all"
            self._by_owner[owner] += 1
            self._total += 1
        return ""
