"""`python -m game playtest SCENARIO`: explores a story, or solves a pack, and reports in words."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import GameError
from ..loader import LANGUAGES, ROOT, Library, located
from ..options import system_language
from .locale import text
from .problems import error_text

if TYPE_CHECKING:
    from ..authoring.playtest import Findings, Report
    from ..authoring.puzzletest import PackReport
    from ..story import Story

NOT_PASSED, NOT_THERE = 1, 2
SHOWN_LINES = 8


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m game playtest`."""
    parser.add_argument("scenario", metavar="SCENARIO", help="an id, or a file")
    parser.add_argument("--content", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--lang", choices=LANGUAGES, default=None, help="of story and report")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.add_argument("--most", type=int, default=20_000, metavar="N", help="states to explore")
    parser.add_argument(
        "--record", type=Path, metavar="DIR", help="write a .play for each ending: tests/plays"
    )


def run(args: argparse.Namespace) -> int:
    """Tests one story; the exit status is 1 if something can't be reached."""
    language = args.lang or system_language()
    root, scenario = located(args.scenario)
    library = Library([*([root] if root else []), *args.content, ROOT])
    try:
        story = library.load(scenario, language)
        return _pack(story, args) if story.puzzle else _story(story, args)
    except GameError as error:
        print(error_text(language, error), file=sys.stderr)
        return NOT_THERE


def _story(story: Story, args: argparse.Namespace) -> int:
    from ..authoring.playtest import playtest

    with _bar(story.language, args.most, args.json) as progress:
        found = playtest(story, max(args.most, 1), progress=progress)
    if args.json:
        print(json.dumps({**asdict(found.report), "passed": found.report.passed}, indent=1,
                         ensure_ascii=False))  # fmt: skip
    else:
        print("\n".join(story_lines(story, found.report)))
    recorded = _recorded(story, found, args.record) if args.record else True
    return 0 if found.report.passed and recorded else NOT_PASSED


def _pack(story: Story, args: argparse.Namespace) -> int:
    from ..authoring.puzzletest import playtest_pack

    with _bar(story.language, None, args.json) as progress:
        report = playtest_pack(story, progress)
    if args.json:
        print(json.dumps({**asdict(report), "passed": report.passed}, indent=1, ensure_ascii=False))
    else:
        print("\n".join(pack_lines(report)))
    return 0 if report.passed else NOT_PASSED


@contextmanager
def _bar(language: str, most: int | None, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on the error stream; nothing where that is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text(language, "playtest.exploring"), total=most)
        yield lambda done: bar.update(task, completed=done)


def _recorded(story: Story, found: Findings, root: Path) -> bool:
    """Writes both plays of every ending; whether each could be written."""
    from ..authoring.recording import record

    folder = root if root.name == story.id else root / story.id
    folder.mkdir(parents=True, exist_ok=True)
    complete = True
    for ending, ways in found.ways.items():
        for typed in (False, True):
            name = f"{ending}{'.typed' if typed else ''}.{story.language}.play"
            play = record(story, ending, ways, typed)
            complete = complete and play is not None
            key = "playtest.recorded" if play else "playtest.not_recorded"
            print(text(story.language, key, file=folder / name), file=sys.stderr)
            if play:
                (folder / name).write_text(play, encoding="utf-8")
    return complete


# --- in words ------------------------------------------------------------------------------------


def story_lines(story: Story, report: Report) -> Iterator[str]:
    """The report of a story, line by line."""
    lang = report.language

    def say(key: str, **data: object) -> str:
        return text(lang, f"playtest.{key}", **data)

    yield say("title", title=story.scenario.title, name=report.scenario, language=lang)
    yield say("explored", states=report.states, turns=report.turns)
    yield say("complete" if report.complete else "bounded")
    for kind, (there, met) in report.counts.items():
        yield "  " + say(f"met_{kind}", met=met, there=there)
    yield "  " + say("most_open", count=report.most_open)
    low, middle, high = report.length
    yield "  " + say("length", low=f"{low:g}", middle=f"{middle:g}", high=f"{high:g}")
    for key in ("missing", "missing_by_suggestions", "unheard", "dead_ends"):
        names = getattr(report, key)
        if names:
            yield say(key)
            yield from (f"  - {name}" for name in names)
    yield say("endings")
    for name, path in report.paths.items():
        shares = {"random": report.random.get(name, 0), "seeking": report.seeking.get(name, 0)}
        yield "  " + say("ending", name=name, turns=len(path), **shares)
        yield "      " + " → ".join(_steps(path, say("talk")))
    yield say("passed" if report.passed else "failed")


def _steps(path: list[str], talk: str) -> Iterator[str]:
    """A way as words, the same move many times in a row told once."""
    from ..authoring.explore import TALK

    for move, same in groupby(path):
        count = len(list(same))
        word = talk if move == TALK else move
        yield f"{word} ×{count}" if count > 1 else word


def pack_lines(report: PackReport) -> Iterator[str]:
    """The report of a pack, line by line."""
    lang = report.language
    for one in report.puzzles:
        key = "puzzle" if one.by_options else "puzzle_unsolved"
        counts = {**asdict(one), "heard": one.lines - len(one.unheard)}
        yield text(lang, f"playtest.{key}", **counts)
        for name in one.unfindable:
            yield "  - " + text(lang, "playtest.unfindable", name=name)
        for line in one.unheard[:SHOWN_LINES]:
            yield "  - " + text(lang, "playtest.puzzle_unheard", line=line)
    yield text(lang, "playtest.passed" if report.passed else "playtest.failed")
