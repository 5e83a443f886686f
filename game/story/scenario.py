"""What happens, as authors write it: scenes, beats, goals and endings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from .blocks import (
    Block,
    Dice,
    Expr,
    Format,
    Id,
    Lines,
    LoreEntry,
    Plain,
    Text,
    Texts,
    Variable,
    Variants,
    one_or_many,
)
from .character import Persona


class Outcome(Block):
    """What a dice roll leads to, on top of the beat itself."""

    effects: Mapping[Id, Expr] = Field(default_factory=dict)
    direction: Text = ""
    tells: Text = ""
    says: Variants = ()
    go: Id | None = None


class Roll(Block):
    """A dice roll: `dice` is like `1d20 + charm`, and succeeds at `target` or more."""

    dice: Dice
    target: Expr
    success: Outcome = Outcome()
    failure: Outcome = Outcome()


class Beat(Block):
    """One thing that can happen: what it takes, when it can, what it changes and what is said.

    With `confirm`, a free line that seems to mean it is asked back first: for what can't be undone.
    """

    id: Id
    who: Id | None = None
    when: Expr | None = None
    auto: bool = False
    repeat: bool = False
    confirm: bool = False
    hears: Lines = ()
    means: Plain = ""
    suggest: Text = ""
    label: Text = ""
    effects: Mapping[Id, Expr] = Field(default_factory=dict)
    direction: Text = ""
    tells: Text = ""
    says: Variants = ()
    roll: Roll | None = None
    go: Id | None = None


def _narration(value: Any) -> Any:
    return {"first": value} if isinstance(value, str) else value


class Narration(Block):
    """What the narrator tells on entering a scene: the first time, and on coming back."""

    first: Text = ""
    again: Text = ""


def _presence(value: Any) -> Any:
    return {"who": value} if isinstance(value, str) else value


class Presence(Block):
    """A character on stage in a scene, possibly only while a condition holds."""

    who: Id
    when: Expr | None = None


class Scene(Block):
    """A place and time: who is there, what is told, and the beats that can happen in it."""

    title: Plain = ""
    background: Plain = ""
    present: Annotated[
        tuple[Annotated[Presence, BeforeValidator(_presence)], ...], BeforeValidator(one_or_many)
    ] = ()
    narration: Annotated[Narration, BeforeValidator(_narration)] = Narration()
    greetings: Mapping[Id, Text] = Field(default_factory=dict)
    asides: Texts = ()
    beats: tuple[Beat, ...] = ()


class Goal(Block):
    """Something the player may achieve; a hidden goal is shown once it is reached."""

    id: Id
    text: Text
    when: Expr
    hidden: bool = False


class Ending(Block):
    """A way the story ends; the first one whose condition holds is taken."""

    id: Id
    kind: Literal["good", "bad", "neutral", "secret", "timeout"] = "neutral"
    title: Plain = ""
    when: Expr | None = None
    text: Text
    fork: Text = ""

    @model_validator(mode="after")
    def _has_condition(self) -> Ending:
        if self.when is None and self.kind != "timeout":
            raise ValueError("an ending needs a `when` (only kind timeout does without)")
        return self


class Hint(Block):
    """Help on request: the first hint whose condition holds and that was not given yet."""

    when: Expr | None = None
    text: Text


class Scenario(Block):
    """A role-play story."""

    format: Format = 1
    kind: Literal["story"] = "story"
    title: Plain = Field(min_length=1)
    synopsis: Plain = ""
    genre: Plain = ""
    minutes: int | None = Field(default=None, ge=1, le=600)
    cover: Plain = ""
    player: Persona
    cast: Annotated[tuple[Id, ...], BeforeValidator(one_or_many)] = Field(min_length=1)
    state: Mapping[Id, Variable] = Field(default_factory=dict)
    lore: tuple[LoreEntry, ...] = ()
    opening: Text = ""
    start: Id
    scenes: Mapping[Id, Scene] = Field(min_length=1)
    goals: tuple[Goal, ...] = ()
    endings: tuple[Ending, ...] = ()
    hints: tuple[Hint, ...] = ()
    turn_limit: int | None = Field(default=None, ge=1, le=10_000)
