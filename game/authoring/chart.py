"""What a story's map shows: scenes as frames, their beats as rows, and where each leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import ContentError
from ..stage import names, render
from ..state import GameState
from ..story import Beat, Scenario, Story

LONGEST_LEAD = 3  # endings are drawn from the beats that most often come right before them


@dataclass
class Row:
    """A beat on the map."""

    id: str
    label: str
    when: str = ""
    auto: bool = False
    roll: str = ""
    repeat: bool = False
    go: tuple[str, ...] = ()
    met: int | None = None  # how often it was met; None: nothing is known


@dataclass
class Frame:
    """A scene on the map; `column` counts the changes of scene it takes to get there."""

    id: str
    title: str
    column: int
    rows: list[Row] = field(default_factory=list)
    met: int | None = None


@dataclass
class Box:
    """A goal or an ending on the map."""

    id: str
    title: str
    when: str
    kind: str = ""
    met: int | None = None
    after: tuple[str, ...] = ()  # the beats it comes right after


@dataclass
class Chart:
    """A whole map."""

    title: str
    language: str
    start: str
    frames: list[Frame]
    goals: list[Box]
    endings: list[Box]


def chart(
    story: Story,
    state: GameState,
    met: Mapping[str, int] | None = None,
    before: Mapping[str, Counter[str]] | None = None,
) -> Chart:
    """A story's map. `state` is a game's beginning, `met` says how often `beat x`, `scene x`,
    `goal x`, `ending x` were met, and `before` what came right before each ending."""
    scenario = story.scenario
    assert isinstance(scenario, Scenario)
    columns = _columns(scenario)

    def times(name: str) -> int | None:
        return None if met is None else met.get(name, 0)

    def shown(text: str) -> str:
        try:
            return render(story, text, names(story, state))
        except ContentError:
            return text

    frames = [
        Frame(
            name,
            scene.title or name,
            columns[name],
            [_row(beat, shown(_label(beat)), times(f"beat {beat.id}")) for beat in scene.beats],
            times(f"scene {name}"),
        )
        for name, scene in scenario.scenes.items()
    ]
    goals = [Box(g.id, shown(g.text), g.when, "", times(f"goal {g.id}")) for g in scenario.goals]
    last = before or {}
    endings = [
        Box(
            one.id, one.title or one.id, one.when or "", one.kind, times(f"ending {one.id}"),
            tuple(beat for beat, _ in last.get(one.id, Counter()).most_common(LONGEST_LEAD)),
        )
        for one in scenario.endings
    ]  # fmt: skip
    return Chart(scenario.title, story.language, scenario.start, frames, goals, endings)


def _label(beat: Beat) -> str:
    return beat.label or beat.suggest or (beat.hears[0] if beat.hears else "") or beat.id


def _row(beat: Beat, label: str, met: int | None) -> Row:
    outcomes = (beat.roll.success, beat.roll.failure) if beat.roll else ()
    go = tuple(dict.fromkeys(one.go for one in (beat, *outcomes) if one.go))
    roll = f"{beat.roll.dice} ≥ {beat.roll.target}" if beat.roll else ""
    return Row(beat.id, label, beat.when or "", beat.auto, roll, beat.repeat, go, met)


def _columns(scenario: Scenario) -> dict[str, int]:
    """How far each scene is from the start; what can't be reached stands at the end."""
    columns = {scenario.start: 0}
    waiting = [scenario.start]
    while waiting:
        name = waiting.pop(0)
        for beat in scenario.scenes[name].beats:
            for target in _row(beat, "", None).go:
                if target not in columns:
                    columns[target] = columns[name] + 1
                    waiting.append(target)
    furthest = max(columns.values()) + 1
    return {name: columns.get(name, furthest) for name in scenario.scenes}
