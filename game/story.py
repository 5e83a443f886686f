"""What authors write: the types of characters, stories and puzzle packs (content format 1).

Every class mirrors a block of YAML. Two kinds of string carry meaning beyond themselves:
`Text` is a Jinja template that a player may come to read, `Expr` is a Jinja expression over the
story's state. Nothing here renders, judges or plays: `loader` reads these types, `rules` plays
them, and `schemas/` is generated from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

FORMAT = 1
LANGUAGES = ("zh", "en")


class TemplateMark:
    """Marks a string as a Jinja template whose text is shown or spoken."""


class ExprMark:
    """Marks a string as a Jinja expression over the story's state."""


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, (str, Mapping)) else value


Format = Annotated[Literal[1], BeforeValidator(lambda value: 1 if value == "1" else value)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, Field(max_length=8000), TemplateMark()]
Expr = Annotated[str, Field(min_length=1, max_length=500), ExprMark()]
Plain = Annotated[str, Field(max_length=2000)]
Dice = Annotated[str, Field(max_length=200, pattern=r"^[1-9]\d?d[1-9]\d{0,2}\s*([+-].+)?$")]
Lines = Annotated[tuple[Plain, ...], BeforeValidator(_one_or_many)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_many)]


class Block(BaseModel):
    """A block of an author's file: immutable, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


# --- state ---------------------------------------------------------------------------------


class Variable(Block):
    """One name of the story's state; a meter or an item is a variable that is shown."""

    type: Literal["int", "bool", "str"] = "int"
    start: int | bool | str | None = None
    min: int | None = None
    max: int | None = None
    values: tuple[Plain, ...] = ()
    label: Plain = ""
    show: Literal["meter", "item", "none"] = "none"

    @property
    def initial(self) -> int | bool | str:
        """The value a new game begins with."""
        if self.start is not None:
            return self.start
        if self.type == "int":
            return self.min or 0
        return False if self.type == "bool" else (self.values[0] if self.values else "")

    def clamped(self, value: int) -> int:
        """A number within `min` and `max`."""
        if self.min is not None and value < self.min:
            return self.min
        return self.max if self.max is not None and value > self.max else value

    @model_validator(mode="after")
    def _typed(self) -> Variable:
        if self.start is not None:
            object.__setattr__(self, "start", _convert(self.type, self.start))
        return self


def _convert(kind: str, value: Any) -> int | bool | str:
    if kind == "int":
        return int(str(value))
    if kind == "bool":
        words = {"true": True, "yes": True, "false": False, "no": False}
        word = str(value).lower()
        if word not in words:
            raise ValueError("a bool starts as true or false")
        return words[word]
    return str(value)


# --- what is said --------------------------------------------------------------------------


class Line(Block):
    """One line of an exchange; `who` is a character's id, or empty for the beat's speaker."""

    who: str = ""
    text: Text


def _variant(value: Any) -> Any:
    if isinstance(value, str):
        return {"lines": [{"text": value}]}
    if isinstance(value, (list, tuple)):
        return {"lines": value}
    if isinstance(value, Mapping) and "text" in value:
        rest = {k: v for k, v in value.items() if k not in ("text", "who")}
        return {**rest, "lines": [{k: value[k] for k in ("text", "who") if k in value}]}
    return value


class Variant(Block):
    """One way to say it: a line, or a short exchange, possibly only under a condition.

    Where variants with a true `when` exist they are preferred to those without one.
    """

    when: Expr | None = None
    lines: tuple[Line, ...] = Field(min_length=1)


Variants = Annotated[
    tuple[Annotated[Variant, BeforeValidator(_variant)], ...], BeforeValidator(_one_or_many)
]


class Note(Block):
    """Something that is true of a character for now, told to models with each turn."""

    when: Expr | None = None
    text: Text


class LoreEntry(Block):
    """Knowledge that comes up when one of its keys is spoken."""

    id: str = ""
    keys: Lines = ()
    secondary: Lines = ()
    constant: bool = False
    when: Expr | None = None
    sticky: int = Field(default=0, ge=0)
    cooldown: int = Field(default=0, ge=0)
    text: Text


# --- characters ----------------------------------------------------------------------------


class Topic(Block):
    """Small talk: a subject a character can always chat about, which changes nothing.

    A topic with `after` is a follow-up: it is only possible right after that topic.
    """

    id: Id
    hears: Lines = ()
    means: Plain = ""
    label: Plain = ""
    when: Expr | None = None
    after: Id | None = None
    says: Variants = Field(min_length=1)


class Example(Block):
    """One exchange that shows how the character talks."""

    player: Text
    reply: Text


class Speech(Block):
    """A character's way of speaking: the linguistic features of CharacterGLM's paper."""

    style: Text = ""
    catchphrases: Lines = ()
    dialect: Plain = ""


class Portrait(Block):
    """Pictures by mood; `mood` is an expression that gives calm, warm or cold."""

    calm: Plain = ""
    warm: Plain = ""
    cold: Plain = ""
    mood: Expr | None = None


class Character(Block):
    """Someone who speaks: CharacterGLM's seven attributes, its behaviours, and authored lines."""

    format: Format = 1
    name: Plain = Field(min_length=1)
    tagline: Plain = ""
    identity: Text = ""
    interests: Text = ""
    viewpoints: Text = ""
    experiences: Text = ""
    achievements: Text = ""
    relationships: Text = ""
    other: Text = ""
    personality: Text = ""
    speech: Speech = Speech()
    notes: tuple[Note, ...] = ()
    greeting: Text = ""
    greetings: Texts = ()
    examples: tuple[Example, ...] = ()
    lore: tuple[LoreEntry, ...] = ()
    small_talk: tuple[Topic, ...] = ()
    asides: Texts = ()
    asks: Texts = ()
    state: Mapping[Id, Variable] = Field(default_factory=dict)
    portrait: Portrait = Portrait()


class Persona(Block):
    """The player's role; `user_name` and `user_info` in CharacterGLM's terms."""

    name: Plain = Field(min_length=1)
    info: Text = ""


# --- stories -------------------------------------------------------------------------------


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
        tuple[Annotated[Presence, BeforeValidator(_presence)], ...], BeforeValidator(_one_or_many)
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
    cast: Annotated[tuple[Id, ...], BeforeValidator(_one_or_many)] = Field(min_length=1)
    state: Mapping[Id, Variable] = Field(default_factory=dict)
    lore: tuple[LoreEntry, ...] = ()
    opening: Text = ""
    start: Id
    scenes: Mapping[Id, Scene] = Field(min_length=1)
    goals: tuple[Goal, ...] = ()
    endings: tuple[Ending, ...] = ()
    hints: tuple[Hint, ...] = ()
    turn_limit: int | None = Field(default=None, ge=1, le=10_000)


# --- puzzles -------------------------------------------------------------------------------

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


AnyScenario = Annotated[Scenario | PuzzlePack, Field(discriminator="kind")]


# --- a story that is ready to play -----------------------------------------------------------


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
