"""When to stop asking a server: at once where asking again can't help, else after some failures."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from math import inf

from game.errors import ModelError, ModelFailure

# For how long nothing is asked after a failure of this kind; a wrong key stays wrong.
AT_ONCE: Mapping[ModelFailure, float] = {"auth": inf, "quota": 600.0, "missing": 120.0}
IN_A_ROW = 3
PAUSE = 30.0
HARMLESS: frozenset[ModelFailure] = frozenset({"refused"})


class Breaker:
    """Counts failures; while it is open nothing is asked. Safe to be used by several games."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until = 0.0
        self._failures = 0
        self._last: ModelError | None = None

    @property
    def open(self) -> bool:
        """Whether the server is left alone just now."""
        return self._clock() < self._until

    def check(self) -> None:
        """Raises the failure that opened it, while it is open."""
        if self.open and self._last is not None:
            raise ModelError(self._last.kind, self._last.detail, self._last.model)

    def succeeded(self) -> None:
        """An answer came."""
        with self._lock:
            self._failures, self._until = 0, 0.0

    def failed(self, error: ModelError) -> None:
        """No answer came, and why."""
        if error.kind in HARMLESS:
            return
        with self._lock:
            self._failures += 1
            self._last = error
            pause = AT_ONCE.get(error.kind, PAUSE if self._failures >= IN_A_ROW else 0.0)
            self._until = self._clock() + pause
