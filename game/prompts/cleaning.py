"""Makes data of what people and models wrote, so that no text can pass for another voice.

A line stays one line; what some model takes for the token of a role, the brackets that name a
voice, and a speaker's label inside a player's line are written so that they no longer are that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Every character that some program takes for the end of a line, and other control characters.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Characters that are not seen: they can hide a token, or a word, from whoever looks for it.
_UNSEEN = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
TOKENS = re.compile(
    r"<\s*[|｜][^<>|｜\n]{0,40}[|｜]\s*>|<<?/?\s*sys\s*>?>|\[/?\s*inst\s*\]"
    r"|</?\s*(?:s|bos|eos|pad|unk|system|user|assistant|human|line|think|thinking|tool_call"
    r"|tool_response|start_of_turn|end_of_turn|bot)\s*>|\[[gs]?mask\]|\[(?:cls|sep|unk|pad|eos|bos)\]"
    r"|#{2,}\s*(?:system|instruction|response|user|assistant|human)\b\s*:?"
    r"|(?<!\w)(?:im_start|im_end|endoftext|begin_of_text|eot_id)(?!\w)",
    re.IGNORECASE,
)
_BRACKETS = str.maketrans("【】〖〗［］[]", "「」「」()()")
_ACTION = re.compile(r"([（(])([^（()）]+)([)）])")
_LABEL = r"(?:{names})\s*[:：∶︰]"


def one_line(text: str) -> str:
    """`text` without line breaks, control characters and characters that can't be seen."""
    return " ".join(_BREAKS.sub(" ", _UNSEEN.sub("", text)).split())


def without_tokens(text: str) -> str:
    """`text` without anything that a model may take for a token of its own."""
    before = None
    while before != text:  # what is left when one is taken out may be another one
        before, text = text, TOKENS.sub("", text)
    return text


def spoken(text: str) -> str:
    """A character's or narrator's line as data: one line, no tokens, no brackets of a voice."""
    return one_line(without_tokens(one_line(text)).translate(_BRACKETS))


def by_player(text: str, player: str, names: Iterable[str], longest: int = 1000) -> str:
    """The player's line as data.

    `names` are the voices it must not pass for: their labels lose the colon. What stands in
    parentheses, as narration does for some models, is marked as the player's own doing.
    """
    text = spoken(unicodedata.normalize("NFC", text))[:longest]
    known = tuple(sorted({*names, player} - {""}, key=len, reverse=True))
    text = _labels(known).sub(_unlabelled, text)
    return _ACTION.sub(lambda found: _own(found, player), text)


def _unlabelled(found: re.Match[str]) -> str:
    name, colon = found.group()[:-1].rstrip(), found.group()[-1]
    return name + ("," if colon == ":" else "，")


def _own(found: re.Match[str], player: str) -> str:
    left, inside, right = found.groups()
    if not player or inside.strip().startswith(player):
        return found.group()
    colon = "：" if left == "（" else ": "
    return f"{left}{player}{colon}{inside.strip()}{right}"


@lru_cache(maxsize=256)
def _labels(names: tuple[str, ...]) -> re.Pattern[str]:
    listed = "|".join(re.escape(name) for name in names) or r"(?!)"
    return re.compile(_LABEL.format(names=listed), re.IGNORECASE)
