"""The typewriter: how long each character waits, and what a key or Ctrl-C does meanwhile.

While text is typed out, a key shows the rest of the reply at once (letters that were typed ahead
come back at the next prompt), and Ctrl-C stops the reply. Neither can interrupt the game itself:
Ctrl-C is a signal handler that only sets flags, so no event is ever half done.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from rich.cells import cell_len

SPEEDS = {"off": 0.0, "slow": 0.055, "normal": 0.022, "fast": 0.008}  # seconds a Chinese character
_LONG, _SHORT = frozenset("。！？!?…"), frozenset("，、；：,;:—")


class Typewriter:
    """Paces one reply after another; `speed` is a name in SPEEDS."""

    def __init__(self, speed: str = "normal", keys: bool = True) -> None:
        self.speed, self._keys = speed, keys
        self.ahead = ""  # what the player typed meanwhile, for the next prompt
        self.stopped = False
        self._skip = False
        self._poll: Callable[[float], str] = _sleep

    @contextmanager
    def reply(self, stop: Callable[[], None]) -> Iterator[None]:
        """For the time of one reply: keys skip, and Ctrl-C calls `stop`."""
        self.stopped = self._skip = False

        def interrupted(*_: Any) -> None:
            self.stopped = self._skip = True
            stop()

        before = _on_interrupt(interrupted)
        try:
            with _raw_keys(self._keys) as self._poll:
                yield
        finally:
            _on_interrupt(before)

    def wait(self, char: str) -> None:
        """The pause after a character; returns early when a key is pressed."""
        pace = SPEEDS[self.speed]
        if self._skip or not pace or char.isspace():
            return
        pause = pace if cell_len(char) > 1 else pace * 0.6
        pause += pace * (8 if char in _LONG else 4 if char in _SHORT else 0)
        if keys := self._poll(pause):
            self._skip = True
            self.ahead += "".join(key for key in keys if key.isprintable()).lstrip()

    def take_ahead(self) -> str:
        """What was typed ahead, once."""
        ahead, self.ahead = self.ahead, ""
        return ahead


def _sleep(seconds: float) -> str:
    time.sleep(seconds)
    return ""


def _on_interrupt(handler: Any) -> Any:
    try:
        return signal.signal(signal.SIGINT, handler)
    except ValueError:  # not the main thread: nobody presses keys here
        return None


@contextmanager
def _raw_keys(wanted: bool) -> Iterator[Callable[[float], str]]:
    """A function that waits for keys; without a terminal it only waits."""
    if not wanted or not sys.stdin.isatty():
        yield _sleep
    elif sys.platform == "win32":
        yield _windows_keys
    else:
        with _posix_keys() as poll:
            yield poll


if sys.platform == "win32":

    def _windows_keys(seconds: float) -> str:
        import msvcrt

        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if msvcrt.kbhit():
                return msvcrt.getwch()
            time.sleep(min(0.01, seconds))
        return ""

else:

    @contextmanager
    def _posix_keys() -> Iterator[Callable[[float], str]]:
        import os
        import select
        import termios

        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        quiet = termios.tcgetattr(descriptor)
        quiet[3] &= ~(termios.ICANON | termios.ECHO)

        def poll(seconds: float) -> str:
            with suppress(InterruptedError):
                if select.select([descriptor], [], [], seconds)[0]:
                    keys = os.read(descriptor, 1024).decode("utf-8", "ignore")
                    return keys if not keys.startswith("\x1b") else "\n"  # an arrow is no text
            return ""

        termios.tcsetattr(descriptor, termios.TCSANOW, quiet)
        try:
            yield poll
        finally:
            termios.tcsetattr(descriptor, termios.TCSANOW, before)
