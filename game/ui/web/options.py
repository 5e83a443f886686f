"""What a host can ask of the server: where it listens, who may come in, and how much is lent."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field

from ...options import Options, add_options, options_from

UPLOADS = 50  # megabytes, where a host allows them and says no number


@dataclass(frozen=True)
class WebOptions:
    """How the game is served; the defaults serve one machine and lend nothing."""

    game: Options = field(default_factory=Options)
    host: str = "127.0.0.1"
    port: int = 7860
    share: bool = False
    auth: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    keep_days: float = 0
    lines_per_game: int = 0
    lines_per_day: int = 0
    lines_in_all: int = 0
    games_per_player: int = 0
    uploads: int = 0  # megabytes a player may keep of their own where others can come in; 0: none
    uploads_in_all: int = 2000
    authors: bool = False  # whether players may write here where others can come in
    open_browser: bool = False
    language_named: bool = False  # --lang was given: it comes before a browser's own


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m game web`."""
    add_options(parser)
    _network(parser.add_argument_group("network"))
    _for_hosts(parser.add_argument_group("for hosts of several players"))


def _network(net: argparse._ArgumentGroup) -> None:
    net.add_argument(
        "--host", default="127.0.0.1",
        help="the address to listen on; 127.0.0.1 is this machine only (the default), "
        "0.0.0.0 lets in everyone on the network",
    )  # fmt: skip
    net.add_argument("--port", type=int, default=0, help="the port; else the first free from 7860")
    net.add_argument(
        "--share", action="store_true",
        help="also open a public https address for a few days. Everything that is played then "
        "passes through Gradio's relay, which can read it, and whoever has the address can play",
    )  # fmt: skip
    net.add_argument(
        "--auth", action="append", default=[], metavar="USER:PASSWORD", type=_pair,
        help="let in only those who know this (may be given several times)",
    )  # fmt: skip
    net.add_argument(
        "--name", action="append", default=[], metavar="HOST", dest="names",
        help="a host name this server is reached by, such as that of a proxy before it; "
        "requests for other names are refused",
    )  # fmt: skip
    net.add_argument("--open", action="store_true", help="open the page in the browser")


def _for_hosts(host: argparse._ArgumentGroup) -> None:
    host.add_argument(
        "--keep-days", type=float, default=0, metavar="N",
        help="saves that were left alone for so many days are deleted; 0 keeps them (the default)",
    )  # fmt: skip
    for name, what in (
        ("--lines-per-game", "lines one game may take"),
        ("--lines-per-day", "lines one player may say in a day"),
        ("--lines-in-all", "lines all players together may say in a day"),
        ("--games-per-player", "saved games one player may keep"),
    ):
        about = f"how many {what}; 0 sets no limit (the default)"
        host.add_argument(name, type=int, default=0, metavar="N", help=about)
    host.add_argument(
        "--uploads", type=int, nargs="?", const=UPLOADS, default=0, metavar="MB",
        help="let players bring in characters, lore and puzzles of their own, which nobody else "
        "sees: so many megabytes each (50 unless said); where others can come in this is off "
        "(the default), where only this machine can, it is always on",
    )  # fmt: skip
    host.add_argument(
        "--uploads-in-all", type=int, default=2000, metavar="MB",
        help="how many megabytes all players together may bring in (2000 unless said)",
    )  # fmt: skip
    host.add_argument(
        "--authors", action="store_true",
        help="let players write stories and characters of their own in the page, which nobody else "
        "sees; where others can come in this is off (the default) and goes with --uploads, where "
        "only this machine can, it is always on",
    )  # fmt: skip


def _pair(text: str) -> tuple[str, str]:
    user, colon, password = text.partition(":")
    if not (user and colon and password):
        raise argparse.ArgumentTypeError("it is USER:PASSWORD")
    return user, password


def web_options(args: argparse.Namespace) -> WebOptions:
    """What was asked for on the command line."""
    return WebOptions(
        game=options_from(args),
        host=args.host,
        port=args.port or free_port(args.host),
        share=args.share,
        auth=tuple(args.auth),
        names=tuple(args.names),
        keep_days=args.keep_days,
        lines_per_game=args.lines_per_game,
        lines_per_day=args.lines_per_day,
        lines_in_all=args.lines_in_all,
        games_per_player=args.games_per_player,
        uploads=args.uploads or (UPLOADS if args.authors else 0),
        authors=args.authors,
        uploads_in_all=args.uploads_in_all,
        open_browser=args.open,
        language_named=args.lang is not None,
    )


def free_port(host: str, first: int = 7860, most: int = 50) -> int:
    """The first port nobody listens on."""
    import socket

    for port in range(first, first + most):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    return first
