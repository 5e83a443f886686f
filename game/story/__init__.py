"""What authors write: the types of characters, stories and puzzle packs (content format 1).

Every class mirrors a block of YAML. Nothing here renders, judges or plays: `loader` reads these
types, `rules` plays them, and `schemas/` is generated from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated

from pydantic import Field

from .blocks import (
    FORMAT,
    LANGUAGES,
    Block,
    Dice,
    Expr,
    ExprMark,
    Format,
    Id,
    Line,
    Lines,
    LoreEntry,
    Note,
    Plain,
    TemplateMark,
    Text,
    Texts,
    Variable,
    Variant,
    Variants,
)
from .character import (
    Character,
    Example,
    Persona,
    Portrait,
    Speech,
    Topic,
)
from .puzzle import (
    Answer,
    Fact,
    Puzzle,
    PuzzlePack,
    Question,
    Reply,
)
from .scenario import (
    Beat,
    Ending,
    Goal,
    Hint,
    Narration,
    Outcome,
    Presence,
    Roll,
    Scenario,
    Scene,
)

__all__ = [
    "FORMAT",
    "LANGUAGES",
    "Answer",
    "AnyScenario",
    "Beat",
    "Block",
    "Character",
    "Dice",
    "Ending",
    "Example",
    "Expr",
    "ExprMark",
    "Fact",
    "Format",
    "Goal",
    "Hint",
    "Id",
    "Line",
    "Lines",
    "LoreEntry",
    "Narration",
    "Note",
    "Outcome",
    "Persona",
    "Plain",
    "Portrait",
    "Presence",
    "Puzzle",
    "PuzzlePack",
    "Question",
    "Reply",
    "Roll",
    "Scenario",
    "Scene",
    "Speech",
    "Story",
    "TemplateMark",
    "Text",
    "Texts",
    "Topic",
    "Variable",
    "Variant",
    "Variants",
]

AnyScenario = Annotated[Scenario | PuzzlePack, Field(discriminator="kind")]


@dataclass(frozen=True)
class Story:
    """A scenario with its cast in one language: everything a game needs, and nothing else.

    `puzzle` is the puzzle being played where the scenario is a pack. `digest` names the content
    (sources included), so that a save goes on with exactly what it began with.
    """

    id: str
    language: str
    scenario: Scenario | PuzzlePack
    cast: Mapping[str, Character]
    digest: str
    puzzle: Puzzle | None = None
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def variables(self) -> Mapping[str, Variable]:
        """The story's state: the scenario's names over the defaults its characters bring."""
        merged: dict[str, Variable] = {}
        for character in self.cast.values():
            merged.update(character.state)
        if isinstance(self.scenario, Scenario):
            merged.update(self.scenario.state)
        return merged
