"""The stream a page looks on through: server-sent events, at most eight a second.

A page that comes back tells what it has seen (`Last-Event-ID`) and is sent the rest; where the log
has been drawn anew since, it is sent the log.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from .games import Games
from .live import LiveGame, Seen

LEAST = 0.12  # seconds between two pieces
QUIET = 15.0  # seconds after which a silent connection shows that it lives


def seen_from(last: str) -> Seen:
    """What a page says it has seen: `epoch.rows`."""
    epoch, _, rows = last.rpartition(".")
    if not epoch or not rows.isdecimal() or len(last) > 60:
        return Seen()
    return Seen(epoch, int(rows))


async def tail(games: Games, game: LiveGame, seen: Seen) -> AsyncIterator[str]:
    """Everything that happens in a game from now on, until it is closed."""
    loop, changed = asyncio.get_running_loop(), asyncio.Event()

    def call() -> None:
        with suppress(RuntimeError):  # the loop has ended, and so has this stream
            loop.call_soon_threadsafe(changed.set)

    leave = game.watch(call)
    yield "retry: 800\n\n"
    try:
        while not games.closing and not game.gone:
            changed.clear()
            update = game.update(seen)
            if update is not None:
                data = json.dumps(update, ensure_ascii=False, separators=(",", ":"))
                yield f"id: {seen.epoch}.{seen.rows}\ndata: {data}\n\n"
                await asyncio.sleep(LEAST)
            try:
                await asyncio.wait_for(changed.wait(), QUIET)
            except (TimeoutError, asyncio.TimeoutError):
                yield ": still here\n\n"
    finally:
        leave()
