"""`python -m game VERB …`: finds the module a verb stands for, and imports only that one.

A verb's module has `arguments(parser)`, which adds its options, and `run(args) -> int`, which does
the work and returns the exit status.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

# Verb → module, and what it does, in both languages.
VERBS: dict[str, tuple[str, str, str]] = {
    "play": ("game.ui.cli", "play in the terminal", "在终端里玩"),
    "lint": ("game.ui.lint_cli", "check stories and characters", "检查故事和人物"),
    "playtest": ("game.ui.playtest_cli", "prove that a story can be played", "检验故事能玩通"),
    "map": ("game.ui.map_cli", "draw a story as a picture", "把故事画成图"),
    "new": ("game.ui.new_cli", "begin a character or a story", "起草人物或故事"),
    "coverage": ("game.ui.coverage_cli", "what players found and missed", "玩家找到了什么"),
    "import": ("game.ui.cards_cli", "take in cards, lore, chats, puzzles", "导入角色卡等文件"),
    "export": ("game.ui.export_cli", "write out a card or a game", "导出角色卡或存档"),
    "reference": ("game.authoring.reference", "write the reference of all fields", "写出字段参考"),
    "schemas": ("game.authoring.schemas", "write the schemas for editors", "写出编辑器用的模式"),
    "web": ("game.ui.web", "play in the browser", "在浏览器里玩"),
    "models": ("game.ui.models_cli", "try the models that would play", "试一试将要出场的模型"),
    "convert": ("game.lab.convert", "convert a ChatGLM2-layout model", "转换 ChatGLM2 格式的模型"),
    "judge": ("game.lab.judging", "measure how lines are understood", "测量台词被理解得如何"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb; returns the exit status."""
    argv = list(sys.argv[1:] if argv is None else argv)
    if not argv or argv[0] not in VERBS:
        return _usage(argv)
    verb, rest = argv[0], argv[1:]
    module = importlib.import_module(VERBS[verb][0])
    parser = argparse.ArgumentParser(prog=f"python -m game {verb}", description=VERBS[verb][1])
    module.arguments(parser)
    try:
        status: int = module.run(parser.parse_args(rest))
    except BrokenPipeError:  # whoever read our output has seen enough
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return 0
    return status


def launch(verb: str, language: str) -> None:
    """What the demo files call: a verb in a language, with the options typed after the file."""
    _speak_utf8()
    sys.exit(main([verb, "--lang", language, *sys.argv[1:]]))


def _usage(argv: Sequence[str]) -> int:
    asked = bool(argv) and argv[0] in ("-h", "--help", "help")
    print("usage: python -m game VERB [options]\n")
    for verb, (_, english, chinese) in VERBS.items():
        print(f"  {verb:<10} {english} · {chinese}")
    print("\n  python -m game VERB --help")
    return 0 if asked else 2


def _speak_utf8() -> None:
    # A console or pipe in another encoding must not end a game over one character.
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    _speak_utf8()
    sys.exit(main())
