"""The lines of a game as they were said, and what was true when each of them was.

From the moment of a line a story can tell who was there to hear it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .events import Value


@dataclass(frozen=True, slots=True)
class Moment:
    """What a story's conditions may ask of a moment of its game."""

    scene: str
    vars: Mapping[str, Value]
    turns: int
    turns_in_scene: int
    happened: tuple[str, ...]
    goals: tuple[str, ...]
    visited: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the transcript; `kind` is player, character or narrator."""

    kind: str
    who: str
    text: str
    turn: int
    cut: bool = False
    at: Moment | None = None  # when it was said; None: nobody knows, so all have heard it
