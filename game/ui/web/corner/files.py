"""An author's own files: listed, read, and written whole or not at all.

Names come from outside and are looked at before they become paths. A file is only overwritten by
who has seen what it says: its digest is compared first.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .... import yamlfile
from ....authoring.cards.library import write
from ....authoring.drafts import FOLDERS, Name
from ....authoring.scaffolds import is_name
from ....errors import ContentError
from ....loader import LANGUAGES, Library, text_of
from ...view import clean
from ..places import size_of

MOST_BYTES = yamlfile.MAX_BYTES
_LISTED = re.compile(r"(?P<id>[^.]{1,80})(\.(?P<language>zh|en))?\.yaml")
_STORY = re.compile(r"^(scenes|puzzles|cast|start|host|endings|opening):", re.MULTILINE)
_writing = threading.Lock()


class FileFault(Exception):
    """Why a file can't be had, or not written; `code` names the words for it."""

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code)
        self.code, self.data = code, data


class Changed(Exception):
    """The file has changed since it was read: what it says now, None where it is gone."""

    def __init__(self, now: Text | None) -> None:
        super().__init__("changed")
        self.now = now


@dataclass(frozen=True)
class Text:
    """What a file says; `own` where its author may write it."""

    text: str
    digest: str
    own: bool


@dataclass(frozen=True)
class Quota:
    """How much one author may keep; 0 sets no limit."""

    files: int = 0
    room: int = 0  # bytes of everything below the author's folder
    in_all: int = 0  # bytes of all guests' folders, which `held` counts
    held: Callable[[], int] = lambda: 0


class Files:
    """The files an author sees: those below `root` are their own, others are to be read.

    `gives` says of others' files whether they may be.
    """

    def __init__(
        self, library: Library, root: Path, quota: Quota = Quota(),
        gives: Callable[[Path], bool] = lambda path: True,
    ) -> None:  # fmt: skip
        self.library, self.root, self.quota, self.gives = library, root, quota, gives

    # --- looking -----------------------------------------------------------------------------

    def names(self) -> Iterator[Name]:
        """The author's own files."""
        for folder in FOLDERS:
            for path in _files(self.root / folder):
                found = _LISTED.fullmatch(path.name)
                if found and found["id"].isidentifier():
                    yield Name(folder, found["id"], found["language"] or "")

    def shipped(self) -> Iterator[Name]:
        """The files of others, which can be looked into and copied."""
        mine = {(one.folder, one.id) for one in self.names()}
        for language in LANGUAGES:
            heads = {"scenarios": self.library.heads(language),
                     "characters": self.library.characters(language)}  # fmt: skip
            for folder, found in heads.items():
                for one in found:
                    if (folder, one.id) not in mine and self.gives(one.file):
                        yield Name(folder, one.id, one.file.stem.partition(".")[2])

    def head(self, name: Name) -> dict[str, str]:
        """What stands at the top of a file; empty where it can't be read."""
        path = self.path(name)
        try:
            return yamlfile.read_head(text_of(path), name.file) if path else {}
        except ContentError:
            return {}

    def path(self, name: Name) -> Path | None:
        """Where a file lies, an author's own before all others; None where there is none."""
        own = self.root / name.path
        if own.is_file():
            return own
        found = self.library.find(name.folder, name.id, name.language or LANGUAGES[0])
        return found if found and found.name == name.file and self.gives(found) else None

    def languages(self, name: Name) -> list[str]:
        """The languages in which a file's author has written it."""
        every = [Name(name.folder, name.id, one) for one in (*LANGUAGES, "")]
        return [one.language for one in every if self.path(one)]

    def read(self, name: Name) -> Text:
        """What a file says; raises FileFault, ContentError."""
        path = self.path(name)
        if path is None:
            raise FileFault("missing", file=name.file)
        if path.stat().st_size > MOST_BYTES * 4:
            raise FileFault("too_long", most=MOST_BYTES // 1024)
        text = text_of(path).replace("\r\n", "\n")
        return Text(text, _digest(path), path == self.root / name.path)

    # --- writing -----------------------------------------------------------------------------

    def save(self, name: Name, text: str, base: str) -> str:
        """Writes a file over what it said by the digest `base`; returns the digest it has now.

        Raises Changed where it says something else, FileFault, OSError.
        """
        raw = _bytes(text)
        path = self.root / name.path
        with _writing:
            now = _digest(path) if path.is_file() else ""
            if now != base:
                raise Changed(self.read(name) if now else None)
            self._room(len(raw) - path.stat().st_size if now else len(raw))
            write(path, raw)
            return _digest(path)

    def create(self, name: Name, text: str) -> str:
        """A new file; raises FileFault, OSError."""
        raw = _bytes(text)
        if not is_name(name.id) or name.language not in LANGUAGES:
            raise FileFault("bad_name", name=clean(name.id)[:60])
        with _writing:
            if self.path(name) or self._taken(name):
                raise FileFault("taken", name=name.id)
            if self.quota.files and sum(1 for _ in self.names()) >= self.quota.files:
                raise FileFault("too_many", most=self.quota.files)
            self._room(len(raw))
            write(self.root / name.path, raw)
            return _digest(self.root / name.path)

    def delete(self, name: Name) -> None:
        """Deletes one of the author's own files; raises FileFault, OSError."""
        path = self.root / name.path
        with _writing:
            if not path.is_file():
                raise FileFault("missing", file=name.file)
            path.unlink()
            card = self.root / "cards" / f"{name.id}.charx"
            if name.folder == "characters" and not self.languages(name) and card.is_file():
                card.unlink()  # the card it came as goes with it, and its picture
                (self.root / "art" / f"{name.id}.png").unlink(missing_ok=True)

    def _room(self, more: int) -> None:
        if more > 0 and self.quota.room and size_of(self.root)[1] + more > self.quota.room:
            raise FileFault("no_room", most=self.quota.room // 2**20)
        if more > 0 and self.quota.in_all and self.quota.held() + more > self.quota.in_all:
            raise FileFault("no_room_in_all")

    def _taken(self, name: Name) -> bool:
        """Whether others' files have this id, in any language: theirs would be found first."""
        every = (self.library.find(name.folder, name.id, one) for one in LANGUAGES)
        return any(one is not None and self.root not in one.parents for one in every)


def folder_of(text: str) -> str:
    """Whether a text is a story's (or a pack's), or a character's, by the keys at its margin."""
    return "scenarios" if _STORY.search(text) else "characters"


def kind_of(folder: str, head: dict[str, Any]) -> str:
    """What a file holds: character, scenario or puzzles."""
    if folder == "characters":
        return "character"
    return "puzzles" if head.get("kind") == "puzzles" else "scenario"


def _bytes(text: str) -> bytes:
    try:
        raw = text.replace("\r\n", "\n").encode("utf-8")
    except UnicodeEncodeError:  # half of a character
        raise FileFault("bad_text") from None
    if len(raw) > MOST_BYTES:
        raise FileFault("too_long", most=MOST_BYTES // 1024)
    return raw


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if one.is_file())
    except OSError:
        return []
