"""What a page can ask for, by name: one short function each, found in ACTIONS.

Every request carries its owner, and a game is only ever found with it. Nothing that is sent is
trusted: texts are measured, ids are looked up, and whatever goes wrong is answered with a sentence.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import GameError
from ..locale import language, table, text
from ..problems import error_text
from . import talk
from .games import Games
from .live import LiveGame
from .model_settings import SettingsFault

log = logging.getLogger(__name__)
Data = dict[str, Any]
MAX_LINE = 2_000


class Refused(Exception):
    """The request can't be granted; `said` tells the player why."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True)
class Request:
    """What a page asks: by whom, in which language, with which fields."""

    games: Games
    owner: str
    lang: str
    fields: Mapping[str, Any]

    def word(self, key: str, **data: Any) -> str:
        """A word of the interface."""
        return text(self.lang, key, **data)

    def text(self, name: str, most: int = 200) -> str:
        """A field that holds a text no longer than `most`."""
        value = self.fields.get(name, "")
        if not isinstance(value, str):
            raise Refused(self.word("web.bad_request"))
        if len(value) > most:
            raise Refused(self.word("notices.too_long", most=most))
        return value

    def number(self, name: str) -> int:
        """A field that holds a whole number."""
        value = self.fields.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**6:
            raise Refused(self.word("web.bad_request"))
        return value

    def game(self) -> LiveGame:
        """The game it is about, which must be the owner's."""
        return self.games.find(self.owner, self.text("game", 80), self.lang)

    def with_fields(self, **fields: Any) -> Request:
        """The same request with other fields."""
        return Request(self.games, self.owner, self.lang, {**self.fields, **fields})


Action = Callable[[Request], Data]
_WORDS = ("web.", "app.", "menu.", "prompt.", "panel.", "endings.", "saves.", "speed.", "commands.",
          "language.", "rows.narrator", "notices.try_again", "notices.use_authored",
          "notices.take_back", "notices.save_in_memory", "notices.too_long")  # fmt: skip


class Desk:
    """Answers pages."""

    def __init__(self, games: Games) -> None:
        self.games = games

    def ask(self, owner: str, payload: Any) -> Data:
        """The answer to one request: `ok` with data, or `error` with a sentence."""
        from .actions import ACTIONS

        fields = payload if isinstance(payload, dict) else {}
        lang = language(str(fields.get("lang", "")))
        action = ACTIONS.get(str(fields.get("do", "")))
        if action is None or not owner:
            return {"ok": False, "error": text(lang, "web.bad_request")}
        try:
            return {"ok": True, **action(Request(self.games, owner, lang, fields))}
        except Refused as refused:
            said = refused.said
        except talk.FieldFault as fault:
            said = _field_fault(lang, fault)
        except SettingsFault as fault:
            said = text(lang, "web.settings.bad", field=text(lang, f"web.settings.{fault.field}"))
        except GameError as error:
            said = error_text(lang, error)
        except Exception as error:
            log.exception("a request broke off")
            said = error_text(lang, error)
        return {"ok": False, "error": said}


def _field_fault(lang: str, fault: talk.FieldFault) -> str:
    name = text(lang, f"web.talk.{fault.field}")
    key = "web.talk.too_long" if fault.most else "web.talk.missing"
    return text(lang, key, field=name, most=fault.most)


def words(lang: str) -> Data:
    """The interface's words a page draws with."""
    return {key: leaf for key, leaf in table(lang).items() if key.startswith(_WORDS)}


