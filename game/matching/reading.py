"""What goes into matching and what comes out: entries, and the reading of a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Decision = Literal["accept", "ask", "none"]
THIN = ("short", "strange words", "one word")  # why a line that is like an entry may not mean it
Kind = Literal["beat", "topic", "question", "fact"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something a line may mean: a beat, a topic of small talk, a puzzle's question or fact."""

    kind: Kind
    id: str
    hears: tuple[str, ...]
    means: str = ""
    answer: str = ""

    @property
    def key(self) -> str:
        """The name it goes by in readings."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood: the decision, the best entry, those to ask about, all with scores.

    `best` is the accepted key, or the likeliest one; `asked` are the keys to ask between. `why`
    holds short facts: what was seen of the line (empty, action, typo), why it was taken (exact,
    topic) or why not: closed (nothing is possible), negated, opposite, unclear (a denial of an
    entry that itself denies), short, strange words (too much that the entry does not know), one
    word (nothing but the name of a thing in common).
    """

    decision: Decision
    best: str = ""
    asked: tuple[str, ...] = ()
    candidates: tuple[tuple[str, float], ...] = ()
    why: tuple[str, ...] = ()
