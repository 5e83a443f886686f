"""A short play for tests of local models: what is said, and what a judge makes of it."""

from __future__ import annotations

from game.prompts import Message, Persona, Prompt

WHO = Persona("兰三娘", "边城客栈的老板娘，外冷内热。", "沈舟", "路过的镖师。")
QUESTION = "问：她答应了吗？答："
EXCHANGES = [
    ("老板娘，可有空房？", "（头也不抬）楼上还有一间。", "否"),
    ("我来帮你搬酒。", "嘴上说不用，手里却递来钥匙。😀", "是"),
    ("Hello, is there a room left?", "Yes, upstairs.", "否"),
]


def played(turns: int, aside: str = "") -> Prompt:
    """The play up to and including the player's line of turn `turns` (from 1)."""
    messages: list[Message] = []
    for asked, answered, _ in EXCHANGES[:turns]:
        messages += [
            Message("player", "沈舟", asked),
            Message("character", "兰三娘", answered),
        ]
    return Prompt(WHO, "", tuple(messages[:-1]), aside)
