"""How fast a line appears: the worker waits as long as the page needs to type it out.

So a reply takes its time on the server, too, and Stop, a reload or a second tab find it where the
reader is. The page counts with the same numbers (static/js/typing.js).
"""

from __future__ import annotations

import threading
import time
import unicodedata

SPEEDS = {"off": 0.0, "slow": 0.065, "normal": 0.032, "fast": 0.014}  # seconds a wide character
_LONG, _SHORT = frozenset("。！？!?…"), frozenset("，、；：,;:—")
AHEAD = 0.4  # seconds a worker may be ahead of the reader


def seconds(text: str, speed: str) -> float:
    """How long a piece of a line takes to be typed out."""
    unit = SPEEDS[speed]
    return sum(_units(char) for char in text) * unit if unit else 0.0


def _units(char: str) -> float:
    if char in _LONG:
        return 7.0
    if char in _SHORT:
        return 3.5
    return 1.0 if unicodedata.east_asian_width(char) in "WF" else 0.5


class Pace:
    """The clock of one reply: `wait` after each piece, `hurry` from any thread ends all waiting."""

    def __init__(self, speed: str) -> None:
        self.speed = speed
        self._hurried = threading.Event()
        self._due = 0.0

    def hurry(self) -> None:
        """The rest of the reply appears at once."""
        self._hurried.set()

    def wait(self, text: str) -> None:
        """Returns when the reader is about to have read this piece."""
        now = time.monotonic()
        self._due = max(self._due, now) + seconds(text, self.speed)
        pause = self._due - now - AHEAD
        if pause > 0:
            self._hurried.wait(pause)

    def rest(self) -> None:
        """Returns when everything so far has been read: before the next speaker begins."""
        pause = self._due - time.monotonic() - AHEAD
        if pause > 0:
            self._hurried.wait(pause)
