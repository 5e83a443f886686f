"""CharacterGLM's character.json: many characters in one file, each with the player's role."""

from __future__ import annotations

from typing import Any

from .card import Card, Data, own, set_own
from .faults import CardError, Repairs
from .v1v2v3 import strict

FIELDS = ("user_info", "bot_info", "user_name", "bot_name", "greeting")
MOST_CHARACTERS = 500


def looks_like_characterglm(value: Any) -> bool:
    """Whether an object is a character.json: entries with a bot_info or bot_name."""
    if not isinstance(value, dict) or not value:
        return False
    return all(
        isinstance(one, dict) and ("bot_info" in one or "bot_name" in one) for one in value.values()
    )


def read_characterglm(value: Data, repairs: Repairs) -> list[Card]:
    """The cards of a character.json, in its order."""
    if len(value) > MOST_CHARACTERS:
        raise CardError("too_many", most=MOST_CHARACTERS)
    return [_card(shown, entry, repairs) for shown, entry in value.items()]


def _card(shown: str, entry: Data, repairs: Repairs) -> Card:
    data = strict(
        {
            "name": entry.get("bot_name") or shown,
            "description": entry.get("bot_info"),
            "first_mes": entry.get("greeting"),
        },
        repairs,
    )
    taken = ("bot_info", "greeting", "bot_name")
    rest = {name: one for name, one in entry.items() if name not in taken}
    set_own(data, characterglm={"shown": shown, **rest})
    return Card(data)


def write_characterglm(card: Card) -> Data:
    """A character.json with one character."""
    kept = own(card.data).get("characterglm")
    rest = dict(kept) if isinstance(kept, dict) else {}
    shown = str(rest.pop("shown", card.data["name"]))
    info = [card.data[one] for one in ("description", "personality", "scenario")]
    entry = {
        "user_info": "", "bot_info": "\n".join(one for one in info if one), "user_name": "",
        "bot_name": card.data["name"], "greeting": card.data["first_mes"], **rest,
    }  # fmt: skip
    return {shown: entry}
