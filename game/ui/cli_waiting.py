"""Three dots while a model thinks: shown when nothing has come for a moment, gone when it does."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .cli_screen import Screen

PATIENCE = 0.7  # seconds; authored lines are there much sooner


class Waiting:
    """Between `begin` and `over` nothing else is printed, so the dots can be taken away again.

    `free` says whether the cursor stands at the start of a line: dots would break one that is
    being spoken.
    """

    def __init__(self, screen: Screen, free: Callable[[], bool], wanted: bool = True) -> None:
        self._screen, self._free, self._wanted = screen, free, wanted
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._shown = False

    def begin(self) -> None:
        """From now on something is waited for."""
        if self._wanted and self._free():
            self._timer = threading.Timer(PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()

    def over(self) -> None:
        """It came."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
                self._timer = None
            if self._shown:
                self._shown = False
                self._screen.erase()

    def _show(self) -> None:
        with self._lock:
            if self._timer:
                self._shown = True
                self._screen.dots()
