"""What a story offers now: who is on stage, what can happen, what can be picked. Pure reading.

Templates and expressions of a story are evaluated here and nowhere else; a fault in one becomes a
ContentError that names its file and line.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import templates
from .errors import ContentError, Diagnostic
from .state import GameState, Phase
from .story import Beat, PuzzlePack, Scenario, Scene, Story, Topic

MAX_OPTIONS = 4
BROAD_QUESTIONS = 12  # of those not asked yet, as far as a puzzle's options reach
STUCK_AFTER = 2


@dataclass(frozen=True)
class Option:
    """Something the player can pick: a suggested reply, a reading, or a puzzle's question."""

    id: str
    text: str


def names(story: Story, state: GameState) -> dict[str, Any]:
    """The context of every template and expression."""
    return {
        **state.vars,
        "player": {"name": state.player_name, "info": state.player_info},
        "turns": state.turns,
        "turns_in_scene": state.turns_in_scene,
        "scene": state.scene,
        "happened": state.happened,
        "goals": state.goals,
        "visited": state.visited,
        "found": state.found,
        "language": state.language,
    }


def holds(story: Story, when: str | None, context: Mapping[str, Any]) -> bool:
    """Whether a condition is true; none at all is."""
    return when is None or bool(evaluate(story, when, context))


def render(story: Story, text: str, context: Mapping[str, Any]) -> str:
    """An author's text as a player reads it; raises ContentError that names its line."""
    try:
        return templates.render(text, context)
    except templates.TemplateFault as fault:
        raise ContentError([_located(story, text, fault)]) from None


def evaluate(story: Story, source: str, context: Mapping[str, Any]) -> Any:
    """The value of an author's expression; raises ContentError that names its line."""
    try:
        return templates.evaluate(source, context)
    except templates.TemplateFault as fault:
        raise ContentError([_located(story, source, fault)]) from None


def whole(story: Story, source: str, context: Mapping[str, Any]) -> int:
    """An author's expression as a whole number; raises ContentError that names its line."""
    value = evaluate(story, source, context)
    if isinstance(value, (int, float)):
        return int(value)
    fault = templates.TemplateFault("template_runtime", reason=f"{value!r:.40} is not a number")
    raise ContentError([_located(story, source, fault)])


def _located(story: Story, source: str, fault: templates.TemplateFault) -> Diagnostic:
    first = source.split("\n", 1)[0]
    for name, text in story.sources.items():
        if first in text:
            line = text[: text.index(first)].count("\n") + fault.line
            return Diagnostic(fault.code, f"{name}.{story.language}.yaml", line, data=fault.data)
    return Diagnostic(fault.code, story.id, fault.line, data=fault.data)


def scene_of(story: Story, state: GameState) -> Scene:
    """The scene being played; an empty one in a puzzle or before the start."""
    if isinstance(story.scenario, Scenario):
        return story.scenario.scenes.get(state.scene, _EMPTY)
    return _EMPTY


_EMPTY = Scene()


def present(story: Story, state: GameState) -> tuple[str, ...]:
    """Who is on stage now."""
    if isinstance(story.scenario, PuzzlePack):
        return (story.scenario.host,)
    context = names(story, state)
    stage = scene_of(story, state).present
    return tuple(one.who for one in stage if holds(story, one.when, context))


def open_beats(story: Story, state: GameState) -> tuple[Beat, ...]:
    """The beats the player can bring about now."""
    context = names(story, state)
    return tuple(
        beat
        for beat in scene_of(story, state).beats
        if not beat.auto and can_happen(story, state, beat, context)
    )


def can_happen(story: Story, state: GameState, beat: Beat, context: Mapping[str, Any]) -> bool:
    """Whether a beat is possible now; it happens once unless it may repeat."""
    if beat.id in state.happened and not beat.repeat:
        return False
    return holds(story, beat.when, context)


def topics(story: Story, state: GameState) -> dict[str, Topic]:
    """The small talk that is possible now, by `character/topic`."""
    context = names(story, state)
    last = state.last_topic.rpartition("/")[2]
    return {
        f"{who}/{topic.id}": topic
        for who in present(story, state)
        for topic in story.cast[who].small_talk
        if (topic.after is None or topic.after == last) and holds(story, topic.when, context)
    }


def topic_of(story: Story, key: str) -> Topic:
    """A topic by `character/topic`, possible now or not."""
    who, _, topic_id = key.partition("/")
    return next(one for one in story.cast[who].small_talk if one.id == topic_id)


def options(story: Story, state: GameState) -> tuple[Option, ...]:
    """What the player can pick now: the readings that were asked back, or suggested replies."""
    if state.phase is not Phase.PLAYER:
        return ()
    if state.asked:
        return tuple(Option(one.id, label(story, state, one.kind, one.id)) for one in state.asked)
    if story.puzzle:
        return puzzle_options(story, state) if state.misses >= STUCK_AFTER or state.hints else ()
    context = names(story, state)
    found = [
        Option(beat.id, state.reworded.get(beat.id) or render(story, beat.suggest, context))
        for beat in open_beats(story, state)
        if beat.suggest
    ]
    return tuple(found[:MAX_OPTIONS])


def puzzle_options(story: Story, state: GameState) -> tuple[Option, ...]:
    """A few authored questions that were not asked yet, at least one of which leads on."""
    assert story.puzzle
    fresh = [one for one in story.puzzle.answers if one.id not in state.questions]
    # Authors write from broad to narrow: what lies far down the list would give the story away.
    leading = [one for one in fresh if one.finds and one.finds not in state.facts][:1]
    others = [one for one in fresh[:BROAD_QUESTIONS] if one not in leading]
    key = f"{state.seed}/{len(state.questions)}/"
    others.sort(key=lambda one: zlib.crc32((key + one.id).encode()))
    picked = sorted((leading + others)[:MAX_OPTIONS], key=story.puzzle.answers.index)
    return tuple(Option(one.id, one.ask) for one in picked)


def label(story: Story, state: GameState, kind: str, key: str) -> str:
    """The short words for a reading, as they are shown when asking back."""
    if kind == "topic":
        topic = topic_of(story, key)
        return topic.label or (topic.hears[0] if topic.hears else topic.means)
    if story.puzzle:
        words = {one.id: one.ask for one in story.puzzle.answers}
        words.update({one.id: one.text for one in story.puzzle.facts if kind == "fact"})
        return words[key]
    beat = beat_of(story, state, key)
    return render(story, beat.label or beat.suggest or beat.means, names(story, state))


def beat_of(story: Story, state: GameState, key: str) -> Beat:
    """A beat of the present scene by its id."""
    return next(beat for beat in scene_of(story, state).beats if beat.id == key)


def speaker(story: Story, state: GameState, preferred: str | None = None) -> str:
    """Who answers: whoever the line names, else the beat's `who`, else whoever spoke last."""
    stage = present(story, state)
    addressed = [one for one in stage if story.cast[one].name in state.line]
    if len(addressed) == 1 and preferred is None:
        return addressed[0]
    if preferred:
        return preferred
    if state.last_speaker in stage:
        return state.last_speaker
    return stage[0] if stage else ""


def possible(story: Story, state: GameState, kind: str) -> Iterable[str]:
    """The closed set a judge may pick from: ids of beats, topics, questions or facts."""
    if kind == "beat":
        return [beat.id for beat in open_beats(story, state)]
    if kind == "topic":
        return topics(story, state)
    if story.puzzle is None:
        return ()
    every = story.puzzle.answers if kind == "question" else story.puzzle.facts
    return [one.id for one in every]


def next_hint(story: Story, state: GameState) -> tuple[int, str] | None:
    """The first hint that applies and was not given yet; its number and text."""
    if story.puzzle:
        return next(
            ((n, text) for n, text in enumerate(story.puzzle.hints) if n not in state.hints), None
        )
    assert isinstance(story.scenario, Scenario)
    context = names(story, state)
    for number, hint in enumerate(story.scenario.hints):
        if number not in state.hints and holds(story, hint.when, context):
            return number, render(story, hint.text, context)
    return None
