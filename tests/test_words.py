"""Every code that the program gives has words in the interface's languages."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from game.checks import _CODES
from game.ui.locale import has

GAME = Path(__file__).resolve().parent.parent / "game"


def _codes(name: str, files: str = "**/*.py") -> set[str]:
    """The literal codes that calls of `name` are given first."""
    found = set()
    for path in GAME.glob(files):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            called = node.func.id if isinstance(node.func, ast.Name) else called
            given = node.args[0]
            for one in (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,):
                if called == name and isinstance(one, ast.Constant) and isinstance(one.value, str):
                    found.add(one.value)
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_diagnostics_have_words(lang: str) -> None:
    codes = _codes("Diagnostic") | _codes("TemplateFault") | _codes("problem") | _codes("Rule")
    codes |= _codes("_unknown", "checks.py") | _codes("_found", "yamlfile.py")
    codes |= set(_CODES.values())
    assert codes >= {"yaml_alias", "auto_loop", "undefined_name", "unknown_fact"}
    assert [code for code in sorted(codes) if not has(lang, f"diagnostics.{code}")] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_notices_have_words(lang: str) -> None:
    codes = _codes("Notice") - {"model_failed"}
    assert "no_hint" in codes
    assert [code for code in sorted(codes) if not has(lang, f"notices.{code}")] == []
