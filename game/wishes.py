"""Which of several wishes counts, and which key may go where.

    command line > page or /model > settings file > environment > presets

Every wish is a plain mapping of the names in `Settings`; `resolve` checks them and lays them over
each other. A key only goes to the server it was meant for: one that a player of a page has named
gets no key but that player's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .settings import (
    GUARDS,
    ROLES,
    Key,
    Settings,
    SettingsError,
    is_local,
    leads_inside,
    parse_role,
    presets,
)


def resolve(
    command_line: Mapping[str, Any] | None = None,
    page: Mapping[str, Any] | None = None,
    file: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    trusted: bool = True,
) -> Settings:
    """The settings that count; `page` is what a player wished for, `trusted` whether as owner."""
    env = os.environ if environment is None else environment
    asked = _checked(with_servers(page or {}))
    first, kept = _checked(command_line or {}), _checked(file or {})
    if not trusted:
        _refuse_inside(asked)
    merged = {**_from_environment(env), **kept, **asked, **first}
    if "base_url" in merged and any(part in merged for part in ROLES):
        merged["base_url"] = _url(merged["base_url"])  # the environment's may be for others
    keys = {**_preset_keys(env), **kept.get("keys", {}), **first.get("keys", {})}
    for layer in (kept, first):
        if layer.get("key"):
            keys["openai"] = layer["key"]
    theirs = "base_url" in asked and "base_url" not in first
    for preset in _named(asked, first):
        if asked.get("key") or not trusted or (theirs and preset == "openai"):
            keys[preset] = asked.get("key", Key())
    if theirs:  # a player's server gets the player's key, never the host's
        keys["openai"] = asked.get("key", Key())
    return replace(Settings(), **{**merged, "key": Key(), "keys": keys, "trusted": trusted})


def _named(asked: Mapping[str, Any], first: Mapping[str, Any]) -> set[str]:
    """The presets whose key a player may give: those of the roles that the player chose."""
    chosen = {part: asked[part] for part in ROLES if part in asked and part not in first}
    presets_named = {parse_role(spec, part).preset for part, spec in chosen.items()} - {""}
    return presets_named or ({"openai"} if asked.get("key") else set())


def read_file(path: Path | None = None) -> dict[str, Any]:
    """The settings file's wishes, none without a file; raises ContentError with its line."""
    path = path or default_file()
    if not os.path.isfile(path):  # Path.is_file raises where a folder may not be entered
        return {}
    from . import loader, yamlfile

    return dict(yamlfile.read(loader.text_of(path), path.name).data)


def default_file() -> Path:
    """Where the settings file is looked for."""
    from platformdirs import user_config_path

    return user_config_path("characterglm-story", appauthor=False) / "settings.yaml"


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if env.get("OPENAI_BASE_URL"):
        found["base_url"] = env["OPENAI_BASE_URL"]
    if env.get("OPENAI_API_KEY"):
        found["key"] = Key(env["OPENAI_API_KEY"].strip())
    return found


def _preset_keys(env: Mapping[str, str]) -> dict[str, Key]:
    named = {name: preset.get("env", "") for name, preset in presets().items()}
    return {name: Key(env[var].strip()) for name, var in named.items() if var and env.get(var)}


def _refuse_inside(asked: Mapping[str, Any]) -> None:
    """What someone from outside must not name: folders, downloads and hosts of this machine."""
    for part in ROLES:
        role = parse_role(asked.get(part, "authored"), part)
        if role.kind in ("glm", "hf") or (role.kind == "embed" and role.source):
            raise SettingsError(part, "only the host can choose a local model")
        if role.kind == "remote" and is_local(presets()[role.preset]["base_url"]):
            raise SettingsError(part, "only the host can choose a local server")
    if asked.get("base_url") and leads_inside(asked["base_url"]):
        raise SettingsError("base_url", "only the host can choose a local server")


def _checked(wishes: Mapping[str, Any]) -> dict[str, Any]:
    """Wishes with the types of `Settings`; raises SettingsError. Empty ones are none."""
    known = {spec.name for spec in fields(Settings)}
    found: dict[str, Any] = {}
    for name, value in wishes.items():
        if value is None or value == "" or (isinstance(value, Key) and not value):
            continue
        if name not in known or name == "trusted":
            raise SettingsError(str(name)[:40], "there is no such setting")
        found[name] = _value(name, value)
    return found


_RANGES: Mapping[str, tuple[float, float]] = {
    "temperature": (0.0, 2.0), "top_p": (0.01, 1.0), "repetition_penalty": (0.5, 2.0),
    "max_tokens": (16, 4096), "history": (200, 200_000), "lore": (0, 20_000),
}  # fmt: skip


def _value(name: str, value: Any) -> Any:
    if name in ROLES:
        parse_role(_text(name, value), name)
        return _text(name, value).strip()
    if name in _RANGES:
        return _number(name, value)
    if name == "base_url":
        return _url(_text(name, value))
    if name == "key":
        return value if isinstance(value, Key) else Key(_text(name, value).strip())
    if name == "keys":
        found = _map(name, value)
        return {str(k): v if isinstance(v, Key) else Key(_text(name, v)) for k, v in found}
    if name == "guards":
        return {_guard(k): _switch(k, v) for k, v in _map(name, value)}
    return _switch(name, value) if name == "summaries" else _text(name, value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 1000 or not value.isprintable():
        raise SettingsError(name, "not a line of text")
    return value


def _number(name: str, value: Any) -> float | int:
    least, most = _RANGES[name]
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = least - 1
    if not least <= number <= most:
        raise SettingsError(name, f"not a number from {least:g} to {most:g}")
    return int(number) if isinstance(getattr(Settings, name), int) else number


def _url(value: str) -> str:
    try:
        parts = urlsplit(value.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        plain = not (parts.username or parts.password or parts.query or parts.fragment)
    except ValueError:
        usable = plain = False
    if not usable or not plain:
        raise SettingsError("base_url", "not an address like https://host/v1")
    return value.strip().rstrip("/")


def _map(name: str, value: Any) -> Sequence[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        raise SettingsError(name, "not a block of names and values")
    return list(value.items())


def _guard(name: str) -> str:
    if name not in GUARDS:
        raise SettingsError("guards", f"{name[:40]!r} is none of {', '.join(GUARDS)}")
    return name


def _switch(name: str, value: Any) -> bool:
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise SettingsError(name, "neither on nor off")
    return words[str(value).lower()]


def with_servers(wishes: Mapping[str, Any]) -> dict[str, Any]:
    """A player's wishes, where a bare model's name means that model on the `openai` server."""
    known = {"authored", "embed", "glm", "hf", *presets()}
    return {
        name: f"openai:{value.strip()}"
        if name in ROLES and isinstance(value, str) and value.strip()
        and value.strip().partition(":")[0] not in known
        else value
        for name, value in wishes.items()
    }  # fmt: skip
