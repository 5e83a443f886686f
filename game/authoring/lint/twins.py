"""Rules about a story's two languages: the same ids and counts, and each in its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from ...checks import strings
from ...story import TemplateMark
from ...yamlfile import Path
from .subject import Rule, Subject
from .text import parts_of, plain_strings

Found = Iterator[tuple[Path, dict[str, object]]]

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LATIN_RUN = re.compile(r"[A-Za-z][A-Za-z ,.'’!?-]{24,}")
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
# Fields whose number of entries is free: each language hears and says as many as it needs.
_FREE = frozenset({"hears", "keys", "secondary", "catchphrases", "says", "asides", "asks"})
_SKIPPED = frozenset({"hears", "keys", "secondary"})


def _twin_differs(subject: Subject) -> Found:
    """Ids, conditions, effects and counts that are not the same in the other language."""
    if subject.twin is None:
        return
    others = dict(_named(subject.twin))
    for file, model in _named(subject.story):
        mine, other = _unworded(model), _unworded(others.get(file))
        for path in sorted(mine.keys() | other.keys(), key=str):
            if mine.get(path) != other.get(path):
                here, there = mine.get(path, "–"), other.get(path, "–")
                yield path, {"file": file, "here": str(here)[:60], "there": str(there)[:60]}


def _named(story: Any) -> Iterator[tuple[str, BaseModel]]:
    if not story.id.startswith("talk:"):
        yield f"scenarios/{story.id}", story.scenario
    for name, character in story.cast.items():
        yield f"characters/{name}", character


def _unworded(model: BaseModel | None) -> dict[Path, Any]:
    """What the languages share of a file: everything but words."""
    if model is None:
        return {}
    words = {path for path, mark, _ in strings(model) if mark is TemplateMark}
    return {path: value for path, value in _shape(model) if path not in words}


def _shape(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name not in _WORDS:
                yield from _shape(getattr(value, name), (*path, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield (*path, key), "there"
            yield from _shape(item, (*path, key))
    elif isinstance(value, tuple):
        if not _FREE.intersection(path):
            yield path, f"{len(value)} entries"
        if value and isinstance(value[0], BaseModel) and not _FREE.intersection(path):
            for index, item in enumerate(value):
                yield from _shape(item, (*path, index))
    elif value is not None and not (isinstance(value, str) and _FREE.intersection(path)):
        yield path, value


# Fields that are words without being templates.
_WORDS = frozenset(
    {"title", "synopsis", "genre", "label", "name", "tagline", "means", "text", "ask"}
    | {"surface", "bottom", "dialect", "info"}
)


def _untranslated(subject: Subject) -> Found:
    """Lines of the other language, or in both languages letter for letter the same."""
    english = subject.story.language == "en"
    for file, model in parts_of(subject):
        marks = {path: mark for path, mark, _ in strings(model)}
        for path, text in plain_strings(model):
            if _SKIPPED.intersection(path) or marks.get(path, TemplateMark) is not TemplateMark:
                continue
            said = _TEMPLATE.sub("", text)
            foreign = _CHINESE.search(said) if english else _LATIN_RUN.search(said)
            if foreign:
                yield path, {"file": file, "text": said.strip()[:40]}


RULES = (
    Rule("twin_differs", "warning", _twin_differs),
    Rule("untranslated", "warning", _untranslated),
)
