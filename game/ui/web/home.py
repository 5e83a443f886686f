"""The start page as data: stories, puzzles and the daily one, people to talk to, saves."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import yamlfile
from ...app import App, daily_puzzle
from ...errors import ContentError
from ...loader import LANGUAGES, TALK, Head, text_of
from ..view import clean
from . import drawn

if TYPE_CHECKING:
    from ...saves import SaveHead
    from ...story import PuzzlePack
    from .games import Games
    from .places import Place, Places

Data = dict[str, Any]
MOST_SAVES = 200
FOLDERS = ("scenarios", "characters")


class Shelf:
    """What authors have put on the shelf, read again only where a file has changed.

    `own` is a player's own folder; packs that lie elsewhere are then read from the `common` shelf.
    """

    def __init__(self, app: App, own: Path | None = None, common: Shelf | None = None) -> None:
        self.app, self._own, self._common = app, own, common
        self._kept: dict[tuple[str, ...], tuple[Any, Any]] = {}

    def heads(self, lang: str) -> list[Head]:
        """The scenarios in a language, then those that exist in another one only."""
        found: list[Head] = self._keep(("heads", lang), lambda: _all(lang, self.app.library.heads))
        return found

    def people(self, lang: str) -> list[Head]:
        """Those one can talk to, likewise."""
        found: list[Head] = self._keep(
            ("people", lang), lambda: _all(lang, self.app.library.characters)
        )
        return found

    def pack(self, head: Head) -> PuzzlePack | None:
        """A pack of puzzles; None where its file is broken."""
        if self._common and self._own not in head.file.parents:
            return self._common.pack(head)

        def load() -> Any:
            try:
                return self.app.library.load(head.id, head.language).scenario
            except ContentError:
                return None

        pack: PuzzlePack | None = self._keep(("pack", head.id, head.language), load)
        return pack

    def portrait(self, head: Head) -> str:
        """The picture that a character's own file names; empty where it names none."""
        key = ("portrait", str(head.file))
        try:
            changed = head.file.stat().st_mtime_ns
            if self._kept.get(key, (None, ""))[0] != changed:
                self._kept[key] = (changed, _portrait(text_of(head.file)))
        except (ContentError, OSError):
            return ""
        return str(self._kept[key][1])

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


def _portrait(text: str) -> str:
    data = yamlfile.read(text, "").data
    said = data.get("portrait") if isinstance(data, dict) else None
    return str(said.get("calm", "")) if isinstance(said, dict) else ""


def home(games: Games, owner: str, lang: str) -> Data:
    """Everything the start page shows."""
    place, saves = games.places.of(owner), games.app.saves(owner)
    heads, people = place.shelf.heads(lang), place.shelf.people(lang)
    return {
        "stories": [_story(place, one, owner) for one in heads if one.kind != "puzzles"],
        "packs": [
            pack for one in heads if one.kind == "puzzles" and (pack := _pack(place, one, saves))
        ],
        "people": [_person(place, one) for one in people],
        "bring": _bring(games.places, place),
        "saves": [save(one) for one in saves[:MOST_SAVES]],
    }


def _bring(places: Places, place: Place) -> Data | None:
    """What may be brought in; None where nothing may."""
    from .bring import LARGEST_ALL, LARGEST_FILE, MOST_FILES

    if place.root is None:
        return None
    return {"files": MOST_FILES, "file": LARGEST_FILE, "all": LARGEST_ALL, "guest": places.shared}


def spoken(place: Place, character: str, lang: str) -> str:
    """The language a character speaks: the page's if it can be, else one there is."""
    found = place.app.library.languages(TALK + character)
    return lang if lang in found or not found else found[0]


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


def _all(lang: str, heads: Callable[[str], list[Head]]) -> list[Head]:
    found: dict[str, Head] = {}
    for language in (lang, *LANGUAGES):
        for one in heads(language):
            if not one.broken:
                found.setdefault(one.id, one)
    return list(found.values())


def _story(place: Place, head: Head, owner: str) -> Data:
    return {
        "id": head.id,
        "mine": place.owns(head.file),
        "title": clean(head.title),
        "synopsis": clean(head.synopsis),
        "genre": clean(head.genre),
        "minutes": clean(head.minutes),
        "cover": place.gallery.address(head.cover),
        "hue": drawn.hue(head.id),
        "endings": len(place.app.store.endings(owner, head.id)),
        "language": head.language,
    }


def _pack(place: Place, head: Head, saves: list[SaveHead]) -> Data | None:
    pack = place.shelf.pack(head)
    if pack is None:
        return None
    solved = {one.title for one in saves if one.scenario == head.id and one.ended == "solved"}
    ids = [one.id for one in pack.puzzles]
    return {
        "id": head.id,
        "mine": place.owns(head.file),
        "title": clean(head.title),
        "synopsis": clean(head.synopsis),
        "cover": place.gallery.address(head.cover),
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


def _person(place: Place, head: Head) -> Data:
    mine = place.owns(head.file)
    picture = place.shelf.portrait(head) if mine else f"{head.id}_calm"
    return {
        "id": head.id,
        "mine": mine,
        "gives": place.gives(head.file),
        "language": head.language,
        "name": clean(head.name),
        "tagline": clean(head.tagline),
        "hue": drawn.hue(head.id),
        "portrait": place.gallery.address(picture),
    }
