"""What `new` makes plays as it stands, and nothing that is there is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from game.__main__ import main
from game.app import App
from game.authoring.lint import check
from game.authoring.playtest import playtest
from game.authoring.puzzletest import playtest_pack
from game.loader import ROOT, TALK, Library
from game.options import Options
from game.state import Phase


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["character", "scenario", "puzzles"])
def test_a_new_file_loads_passes_lint_and_plays(tmp_path: Path, kind: str, language: str) -> None:
    assert main(["new", kind, "old_house", "--lang", language, "--out", str(tmp_path)]) == 0
    folder = "characters" if kind == "character" else "scenarios"
    path = tmp_path / folder / f"old_house.{language}.yaml"
    first = path.read_text(encoding="utf-8").splitlines()[0]
    schema = path.parent / first.partition("$schema=")[2]
    assert first.startswith("# yaml-language-server:") and schema.resolve().is_file()

    name = f"{TALK}old_house" if kind == "character" else "old_house"
    library = Library([tmp_path, ROOT])
    found = {one.code for one in check(library, name, language) if "old_house" in one.file}
    assert found <= {"unused_character", "few_questions"}, "it is only a beginning"

    app = App(Options(language, content=(tmp_path,), saves=tmp_path / "saves"))
    game = app.new(name, language, seed=1)
    list(game.resume())
    assert game.phase is Phase.PLAYER and game.state.transcript


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_new_story_and_a_new_puzzle_can_be_played_to_their_ends(
    tmp_path: Path, language: str
) -> None:
    for kind in ("scenario", "puzzles"):
        main(["new", kind, f"my_{kind}", "--lang", language, "--out", str(tmp_path)])
    library = Library([tmp_path, ROOT])
    assert playtest(library.load("my_scenario", language), most=2_000, plays=20).report.passed
    report = playtest_pack(library.load("my_puzzles", language))
    assert report.passed and not report.puzzles[0].unheard


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["new", "scenario", "mine", "--lang", "en", "--out", str(tmp_path)]
    assert main(arguments) == 0
    path = tmp_path / "scenarios" / "mine.en.yaml"
    path.write_text("mine", encoding="utf-8")
    assert main(arguments) == 1
    assert path.read_text(encoding="utf-8") == "mine"
    assert "mine.en.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["Mine", "../mine", "my story", "1st", ""])
def test_a_name_that_is_no_id_is_refused(tmp_path: Path, name: str) -> None:
    assert main(["new", "scenario", name, "--lang", "zh", "--out", str(tmp_path)]) == 2
    assert not list(tmp_path.iterdir())
