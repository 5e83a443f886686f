"""Files a player takes along: `GET /play/card`, a character for other programs, and games."""

from __future__ import annotations

import datetime
from urllib.parse import quote

import anyio
import anyio.to_thread

from ...authoring.cards.chats import of_game, write_chat
from ...authoring.cards.write import FORMS
from ...errors import GameError
from ..cards import give_out
from ..export import FORMS as GAME_FORMS
from ..export import export
from .games import Games
from .home import spoken
from .places import Place

MOST_AT_ONCE = 2
CHAT = "chat"
File = tuple[str, bytes]


class Give:
    """Makes files; pictures are drawn for some, so only a few are made at a time."""

    def __init__(self, games: Games) -> None:
        self._games = games
        self._makers = anyio.CapacityLimiter(MOST_AT_ONCE)

    async def card(self, owner: str, character: str, form: str, lang: str) -> File | None:
        """A character as a card; None for one that isn't there, or isn't to be given away."""
        place = self._games.places.of(owner)
        return await anyio.to_thread.run_sync(
            _card, place, character, form, lang, limiter=self._makers
        )

    def game(self, owner: str, key: str, form: str, lang: str) -> File | None:
        """A game, for its owner only; the file's name is ours."""
        try:
            found = self._games.find(owner, key, lang).session if owner else None
        except GameError:
            found = None
        if found is None or form not in (*GAME_FORMS, CHAT):
            return None
        now = datetime.datetime.now()
        if form == CHAT:
            chat = of_game(found.story, found.events, f"{now:%Y-%m-%d@%Hh%Mm%Ss}")
            return f"game-{now:%Y-%m-%d}.chat.jsonl", write_chat(chat).encode()
        body = export(found.story, found.events, form, lang, f"{now:%Y-%m-%d}")
        return f"game-{now:%Y-%m-%d}.{form}", body.encode()


def _card(place: Place, character: str, form: str, lang: str) -> File | None:
    language = spoken(place, character, lang)
    path = place.app.library.find("characters", character, language)
    if form not in FORMS or not place.gives(path):
        return None
    try:
        name, content, _ = give_out(place.app, character, language, form)
    except (GameError, OSError):
        return None
    return name, content


def headers(name: str) -> dict[str, str]:
    """What goes with a file, so that it is kept and never shown as a page."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Cache-Control": "no-store",
    }
