"""Every rule has a page in docs/lint with an example that must raise it, and one that must not."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from game.__main__ import main
from game.authoring.lint import RULES, check
from game.errors import Diagnostic
from game.loader import TALK, Library
from game.ui import locale

PAGES = Path(__file__).resolve().parents[2] / "docs" / "lint"
CODES = sorted(path.stem for path in PAGES.glob("*.md") if path.stem != "README")
_FENCE = re.compile(r"```(yaml|text) (\S+)\n(.*?)```", re.DOTALL)
SUBJECTS = ("shed", "riddle", f"{TALK}ann", f"{TALK}new")
# What a person sees of a rule, and what can't be written down as text in a page.
_NO_PAGE = {"diagnostics.line", "diagnostics.warning", "diagnostics.near"}
_NOT_IN_TEXT = {
    "file_missing", "file_unreadable", "bad_text", "yaml_too_large", "auto_loop", "too_long"
}  # fmt: skip


def _examples(code: str) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    _, bad, good = re.split(r"^## (?:Bad|Good)$", page, flags=re.MULTILINE)
    return _FENCE.findall(bad), _FENCE.findall(good)


def _found(tmp_path: Path, examples: list[tuple[str, str, str]]) -> list[Diagnostic]:
    """What lint finds in the pages' small story with examples laid over it."""
    root = tmp_path / "library"
    shutil.copytree(PAGES / "story", root)
    for kind, name, text in examples:
        path = root / name
        if kind == "yaml" and path.exists():
            story = yaml.load(path.read_text(encoding="utf-8"), yaml.CBaseLoader)
            text = yaml.safe_dump(_laid_over(story, yaml.load(text, yaml.CBaseLoader)))
        path.write_text(text, encoding="utf-8")
    library = Library([root])
    found = []
    for language in ("en", "zh"):
        for subject in SUBJECTS:
            folder = "characters" if subject.startswith(TALK) else "scenarios"
            if library.find(folder, subject.removeprefix(TALK), language):
                found += check(library, subject, language)
    return found


def _laid_over(base: Any, excerpt: Any) -> Any:
    """An excerpt over the whole: by key, and in lists by id; an empty text takes a key away."""
    if isinstance(base, dict) and isinstance(excerpt, dict):
        merged = {**base, **{k: _laid_over(base.get(k), v) for k, v in excerpt.items()}}
        return {key: value for key, value in merged.items() if value != ""}
    both = isinstance(base, list) and isinstance(excerpt, list) and bool(excerpt)
    if both and _with_ids(base + excerpt):
        news = {one["id"]: one for one in excerpt}
        olds = [_laid_over(one, news.pop(one["id"], one)) for one in base]
        return olds + [one for one in excerpt if one["id"] in news]
    return excerpt


def _with_ids(items: list[Any]) -> bool:
    ids = [one.get("id") for one in items if isinstance(one, dict)]
    return len(ids) == len(items) and all(ids)


@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_raises_the_rule_and_the_good_one_does_not(
    tmp_path: Path, code: str
) -> None:
    bad, good = _examples(code)
    raised = [one for one in _found(tmp_path / "bad", bad) if one.code == code]
    assert raised, f"{code} was not raised"
    assert all(one.line > 0 and one.column > 0 for one in raised)
    left = [one for one in _found(tmp_path / "good", good) if one.code == code]
    left += [one for one in _found(tmp_path / "left", good) if one.severity == "error"]
    assert not left


def test_the_story_of_the_pages_has_no_errors(tmp_path: Path) -> None:
    found = _found(tmp_path, [])
    assert {one.code for one in found} <= {"few_questions"}


def test_every_rule_has_a_page_and_words() -> None:
    assert {rule.code for rule in RULES} <= set(CODES)
    for language in locale.LANGUAGES:
        for code in CODES:
            assert locale.has(language, f"diagnostics.{code}")


def test_every_code_has_a_page() -> None:
    worded = {
        key.removeprefix("diagnostics.")
        for key in locale.table("en")
        if key.startswith("diagnostics.") and key.count(".") == 1 and key not in _NO_PAGE
    }
    assert worded - _NOT_IN_TEXT == set(CODES)


def _command(root: Path, *more: str) -> int:
    return main(["lint", str(root / "scenarios" / "shed.en.yaml"), "--lang", "en", *more])


def test_the_command_shows_the_line_with_a_caret_at_its_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "library"
    shutil.copytree(PAGES / "story", root)
    assert _command(root) == 0
    assert capsys.readouterr().out == ""
    path = root / "scenarios" / "shed.en.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("when: not key\n", "when: not kee\n"),
        encoding="utf-8",
    )
    assert _command(root) == 1
    head, line, caret = capsys.readouterr().out.splitlines()
    assert head.startswith("scenarios/shed.en.yaml:18:9: [undefined_name]") and '"key"' in head
    assert line.strip() == "when: not kee"
    assert line[caret.index("^") :].startswith("when")
    assert _command(root, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["code"], found["line"], found["column"]) == ("undefined_name", 18, 9)


def test_a_warning_fails_only_if_asked_to(tmp_path: Path) -> None:
    root = tmp_path / "library"
    shutil.copytree(PAGES / "story", root)
    riddle = str(root / "scenarios" / "riddle.en.yaml")
    assert main(["lint", riddle]) == 0
    assert main(["lint", riddle, "--strict"]) == 1


def test_what_is_not_there_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "no_such_story", "--lang", "en"]) == 2
    assert "no_such_story" in capsys.readouterr().err
