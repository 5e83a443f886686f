"""`python -m game map SCENARIO`: a story as a picture, with what playtests or players have met."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import GameError
from ..loader import LANGUAGES, ROOT, Library, located
from ..options import system_language
from .locale import text
from .problems import error_text

if TYPE_CHECKING:
    from ..authoring.chart import Chart
    from ..story import Story

WORDS = ("goals", "endings", "met", "unmet", "unknown", "auto", "roll", "go")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m game map`."""
    parser.add_argument("scenario", metavar="SCENARIO", help="an id, or a file")
    parser.add_argument("--content", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--lang", choices=LANGUAGES, default=None)
    parser.add_argument("--svg", type=Path, metavar="FILE", help="else SCENARIO.LANG.svg here")
    parser.add_argument("--mermaid", type=Path, metavar="FILE", help="Mermaid text as well")
    parser.add_argument(
        "--saves", type=Path, nargs="?", const=Path(), metavar="DIR",
        help="show what players met, not what a playtest does",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Draws one story; what was written is named."""
    language = args.lang or system_language()
    root, scenario = located(args.scenario)
    library = Library([*([root] if root else []), *args.content, ROOT])
    try:
        story = library.load(scenario, language)
        if story.puzzle:
            print(text(language, "map.no_puzzles"), file=sys.stderr)
            return 2
        drawn = _chart(story, args.saves)
    except GameError as error:
        print(error_text(language, error), file=sys.stderr)
        return 2
    from ..authoring.chart_mermaid import mermaid
    from ..authoring.chart_svg import svg

    words = {key: text(language, f"map.{key}") for key in WORDS}
    if args.svg or not args.mermaid:
        _write(args.svg or Path(f"{story.id}.{language}.svg"), svg(drawn, words), language)
    if args.mermaid:
        _write(args.mermaid, mermaid(drawn), language)
    return 0


def _chart(story: Story, saves: Path | None) -> Chart:
    from ..authoring.chart import chart
    from ..authoring.explore import Explorer

    start, _ = Explorer(story).begun()
    met, before = _played_by_people(story, saves) if saves is not None else _simulated(story)
    return chart(story, start, met, before)


def _simulated(story: Story) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """What a short playtest meets: once, for it tells nothing about how often people will."""
    from ..authoring.courses import courses
    from ..authoring.explore import Explorer
    from ..authoring.playtest import playtest

    found = playtest(story, most=3_000)
    every = tuple(found.report.paths)
    plays = courses(Explorer(story), 200, "seeker", every)
    last = ((one.ending, one.moves[-1].beat) for one in plays if one.moves and one.ending)
    ways = ((name, way[-1].beat) for name, each in found.ways.items() for way in each if way)
    return Counter(dict.fromkeys(found.met, 1)), _befores([*last, *ways])


def _played_by_people(story: Story, saves: Path) -> tuple[Counter[str], dict[str, Counter[str]]]:
    from ..authoring.coverage import coverages
    from ..saves import Store, default_path

    path = default_path() if saves == Path() else saves / "saves.db"
    with Store(path) as store:
        found = coverages(store, story.id, story.language)
    met = found[0].met if found else Counter[str]()
    return met, found[0].before if found else {}


def _befores(pairs: Iterable[tuple[str, str]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for ending, beat in pairs:
        found.setdefault(ending, Counter())[beat] += 1
    return found


def _write(path: Path, content: str, language: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    print(text(language, "map.written", file=path))
