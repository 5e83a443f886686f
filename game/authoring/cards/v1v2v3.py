"""Character Card V1, V2 and V3: any of them in as strict V3, and each of them out.

https://github.com/malfoyslastname/character-card-spec-v2 and
https://github.com/kwaroran/character-card-spec-v3 say what the fields mean.
"""

from __future__ import annotations

from typing import Any

from .card import Card, Data, own, set_own
from .faults import CardError, Repairs
from .fields import Fields
from .lorebook import strict_book

V1_FIELDS = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
V2_KINDS = {
    **dict.fromkeys(V1_FIELDS, "text"),
    "creator_notes": "text", "system_prompt": "text", "post_history_instructions": "text",
    "alternate_greetings": "texts", "tags": "texts", "creator": "text",
    "character_version": "text", "extensions": "mapping",
}  # fmt: skip
V3_ONLY = {
    "assets": "mappings", "nickname": "text", "creator_notes_multilingual": "mapping",
    "source": "texts", "group_only_greetings": "texts", "creation_date": "number",
    "modification_date": "number",
}  # fmt: skip
NEEDED: Data = {
    **dict.fromkeys(V1_FIELDS, ""),
    "creator_notes": "", "system_prompt": "", "post_history_instructions": "",
    "alternate_greetings": [], "tags": [], "creator": "", "character_version": "",
    "extensions": {}, "group_only_greetings": [],
}  # fmt: skip
_ASSET = {"type": "", "uri": "", "name": "", "ext": ""}
# What other programs call the same, where a card has no field of the right name.
_ALIASES = {"char_name": "name", "first_message": "first_mes", "example_dialogue": "mes_example"}


def looks_like_card(value: Any) -> bool:
    """Whether an object is a card of any version, even one that doesn't say so."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("data"), dict) and not str(value.get("spec", "")).startswith("lore"):
        return "name" in value["data"] or str(value.get("spec", "")).startswith("chara_card")
    return "first_mes" in value or ("name" in value and "description" in value)


def read_card(value: Any, repairs: Repairs, fallback_name: str = "") -> Card:
    """A card of V1, V2 or V3; raises CardError for what is none."""
    if not looks_like_card(value):
        raise CardError("no_card")
    if isinstance(value.get("data"), dict):
        inner, extra = dict(value["data"]), _extra(value, repairs)
        _check_spec(value, repairs)
        _from_outside(inner, value, repairs)
    else:
        inner, extra = dict(value), {}
        inner.pop("spec", None)
        inner.pop("spec_version", None)
    for alias, name in _ALIASES.items():
        if name not in inner and alias in inner:
            inner[name] = inner.pop(alias)
            repairs.note("renamed", field=alias, name=name)
    data = strict(inner, repairs)
    if not data["name"].strip():
        data["name"] = fallback_name or "?"
        repairs.note("no_name", name=data["name"])
    return Card(data, extra)


def strict(inner: Data, repairs: Repairs) -> Data:
    """The `data` of a V3 card with every field of its kind."""
    inner = dict(inner)
    book = inner.pop("character_book", None)
    fields = Fields(repairs)
    data: Data = fields.strict(inner, {**V2_KINDS, **V3_ONLY}, "", NEEDED)
    if "assets" in data:
        kinds = dict.fromkeys(_ASSET, "text")
        data["assets"] = [
            fields.strict(one, kinds, f"assets[{number}].", _ASSET)
            for number, one in enumerate(data["assets"])
        ]
    if book is not None:
        data["character_book"] = strict_book(book, fields, "character_book.")
    if fields.kept:
        set_own(data, kept={**own(data).get("kept", {}), **fields.kept})
    _take_back_v3(data)
    return data


def _take_back_v3(data: Data) -> None:
    """Fields of V3 that a V2 card of ours carries in its corner."""
    newer = own(data).get("v3")
    if isinstance(newer, dict):
        fields = Fields(Repairs())
        found = fields.strict(newer, V3_ONLY, "", {})
        data.update({name: one for name, one in found.items() if name in V3_ONLY})
        set_own(data, v3=None)


def _check_spec(value: Data, repairs: Repairs) -> None:
    spec, version = value.get("spec"), value.get("spec_version")
    try:
        number = float(str(version))
    except ValueError:
        number = 0.0
    if spec not in ("chara_card_v2", "chara_card_v3") or not 2.0 <= number < 4.0:
        repairs.note("spec", spec=str(spec)[:40], version=str(version)[:10])


def _extra(value: Data, repairs: Repairs) -> Data:
    known = {"spec", "spec_version", "data", *V1_FIELDS}
    return {name: one for name, one in value.items() if name not in known}


def _from_outside(inner: Data, value: Data, repairs: Repairs) -> None:
    """V1 fields that stand beside `data`: they count where `data` lacks them."""
    for name in V1_FIELDS:
        outer = value.get(name)
        if not outer or outer == inner.get(name):
            continue
        if not inner.get(name):
            inner[name] = outer
            repairs.note("moved", field=name)
        else:
            repairs.note("field_twice", field=name)


# --- out -----------------------------------------------------------------------------------------


def v1(card: Card) -> Data:
    """Flat and nothing but text: what the oldest programs read."""
    return {name: card.data[name] for name in V1_FIELDS}


def v2(card: Card) -> Data:
    """V2; what only V3 has travels in our corner of its extensions."""
    data = {name: one for name, one in card.data.items() if name not in V3_ONLY}
    newer = {name: one for name, one in card.data.items() if name in V3_ONLY}
    if not newer.get("group_only_greetings"):  # V3 has it anyway
        newer.pop("group_only_greetings", None)
    set_own(data, v3=newer or None)
    if book := data.get("character_book"):  # V2 has no patterns: what says so is left out
        entries = [
            {name: value for name, value in one.items() if name != "use_regex" or value}
            for one in book["entries"]
        ]
        data["character_book"] = {**book, "entries": entries}
    return {**card.extra, "spec": "chara_card_v2", "spec_version": "2.0", "data": data}


def v3(card: Card) -> Data:
    """V3, which is how cards are kept here."""
    return {**card.extra, "spec": "chara_card_v3", "spec_version": "3.0", "data": card.data}
