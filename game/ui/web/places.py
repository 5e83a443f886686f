"""What each player sees: the stories and characters, and a shelf of their own for what they bring.

On a server its player owns, that shelf is the player's library, as for `python -m game import`. On
one that is open to others it is a folder for each owner, named by the owner's hash, which only that
owner sees; and none at all unless the host has switched it on.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ...app import App
from ...loader import ROOT, Library
from .art import Gallery
from .home import Shelf

GUESTS = "guests"
MOST_PLACES = 300  # shelves of guests that are kept in memory
_OWNER = re.compile(r"web-[0-9a-f]{40}")
_HOUR, _DAY = 3600.0, 86_400.0


@dataclass(frozen=True)
class Place:
    """The house as one player sees it; `root` is their own folder, None where there is none."""

    app: App
    shelf: Shelf
    gallery: Gallery
    root: Path | None = None

    def owns(self, path: Path | None) -> bool:
        """Whether a file is the player's own."""
        return bool(self.root and path and self.root in path.parents)

    def gives(self, path: Path | None) -> bool:
        """Whether a character's file may be taken along: one's own, and what the game comes with.

        What else a host shows to others is not theirs to take.
        """
        if path is None:
            return False
        return self.owns(path) or path.parent.parent == ROOT or self.root == self.app.own


class Places:
    """Finds each player's place. `shared`: others come in; `uploads`: they may bring things."""

    def __init__(self, app: App, shared: bool = False, uploads: bool = True) -> None:
        self.app, self.shared, self.uploads = app, shared, uploads
        roots = tuple(one for one in app.library.roots if one != app.own)
        self._common = _place(app, roots, None if shared else app.own)
        self._guests: OrderedDict[str, Place] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where the folders of guests lie: beside the host's own."""
        return self.app.own.with_name(GUESTS)

    def of(self, owner: str) -> Place:
        """A player's place."""
        if not (self.shared and self.uploads and _OWNER.fullmatch(owner)):
            return self._common
        with self._lock:
            place = self._guests.pop(owner, None)
            if place is None:
                roots = self._common.app.library.roots
                place = _place(self.app, roots, self.folder / owner, self._common.shelf)
            self._guests[owner] = place
            while len(self._guests) > MOST_PLACES:
                self._guests.popitem(last=False)
        _seen(place.root)
        return place

    def forget(self, owner: str) -> None:
        """Deletes what a guest has brought; the library of who owns the machine stays."""
        if self.shared and _OWNER.fullmatch(owner):
            with self._lock:
                self._guests.pop(owner, None)
            shutil.rmtree(self.folder / owner, ignore_errors=True)

    def expire(self, days: float) -> None:
        """Deletes what guests have brought and then left alone for so long."""
        for folder in self._folders():
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > days * _DAY:
                    self.forget(folder.name)

    def held(self) -> int:
        """How many bytes the folders of all guests hold."""
        return sum(size_of(one)[1] for one in self._folders())

    def _folders(self) -> Iterator[Path]:
        with suppress(OSError):
            yield from (one for one in self.folder.iterdir() if _OWNER.fullmatch(one.name))


def _place(
    app: App, roots: tuple[Path, ...], own: Path | None, common: Shelf | None = None
) -> Place:
    seen = app.with_library(Library((*roots, *([own] if own else []))))
    return Place(seen, Shelf(seen, own, common), Gallery(seen.library.roots), own)


def _seen(root: Path | None) -> None:
    """Notes, once an hour, that the owner of a folder was here."""
    with suppress(OSError, AttributeError):
        if root and time.time() - root.stat().st_mtime > _HOUR:
            os.utime(root)


def size_of(root: Path) -> tuple[int, int]:
    """How many files a folder of ours holds (its own folders are one deep), and their bytes."""
    count = total = 0
    for folder in (root, *(root / name for name in ("characters", "scenarios", "cards", "art"))):
        with suppress(OSError):
            for entry in os.scandir(folder):
                if entry.is_file(follow_symlinks=False):
                    count, total = count + 1, total + entry.stat().st_size
    return count, total
