"""Dice: reads `2d6 + charm`, and throws so that undoing a turn can't change how they fall."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import lru_cache

_FORM = re.compile(r"([1-9]\d?)d([1-9]\d{0,2})\s*([+-].+)?", re.DOTALL)


@dataclass(frozen=True)
class Dice:
    """`count` dice of `sides`; `bonus` is an expression that is added, or empty."""

    count: int
    sides: int
    bonus: str = ""


@lru_cache(maxsize=256)
def parse(source: str) -> Dice:
    """The dice of an author's text, whose form the schema has checked."""
    match = _FORM.fullmatch(source.strip())
    if match is None:
        raise ValueError(f"not dice: {source!r}")
    bonus = (match[3] or "").strip()
    return Dice(int(match[1]), int(match[2]), f"0 {bonus}" if bonus else "")


def throw(dice: Dice, seed: int, turn: int, beat: str) -> tuple[int, ...]:
    """The faces that fall for a beat in a turn of a game: always the same ones."""
    generator = random.Random(f"{seed}/{turn}/{beat}")
    return tuple(generator.randint(1, dice.sides) for _ in range(dice.count))
