"""`python -m game new character|scenario|puzzles NAME`: a file to begin with."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..loader import LANGUAGES
from ..options import system_language
from .locale import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m game new`."""
    parser.add_argument("kind", choices=["character", "scenario", "puzzles"])
    parser.add_argument("name", metavar="NAME", help="its id: small letters, digits, underscores")
    parser.add_argument("--lang", choices=LANGUAGES, default=None)
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="your library")


def run(args: argparse.Namespace) -> int:
    """Writes the file and says what to do with it."""
    from ..authoring import scaffolds

    language = args.lang or system_language()
    if not scaffolds.is_name(args.name):
        print(text(language, "new.bad_name", name=args.name), file=sys.stderr)
        return 2
    try:
        path = scaffolds.write(args.kind, args.name, language, args.out)
    except FileExistsError:
        taken = scaffolds.place(args.kind, args.name, language, args.out)
        print(text(language, "new.exists", file=taken), file=sys.stderr)
        return 1
    for key in ("written", "play", "lint"):
        print(text(language, f"new.{key}", file=path))
    return 0
