"""Watches a story's files while it is played: what changed, or what is wrong, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import yamlfile
from ..errors import ContentError
from ..loader import TALK, Library, digest_of
from ..session import Session
from ..state import Phase
from ..story import Persona, Scenario, Story
from .locale import text
from .problems import diagnostic_line

SHOWN = 8


@dataclass
class Report:
    """What a look at the files gave: a story to go on with, and lines to show."""

    story: Story | None = None
    changes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Watch:
    """Looks at the files of one story whenever asked, and reports each version of them once."""

    def __init__(self, library: Library, story: Story, language: Callable[[], str]) -> None:
        self._library, self._language = library, language
        self._seen = story.digest
        self._told = ""  # the faults that were shown last, as long as they are there

    def look(self, session: Session) -> Report | None:
        """What is new since the last look; None if nothing is."""
        story = session.story
        try:
            sources = self._library.sources(story.id, story.language)
            digest = digest_of(sources)
            if digest == self._seen and not self._told:
                return None
            if session.phase not in (Phase.PLAYER, Phase.OVER):
                return None  # lines are owed still: the next look comes after them
            self._seen = digest
            fresh = self._loaded(session)
        except ContentError as error:
            return self._faulty(error)
        lang, self._told = self._language(), ""
        if digest == story.digest:
            return Report(changes=[text(lang, "watching.mended")])
        scene = session.state.scene
        if isinstance(fresh.scenario, Scenario) and scene not in fresh.scenario.scenes:
            return Report(problems=[text(lang, "watching.no_scene", scene=scene)])
        if fresh.puzzle and story.puzzle and fresh.puzzle.id != story.puzzle.id:
            return Report(problems=[text(lang, "watching.no_scene", scene=story.puzzle.id)])
        return Report(fresh, list(_shown(lang, story.sources, fresh.sources)))

    def _loaded(self, session: Session) -> Story:
        story, state = session.story, session.state
        if story.id.startswith(TALK):
            persona = Persona(name=state.player_name, info=state.player_info)
            name = story.id.removeprefix(TALK)
            return self._library.free_talk(name, story.language, persona)
        puzzle = story.puzzle.id if story.puzzle else ""
        return self._library.load(story.id, story.language, puzzle)

    def _faulty(self, error: ContentError) -> Report | None:
        """The faults of a version; the same ones are not told again."""
        faults = str(error.diagnostics)
        if faults == self._told:
            return None
        self._told = faults
        lang = self._language()
        lines = [diagnostic_line(lang, one) for one in error.diagnostics[:SHOWN]]
        return Report(problems=[text(lang, "watching.faulty"), *lines])


def _shown(lang: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """The places that differ, the first of them."""
    found = list(differences(_data(before), _data(after)))
    for kind, path in found[:SHOWN]:
        yield text(lang, f"watching.{kind}", path=path)
    if len(found) > SHOWN:
        yield text(lang, "watching.more", count=len(found) - SHOWN)


def _data(sources: Mapping[str, str]) -> dict[str, Any]:
    return {name: yamlfile.read(source, name).data for name, source in sources.items()}


def differences(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Where two files' data differ, as (changed | added | removed, path); lists by their ids."""
    if isinstance(before, list) and isinstance(after, list):
        before, after = _by_id(before), _by_id(after)
    if not (isinstance(before, dict) and isinstance(after, dict)):
        if before != after:
            yield "changed", path
        return
    for key in dict.fromkeys([*before, *after]):
        where = f"{path} › {key}" if path else str(key)
        if key not in after:
            yield "removed", where
        elif key not in before:
            yield "added", where
        else:
            yield from differences(before[key], after[key], where)


def _by_id(items: list[Any]) -> dict[Any, Any]:
    return {
        item["id"] if isinstance(item, dict) and "id" in item else index: item
        for index, item in enumerate(items, 1)
    }
