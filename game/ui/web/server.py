"""The server: our routes and Gradio's page behind one door, started and stopped with care."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import AsyncIterator
from typing import Any

from ...app import App
from ..locale import text
from .casting import casting, owned
from .corner.corner import Corner
from .desk import Desk
from .games import Games
from .limits import Limits
from .options import WebOptions
from .places import Places

log = logging.getLogger(__name__)
_SWEEP = 60.0
DRAIN = 5


def games_of(options: WebOptions, app: App | None = None) -> Games:
    """The games of a server."""
    limits = Limits(
        options.lines_per_game, options.lines_per_day, options.lines_in_all,
        options.games_per_player,
    )  # fmt: skip
    app = app or App(options.game)
    games = Games(app, limits, places_of(options, app))
    games.cast_with = casting(games.app, owned(options))
    return games


def places_of(options: WebOptions, app: App) -> Places:
    """Who sees what on a server: all the same, or each a shelf of their own as well."""
    return Places(app, shared=not owned(options), uploads=options.uploads > 0)


def corner_of(options: WebOptions, games: Games) -> Corner | None:
    """Where stories are written: for who owns the machine, for others only if the host wants it."""
    if owned(options):
        return Corner(games)
    if not (options.authors and games.places.uploads):
        return None
    return Corner(games, True, options.uploads * 2**20, options.uploads_in_all * 2**20)


def application(games: Games, options: WebOptions) -> Any:
    """Everything that answers requests, as an ASGI application."""
    import fastapi
    import gradio

    from .guard import Guard
    from .page import blocks, head
    from .routes import Routes

    @contextlib.asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        sweeper = asyncio.create_task(_sweep(games, options.keep_days))
        try:
            yield
        finally:
            sweeper.cancel()
            await asyncio.to_thread(games.drain, DRAIN)

    games.corner = corner_of(options, games)
    inner = fastapi.FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    Routes(games, options).add_to(inner)
    lang = options.game.language
    page = blocks(Desk(games), text(lang, "app.title"))
    page.queue(default_concurrency_limit=None)
    gradio.mount_gradio_app(
        inner, page, path="", run_history=False, footer_links=[], ssr_mode=False,
        theme=gradio.themes.Base(font=["system-ui"], font_mono=["monospace"]), show_error=False,
        max_file_size=1, mcp_server=False, pwa=False, enable_monitoring=False,
    )  # fmt: skip
    first = head(lang, options.language_named)
    return Guard(inner, (options.host, *options.names), options.auth, first)


async def _sweep(games: Games, keep_days: float) -> None:
    """Closes games nobody looks at, and deletes saves whose time is over."""
    rounds = 0
    while True:
        try:
            await asyncio.to_thread(games.sweep)
            if games.corner is not None:
                await asyncio.to_thread(games.corner.sweep)
            if keep_days and rounds % 60 == 0:
                await asyncio.to_thread(games.app.store.expire, keep_days)
                await asyncio.to_thread(games.places.expire, keep_days)
        except Exception:
            log.exception("sweeping failed")
        rounds += 1
        await asyncio.sleep(_SWEEP)


# --- running -------------------------------------------------------------------------------------


def serve(options: WebOptions) -> int:
    """Serves until told to stop; replies that are being spoken are let to their end."""
    import uvicorn

    games = games_of(options)
    lang = options.game.language

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: Any) -> None:
            # The streams would keep connections open; a signal's handler must not wait for locks.
            threading.Thread(target=games.close_doors, daemon=True).start()
            super().handle_exit(sig, frame)

    app = application(games, options)
    config = uvicorn.Config(
        app, host=options.host, port=options.port, log_level="warning", server_header=False,
        timeout_graceful_shutdown=DRAIN + 3, ws="none", lifespan="on",
        forwarded_allow_ips="127.0.0.1",
    )  # fmt: skip
    server = Server(config)
    threading.Thread(target=_announce, args=(server, options, app, lang), daemon=True).start()
    try:
        server.run()
    except KeyboardInterrupt:  # pragma: no cover - uvicorn raises it again after a clean end
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return 0 if server.started else 1


def _announce(server: Any, options: WebOptions, app: Any, lang: str) -> None:
    """Says where the game is once it answers."""
    import time
    import webbrowser

    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.02)
    host = "127.0.0.1" if options.host in ("0.0.0.0", "::") else options.host
    url = f"http://{f'[{host}]' if ':' in host else host}:{options.port}/"
    print(text(lang, "web.serving", url=url), flush=True)
    if options.share:
        _share(options, app, lang)
    if options.open_browser:
        webbrowser.open(url)


def _share(options: WebOptions, app: Any, lang: str) -> None:
    """Opens a public address through Gradio's relay."""
    import secrets
    from urllib.parse import urlsplit

    from gradio import networking

    try:
        url = networking.setup_tunnel(
            options.host, options.port, secrets.token_urlsafe(32), None, None
        )
    except Exception as error:
        print(text(lang, "web.share_failed", reason=type(error).__name__), flush=True)
        return
    app.names.add((urlsplit(url).hostname or "").lower())
    print(text(lang, "web.shared", url=url), flush=True)
