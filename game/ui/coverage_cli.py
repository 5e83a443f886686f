"""`python -m game coverage`: what players found in a story, and the lines nothing understood."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ContentError
from ..loader import LANGUAGES, ROOT, Library
from ..options import system_language
from .locale import text

if TYPE_CHECKING:
    from ..authoring.coverage import Coverage

SHOWN_GROUPS, SHOWN_LINES = 12, 4


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m game coverage`."""
    parser.add_argument("scenario", nargs="?", default="", metavar="SCENARIO", help="only this one")
    parser.add_argument("--saves", type=Path, default=None, metavar="DIR", help="where saves live")
    parser.add_argument("--content", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--lang", choices=LANGUAGES, default=None, help="of the report")
    parser.add_argument("--json", action="store_true", help="the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Reports on every story that was played, or on one."""
    from ..authoring.coverage import coverages
    from ..saves import Store, default_path

    language = args.lang or system_language()
    with Store(args.saves / "saves.db" if args.saves else default_path()) as store:
        found = coverages(store, args.scenario)
    if args.json:
        print(json.dumps([one.plain() for one in found], ensure_ascii=False, indent=1))
        return 0
    library = Library([*args.content, ROOT])
    for one in found:
        print("\n".join(lines(language, one, _never_met(library, one))))
    if not found:
        print(text(language, "coverage.nothing"))
    return 0


def _never_met(library: Library, coverage: Coverage) -> list[str]:
    """What the story has and nobody met; nothing where the story isn't there any more."""
    from ..authoring.atlas import wanted_of
    from ..story import Scenario

    try:
        content = library.load(coverage.scenario, coverage.language).scenario
    except ContentError:
        return []
    wanted = wanted_of(content) if isinstance(content, Scenario) else frozenset()
    return sorted(wanted - coverage.met.keys())


def lines(language: str, coverage: Coverage, never: list[str]) -> Iterator[str]:
    """The report on one story, line by line."""

    def say(key: str, **data: object) -> str:
        return text(language, f"coverage.{key}", **data)

    yield say("title", name=coverage.scenario, language=coverage.language)
    yield "  " + say("games", games=coverage.games, finished=coverage.finished)
    endings = [(name, n) for name, n in coverage.met.most_common() if name.startswith("ending ")]
    for name, count in endings:
        yield "  " + say("ending", name=name.partition(" ")[2], count=count)
    for place, count in coverage.left.most_common():
        yield "  " + say("left", place=place or "–", count=count)
    for place, count in coverage.hints.most_common():
        yield "  " + say("hints", place=place or "–", count=count)
    if never:
        yield "  " + say("never", names=", ".join(never))
    for place, groups in coverage.missed.items():
        yield "  " + say("missed", place=place or "–")
        for group in groups[:SHOWN_GROUPS]:
            yield f"    {group.count:>3}  " + " | ".join(group.lines[:SHOWN_LINES])
    for place, pairs in coverage.chosen.items():
        yield "  " + say("chosen", place=place or "–")
        yield from (f"    {beat}: {line}" for line, beat in pairs[:SHOWN_GROUPS])
