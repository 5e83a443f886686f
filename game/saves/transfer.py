"""Saves as JSONL, to carry to another machine: a head, the contents, then one event a line.

What is read here may come from anyone: everything is checked, and nothing is believed about
content that its digest doesn't confirm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import SaveDamaged, SaveError, SaveNewer
from ..events import FORMAT, Event, GameStarted, Rewound, decode, encode
from ..loader import digest_of
from ..plain import build
from .records import SaveHead, dumps, loads
from .upgrades import upgrade

LARGEST_FILE = 64 * 2**20
MOST_LINES = 200_000


@dataclass(frozen=True)
class ExportedHead:
    """The first line of an exported save."""

    scenario: str
    language: str
    title: str
    digest: str
    name: str = ""
    format: int = FORMAT


@dataclass(frozen=True)
class ExportedContent:
    """A story's texts under their digest."""

    digest: str
    sources: Mapping[str, str]


def write(
    head: SaveHead, contents: Mapping[str, Mapping[str, str]], events: Sequence[Event]
) -> str:
    """The text of a save's file."""
    first = {
        "type": "save", "format": FORMAT, "scenario": head.scenario, "language": head.language,
        "title": head.title, "name": head.name, "digest": head.digest,
    }  # fmt: skip
    kept = [{"type": "content", "digest": k, "sources": dict(v)} for k, v in contents.items()]
    return "".join(dumps(line) + "\n" for line in (first, *kept, *map(encode, events)))


def read(text: str) -> tuple[ExportedHead, dict[str, Mapping[str, str]], list[Event]]:
    """Head, contents and events of a save's file; SaveDamaged names the line that is wrong."""
    if len(text) > LARGEST_FILE or text.count("\n") > MOST_LINES:
        raise SaveDamaged("JSONL", "too long")
    head: ExportedHead | None = None
    contents: dict[str, Mapping[str, str]] = {}
    events: list[Event] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        try:
            data = loads(line)
            if head is None:
                head = _head(data)
            elif isinstance(data, dict) and data.get("type") == "content":
                content = _content(data)
                contents[content.digest] = content.sources
            else:
                events.append(_event(data, head.format, len(events)))
        except SaveError:
            raise
        except ValueError as error:
            raise SaveDamaged("JSONL", f"line {number}: {error}") from None
    if head is None or not events:
        raise SaveDamaged("JSONL", "no game in it")
    return head, contents, events


def _head(data: Any) -> ExportedHead:
    if not isinstance(data, dict) or data.get("type") != "save":
        raise ValueError("the first line is not the head of a save")
    values = {name: value for name, value in data.items() if name != "type"}
    version = values.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise SaveNewer("JSONL", f"format {version}")
    head: ExportedHead = build(ExportedHead, values, "save")
    return head


def _content(data: dict[str, Any]) -> ExportedContent:
    values = {name: value for name, value in data.items() if name != "type"}
    content: ExportedContent = build(ExportedContent, values, "content")
    if digest_of(content.sources) != content.digest:
        raise ValueError("content: it is not what its digest says")
    return content


def _event(data: Any, version: int, position: int) -> Event:
    if not isinstance(data, dict):
        raise ValueError("not an event")
    event = decode(upgrade(data, version))
    if isinstance(event, GameStarted) != (position == 0):
        raise ValueError("a game starts once, with its first event")
    if isinstance(event, Rewound) and not 0 <= event.to <= position:
        raise ValueError("Rewound: there are not so many events")
    return event
