"""Rules about what a beat hears and is called: whether a player's line can find it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from rapidfuzz import fuzz

from ...matching.normalize import clean
from ...stage import open_beats
from ...yamlfile import Path
from .structure import beats
from .subject import Rule, Subject

# Alike from here on, in hundredths: measured on examples that authors themselves mixed up.
TOO_ALIKE = 84

Found = Iterator[tuple[Path, dict[str, object]]]


def _mute_beat(subject: Subject) -> Found:
    if scenario := subject.scenario:
        for path, _, beat in beats(scenario):
            outcomes = (beat.roll.success, beat.roll.failure) if beat.roll else ()
            voiced = any(one.says or one.tells or one.go for one in (beat, *outcomes))
            missing = [] if voiced else ["says"]
            if not beat.auto:
                missing += [name for name in ("means", "hears") if not getattr(beat, name)]
            if missing:
                yield path, {"name": beat.id, "missing": ", ".join(missing)}


def _no_label(subject: Subject) -> Found:
    if scenario := subject.scenario:
        for path, _, beat in beats(scenario):
            if not beat.auto and not beat.label and not beat.suggest:
                yield path, {"name": beat.id}


def _similar_hears(subject: Subject) -> Found:
    """Two examples of beats that are possible together, and that only luck tells apart."""
    if scenario := subject.scenario:
        language = subject.story.language
        together = _open_together(subject)
        by_scene: dict[str, list[tuple[Path, str, str]]] = {}
        for path, scene, beat in beats(scenario):
            for index, line in enumerate(() if beat.auto else beat.hears):
                place = (*path, "hears", index)
                by_scene.setdefault(scene, []).append((place, beat.id, clean(line, language)))
        for lines in by_scene.values():
            for (_, one, first), (place, two, second) in combinations(lines, 2):
                rivals = one != two and frozenset((one, two)) in together
                if rivals and fuzz.ratio(first, second) >= TOO_ALIKE:
                    yield place, {"line": second, "name": two, "other": one}


def _open_together(subject: Subject) -> set[frozenset[str]]:
    found: set[frozenset[str]] = set()
    for node in subject.atlas.nodes.values():
        ids = [beat.id for beat in open_beats(subject.story, node.state)]
        found.update(frozenset(pair) for pair in combinations(ids, 2))
    return found


def _few_hears(subject: Subject) -> Found:
    if scenario := subject.scenario:
        for path, _, beat in beats(scenario):
            if not beat.auto and 0 < len(beat.hears) < 3:
                yield (*path, "hears"), {"name": beat.id, "count": len(beat.hears)}


RULES = (
    Rule("mute_beat", "warning", _mute_beat),
    Rule("no_label", "warning", _no_label),
    Rule("similar_hears", "warning", _similar_hears),
    Rule("few_hears", "warning", _few_hears),
)
