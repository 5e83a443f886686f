"""A draft: a file as its author has it before them, laid over the library it will lie in.

Everything that reads a library (loading, lint, playtests, a game that is played) reads the draft
in place of the file; nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..loader import TALK, Library, text_of

FOLDERS = ("scenarios", "characters")


@dataclass(frozen=True)
class Name:
    """Which file: its folder, its id and its language (empty: the file serves any)."""

    folder: str
    id: str
    language: str

    @property
    def subject(self) -> str:
        """What the game calls the content of the file."""
        return TALK + self.id if self.folder == "characters" else self.id

    @property
    def file(self) -> str:
        """The file's own name."""
        return f"{self.id}.{self.language}.yaml" if self.language else f"{self.id}.yaml"

    @property
    def path(self) -> str:
        """The file's place in its library, as findings name it."""
        return f"{self.folder}/{self.file}"


class Draft(Library):
    """A library in which one file says what its author has typed."""

    def __init__(self, roots: Sequence[Path], name: Name, text: str) -> None:
        super().__init__(roots)
        self.name, self.text = name, text
        self._place = (roots[-1] if roots else Path()) / name.path

    def find(self, folder: str, name: str, language: str) -> Path | None:
        """The file of a scenario or character, the drafted one before all others."""
        mine = (self.name.folder, self.name.id) == (folder, name)
        if mine and self.name.language in ("", language):
            return self._place
        return super().find(folder, name, language)

    def read(self, path: Path) -> str:
        """What a file says; the drafted one what was typed."""
        return self.text if path == self._place else text_of(path)
