"""Everything that can go wrong in words a person can act on.

GameError
├── ContentError      an author's file is wrong: carries every Diagnostic found
├── SaveError         a save can't be used
│   ├── SaveDamaged   it can't be read; a copy was kept
│   ├── SaveNewer     it was written by a newer version of the game
│   ├── SaveBusy      another program is playing it
│   └── SaveUnwritable the disk refuses; the game can go on in memory
├── IllegalEvent      an event that may not follow: a mistake in this program
└── ModelError        a model failed; `kind` says how
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

ModelFailure = Literal[
    "auth", "quota", "busy", "timeout", "malformed", "refused", "unreachable", "memory", "missing"
]


@dataclass(frozen=True)
class Diagnostic:
    """One finding in an author's file.

    `code` names a message in the interface's locale (`diagnostics.<code>`: what is wrong, and how
    to mend it) and `data` fills its blanks; nothing here is worded yet.
    """

    code: str
    file: str
    line: int = 1
    column: int = 1
    severity: Literal["error", "warning"] = "error"
    data: Mapping[str, Any] = field(default_factory=dict)


class GameError(Exception):
    """Base of every error that is told to a person."""


class ContentError(GameError):
    """An author's file can't be played; `diagnostics` lists all that was found."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        first = self.diagnostics[0]
        super().__init__(f"{first.file}:{first.line}: {first.code} {dict(first.data)}")


class SaveError(GameError):
    """A save can't be used; `save` names it."""

    def __init__(self, save: str, detail: str = "") -> None:
        self.save, self.detail = save, detail
        super().__init__(f"{type(self).__name__}: {save} {detail}".strip())


class SaveDamaged(SaveError):
    """The save can't be read; `detail` is the path of the copy that was kept."""


class SaveNewer(SaveError):
    """The save was written by a newer version of the game."""


class SaveBusy(SaveError):
    """Another program has written to this save since it was read."""


class SaveUnwritable(SaveError):
    """The disk refuses to take more."""


class IllegalEvent(GameError):
    """An event that may not happen in this phase: nothing was recorded."""


class ModelError(GameError):
    """A model failed to speak or to judge; `kind` is one of a closed set, `detail` for a log."""

    def __init__(self, kind: ModelFailure, detail: str = "", model: str = "") -> None:
        self.kind: ModelFailure = kind
        self.detail, self.model = detail, model
        super().__init__(f"{model or 'model'}: {kind} {detail}".strip())
