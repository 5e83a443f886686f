"""Whether a line says the contrary of what an entry's example lines say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from . import negation
from .features import stems

NEARLY = 0.75  # another example line this close to the best one may vouch for the line
SAME = 0.6  # what is nearer than this denies the same thing
NAMED = 0.5  # one this close says which side of a pair of opposites the entry is on


@dataclass(frozen=True, slots=True)
class Known:
    """What negation has to know of a text."""

    plain: str
    denials: int  # how many words deny in it
    denies: bool  # whether, said to somebody, it refuses or denies
    sides: frozenset[tuple[int, int]]  # which opposites it names


@lru_cache(maxsize=8192)
def known(text: str, language: str) -> Known:
    """Read a plain text for what it denies."""
    named = text if language == "zh" else " ".join(stems(text))
    return Known(
        text,
        negation.denials(text, language),
        negation.denies(text, language),
        negation.sides(named, language),
    )


def _turned(line: Known, other: Known, strict: bool) -> bool:
    """Whether just one of the two denies. Strict: in a puzzle's question every "not" counts."""
    if strict:
        return (line.denials + other.denials) % 2 == 1
    return line.denies != other.denies


def objection(line: Known, texts: Sequence[Known], nearness: Sequence[float], strict: bool) -> str:
    """Why an entry can't be what the line means, judged by its texts nearest to the line, or ""."""
    best = max(nearness, default=0.0)
    near = [(n, text) for n, text in zip(nearness, texts, strict=True) if n >= NAMED * best]
    if not near or best == 0:
        return ""
    sides = frozenset(side for _, text in near for side in text.sides)
    opposite = negation.opposed(line.sides, sides)
    turned = [_turned(line, text, strict) for n, text in near if n >= NEARLY * best]
    negated = all(turned)
    denying = sum(text.denies for text in texts)
    if negated and not strict and not line.denies and 2 * denying < len(texts):
        negated = False  # a "not" in a line or two doesn't make an entry a refusal
    if line.denies and not strict and best < SAME:
        if 2 * denying > len(texts):
            negated = False  # the entry is a refusal, in whatever words
        elif denying:
            return "unclear"  # the entry both says and denies things: which of them is meant?
    if strict and opposite and negated:
        return ""  # "not alive" is "dead"
    return "negated" if negated else "opposite" if opposite else ""
