"""A prompt in the forms that servers take: chat messages, Zhipu's `meta`, CharacterGLM's lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from game.models.local.lines import Spoken, dialogue, system_text
from game.prompts import Message, Prompt
from game.prompts.cleaning import one_line

Turn = dict[str, str]
NOTE = "【※】"  # what follows it is for the actor, of this turn only
SILENCE = "……"


def chat_messages(prompt: Prompt) -> list[Turn]:
    """System, then user and assistant by turns: every voice but the speaker's has its name."""
    turns: list[Turn] = [{"role": "system", "content": system_text(prompt)}]
    for message in prompt.messages:
        own = message.role == "character" and message.name == prompt.persona.bot_name
        _say(turns, "assistant" if own else "user", message.text if own else _labelled(message))
    if prompt.aside:
        _say(turns, "user", NOTE + one_line(prompt.aside))
    return _by_turns(turns)


def meta_messages(prompt: Prompt) -> tuple[list[Turn], dict[str, Any]]:
    """Two voices, and who they are in `meta`."""
    turns: list[Turn] = []
    for line in dialogue(prompt):
        _say(turns, "user" if line.voice == "user" else "assistant", line.text)
    who = prompt.persona
    meta = {
        "bot_name": one_line(who.bot_name),
        "bot_info": one_line(who.bot_info),
        "user_name": one_line(who.user_name),
        "user_info": one_line(who.user_info),
    }
    if not turns or turns[-1]["role"] != "user":
        turns.append({"role": "user", "content": SILENCE})
    return turns, {"meta": meta}


def character_text(prompt: Prompt) -> str:
    """CharacterGLM's exact prompt as text; `[gMASK] sop` are put before it by the server."""
    who = prompt.persona
    bot, user = one_line(who.bot_name), one_line(who.user_name)
    lines = [f"以下是一段{bot}和{user}之间的对话。"]
    for name, info in ((bot, one_line(who.bot_info)), (user, one_line(who.user_info))):
        if info:
            lines.append(f"关于{name}的信息：{info}")
    spoken: Sequence[Spoken] = dialogue(prompt)
    lines += [f"[{bot if one.voice == 'bot' else user}]{one.text}" for one in spoken]
    return "\n".join([*lines, f"[{bot}]"])


def _labelled(message: Message) -> str:
    name = one_line(message.name)
    return f"【{name}】{one_line(message.text)}" if name else one_line(message.text)


def _say(turns: list[Turn], role: str, text: str) -> None:
    if turns and turns[-1]["role"] == role:
        turns[-1]["content"] += "\n" + text
    else:
        turns.append({"role": role, "content": text})


def _by_turns(turns: list[Turn]) -> list[Turn]:
    """The first and the last of the talk are the user's, as strict servers want it."""
    if len(turns) > 1 and turns[1]["role"] == "assistant":
        turns.insert(1, {"role": "user", "content": SILENCE})
    if turns[-1]["role"] != "user":
        turns.append({"role": "user", "content": SILENCE})
    return turns
