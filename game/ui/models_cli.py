"""`python -m game models`: what would play, tried once; the servers known by name; `embed` to get
the judge by meaning."""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import Any

from ..app import App
from ..errors import GameError, ModelError
from ..options import Options, add_model_options, model_wishes, system_language
from ..settings import ROLES, Settings, endpoint, needs_key, parse_role, presets
from ..wishes import default_file
from .flow import pad
from .locale import text
from .problems import error_text

WIDTH = 11
PROBE = ("Have you a room left?", "可还有空房？")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    parser.add_argument(
        "what", nargs="?", default="check", choices=["check", "list", "presets", "embed"],
        help="try what would play (the default), list the servers known by name, "
        "or get the judge by meaning",
    )  # fmt: skip
    parser.add_argument("source", nargs="?", default="", help="embed: a folder or hub id")
    parser.add_argument("--lang", choices=("zh", "en"), default=None, help="language / 语言")
    add_model_options(parser)


def run(args: argparse.Namespace) -> int:
    """Does it; the exit status says whether everything that was asked for can play."""
    lang = args.lang or system_language()
    if args.what in ("list", "presets"):
        return _listed(lang)
    if args.what == "embed":
        return _fetched(lang, args.source)
    app = App(Options(models=model_wishes(args), settings=args.settings))
    try:
        file = args.settings or default_file()
        known = "file" if os.path.isfile(file) else "no_file"
        settings = app.settings_for()
        print(text(lang, f"models.{known}", path=file))
        wanted = [part for part in ROLES if _planned(lang, settings, part)]
        if not wanted:
            print(text(lang, "models.none"))
            return 0
        print(text(lang, "models.trying"))
        tried = [_tried(lang, app, settings, part) for part in wanted]
        return 0 if all(tried) else 1
    except GameError as error:
        print(error_text(lang, error), file=sys.stderr)
        return 1
    finally:
        app.models.close()


def _listed(lang: str) -> int:
    print(text(lang, "models.servers"))
    for name, preset in presets().items():
        variable = preset.get("env", "")
        key = "key_none" if not variable else "key_set" if os.environ.get(variable) else "key_unset"
        told = text(lang, f"models.{key}", variable=variable)
        print(f"  {name:<{WIDTH}} {preset['base_url']} · {preset['model']} · {told}")
    return 0


def _planned(lang: str, settings: Settings, part: str) -> bool:
    """Says what a part would use; whether there is a model to try."""
    role = parse_role(getattr(settings, part), part)
    if role.kind == "authored":
        told = text(lang, "model.authored")
    elif role.kind == "remote":
        where = endpoint(settings, part)
        key = "key_set" if where.key else "key_needed" if needs_key(where) else "key_not_needed"
        told = f"{where.model} · {where.base_url} · {where.form} · {text(lang, f'model.{key}')}"
    else:
        told = f"{role.kind}:{role.source}" if role.source else role.kind
    print(f"  {_name(lang, part)} {told}")
    return role.kind != "authored"


def _tried(lang: str, app: App, settings: Settings, part: str) -> bool:
    """Tries what plays a part, and says how it went; whether it can play."""
    role = parse_role(getattr(settings, part), part)
    try:
        if role.kind == "remote" and needs_key(endpoint(settings, part)):
            variable = presets()[role.preset].get("env", "OPENAI_API_KEY")
            told, good = text(lang, "models.needs_key", variable=variable), False
        elif role.kind == "embed":
            told, good = _read(lang, role.source), True
        else:
            told, good = _spoken(lang, app.models.chat(settings, part), part)
    except GameError as error:
        told, good = _failed(lang, error), False
    print(f"  {_name(lang, part)} {told}")
    return good


def _spoken(lang: str, model: Any, part: str) -> tuple[str, bool]:
    """How a model speaks; one that judges must also be able to pick from a closed set."""
    from ..lab.models import PROMPTS, measured, megabytes, picks, warm_up

    warm_up(model)
    tried = measured(model, PROMPTS[lang])
    speed = "models.speed" if tried.speed else "models.at_once"
    parts = [text(lang, "models.first", seconds=f"{tried.first:.2f}")]
    parts += [text(lang, speed, speed=f"{tried.speed:.0f}")]
    parts += [text(lang, "models.memory", mb=megabytes())] if megabytes() else []
    good = True
    if part == "judge" and hasattr(model, "answer"):
        good = picks(model, PROBE[lang == "zh"])
        parts.append(text(lang, "models.picks" if good else "models.picks_not"))
    return " · ".join(parts), good


def _read(lang: str, source: str) -> str:
    """How the judge by meaning does; raises ModelError."""
    from ..lab.models import megabytes
    from ..models.embed import load_embedder

    begun = time.perf_counter()
    vectors = load_embedder(source).vectors(PROBE)
    taken = f"{time.perf_counter() - begun:.2f}"
    return text(lang, "models.embed", n=len(vectors[0]), seconds=taken, mb=megabytes())


def _fetched(lang: str, source: str) -> int:
    """Gets the judge by meaning, and tries it."""
    try:
        print(_read(lang, source))
    except ModelError as error:
        print(_failed(lang, error), file=sys.stderr)
        return 1
    return 0


def _failed(lang: str, error: GameError) -> str:
    """What went wrong, in words, and what exactly was met."""
    detail = getattr(error, "detail", "")
    return f"{error_text(lang, error)} ({detail})" if detail else error_text(lang, error)


def _name(lang: str, part: str) -> str:
    return pad(text(lang, f"model.roles.{part}"), 14 if lang == "zh" else WIDTH)
