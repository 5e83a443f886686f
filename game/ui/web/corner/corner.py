"""Corner: what the authors' corner of a server has, for all of its authors."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

from ....authoring.drafts import Draft, Name
from .bench import Bench
from .files import Files, Quota

if TYPE_CHECKING:
    from ..games import Games
    from ..live import LiveGame

LINT_SECONDS, PLAYTEST_SECONDS = 25.0, 60.0
SHARED_SHARE = 0.4  # of that, where many authors wait for one bench
MOST_MAPPED, MAPS_EACH = 100, 4  # authors whose last pictures are kept, and how many
IDLE = 3600.0  # seconds a draft's game is kept that nobody looks at
SHARED_FILES = 60


class Corner:
    """The benches, the games in which drafts are tried, and the maps that were drawn.

    `shared` where others come in: then an author has so much `room` (in bytes), all of them
    together `in_all`, and a job less time.
    """

    def __init__(self, games: Games, shared: bool = False, room: int = 0, in_all: int = 0) -> None:
        self.games = games
        self.quota = Quota(SHARED_FILES, room, in_all, games.places.held) if shared else Quota()
        share = SHARED_SHARE if shared else 1.0
        self.quick, self.slow = Bench(LINT_SECONDS * share), Bench(PLAYTEST_SECONDS * share)
        self._lock = threading.Lock()
        self._trials: dict[str, LiveGame] = {}
        self._maps: OrderedDict[str, deque[tuple[str, str]]] = OrderedDict()
        self._used = time.monotonic()

    def files(self, owner: str) -> Files:
        """An author's files."""
        place = self.games.places.of(owner)
        assert place.root is not None  # there is no corner where nobody has a folder
        self._used = time.monotonic()
        return Files(place.app.library, place.root, self.quota, place.gives)

    def key(self, owner: str, do: str, name: Name) -> str:
        """Whose jobs take each other's place: those of a file, or all of a guest's."""
        return f"{owner}/{do}" if self.quota.files else f"{owner}/{do}/{name.path}"

    def draft(self, owner: str, name: Name, text: str) -> Draft:
        """A text in place of an author's file."""
        return Draft(self.games.places.of(owner).app.library.roots, name, text)

    # --- games in which drafts are tried -------------------------------------------------------

    def tries(self, owner: str, game: LiveGame) -> None:
        """Notes an author's new trial, which ends the one before it."""
        with self._lock:
            before, self._trials[owner] = self._trials.get(owner), game
        if before is not None and before is not game:
            self.games.forget(owner, before.key)

    def trying(self, owner: str, key: str) -> bool:
        """Whether an author still tries a draft in this game."""
        game = self._trials.get(owner)
        return game is not None and game.key == key and not game.gone

    def sweep(self) -> None:
        """Ends trials nobody looks at, and benches nobody needs."""
        now = time.monotonic()
        with self._lock:
            old = [
                (owner, game)
                for owner, game in self._trials.items()
                if not game.watched and not game.busy and now - game.used > IDLE
            ]
            for owner, _ in old:
                del self._trials[owner]
        for owner, game in old:
            self.games.forget(owner, game.key)
        if now - self._used > IDLE / 12:
            self.quick.rest()
            self.slow.rest()

    def close(self) -> None:
        """Ends what runs beside the server."""
        self.quick.close()
        self.slow.close()

    # --- maps ----------------------------------------------------------------------------------

    def keep_map(self, owner: str, svg: str) -> str:
        """Keeps a picture for its author; the name it is asked for by."""
        name = secrets.token_hex(12)
        with self._lock:
            drawn = self._maps.setdefault(owner, deque(maxlen=MAPS_EACH))
            drawn.append((name, svg))
            self._maps.move_to_end(owner)
            while len(self._maps) > MOST_MAPPED:
                self._maps.popitem(last=False)
        return name

    def map_named(self, owner: str, name: str) -> str | None:
        """An author's picture."""
        with self._lock:
            return dict(self._maps.get(owner, ())).get(name)
