"""Lorebooks: of a card, alone (V3) or SillyTavern's, made strict; and their decorators."""

from __future__ import annotations

import re
from typing import Any

from .faults import Repairs
from .fields import Fields

BOOK_KINDS = {
    "name": "text", "description": "text", "scan_depth": "number", "token_budget": "number",
    "recursive_scanning": "bool", "extensions": "mapping", "entries": "mappings",
}  # fmt: skip
ENTRY_KINDS = {
    "keys": "texts", "content": "text", "extensions": "mapping", "enabled": "bool",
    "insertion_order": "number", "case_sensitive": "bool", "use_regex": "bool", "name": "text",
    "priority": "number", "id": "id", "comment": "text", "selective": "bool",
    "secondary_keys": "texts", "constant": "bool",
}  # fmt: skip
_ENTRY: dict[str, Any] = {
    "keys": [], "content": "", "extensions": {}, "enabled": True, "insertion_order": 100,
    "use_regex": False,
}  # fmt: skip
_POSITIONS = ("before_char", "after_char")
_REGEX = re.compile(r"/.+/[a-z]*", re.DOTALL)
# SillyTavern's names of what a card's entry has a field for; all others go to its extensions.
_TAVERN = {
    "key": "keys", "keysecondary": "secondary_keys", "content": "content", "comment": "comment",
    "constant": "constant", "selective": "selective", "order": "insertion_order", "uid": "id",
    "caseSensitive": "case_sensitive",
}  # fmt: skip
_SPECIAL = ("disable", "position", "extensions")


def looks_like_book(value: Any) -> bool:
    """Whether an object is a lorebook that stands alone."""
    if not isinstance(value, dict):
        return False
    if value.get("spec") == "lorebook_v3":
        return True
    entries = value.get("entries")
    listed = list(entries.values()) if isinstance(entries, dict) else entries
    return isinstance(listed, list) and "first_mes" not in value


def read_book(value: dict[str, Any], repairs: Repairs) -> dict[str, Any]:
    """A lorebook as a card's `character_book`, from any of its forms."""
    source = dict(value["data"]) if isinstance(value.get("data"), dict) else dict(value)
    entries = source.get("entries")
    if isinstance(entries, dict):
        source["entries"] = [
            from_tavern(one) if isinstance(one, dict) else one for one in entries.values()
        ]
    elif isinstance(entries, list) and any(
        "key" in one for one in entries if isinstance(one, dict)
    ):
        source["entries"] = [from_tavern(one) if isinstance(one, dict) else one for one in entries]
    return strict_book(source, Fields(repairs), "")


def from_tavern(entry: dict[str, Any]) -> dict[str, Any]:
    """SillyTavern's entry as a card's; its own fields stay, in the extensions."""
    found = {_TAVERN[name]: one for name, one in entry.items() if name in _TAVERN}
    own = {name: one for name, one in entry.items() if name not in {*_TAVERN, *_SPECIAL}}
    before = entry.get("extensions")
    found["enabled"] = not entry.get("disable", False)
    position = entry.get("position")
    if position in (0, 1):
        found["position"] = _POSITIONS[position]
    elif position is not None:
        own["position"] = position
    found["extensions"] = {**(before if isinstance(before, dict) else {}), **own}
    return found


def to_tavern(book: dict[str, Any]) -> dict[str, Any]:
    """A card's book as the file SillyTavern keeps of a lorebook."""
    names = {ours: theirs for theirs, ours in _TAVERN.items()}
    entries: dict[str, Any] = {}
    for number, entry in enumerate(book.get("entries", [])):
        found = {theirs: entry[ours] for ours, theirs in names.items() if ours in entry}
        found.setdefault("uid", number)
        found["disable"] = not entry["enabled"]
        position = entry.get("position")
        found["position"] = _POSITIONS.index(position) if position in _POSITIONS else 0
        entries[str(number)] = {**found, **entry["extensions"]}
    rest = {name: one for name, one in book.items() if name != "entries" and one not in ({}, "")}
    return {**rest, "entries": entries}


def strict_book(value: Any, fields: Fields, where: str) -> dict[str, Any]:
    """A `character_book` with every field of its kind."""
    if isinstance(value, list):  # entries without their book
        value = {"entries": value}
    book: dict[str, Any] = fields.strict(
        value, BOOK_KINDS, where, {"extensions": {}, "entries": []}
    )
    book["entries"] = [
        _strict_entry(one, fields, f"{where}entries[{number}].")
        for number, one in enumerate(book["entries"])
    ]
    return book


def _strict_entry(value: dict[str, Any], fields: Fields, where: str) -> dict[str, Any]:
    if "keys" not in value and "key" in value:
        value = from_tavern(value)
        fields.repairs.note("tavern_entry")
    entry: dict[str, Any] = fields.strict(value, ENTRY_KINDS, where, _ENTRY)
    position = entry.get("position")
    if "position" in entry and position not in _POSITIONS:
        del entry["position"]
        if position in (0, 1) and not isinstance(position, bool):
            entry["position"] = _POSITIONS[position]
        elif position is not None:
            entry["extensions"] = {"position": position, **entry["extensions"]}
        fields.repairs.note("converted", field=f"{where}position", kind="text")
    return entry


def decorators(content: str) -> tuple[dict[str, str], str]:
    """The `@@name value` lines a content begins with, the first of a name, and the rest."""
    found: dict[str, str] = {}
    lines = content.split("\n")
    while lines and lines[0].lstrip().startswith("@@"):
        name, _, value = lines.pop(0).strip().lstrip("@").partition(" ")
        found.setdefault(name.strip().lower(), value.strip())
    return found, "\n".join(lines)


def is_regex(entry: dict[str, Any], key: str) -> bool:
    """Whether a key is a pattern, which our lore doesn't search by."""
    return bool(entry.get("use_regex")) or bool(_REGEX.fullmatch(key.strip()))
