"""What the README shows is true: its files load, lint and play, and its links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from game.authoring.lint import check
from game.loader import Library
from game.session import Session
from game.state import Phase
from tests.conftest import events_of

ROOT = Path(__file__).resolve().parent.parent
READMES = [ROOT / "README.md", ROOT / "README_zh.md"]
PAGES = [*READMES, ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _write(page: Path, folder: Path) -> None:
    """The files a README shows, each named in its first line."""
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        name = block.split("\n", 1)[0].removeprefix("# ").strip()
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block, encoding="utf-8")


@pytest.mark.parametrize("page", READMES, ids=lambda one: one.name)
def test_the_first_story_plays_to_its_ending(
    page: Path, tmp_path: Path, start: Callable[..., Session]
) -> None:
    _write(page, tmp_path)
    language = "zh" if page.name.endswith("_zh.md") else "en"
    library = Library([tmp_path])
    assert [one for one in check(library, "letter", language) if one.severity == "error"] == []
    game = start(library.load("letter", language))
    events_of(game.resume())
    events_of(game.choose("ask_stamp"))
    events_of(game.choose("claim"))
    assert (game.phase, game.state.ending) == (Phase.OVER, "delivered")


@pytest.mark.parametrize("page", PAGES, ids=lambda one: one.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [one for one in links if not one.startswith(("http:", "https:", "mailto:"))]
    assert [one for one in local if not (page.parent / one).exists()] == []
