"""The tutorial's pieces are the story it ends in, each step plays, and the reference is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from game.authoring import reference
from game.authoring.explore import Explorer
from game.loader import ROOT, Library
from game.state import Phase

_SNIPPET = re.compile(r"```yaml (\S+)\n(.*?)```", re.DOTALL)
PAGES = {"en": ROOT / "docs" / "authoring.md", "zh": ROOT / "docs" / "authoring_zh.md"}


def _snippets(language: str) -> list[tuple[str, Any]]:
    text = PAGES[language].read_text(encoding="utf-8")
    return [(name, yaml.load(one, yaml.CBaseLoader)) for name, one in _SNIPPET.findall(text)]


def _joined(before: Any, piece: Any) -> Any:
    """A further piece of a file: keys are added, entries of lists by their ids."""
    if isinstance(before, dict) and isinstance(piece, dict):
        added = {key: _joined(before.get(key), value) for key, value in piece.items()}
        return {**before, **added}
    if isinstance(before, list) and all("id" in one for one in [*before, *piece]):
        news = {one["id"]: one for one in piece}
        olds = [_joined(one, news.pop(one["id"], {})) for one in before]
        return [*olds, *news.values()]
    return piece


def _by_id(data: Any) -> Any:
    """The order in which the pieces came doesn't count."""
    if isinstance(data, dict):
        return {key: _by_id(value) for key, value in data.items()}
    if isinstance(data, list):
        if data and all(isinstance(one, dict) and "id" in one for one in data):
            return {one["id"]: _by_id(one) for one in data}
        return [_by_id(one) for one in data]
    return data


def _within(part: Any, whole: Any) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and _within(one, whole[key]) for key, one in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return part == whole[: len(part)]
    return bool(part == whole)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_step_plays_and_the_last_is_in_what_ships(language: str, tmp_path: Path) -> None:
    files: dict[str, Any] = {}
    for name, piece in _snippets(language):
        files[name] = _joined(files.get(name, {}), piece)
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(files[name], allow_unicode=True), encoding="utf-8")
        if name.startswith("scenarios/"):
            story = Library([tmp_path]).load("first_steps", language)
            atlas = Explorer(story).run(3_000)
            endings = {one.id for one in story.scenario.endings}
            assert set(atlas.endings()) == endings, "each step is a story with all its endings"
            assert not atlas.stuck()
            assert any(node.state.phase is Phase.PLAYER for node in atlas.nodes.values())
    assert len(files) == 2
    for name, data in files.items():
        shipped = yaml.load((ROOT / name).read_text(encoding="utf-8"), yaml.CBaseLoader)
        # Where the guide shows a few of a kind (small talk, asides), the file that ships has more.
        assert _within(_by_id(data), _by_id(shipped)), name
        assert set(data) == set(shipped), name


def test_the_reference_is_what_the_types_say() -> None:
    for path, text in reference.files().items():
        assert path.read_text(encoding="utf-8") == text, "run: python -m game reference"


def test_every_field_is_described_and_no_other() -> None:
    used = set()
    for model in reference._models():
        for name in model.model_fields:
            own = f"{model.__name__}.{name}"
            used.add(own if own in reference._descriptions() else name)
            for language in PAGES:
                assert reference.description(model, name, language)
    assert used == set(reference._descriptions())


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("**/*.md")), ids=lambda one: one.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
