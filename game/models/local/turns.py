"""Whose turn it is to compute: first come, first served, one short step at a time.

A step is one token spoken or a small chunk of a prompt read. Everyone who speaks queues up again
after each step, so a long reply never holds up another player's first word.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.05


class Turns:
    """A lock that is handed on in the order in which it was asked for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._busy = False

    @contextmanager
    def step(self, cancel: threading.Event) -> Iterator[bool]:
        """Wait for a turn; gives False, at once, when `cancel` is set before it comes."""
        mine = self._wait(cancel)
        try:
            yield mine
        finally:
            if mine:
                self._hand_on()

    def _wait(self, cancel: threading.Event) -> bool:
        if cancel.is_set():
            return False
        with self._guard:
            if not self._busy:
                self._busy = True
                return True
            called = threading.Event()
            self._queue.append(called)
        try:
            while not called.wait(PATIENCE):
                if cancel.is_set():
                    self._leave(called)
                    return False
        except BaseException:
            self._leave(called)
            raise
        return True

    def _leave(self, called: threading.Event) -> None:
        with self._guard:
            if called in self._queue:
                self._queue.remove(called)
                return
        self._hand_on()  # the turn came between the last look and now

    def _hand_on(self) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._busy = False
