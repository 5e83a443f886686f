"""Playtest of a pack of puzzles: each can be solved by what is offered, and by asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..cast.authored import AuthoredActor, AuthoredNarrator
from ..cast.judge import AuthoredJudge
from ..rules import SOLVED, begin
from ..session import Session
from ..stage import puzzle_options
from ..state import Phase
from ..story import PuzzlePack, Story
from .playtest import heard
from .recording import drain

# A puzzle that isn't solved after so many questions was not solved by what is offered.
MOST_QUESTIONS = 60


@dataclass
class PuzzleReport:
    """What was found out about one puzzle."""

    puzzle: str
    questions: int = 0
    by_options: int = 0  # questions it took, picking among what is offered; 0: never solved
    by_asking: int = 0  # the fewest authored questions that find every essential fact
    unfindable: list[str] = field(default_factory=list)  # essential facts no question finds
    lines: int = 0
    # lines by authors that are not taken for their question, as `question: line`
    unheard: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether it can be solved by the options alone, and every wording of `ask` is heard."""
        return bool(self.by_options) and not self.unfindable


@dataclass
class PackReport:
    """What a playtest of a pack found."""

    scenario: str
    language: str
    puzzles: list[PuzzleReport] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every puzzle passed."""
        return all(one.passed for one in self.puzzles)


def playtest_pack(pack: Story, progress: Callable[[int], None] | None = None) -> PackReport:
    """Solves every puzzle of a pack and asks every authored question in every wording."""
    assert isinstance(pack.scenario, PuzzlePack)
    report, judge = PackReport(pack.id, pack.language), AuthoredJudge()
    for number, puzzle in enumerate(pack.scenario.puzzles, 1):
        report.puzzles.append(_tested(replace(pack, puzzle=puzzle), judge))
        if progress:
            progress(number)
    return report


def _tested(story: Story, judge: AuthoredJudge) -> PuzzleReport:
    puzzle = story.puzzle
    assert puzzle
    report = PuzzleReport(puzzle.id, len(puzzle.answers))
    found = {one.finds for one in puzzle.answers if one.finds}
    essential = [fact.id for fact in puzzle.facts if fact.essential]
    report.unfindable = [name for name in essential if name not in found]
    report.by_asking = 0 if report.unfindable else len(essential)
    report.by_options = _solved_by_options(story, judge)
    game = _begun(story, judge)
    for question in puzzle.answers:
        for line in (question.ask, *question.hears):
            report.lines += 1
            if not heard(judge, story, game.state, line, f"question:{question.id}"):
                report.unheard.append(f"{question.id}: {line}")
    return report


def _begun(story: Story, judge: AuthoredJudge) -> Session:
    game = Session(story, [begin(story, 0)], AuthoredActor(), AuthoredNarrator(), judge, judge)
    drain(game.resume())
    return game


def _solved_by_options(story: Story, judge: AuthoredJudge) -> int:
    """How many questions it takes to solve a puzzle, asking what is offered and leads on."""
    assert story.puzzle
    game = _begun(story, judge)
    finds = {one.id: one.finds for one in story.puzzle.answers}
    for number in range(1, MOST_QUESTIONS + 1):
        offered = [one.id for one in puzzle_options(story, game.state)]
        if not offered:
            return 0
        leading = [one for one in offered if finds[one] and finds[one] not in game.state.facts]
        drain(game.ask((leading or offered)[0]))
        if game.state.phase is Phase.OVER:
            return number if game.state.ending == SOLVED else 0
    return 0
