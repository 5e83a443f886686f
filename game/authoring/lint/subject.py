"""What a lint rule looks at: a loaded story, its files with their lines, its twin, its states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from ... import yamlfile
from ...errors import ContentError, Diagnostic
from ...loader import LANGUAGES, TALK, Library
from ...stage import names
from ...story import PuzzlePack, Scenario, Story
from ...yamlfile import Document, Path
from ..atlas import Atlas, wanted_of
from ..courses import Course, course, courses
from ..explore import Explorer

# How many states lint looks at; a larger story is searched further only for what is still missing.
MOST_STATES = 3_000
MOST_SEARCHED = 20_000
PLAYS, FEW_PLAYS = 80, 4

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Subject:
    """A story under the lens; `documents` by the short names its sources go by."""

    library: Library
    story: Story
    documents: Mapping[str, Document]

    @property
    def scenario(self) -> Scenario | None:
        """The role-play story, or None where it is a pack of puzzles or a free talk."""
        content = self.story.scenario
        talk = self.story.id.startswith(TALK)
        return content if isinstance(content, Scenario) and not talk else None

    @property
    def pack(self) -> PuzzlePack | None:
        """The pack of puzzles, or None."""
        return self.story.scenario if isinstance(self.story.scenario, PuzzlePack) else None

    @cached_property
    def twin(self) -> Story | None:
        """The same story in the other language, or None if there is none that loads."""
        other = next(one for one in LANGUAGES if one != self.story.language)
        try:
            if self.story.id.startswith(TALK):
                return self.library.free_talk(self.story.id.removeprefix(TALK), other)
            return self.library.load(self.story.id, other)
        except ContentError:
            return None

    @cached_property
    def endings(self) -> tuple[str, ...]:
        """The ids of the story's endings."""
        return tuple(ending.id for ending in self.scenario.endings) if self.scenario else ()

    @cached_property
    def atlas(self) -> Atlas:
        """The story's states, as one explores them who has met every ending before."""
        return Explorer(self.story).run(MOST_STATES, self.endings)

    @cached_property
    def courses(self) -> list[Course]:
        """Simulated plays: they come by what a bounded search would miss, and by newcomers."""
        full = Explorer(self.story)
        count = FEW_PLAYS if self.atlas.complete else PLAYS
        idle = [course(full, "idler", 0), course(full, "idler", 0, self.endings)]
        dawdlers = courses(full, count, "dawdler", self.endings)
        return [*idle, *courses(full, count, "seeker", self.endings), *dawdlers]

    @cached_property
    def reached(self) -> frozenset[str]:
        """Everything that was met, as `scene x`, `beat x`, `goal x`, `ending x`."""
        assert self.scenario
        seen = frozenset(self.atlas.reached).union(*(one.seen for one in self.courses))
        missing = wanted_of(self.scenario) - seen
        if missing and not self.atlas.complete:
            more = Explorer(self.story).run(MOST_SEARCHED, self.endings, 1, missing)
            seen |= more.reached.keys()
        return seen

    @cached_property
    def suggested(self) -> frozenset[str]:
        """What suggested replies (and chatting) lead to."""
        screen = Explorer(self.story, suggestions_only=True)
        played = [course(screen, "idler", 0, self.endings)]
        count = FEW_PLAYS if self.atlas.complete else PLAYS
        played += courses(screen, count, "seeker", self.endings)
        seen = frozenset().union(*(one.seen for one in played))
        missing = frozenset(f"ending {name}" for name in self.endings) - seen
        if missing:
            seen |= screen.run(MOST_SEARCHED, self.endings, 1, missing).reached.keys()
        return seen

    @cached_property
    def contexts(self) -> dict[str, list[dict[str, Any]]]:
        """What conditions read, in every state that was seen, by scene."""
        found: dict[str, list[dict[str, Any]]] = {}
        states = [node.state for node in self.atlas.nodes.values()]
        states += [state for one in self.courses for state in one.states]
        for state in states:
            found.setdefault(state.scene, []).append(names(self.story, state))
        return found

    @property
    def main(self) -> str:
        """The short name of the file the story is in."""
        if self.story.id.startswith(TALK):
            return f"characters/{self.story.id.removeprefix(TALK)}"
        return f"scenarios/{self.story.id}"

    def found(
        self, code: str, severity: Severity, path: Path, file: str = "", **data: object
    ) -> Diagnostic:
        """A finding at a node of one of the story's files."""
        name = file or self.main
        line, column = self.documents[name].mark(path)
        where = f"{name}.{self.story.language}.yaml"
        return Diagnostic(code, where, line, column, severity, data)


Check = Callable[[Subject], Iterator[tuple[Path, dict[str, object]]]]


@dataclass(frozen=True)
class Rule:
    """One thing to look for: `look` gives the place of each finding and the blanks of its words.

    A finding in another of the story's files carries `file`, its short name, in its data.
    """

    code: str
    severity: Severity
    look: Check

    def run(self, subject: Subject) -> Iterator[Diagnostic]:
        """The findings of this rule."""
        for path, data in self.look(subject):
            file = str(data.pop("file", ""))
            yield subject.found(self.code, self.severity, path, file, **data)


def subject_of(library: Library, scenario: str, language: str) -> Subject:
    """A story ready to be looked at; raises ContentError if it doesn't load."""
    if scenario.startswith(TALK):
        story = library.free_talk(scenario.removeprefix(TALK), language)
    else:
        story = library.load(scenario, language)
    documents = {name: yamlfile.read(text, name) for name, text in story.sources.items()}
    return Subject(library, story, documents)
