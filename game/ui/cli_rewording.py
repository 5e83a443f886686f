"""What can be picked in other words, asked for while the player is free to type."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from ..errors import GameError

if TYPE_CHECKING:
    from ..session import Session


class Rewording:
    """A worker for the time of one prompt; when that is over, the game is its player's again."""

    def __init__(self, session: Session, wanted: bool) -> None:
        self._session, self._cancel = session, threading.Event()
        self._worker: threading.Thread | None = None
        if wanted and session.narrator.rewords:
            self._worker = threading.Thread(target=self._work, name="rewording", daemon=True)

    def __bool__(self) -> bool:
        """Whether other words may come."""
        return self._worker is not None

    def __enter__(self) -> Rewording:
        if self._worker:
            self._worker.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._cancel.set()
        if self._worker:
            self._worker.join()

    def _work(self) -> None:
        with suppress(GameError):  # whatever is wrong is told when the player's line meets it
            for _ in self._session.reword(self._cancel):
                pass
