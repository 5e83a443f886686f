"""Lines that speak to the game instead of to anyone in it: orders, verdicts, fake roles, code.

No model is asked what such a line means: the authored judge reads it by its likeness to what the
author wrote, and can't be talked round. So a harmless line that looks like one loses nothing but
the model's ear. The patterns are plain data in `attempts.yaml`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from ..folding import folded
from ..prompts.cleaning import TOKENS, one_line

FILE = Path(__file__).with_name("attempts.yaml")
# Letters that look like Latin ones, so that a word can't hide behind them.
_ALIKE = str.maketrans("аеорсухіјѕԁӏоіӀαεορτυνκι0134@$", "aeopcyxijsdloilaeoptuvkioieaas")
_SPACED = re.compile(r"(?<!\w)(?:\w[\s.*_-]){3,}\w(?!\w)")


def speaks_to_the_game(line: str) -> bool:
    """Whether a line gives orders to whoever judges, or pretends to be something it is not."""
    if TOKENS.search(line) or one_line(line) != " ".join(line.split()):
        return True
    text = folded(one_line(line))
    joined = _SPACED.sub(lambda found: re.sub(r"[\s.*_-]", "", found.group()), text)
    variants = {text, joined, joined.translate(_ALIKE)}
    return any(pattern.search(one) for pattern in _patterns() for one in variants)


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    import yaml

    listed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(re.compile(one) for lines in listed.values() for one in lines)
