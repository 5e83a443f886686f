"""SillyTavern's chats: JSON lines, the first of which says who talks with whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...events import Event
from ...stage import names, render
from ...state import fold
from ...story import Story
from .faults import CardError, Repairs
from .fields import Fields
from .jsonsafe import LARGEST, decoded, dumps, loads

MOST_LINES = 20_000
LONGEST_HEAD = 500_000
_MARKS = frozenset({"chat_metadata", "is_user", "mes"})
_HEAD = {"user_name": "text", "character_name": "text", "chat_metadata": "mapping"}
_LINE = {
    "name": "text", "is_user": "bool", "is_system": "bool", "mes": "text", "extra": "mapping",
    "swipes": "texts", "swipe_id": "number",
}  # fmt: skip
_NEEDED: dict[str, Any] = {"name": "", "is_user": False, "mes": ""}


@dataclass(frozen=True)
class Chat:
    """A chat's head and its lines, unknown fields and all."""

    head: dict[str, Any]
    lines: tuple[dict[str, Any], ...]

    @property
    def user(self) -> str:
        """What the player is called in it."""
        return str(self.head.get("user_name", ""))

    @property
    def character(self) -> str:
        """Whom the player talks with."""
        said = (str(one["name"]) for one in self.lines if not one["is_user"])
        return str(self.head.get("character_name") or next(said, ""))


def looks_like_chat(text: bytes) -> bool:
    """Whether these bytes begin like a chat: a JSON object a line, not one for the whole file."""
    first = text[:LONGEST_HEAD].lstrip(b"\xef\xbb\xbf \r\n").split(b"\n", 1)[0]
    if not first.startswith(b"{") or not any(one.encode() in first for one in _MARKS):
        return False
    try:
        value = loads(first, Repairs())
    except CardError:
        return False
    return isinstance(value, dict) and bool(_MARKS & value.keys()) and "data" not in value


def read_chat(raw: bytes, repairs: Repairs) -> Chat:
    """A chat; lines that are no messages are left out and told."""
    if len(raw) > LARGEST:
        raise CardError("too_large", most=LARGEST // 2**20)
    lines = decoded(raw, repairs).split("\n")
    if len(lines) > MOST_LINES:
        raise CardError("too_many", most=MOST_LINES)
    head: dict[str, Any] = {}
    found: list[dict[str, Any]] = []
    fields = Fields(repairs)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        value = _value(line, repairs)
        if not isinstance(value, dict):
            repairs.note("chat_line", line=number)
        elif "mes" not in value and not head and not found:
            head = fields.strict(value, _HEAD, "", {})
        elif "mes" in value:
            found.append(fields.strict(value, _LINE, f"{number}.", _NEEDED))
        else:
            repairs.note("chat_line", line=number)
    if not found:
        raise CardError("no_chat")
    return Chat(head, tuple(found))


def _value(line: str, repairs: Repairs) -> Any:
    try:
        return loads(line.encode("utf-8", "replace"), repairs)
    except CardError as error:
        if error.code == "no_json":
            return None
        raise


def write_chat(chat: Chat) -> str:
    """A chat as SillyTavern reads it."""
    return "".join(dumps(one) + "\n" for one in (chat.head, *chat.lines))


def exchanges(chat: Chat) -> tuple[str, list[tuple[str, str]]]:
    """The opening line of the character, and then pairs of what the player said and the reply."""
    opening: list[str] = []
    pairs: list[tuple[list[str], list[str]]] = []
    for line in chat.lines:
        if line.get("is_system") or not line["mes"].strip():
            continue
        if line["is_user"]:
            if not pairs or pairs[-1][1]:
                pairs.append(([], []))
            pairs[-1][0].append(line["mes"].strip())
        else:
            (pairs[-1][1] if pairs else opening).append(line["mes"].strip())
    return "\n".join(opening), [("\n".join(one), "\n".join(two)) for one, two in pairs]


def of_game(story: Story, events: Sequence[Event], date: str = "") -> Chat:
    """A game as a chat: the narrator's lines are SillyTavern's system lines."""
    state = fold(events)
    if state is None:
        raise CardError("no_chat")
    context = names(story, state)
    who = next(iter(story.cast), "")
    head = {
        "user_name": state.player_name,
        "character_name": story.cast[who].name if who else story.scenario.title,
        "create_date": date,
        "chat_metadata": {"scenario": render(story, story.scenario.title, context)},
    }
    lines = [
        {
            "name": state.player_name if entry.kind == "player" else _name(story, entry.who),
            "is_user": entry.kind == "player",
            "is_system": entry.kind not in ("player", "character"),
            "send_date": date,
            "mes": entry.text,
            "extra": {},
        }
        for entry in state.transcript
        if entry.text.strip()
    ]
    return Chat(head, tuple(lines))


def _name(story: Story, who: str) -> str:
    return story.cast[who].name if who in story.cast else "Narrator"
