"""What each setting may be: roles, ranges, texts, addresses and switches.

Whoever asks (the command line, a settings file, a page, /model), every value passes here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

from .settings import GUARDS, ROLES, Key, Settings, SettingsError, parse_role, presets, repeated

RANGES: Mapping[str, tuple[float, float]] = {
    "temperature": (0.0, 2.0), "top_p": (0.01, 1.0), "repetition_penalty": (0.5, 2.0),
    "max_tokens": (16, 4096), "history": (200, 200_000), "lore": (0, 20_000),
}  # fmt: skip
SWITCHES = ("summaries", "reword")
LONGEST = 500
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def checked(wishes: Mapping[str, Any]) -> dict[str, Any]:
    """Wishes with the types of `Settings`; raises SettingsError. Empty ones are none."""
    known = {spec.name for spec in fields(Settings)} - {"trusted", "foreign"}
    found: dict[str, Any] = {}
    for name, value in wishes.items():
        if value is None or value == "" or (isinstance(value, Key) and not value):
            continue
        if name not in known:
            raise SettingsError(repeated(str(name)), "there is no such setting", "unknown")
        found[name] = setting(name, value)
    return found


def setting(name: str, value: Any) -> Any:
    """One setting's value with its type; raises SettingsError, which never repeats a key."""
    if name in ROLES:
        spec = _text(name, value).strip()
        parse_role(spec, name)
        return spec
    if name in RANGES:
        return _number(name, value)
    if name in SWITCHES:
        return _switch(name, value)
    if name == "base_url":
        return address(_text(name, value))
    if name == "key":
        return value if isinstance(value, Key) else Key(_text(name, value).strip())
    if name == "keys":
        found = _map(name, value)
        return {str(k): v if isinstance(v, Key) else Key(_text(name, v)) for k, v in found}
    if name == "guards":
        return {_guard(k): _switch(k, v) for k, v in _map(name, value)}
    return _text(name, value)


def with_server(spec: str) -> str:
    """What plays a role, where a bare model's name means that model on the `openai` server."""
    spec = spec.strip()
    known = {"", "authored", "embed", "glm", "hf", *presets()}
    return spec if spec.partition(":")[0] in known else f"openai:{spec}"


def address(value: str) -> str:
    """A server's address; raises SettingsError where it is none, or carries more than that."""
    try:
        parts = urlsplit(value.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        plain = not (parts.username or parts.password or parts.query or parts.fragment)
    except ValueError:
        usable = plain = False
    if not usable or not plain:
        raise SettingsError("base_url", "not an address like https://host/v1", "address")
    return value.strip().rstrip("/")


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        raise SettingsError(name, "not a line of text", "line")
    return value


def _number(name: str, value: Any) -> float | int:
    least, most = RANGES[name]
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = least - 1
    if not least <= number <= most:
        bounds = {"least": f"{least:g}", "most": f"{most:g}"}
        raise SettingsError(name, "not a number from {least} to {most}", "number", **bounds)
    return int(number) if isinstance(getattr(Settings, name), int) else number


def _map(name: str, value: Any) -> Sequence[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        raise SettingsError(name, "not a block of names and values", "block")
    return list(value.items())


def _guard(name: str) -> str:
    if name not in GUARDS:
        data = {"value": repeated(str(name)), "known": ", ".join(GUARDS)}
        raise SettingsError("guards", "{value} is none of {known}", "known", **data)
    return name


def _switch(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in _WORDS:
        raise SettingsError(name, "neither on nor off", "switch")
    return _WORDS[str(value).lower()]
