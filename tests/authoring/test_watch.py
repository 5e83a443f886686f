"""Editing a story while it is played: the game goes on with the file as it is now."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from game.__main__ import main
from game.app import App
from game.events import ContentChanged
from game.options import Options
from game.state import Phase
from game.ui.cli_input import Ask
from game.ui.cli_terminal import Terminal
from game.ui.watching import differences

STORY = Path(__file__).resolve().parents[2] / "docs" / "lint" / "story"


class Author:
    """Types lines; between two of them, edits the file."""

    def __init__(self, path: Path, script: list[str | Callable[[str], str]]) -> None:
        self._path, self._script = path, iter(script)

    def read(self, ask: Ask) -> str | None:
        for step in self._script:
            if isinstance(step, str):
                return step
            text = self._path.read_text(encoding="utf-8")
            self._path.write_text(step(text), encoding="utf-8")
        return None


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(STORY, tmp_path / "library")
    yield tmp_path / "library"


def _played(library: Path, script: list[str | Callable[[str], str]]) -> Terminal:
    options = Options("en", "shed", seed=1, content=(library,), saves=library / "saves")
    author = Author(library / "scenarios" / "shed.en.yaml", script)
    terminal = Terminal(App(options), author, scripted=True)
    terminal.watching = True
    assert terminal.run() == 0
    return terminal


def test_the_game_goes_on_with_what_was_saved(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewritten = "On the rusty nail."
    script = [
        lambda text: text.replace("On the nail.", rewritten),
        "May I have the key?",
        lambda text: text.replace("  out: {type: bool}", "  out: {type: bool}\n  mud: {type: int}"),
        "(unlock the shed)",
    ]
    terminal = _played(library, script)
    session = terminal.session
    assert rewritten in capsys.readouterr().out
    assert session.state.scene == "shed", "it went on where it was"
    assert session.state.vars["key"] is True and session.state.vars["mud"] == 0
    again = terminal.app.open(session.save_id)
    assert again.story.digest == session.story.digest, "the save goes on with what it played"
    assert again.state == session.state


def test_mistakes_are_told_once_and_the_game_goes_on(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (library / "scenarios" / "shed.en.yaml").read_text(encoding="utf-8")
    script = [
        lambda text: text.replace("when: not key", "when: not kee"),
        "what a lovely day", "May I have the key?",
        lambda text: good,
        "(unlock the shed)",
    ]  # fmt: skip
    terminal = _played(library, script)
    shown = capsys.readouterr().out
    assert shown.count('there is no variable "kee"') == 2, "its beat and its hint, each once"
    assert "in order again" in shown
    assert terminal.session.state.scene == "shed"
    assert not any(isinstance(one, ContentChanged) for one in terminal.session.events)


def test_the_scene_one_is_in_can_not_be_taken_away(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = [
        "May I have the key?", "(unlock the shed)",
        lambda text: text.replace("shed:", "hut:").replace("go: shed", "go: hut")
        .replace("'shed' in", "'hut' in"),
        "(take the bicycle)",
    ]  # fmt: skip
    terminal = _played(library, script)
    assert 'you are in, "shed", is gone' in capsys.readouterr().out
    assert terminal.session.phase is Phase.OVER and terminal.session.state.ending == "ride"


def test_undo_across_a_change_keeps_the_new_content(library: Path) -> None:
    script = [
        "May I have the key?",
        lambda text: text.replace("  out: {type: bool}", "  out: {type: bool}\n  mud: {type: int}"),
        "(unlock the shed)", "/undo", "/undo",
    ]  # fmt: skip
    terminal = _played(library, script)
    state = terminal.session.state
    assert state.vars == {"key": False, "left": False, "out": False, "mud": 0}
    assert state.digest == terminal.session.story.digest
    assert terminal.app.open(terminal.session.save_id).state == state


@pytest.mark.parametrize("place", ["scenarios/shed.en.yaml", "shed.en.yaml"])
def test_a_file_is_played_by_its_path(
    library: Path, place: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if "/" not in place:  # a story and its people, loose in a folder
        for path in [*library.glob("*/*.yaml")]:
            path.rename(library / path.name)
        for folder in ("scenarios", "characters"):
            (library / folder).rmdir()
    script = library / "lines.txt"
    script.write_text("Goodbye, Ann.\n", encoding="utf-8")
    monkeypatch.chdir(library)
    arguments = ["--script", str(script), "--saves", str(library / "saves"), "--seed", "1"]
    assert main(["play", place, *arguments]) == 0
    assert "You walk home." in capsys.readouterr().out


def test_what_differs_is_named_by_ids() -> None:
    before = {"scenes": {"a": {"beats": [{"id": "x", "says": ["1"]}, {"id": "y"}]}}}
    after = {"scenes": {"a": {"beats": [{"id": "x", "says": ["2"]}, {"id": "z"}]}}, "title": "t"}
    assert list(differences(before, after)) == [
        ("changed", "scenes › a › beats › x › says › 1"),
        ("removed", "scenes › a › beats › y"),
        ("added", "scenes › a › beats › z"),
        ("added", "title"),
    ]
