"""What a start is asked for: the options every way of playing shares, from the command line."""

from __future__ import annotations

import argparse
import locale
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .loader import LANGUAGES, located


@dataclass
class Options:
    """What a start is asked for; everything has a default that needs no model and no network."""

    language: str = "en"
    scenario: str = ""
    seed: int | None = None
    saves: Path | None = None
    content: Sequence[Path] = ()
    models: Mapping[str, Any] = field(default_factory=dict)
    settings: Path | None = None
    own: Path | None = None  # where imported content lies; else beside the saves


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options every way of playing shares."""
    parser.add_argument("--lang", choices=LANGUAGES, default=None, help="language / 语言")
    parser.add_argument("--scenario", default="", metavar="ID", help="begin with this, or a file")
    parser.add_argument("--seed", type=int, default=None, help="the same seed, the same dice")
    parser.add_argument("--saves", type=Path, default=None, metavar="DIR", help="where saves live")
    parser.add_argument(
        "--content", type=Path, action="append", default=[], metavar="DIR",
        help="a folder with scenarios/ and characters/ of your own",
    )  # fmt: skip
    add_model_options(parser)


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Who plays with which model; keys come from the environment or the settings file."""
    group = parser.add_argument_group("models (authored: none, the default)")
    forms = "authored | glm:PATH | hf:PATH | openai[:MODEL] | PRESET[:MODEL]"
    group.add_argument("--actor", metavar="WHO", help=f"who speaks: {forms}")
    group.add_argument("--narrator", metavar="WHO", help="who tells, likewise")
    group.add_argument("--judge", metavar="WHO", help="who understands, likewise, or embed[:MODEL]")
    group.add_argument("--base-url", metavar="URL", help="where openai is, if elsewhere")
    group.add_argument("--settings", type=_file, metavar="FILE", help="a settings file to read")
    group.add_argument(
        "--no-guard", action="append", metavar="NAME",
        help="switch a guard off: label, voices, markup, loops, repeats or unfit",
    )  # fmt: skip


def _file(name: str) -> Path:
    if not os.path.isfile(name):
        raise argparse.ArgumentTypeError(f"there is no file {name!r}")
    return Path(name)


def options_from(args: argparse.Namespace) -> Options:
    """What was asked for on the command line; the language is else the file's, or the system's."""
    root, scenario = located(args.scenario)
    spoken = Path(args.scenario).stem.rpartition(".")[2] if root else ""
    return Options(
        language=args.lang or (spoken if spoken in LANGUAGES else system_language()),
        scenario=scenario,
        seed=args.seed,
        saves=args.saves,
        content=(*([root] if root else []), *args.content),
        models=model_wishes(args),
        settings=args.settings,
    )


def model_wishes(args: argparse.Namespace) -> dict[str, Any]:
    """What the command line says of models, by the names of `Settings`."""
    named = {name: getattr(args, name) for name in ("actor", "narrator", "judge", "base_url")}
    off = dict.fromkeys(args.no_guard or (), False)
    wishes = {name: value for name, value in named.items() if value}
    return {**wishes, "guards": off} if off else wishes


def system_language() -> str:
    """zh where the system speaks Chinese, else en."""
    named = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    spoken = next((one for one in named if one), None) or _locale() or ""
    return "zh" if spoken.lower().startswith(("zh", "chinese")) else "en"


def _locale() -> str | None:
    try:
        return locale.getlocale()[0]
    except ValueError:  # a name no table knows, as some systems set
        return None
