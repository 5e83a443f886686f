"""The bench: a process that does long jobs one after another, and is ended when one takes too long.

Of several jobs that wait for the same author and kind only the newest is done: what is being typed
makes older answers worthless.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from typing import Any

from ....loader import ROOT

Data = dict[str, Any]
MOST_WAITING = 64
GRACE = 0.8  # seconds an older job may go on once a newer one waits
_TICK = 0.05
_PASSED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL", "VIRTUAL_ENV")


class Superseded(Exception):
    """A newer job of the same author has taken this one's place."""


class TooLong(Exception):
    """The job took too long, or more memory than it may, and was ended."""


class Crowded(Exception):
    """Too many jobs wait already."""


class Bench:
    """One process, begun when first needed; `seconds` is what a job may take."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._turn = threading.Lock()  # held by whoever's job is being done
        self._lock = threading.Lock()
        self._newest: dict[str, int] = {}
        self._number = self._waiting = 0
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes] = queue.Queue()

    def run(self, key: str, job: Data) -> Data:
        """A job's answer; raises Superseded, TooLong, Crowded. `key` is the author's and kind's."""
        with self._lock:
            if self._waiting >= MOST_WAITING or self._closed:
                raise Crowded
            self._waiting += 1
            self._number += 1
            mine = self._newest[key] = self._number
        try:
            with self._turn:
                if self._newest.get(key) != mine:  # the newest may have had its turn first
                    raise Superseded
                return self._asked(key, mine, job)
        finally:
            with self._lock:
                self._waiting -= 1
                if self._newest.get(key) == mine:
                    del self._newest[key]

    def close(self) -> None:
        """Ends the process; no job is taken any more."""
        self._closed = True
        self._end()

    def rest(self) -> None:
        """Ends the process while nothing is to be done."""
        if self._turn.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._turn.release()

    def _asked(self, key: str, mine: int, job: Data) -> Data:
        process = self._begun()
        begun = time.monotonic()
        try:
            assert process.stdin
            process.stdin.write(json.dumps(job).encode("ascii") + b"\n")
            process.stdin.flush()
        except OSError:
            self._end()
            raise TooLong from None
        while True:
            with contextlib.suppress(queue.Empty):
                line = self._answers.get(timeout=_TICK)
                if not line:  # it has died: of too much memory, most likely
                    self._end()
                    raise TooLong
                answer: Data = json.loads(line)
                return answer
            took = time.monotonic() - begun
            if self._newest.get(key) != mine and took > GRACE:
                self._end()
                raise Superseded
            if took > self.seconds or self._closed:
                self._end()
                raise TooLong

    def _begun(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            # Of our surroundings it gets what Python needs to run: no keys.
            kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "game.ui.web.corner.job"], cwd=ROOT,
                env={**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=os.name == "posix",  # Ctrl-C is for the server
            )  # fmt: skip
            self._answers = queue.Queue()
            reader = (self._process.stdout, self._answers)
            threading.Thread(target=_read, args=reader, name="bench", daemon=True).start()
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    if pipe is not None:
                        pipe.close()


def _read(out: Any, answers: queue.Queue[bytes]) -> None:
    """Passes on lines as they come; an empty one once there are no more."""
    with contextlib.suppress(OSError, ValueError):
        for line in out:
            answers.put(line)
    answers.put(b"")
