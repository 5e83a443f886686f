"""The game in the browser: `python -m game web`. Gradio carries the page, the game owns the play.

One process plays many games for many players. `live` runs a game's replies in worker threads,
`tail` lets pages look on, `desk` does what a page asks for, `guard` decides who may ask, `page` and
`static/` are what is seen. Nothing here knows a rule of the game.
"""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    from .options import add_arguments

    add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Serves the game until it is told to stop."""
    from .options import web_options
    from .server import serve

    return serve(web_options(args))
