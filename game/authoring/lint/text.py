"""Rules about what is read and seen: raw templates, lore that can't fire, pictures, length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel

from ...checks import strings
from ...loader import ROOT
from ...story import LoreEntry, TemplateMark
from ...yamlfile import Path
from .subject import Rule, Subject

Found = Iterator[tuple[Path, dict[str, object]]]

# Where pictures are looked for, beside the story's own folder.
ART = ROOT / "game" / "ui" / "web" / "static" / "art"
# What a model can spare for one character's description, in characters of its language.
MOST_DESCRIBED = {"zh": 1600, "en": 5000}
# What a template renders; and what looks like a name in braces that it does not.
_TAGS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_LONE = re.compile(r"\{\s*[A-Za-z_][\w.]*\s*\}|[{%]\}")
FEWEST_LINES = 20
# Words that stand in almost any line: a key made of one fires always.
COMMON = frozenset(
    {"的", "了", "是", "我", "你", "他", "她", "不", "在", "有", "the", "a", "an", "i", "you"}
    | {"he", "she", "it", "is", "are", "and", "or", "to", "of", "in", "on"}
)


def parts_of(subject: Subject) -> Iterator[tuple[str, BaseModel]]:
    """The story's files by their short names, as the types they were read into."""
    if not subject.story.id.startswith("talk:"):
        yield subject.main, subject.story.scenario
    for name, character in subject.story.cast.items():
        yield f"characters/{name}", character


def _raw_template(subject: Subject) -> Found:
    """Braces in a field that is shown as it is, or single ones in a template."""
    for file, model in parts_of(subject):
        rendered = {path: mark for path, mark, _ in strings(model)}
        for path, text in plain_strings(model):
            if path not in rendered and ("{{" in text or "{%" in text):
                yield path, {"file": file, "text": text[:40]}
            elif rendered.get(path) is TemplateMark and (lone := _LONE.search(_TAGS.sub("", text))):
                yield path, {"file": file, "text": lone[0][:40]}


def plain_strings(model: BaseModel, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every string in a model, whatever it means, with its path."""
    for name in type(model).model_fields:
        yield from _strings_in(getattr(model, name), (*path, name))


def _strings_in(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from plain_strings(value, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings_in(item, (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _strings_in(item, (*path, index))


def _lore(subject: Subject) -> Iterator[tuple[str, Path, LoreEntry]]:
    if subject.scenario:
        for index, entry in enumerate(subject.scenario.lore):
            yield subject.main, ("lore", index), entry
    for name, character in subject.story.cast.items():
        for index, entry in enumerate(character.lore):
            yield f"characters/{name}", ("lore", index), entry


def _lore_never(subject: Subject) -> Found:
    for file, path, entry in _lore(subject):
        if not entry.constant and not any(key.strip() for key in entry.keys):
            yield path, {"file": file}


def _lore_always(subject: Subject) -> Found:
    """A key that is a word of all lines, or stands in half of what this story's players may say."""
    lines = [line.casefold() for line in _said_by_players(subject)]
    for file, path, entry in _lore(subject):
        for key in () if entry.constant else entry.keys:
            word = key.strip().casefold()
            often = sum(word in line for line in lines) > max(FEWEST_LINES, len(lines)) / 2
            if word in COMMON or (word and often):
                yield path, {"file": file, "key": key}


def _said_by_players(subject: Subject) -> Iterator[str]:
    scenes = subject.scenario.scenes.values() if subject.scenario else ()
    yield from (line for scene in scenes for beat in scene.beats for line in beat.hears)


def _missing_picture(subject: Subject) -> Found:
    for file, path, name in _pictures(subject):
        if name and not _drawn(subject, name):
            yield path, {"file": file, "name": name}


def _pictures(subject: Subject) -> Iterator[tuple[str, Path, str]]:
    content = subject.story.scenario
    if not subject.story.id.startswith("talk:"):
        yield subject.main, ("cover",), content.cover
    if subject.scenario:
        for name, scene in subject.scenario.scenes.items():
            yield subject.main, ("scenes", name, "background"), scene.background
    elif subject.pack:
        yield subject.main, ("background",), subject.pack.background
    for name, character in subject.story.cast.items():
        for mood in ("calm", "warm", "cold"):
            picture = getattr(character.portrait, mood)
            yield f"characters/{name}", ("portrait", mood), picture


def _drawn(subject: Subject, name: str) -> bool:
    if FilePath(name).name != name:
        return False
    folders = [root / "art" for root in subject.library.roots]
    return any((folder / name).is_file() for folder in (ART, *folders))


def _long_description(subject: Subject) -> Found:
    most = MOST_DESCRIBED[subject.story.language]
    for name, one in subject.story.cast.items():
        told = (one.identity, one.interests, one.viewpoints, one.experiences, one.achievements)
        rest = (one.relationships, one.other, one.personality, one.speech.style)
        length = sum(map(len, (*told, *rest)))
        if length > most:
            yield ("identity",), {"file": f"characters/{name}", "count": length, "most": most}


RULES = (
    Rule("raw_template", "error", _raw_template),
    Rule("lore_never", "warning", _lore_never),
    Rule("lore_always", "warning", _lore_always),
    Rule("missing_picture", "warning", _missing_picture),
    Rule("long_description", "warning", _long_description),
)
