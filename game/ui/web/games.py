"""The games that are open on this server, each found only by its owner."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...app import App
from ...errors import SaveError
from .limits import Limits
from .live import LiveGame
from .model_settings import ModelSettings
from .places import Places

if TYPE_CHECKING:
    from ...session import Session
    from .corner.corner import Corner

IDLE = 15 * 60  # seconds a game stays open that nobody looks at
MOST_OPEN = 1000
KEPT_SETTINGS = 24 * 3600  # seconds a player's keys are kept after they were last here

CastWith = Callable[["Session", ModelSettings], None]


class Games:
    """Opens, keeps and closes live games.

    `cast_with` gives a session the models its player asked for; None where this server has none.
    """

    def __init__(
        self, app: App, limits: Limits | None = None, places: Places | None = None
    ) -> None:
        self.app = app
        self.limits = limits or Limits()
        self.places = places or Places(app)
        self.cast_with: CastWith | None = None
        self.corner: Corner | None = None  # where stories are written, if they are here
        self.closing = False
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], LiveGame] = {}
        self._settings: dict[str, ModelSettings] = {}
        self._here: dict[str, float] = {}  # when the owner of settings was last here

    # --- games -----------------------------------------------------------------------------------

    def admit(self, session: Session, lang: str, speed: str = "normal") -> LiveGame:
        """A session begun just now, or opened: its game, going on by itself."""
        key = session.save_id or f"memory{secrets.token_hex(16)}"
        gallery = self.places.of(session.owner).gallery
        game = LiveGame(session, key, lang, gallery, self.app.note_ending)
        game.set_speed(speed)
        if self.cast_with is not None:
            self.cast_with(session, self.settings(session.owner))
        with self._lock:
            kept = self._open.setdefault((session.owner, key), game)
        if kept is game:
            game.begin(session.resume())
        return kept

    def find(self, owner: str, key: str, lang: str = "en") -> LiveGame:
        """An owner's game, opened from its save where need be; raises SaveError, ContentError."""
        with self._lock:
            game = self._open.get((owner, key))
            if game is not None and game.gone:
                del self._open[owner, key]
                game = None
        if game is None:
            if key.startswith("memory"):
                raise SaveError(key, "missing")
            game = self.admit(self.app.open(key, owner), lang)
        game.used = time.monotonic()
        return game

    def forget(self, owner: str, key: str) -> None:
        """Closes a game; what pages still look on are told to look again."""
        with self._lock:
            game = self._open.pop((owner, key), None)
        if game is not None:
            game.stop()
            game.gone = True
            game.poke()

    def sweep(self, idle: float = IDLE) -> int:
        """Closes what nobody has looked at for so long; how many games that were."""
        now = time.monotonic()
        with self._lock:
            quiet = sorted(
                (game.used, key)
                for key, game in self._open.items()
                if not game.watched and not game.busy
            )
            over = max(0, len(self._open) - MOST_OPEN)
            closed = [key for n, (used, key) in enumerate(quiet) if now - used > idle or n < over]
            for key in closed:
                game = self._open[key]
                if not game.session.in_memory:  # what no disk holds would be lost
                    del self._open[key]
            watching = {owner for (owner, _), game in self._open.items() if game.watched}
            for owner, seen in list(self._here.items()):
                if now - seen > KEPT_SETTINGS and owner not in watching:
                    self._settings.pop(owner, None)
                    del self._here[owner]
        return len(closed)

    def __len__(self) -> int:
        return len(self._open)

    # --- settings --------------------------------------------------------------------------------

    def settings(self, owner: str) -> ModelSettings:
        """The models a player asked for."""
        with self._lock:
            if owner in self._settings:
                self._here[owner] = time.monotonic()
            return self._settings.get(owner, ModelSettings())

    def set_settings(self, owner: str, settings: ModelSettings) -> None:
        """Keeps a player's models, for games that are open and those to come."""
        with self._lock:
            self._settings[owner], self._here[owner] = settings, time.monotonic()
        if self.cast_with is not None:
            for (whose, _), game in list(self._open.items()):
                if whose == owner:
                    self.cast_with(game.session, settings)

    def forget_settings(self, owner: str) -> None:
        """Forgets a player's models and their key."""
        with self._lock:
            self._settings.pop(owner, None)
            self._here.pop(owner, None)

    # --- the end ---------------------------------------------------------------------------------

    def close_doors(self) -> None:
        """No page is kept looking on any more; replies go on to their end."""
        self.closing = True
        with self._lock:
            games = list(self._open.values())
        for game in games:
            game.poke()

    def drain(self, seconds: float = 5.0) -> bool:
        """Lets the replies that are being spoken end; whether they all did in time."""
        self.close_doors()
        if self.corner is not None:
            self.corner.close()
        until = time.monotonic() + seconds
        with self._lock:
            games = list(self._open.values())
        for game in games:
            game.hurry()
        ended = [game.settle(max(0.0, until - time.monotonic())) for game in games]
        for game in games:
            if game.busy:
                game.stop()
        return all(ended)
