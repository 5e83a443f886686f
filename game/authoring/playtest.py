"""Playtest: what a story's states hold, how its endings come about, and proof as recorded plays."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from ..cast.authored import AuthoredActor, AuthoredNarrator
from ..cast.judge import AuthoredJudge
from ..events import BeatHappened, Delta, Event, Notice, Rolled
from ..rules import begin
from ..session import Session
from ..stage import open_beats, topics
from ..state import Phase
from ..story import Scenario, Story
from .explore import TALK, Atlas, Explorer, Move, wanted_of
from .plays import words

MOST_STATES = 20_000
ENOUGH_STATES = 5_000
PLAYS = 300
MOST_TURNS = 200
SEEDS = 2_000


@dataclass
class Report:
    """What a playtest found; every part is plain data."""

    scenario: str
    language: str
    states: int = 0
    turns: int = 0
    complete: bool = False
    most_open: int = 0
    missing: list[str] = field(default_factory=list)
    missing_by_suggestions: list[str] = field(default_factory=list)
    dead_ends: list[str] = field(default_factory=list)
    # ending → a shortest way found, as moves
    paths: dict[str, list[str]] = field(default_factory=dict)
    # how often each ending comes, in hundredths, under random and goal-seeking play
    random: dict[str, float] = field(default_factory=dict)
    seeking: dict[str, float] = field(default_factory=dict)
    length: float = 0.0  # median turns of goal-seeking plays

    @property
    def passed(self) -> bool:
        """Whether everything was reached, endings by suggestions too, and nothing is a dead end."""
        return not (self.missing or self.missing_by_suggestions or self.dead_ends)


@dataclass
class Course:
    """One simulated play: its moves, what happened on the way, and how it ended."""

    moves: list[Move]
    seen: set[str]
    ending: str
    turns: int


@dataclass
class Findings:
    """A report, and for each ending a short way to it: by suggestions alone where they do."""

    report: Report
    ways: dict[str, list[Move]]


def playtest(
    story: Story, most: int = MOST_STATES, progress: Callable[[int], None] | None = None
) -> Findings:
    """Explores a story and plays it many times; `progress` is told how many states were seen."""
    scenario = story.scenario
    assert isinstance(scenario, Scenario)
    found = tuple(ending.id for ending in scenario.endings)
    wanted = wanted_of(scenario)
    endings = frozenset(f"ending {name}" for name in found)
    enough = min(most, ENOUGH_STATES)
    full, screen = Explorer(story), Explorer(story, suggestions_only=True)
    atlas = full.run(most, found, enough, wanted, progress)
    suggested = screen.run(most, found, enough, endings, progress)
    # What only waiting brings about, a bounded search seldom waits for: players do.
    idle = [_course(explorer, found, 0, patience=1.0) for explorer in (full, screen)]
    seekers = [_course(full, found, seed) for seed in range(PLAYS)]
    wanderers = [_course(full, found, seed, seeking=False) for seed in range(PLAYS)]
    ways = _ways(atlas, [idle[0], *seekers, *wanderers]) | _ways(suggested, [idle[1]])
    met = atlas.reached.keys() | set().union(*(one.seen for one in (*idle, *seekers, *wanderers)))
    report = Report(story.id, story.language)
    report.states, report.turns = len(atlas.nodes), atlas.turns + suggested.turns
    report.complete, report.most_open = atlas.complete, atlas.most_open
    report.missing = sorted(wanted - met)
    report.missing_by_suggestions = sorted(endings - suggested.reached.keys() - idle[1].seen)
    if atlas.complete:
        stuck = (atlas.path(key) for key in atlas.stuck()[:5])
        report.dead_ends = [" > ".join(map(str, way)) for way in stuck]
    report.paths = {name: [str(move) for move in ways[name]] for name in found if name in ways}
    report.random, report.seeking = _shares(wanderers), _shares(seekers)
    report.length = median(one.turns for one in seekers)
    return Findings(report, ways)


def _ways(atlas: Atlas, courses: list[Course]) -> dict[str, list[Move]]:
    """The shortest way to each ending that was found by search, or else by playing."""
    ways: dict[str, list[Move]] = {}
    for one in sorted(courses, key=lambda course: len(course.moves)):
        ways.setdefault(one.ending, one.moves)
    for ending, keys in atlas.endings().items():
        ways[ending] = atlas.path(keys[0])
    return ways


def _shares(courses: list[Course]) -> dict[str, float]:
    counts = Counter(one.ending for one in courses)
    return {name: round(100 * n / len(courses), 1) for name, n in counts.most_common()}


def _course(
    explorer: Explorer,
    found: tuple[str, ...],
    seed: int,
    seeking: bool = True,
    patience: float = 0.05,
) -> Course:
    """One play: a seeker tries first what was not tried yet; `patience` is how often one chats."""
    chance = random.Random(seed)
    state = explorer.begun(found if patience == 1 else ())
    tried: set[str] = set()
    course = Course([], set(), "(none)", 0)
    for _ in range(MOST_TURNS):
        moves = explorer.moves(state)
        if state.phase is Phase.OVER or not moves:
            break
        beats = [one for one in moves if one != TALK]
        fresh = [one for one in beats if one not in tried]
        move = chance.choice((fresh if seeking else beats) or beats or moves)
        if TALK in moves and chance.random() < patience:
            move = TALK
        tried.add(move)
        fell, state, seen = chance.choice(list(explorer.play(state, move)))
        course.moves.append(Move(move, fell))
        course.seen.update(seen)
    course.ending, course.turns = state.ending or course.ending, state.turns
    return course


# --- recorded plays ------------------------------------------------------------------------------


def record(story: Story, ending: str, moves: list[Move], typed: bool = False) -> str | None:
    """A .play file for a way to an ending, or None if no seed's dice fall that way.

    Moves are picked by number where they are on screen, and typed elsewhere, or all typed.
    """
    needs = _found_needed(story, ending)
    judge = AuthoredJudge()
    for seed in range(SEEDS):
        first = begin(story, seed, needs)
        game = Session(story, [first], AuthoredActor(), AuthoredNarrator(), judge, judge)
        lines = list(_replayed(game, moves, typed))
        if game.state.ending == ending:
            head = [f"scenario: {story.id}", f"language: {story.language}", f"seed: {seed}"]
            head += [f"found: {' '.join(needs)}"] if needs else []
            return "\n".join([*head, "", *lines]) + "\n"
        if not any(move.dice for move in moves):
            return None
    return None


def _found_needed(story: Story, ending: str) -> tuple[str, ...]:
    """The endings one must have met before, as far as an ending's own condition names them."""
    assert isinstance(story.scenario, Scenario)
    wanted = next(one for one in story.scenario.endings if one.id == ending)
    uses = "found" in (wanted.when or "")
    return tuple(one.id for one in story.scenario.endings if one.id != ending) if uses else ()


def _replayed(game: Session, moves: list[Move], typed: bool) -> Iterator[str]:
    """Plays the moves and gives the lines of the file; stops where dice fall otherwise."""
    _drain(game.resume())
    for move in moves:
        line, events = _move(game, move.beat, typed)
        rolls = [one.success for one in events if isinstance(one, Rolled)]
        if move.dice and rolls and rolls[-1] != (move.dice == "success"):
            return
        happened = [one.beat for one in events if isinstance(one, BeatHappened)]
        if move.beat != TALK and move.beat not in happened:
            return
        yield line
        yield from (f"  {word}" for word in words(events))


def _move(game: Session, beat: str, typed: bool) -> tuple[str, list[Event]]:
    if beat == TALK:
        topic = next(iter(topics(game.story, game.state).values()))
        said = topic.hears[0] if topic.hears else "…"
        return f"> {said}", _drain(game.play(said))
    if not typed and any(option.id == beat for option in game.options()):
        return f">> {beat}", _drain(game.choose(beat))
    opened = [one for one in open_beats(game.story, game.state) if one.id == beat]
    example = opened[0].hears[0] if opened and opened[0].hears else "…"
    return f"> {example}", _drain(game.play(example))


def _drain(stream: Any) -> list[Event]:
    return [one for one in stream if not isinstance(one, (Delta, Notice))]
