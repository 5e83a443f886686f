"""A card as a character of ours: what plays of it, with nothing invented.

The character is data for `story.Character`. What plays has a place there; everything else stays in
the card, which is kept beside it. Without a model the card's own example lines are its small talk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...story import Character
from . import lorebook
from .card import Card, Data, own
from .faults import Repairs
from .macros import Macros

LONGEST_TEXT = 8000  # of a template, as `story.Text` and `templates` have it
PIECE = 6000
LONGEST_NAME = 80
LONGEST_KEY = 200
MOST_TOPICS = 40
MOST_ENTRIES = 800
# What the lists of a character's file may cost together, so that `yamlfile` reads it: bytes as
# ASCII JSON, and so much more for each value.
BUDGET, A_VALUE = 200_000, 12
_START = re.compile(r"<START>", re.IGNORECASE)
_WIDE = re.compile("[\u3400-\u9fff]")
_LETTER = re.compile("[^\\W\\d_]")


def language_of(card: Card) -> str:
    """The language a card is written in, of those the game speaks."""
    text = "".join(card.data[one][:4000] for one in ("description", "first_mes", "personality"))
    letters = len(_LETTER.findall(text))
    return "zh" if letters and len(_WIDE.findall(text)) * 4 > letters else "en"


def to_character(card: Card, asides: Sequence[str], repairs: Repairs) -> Data:
    """What a character's file says of a card; `asides` are what it answers when at a loss."""
    data, name = card.data, name_of(card, repairs)
    macros = Macros(name, repairs)

    def text(field: str, source: str) -> str:
        found = pieces(source, macros)
        if len(found) > 1:
            repairs.note("cut", field=field)
        return found[0]

    description = pieces(data["description"], macros)
    examples = [
        {"player": text("mes_example", one), "reply": text("mes_example", two)}
        for one, two in exchanges(data["mes_example"], card)
    ]
    found: Data = {
        "name": name,
        "tagline": ("、" if language_of(card) == "zh" else ", ").join(
            macros.plain(one) for one in data["tags"][:6] if len(one) < 40
        ),
        "identity": description[0],
        "personality": text("personality", data["personality"]),
        "other": text("scenario", data["scenario"]),
        "greeting": text("first_mes", data["first_mes"]),
        "greetings": [text("greetings", one) for one in data["alternate_greetings"] if one.strip()],
        "examples": examples,
        "lore": [
            *({"id": "description", "constant": True, "text": one} for one in description[1:]),
            *_lore(data.get("character_book") or {}, macros, repairs),
        ],
        "small_talk": _topics(card, examples, macros),
        "asides": list(asides),
    }
    _fit(found, repairs)
    return {key: value for key, value in found.items() if value not in ("", [], {})}


def restored(card: Card, plain: Data, base: Data, repairs: Repairs) -> Data:
    """The character a card of ours carries whole, with what others have changed in the card since.

    `plain` is what the card alone says, `base` what it said when it was written.
    """
    whole = own(card.data).get("character")
    if not isinstance(whole, dict):
        return plain
    found = dict(whole)
    for group in GROUPS:
        if any(plain.get(field) != base.get(field) for field in group):
            repairs.note("changed_since", field=group[0])
            for field in group:
                found.pop(field, None)
                if field in plain:
                    found[field] = plain[field]
    return found


# Fields of a character that a card says together.
GROUPS = (
    ("name",),
    ("identity", "personality", "other", "interests", "viewpoints", "experiences", "achievements",
     "relationships", "speech", "notes"),
    ("greeting",),
    ("greetings",),
    ("examples",),
    ("lore",),
)  # fmt: skip


def dumped(character: Character) -> Data:
    """A character as plain data that gives the same one again; pictures stay behind."""
    found: Data = character.model_dump(mode="json", exclude_defaults=True, exclude={"portrait"})
    return found


# --- parts ---------------------------------------------------------------------------------------


def name_of(card: Card, repairs: Repairs) -> str:
    """What the character is called here: one line, not too long."""
    name = " ".join(Macros("", Repairs()).plain(card.name).split()) or "?"
    if len(name) > LONGEST_NAME:
        repairs.note("cut", field="name")
    return name[:LONGEST_NAME]


def pieces(text: str, macros: Macros) -> list[str]:
    """A card's text as templates, as many as it takes to keep each within what a file may say."""
    whole = macros.template(text)
    if len(whole) <= LONGEST_TEXT:
        return [whole]
    found: list[str] = []
    while text:
        size = PIECE
        while len(macros.template(text[:size])) > LONGEST_TEXT:
            size //= 2
        if len(text) > size:
            cut = max(text.rfind(mark, size // 2, size) for mark in ("\n", "。", ". "))
            size = cut + 1 if cut > 0 else _between_macros(text, size)
        found.append(macros.template(text[:size]))
        text = text[size:]
    return [one for one in found if one] or [""]


def _between_macros(text: str, size: int) -> int:
    opened = text.rfind("{{", max(0, size - 500), size)
    closed = text.rfind("}}", max(0, size - 500), size)
    return opened if opened > max(closed, 0) else size


def exchanges(source: str, card: Card) -> Iterator[tuple[str, str]]:
    """The pairs of a player's line and the reply in a card's example dialogue."""
    names = "|".join(re.escape(one) for one in {card.name, card.data["name"]} if one.strip())
    char = re.compile(rf"\s*(?:\{{\{{char\}}\}}|<bot>|<char>|{names or 'char'})\s*[:：]\s*", re.I)
    user = re.compile(r"\s*(?:\{\{user\}\}|<user>|you|你)\s*[:：]\s*", re.I)
    for block in _START.split(source):
        player: list[str] = []
        reply: list[str] = []
        into: list[str] | None = None
        for line in block.split("\n"):
            if found := user.match(line):
                if player and reply:
                    yield _text(player), _text(reply)
                    player, reply = [], []
                into, line = player, line[found.end() :]
            elif found := char.match(line):
                into, line = reply, line[found.end() :]
            if into is not None:
                into.append(line)
        if player and reply:
            yield _text(player), _text(reply)


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip()


def _topics(card: Card, examples: Sequence[Data], macros: Macros) -> list[Data]:
    """What the card's own examples answer, as small talk; the same question in one topic."""
    quiet = Macros(macros.char, Repairs())
    topics: dict[str, Data] = {}
    for (line, _), example in zip(exchanges(card.data["mes_example"], card), examples, strict=True):
        heard = quiet.plain(line)
        if not 0 < len(heard) <= LONGEST_KEY or not example["reply"]:
            continue
        topic = topics.setdefault(heard.casefold(), {"hears": [heard], "says": []})
        if example["reply"] not in topic["says"]:
            topic["says"].append(example["reply"])
    return [
        {"id": f"example_{number}", **topic}
        for number, topic in enumerate(list(topics.values())[:MOST_TOPICS], 1)
    ]


def _lore(book: Data, macros: Macros, repairs: Repairs) -> list[Data]:
    """A card's book as lore, in its order, as much as a file may hold."""
    entries = sorted(book.get("entries", []), key=lambda one: one["insertion_order"])
    found: list[Data] = []
    for number, entry in enumerate(entries):
        if len(found) >= MOST_ENTRIES:
            repairs.note("lore_left", n=len(entries) - number)
            break
        found += _entry(entry, number, macros, repairs)
    return found


def _fit(found: Data, repairs: Repairs) -> None:
    """Leaves out what would make the file longer than can be read; the card has it all."""
    left = BUDGET
    for field in ("greetings", "examples", "lore", "small_talk"):
        kept = []
        for one in found[field]:
            left -= len(json.dumps(one)) + A_VALUE * _values(one)
            if left < 0:
                break
            kept.append(one)
        if len(kept) < len(found[field]):
            missing = len(found[field]) - len(kept)
            code = "lore_left" if field == "lore" else "cut"
            repairs.note(code, **({"n": missing} if field == "lore" else {"field": field}))
        found[field] = kept


def _values(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(1 + _values(one) for one in value.values())
    return 1 + sum(map(_values, value)) if isinstance(value, list) else 1


def _entry(entry: Data, number: int, macros: Macros, repairs: Repairs) -> Iterator[Data]:
    marks, content = lorebook.decorators(entry["content"])
    constant = bool(entry.get("constant")) or "activate" in marks
    name = str(entry.get("comment") or entry.get("name") or entry.get("id") or number + 1)
    if not entry["enabled"] or "dont_activate" in marks or not content.strip():
        repairs.note("lore_off", name=name[:40])
        return
    keys = [*entry["keys"], *marks.get("additional_keys", "").split(",")]
    if any(lorebook.is_regex(entry, key) for key in keys if key.strip()):
        repairs.note("lore_pattern", name=name[:40])
        keys = [key for key in keys if not lorebook.is_regex(entry, key)]
    keys = _keys(keys, macros)
    if not keys and not constant:
        return
    second = _keys(entry.get("secondary_keys", []), macros) if entry.get("selective") else []
    if second and entry["extensions"].get("selectiveLogic", 0) not in (0, None):
        repairs.note("lore_logic", name=name[:40])
    found: Data = {"id": name[:60], "keys": keys, "secondary": second, "constant": constant}
    found.update(_timing(entry, marks))
    for text in pieces(content, macros):
        yield {key: value for key, value in {**found, "text": text}.items() if value}


def _keys(keys: Sequence[str], macros: Macros) -> list[str]:
    """Keys as plain words; the player's name can't be one."""
    found = (macros.plain(key)[:LONGEST_KEY].strip() for key in keys)
    return [one for one in dict.fromkeys(found) if one]


def _timing(entry: Data, marks: dict[str, str]) -> Data:
    found: Any = {
        key: min(value, 100)
        for key in ("sticky", "cooldown")
        if isinstance(value := entry["extensions"].get(key), int) and value > 0
    }
    after = marks.get("activate_only_after", "")
    if after.isascii() and after.isdecimal() and len(after) < 5:
        found["when"] = f"turns >= {int(after)}"
    return dict(found)
