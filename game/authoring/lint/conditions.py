"""Rules about conditions: what is never true, and what is true whatever one does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ...checks import strings
from ...stage import holds
from ...story import ExprMark, Scenario
from ...yamlfile import Path
from .structure import beats
from .subject import Check, Rule, Subject
from .text import parts_of

Found = Iterator[tuple[Path, dict[str, object]]]
Contexts = Sequence[Mapping[str, Any]]


def _always_true(subject: Subject) -> Found:
    """A beat's `when` that holds in every state of its scene, or one that always holds at all."""
    if scenario := subject.scenario:
        for path, scene, beat in beats(scenario):
            met = subject.contexts.get(scene, [])
            asked = beat.when and f"beat {beat.id}" in subject.reached and len(met) > 1
            if beat.when and asked and _all_hold(subject, beat.when, met):
                yield (*path, "when"), {"when": beat.when}
        every = _everywhere(subject)
        for index, hint in enumerate(scenario.hints):
            if hint.when and _all_hold(subject, hint.when, every):
                yield ("hints", index, "when"), {"when": hint.when}


def _done_at_once(subject: Subject) -> Found:
    """A goal or an ending that holds before the player has done anything."""
    if scenario := subject.scenario:
        first = next(iter(subject.courses[0].states))
        for name in first.goals:
            index = [one.id for one in scenario.goals].index(name)
            yield ("goals", index, "when"), {"name": name}
        if first.ending:
            index = [one.id for one in scenario.endings].index(first.ending)
            yield ("endings", index, "when"), {"name": first.ending}


def _never_true(subject: Subject) -> Found:
    """A condition of a hint, a note, a variant, lore, or somebody's presence that never holds."""
    if subject.scenario is None:
        return
    every = _everywhere(subject)
    for file, model in parts_of(subject):
        for path, mark, source in strings(model):
            if mark is not ExprMark or path[-1] != "when" or _reported_elsewhere(path):
                continue
            if not any(holds(subject.story, source, one) for one in every):
                yield path, {"file": file, "when": source}


def _reported_elsewhere(path: Path) -> bool:
    """What can't be met because of its condition is `unreachable`."""
    if path[0] in ("goals", "endings"):
        return True
    return len(path) == 5 and path[2] == "beats"


def _unknown(group: str) -> Check:
    """A rule about names in conditions and texts that `group` will never hold."""
    asked = re.compile(rf"""['"](\w+)['"]\s+(?:not\s+)?in\s+{group}\b""")
    if group == "visited":
        asked = re.compile(asked.pattern + r"""|\bscene\s*[!=]=\s*['"](\w+)['"]""")

    def look(subject: Subject) -> Found:
        if subject.scenario is None:
            return
        scenes = _known(subject.scenario, group)
        for file, model in parts_of(subject):
            # A character may also be met in free talk, whose one scene is called so.
            talked = group == "visited" and file.startswith("characters/")
            known = [*scenes, "talk"] if talked else scenes
            for path, _, source in strings(model):
                for match in asked.finditer(source):
                    name = next(one for one in match.groups() if one)
                    if name not in known:
                        near = get_close_matches(name, known, 1)
                        yield path, {"file": file, "name": name, "near": near[0] if near else ""}

    return look


def _known(scenario: Scenario, group: str) -> list[str]:
    if group == "happened":
        return [beat.id for _, _, beat in beats(scenario)]
    if group == "visited":
        return list(scenario.scenes)
    return [one.id for one in (scenario.goals if group == "goals" else scenario.endings)]


def _everywhere(subject: Subject) -> Contexts:
    return [context for group in subject.contexts.values() for context in group]


def _all_hold(subject: Subject, when: str, contexts: Contexts) -> bool:
    return all(holds(subject.story, when, one) for one in contexts)


RULES = (
    Rule("always_true", "warning", _always_true),
    Rule("never_true", "warning", _never_true),
    Rule("done_at_once", "error", _done_at_once),
    Rule("unknown_beat", "error", _unknown("happened")),
    Rule("unknown_scene", "error", _unknown("visited")),
    Rule("unknown_goal", "error", _unknown("goals")),
    Rule("unknown_ending", "error", _unknown("found")),
)
