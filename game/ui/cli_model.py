"""`/model` at the terminal: who plays each part, and choosing others while the game goes on.

What is chosen lasts as long as this program runs, for later games too, and is written nowhere. A
key is asked for with hidden input, shown to nobody, and goes only to the server it was given for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ..cast.authored import AuthoredActor, AuthoredNarrator
from ..settable import RANGES, SWITCHES, setting
from ..settings import ROLES, Settings, endpoint, is_local, needs_key, parse_role, presets
from .cli_input import Ask
from .locale import LANGUAGES, text
from .problems import notice_text

if TYPE_CHECKING:
    from ..session import Session
    from .cli_terminal import Terminal

_SPECS = ("authored", "embed", "glm:", "hf:")
_NAMES = (*ROLES, "url", "key", "off", *RANGES, *SWITCHES)


def model(terminal: Terminal, argument: str) -> None:
    """Shows who plays, or changes one thing about it; raises SettingsError, ModelError."""
    word, _, rest = argument.partition(" ")
    name, rest = _words(terminal.lang).get(word.lower(), ""), rest.strip()
    if not word:
        _show(terminal)
        terminal.tell("model.use", presets=" ".join(presets()))
    elif name in _ACTIONS:
        _ACTIONS[name](terminal, rest)
    elif not name:
        terminal.tell("model.unknown")
    elif not rest:
        terminal.tell("model.need_value", example=_example(name))
    else:
        _prefer(terminal, {name: setting(name, rest)})


def completions(lang: str) -> list[tuple[str, str]]:
    """What Tab offers after /model."""
    about = text(lang, "commands.model.about")
    words = [*_NAMES, *(f"{part} {spec}" for part in ROLES for spec in (*_SPECS, *presets()))]
    return [(f"/model {word}", about) for word in words if word != "actor embed"]


# --- what is asked for ---------------------------------------------------------------------------


def _off(terminal: Terminal, rest: str) -> None:
    """Back to what the authors wrote; the address and the keys given here are forgotten."""
    _prefer(terminal, {**dict.fromkeys(ROLES, "authored"), "base_url": None, "keys": None})


def _url(terminal: Terminal, rest: str) -> None:
    """Another address: a key that was given for the one before does not go there."""
    if not rest:
        terminal.tell("model.need_value", example=_example("url"))
        return
    wanted = None if rest.lower() == "off" else setting("base_url", rest)
    keys = terminal.app.wishes.get("keys", {})
    kept = {one: key for one, key in keys.items() if not _moves(one)}
    _prefer(terminal, {"base_url": wanted, "keys": kept})
    if len(kept) < len(keys):
        terminal.tell("model.key_forgotten")


def _key(terminal: Terminal, rest: str) -> None:
    """A key for a server, typed where nothing shows or remembers it."""
    settings = terminal.app.settings_for()
    if rest and rest not in presets():
        terminal.tell("model.key_in_line")
        return
    servers = [rest] if rest else _keyless(settings)
    if len(servers) != 1:
        named = " · ".join(f"/model key {one}" for one in servers)
        terminal.tell("model.which_key" if servers else "model.no_server", servers=named)
        return
    preset = servers[0]
    if terminal.scripted:
        variable = presets()[preset].get("env", "OPENAI_API_KEY")
        terminal.tell("model.key_scripted", variable=variable)
        return
    asked = terminal.word("model.key_for", server=_server(settings, preset))
    typed = (terminal.reader.read(Ask(asked, column=0, secret=True)) or "").strip()
    if not typed:
        terminal.tell("model.key_none")
        return
    keys = {**terminal.app.wishes.get("keys", {}), preset: setting("key", typed)}
    _prefer(terminal, {"keys": keys})


def _prefer(terminal: Terminal, changes: Mapping[str, Any]) -> None:
    """The new wishes count for this game and for later ones, or nothing has changed."""
    app, session = terminal.app, terminal.session
    merged = {**app.wishes, **changes}
    wishes = {name: value for name, value in merged.items() if value not in (None, {})}
    app.prefer(wishes, changes)
    app.cast(session, wishes, trusted=True)
    _show(terminal)
    for notice in session.notices:
        if notice.code != "key_missing":  # the table says so
            terminal.out.notice(notice.code, notice_text(terminal.lang, notice))
    session.notices.clear()


# --- what is shown -------------------------------------------------------------------------------


def _show(terminal: Terminal) -> None:
    settings = terminal.app.settings_for()
    rows = [
        (terminal.word(f"model.roles.{part}"), _player(terminal, settings, part)) for part in ROLES
    ]
    if settings.wanted:
        numbers = " · ".join(f"{name} {getattr(settings, name):g}" for name in RANGES)
        switches = [f"{one} {'on' if getattr(settings, one) else 'off'}" for one in SWITCHES]
        rows.append((terminal.word("model.settings"), " · ".join([numbers, *switches])))
    terminal.out.table("model", terminal.word("model.heading"), rows)


def _player(terminal: Terminal, settings: Settings, part: str) -> str:
    """Who plays a part, and where that is; of a key only whether there is one."""
    role, authored = parse_role(getattr(settings, part), part), _is_authored(terminal.session, part)
    if role.kind == "authored":
        return terminal.word("model.authored")
    if role.kind == "remote":
        where = endpoint(settings, part)
        key = "key_set" if where.key else "key_needed" if needs_key(where) else "key_not_needed"
        return f"{where.model} · {where.base_url} · {terminal.word(f'model.{key}')}"
    source = f"{role.kind}:{role.source}" if role.source else role.kind
    return terminal.word("model.missing" if authored else "model.here", source=source)


def _is_authored(session: Session, part: str) -> bool:
    if part == "judge":
        return session.judge is session.fallback
    return isinstance(getattr(session, part), (AuthoredActor, AuthoredNarrator))


# --- pieces --------------------------------------------------------------------------------------


@cache
def _words(lang: str) -> dict[str, str]:
    """What can follow /model, in the interface's words or the settings' own."""
    own = {
        alias: name
        for one in dict.fromkeys((*LANGUAGES, lang))
        for name in (*ROLES, "url", "key", "off")
        for alias in text(one, f"model.words.{name}").split()
    }
    return {**own, **{name: name for name in _NAMES}}


def _example(name: str) -> str:
    values = {
        "actor": "deepseek", "narrator": "deepseek", "judge": "embed", "max_tokens": "300",
        "history": "3000", "lore": "400", "url": "http://127.0.0.1:8000/v1",
    }  # fmt: skip
    return f"/model {name} {values.get(name, 'off' if name in SWITCHES else '0.8')}"


def _remote(settings: Settings) -> dict[str, str]:
    """The servers that play now, each with a part that it plays."""
    found: dict[str, str] = {}
    for part in ROLES:
        found.setdefault(parse_role(getattr(settings, part), part).preset, part)
    return {preset: part for preset, part in found.items() if preset}


def _keyless(settings: Settings) -> list[str]:
    """The servers in play that a key may be meant for: those that lack one come first."""
    used = {one: endpoint(settings, part) for one, part in _remote(settings).items()}
    lacking = [one for one, where in used.items() if needs_key(where)]
    return lacking or [one for one, where in used.items() if not where.local] or list(used)


def _server(settings: Settings, preset: str) -> str:
    part = _remote(settings).get(preset)
    return endpoint(settings, part).base_url if part else str(presets()[preset]["base_url"])


def _moves(preset: str) -> bool:
    """Whether an address may be meant for this server."""
    return preset == "openai" or is_local(presets()[preset]["base_url"])


_ACTIONS: Mapping[str, Callable[[Terminal, str], None]] = {"off": _off, "url": _url, "key": _key}
