"""What a model is asked: who speaks to whom, what was said so far, and what is of this turn only.

A `Prompt` stays structured; each model renders it in its own form (CharacterGLM as lines of
dialogue, others as chat messages). Everything in it but `aside` is stable: it only grows from one
turn to the next, so that a model can keep what it has already read.

`cleaning` makes data of what people and models wrote, `describing` makes a character's
description of the author's attributes, `history` chooses what of the transcript is sent, and
`composing` puts them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["player", "character", "narrator"]


@dataclass(frozen=True, slots=True)
class Persona:
    """Who talks with whom, in CharacterGLM's terms (its `session_meta`)."""

    bot_name: str
    bot_info: str
    user_name: str
    user_info: str


@dataclass(frozen=True, slots=True)
class Message:
    """One line of the transcript; a `character` may be someone else than the one who speaks."""

    role: Role
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything a model needs to speak the next line of `persona.bot_name`.

    `instructions` are standing orders for models that have a place for them (a system message);
    CharacterGLM has none and leaves them out. `aside` is what is of this turn only (direction,
    notes, lore): it is read last, with the newest line, and is gone from the next prompt.
    """

    persona: Persona
    instructions: str
    messages: tuple[Message, ...]
    aside: str = ""
