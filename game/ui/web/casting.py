"""Gives a game the models its player asked for, and keeps strangers from asking too much.

Where the server is reached from this machine alone, its player owns it and may name folders and
local servers. Where others can come in, they bring their own key or play with what the host lends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...app import App
from ...errors import GameError, ModelError
from ...events import Notice
from ...settings import SettingsError
from .model_settings import WISHES, ModelSettings
from .options import WebOptions

if TYPE_CHECKING:
    from ...session import Session
    from .games import CastWith

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def owned(options: WebOptions) -> bool:
    """Whether whoever plays sits at this machine."""
    return options.host in LOOPBACK and not options.share and not options.names


def casting(app: App, trusted: bool) -> CastWith:
    """What gives a session its cast; a wish that can't be met is told, and the game goes on."""

    def cast(session: Session, settings: ModelSettings) -> None:
        try:
            app.cast(session, wishes(settings), trusted)
        except GameError as error:
            session.notices.append(_notice(error))

    return cast


def wishes(settings: ModelSettings) -> dict[str, Any]:
    """A page's settings by the names of `Settings`; what was left as it was is no wish."""
    plain = ModelSettings()
    return {
        wish: getattr(settings, name)
        for name, wish in WISHES.items()
        if getattr(settings, name) != getattr(plain, name)
    }


def _notice(error: GameError) -> Notice:
    if isinstance(error, ModelError):
        return Notice("model_failed", {"kind": error.kind})
    if isinstance(error, SettingsError):
        data = {"name": error.field, "problem": error.problem, "code": error.code}
        return Notice("bad_setting", {**data, **error.data})
    return Notice("unexpected", {"error": str(error)})
