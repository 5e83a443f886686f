"""The start page: what there is, and beginning or opening a game."""

from __future__ import annotations

from collections.abc import Mapping

from ....loader import TALK
from .. import home as start_page
from .. import talk as free_talk
from ..words import words
from .request import Data, Refused, Request, begins, opened, prefer


def hello(ask: Request) -> Data:
    """The first request of a page: words, and the start page."""
    return {"words": words(ask.lang), **home(ask)}


def home(ask: Request) -> Data:
    """What the start page shows."""
    wired = ask.games.cast_with is not None
    shown = start_page.home(ask.games, ask.owner, ask.lang)
    return {"home": shown, "models": wired, "corner": ask.games.corner is not None}


def new(ask: Request) -> Data:
    """A new game of a story, or of a puzzle of a pack."""
    scenario, puzzle = ask.text("scenario", 60), ask.text("puzzle", 60)
    known = ask.app.library.languages(scenario)
    if not known:
        raise Refused(ask.word("notices.no_scenario", id=scenario))
    lang = ask.lang if ask.lang in known else known[0]
    persona = free_talk.persona_of(ask.fields, lang) if scenario.startswith(TALK) else None
    begins(ask)
    return opened(ask, ask.app.new(scenario, lang, None, puzzle, ask.owner, persona))


def fields(ask: Request) -> Data:
    """The fields of a free talk, as they are for a character."""
    character = ask.text("character", 60)
    return {"fields": free_talk.shown(ask.app, character, _spoken(ask, character))}


def talk(ask: Request) -> Data:
    """A free talk with the fields as the page has them."""
    filled = ask.fields.get("fields")
    filled = filled if isinstance(filled, Mapping) else {}
    character = ask.text("character", 60)
    lang = _spoken(ask, character)
    story = free_talk.story_of(ask.app, character, lang, filled)
    who = free_talk.persona_of(filled, lang)
    begins(ask)
    return opened(ask, ask.app.begin(story, owner=ask.owner, persona=who))


def _spoken(ask: Request, character: str) -> str:
    return start_page.spoken(ask.games.places.of(ask.owner), character, ask.lang)


def open_game(ask: Request) -> Data:
    """A page begins to look on at a game."""
    game = ask.game()
    prefer(ask, game)
    return {"game": game.key}
