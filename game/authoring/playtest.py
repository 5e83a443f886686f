"""Playtest: what a story's states hold, how its endings come about, what is understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median

from ..cast.judge import AuthoredJudge
from ..events import PlayerSpoke
from ..state import GameState, Phase, apply
from ..story import Scenario, Story
from .atlas import Atlas, Move, wanted_of
from .courses import Course, course, courses
from .explore import Explorer

MOST_STATES = 20_000
PLAYS = 300


@dataclass
class Report:
    """What a playtest of a story found; every part is plain data."""

    scenario: str
    language: str
    states: int = 0
    turns: int = 0
    complete: bool = False
    most_open: int = 0
    # everything the story has, by kind: how many of it, and how many were met
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    missing_by_suggestions: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)  # beats none of whose examples is understood
    dead_ends: list[str] = field(default_factory=list)
    # ending → a short way, by suggestions if they lead there, as moves
    paths: dict[str, list[str]] = field(default_factory=dict)
    # how often each ending comes, in hundredths, under random and goal-seeking play
    random: dict[str, float] = field(default_factory=dict)
    seeking: dict[str, float] = field(default_factory=dict)
    length: tuple[float, float, float] = (0, 0, 0)  # turns: shortest, median, longest seeking play

    @property
    def passed(self) -> bool:
        """Whether everything was reached, on screen and typed, and nothing is a dead end."""
        gaps = (self.missing, self.missing_by_suggestions, self.unheard, self.dead_ends)
        return not any(gaps)


@dataclass
class Findings:
    """A report, what was met, and for each ending the ways to it that can be recorded."""

    report: Report
    met: frozenset[str]
    ways: dict[str, list[list[Move]]]  # by suggestions alone where they do; easiest first


def playtest(
    story: Story,
    most: int = MOST_STATES,
    plays: int = PLAYS,
    progress: Callable[[int], None] | None = None,
) -> Findings:
    """Plays a story many times, then explores what is left; `progress` is told of each state."""
    scenario = story.scenario
    assert isinstance(scenario, Scenario)
    every = tuple(ending.id for ending in scenario.endings)
    wanted, endings = wanted_of(scenario), frozenset(f"ending {name}" for name in every)
    full, screen = Explorer(story), Explorer(story, suggestions_only=True)
    # What only waiting brings about, a bounded search seldom waits for: players do.
    played = {
        "seeker": list(courses(full, plays, "seeker", every)),
        "wanderer": list(courses(full, plays, "wanderer", every)),
        "dawdler": list(courses(full, plays // 3, "dawdler", every)),
        "idler": [course(full, "idler", 0, every)],
    }
    picked = [course(screen, "idler", 0, every), *courses(screen, plays // 3, "seeker", every)]
    met = _met(one for group in played.values() for one in group)
    atlas = full.run(most, every, progress=progress)
    on_screen = endings - _met(picked)
    suggested = screen.run(most, every, progress=progress)
    met |= atlas.reached.keys()
    report = Report(story.id, story.language)
    report.states, report.turns = len(atlas.nodes), atlas.turns + suggested.turns
    report.complete = atlas.complete
    report.most_open = atlas.most_open
    report.counts = _counts(wanted, met)
    report.missing = sorted(wanted - met)
    report.missing_by_suggestions = sorted(on_screen - suggested.reached.keys())
    report.unheard = sorted(_unheard(story, atlas, played["seeker"]))
    report.dead_ends = [" > ".join(map(str, atlas.path(key))) for key in atlas.stuck()[:5]]
    courses_all = [one for group in played.values() for one in group]
    ways = _ways([(suggested, picked), (atlas, courses_all)], every)
    report.paths = {name: [str(move) for move in found[0]] for name, found in ways.items()}
    report.random, report.seeking = _shares(played["wanderer"]), _shares(played["seeker"])
    turns = [one.turns for one in played["seeker"]]
    report.length = (min(turns), median(turns), max(turns))
    return Findings(report, frozenset(met), ways)


def _met(played: Iterable[Course]) -> set[str]:
    return {one for each in played for one in each.seen}


def _counts(wanted: Iterable[str], met: Iterable[str]) -> dict[str, tuple[int, int]]:
    there = Counter(one.partition(" ")[0] for one in wanted)
    seen = Counter(one.partition(" ")[0] for one in set(wanted) & set(met))
    return {kind: (there[kind], seen[kind]) for kind in ("scene", "beat", "goal", "ending")}


def _ways(
    sources: list[tuple[Atlas, list[Course]]], endings: tuple[str, ...]
) -> dict[str, list[list[Move]]]:
    """Ways to each ending, those of the first source first, then those with fewer dice."""
    ways: dict[str, list[list[Move]]] = {name: [] for name in endings}
    for atlas, played in sources:
        found = [(name, way) for name, way in atlas.ways().items()]
        found += [(one.ending, one.moves) for one in played if one.ending in ways]
        for name, way in sorted(found, key=lambda one: _effort(one[1])):
            ways[name].append(way)
    return {name: found[:8] for name, found in ways.items() if found}


def _effort(way: list[Move]) -> tuple[int, int]:
    return sum(bool(move.dice) for move in way), len(way)


def _shares(played: list[Course]) -> dict[str, float]:
    counts = Counter(one.ending for one in played)
    return {name: round(100 * n / len(played), 1) for name, n in counts.most_common()}


def _unheard(story: Story, atlas: Atlas, played: list[Course]) -> Iterable[str]:
    """Beats none of whose own examples is taken for them where they were first possible."""
    assert isinstance(story.scenario, Scenario)
    judge = AuthoredJudge()
    before = first_states(atlas, played)
    for scene in story.scenario.scenes.values():
        for beat in scene.beats:
            state = before.get(beat.id)
            if beat.auto or state is None:
                continue
            if not any(heard(judge, story, state, line, f"beat:{beat.id}") for line in beat.hears):
                yield f"beat {beat.id}"


def first_states(atlas: Atlas, played: list[Course]) -> dict[str, GameState]:
    """For each beat a player brought about, a state it was possible in."""
    found: dict[str, GameState] = {}
    for key, edges in atlas.edges.items():
        for move, _ in edges:
            found.setdefault(move.beat, atlas.nodes[key].state)
    for one in played:
        for state, move in zip(one.states, one.moves, strict=False):
            found.setdefault(move.beat, state)
    return found


def heard(judge: AuthoredJudge, story: Story, state: GameState, line: str, key: str) -> bool:
    """Whether a line is taken for a reading, or the reading is offered when asking back."""
    if state.phase is not Phase.PLAYER:
        return False
    reading = judge.read(story, apply(state, PlayerSpoke(line)))
    if reading.decision == "accept":
        return reading.best == key
    return reading.decision == "ask" and key in reading.asked
