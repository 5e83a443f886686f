"""Every recorded play goes as recorded, at one stretch and closed and opened after each event."""

from __future__ import annotations

from pathlib import Path

import pytest

from game.app import App
from game.authoring.plays import Play, parse, run
from game.options import Options
from game.rules import begin
from game.session import Session
from tests.conftest import CONTENT

ROOT = Path(__file__).parent / "plays"
PLAYS = sorted(ROOT.rglob("*.play"))


def _session(app: App, play: Play) -> Session:
    story = app.library.load(play.scenario, play.language, play.puzzle)
    return app.begin(story, events=[begin(story, play.seed, play.found)])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return App(Options(saves=tmp_path_factory.mktemp("saves"), content=(CONTENT,)))


def test_there_are_plays() -> None:
    assert PLAYS


@pytest.mark.parametrize("reopen", [False, True], ids=["plain", "reopened"])
@pytest.mark.parametrize("path", PLAYS, ids=lambda one: one.relative_to(ROOT).as_posix())
def test_play(app: App, path: Path, reopen: bool) -> None:
    play = parse(path.read_text(encoding="utf-8"))
    game = _session(app, play)
    again = (lambda session: app.open(session.save_id)) if reopen else None
    assert run(play, game, again) == []


def test_a_play_that_goes_otherwise_says_where(app: App) -> None:
    text = "scenario: tea\nseed: 1\n\n>> offer_help\n  goal way_out\n>> leave\n>> go_down\n"
    play = parse(text)
    problems = run(play, _session(app, play))
    assert [one.split(":")[0] for one in problems] == ["line 4", "line 6", "line 7"]


@pytest.mark.parametrize("text", ["scenery: x", "  beat early", "seed: 1\nwhat is this"])
def test_a_malformed_play_names_its_line(text: str) -> None:
    with pytest.raises(ValueError, match="line "):
        parse(text)
