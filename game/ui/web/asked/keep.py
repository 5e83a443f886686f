"""Saves, looking back, and the models a player wants."""

from __future__ import annotations

from collections.abc import Mapping

from ... import pins
from ...why import why as explained
from .. import home
from ..model_settings import ModelSettings, changed
from .request import Data, Request, prefer


def saves(ask: Request) -> Data:
    """The list of saves."""
    heads = ask.games.app.saves(ask.owner)
    return {"saves": [home.save(one) for one in heads[: home.MOST_SAVES]]}


def rename(ask: Request) -> Data:
    """Gives a save a name."""
    name = " ".join(ask.text("name", 100).split())
    ask.games.app.store.rename(ask.text("save", 80), ask.owner, name)
    return {**saves(ask), "said": ask.word("notices.saved", name=name)}


def delete(ask: Request) -> Data:
    """Deletes a save for good."""
    save = ask.text("save", 80)
    ask.games.app.store.delete(save, ask.owner)
    ask.games.forget(ask.owner, save)
    return saves(ask)


def delete_all(ask: Request) -> Data:
    """Deletes all that is known of this browser."""
    for head in ask.games.app.saves(ask.owner):
        ask.games.forget(ask.owner, head.id)
    ask.games.app.store.delete_owner(ask.owner)
    ask.games.places.forget(ask.owner)
    ask.games.forget_settings(ask.owner)
    return saves(ask)


def earlier(ask: Request) -> Data:
    """Older rows than the page has."""
    first, rows = ask.game().earlier(ask.number("before"))
    return {"first": first, "rows": rows}


def why(ask: Request) -> Data:
    """How the last line was understood."""
    session = ask.game().session
    lines = explained(session.story, session.events, ask.lang)
    return {"lines": lines, "pins": pins.listed(session)}


def prefs(ask: Request) -> Data:
    """The page has another speed or language."""
    prefer(ask, ask.game())
    return {}


def settings(ask: Request) -> Data:
    """Which of the model settings are filled."""
    return {"set": ask.games.settings(ask.owner).shown()}


def set_settings(ask: Request) -> Data:
    """Fills in model settings."""
    asked = ask.fields.get("settings")
    settings = changed(ask.games.settings(ask.owner), asked if isinstance(asked, Mapping) else {})
    ask.games.set_settings(ask.owner, settings)
    return {"set": settings.shown(), "said": ask.word("web.settings.kept")}


def clear_settings(ask: Request) -> Data:
    """Forgets the model settings."""
    ask.games.set_settings(ask.owner, ModelSettings())
    return {"set": ModelSettings().shown(), "said": ask.word("web.settings.cleared")}
