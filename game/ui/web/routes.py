"""What can be asked of the server beside Gradio's page: files, streams, exports, uploads."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse

from ...errors import GameError
from ..locale import language
from .art import TYPES
from .bring import PATH as BRING
from .bring import Bring
from .budget import Budget
from .corner.routes import add_routes
from .desk import Desk
from .games import Games
from .give import Give, headers
from .options import WebOptions
from .owners import owner_of
from .tail import seen_from, tail

STATIC = Path(__file__).with_name("static")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# A picture may come from a stranger: drawn as an image it runs nothing, opened alone it must not.
_PICTURE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
_NOT_KEPT = {"Cache-Control": "no-store"}


class Routes:
    """Answers requests from the games of a server, each from its owner's place alone."""

    def __init__(self, games: Games, options: WebOptions) -> None:
        self.games, self.give = games, Give(games)
        budget = Budget(games.places, options.uploads, options.uploads_in_all)
        self.bringing = Bring(games, budget)

    def add_to(self, app: FastAPI) -> None:
        for path, answer in (
            ("/health", self.health),
            ("/play/static/{name:path}", self.static),
            ("/play/art/{name}", self.art),
            ("/play/start", self.start),
            ("/play/tail", self.look),
            ("/play/export", self.take),
            ("/play/card", self.card),
        ):
            app.add_api_route(path, answer, methods=["GET"], response_model=None)
        app.add_api_route(BRING, self.bring, methods=["POST"], response_model=None)
        if self.games.corner is not None:
            add_routes(app, self.games.corner, owner)

    def health(self) -> Response:
        closing = self.games.closing
        body = {"status": "closing" if closing else "ok", "games": len(self.games)}
        return JSONResponse(body, 503 if closing else 200, _NOT_KEPT)

    def static(self, name: str) -> Response:
        path = (STATIC / name).resolve()
        if not path.is_file() or STATIC not in path.parents or path.suffix not in _TYPES:
            return Response(status_code=404)
        kept = {"Cache-Control": "no-cache"}
        return FileResponse(path, media_type=_TYPES[path.suffix], headers=kept)

    def art(self, request: Request, name: str) -> Response:
        place = self.games.places.of(owner(request))
        path = place.gallery.find(name)
        if path is None:
            return Response(status_code=404)
        whose = "private" if place.owns(path) else "public"
        kept = {**_PICTURE, "Cache-Control": f"{whose}, max-age=86400"}
        return FileResponse(path, media_type=TYPES[path.suffix], headers=kept)

    def start(self, request: Request, lang: str = "") -> Response:
        answer = Desk(self.games).ask(owner(request), {"do": "hello", "lang": lang})
        return JSONResponse({**answer, "lang": lang}, headers=_NOT_KEPT)

    async def look(self, request: Request, game: str) -> Response:
        """The stream of a game, for its owner only."""
        who, lang = owner(request), language(request.query_params.get("lang", ""))
        try:
            found = await asyncio.to_thread(self.games.find, who, game[:80], lang) if who else None
        except GameError:
            found = None
        if found is None:
            return Response(status_code=404)
        seen = seen_from(request.headers.get("last-event-id", ""))
        body = tail(self.games, found, seen)
        kept = {**_NOT_KEPT, "X-Accel-Buffering": "no"}
        return StreamingResponse(body, media_type="text/event-stream", headers=kept)

    def take(self, request: Request, game: str, form: str = "md", lang: str = "") -> Response:
        return _file(self.give.game(owner(request), game[:80], form, language(lang)))

    async def card(
        self, request: Request, character: str, form: str = "png", lang: str = ""
    ) -> Response:
        return _file(await self.give.card(owner(request), character[:80], form, language(lang)))

    async def bring(self, request: Request) -> Response:
        status, answer = await self.bringing.answer(request, owner(request))
        # Of what is refused, the rest is not waited for.
        kept = _NOT_KEPT if answer["ok"] else {**_NOT_KEPT, "Connection": "close"}
        return JSONResponse(answer, status, kept)


def owner(request: Any) -> str:
    """Who asks, by the cookie that the door has read; empty for a browser without one."""
    token = request.scope.get("state", {}).get("owner_token", "")
    return owner_of(token) if token else ""


def _file(found: tuple[str, bytes] | None) -> Response:
    if found is None:
        return Response(status_code=404)
    return Response(found[1], media_type="application/octet-stream", headers=headers(found[0]))
