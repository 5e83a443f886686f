"""Characters of text-generation-webui (YAML or JSON) and of Pygmalion's oldest programs (JSON).

Both are a handful of plain texts. What has no place in a card stays in our corner of its
extensions under the program's name, so that writing it out again gives it back.
"""

from __future__ import annotations

from typing import Any

import yaml

from .card import Card, Data, own, set_own
from .faults import CardError, Repairs
from .v1v2v3 import strict

TGWEBUI = {
    "name": ("name", "bot", "char_name"),
    "first_mes": ("greeting",),
    "description": ("context",),
    "mes_example": ("example_dialogue",),
}
PYGMALION = {
    "name": ("char_name", "name"),
    "description": ("char_persona",),
    "first_mes": ("char_greeting",),
    "scenario": ("world_scenario",),
    "mes_example": ("example_dialogue",),
}


def looks_like_pygmalion(value: Any) -> bool:
    """Whether an object is a character of Pygmalion's programs."""
    marks = ("char_persona", "char_greeting", "world_scenario")
    return isinstance(value, dict) and any(one in value for one in marks)


def looks_like_tgwebui(value: Any) -> bool:
    """Whether an object is a character of text-generation-webui."""
    if not isinstance(value, dict) or "first_mes" in value or "data" in value:
        return False
    named = any(one in value for one in TGWEBUI["name"])
    return named and ("context" in value or "greeting" in value)


def read_pygmalion(value: Data, repairs: Repairs) -> Card:
    """The card of a Pygmalion character."""
    return _read(value, PYGMALION, "pygmalion", repairs)


def read_tgwebui(value: Data, repairs: Repairs) -> Card:
    """The card of a text-generation-webui character."""
    return _read(value, TGWEBUI, "tgwebui", repairs)


def _read(value: Data, table: dict[str, tuple[str, ...]], program: str, repairs: Repairs) -> Card:
    found: Data = {}
    used: set[str] = set()
    for field, names in table.items():
        for name in names:
            if field not in found and value.get(name) not in (None, ""):
                found[field] = value[name]
                used.add(name)
    if not found.get("name"):
        raise CardError("no_card")
    data = strict(found, repairs)
    rest = {name: one for name, one in value.items() if name not in used}
    set_own(data, **{program: rest or None})
    return Card(data)


def write_pygmalion(card: Card) -> Data:
    """A Pygmalion character: its five texts, and what it came with."""
    return _written(card, PYGMALION, "pygmalion")


def write_tgwebui(card: Card) -> str:
    """A text-generation-webui character as YAML; it has no field for an example any more."""
    found = _written(card, TGWEBUI, "tgwebui")
    about = ("description", "personality", "scenario", "mes_example")
    found.pop("example_dialogue")
    found["context"] = "\n\n".join(card.data[one] for one in about if card.data[one])
    return yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=10_000)


def _written(card: Card, table: dict[str, tuple[str, ...]], program: str) -> Data:
    rest = own(card.data).get(program)
    found: Data = {names[0]: card.data[field] for field, names in table.items()}
    return {**found, **(rest if isinstance(rest, dict) else {})}
