"""One request of a page: its fields, measured as they are read, and what many actions share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....events import PlayerSpoke
from ...locale import text
from ..games import Games
from ..live import LiveGame
from ..pace import SPEEDS

if TYPE_CHECKING:
    from ....app import App
    from ....session import Session

Data = dict[str, Any]
MAX_LINE = 2_000
PATIENCE = 2.0  # seconds a new line waits for the reply before it to end


class Refused(Exception):
    """The request can't be granted; `said` tells the player why."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True)
class Request:
    """What a page asks: by whom, in which language, with which fields."""

    games: Games
    owner: str
    lang: str
    fields: Mapping[str, Any]

    @property
    def app(self) -> App:
        """The house as this player sees it, with what is their own."""
        return self.games.places.of(self.owner).app

    def word(self, key: str, **data: Any) -> str:
        """A word of the interface."""
        return text(self.lang, key, **data)

    def text(self, name: str, most: int = 200) -> str:
        """A field that holds a text no longer than `most`."""
        value = self.fields.get(name, "")
        if not isinstance(value, str):
            raise Refused(self.word("web.bad_request"))
        if len(value) > most:
            raise Refused(self.word("notices.too_long", most=most))
        return value

    def number(self, name: str) -> int:
        """A field that holds a whole number."""
        value = self.fields.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**6:
            raise Refused(self.word("web.bad_request"))
        return value

    def game(self) -> LiveGame:
        """The game it is about, which must be the owner's."""
        return self.games.find(self.owner, self.text("game", 80), self.lang)

    def with_fields(self, **fields: Any) -> Request:
        """The same request with other fields."""
        return Request(self.games, self.owner, self.lang, {**self.fields, **fields})


Action = Callable[[Request], Data]


def opened(ask: Request, session: Session) -> Data:
    """A session as a game that is played from now on."""
    game = ask.games.admit(session, ask.lang, speed(ask))
    return {"game": game.key}


def speed(ask: Request) -> str:
    """How fast lines shall appear."""
    wanted = ask.text("speed", 20)
    return wanted if wanted in SPEEDS else "normal"


def prefer(ask: Request, game: LiveGame) -> None:
    """The page's speed and language for a game."""
    game.set_speed(speed(ask))
    if game.lang != ask.lang:
        game.lang = ask.lang
        game.redraw()


def ready(ask: Request, game: LiveGame) -> None:
    """A new line lets the reply before it end at once; a model's may go on too long."""
    game.hurry()
    if not game.settle(PATIENCE):
        raise Refused(ask.word("notices.busy"))


def counted(ask: Request, game: LiveGame) -> None:
    """Counts a line against what the host allows; one that was taken back counts, too."""
    said = sum(isinstance(one, PlayerSpoke) for one in game.session.events)
    _refuse(ask, ask.games.limits.take(ask.owner, said))


def begins(ask: Request) -> None:
    """Counts a game that is about to begin, whose opening a model may tell."""
    kept(ask)
    _refuse(ask, ask.games.limits.take(ask.owner, 0))


def kept(ask: Request) -> None:
    """Refuses one more saved game than the host allows."""
    most = ask.games.limits.games
    _refuse(ask, "games" if most and len(ask.games.app.saves(ask.owner)) >= most else "")


def _refuse(ask: Request, which: str) -> None:
    if which:
        raise Refused(ask.word(f"web.limit.{which}"))
