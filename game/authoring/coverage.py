"""Coverage: what the players of a story found, where they gave up, and what nobody understood.

Read from saves; what was rewound counts too, because it was played.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rapidfuzz import fuzz

from ..errors import GameError
from ..events import (
    AskedBack,
    BeatChosen,
    BeatHappened,
    Ended,
    Event,
    GameStarted,
    HintGiven,
    PlayerSpoke,
    SceneEntered,
    TurnJudged,
)
from ..matching.normalize import clean
from ..saves import Store
from .happenings import happening

# Lines this alike, in hundredths, are taken to ask for the same thing.
ALIKE = 62


@dataclass
class Missed:
    """Lines alike that nothing understood, the most frequent first."""

    lines: list[str]
    count: int


@dataclass
class Coverage:
    """What the saves of one story in one language hold; counts are of games."""

    scenario: str
    language: str
    games: int = 0
    finished: int = 0
    # `beat x`, `scene x`, `goal x`, `ending x`, `fact x` → in how many games
    met: Counter[str] = field(default_factory=Counter)
    # scene (or puzzle) → how many games were left there without an ending
    left: Counter[str] = field(default_factory=Counter)
    # ending → the beats that came last before it
    before: dict[str, Counter[str]] = field(default_factory=dict)
    hints: Counter[str] = field(default_factory=Counter)
    # scene (or puzzle) → the groups of lines that were missed there
    missed: dict[str, list[Missed]] = field(default_factory=dict)
    # scene (or puzzle) → lines asked back whose answer was then chosen: (line, beat)
    chosen: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The same as data for JSON (`asdict` would take a Counter apart)."""
        missed = {
            place: [asdict(group) for group in groups] for place, groups in self.missed.items()
        }
        return {**vars(self), "missed": missed}


def coverages(store: Store, scenario: str = "", language: str = "") -> list[Coverage]:
    """What was played of each story, or of one; damaged saves are left out."""
    found: dict[tuple[str, str], _Gathered] = {}
    for head in store.everyone():
        if (scenario and head.scenario != scenario) or (language and head.language != language):
            continue
        try:
            events = store.events(head.id, head.owner)
        except GameError:
            continue
        key = (head.scenario, head.language)
        found.setdefault(key, _Gathered(Coverage(*key))).add(events)
    return [one.done() for _, one in sorted(found.items(), key=lambda item: item[0])]


class _Gathered:
    """Adds games to a coverage, one by one."""

    def __init__(self, coverage: Coverage) -> None:
        self.coverage = coverage
        self._lines: dict[str, Counter[str]] = defaultdict(Counter)
        self._chosen: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)

    def add(self, events: Sequence[Event]) -> None:
        """One game's events."""
        coverage = self.coverage
        place, line, last, ended = "", "", "", False
        pending = ""  # a line that was asked back and has no answer yet
        met: set[str] = set()
        for event in events:
            if isinstance(event, (GameStarted, SceneEntered)):
                place = event.puzzle if isinstance(event, GameStarted) else event.scene
            elif isinstance(event, PlayerSpoke):
                self._miss(place, pending)
                line, pending = ("" if event.choice else event.text), ""
            elif isinstance(event, AskedBack):
                pending = line
            elif isinstance(event, BeatChosen) and pending:
                self._chosen[place][pending, event.choice] += 1
                line = pending = ""
            elif isinstance(event, TurnJudged) and not event.understood:
                self._miss(place, line)
            elif isinstance(event, HintGiven):
                coverage.hints[place] += 1
            elif isinstance(event, BeatHappened):
                last = event.beat
            elif isinstance(event, Ended):
                ended = True
                coverage.before.setdefault(event.ending, Counter())[last] += 1
            if name := happening(event):
                met.add(name)
        self._miss(place, pending)
        coverage.games += 1
        coverage.finished += ended
        coverage.met.update(met)
        if not ended:
            coverage.left[place] += 1

    def _miss(self, place: str, line: str) -> None:
        if line:
            self._lines[place][line] += 1

    def done(self) -> Coverage:
        """The coverage, with its missed lines grouped."""
        for place, lines in self._lines.items():
            self.coverage.missed[place] = grouped(lines, self.coverage.language)
        for place, pairs in self._chosen.items():
            self.coverage.chosen[place] = [pair for pair, _ in pairs.most_common()]
        return self.coverage


def grouped(lines: Counter[str], language: str) -> list[Missed]:
    """Lines put together by their likeness to a group's most frequent one; large groups first."""
    groups: list[tuple[str, Missed]] = []
    for line, count in lines.most_common():
        plain = clean(line, language)
        for first, group in groups:
            if fuzz.token_sort_ratio(plain, first) >= ALIKE or fuzz.ratio(plain, first) >= ALIKE:
                group.lines.append(line)
                group.count += count
                break
        else:
            groups.append((plain, Missed([line], count)))
    return sorted((group for _, group in groups), key=lambda one: -one.count)
