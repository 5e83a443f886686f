"""`python -m game models check`: what would play, tried once, with its speed and its memory.

It says which model, server and form each part would use and whether a key is set (never which),
then asks each model for one line: time to the first text, characters a second, memory.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

from ..app import App
from ..errors import GameError
from ..models.base import Sampling
from ..options import Options, add_model_options, model_wishes
from ..prompts import Message, Persona, Prompt
from ..settings import ROLES, Settings, endpoint, needs_key, parse_role, presets
from ..wishes import default_file

PROMPTS = {
    "zh": Prompt(
        Persona("兰三娘", "边城客栈的老板娘，嘴硬心软。", "沈舟", "过路的镖师。"),
        "你扮演兰三娘，只说她此刻说的一两句话。",
        (Message("player", "沈舟", "掌柜的，可还有空房？"),),
    ),
    "en": Prompt(
        Persona("Ann", "Keeps a tea house at the river; blunt and kind.", "Sam", "A traveller."),
        "You play Ann. Say one or two sentences, as she would.",
        (Message("player", "Sam", "Have you a room left for the night?"),),
    ),
}


@dataclass(frozen=True)
class Tried:
    """How one line went."""

    text: str
    first: float
    total: float

    def told(self) -> str:
        """The figures, in one line."""
        speed = len(self.text) / max(1e-6, self.total - self.first)
        return f"first text {self.first:.2f} s, {speed:.0f} characters/s, {self.total:.2f} s in all"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    parser.add_argument("what", choices=["check", "presets"], help="try them, or list the presets")
    parser.add_argument("--lang", choices=("zh", "en"), default="en", help="the line's language")
    add_model_options(parser)


def run(args: argparse.Namespace) -> int:
    """Does it; the exit status says whether every model answered."""
    if args.what == "presets":
        for name, preset in presets().items():
            print(f"{name:<12} {preset['base_url']}  {preset['model']}  {preset.get('env', '-')}")
        return 0
    app = App(Options(models=model_wishes(args), settings=args.settings))
    try:
        settings = app.settings_for()
        print(f"settings file: {args.settings or default_file()}")
        parts = [part for part in ROLES if _plan(settings, part)]
        tried = [_try(app, settings, part, args.lang) for part in parts]
        return 0 if all(tried) else 1
    except GameError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        app.models.close()


def _plan(settings: Settings, part: str) -> bool:
    """Says what a part would use; whether there is a model to try."""
    role = parse_role(getattr(settings, part), part)
    if role.kind != "remote":
        print(f"{part}: {role.kind} {role.source}".rstrip())
        return role.kind in ("glm", "hf", "embed")
    where = endpoint(settings, part)
    key = "key set" if where.key else "no key needed" if where.local else "NO KEY"
    print(f"{part}: {where.model} at {where.base_url} ({where.form}, {key})")
    return not needs_key(where)


def _try(app: App, settings: Settings, part: str, lang: str) -> bool:
    try:
        if settings.judge.startswith("embed") and part == "judge":
            print(f"  {part}: {_understood(app)}")
        else:
            model: Any = app.models.chat(settings, part)
            print(f"  {part}: {measured(model, PROMPTS[lang]).told()}{_memory()}")
    except GameError as error:
        print(f"  {part}: {error}")
        return False
    return True


def measured(model: Any, prompt: Prompt) -> Tried:
    """One line of a model, timed."""
    start = time.perf_counter()
    first, text = 0.0, ""
    for piece in model.stream(prompt, Sampling(max_tokens=60, seed=1), threading.Event(), "check"):
        first = first or time.perf_counter() - start
        text += piece
    return Tried(text, first, time.perf_counter() - start)


def _understood(app: App) -> str:
    start = time.perf_counter()
    judge: Any = app.troupe.judge
    vectors = judge.embedder.vectors(["Have you a room left?", "可还有空房？"])
    return f"{len(vectors[0])} dimensions, ready in {time.perf_counter() - start:.2f} s{_memory()}"


def _memory() -> str:
    try:
        import psutil
    except ImportError:
        return ""
    return f", {psutil.Process().memory_info().rss / 2**20:.0f} MB in this process"
