"""Playtest, recording and coverage on a small story whose states can be counted by hand."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from game.__main__ import main
from game.app import App
from game.authoring.coverage import coverages, grouped
from game.authoring.explore import Explorer
from game.authoring.plays import parse, run
from game.authoring.playtest import playtest
from game.authoring.puzzletest import playtest_pack
from game.authoring.recording import beginnings, record
from game.loader import Library
from game.options import Options
from game.rules import begin
from game.story import Story
from tests.conftest import CONTENT

PAGES = Path(__file__).resolve().parents[2] / "docs" / "lint" / "story"


@pytest.fixture(scope="module")
def shed() -> Story:
    return Library([PAGES]).load("shed", "en")


def test_every_state_of_a_small_story_is_visited_once(shed: Story) -> None:
    atlas = Explorer(shed).run(1_000)
    # yard without and with the key, the shed, and the three ways to be over (home twice)
    assert atlas.complete
    assert len(atlas.nodes) == 6
    assert [move.beat for move in atlas.ways()["ride"]] == ["ask_key", "open_shed", "take_bike"]
    assert atlas.stuck() == []


def test_the_report_counts_what_was_met(shed: Story) -> None:
    report = playtest(shed, most=1_000, plays=20).report
    assert report.passed
    assert report.complete
    assert report.counts == {"scene": (2, 2), "beat": (4, 4), "goal": (1, 1), "ending": (2, 2)}
    assert report.paths["home"] == ["leave"]
    assert sum(report.random.values()) == pytest.approx(100, abs=0.5)


def test_a_story_within_a_bound_says_so(tea: Story) -> None:
    report = playtest(tea, most=10, plays=10).report
    assert not report.complete
    assert report.states >= 10


@pytest.mark.parametrize("typed", [False, True], ids=["suggested", "typed"])
def test_recorded_ways_can_be_played_again(tea: Story, typed: bool, tmp_path: Path) -> None:
    found = playtest(tea, most=2_000, plays=60)
    assert set(found.ways) == {"out", "gone", "dawn"}, "nobody gets the trust that twice asks for"
    app = App(Options(saves=tmp_path, content=(CONTENT,)))
    for ending, ways in found.ways.items():
        text = record(tea, ending, ways, typed)
        assert text is not None, ending
        play = parse(text)
        assert play.found == (), "a newcomer can go there"
        assert run(play, app.begin(tea, events=[begin(tea, play.seed, play.found)])) == []
        assert f"ending {ending}" in text
        assert typed == all(not line.startswith(">> ") for line in text.splitlines())


def test_what_a_story_asks_of_earlier_games(tea: Story, shed: Story) -> None:
    assert beginnings(shed) == [()]
    assert beginnings(tea) == [(), ("out", "gone", "twice", "dawn")]


def test_a_puzzle_is_solved_by_what_is_offered() -> None:
    report = playtest_pack(Library([PAGES]).load("riddle", "en"))
    assert report.passed
    assert report.puzzles[0].by_options == 2


def test_the_command_reports_as_json_and_records(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    story = str(PAGES / "scenarios" / "shed.en.yaml")
    arguments = ["--lang", "en", "--most", "200", "--record", str(tmp_path)]
    assert main(["playtest", story, "--json", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["passed"]
    names = sorted(path.name for path in (tmp_path / "shed").iterdir())
    assert names == ["home.en.play", "home.typed.en.play", "ride.en.play", "ride.typed.en.play"]
    assert main(["playtest", story, "--lang", "zh"]) == 2, "there is no Chinese file"
    assert "shed.zh.yaml" in capsys.readouterr().err


def test_coverage_counts_games_and_groups_what_was_missed(tmp_path: Path) -> None:
    app = App(Options(saves=tmp_path, content=(PAGES,), language="en"))
    for lines in (["purple monkey dishwasher", "Goodbye Ann"], ["purple monkey dishwashers!"]):
        game = app.new("shed", "en", seed=1)
        for line in ["", *lines]:
            list(game.play(line) if line else game.resume())
    found = coverages(app.store, "shed", "en")[0]
    assert (found.games, found.finished) == (2, 1)
    assert found.met["ending home"] == 1
    assert found.left == Counter({"yard": 1})
    assert [one.count for one in found.missed["yard"]] == [2]
    assert found.before["home"] == Counter({"leave": 1})


def test_lines_alike_are_one_group() -> None:
    lines = Counter({"is it raining": 2, "is it raining?": 1, "where do cats sleep": 1})
    assert [one.count for one in grouped(lines, "en")] == [3, 1]


def test_the_coverage_command_names_what_nobody_met(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = App(Options(saves=tmp_path, content=(PAGES,), language="en"))
    game = app.new("shed", "en", seed=1)
    list(game.resume())
    list(game.choose("leave"))
    arguments = ["coverage", "shed", "--saves", str(tmp_path), "--content", str(PAGES)]
    assert main([*arguments, "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "games: 1, finished: 1" in shown and "ending home: 1" in shown
    never = next(line for line in shown.splitlines() if "nobody met" in line)
    assert "beat open_shed" in never and "beat leave" not in never
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["met"]["beat leave"] == 1


def test_a_map_of_real_games_counts_them(tmp_path: Path) -> None:
    app = App(Options(saves=tmp_path, content=(PAGES,), language="en"))
    for _ in range(2):
        game = app.new("shed", "en", seed=1)
        list(game.resume())
        list(game.choose("leave"))
    picture = tmp_path / "map.svg"
    story = str(PAGES / "scenarios" / "shed.en.yaml")
    arguments = ["--lang", "en", "--svg", str(picture), "--saves", str(tmp_path)]
    assert main(["map", story, *arguments]) == 0
    drawn = picture.read_text(encoding="utf-8")
    assert "×2" in drawn and "stroke-dasharray" in drawn
