"""The pictures: every one that a story names is there, harmless, small and drawn in its mood."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ART = ROOT / "game" / "ui" / "web" / "static" / "art"
PICTURES = sorted(ART.glob("*.svg"))
MOODS = ("calm", "warm", "cold")
BUST, STAGE, CARD = (400, 520), (1600, 900), (640, 400)
KILOBYTES = {BUST: 8, STAGE: 14, CARD: 12, (320, 320): 8, (64, 64): 2}
SVG = "{http://www.w3.org/2000/svg}"
# What our style is drawn with; whatever else a file may hold (scripts, pages, links, text in a
# font, embedded photographs) is not in here.
DRAWN = re.compile(
    "svg|g|defs|use|style|path|rect|circle|ellipse|linearGradient|radialGradient|stop|pattern"
    "|clipPath|mask|filter|feGaussianBlur"
)


# Read by eye, not by YAML: the big files of a story take seconds to parse.
PICTURE = re.compile(r"\b(cover|background|calm|warm|cold):\s*[\"']?([\w.-]+\.svg)")
Named = dict[str, set[str]]


def named(path: Path) -> Named:
    """Pictures that a file of the shipped content names, by what they are for."""
    found: Named = {key: set() for key in ("cover", "background", *MOODS)}
    for key, name in PICTURE.findall(path.read_text(encoding="utf-8")):
        found[key].add(name)
    return found


CHARACTERS = {path.name: named(path) for path in sorted((ROOT / "characters").glob("*.yaml"))}
SCENARIOS = {path.name: named(path) for path in sorted((ROOT / "scenarios").glob("*.yaml"))}
PORTRAITS = {name for one in CHARACTERS.values() for mood in MOODS for name in one[mood]}
BACKGROUNDS = {name for one in SCENARIOS.values() for name in one["background"]}
COVERS = {name for one in SCENARIOS.values() for name in one["cover"]}
CAST = sorted({path.stem.removesuffix("_calm") for path in ART.glob("*_calm.svg")})


def viewbox(path: Path) -> list[float]:
    return [float(one) for one in ET.parse(path).getroot().attrib["viewBox"].split()]


def test_whatever_the_stories_name_is_there() -> None:
    assert PORTRAITS and BACKGROUNDS and COVERS
    missing = {name for name in PORTRAITS | BACKGROUNDS | COVERS if not (ART / name).is_file()}
    assert not missing


def test_whoever_has_a_portrait_has_three_moods() -> None:
    for file, character in CHARACTERS.items():
        assert len({len(character[mood]) for mood in MOODS}) == 1, file


def test_a_story_shows_the_same_pictures_in_both_languages() -> None:
    for files in (CHARACTERS, SCENARIOS):
        for file, pictures in files.items():
            assert pictures == files.get(file.replace(".en.", ".zh."), pictures), file


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_holds_nothing_but_drawing(path: Path) -> None:
    root = ET.parse(path).getroot()
    assert root.tag == f"{SVG}svg"
    x, y, width, height = viewbox(path)
    assert (x, y) == (0, 0) and width > 0 and height > 0
    for element in root.iter():
        assert DRAWN.fullmatch(element.tag.removeprefix(SVG)), element.tag
        for attribute, value in element.attrib.items():
            assert not attribute.lower().startswith("on")
            if attribute.rsplit("}")[-1] == "href":
                assert value.startswith("#")
            assert all(one.startswith("#") for one in re.findall(r"url\(\s*['\"]?(.)", value))
        assert "url(" not in (element.text or "") and "@import" not in (element.text or "")
    assert not re.search(r"<!DOCTYPE|<!ENTITY|<\?xml-|javascript:|data:", path.read_text("utf-8"))


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_ids_are_unique_and_every_reference_leads_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text)) <= {
        pair for one in ids for pair in ((one, ""), ("", one))
    }


def test_what_a_picture_is_for_gives_its_shape() -> None:
    for names, shape in ((PORTRAITS, BUST), (BACKGROUNDS, STAGE), (COVERS - BACKGROUNDS, CARD)):
        assert {name for name in names if viewbox(ART / name)[2:] != list(shape)} == set()


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_is_light(path: Path) -> None:
    width, height = viewbox(path)[2:]
    assert path.stat().st_size <= KILOBYTES[width, height] * 1024


@pytest.mark.parametrize("who", CAST)
def test_moods_are_drawn_apart(who: str) -> None:
    shapes = {}
    for mood in MOODS:
        root = ET.parse(ART / f"{who}_{mood}.svg").getroot()
        shapes[mood] = {one.attrib["d"] for one in root.iter(f"{SVG}path") if "d" in one.attrib}
    # One person: some sheets are shared. Another mood: eyes, brows, mouth, hands are cut anew.
    assert shapes["calm"] & shapes["warm"] & shapes["cold"]
    for mood in MOODS:
        others = set().union(*(shapes[one] for one in MOODS if one != mood))
        assert len(shapes[mood] - others) >= 3, mood


def test_the_house_has_an_emblem_and_an_icon() -> None:
    for name, side in (("emblem", 320), ("favicon", 64)):
        assert viewbox(ART / f"{name}.svg") == [0, 0, side, side]
