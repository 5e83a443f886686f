"""Lateral-thinking puzzles, as authors write them: what is told, what is true, what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from .blocks import Block, Format, Id, Lines, Plain, Text, Texts
from .character import Persona

Answer = Literal["yes", "no", "irrelevant", "unclear"]
Reply = Literal["yes", "no", "irrelevant", "unclear", "found", "known"]


class Fact(Block):
    """Part of a puzzle's solution; the puzzle is solved when every essential fact is found."""

    id: Id
    text: Plain
    essential: bool = True
    hears: Lines = ()
    means: Plain = ""


class Question(Block):
    """A closed question the author has answered; it may find a fact."""

    id: Id
    ask: Plain
    hears: Lines = ()
    answer: Answer
    finds: Id | None = None


class Puzzle(Block):
    """A lateral-thinking puzzle: the surface is told, the bottom is found by asking."""

    id: Id
    title: Plain
    difficulty: int = Field(default=2, ge=1, le=5)
    minutes: int | None = Field(default=None, ge=1, le=120)
    surface: Plain = Field(min_length=1)
    bottom: Plain = Field(min_length=1)
    facts: tuple[Fact, ...] = Field(min_length=1)
    answers: tuple[Question, ...] = Field(min_length=1)
    hints: Lines = ()


class PuzzlePack(Block):
    """A collection of puzzles with a host who answers yes, no or irrelevant."""

    format: Format = 1
    kind: Literal["puzzles"]
    title: Plain = Field(min_length=1)
    synopsis: Plain = ""
    genre: Plain = ""
    minutes: int | None = Field(default=None, ge=1, le=600)
    cover: Plain = ""
    player: Persona
    host: Id
    opening: Text = ""
    background: Plain = ""
    replies: Mapping[Reply, Texts] = Field(default_factory=dict)
    puzzles: tuple[Puzzle, ...] = Field(min_length=1)
