"""Who plays with what: roles, servers and keys, and which of several wishes counts.

    command line > page or /model > settings file > environment > presets

Every wish is a plain mapping of the names in `Settings`; `resolve` lays them over each other. A
key is a `Key`, which shows itself to nobody, and only goes to the server it was meant for: one that
a player of a page has named gets no key but that player's.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from .errors import GameError

PRESETS = Path(__file__).parent / "models" / "presets.yaml"
ROLES = ("actor", "narrator", "judge")
GUARDS = ("label", "voices", "markup", "loops", "repeats", "unfit")
DEFAULT_MODEL = "gpt-3.5-turbo"

Form = Literal["chat", "meta", "completions"]
Kind = Literal["authored", "embed", "glm", "hf", "remote"]


class SettingsError(GameError):
    """A setting that can't be used; `field` names it, never its value where that is a key."""

    def __init__(self, name: str, problem: str) -> None:
        self.field, self.problem = name, problem
        super().__init__(f"{name}: {problem}")


class Key:
    """A secret that is shown to nobody: not printed, not compared by print, not stored."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the client that sends it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Key, self._value))

    def __repr__(self) -> str:
        return "Key(…)" if self._value else "Key()"

    def __deepcopy__(self, memo: dict[int, Any]) -> Key:
        return self

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("a key is not stored")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model on a server that speaks OpenAI's protocol."""

    base_url: str
    model: str
    key: Key = field(default_factory=Key)
    form: Form = "chat"
    local: bool = False  # on this machine: no proxy, no key

    @property
    def name(self) -> str:
        """What it is called where a person reads it."""
        return f"{self.model} @ {urlsplit(self.base_url).hostname or ''}"


@dataclass(frozen=True, slots=True)
class Role:
    """Who plays one part: `source` is a model's name, a folder or a hub id."""

    kind: Kind
    source: str = ""
    preset: str = ""


@dataclass(frozen=True)
class Settings:
    """Everything that can be wished for; the defaults need no model and no network."""

    actor: str = "authored"
    narrator: str = "authored"
    judge: str = "authored"
    base_url: str = ""
    key: Key = field(default_factory=Key)
    keys: Mapping[str, Key] = field(default_factory=dict)
    temperature: float = 0.9
    top_p: float = 0.8
    repetition_penalty: float = 1.0
    max_tokens: int = 512
    history: int = 3000
    lore: int = 400
    summaries: bool = True
    guards: Mapping[str, bool] = field(default_factory=dict)
    unfit: str = ""  # a file or folder with the host's own words, beside those that are shipped
    device: str = "auto"
    format: str = "auto"
    trusted: bool = True  # whether whoever asked may name folders and hosts of this machine

    @property
    def wanted(self) -> bool:
        """Whether any model was asked for."""
        return any(getattr(self, part) != "authored" for part in ROLES)

    def guard(self, name: str) -> bool:
        """Whether a guard is on."""
        return self.guards.get(name, True)


# --- roles and presets -------------------------------------------------------------------------


@lru_cache(maxsize=1)
def presets() -> Mapping[str, Mapping[str, Any]]:
    """The servers that are known by a name."""
    import yaml

    data: dict[str, dict[str, Any]] = yaml.safe_load(PRESETS.read_text(encoding="utf-8"))
    return data


def parse_role(spec: str, part: str = "actor") -> Role:
    """`authored`, `embed[:M]` (judge only), `glm:PATH`, `hf:PATH`, or `PRESET[:MODEL]`."""
    name, _, source = spec.strip().partition(":")
    if name in ("", "authored"):
        return Role("authored")
    if name == "embed":
        if part != "judge":
            raise SettingsError(part, "embed only judges")
        return Role("embed", source)
    if name == "glm" or name == "hf":
        if not source:
            raise SettingsError(part, f"{name}: needs a folder or a hub id after the colon")
        return Role("glm" if name == "glm" else "hf", source)
    if name not in presets():
        known = ", ".join(("authored", "embed", "glm:PATH", "hf:PATH", *presets()))
        raise SettingsError(part, f"{name[:40]!r} is none of {known}")
    return Role("remote", source, name)


def endpoint(settings: Settings, part: str) -> Endpoint:
    """Where a part's model is; its key is empty where none is known for it."""
    role = parse_role(getattr(settings, part), part)
    preset = presets()[role.preset]
    own = bool(settings.base_url) and role.preset == "openai"
    base_url = settings.base_url if own else preset["base_url"]
    fallback = preset.get("judge_model", preset["model"]) if part != "actor" else preset["model"]
    model = role.source or fallback or DEFAULT_MODEL
    form: Form = preset.get("form", "chat")
    if part == "actor" and any(model.startswith(one) for one in preset.get("meta_models", ())):
        form = "meta"
    if part != "actor" and form == "completions":
        form = "chat"  # only a character's lines have that exact form
    key = settings.keys.get(role.preset) or settings.key
    return Endpoint(base_url, model, key, form, is_local(base_url))


def needs_key(where: Endpoint) -> bool:
    """Whether a server can't be asked without a key, and none is known."""
    return not where.local and not where.key


def is_local(base_url: str) -> bool:
    """Whether an address is this machine or its own network."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost" or host.endswith((".local", ".localhost", ".internal")):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host
    return not address.is_global


# --- which wish counts -------------------------------------------------------------------------


def resolve(
    command_line: Mapping[str, Any] | None = None,
    page: Mapping[str, Any] | None = None,
    file: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    trusted: bool = True,
) -> Settings:
    """The settings that count; `page` is what a player wished for, `trusted` whether as owner."""
    env = os.environ if environment is None else environment
    asked, first, kept = _checked(page or {}), _checked(command_line or {}), _checked(file or {})
    if not trusted:
        _refuse_inside(asked)
    merged = {**_from_environment(env), **kept, **asked, **first}
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
    """The settings file's wishes, none where there is no file; raises ContentError with its line."""
    path = path or default_file()
    if not path.is_file():
        return {}
    from . import yamlfile

    data = yamlfile.read(path.read_text(encoding="utf-8-sig"), path.name).data
    return dict(data)


def default_file() -> Path:
    """Where the settings file is looked for."""
    from platformdirs import user_config_path

    return user_config_path("characterglm-story", appauthor=False) / "settings.yaml"


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if env.get("OPENAI_BASE_URL"):
        found["base_url"] = _url(env["OPENAI_BASE_URL"])
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
    if asked.get("base_url") and is_local(asked["base_url"]):
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
