"""The server: our routes and Gradio's page behind one door, started and stopped with care."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from ...app import App
from ..locale import language, text
from .art import TYPES
from .bring import PATH as BRING
from .bring import Bring
from .budget import Budget
from .casting import casting, owned
from .corner.corner import Corner
from .corner.routes import add_routes
from .desk import Desk
from .games import Games
from .limits import Limits
from .options import WebOptions
from .owners import owner_of
from .places import Places
from .tail import seen_from, tail

log = logging.getLogger(__name__)
STATIC = Path(__file__).with_name("static")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_SWEEP = 60.0
# A picture may come from a stranger: drawn as an image it runs nothing, opened alone it must not.
_PICTURE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
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
    _routes(inner, games, options)
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


def _routes(inner: Any, games: Games, options: WebOptions) -> None:
    from fastapi import Request
    from fastapi.responses import FileResponse, JSONResponse, Response

    from .give import Give, headers

    give = Give(games)
    bringing = Bring(games, Budget(games.places, options.uploads, options.uploads_in_all))

    def health() -> Any:
        body = {"status": "closing" if games.closing else "ok", "games": len(games)}
        return JSONResponse(body, 503 if games.closing else 200, {"Cache-Control": "no-store"})

    def static(name: str) -> Any:
        path = (STATIC / name).resolve()
        if not path.is_file() or STATIC not in path.parents or path.suffix not in _TYPES:
            return Response(status_code=404)
        kept = {"Cache-Control": "no-cache"}
        return FileResponse(path, media_type=_TYPES[path.suffix], headers=kept)

    def art(request: Request, name: str) -> Any:
        place = games.places.of(_owner(request))
        path = place.gallery.find(name)
        if path is None:
            return Response(status_code=404)
        whose = "private" if place.owns(path) else "public"
        kept = {**_PICTURE, "Cache-Control": f"{whose}, max-age=86400"}
        return FileResponse(path, media_type=TYPES[path.suffix], headers=kept)

    def start(request: Request, lang: str = "") -> Any:
        kept = {"Cache-Control": "no-store"}
        answer = Desk(games).ask(_owner(request), {"do": "hello", "lang": lang})
        return JSONResponse({**answer, "lang": lang}, headers=kept)

    async def look(request: Request, game: str) -> Any:
        return await _look(games, request, game)

    def sent(file: tuple[str, bytes] | None) -> Any:
        if file is None:
            return Response(status_code=404)
        return Response(file[1], media_type="application/octet-stream", headers=headers(file[0]))

    def take(request: Request, game: str, form: str = "md", lang: str = "") -> Any:
        return sent(give.game(_owner(request), game[:80], form, language(lang)))

    async def card(request: Request, character: str, form: str = "png", lang: str = "") -> Any:
        return sent(await give.card(_owner(request), character[:80], form, language(lang)))

    async def bring(request: Request) -> Any:
        status, answer = await bringing.answer(request, _owner(request))
        kept = {"Cache-Control": "no-store"}
        # Of what is refused, the rest is not waited for.
        return JSONResponse(
            answer, status, kept if answer["ok"] else {**kept, "Connection": "close"}
        )

    for asked in (
        look,
        take,
        start,
        art,
        card,
        bring,
    ):  # FastAPI looks for the type itself, not for its name
        asked.__annotations__["request"] = Request
    for path, answer in (
        ("/health", health), ("/play/static/{name:path}", static), ("/play/art/{name}", art),
        ("/play/tail", look), ("/play/export", take), ("/play/start", start), ("/play/card", card),
    ):  # fmt: skip
        inner.add_api_route(path, answer, methods=["GET"], response_model=None)
    inner.add_api_route(BRING, bring, methods=["POST"], response_model=None)
    if games.corner is not None:
        add_routes(inner, games.corner, _owner)


def _owner(request: Any) -> str:
    token = request.scope.get("state", {}).get("owner_token", "")
    return owner_of(token) if token else ""


async def _look(games: Games, request: Any, game: str) -> Any:
    """The stream of a game, for its owner only."""
    from fastapi.responses import Response, StreamingResponse

    from ...errors import GameError

    owner = _owner(request)
    lang = language(request.query_params.get("lang", ""))
    try:
        found = await asyncio.to_thread(games.find, owner, game[:80], lang) if owner else None
    except GameError:
        found = None
    if found is None:
        return Response(status_code=404)
    seen = seen_from(request.headers.get("last-event-id", ""))
    kept = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    body = tail(games, found, seen)
    return StreamingResponse(body, media_type="text/event-stream", headers=kept)


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
