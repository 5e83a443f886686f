"""How a kind of model writes: prompts and answers as ids, and its ids as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from game.prompts import Prompt

# The ids a reply of this dialogue was spoken with, where they are still known.
Replies = Callable[[str], "tuple[int, ...] | None"]


class Codec(Protocol):
    """The part of a local model that knows its tokenizer and the form of its prompts."""

    stops: frozenset[int]
    replace: Mapping[str, str]

    def prompt_ids(self, prompt: Prompt, replies: Replies) -> list[int]:
        """Everything up to where the character's next line begins."""
        ...

    def question_ids(self, prompt: Prompt, question: str, replies: Replies) -> list[int]:
        """The dialogue, without what is of this turn only, and a question to be answered."""
        ...

    def option_ids(self, option: str) -> list[int]:
        """An answer, as it follows a question."""
        ...

    def text(self, ids: list[int]) -> str:
        """What a reply's ids say; half a character at its end shows as U+FFFD."""
        ...
