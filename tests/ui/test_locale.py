"""The interface's words: complete in both languages, and filled without surprises."""

import re
import string
from pathlib import Path

import pytest

from game.errors import ContentError, Diagnostic, ModelError, SaveDamaged
from game.ui import locale
from game.ui.problems import diagnostic_line, error_text

GAME = Path(locale.__file__).parents[2]
CJK = re.compile(r"[\u4e00-\u9fff]")


def _forms(leaf):
    return list(leaf.values()) if isinstance(leaf, dict) else [leaf]


def _blanks(leaf):
    return {
        name for form in _forms(leaf) for _, name, _, _ in string.Formatter().parse(form) if name
    }


def test_both_languages_have_the_same_keys():
    assert set(locale.table("zh")) == set(locale.table("en"))


def test_both_languages_fill_the_same_blanks():
    chinese, english = locale.table("zh"), locale.table("en")
    free = {"language.zh", "language.en"}
    differing = {
        key for key in chinese if key not in free and _blanks(chinese[key]) != _blanks(english[key])
    }
    assert not differing


def test_every_leaf_is_a_sentence():
    for lang in locale.LANGUAGES:
        for key, leaf in locale.table(lang).items():
            assert all(isinstance(form, str) and form for form in _forms(leaf)), (lang, key)


def test_english_has_no_chinese_words_and_chinese_is_translated():
    keep = {"language.zh"}
    for key, leaf in locale.table("en").items():
        if key not in keep:
            assert not any(CJK.search(form) for form in _forms(leaf)), key
    same = {
        key
        for key, leaf in locale.table("zh").items()
        if leaf == locale.table("en")[key]
        and re.search(r"[a-z]{3}", re.sub(r"{\w+}", "", str(leaf)))
    }
    assert all(key.startswith("language.") or key.endswith(".usage") for key in same), same


@pytest.mark.parametrize(("n", "expected"), [(1, "1 ending found"), (3, "3 endings found")])
def test_plural(n, expected):
    assert locale.text("en", "menu.endings", n=n) == expected


def test_missing_blanks_and_keys_never_raise():
    assert "…" in locale.text("en", "menu.unknown", line="x")
    assert locale.text("zh", "no.such.key") == "no.such.key"
    assert (
        locale.text("en", "menu.unknown", line="{most.__class__}", most=1).count("__class__") == 1
    )


@pytest.mark.parametrize(
    ("wish", "found"),
    [("zh_CN.UTF-8", "zh"), ("zh", "zh"), ("en_GB", "en"), ("", "en"), ("fr", "en")],
)
def test_language_of_a_wish(wish, found):
    assert locale.language(wish) == found


def test_every_diagnostic_the_game_raises_has_words():
    raised = set()
    for path in GAME.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        raised |= set(
            re.findall(r"(?:Diagnostic|TemplateFault|\.problem|_found)\(\s*\"(\w+)\"", source)
        )
    assert {"yaml_syntax", "undefined_name", "duplicate_key"} <= raised
    unknown = {code for code in raised if not locale.has("zh", f"diagnostics.{code}")}
    assert not unknown


def test_every_notice_the_game_gives_has_words():
    given = set()
    for path in GAME.rglob("*.py"):
        given |= set(re.findall(r"Notice\(\s*\"([\w.]+)\"", path.read_text(encoding="utf-8")))
    known = {key.split(".")[1] for key in locale.table("en") if key.startswith("notices.")}
    assert given <= known


def test_a_diagnostic_names_file_line_fault_and_remedy():
    found = Diagnostic("undefined_name", "a.zh.yaml", 12, data={"name": "trst", "near": "trust"})
    line = diagnostic_line("en", found)
    assert line.startswith("a.zh.yaml:12: ")
    assert "trst" in line and 'did you mean "trust"' in line and ";" in line
    assert "是不是“trust”" in diagnostic_line("zh", found)


def test_all_of_a_files_errors_are_told_at_once():
    error = ContentError([Diagnostic("yaml_alias", "a", 1), Diagnostic("yaml_tag", "a", 2)])
    assert len(error_text("zh", error).splitlines()) == 3


def test_other_errors_in_words():
    assert "key" in error_text("en", ModelError("auth"))
    assert "/copy.db" in error_text("zh", SaveDamaged("x", "/copy.db"))
    assert "ZeroDivisionError" in error_text("en", ZeroDivisionError("secret path"))
