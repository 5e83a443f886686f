"""Lines that speak to the game instead of to anyone in it: orders, verdicts, fake roles, code.

No model is asked what such a line means: the authored judge reads it by its likeness to what the
author wrote, and can't be talked round. So a harmless line that looks like one loses nothing but
the model's ear. The patterns are plain data in `attempts.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from ..folding import folded
from ..prompts.cleaning import TOKENS, one_line
from ..state import GameState
from ..story import Story

FILE = Path(__file__).with_name("attempts.yaml")
# Letters that look like Latin ones, so that a word can't hide behind them.
_ALIKE = str.maketrans("аеорсухіјѕԁӏоіӀαεορτυνκι0134@$", "aeopcyxijsdloilaeoptuvkioieaas")
_JOINED = re.compile("[\u200c\u200d\ufe0f]")  # which emoji and some scripts are written with
_SPACED = re.compile(r"(?<=\b\w)[ .*_-](?=\w\b)")  # between single letters
_BLOCK = re.compile(r"[{\[][^{}\[\]]*[}\]]")
_CODE = re.compile(r"\"\w+\"\s*:\s*(?:\"[^\"]*\"|\w+)|[{}\[\]`]|\w*_\w*")
_SAYS = r"(?:^|[\s。.!?…”\")])(?:{names})\s*(?:说|道|says|said)?\s*:"


def speaks_to_the_game(line: str, names: Iterable[str] = ()) -> bool:
    """Whether a line gives orders to whoever judges, or pretends to be something it is not.

    `names` are those of the cast: a line that speaks for one of them is none of the player's.
    """
    shown = _JOINED.sub("", line)
    if TOKENS.search(line) or one_line(shown) != " ".join(shown.split()):
        return True
    text = folded(one_line(line))
    if _speaks_for(text, tuple(folded(one) for one in names if one)):
        return True
    joined = _SPACED.sub("", text)
    variants = {text, joined, joined.translate(_ALIKE)}
    return any(pattern.search(one) for pattern in _patterns() for one in variants)


def to_the_game(story: Story, state: GameState) -> bool:
    """Whether the player's line speaks to the game instead of to anyone in it."""
    return speaks_to_the_game(state.line, (one.name for one in story.cast.values()))


def without_code(line: str) -> str:
    """What of a line is speech: no code, and no names that only a program uses."""
    before = None
    while before != line:  # from the innermost block outwards
        before, line = line, _BLOCK.sub(" ", line)
    return " ".join(_CODE.sub(" ", line).split())


def _speaks_for(text: str, names: tuple[str, ...]) -> bool:
    listed = "|".join(re.escape(one) for one in names)
    return bool(listed) and re.search(_SAYS.format(names=listed), text) is not None


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    import yaml

    listed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(re.compile(one) for lines in listed.values() for one in lines)
