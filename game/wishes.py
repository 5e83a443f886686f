"""Which of several wishes counts, and which key may go where.

    /model > command line > page > settings file > environment > presets

(/model is typed by whoever has typed the command line, and later: `App.prefer`.)

Every wish is a plain mapping of the names in `Settings`; `resolve` checks them and lays them over
each other. A key only goes to the server it was meant for: one that a player of a page has named
gets no key but that player's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .settable import address, checked, setting, with_server
from .settings import (
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
    asked = checked(with_servers(page or {}))
    first, kept = checked(command_line or {}), checked(file or {})
    if not trusted:
        _refuse_inside(asked)
    merged = {**_from_environment(env), **kept, **asked, **first}
    if "base_url" in merged and any(part in merged for part in ROLES):
        merged["base_url"] = address(merged["base_url"])  # the environment's may be for others
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
    keys |= asked.get("keys", {})  # each given for one server by name
    merged |= {"key": Key(), "keys": keys, "trusted": trusted, "foreign": theirs and not trusted}
    return replace(Settings(), **merged)


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
    if env.get("STORY_JUDGE"):  # start.py's, once its player has had the model downloaded
        found["judge"] = setting("judge", env["STORY_JUDGE"])
    return found


def _preset_keys(env: Mapping[str, str]) -> dict[str, Key]:
    named = {name: preset.get("env", "") for name, preset in presets().items()}
    return {name: Key(env[var].strip()) for name, var in named.items() if var and env.get(var)}


def _refuse_inside(asked: Mapping[str, Any]) -> None:
    """What someone from outside must not name: folders, downloads and hosts of this machine."""
    for part in ROLES:
        role = parse_role(asked.get(part, "authored"), part)
        if role.kind in ("glm", "hf") or (role.kind == "embed" and role.source):
            raise SettingsError(part, "only the host can choose a local model", "host_model")
        if role.kind == "remote" and is_local(presets()[role.preset]["base_url"]):
            raise SettingsError(part, "only the host can choose a local server", "host_server")
    if asked.get("base_url") and leads_inside(asked["base_url"]):
        raise SettingsError("base_url", "only the host can choose a local server", "host_server")


def with_servers(wishes: Mapping[str, Any]) -> dict[str, Any]:
    """A player's wishes, where a bare model's name means that model on the `openai` server."""
    return {
        name: with_server(value) if name in ROLES and isinstance(value, str) else value
        for name, value in wishes.items()
    }
