"""What the player wants kept in mind: pinned and taken off."""

from __future__ import annotations

from ... import pins
from ..live import LiveGame
from .request import MAX_LINE, Data, Refused, Request, ready


def pin(ask: Request) -> Data:
    """Pins something."""
    game, wanted = ask.game(), ask.text("wanted", MAX_LINE)
    with game.turn:
        ready(ask, game)
        return _done(ask, game, pins.pin(game.session, wanted, ask.lang))


def unpin(ask: Request) -> Data:
    """Takes a pin off, by its number."""
    game, number = ask.game(), ask.text("wanted", 10)
    with game.turn:
        ready(ask, game)
        return _done(ask, game, pins.unpin(game.session, number, ask.lang))


def _done(ask: Request, game: LiveGame, change: pins.Change) -> Data:
    if not change.done:
        raise Refused(change.said)
    for _ in change.stream:  # nothing of it is drawn in the play
        pass
    return {"said": change.said, "pins": pins.listed(game.session)}
