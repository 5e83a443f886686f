"""What is the player's own: what a card has no place for, and taking something off the shelf."""

from __future__ import annotations

from ....authoring.cards.library import card_of, forget
from ....authoring.cards.write import FORMS, left_out
from ....loader import LANGUAGES
from ...cards import words
from ..home import spoken
from .request import Data, Refused, Request
from .shelf import home


def forms(ask: Request) -> Data:
    """The forms a character can be taken along in, and what each has no place for."""
    character, place = ask.text("character", 60), ask.games.places.of(ask.owner)
    language = spoken(place, character, ask.lang)
    if not place.gives(place.app.library.find("characters", character, language)):
        raise Refused(ask.word("web.bring.not_yours"))
    card = card_of(place.app.library, character, language, words(language))
    return {"forms": {form: left_out(card, form) for form in FORMS}}


def remove(ask: Request) -> Data:
    """Takes a character or a pack of the player's own off the shelf; games with it stay."""
    wanted, place = ask.text("id", 60), ask.games.places.of(ask.owner)
    found = [
        place.app.library.find(folder, wanted, language)
        for folder in ("characters", "scenarios")
        for language in LANGUAGES
    ]
    if place.root is None or not any(place.owns(one) for one in found):
        raise Refused(ask.word("web.bring.not_yours"))
    forget(place.root, wanted)
    return home(ask)
