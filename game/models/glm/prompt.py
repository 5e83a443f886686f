"""The exact forms of prompt that models of this family were trained on, as ids.

CharacterGLM reads lines: who the two are, then `[name]text` for each line spoken. ChatGLM2 reads
numbered rounds and ChatGLM3 messages with roles; both are told the character as instructions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from game.models.glm.config import EOS
from game.models.glm.tokenizer import GlmTokenizer
from game.models.local.codec import Replies
from game.models.local.lines import Spoken, dialogue, system_text
from game.prompts import Prompt
from game.prompts.cleaning import one_line

Form = Literal["auto", "character", "rounds", "roles"]
LINES_KEPT = 8192


def form_of(data: Mapping[str, Any], folder: Path) -> Form:
    """Which of the forms a checkpoint's config.json, or its folder's name, points to."""
    noted = data.get("prompt_form")
    if noted in ("character", "rounds", "roles"):
        return noted  # type: ignore[no-any-return]
    name = f"{data.get('_name_or_path', '')} {folder.resolve()}".lower()
    return "roles" if "chatglm3" in name else "rounds" if "chatglm2" in name else "character"


class CharacterCodec:
    """CharacterGLM's dialogue: ends at the first line break."""

    replace: Mapping[str, str] = {"[[训练时间]]": "2023年"}

    def __init__(self, tokenizer: GlmTokenizer) -> None:
        self.tokenizer = tokenizer
        self.stops = frozenset({EOS, tokenizer.newline})
        self._line: Callable[[str], list[int]] = lru_cache(LINES_KEPT)(tokenizer.encode_line)

    def prompt_ids(self, prompt: Prompt, replies: Replies) -> list[int]:
        """`[gMASK] sop`, the two people, the dialogue, and `[name]` to be continued."""
        name = one_line(prompt.persona.bot_name)
        return self._ids(prompt, dialogue(prompt), replies) + self._line(f"[{name}]")

    def question_ids(self, prompt: Prompt, question: str, replies: Replies) -> list[int]:
        """The dialogue and, as a line of its own, the question."""
        lines = dialogue(prompt, aside=False)
        return self._ids(prompt, lines, replies) + self._line(one_line(question))

    def option_ids(self, option: str) -> list[int]:
        """The answer as it follows the question's last character."""
        return self.tokenizer.encode_after(one_line(option))

    def text(self, ids: list[int]) -> str:
        """What was said."""
        return self.tokenizer.decode(ids)

    def _ids(self, prompt: Prompt, lines: list[Spoken], replies: Replies) -> list[int]:
        first, *rest = _heading(prompt)
        ids = self.tokenizer.prefix + self.tokenizer.encode(first)
        for line in rest:
            ids += self._line(line)
        bot, user = one_line(prompt.persona.bot_name), one_line(prompt.persona.user_name)
        for spoken in lines:
            known = replies(spoken.text) if spoken.voice == "bot" else None
            if known is not None:
                ids += [*self._line(f"[{bot}]"), *known]
            else:
                ids += self._line(f"[{bot if spoken.voice == 'bot' else user}]{spoken.text}")
        return ids


def _heading(prompt: Prompt) -> list[str]:
    who = prompt.persona
    bot, user = one_line(who.bot_name), one_line(who.user_name)
    lines = [f"以下是一段{bot}和{user}之间的对话。"]
    if bot_info := one_line(who.bot_info):
        lines.append(f"关于{bot}的信息：{bot_info}")
    if user_info := one_line(who.user_info):
        lines.append(f"关于{user}的信息：{user_info}")
    return lines


class RoundsCodec:
    """ChatGLM2's numbered rounds of question and answer."""

    replace: Mapping[str, str] = {"[[训练时间]]": "2023年"}

    def __init__(self, tokenizer: GlmTokenizer) -> None:
        self.tokenizer = tokenizer
        self.stops = frozenset({EOS})

    def prompt_ids(self, prompt: Prompt, replies: Replies) -> list[int]:
        """The rounds so far and the beginning of the answer."""
        return self._ids(prompt, dialogue(prompt))

    def question_ids(self, prompt: Prompt, question: str, replies: Replies) -> list[int]:
        """The question at the end of the last round's."""
        return self._ids(prompt, _asking(dialogue(prompt, aside=False), question))

    def option_ids(self, option: str) -> list[int]:
        """The answer as it follows `答：`."""
        return self.tokenizer.encode_after(one_line(option))

    def text(self, ids: list[int]) -> str:
        """What was said."""
        return self.tokenizer.decode(ids)

    def _ids(self, prompt: Prompt, lines: list[Spoken]) -> list[int]:
        text, rounds, asked = "", 0, system_text(prompt)
        for spoken in lines:
            if spoken.voice == "user":
                asked = f"{asked}\n{spoken.text}".strip()
                continue
            rounds += 1
            text += f"[Round {rounds}]\n\n问：{asked}\n\n答：{spoken.text}\n\n"
            asked = ""
        text += f"[Round {rounds + 1}]\n\n问：{asked}\n\n答："
        return self.tokenizer.prefix + self.tokenizer.encode(text)


class RolesCodec:
    """ChatGLM3's messages, each opened by the special id of its role."""

    replace: Mapping[str, str] = {"[[训练时间]]": "2023年"}

    def __init__(self, tokenizer: GlmTokenizer) -> None:
        self.tokenizer = tokenizer
        special = tokenizer.special
        self._roles = {"user": special["<|user|>"], "bot": special["<|assistant|>"]}
        self.stops = frozenset({EOS, special["<|user|>"], special["<|observation|>"]})

    def prompt_ids(self, prompt: Prompt, replies: Replies) -> list[int]:
        """The messages so far and the role that speaks next."""
        return [*self._ids(prompt, dialogue(prompt), replies), self._roles["bot"]]

    def question_ids(self, prompt: Prompt, question: str, replies: Replies) -> list[int]:
        """The question at the end of the user's last message, and where the answer begins."""
        lines = _asking(dialogue(prompt, aside=False), question)
        start = [self._roles["bot"], *self.tokenizer.encode("\n")]
        return self._ids(prompt, lines, replies) + start

    def option_ids(self, option: str) -> list[int]:
        """The answer as a message begins."""
        return self.tokenizer.encode(one_line(option))

    def text(self, ids: list[int]) -> str:
        """What was said."""
        return self.tokenizer.decode(ids)

    def _ids(self, prompt: Prompt, lines: list[Spoken], replies: Replies) -> list[int]:
        encode = self.tokenizer.encode
        ids = [*self.tokenizer.prefix, self.tokenizer.special["<|system|>"]]
        ids += encode("\n") + encode(system_text(prompt))
        for spoken in lines:
            known = replies(spoken.text) if spoken.voice == "bot" else None
            ids.append(self._roles[spoken.voice])
            ids += known if known is not None else encode("\n") + encode(spoken.text)
        return ids


def _asking(lines: list[Spoken], question: str) -> list[Spoken]:
    if lines and lines[-1].voice == "user":
        return [*lines[:-1], Spoken("user", f"{lines[-1].text}\n{question}")]
    return [*lines, Spoken("user", question)]
