"""Every code that the program gives has words in the interface's languages."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from game.checks import _CODES
from game.ui.locale import has

GAME = Path(__file__).resolve().parent.parent / "game"


def _first_strings(name: str, place: int) -> set[str]:
    """The literal codes handed to calls of `name` anywhere in the game."""
    found = set()
    for path in GAME.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) <= place:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            called = node.func.id if isinstance(node.func, ast.Name) else called
            given = node.args[place]
            if called == name and isinstance(given, ast.Constant) and isinstance(given.value, str):
                found.add(given.value)
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_diagnostics_have_words(lang: str) -> None:
    codes = _first_strings("Diagnostic", 0) | _first_strings("TemplateFault", 0)
    codes |= _first_strings("problem", 0) | _first_strings("_unknown", 0)
    codes |= _first_strings("_found", 0) | set(_CODES.values())
    assert codes >= {"yaml_alias", "auto_loop", "undefined_name", "unknown_fact"}
    assert [code for code in sorted(codes) if not has(lang, f"diagnostics.{code}")] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_notices_have_words(lang: str) -> None:
    codes = _first_strings("Notice", 0) - {"model_failed"}
    assert "no_hint" in codes
    assert [code for code in sorted(codes) if not has(lang, f"notices.{code}")] == []
