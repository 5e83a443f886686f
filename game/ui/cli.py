"""The terminal game: `python -m game play`.

Without a terminal, or with --script, lines come from a pipe or a file and `finish` ends the
process; with --json the stored events are printed, one a line. Nothing in the cli files knows a
story's rules: a session is asked, and the view words what happened.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from ..app import App
from ..options import add_options, options_from
from .cli_input import Keyboard, Reader, script
from .cli_terminal import Terminal
from .locale import text
from .preferences import file, kept_speed
from .typing_out import SPEEDS


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m game play`."""
    add_options(parser)
    parser.add_argument("story", nargs="?", default="", metavar="STORY", help="an id, or a file")
    parser.add_argument("--watch", action="store_true", help="go on with the file as you edit it")
    parser.add_argument("--script", type=Path, metavar="FILE", help="read lines from a file")
    parser.add_argument("--json", action="store_true", help="print events, one JSON a line")
    parser.add_argument("--speed", choices=list(SPEEDS), help="how fast text appears")


def run(args: argparse.Namespace) -> int:
    """Plays; returns the exit status."""
    args.scenario = args.story or args.scenario
    options = options_from(args)
    scripted = args.script is not None or args.json or not sys.stdin.isatty()
    try:
        reader: Reader = (
            script(args.script, sys.stdin) if scripted else Keyboard(file("history", args.saves))
        )
    except OSError as error:
        said = text(options.language, "notices.no_script", path=args.script, reason=error.strerror)
        print(said, file=sys.stderr)
        return 2
    terminal = Terminal(App(options), reader, scripted, args.json)
    terminal.watching = args.watch
    terminal.set_speed(args.speed or ("off" if scripted else kept_speed(args.saves)), keep=False)
    if not scripted:  # Ctrl-C ends a reply or empties a line; between the two it does nothing
        signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return terminal.run()
    except BrokenPipeError:  # whoever read our lines has heard enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
