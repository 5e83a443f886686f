"""Rules about a story's shape: what can't be reached, what can't be left, what is never true."""

from __future__ import annotations

from collections.abc import Iterator

from ... import templates
from ...checks import strings
from ...stage import holds, names
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
        reached = subject.atlas.reached
        places: list[tuple[str, str, Path]] = [
            ("scene", name, ("scenes", name)) for name in scenario.scenes
        ]
        places += [("beat", beat.id, path) for path, _, beat in beats(scenario)]
        places += [("goal", one.id, ("goals", n)) for n, one in enumerate(scenario.goals)]
        places += [("ending", one.id, ("endings", n)) for n, one in enumerate(scenario.endings)]
        limited = not subject.atlas.complete
        for kind, name, path in places:
            if f"{kind} {name}" not in reached and not (limited and _is_late(scenario, name)):
                states = len(subject.atlas.nodes)
                yield path, {"kind": kind, "name": name, "states": states}


def _is_late(scenario: Scenario, name: str) -> bool:
    """Whether something waits for a clock, which a bounded search may not have run down."""
    clocks = {"turns", "turns_in_scene"}
    for beat in (one for _, _, one in beats(scenario)):
        if beat.id == name and beat.when and clocks & templates.expression_names(beat.when):
            return True
    return any(one.id == name and one.kind == "timeout" for one in scenario.endings)


def _not_by_suggestions(subject: Subject) -> Found:
    if scenario := subject.scenario:
        for index, ending in enumerate(scenario.endings):
            key = f"ending {ending.id}"
            late = not subject.suggested.complete and ending.kind == "timeout"
            if key in subject.atlas.reached and key not in subject.suggested.reached and not late:
                yield ("endings", index), {"name": ending.id}


def _dead_end(subject: Subject) -> Found:
    if subject.scenario and subject.atlas.complete:
        for key in subject.atlas.stuck()[:1]:
            path = " → ".join(str(move) for move in subject.atlas.path(key)) or "…"
            scene = subject.atlas.nodes[key].state.scene
            yield ("scenes", scene), {"name": scene, "way": path}


def _too_many_open(subject: Subject) -> Found:
    if subject.scenario and subject.atlas.most_open > MOST_OPEN and subject.atlas.most_open_at:
        scene = subject.atlas.nodes[subject.atlas.most_open_at].state.scene
        count = subject.atlas.most_open
        yield ("scenes", scene), {"name": scene, "count": count, "most": MOST_OPEN}


def _constant_condition(subject: Subject) -> Found:
    """A `when` that is true in every state its scene was met in, or in none."""
    if scenario := subject.scenario:
        contexts: dict[str, list[dict[str, object]]] = {}
        for node in subject.atlas.nodes.values():
            contexts.setdefault(node.state.scene, []).append(names(subject.story, node.state))
        for path, scene, beat in beats(scenario):
            met = contexts.get(scene, [])
            if beat.when is None or len(met) < 2 or f"beat {beat.id}" not in subject.atlas.reached:
                continue
            if all(holds(subject.story, beat.when, one) for one in met) and not beat.auto:
                yield (*path, "when"), {"when": beat.when}


def _never_read(subject: Subject) -> Found:
    if scenario := subject.scenario:
        read = frozenset().union(*(_names(mark, text) for _, mark, text in strings(scenario)))
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
    Rule("constant_condition", "warning", _constant_condition),
    Rule("never_read", "warning", _never_read),
    Rule("never_changed", "warning", _never_changed),
    Rule("no_ending", "error", _no_ending),
)
