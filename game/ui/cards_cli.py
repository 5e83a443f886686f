"""`python -m game import FILE…`: takes in characters, lorebooks, chats and tables of puzzles."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..app import App
from ..loader import LANGUAGES
from ..options import Options, system_language
from .cards import Result, refusal, take_in
from .locale import text

LARGEST = 24 * 2**20  # bytes that are read of a file: as many as the largest may have
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--lang", choices=LANGUAGES, default="", help="language of the content")
    parser.add_argument("--say", choices=LANGUAGES, default="", help="language of the report")
    parser.add_argument("--into", default="", metavar="ID", help="whose lorebook or chat it is")
    parser.add_argument("--to", type=Path, default=None, metavar="DIR", help="another folder")
    parser.add_argument("--saves", type=Path, default=None, metavar="DIR", help="where saves live")


def run(args: argparse.Namespace) -> int:
    say = args.say or system_language()
    app = App(Options(language=say, saves=args.saves, own=args.to))
    files: list[tuple[str, bytes]] = []
    results: list[Result] = []
    for path in _with_portraits(args.files):
        try:
            with path.open("rb") as stream:
                files.append((path.name, stream.read(LARGEST + 1)))
        except OSError as error:
            results.append(Result(path.name, lines=[refusal(say, error)], failed=True))
    results += take_in(app, files, say, args.lang, args.into)
    for one in results:
        print(f"{one.file}", file=sys.stderr if one.failed else sys.stdout)
        for line in one.lines:
            print(f"  {line}", file=sys.stderr if one.failed else sys.stdout)
    if any(not one.failed for one in results):
        print(text(say, "cards.play"))
    return 1 if any(one.failed for one in results) else 0


def _with_portraits(files: list[Path]) -> list[Path]:
    """The files, and the picture of the same name that lies beside a text file."""
    found = list(files)
    for path in files:
        if path.suffix.lower() in (".yaml", ".yml", ".json"):
            beside = (path.with_suffix(one) for one in _PICTURES)
            found += [one for one in beside if one.is_file() and one not in found][:1]
    return found
