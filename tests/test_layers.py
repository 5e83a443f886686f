"""Imports go down only, and what is heavy stays out of the way of the first prompt."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

GAME = Path(__file__).resolve().parent.parent / "game"

# From the top down; a module may import from its own row and from rows below it.
LAYERS: list[set[str]] = [
    {"__main__"},
    {"ui"},
    {"authoring", "lab"},
    {"app", "options", "troupe"},
    {"session"},
    {"cast"},
    {"models"},
    {"prompts", "lore", "guards", "unfit", "settings", "settable", "wishes"},
    {"rules"},
    {"stage"},
    {"saves"},
    {"state"},
    {"loader", "matching"},
    {"checks"},
    {"marks"},
    {"templates", "yamlfile", "dice"},
    {"values"},
    {"history", "transcript"},
    {"events", "story", "errors", "plain", "folding", "typed"},
]
RANK = {name: row for row, names in enumerate(LAYERS) for name in names}

# Where a heavy package may be imported at module top: the folder that is about it.
HEAVY = {
    "torch": "models",
    "transformers": "models",
    "gradio": "ui/web",
    "openai": "models",
    "fastapi": "ui/web",
}
# What the app wires together may be imported late (inside functions) from anywhere above.


def _imports(path: Path, top_only: bool) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = ["game", *path.relative_to(GAME).parts[:-1]]
    nodes = tree.body if top_only else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            if module == "game":
                yield from (f"game.{one.name}" for one in node.names)
            else:
                yield module


def _modules() -> Iterator[tuple[Path, str]]:
    for path in sorted(GAME.rglob("*.py")):
        parts = path.relative_to(GAME).with_suffix("").parts
        if parts != ("__init__",):
            yield path, parts[0]


def test_every_module_has_a_layer() -> None:
    assert {name for _, name in _modules()} <= set(RANK)


def test_imports_go_down_only() -> None:
    wrong = [
        f"{path.relative_to(GAME)} imports {target}"
        for path, name in _modules()
        for target in _imports(path, top_only=False)
        if target.startswith("game.") and RANK[target.split(".")[1]] < RANK[name]
    ]
    assert not wrong, wrong


def test_heavy_packages_stay_where_they_are_used() -> None:
    wrong = [
        f"{path.relative_to(GAME)} imports {target}"
        for path, _ in _modules()
        for target in _imports(path, top_only=True)
        if (home := HEAVY.get(target.split(".")[0]))
        and not path.relative_to(GAME).as_posix().startswith(home)
    ]
    assert not wrong, wrong


def test_the_start_of_the_terminal_game_is_light() -> None:
    code = (
        "import sys; from game.app import App, Options; import game.ui.cli; "
        "App(Options(language='en')).library.heads('en'); "
        "print(*[m for m in ('pydantic','jinja2','gradio','torch','transformers','openai',"
        "'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=GAME.parent, check=True
    )
    assert done.stdout.split() == []
