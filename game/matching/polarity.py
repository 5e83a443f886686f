"""Whether a line says the contrary of what an entry's example lines say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import negation
from .features import stems

NEARLY = 0.75  # another example line this close to the best one may vouch for the line


@dataclass(frozen=True, slots=True)
class Known:
    """What negation has to know of a text."""

    plain: str
    denials: int  # how many words deny in it
    denies: bool  # whether, said to somebody, it refuses or denies
    sides: frozenset[tuple[int, int]]  # which opposites it names


def known(text: str, language: str) -> Known:
    """Read a plain text for what it denies."""
    named = text if language == "zh" else " ".join(stems(text))
    return Known(
        text,
        negation.denials(text, language),
        negation.denies(text, language),
        negation.sides(named, language),
    )


def contrary(line: Known, other: Known, strict: bool) -> str:
    """Why the line can't mean the same as the other text, or "".

    Strict is for a puzzle's questions: there every "not" turns the answer, in questions as well.
    """
    opposite = negation.opposed(line.sides, other.sides)
    if strict:
        odd = (line.denials + other.denials) % 2 == 1
        if odd != opposite:
            return "opposite" if opposite else "negated"
        return ""
    if line.denies != other.denies:
        return "negated"
    return "opposite" if opposite and not line.denies else ""


def objection(line: Known, texts: Sequence[Known], nearness: Sequence[float], strict: bool) -> str:
    """Why an entry can't be taken for meant, judged by its texts nearest to the line."""
    best = max(nearness, default=0.0)
    near = sorted(
        (pair for pair in zip(nearness, texts, strict=True) if pair[0] >= NEARLY * best),
        key=lambda pair: -pair[0],
    )
    reasons = [contrary(line, text, strict) for _, text in near]
    return reasons[0] if reasons and all(reasons) else ""
