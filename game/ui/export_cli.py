"""`python -m game export card ID`, `… export save ID`: a character or a game as a file."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from ..app import App
from ..authoring.cards.chats import of_game, write_chat
from ..authoring.cards.library import write
from ..authoring.cards.write import FORMS as CARDS
from ..errors import GameError
from ..loader import LANGUAGES, TALK, located
from ..options import Options, system_language
from .cards import give_out
from .export import FORMS as GAMES
from .export import export
from .locale import text
from .problems import error_text

CHAT = "chat"


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True)
    card = kinds.add_parser("card", help="a character, for other programs")
    card.add_argument("id", metavar="CHARACTER", help="an id, or its file")
    card.add_argument("--form", choices=tuple(CARDS), default="png")
    card.add_argument("--content", type=Path, action="append", default=[], metavar="DIR")
    save = kinds.add_parser("save", help="a saved game, to read or to go on with elsewhere")
    save.add_argument("id", metavar="SAVE", help="an id, or `last`")
    save.add_argument("--form", choices=(*GAMES, CHAT), default="md")
    save.add_argument("--saves", type=Path, default=None, metavar="DIR", help="where saves live")
    for one in (card, save):
        one.add_argument("--lang", choices=LANGUAGES, default="")
        one.add_argument("--out", type=Path, default=None, metavar="FILE", help="- for the screen")
        one.add_argument("--own", type=Path, default=None, metavar="DIR", help="imported content")


def run(args: argparse.Namespace) -> int:
    say = args.lang or system_language()
    try:
        name, content, notes = _card(args, say) if args.kind == "card" else _save(args, say)
    except GameError as error:
        print(error_text(say, error), file=sys.stderr)
        return 1
    if args.out == Path("-"):
        sys.stdout.buffer.write(content)
        return 0
    path = args.out or Path(name)
    try:
        write(path, content)
    except OSError as error:
        print(text(say, "cards.refused.unwritable", reason=error.strerror), file=sys.stderr)
        return 1
    for note in notes:
        print(note, file=sys.stderr)
    print(path)
    return 0


def _card(args: argparse.Namespace, say: str) -> tuple[str, bytes, list[str]]:
    root, found = located(args.id)
    content = (*args.content, *([root] if root else []))
    app = App(Options(language=say, content=content, own=args.own))
    character = found.removeprefix(TALK)
    if not args.lang and not app.library.find("characters", character, say):
        there = [one for one in LANGUAGES if app.library.find("characters", character, one)]
        say = there[0] if there else say
    name, raw, missing = give_out(app, character, say, args.form)
    notes = [text(say, "cards.left_out", fields=", ".join(missing))] if missing else []
    return name, raw, notes


def _save(args: argparse.Namespace, say: str) -> tuple[str, bytes, list[str]]:
    app = App(Options(language=say, saves=args.saves, own=args.own))
    heads = app.saves()
    save = heads[0].id if args.id == "last" and heads else args.id
    session = app.open(save)
    now = datetime.now()
    if args.form == CHAT:
        chat = of_game(session.story, session.events, now.strftime("%Y-%m-%d@%Hh%Mm%Ss"))
        return f"{save[:8]}.chat.jsonl", write_chat(chat).encode(), []
    shown = export(session.story, session.events, args.form, args.lang, f"{now:%Y-%m-%d %H:%M}")
    return f"{save[:8]}.{args.form}", shown.encode(), []
