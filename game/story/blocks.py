"""What every block of an author's file is made of: ids, texts, expressions, state and lines.

Two kinds of string carry meaning beyond themselves: `Text` is a Jinja template that a player may
come to read, `Expr` is a Jinja expression over the story's state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

FORMAT = 1
LANGUAGES = ("zh", "en")


class TemplateMark:
    """Marks a string as a Jinja template whose text is shown or spoken."""


class ExprMark:
    """Marks a string as a Jinja expression over the story's state."""


def one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, (str, Mapping)) else value


Format = Annotated[Literal[1], BeforeValidator(lambda value: 1 if value == "1" else value)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, Field(max_length=8000), TemplateMark()]
Expr = Annotated[str, Field(min_length=1, max_length=500), ExprMark()]
Plain = Annotated[str, Field(max_length=2000)]
Dice = Annotated[str, Field(max_length=200, pattern=r"^[1-9]\d?d[1-9]\d{0,2}\s*([+-].+)?$")]
Lines = Annotated[tuple[Plain, ...], BeforeValidator(one_or_many)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(one_or_many)]


class Block(BaseModel):
    """A block of an author's file: immutable, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


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
    tuple[Annotated[Variant, BeforeValidator(_variant)], ...], BeforeValidator(one_or_many)
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
