"""A prompt as two voices: the character who speaks, and everything that reaches them.

What other characters say, what the narrator tells and what is of this turn only become （…）
around the player's words, for models that know only a user and themselves. Every line is one
line: a text can't forge another's turn by breaking it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from game.prompts import Message, Prompt
from game.prompts.cleaning import one_line

Voice = Literal["user", "bot"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One line of the dialogue as the model is shown it."""

    voice: Voice
    text: str


def dialogue(prompt: Prompt, aside: bool = True) -> list[Spoken]:
    """The transcript as lines of user and bot; the user's last one ends with the aside."""
    lines: list[Spoken] = []
    heard: list[str] = []
    for message in prompt.messages:
        text = one_line(message.text)
        if message.role == "character" and message.name == prompt.persona.bot_name:
            _close(lines, heard)
            lines.append(Spoken("bot", text))
        elif text:
            heard.append(_heard(message, text))
    if aside and prompt.aside:
        heard.append(_bracketed(one_line(prompt.aside)))
    _close(lines, heard)
    return lines


def system_text(prompt: Prompt) -> str:
    """What is to be done and who the two are, for models that take instructions."""
    who = prompt.persona
    parts = [prompt.instructions.strip()]
    for name, info in ((who.bot_name, who.bot_info), (who.user_name, who.user_info)):
        if info.strip():
            parts.append(f"{one_line(name)}: {info.strip()}")
    return "\n".join(part for part in parts if part)


def _close(lines: list[Spoken], heard: list[str]) -> None:
    if heard:
        lines.append(Spoken("user", _joined(heard)))
        heard.clear()


def _heard(message: Message, text: str) -> str:
    if message.role == "player":
        return text
    return _bracketed(text if message.role == "narrator" else f"{one_line(message.name)}：{text}")


def _bracketed(text: str) -> str:
    return text if text.startswith("（") and text.endswith("）") else f"（{text}）"


def _joined(parts: list[str]) -> str:
    text = parts[0]
    for part in parts[1:]:
        text += part if text.endswith("）") or part.startswith("（") else f" {part}"
    return text
