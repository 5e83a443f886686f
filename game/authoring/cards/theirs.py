"""A character of ours as a card that other programs play.

What a card has no field for travels whole in our corner of its extensions. A character that came
as a card gives that card back: only what its author has changed since is written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...checks import CONTEXT
from ...prompts.describing import ATTRIBUTES
from ...prompts.words import word
from ...story import Character, LoreEntry
from . import ours
from .card import Card, Data, set_own
from .faults import Repairs
from .macros import to_card
from .v1v2v3 import strict

_PERSONA = ("description", "personality", "scenario")
_FIELDS = {
    "name": ("name", "nickname"),
    "identity": _PERSONA,
    "greeting": ("first_mes",),
    "greetings": ("alternate_greetings",),
    "examples": ("mes_example",),
    "lore": ("character_book",),
}


def to_card_of(
    character: Character, language: str, came_as: Card | None = None, asides: Sequence[str] = ()
) -> Card:
    """The card of a character; `came_as` is the one it was imported from."""
    data = strict(_written(character, language), Repairs())
    card = Card(data)
    if came_as:
        card = Card(_kept(character, came_as, data, asides), came_as.extra, None, came_as.files)
    whole = ours.dumped(character)
    alone = Character.model_validate(ours.to_character(card, asides, Repairs()))
    if ours.dumped(alone) == whole:
        set_own(card.data, character=None, language=None)
    else:
        set_own(card.data, character=whole, language=language)
    return card


def base_of(character: Character, language: str) -> Card:
    """The card a character is written as, to tell what others have changed in it since."""
    return Card(strict(_written(character, language), Repairs()))


def _kept(character: Character, came_as: Card, fresh: Data, asides: Sequence[str]) -> Data:
    """The card a character came as, and only what was changed since from the fresh one."""
    data = {**came_as.data}
    before = ours.to_character(came_as, asides, Repairs())
    before_dumped = ours.dumped(Character.model_validate(before))
    now = ours.dumped(character)
    for group in ours.GROUPS:
        if any(before_dumped.get(field) != now.get(field) for field in group):
            for field in _FIELDS[group[0]]:
                data.pop(field, None)
                if field in fresh:
                    data[field] = fresh[field]
    return data


def _written(character: Character, language: str) -> Data:
    names = {**CONTEXT, "language": language,
             **{name: one.initial for name, one in character.state.items()}}  # fmt: skip

    def told(source: str) -> str:
        return to_card(source, names)

    style = {"style": told(character.speech.style), "dialect": character.speech.dialect,
             "catchphrases": ("、" if language == "zh" else ", ").join(
                 character.speech.catchphrases)}  # fmt: skip
    about = {one: told(getattr(character, one)) for one in ATTRIBUTES if one != "personality"}
    lines = [word(language, f"describe.{one}", text=text) for one, text in about.items() if text]
    spoken = [word(language, f"describe.{one}", text=text) for one, text in style.items() if text]
    personality = told(character.personality)
    greetings = [told(one) for one in (character.greeting, *character.greetings) if one.strip()]
    book = [_entry(one, number, told) for number, one in enumerate(character.lore)]
    found: Data = {
        "name": character.name,
        "description": "\n".join(lines),
        "personality": "\n".join([*([personality] if personality else []), *spoken]),
        "first_mes": greetings[0] if greetings else "",
        "alternate_greetings": greetings[1:],
        "mes_example": "\n".join(
            f"<START>\n{{{{user}}}}: {told(one.player)}\n{{{{char}}}}: {told(one.reply)}"
            for one in character.examples
        ),
        "tags": [character.tagline] if character.tagline else [],
    }
    if book:
        found["character_book"] = {"extensions": {}, "entries": book}
    return found


def _entry(one: LoreEntry, number: int, told: Callable[[str], str]) -> Data:
    timing = {key: value for key in ("sticky", "cooldown") if (value := getattr(one, key))}
    entry: Data = {
        "keys": list(one.keys), "content": told(one.text), "extensions": timing, "enabled": True,
        "insertion_order": number, "use_regex": False, "constant": one.constant,
        "comment": one.id,
    }  # fmt: skip
    if one.secondary:
        entry.update(selective=True, secondary_keys=list(one.secondary))
    return entry
