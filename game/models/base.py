"""What every model can do: speak the next line, and say which closed answer is likeliest.

`cast` asks only for this. A model renders the prompt in its own form, streams whole characters,
stops soon after `cancel` is set, and fails with nothing but a `ModelError`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from game.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Sampling:
    """How freely a model chooses its words; a temperature of 0 always takes the likeliest one.

    The same seed, prompt and settings give the same words on the same machine.
    """

    temperature: float = 0.9
    top_p: float = 0.8
    repetition_penalty: float = 1.0
    max_tokens: int = 512
    seed: int | None = None


@runtime_checkable
class ChatModel(Protocol):
    """A model that speaks in role; safe to be used by several games at once.

    `session` names the game that asks: a model may keep what it has read for that game's next
    turn, and it never changes what is said.
    """

    name: str

    def stream(
        self, prompt: Prompt, settings: Sampling, cancel: threading.Event, session: str = ""
    ) -> Iterator[str]:
        """The next line of `prompt.persona.bot_name`, piece by piece.

        The pieces joined are the line, with no space around it and no line break at its end.
        Setting `cancel` ends the iterator early, without an error; so does closing it.
        """
        ...

    def score(
        self, prompt: Prompt, question: str, options: Sequence[str], session: str = ""
    ) -> list[float] | None:
        """How likely each option is as the answer to `question`: mean log-probability per token.

        The question is asked after the last line of the prompt (`aside` is left out), and leaves
        no trace. `None` where a model can't tell.
        """
        ...

    def close(self) -> None:
        """Give back what the model holds; it is not used afterwards."""
        ...


@runtime_checkable
class Answering(Protocol):
    """A model that can be asked for a short answer of a given form, apart from any dialogue."""

    name: str

    def answer(
        self, instructions: str, text: str, schema: Mapping[str, Any], cancel: threading.Event
    ) -> str:
        """JSON as `schema` (a JSON Schema) describes it, as far as the model can be held to it.

        Empty if `cancel` was set; raises ModelError. Whoever asks checks what comes back.
        """
        ...


def resting(model: object) -> bool:
    """Whether a model is left alone after failures that asking again would not mend."""
    return bool(getattr(model, "resting", False))
