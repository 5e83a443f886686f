"""Who speaks, as authors write it: a character's description, small talk, knowledge and looks."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from .blocks import (
    Block,
    Expr,
    Format,
    Id,
    Lines,
    LoreEntry,
    Note,
    Plain,
    Text,
    Texts,
    Variable,
    Variants,
)


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
