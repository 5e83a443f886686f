"""Who plays with what: roles, servers and keys, and which of several wishes counts.

A part is played by its author's lines, by a model in this process, or by one on a server: the
`endpoint` that a preset or an address names. A key is a `Key`, which shows itself to nobody.
`wishes` says which of several settings counts.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from .errors import GameError

PRESETS = Path(__file__).parent / "models" / "presets.yaml"
ROLES = ("actor", "narrator", "judge")
GUARDS = ("label", "voices", "markup", "loops", "repeats", "unfit")
DEFAULT_MODEL = "gpt-3.5-turbo"
LONGEST_REPEATED = 20

Form = Literal["chat", "meta", "completions"]
Kind = Literal["authored", "embed", "glm", "hf", "remote"]


class SettingsError(GameError):
    """A setting that can't be used; `field` names it, never its value where that is a key.

    `code` and `data` are for an interface that has words of its own for it.
    """

    def __init__(self, name: str, problem: str, code: str, **data: str) -> None:
        self.field, self.problem = name, problem.format(**data)
        self.code, self.data = code, data
        super().__init__(f"{name}: {self.problem}")


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
    foreign: bool = False  # a stranger named its address: it must lead to the open network

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
    reword: bool = True  # whether the narrator's model words suggested replies anew
    guards: Mapping[str, bool] = field(default_factory=dict)
    unfit: str = ""  # a file or folder with the host's own words, beside those that are shipped
    device: str = "auto"
    format: str = "auto"
    trusted: bool = True  # whether whoever asked may name folders and hosts of this machine
    foreign: bool = False  # whether `base_url` was named by someone who may not

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
            raise SettingsError(part, "embed only judges", "embed")
        return Role("embed", source)
    if name == "glm" or name == "hf":
        if not source:
            problem = "{value}: needs a folder or a hub id after the colon"
            raise SettingsError(part, problem, "folder", value=name)
        return Role("glm" if name == "glm" else "hf", source)
    if name not in presets():
        known = ", ".join(("authored", "embed", "glm:PATH", "hf:PATH", *presets()))
        data = {"value": repeated(name), "known": known}
        raise SettingsError(part, "{value} is none of {known}", "known", **data)
    return Role("remote", source, name)


def repeated(value: str) -> str:
    """A value as an error may repeat it: what is as long as a key may be one."""
    return repr(value) if len(value) <= LONGEST_REPEATED else "…"


def endpoint(settings: Settings, part: str) -> Endpoint:
    """Where a part's model is; its key is empty where none is known for it."""
    role = parse_role(getattr(settings, part), part)
    preset = presets()[role.preset]
    moved = _moved(settings, role)
    base_url = settings.base_url if moved else preset["base_url"]
    fallback = preset.get("judge_model", preset["model"]) if part != "actor" else preset["model"]
    model = role.source or fallback or DEFAULT_MODEL
    form: Form = preset.get("form", "chat")
    if part == "actor" and any(model.startswith(one) for one in preset.get("meta_models", ())):
        form = "meta"
    if part != "actor" and form == "completions":
        form = "chat"  # only a character's lines have that exact form
    key = settings.keys.get(role.preset) or settings.key
    foreign = moved and settings.foreign
    return Endpoint(base_url, model, key, form, is_local(base_url), foreign)


def _moved(settings: Settings, role: Role) -> bool:
    """Whether `base_url` is meant for a role's server: `openai`, else one that would be here."""
    if not settings.base_url:
        return False
    used = {parse_role(getattr(settings, part), part).preset for part in ROLES}
    here = is_local(presets()[role.preset]["base_url"])
    return role.preset == "openai" or (here and "openai" not in used)


def needs_key(where: Endpoint) -> bool:
    """Whether a server can't be asked without a key, and none is known."""
    return not where.local and not where.key


def is_local(base_url: str) -> bool:
    """Whether an address is this machine or its own network."""
    host = (urlsplit(base_url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith((".local", ".localhost", ".internal")):
        return True
    try:
        return not _global(host)
    except ValueError:
        # Short forms of addresses (127.1, 0x7f.1) end in a number, names never do.
        return "." not in host or host.rpartition(".")[2][0].isdigit()


def leads_inside(base_url: str) -> bool:
    """Whether an address is local, or its name stands for one that is: this asks the network."""
    if is_local(base_url):
        return True
    try:
        parts = urlsplit(base_url)
        return open_address(parts.hostname or "", parts.port) is None
    except OSError:  # nobody knows the name: the client will say so
        return False
    except ValueError:  # what can't be read as a name or an address is not trusted
        return True


def open_address(host: str, port: int | None) -> str | None:
    """An address that a name stands for, None where one of them is no open one.

    Asks the network; raises OSError, ValueError. Whoever goes on to the name instead may be given
    another address than was looked at.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(address[0]) for *_, address in found]
    if not addresses or not all(map(_global, addresses)):
        return None
    return min(addresses, key=lambda one: ":" in one)  # few machines reach IPv6 alone


def _global(host: str) -> bool:
    """Whether an address is one of the open network; raises ValueError where it is none."""
    address = ipaddress.ip_address(host.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or address
    return bool(inner.is_global) and not inner.is_multicast
