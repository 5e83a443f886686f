"""The loader: whatever is wrong in a file is said at once, with its line, and nothing runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game import yamlfile
from game.errors import ContentError, Diagnostic
from game.loader import Library, digest_of, load_sources
from game.story import Character, PuzzlePack, Scenario, Story
from tests.conftest import CONTENT

GOOD = """\
title: X
player: {name: Sam}
cast: [ann]
state:
  n: {type: int, min: 0, max: 5, start: 1}
start: room
scenes:
  room:
    present: ann
    beats:
      - id: wave
        hears: [hello]
        suggest: Hello.
        effects: {n: n + 1}
        says: [Hi.]
endings:
  - {id: done, when: n > 3, text: Done.}
"""
ANN = (CONTENT / "characters" / "ann.en.yaml").read_text(encoding="utf-8")


def load(text: str, character: str = ANN) -> Story:
    return load_sources({"scenarios/x": text, "characters/ann": character}, "x", "en")


def faults(text: str, character: str = ANN) -> list[Diagnostic]:
    with pytest.raises(ContentError) as caught:
        load(text, character)
    return list(caught.value.diagnostics)


def test_a_good_story_loads() -> None:
    story = load(GOOD)
    assert isinstance(story.scenario, Scenario)
    assert story.scenario.scenes["room"].beats[0].says[0].lines[0].text == "Hi."
    assert story.variables["trust"].initial == 2, "a character's default"


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (("title: X\n", ""), "missing_key", 1),
        (("title: X", "titel: X\ntitle: X"), "unknown_key", 1),
        (("start: room", "start: hall"), "unknown_scene", 6),
        (("cast: [ann]", "cast: [ann, zed]"), "unknown_character", 3),
        (("present: ann", "present: zed"), "unknown_character", 9),
        (("present: ann", "present: [ann, {who: zed, when: n > 1}]"), "unknown_character", 9),
        (("effects: {n: n + 1}", "effects: {m: n + 1}"), "unknown_variable", 14),
        (("effects: {n: n + 1}", "effects: {n: m + 1}"), "undefined_name", 14),
        (("effects: {n: n + 1}", "effects: {n: n +}"), "template_syntax", 14),
        (("effects: {n: n + 1}", "effects: {n: 'n ** 2'}"), "template_forbidden", 14),
        (("effects: {n: n + 1}", "effects: {n: player.name + 1}"), "template_runtime", 14),
        (("effects: {n: n + 1}", "effects: {n: player.name}"), "template_runtime", 14),
        (("says: [Hi.]", "roll: {dice: 1d20, target: scene}"), "template_runtime", 15),
        (("says: [Hi.]", "roll: {dice: 1d20 + scene, target: 9}"), "template_runtime", 15),
        (("says: [Hi.]", "roll: {dice: 1d20 + nobody, target: 9}"), "undefined_name", 15),
        (("says: [Hi.]", "roll: {dice: 1d20 + + +, target: 9}"), "template_syntax", 15),
        (
            ("says: [Hi.]", "roll: {dice: 1d20, target: 9, success: {effects: {n: scene}}}"),
            "template_runtime",
            15,
        ),
        (("says: [Hi.]", "says: ['{{ nobody }}']"), "undefined_name", 15),
        (("says: [Hi.]", "says: ['{% macro x() %}{% endmacro %}']"), "template_forbidden", 15),
        (("says: [Hi.]", "go: nowhere"), "unknown_scene", 15),
        (("says: [Hi.]", "says: {when: n > 1}"), "missing_key", 15),
        (("id: wave", "id: Wave it"), "bad_id", 11),
        (("n: {type: int, min: 0", "player: {type: int, min: 0"), "reserved_name", 5),
        (("start: 1}", "start: 9}"), "bad_value", 5),
        (("start: 1}", "start: many}"), "bad_value", 5),
        (("max: 5, start: 1}", "start: 1000000000000}"), "bad_value", 5),
        (("min: 0, max: 5, start: 1}", "min: 100000000000000000000000}"), "bad_value", 5),
        (("min: 0, max: 5", "min: 7, max: 5"), "bad_value", 5),
        (("when: n > 3, text", "text"), "bad_value", 17),
        (("title: X", "title: X\ntitle: Y"), "duplicate_key", 2),
        (("title: X", "title: &a X"), "yaml_alias", 1),
        (("title: X", "title: !!python/object:os.system X"), "yaml_tag", 1),
        (("title: X", "title: [X"), "yaml_syntax", 2),
        (("title: X", "title: {deep: er}"), "wrong_type", 1),
        (("title: X", "title: X\nturn_limit: 9"), "no_timeout_ending", 2),
        (("title: X", "title: X\nturn_limit: soon"), "wrong_type", 2),
    ],
    ids=lambda one: one[1][:40] if isinstance(one, tuple) else str(one),
)
def test_each_fault_is_named_with_its_line(change: tuple[str, str], code: str, line: int) -> None:
    text = GOOD.replace(*change)
    assert text != GOOD
    found = faults(text)
    assert (code, line) in [(one.code, one.line) for one in found], found
    assert {one.file for one in found} == {"scenarios/x.en.yaml"}


def test_all_faults_of_all_files_are_told_at_once() -> None:
    text = GOOD.replace("start: room", "start: hall").replace("n: n + 1", "m: n + 1")
    character = ANN + "unknown: 1\n"
    assert {one.code for one in faults(text, character)} >= {"unknown_key"}
    text = text.replace("says: [Hi.]", "says: ['{{ nobody }}', '{% block x %}{% endblock %}']")
    codes = [one.code for one in faults(text)]
    assert sorted(codes) == [
        "template_forbidden", "undefined_name", "unknown_scene", "unknown_variable",
    ]  # fmt: skip


def test_a_template_in_a_block_names_the_line_inside_it() -> None:
    text = GOOD.replace("        says: [Hi.]", "        tells: |\n          one\n          {{ x }}")
    assert [(one.code, one.line) for one in faults(text)] == [("undefined_name", 15)]
    text = text.replace("{{ x }}", "{% macro x() %}{% endmacro %}")
    assert [(one.code, one.line) for one in faults(text)] == [("template_forbidden", 17)]


def test_a_near_name_is_suggested() -> None:
    found = faults(GOOD.replace("effects: {n: n + 1}", "effects: {trsut: n + 1}"))
    assert found[0].data["near"] == "trust"


def test_words_of_yaml_stay_what_was_typed() -> None:
    text = GOOD.replace("says: [Hi.]", "says: [no, 3:30, 0x10, null, yes]")
    story = load(text)
    assert isinstance(story.scenario, Scenario)
    said = [one.lines[0].text for one in story.scenario.scenes["room"].beats[0].says]
    assert said == ["no", "3:30", "0x10", "null", "yes"]


BOMBS: dict[str, Callable[[], str]] = {
    "aliases": lambda: "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
    "brackets": lambda: "a: " + "[" * 100_000,
    "braces": lambda: "a: " + "{b: " * 50_000,
    "deep": lambda: "".join(" " * n + f"k{n}:\n" for n in range(200)),
    "many": lambda: "a:\n" + "- x\n" * 60_000,
    "large": lambda: "a: " + "x" * 300_000,
    "control": lambda: "a: \x00\x01",
    "merge": lambda: "a: {<<: *x}",
    "two documents": lambda: "a: 1\n---\nb: 2\n---\n- 3",
    "list": lambda: "- a\n- b",
    "empty": lambda: "",
    "scalar": lambda: "hello",
    "key is a list": lambda: "? [a, b]\n: c",
    "tab": lambda: "a:\n\t- b",
}


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_yaml_is_refused(name: str) -> None:
    assert faults(BOMBS[name]())


@given(st.text(max_size=300))
def test_any_text_is_a_document_or_a_content_error(text: str) -> None:
    for read in (yamlfile.read, yamlfile.read_head):
        with contextlib.suppress(ContentError):
            read(text, "x")


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "x.en.yaml").write_bytes(b"title: X\nsynopsis: caf\xe9\n")
    with pytest.raises(ContentError) as caught:
        Library([tmp_path]).load("x", "en")
    found = caught.value.diagnostics[0]
    assert (found.code, found.line) == ("bad_text", 2)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "x.en.yaml").write_text("\ufeff" + GOOD, encoding="utf-8")
    assert Library([tmp_path, CONTENT]).load("x", "en").scenario.title == "X"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", ".", "x\0", "talk:../x"])
def test_a_name_never_becomes_a_path(library: Library, name: str) -> None:
    with pytest.raises(ContentError):
        library.load(name, "en")


def test_heads_come_without_loading(library: Library) -> None:
    heads = {head.id: head for head in library.heads("en")}
    assert heads["tea"].title == "The Tea House" and heads["riddles"].kind == "puzzles"
    assert {head.id for head in library.characters("en")} == {"ann", "bo"}
    assert library.heads("zh") == []


def test_a_puzzle_pack_is_checked(library: Library) -> None:
    text = (CONTENT / "scenarios" / "riddles.en.yaml").read_text(encoding="utf-8")
    bad = text.replace("finds: fog", "finds: smoke").replace("host: ann", "host: nan")
    codes = [one.code for one in faults(bad)]
    assert sorted(codes) == ["unknown_character", "unknown_fact"]


def test_free_talk_is_a_story_without_beats(library: Library) -> None:
    story = library.free_talk("ann", "en")
    assert isinstance(story.scenario, Scenario) and story.id == "talk:ann"
    assert not any(scene.beats for scene in story.scenario.scenes.values())


@pytest.mark.parametrize("scenario", ["tea", "talk:ann"])
def test_sources_without_the_story_are_a_fault(scenario: str) -> None:
    with pytest.raises(ContentError) as caught:
        load_sources({}, scenario, "en")
    assert caught.value.diagnostics[0].code == "file_missing"


def test_a_folder_that_may_not_be_entered_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    locked = CONTENT / "locked"
    real = os.stat

    def stat(path: object, *args: object, **how: object) -> os.stat_result:
        if isinstance(path, (str, os.PathLike)) and "locked" in os.fspath(path):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", stat)
    library = Library([locked, CONTENT])
    assert library.find("scenarios", "tea", "en") and not library.find("scenarios", "no", "en")
    assert [head.id for head in library.heads("en")] == ["riddles", "tea"]


def test_the_digest_names_the_content() -> None:
    a, b = {"x": "1", "y": "2"}, {"y": "2", "x": "1"}
    assert digest_of(a) == digest_of(b) != digest_of({"x": "1", "y": "3"})


def test_kept_sources_give_the_same_story(library: Library, tea: Story) -> None:
    again = load_sources(tea.sources, tea.id, tea.language)
    assert again == tea


def test_everything_that_is_shipped_loads() -> None:
    library = Library()
    for language in ("zh", "en"):
        for head in library.heads(language):
            story = library.load(head.id, language)
            assert isinstance(story.scenario, (Scenario, PuzzlePack))
        for head in library.characters(language):
            assert isinstance(library.free_talk(head.id, language).cast[head.id], Character)
