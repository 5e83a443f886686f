"""What takes long, done in a process of its own: lint, the map, a playtest of a draft.

It reads one job a line (JSON) from its standard input and answers with one line each; its parent
(`bench`) ends it when it takes too long. It holds no key, no save and no game.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....authoring.drafts import Draft, Name
from ....errors import ContentError, Diagnostic, GameError
from ....loader import LANGUAGES, TALK
from ....story import Scenario
from ...locale import text
from ...problems import diagnostic_message, error_text
from ...turns import written
from ...view import clean

if TYPE_CHECKING:
    from ....story import Story

Data = dict[str, Any]
MEMORY = 2 * 2**30
MOST_FINDINGS = 200
MOST_STATES = 4_000
PLAYS = 120


def lint(draft: Draft, language: str, job: Data) -> Data:
    """What lint finds, whether it plays all the same, and its scenes or puzzles.

    Unless it shall look deep, only what keeps the draft from being played: that is quickly told.
    """
    from ....authoring.lint import check

    story, found = _loaded(draft, language)
    if job["deep"] and not found:
        found = check(draft, draft.name.subject, language)
    return {
        "findings": [finding(draft.name, one, job["lang"]) for one in found[:MOST_FINDINGS]],
        "more": max(0, len(found) - MOST_FINDINGS),
        "playable": story is not None,
        "deep": bool(job["deep"]) or story is None,
        "outline": outline(story),
    }


def _loaded(draft: Draft, language: str) -> tuple[Story | None, list[Diagnostic]]:
    try:
        return load(draft, language), []
    except ContentError as error:
        return None, list(error.diagnostics)


def load(draft: Draft, language: str, puzzle: str = "") -> Story:
    """What a draft plays as; raises ContentError."""
    subject = draft.name.subject
    if subject.startswith(TALK):
        return draft.free_talk(subject.removeprefix(TALK), language)
    return draft.load(subject, language, puzzle)


def finding(name: Name, found: Diagnostic, lang: str) -> Data:
    """A finding as a page shows it; `here` where it is in the file that is being written."""
    here = found.file in (name.path, f"{name.folder}/{name.id}.{name.language or 'zh'}.yaml",
                          f"{name.folder}/{name.id}.{name.language or 'en'}.yaml")  # fmt: skip
    return {
        "code": found.code,
        "severity": found.severity,
        "file": found.file,
        "line": found.line,
        "column": found.column,
        "here": here,
        "message": clean(diagnostic_message(lang, found)),
    }


def outline(story: Story | None) -> Data:
    """Where a draft can be tried from: its scenes and variables, or its puzzles."""
    if story is None or story.id.startswith(TALK):
        return {"scenes": [], "puzzles": [], "state": []}
    if isinstance(story.scenario, Scenario):
        start = story.scenario.start
        scenes = [[name, clean(one.title) or name] for name, one in story.scenario.scenes.items()]
        state = [
            [name, one.type, written(one.initial), list(one.values), [one.min, one.max]]
            for name, one in story.variables.items()
        ]
        scenes.sort(key=lambda one: one[0] != start)
        return {"scenes": scenes, "puzzles": [], "state": state}
    puzzles = [[one.id, clean(one.title)] for one in story.scenario.puzzles]
    return {"scenes": [], "puzzles": puzzles, "state": []}


def map_of(draft: Draft, language: str, job: Data) -> Data:
    """The story's map, with what is told of a game that is being played."""
    from ....authoring.chart import chart
    from ....authoring.explore import Explorer

    story = load(draft, language)
    if not isinstance(story.scenario, Scenario) or story.id.startswith(TALK):
        return {"svg": ""}
    start, _ = Explorer(story).begun()
    return {"svg": _drawn(chart(story, start), job)}


def playtest(draft: Draft, language: str, job: Data) -> Data:
    """A short playtest: its report in words, and the map with what was met."""
    from ....authoring.chart import chart
    from ....authoring.explore import Explorer
    from ....authoring.playtest import playtest as tested
    from ....authoring.puzzletest import playtest_pack
    from ...playtest_cli import pack_lines, story_lines

    story = load(draft, language)
    if not isinstance(story.scenario, Scenario):
        pack = playtest_pack(story)
        return {"lines": [clean(one) for one in pack_lines(pack)], "passed": pack.passed, "svg": ""}
    found = tested(story, MOST_STATES, PLAYS)
    start, _ = Explorer(story).begun()
    met = dict.fromkeys(found.met, 1)
    return {
        "lines": [clean(one) for one in story_lines(story, found.report)],
        "passed": found.report.passed,
        "svg": _drawn(chart(story, start, met), job),
    }


def _drawn(drawn: Any, job: Data) -> str:
    from ....authoring.chart_svg import svg
    from ...map_cli import WORDS

    words = {key: text(job["lang"], f"map.{key}") for key in WORDS}
    return svg(drawn, words, frozenset(job.get("here", ())))


JOBS: Mapping[str, Callable[[Draft, str, Data], Data]] = {
    "lint": lint, "map": map_of, "playtest": playtest,
}  # fmt: skip


def answer(job: Data) -> Data:
    """The answer to one job; whatever goes wrong is told in it."""
    name = Name(job["folder"], job["id"], job["language"])
    language = name.language or (job["lang"] if job["lang"] in LANGUAGES else LANGUAGES[0])
    draft = Draft([Path(one) for one in job["roots"]], name, job["text"])
    try:
        return JOBS[job["do"]](draft, language, job)
    except GameError as error:
        return {"error": error_text(job["lang"], error)}
    except Exception as error:
        return {"error": error_text(job["lang"], error)}


def main() -> None:
    """Does jobs until its parent is gone."""
    _modest()
    out = os.fdopen(os.dup(1), "wb")
    with contextlib.redirect_stdout(sys.stderr):
        for line in sys.stdin.buffer:
            said = json.dumps(answer(json.loads(line)), ensure_ascii=True, default=str)
            out.write(said.encode("ascii") + b"\n")
            out.flush()


def _modest() -> None:
    """No more memory than a draft can need, and the games that are played come first."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.nice(5)


if __name__ == "__main__":
    main()
