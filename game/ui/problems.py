"""Errors in words: what went wrong and what can be done about it, in the player's language."""

from __future__ import annotations

from ..errors import (
    ContentError,
    Diagnostic,
    GameError,
    ModelError,
    SaveBusy,
    SaveDamaged,
    SaveError,
    SaveNewer,
    SaveUnwritable,
)
from ..events import Notice
from ..settings import SettingsError
from .locale import has, text

_SAVES: dict[type[SaveError], str] = {
    SaveDamaged: "save_damaged",
    SaveNewer: "save_newer",
    SaveBusy: "save_busy",
    SaveUnwritable: "save_unwritable",
}


def diagnostic_line(lang: str, found: Diagnostic) -> str:
    """`file:line: what is wrong; how to mend it`."""
    message = diagnostic_message(lang, found)
    return text(lang, "diagnostics.line", file=found.file, line=found.line, message=message)


def diagnostic_message(lang: str, found: Diagnostic) -> str:
    """What is wrong and how to mend it, without the place."""
    data = {key: _word(lang, key, value) for key, value in found.data.items()}
    message = text(lang, f"diagnostics.{found.code}", **data)
    if found.data.get("near"):
        message += text(lang, "diagnostics.near", near=found.data["near"])
    if found.severity == "warning":
        message = text(lang, "diagnostics.warning", message=message)
    return message


def _word(lang: str, key: str, value: object) -> object:
    kind = f"diagnostics.kinds.{value}"
    return text(lang, kind) if key == "expected" and has(lang, kind) else value


def notice_text(lang: str, notice: Notice) -> str:
    """What the player should know, in words; a model's failure says what can be done about it."""
    if notice.code == "bad_setting":
        return _setting(lang, **notice.data)
    if notice.code != "model_failed":
        return text(lang, f"notices.{notice.code}", **notice.data)
    failure = text(lang, f"notices.model_failed.{notice.data.get('kind', 'unreachable')}")
    return f"{failure} {text(lang, 'notices.model_choices')}"


def _setting(lang: str, name: str, problem: str, code: str, **data: str) -> str:
    """A setting that can't be used, in the interface's words where it has any."""
    key = f"notices.setting.{code}"
    said = text(lang, key, **data) if has(lang, key) else problem
    return text(lang, "notices.bad_setting", name=name, problem=said)


def error_text(lang: str, error: BaseException) -> str:
    """Any error as something to read: several lines for an author's file, one otherwise."""
    if isinstance(error, ContentError):
        lines = [diagnostic_line(lang, one) for one in error.diagnostics]
        return "\n".join([text(lang, "notices.content_error"), *lines])
    if isinstance(error, ModelError):
        return text(lang, f"notices.model_failed.{error.kind}")
    if isinstance(error, SettingsError):
        return _setting(lang, error.field, error.problem, error.code, **error.data)
    if isinstance(error, SaveError):
        code = _SAVES.get(type(error), "save_failed")
        return text(lang, f"notices.{code}", save=error.save, detail=error.detail)
    detail = str(error) if isinstance(error, GameError) else type(error).__name__
    return text(lang, "notices.unexpected", error=detail)
