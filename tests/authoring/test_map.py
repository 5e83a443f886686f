"""A story's map holds everything the story has, as SVG that parses and Mermaid that is quoted."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from game.__main__ import main
from game.authoring.chart import chart
from game.authoring.chart_mermaid import mermaid
from game.authoring.chart_svg import svg
from game.authoring.explore import Explorer
from game.loader import Library
from game.ui import locale

STORIES = [(head.id, lang) for lang in ("zh", "en") for head in Library().heads(lang)
           if head.kind != "puzzles"]  # fmt: skip
KEYS = ("goals", "endings", "met", "unmet", "unknown", "auto", "roll", "go")


@pytest.mark.parametrize(("name", "language"), STORIES)
def test_a_map_shows_every_beat_and_ending_without_overlaps(name: str, language: str) -> None:
    story = Library().load(name, language)
    drawn = chart(story, Explorer(story).begun()[0], {"beat nothing": 1})
    words = {key: locale.text(language, f"map.{key}") for key in KEYS}
    root = ElementTree.fromstring(svg(drawn, words))
    told = {node.text.split(" ")[0] for node in root.iter() if node.tag.endswith("title")}
    beats = {beat.id for scene in story.scenario.scenes.values() for beat in scene.beats}
    assert beats | {one.id for one in story.scenario.endings} <= told
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    frames = [
        tuple(float(node.attrib[key]) for key in ("x", "y", "width", "height"))
        for node in root.iter() if node.tag.endswith("rect") and "rx" in node.attrib
        and float(node.attrib["width"]) > 100
    ]  # fmt: skip
    for index, (x, y, w, h) in enumerate(frames):
        assert x + w <= width and y + h <= height
        for x2, y2, w2, h2 in frames[:index]:
            apart = x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
            assert apart


def test_mermaid_text_keeps_its_quotes() -> None:
    story = Library().load("last_door", "en")
    text = mermaid(chart(story, Explorer(story).begun()[0]))
    nodes = [line for line in text.splitlines() if line.startswith("    b_")]
    assert nodes and all(line.count('"') == 2 for line in nodes)


def test_the_command_writes_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shed = Path(__file__).resolve().parents[2] / "docs/lint/story/scenarios/shed.en.yaml"
    files = [tmp_path / "a.svg", tmp_path / "a.mmd"]
    arguments = ["--lang", "en", "--svg", str(files[0]), "--mermaid", str(files[1])]
    assert main(["map", str(shed), *arguments]) == 0
    assert all(str(path) in capsys.readouterr().out or path.exists() for path in files)
    assert "b_take_bike -.-> e_ride" in files[1].read_text(encoding="utf-8")
    assert main(["map", "puzzles", "--lang", "en"]) == 2
    empty = ["--svg", str(files[0]), "--saves", str(tmp_path)]
    assert main(["map", str(shed), "--lang", "en", *empty]) == 0, "nobody has played it yet"
    assert "stroke-dasharray" in files[0].read_text(encoding="utf-8")
