"""Answers pages: finds the action that is asked for, and words whatever goes wrong.

Every request carries its owner, and a game is only ever found with it. Nothing that is sent is
trusted: texts are measured, ids are looked up, and whatever goes wrong is answered with a sentence.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from ...errors import GameError
from ..locale import language, text
from ..problems import error_text
from . import talk
from .asked import ACTIONS
from .asked.request import Action, Refused, Request
from .games import Games
from .model_settings import SettingsFault

log = logging.getLogger(__name__)
Data = dict[str, Any]


class Desk:
    """Answers pages; `actions` are what can be asked for here."""

    def __init__(self, games: Games, actions: Mapping[str, Action] = ACTIONS) -> None:
        self.games, self._actions = games, actions

    def ask(self, owner: str, payload: Any) -> Data:
        """The answer to one request: `ok` with data, or `error` with a sentence."""
        fields = payload if isinstance(payload, dict) else {}
        lang = language(str(fields.get("lang", "")))
        action = self._actions.get(str(fields.get("do", "")))
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
