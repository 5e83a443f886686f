"""The corner's door: its requests and files, with the same cookie as all else.

Texts of stories are longer than what the page's other requests may carry, so they come here.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from ..desk import Desk
from . import PATH
from .asked import actions
from .files import FileFault

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

    def text(request: Request, folder: str = "", id: str = "", language: str = "") -> Any:
        return _text(corner, owner_of(request), folder, id, language)

    def trial(request: Request, game: str = "") -> Any:
        return Response(status_code=204 if corner.trying(owner_of(request), game) else 404)

    for one in (ask, drawn, text, trial):  # FastAPI looks for the type itself, not for its name
        one.__annotations__["request"] = Request
    inner.add_api_route(PATH, ask, methods=["POST"], response_model=None)
    inner.add_api_route(PATH + "/map/{name}", drawn, methods=["GET"], response_model=None)
    inner.add_api_route(PATH + "/trial", trial, methods=["GET"], response_model=None)
    inner.add_api_route(PATH + "/file", text, methods=["GET"], response_model=None)


def _text(corner: Corner, owner: str, folder: str, key: str, language: str) -> Any:
    """A file as its author takes it home."""
    from fastapi.responses import Response

    from ....authoring.drafts import FOLDERS, Name
    from ....errors import ContentError
    from ....loader import LANGUAGES

    known = owner and folder in FOLDERS and language in ("", *LANGUAGES)
    if not known or not key.isidentifier() or len(key) > 80:
        return Response(status_code=404)
    name = Name(folder, key, language)
    try:
        found = corner.files(owner).read(name)
    except (FileFault, ContentError, OSError):
        return Response(status_code=404)
    plain = name.file if name.file.isascii() else f"file.{language or 'zh'}.yaml"
    kept = {**_ALONE, "Content-Disposition": f'attachment; filename="{plain}"'}
    return Response(found.text, media_type="application/octet-stream", headers=kept)
