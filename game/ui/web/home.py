"""The start page as data: stories, puzzles and the daily one, people to talk to, saves."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...app import App, daily_puzzle
from ...errors import ContentError
from ...loader import LANGUAGES, Head
from ..view import clean
from . import drawn

if TYPE_CHECKING:
    from ...saves import SaveHead
    from ...story import PuzzlePack
    from .games import Games

Data = dict[str, Any]
MOST_SAVES = 200
FOLDERS = ("scenarios", "characters")


class Shelf:
    """What authors have put on the shelf, read again only where a file has changed."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._kept: dict[tuple[str, ...], tuple[Any, Any]] = {}

    def heads(self, lang: str) -> list[Head]:
        """The scenarios in a language, then those that exist in another one only."""
        found: list[Head] = self._keep(("heads", lang), lambda: _heads(self.app, lang))
        return found

    def people(self, lang: str) -> list[Head]:
        """Those one can talk to."""
        found: list[Head] = self._keep(("people", lang), lambda: self.app.library.characters(lang))
        return found

    def pack(self, head: Head) -> PuzzlePack | None:
        """A pack of puzzles; None where its file is broken."""

        def load() -> Any:
            try:
                return self.app.library.load(head.id, head.language).scenario
            except ContentError:
                return None

        pack: PuzzlePack | None = self._keep(("pack", head.id, head.language), load)
        return pack

    def _keep(self, key: tuple[str, ...], make: Callable[[], Any]) -> Any:
        stamp = self._stamp()
        kept = self._kept.get(key)
        if kept is None or kept[0] != stamp:
            kept = self._kept[key] = (stamp, make())
        return kept[1]

    def _stamp(self) -> list[tuple[str, int]]:
        folders = [root / name for root in self.app.library.roots for name in FOLDERS]
        return [
            (entry.path, entry.stat().st_mtime_ns)
            for folder in folders
            if folder.is_dir()
            for entry in os.scandir(folder)
        ]


def home(games: Games, owner: str, lang: str) -> Data:
    """Everything the start page shows."""
    saves = games.app.saves(owner)
    heads = games.shelf.heads(lang)
    return {
        "stories": [_story(games, one, owner, lang) for one in heads if one.kind != "puzzles"],
        "packs": [
            pack for one in heads if one.kind == "puzzles" and (pack := _pack(games, one, saves))
        ],
        "people": [_person(games, one) for one in games.shelf.people(lang)],
        "saves": [save(one) for one in saves[:MOST_SAVES]],
    }


def save(head: SaveHead) -> Data:
    """A line of the list of saves."""
    return {
        "id": head.id,
        "title": clean(head.title),
        "name": clean(head.name),
        "scenario": head.scenario,
        "turns": head.turns,
        "over": bool(head.ended),
        "updated": head.updated,
        "language": head.language,
        "damaged": head.damaged,
        "branch": bool(head.parent),
    }


def _heads(app: App, lang: str) -> list[Head]:
    found = [one for one in app.library.heads(lang) if not one.broken]
    known = {one.id for one in found}
    for other in LANGUAGES:
        for one in app.library.heads(other):
            if one.id not in known and not one.broken:
                known.add(one.id)
                found.append(one)
    return found


def _story(games: Games, head: Head, owner: str, lang: str) -> Data:
    return {
        "id": head.id,
        "title": clean(head.title),
        "synopsis": clean(head.synopsis),
        "genre": clean(head.genre),
        "minutes": clean(head.minutes),
        "cover": games.gallery.address(head.cover),
        "hue": drawn.hue(head.id),
        "endings": len(games.app.store.endings(owner, head.id)),
        "language": head.language,
    }


def _pack(games: Games, head: Head, saves: list[SaveHead]) -> Data | None:
    pack = games.shelf.pack(head)
    if pack is None:
        return None
    solved = {one.title for one in saves if one.scenario == head.id and one.ended == "solved"}
    ids = [one.id for one in pack.puzzles]
    return {
        "id": head.id,
        "title": clean(head.title),
        "synopsis": clean(head.synopsis),
        "cover": games.gallery.address(head.cover),
        "hue": drawn.hue(head.id),
        "language": head.language,
        "daily": daily_puzzle(ids, datetime.date.today().toordinal()),
        "puzzles": _puzzles(pack, solved),
    }


def _puzzles(pack: PuzzlePack, solved: set[str]) -> list[Data]:
    return [
        {
            "id": one.id,
            "title": clean(one.title),
            "difficulty": one.difficulty,
            "minutes": one.minutes,
            "surface": clean(one.surface),
            "solved": one.title in solved,
        }
        for one in pack.puzzles
    ]


def _person(games: Games, head: Head) -> Data:
    return {
        "id": head.id,
        "name": clean(head.name),
        "tagline": clean(head.tagline),
        "hue": drawn.hue(head.id),
        "portrait": games.gallery.address(f"{head.id}_calm"),
    }
