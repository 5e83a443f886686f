"""Rules about a story's shape: what can't be reached, what can't be left, what is never true."""

from __future__ import annotations

from collections.abc import Iterator

from ... import templates
from ...checks import strings
from ...story import Beat, ExprMark, Scenario
from ...yamlfile import Path
from .subject import Rule, Subject

MOST_OPEN = 7

Found = Iterator[tuple[Path, dict[str, object]]]


def beats(scenario: Scenario) -> Iterator[tuple[Path, str, Beat]]:
    """Every beat with its path and its scene."""
    for name, scene in scenario.scenes.items():
        for index, beat in enumerate(scene.beats):
            yield ("scenes", name, "beats", index), name, beat


def _unreachable(subject: Subject) -> Found:
    if scenario := subject.scenario:
        places: list[tuple[str, str, Path]] = [
            ("scene", name, ("scenes", name)) for name in scenario.scenes
        ]
        places += [("beat", beat.id, path) for path, _, beat in beats(scenario)]
        places += [("goal", one.id, ("goals", n)) for n, one in enumerate(scenario.goals)]
        places += [("ending", one.id, ("endings", n)) for n, one in enumerate(scenario.endings)]
        for kind, name, path in places:
            if f"{kind} {name}" not in subject.reached:
                yield path, {"kind": kind, "name": name, "states": len(subject.atlas.nodes)}


def _not_by_suggestions(subject: Subject) -> Found:
    if scenario := subject.scenario:
        for index, ending in enumerate(scenario.endings):
            key = f"ending {ending.id}"
            if key in subject.reached and key not in subject.suggested:
                yield ("endings", index), {"name": ending.id}


def _dead_end(subject: Subject) -> Found:
    if subject.scenario:
        for key in subject.atlas.stuck()[:1]:
            path = " → ".join(str(move) for move in subject.atlas.path(key)) or "…"
            scene = subject.atlas.nodes[key].state.scene
            yield ("scenes", scene), {"name": scene, "way": path}


def _too_many_open(subject: Subject) -> Found:
    if subject.scenario and subject.atlas.most_open > MOST_OPEN and subject.atlas.most_open_at:
        scene = subject.atlas.nodes[subject.atlas.most_open_at].state.scene
        count = subject.atlas.most_open
        yield ("scenes", scene), {"name": scene, "count": count, "most": MOST_OPEN}


def _never_read(subject: Subject) -> Found:
    if scenario := subject.scenario:
        read: frozenset[str] = frozenset()
        for path, mark, source in strings(scenario):
            own = {path[-1]} if path[-2:-1] == ("effects",) else set()
            read |= _names(mark, source) - own  # counting up is not yet asking for the count
        for character in subject.story.cast.values():
            found = (_names(mark, text) for _, mark, text in strings(character))
            read = read.union(*found)
        for name, variable in scenario.state.items():
            if name not in read and variable.show == "none":
                yield ("state", name), {"name": name}


def _names(mark: type, source: str) -> frozenset[str]:
    if mark is ExprMark:
        return templates.expression_names(source)
    return templates.template_names(source) if "{" in source else frozenset()


def _never_changed(subject: Subject) -> Found:
    if scenario := subject.scenario:
        changed: set[str] = set()
        for _, _, beat in beats(scenario):
            changed |= set(beat.effects)
            if beat.roll:
                changed |= set(beat.roll.success.effects) | set(beat.roll.failure.effects)
        for name in scenario.state:
            if name not in changed:
                yield ("state", name), {"name": name}


def _no_ending(subject: Subject) -> Found:
    if (scenario := subject.scenario) and not scenario.endings:
        yield (), {}


RULES = (
    Rule("unreachable", "error", _unreachable),
    Rule("not_by_suggestions", "warning", _not_by_suggestions),
    Rule("dead_end", "error", _dead_end),
    Rule("too_many_open", "warning", _too_many_open),
    Rule("never_read", "warning", _never_read),
    Rule("never_changed", "warning", _never_changed),
    Rule("no_ending", "error", _no_ending),
)
