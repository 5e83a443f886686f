"""Lore: what a character knows of a thing comes up when the thing is spoken of.

Keys are found by Aho-Corasick, all of them in one pass; Chinese needs no word boundaries, letters
do. Which entries are active is worked out from the last turns alone, so it is the same after a
reload. `Lore.found` says what fired, by which words, at what cost, and what the budget dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .folding import folded, is_word
from .prompts.history import estimate
from .stage import holds, names, render
from .state import Entry, GameState
from .story import LoreEntry, Scenario, Story

DEPTH = 2  # turns whose words make an entry fire
MOST_WORDS = 3  # words named in an explanation


@dataclass(frozen=True, slots=True)
class Fired:
    """An entry that is active: by which words (none: constant, or still sticking), its cost."""

    id: str
    words: tuple[str, ...]
    text: str
    cost: int

    def why(self, dropped: bool = False) -> str:
        """For an explanation: `code:detail`."""
        by = ", ".join(self.words[:MOST_WORDS])
        detail = f"{self.id} ({by}) {self.cost}" if by else f"{self.id} {self.cost}"
        return f"{'lore_dropped' if dropped else 'lore'}:{detail}"


@dataclass(frozen=True, slots=True)
class Found:
    """The lore of a turn: what is told, and what had no room."""

    told: tuple[Fired, ...] = ()
    dropped: tuple[Fired, ...] = ()

    def why(self) -> tuple[str, ...]:
        """What fired and what was dropped, for an explanation."""
        return (
            *(one.why() for one in self.told),
            *(one.why(dropped=True) for one in self.dropped),
        )


class Keys:
    """Finds many keys in a text at once."""

    def __init__(self, keys: Iterable[str]) -> None:
        import ahocorasick

        self._automaton: Any = ahocorasick.Automaton()
        for key in {folded(one).strip() for one in keys} - {""}:
            self._automaton.add_word(key, key)
        self._empty = len(self._automaton) == 0
        if not self._empty:
            self._automaton.make_automaton()

    def find(self, text: str) -> frozenset[str]:
        """The keys (folded) that occur in a text, as words where they are of letters."""
        return frozenset(key for _, key in self._hits(folded(text)))

    def places(self, text: str) -> list[int]:
        """Where the keys that occur in a text begin."""
        return [start for start, _ in self._hits(folded(text))]

    def _hits(self, text: str) -> Iterator[tuple[int, str]]:
        if self._empty:
            return
        for end, key in self._automaton.iter(text):
            start = end - len(key) + 1
            if is_word(text, start, end + 1):
                yield start, key


class Lore:
    """The lore one character may know in a story."""

    def __init__(
        self, story: Story, who: str, budget: int = 400, count: Callable[[str], int] = estimate
    ) -> None:
        self._story, self._budget, self._count = story, budget, count
        own = [*story.cast[who].lore] if who in story.cast else []
        if isinstance(story.scenario, Scenario):
            own += story.scenario.lore
        self._entries = [one for one in own if not (one.constant and one.when is None)]
        self._keys = Keys(key for one in self._entries for key in (*one.keys, *one.secondary))
        self._reach = DEPTH + max((one.sticky + one.cooldown for one in self._entries), default=0)
        self._constant = {number for number, one in enumerate(self._entries) if one.constant}
        self._by_key: dict[str, list[int]] = {}
        for number, one in enumerate(self._entries):
            for key in one.keys:
                self._by_key.setdefault(folded(key).strip(), []).append(number)

    def __len__(self) -> int:
        return len(self._entries)

    def found(self, state: GameState) -> Found:
        """What is active now, within the budget: what was just spoken of before what sticks."""
        if not self._entries:
            return Found()
        hits = [self._hits(turn) for turn in _last_turns(state.transcript, self._reach + 1)]
        heard: frozenset[str] = frozenset().union(*hits)
        likely = {number for key in heard for number in self._by_key.get(key, ())}
        context = names(self._story, state)
        active = [
            fired
            for number in sorted(likely | self._constant)
            if (fired := self._active(number, hits, context)) is not None
        ]
        active.sort(key=lambda one: not one.words)
        return self._within(active)

    def _hits(self, turn: Sequence[Entry]) -> frozenset[str]:
        return self._keys.find("\n".join(entry.text for entry in turn))

    def _active(
        self, number: int, hits: Sequence[frozenset[str]], context: Mapping[str, Any]
    ) -> Fired | None:
        one = self._entries[number]
        words = _words(one, hits)
        if words is None or not holds(self._story, one.when, context):
            return None
        text = render(self._story, one.text, context).strip()
        return Fired(one.id or str(number + 1), words, text, self._count(text))

    def _within(self, active: Sequence[Fired]) -> Found:
        told, dropped, left = [], [], self._budget
        for one in active:
            if one.cost <= left:
                told.append(one)
                left -= one.cost
            else:
                dropped.append(one)
        return Found(tuple(told), tuple(dropped))


def _words(one: LoreEntry, hits: Sequence[frozenset[str]]) -> tuple[str, ...] | None:
    """The words that make an entry active now; none while it sticks, None where it is not."""
    if one.constant:
        return ()
    last = -1
    by: tuple[str, ...] = ()
    for turn in range(len(hits)):
        rests = last >= 0 and turn - last <= one.sticky + one.cooldown and turn - last > one.sticky
        found = () if rests else _fires(one, hits[max(0, turn - DEPTH + 1) : turn + 1])
        if found:
            last, by = turn, found
    now = len(hits) - 1
    if last < 0 or now - last > one.sticky:
        return None
    return by if last == now else ()


def _fires(one: LoreEntry, recent: Sequence[frozenset[str]]) -> tuple[str, ...]:
    heard = frozenset().union(*recent)
    first = [key for key in one.keys if folded(key).strip() in heard]
    second = [key for key in one.secondary if folded(key).strip() in heard]
    if not first or (one.secondary and not second):
        return ()
    return (*first, *second)


def _last_turns(transcript: Sequence[Entry], most: int) -> list[list[Entry]]:
    """The last lines by turns, each of which begins with the player's line."""
    turns: list[list[Entry]] = [[]]
    for entry in reversed(transcript):
        turns[-1].append(entry)
        if entry.kind == "player":
            if len(turns) == most:
                break
            turns.append([])
    return turns[::-1] if turns[-1] or len(turns) == 1 else turns[-2::-1]
