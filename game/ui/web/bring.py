"""`POST /play/bring`: files a player brings in, counted as they come and read off the event loop.

The body is a line of JSON, `{"into": ID, "files": [[name, bytes], …]}`, and then the files, one
after the other. So nothing has to be searched for in what strangers send, and all that is too much
is known before it is read. Other sites can't send the header this asks for.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread

from ...authoring.cards.chats import looks_like_chat
from ..locale import has, language, text
from ..view import clean
from .budget import Budget
from .games import Games

log = logging.getLogger(__name__)
Data = dict[str, Any]
PATH = "/play/bring"
HEADER = "x-bring"
MOST_FILES, LARGEST_FILE, LARGEST_ALL = 20, 20 * 2**20, 40 * 2**20
MANIFEST = 16 * 1024
LARGEST_BODY = LARGEST_ALL + MANIFEST
MOST_AT_ONCE, MOST_READING = 4, 2
PATIENCE, SLOWEST = 15.0, 64 * 1024  # seconds a body may take beside its bytes, bytes a second
DRAIN = (
    15.0  # seconds the rest of a refused body is waited for, so that its sender hears the answer
)


class Refused(Exception):
    """What was sent is not taken; `key` names the sentence."""

    def __init__(self, status: int, key: str, **data: Any) -> None:
        super().__init__(key)
        self.status, self.key, self.data = status, key, data


@dataclass(frozen=True)
class Parcel:
    """What a body says it holds: whose lore it is, and each file's name and size."""

    into: str
    files: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        """The bytes that follow."""
        return sum(size for _, size in self.files)


class Bring:
    """Takes files in: a few players at a time, one request for each."""

    def __init__(self, games: Games, budget: Budget) -> None:
        self._games, self._budget = games, budget
        self._here: set[str] = set()
        self._readers = anyio.CapacityLimiter(MOST_READING)

    async def answer(self, request: Any, owner: str) -> tuple[int, Data]:
        """The status and the answer: a result for each file, or a sentence."""
        lang = language(request.query_params.get("lang", ""))
        try:
            self._admit(request, owner)
            self._here.add(owner)
            try:
                parcel, files = await self._received(request, owner)
                job = (owner, lang, parcel.into, files)
                results = await anyio.to_thread.run_sync(self._take, *job, limiter=self._readers)
            finally:
                self._here.discard(owner)
        except Refused as refused:
            await _drain(request)
            said = text(lang, f"web.bring.{refused.key}", **refused.data)
            return refused.status, {"ok": False, "error": said}
        return 200, {"ok": True, "results": results}

    def _admit(self, request: Any, owner: str) -> None:
        site = request.headers.get("sec-fetch-site", "same-origin")
        if not owner or HEADER not in request.headers or site != "same-origin":
            raise Refused(403, "other_site")
        if self._games.places.of(owner).root is None:
            raise Refused(403, "off")
        if owner in self._here or len(self._here) >= MOST_AT_ONCE:
            raise Refused(503, "busy")

    async def _received(self, request: Any, owner: str) -> tuple[Parcel, list[tuple[str, bytes]]]:
        from starlette.requests import ClientDisconnect

        try:
            stream = request.stream()
            with anyio.fail_after(PATIENCE):
                parcel, body = await _opened(stream)
            which = await anyio.to_thread.run_sync(self._counted, owner, parcel)
            if which:
                raise Refused(429, f"limit_{which}")
            with anyio.fail_after(PATIENCE + parcel.size / SLOWEST):
                async for chunk in stream:
                    body += chunk
                    if len(body) > parcel.size:
                        raise Refused(400, "broken")
        except (ClientDisconnect, TimeoutError):
            raise Refused(408, "broken") from None
        if len(body) != parcel.size:
            raise Refused(400, "broken")
        return parcel, _files(parcel, body)

    def _counted(self, owner: str, parcel: Parcel) -> str:
        return self._budget.take(owner, [size for _, size in parcel.files])

    def _take(self, owner: str, lang: str, into: str, files: list[tuple[str, bytes]]) -> list[Data]:
        from ..cards import take_in

        place, most = self._games.places.of(owner), self._games.limits.games
        chats = sum(looks_like_chat(raw) for _, raw in files)  # each becomes a save
        if most and chats and len(self._games.app.saves(owner)) + chats > most:
            raise Refused(429, "limit_games")
        try:
            done = take_in(place.app, files, lang, "", into, place.root, owner)
        except Exception:  # no file may end more than its own request
            log.exception("an import broke off")
            raise Refused(500, "broken") from None
        return [told(one, lang) for one in done]


async def _opened(stream: AsyncIterator[bytes]) -> tuple[Parcel, bytearray]:
    """What a body says it holds, and what has come of the files yet; raises Refused."""
    begun = bytearray()
    async for chunk in stream:
        begun += chunk
        if b"\n" in chunk or len(begun) > MANIFEST + len(chunk):
            break
    line, _, rest = begun.partition(b"\n")
    return _parcel(bytes(line[: MANIFEST + 1])), bytearray(rest)


def _parcel(line: bytes) -> Parcel:
    try:
        if len(line) > MANIFEST:
            raise ValueError
        said = json.loads(line)
        files = tuple((str(name)[:200], int(size)) for name, size in said["files"])
        parcel = Parcel(str(said.get("into", ""))[:60], files)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        raise Refused(400, "broken") from None
    if not files or any(size < 0 for _, size in files):
        raise Refused(400, "broken")
    if len(files) > MOST_FILES:
        raise Refused(413, "too_many", most=MOST_FILES)
    for name, size in files:
        if size > LARGEST_FILE:
            raise Refused(413, "too_large", name=clean(name)[:80], most=LARGEST_FILE // 2**20)
    if parcel.size > LARGEST_ALL:
        raise Refused(413, "too_much", most=LARGEST_ALL // 2**20)
    return parcel


def _files(parcel: Parcel, body: bytearray) -> list[tuple[str, bytes]]:
    found, place = [], 0
    for name, size in parcel.files:
        found.append((name, bytes(body[place : place + size])))
        place += size
    return found


async def _drain(request: Any) -> None:
    with suppress(Exception), anyio.move_on_after(DRAIN):
        async for _ in request.stream():
            pass


def told(result: Any, lang: str) -> Data:
    """A file's result as a page shows it; where it lies on this machine is nobody's business."""
    arrivals = [
        {"kind": one.kind, "id": one.id, "name": clean(one.name),
         "said": text(lang, f"web.bring.done.{one.kind}", name=clean(one.name), n=one.turns)}
        for one in result.arrivals
    ]  # fmt: skip
    said = ""
    if result.failed:
        key = f"web.bring.refused.{result.code}"
        said = text(lang, key) if has(lang, key) else result.lines[-1]
    elif not arrivals:
        said = text(lang, "web.bring.done.picture")
    return {
        "file": clean(result.file)[:80], "failed": result.failed, "code": result.code,
        "arrivals": arrivals, "said": said, "mended": result.mended,
    }  # fmt: skip
