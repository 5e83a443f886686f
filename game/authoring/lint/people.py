"""Rules about who and what is named: characters nobody casts, ids one slip apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

from rapidfuzz.distance import OSA

from ... import yamlfile
from ...errors import ContentError
from ...yamlfile import Path
from .structure import beats
from .subject import Rule, Subject

Found = Iterator[tuple[Path, dict[str, object]]]


def _unused_character(subject: Subject) -> Found:
    """Seen from a free talk, which is how a character is linted alone."""
    if not subject.story.id.startswith("talk:"):
        return
    name = next(iter(subject.story.cast))
    library, language = subject.library, subject.story.language
    for head in library.heads(language):
        try:
            data = yamlfile.read(head.file.read_text(encoding="utf-8"), head.file.name).data
        except (ContentError, OSError, ValueError):
            continue
        cast = data.get("cast", data.get("host", []))
        if name in ([cast] if isinstance(cast, str) else cast):
            return
    yield (), {"name": name}


def _never_on_stage(subject: Subject) -> Found:
    if scenario := subject.scenario:
        staged = {one.who for scene in scenario.scenes.values() for one in scene.present}
        for index, who in enumerate(scenario.cast):
            if who not in staged:
                yield ("cast", index), {"name": who}


def _near_ids(subject: Subject) -> Found:
    if scenario := subject.scenario:
        kinds: list[list[tuple[Path, str]]] = [
            [(path, beat.id) for path, _, beat in beats(scenario)],
            [(("state", name), name) for name in scenario.state],
            [(("scenes", name), name) for name in scenario.scenes],
            [(("goals", n), one.id) for n, one in enumerate(scenario.goals)],
            [(("endings", n), one.id) for n, one in enumerate(scenario.endings)],
        ]
        for (_, one), (path, two) in chain(*(combinations(ids, 2) for ids in kinds)):
            if one != two and _one_slip(one, two):
                yield path, {"name": two, "other": one}


def _one_slip(one: str, two: str) -> bool:
    # Short and numbered names, and those with another letter (ask_who, ask_why), differ on purpose:
    # a slip leaves a letter out, doubles one, or swaps two.
    if min(len(one), len(two)) < 6 or one.rstrip("0123456789") == two.rstrip("0123456789"):
        return False
    return OSA.distance(one, two) == 1 and (len(one) != len(two) or sorted(one) == sorted(two))


RULES = (
    Rule("unused_character", "warning", _unused_character),
    Rule("never_on_stage", "warning", _never_on_stage),
    Rule("near_ids", "warning", _near_ids),
)
