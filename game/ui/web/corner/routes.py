"""The corner's door: its requests and pictures, with the same cookie as all else.

Texts of stories are longer than what the page's other requests may carry, so they come here.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from ..desk import Desk
from . import PATH
from .asked import actions

if TYPE_CHECKING:
    from .corner import Corner

THREADS = 24  # requests of authors that are worked on at once
# A picture of a story may hold anything: drawn as an image it runs nothing, alone it must not.
_ALONE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "no-store",
}


def add_routes(inner: Any, corner: Corner, owner_of: Any) -> None:
    """Adds the corner to a server; `owner_of` tells a request's owner."""
    import anyio
    import anyio.to_thread
    from fastapi import Request
    from fastapi.responses import JSONResponse, Response

    threads = anyio.CapacityLimiter(THREADS)
    desk = Desk(corner.games, actions(corner))

    async def ask(request: Request) -> Any:
        kind = request.headers.get("content-type", "").partition(";")[0].strip()
        try:
            payload = json.loads(await request.body()) if kind == "application/json" else None
        except (ValueError, RecursionError):
            payload = None
        asked = partial(desk.ask, owner_of(request), payload)
        answer = await anyio.to_thread.run_sync(asked, limiter=threads)
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    def drawn(request: Request, name: str) -> Any:
        svg = corner.map_named(owner_of(request), name)
        if svg is None:
            return Response(status_code=404)
        return Response(svg, media_type="image/svg+xml", headers=_ALONE)

    def trial(request: Request, game: str = "") -> Any:
        return Response(status_code=204 if corner.trying(owner_of(request), game) else 404)

    for one in (ask, drawn, trial):  # FastAPI looks for the type itself, not for its name
        one.__annotations__["request"] = Request
    inner.add_api_route(PATH, ask, methods=["POST"], response_model=None)
    inner.add_api_route(PATH + "/map/{name}", drawn, methods=["GET"], response_model=None)
    inner.add_api_route(PATH + "/trial", trial, methods=["GET"], response_model=None)
