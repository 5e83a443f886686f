"""The rules: what must follow from where a game stands. Pure, and the same with every model.

`next_event` is asked until it says None. It never rolls, speaks or judges: dice are requested by
NeedRoll, lines are owed as cues, and a judge's finding is checked here against what is possible
before it may count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import dice
from .errors import ContentError, Diagnostic
from .events import (
    BeatHappened,
    ContentChanged,
    Cue,
    Ended,
    Event,
    FactFound,
    GameStarted,
    GoalReached,
    SceneEntered,
    TurnJudged,
    Value,
)
from .stage import (
    beat_of,
    can_happen,
    evaluate,
    holds,
    names,
    possible,
    present,
    scene_of,
    speaker,
    whole,
)
from .state import GameState, Phase
from .story import Beat, Outcome, PuzzlePack, Scenario, Scene, Story

MAX_AUTOMATIC = 8
SOLVED, GIVEN_UP = "solved", "given_up"


@dataclass(frozen=True)
class NeedRoll:
    """Dice must fall before a beat can go on; `bonus` and `target` are already worked out."""

    beat: str
    dice: str
    bonus: int
    target: int


def begin(
    story: Story,
    seed: int,
    found: Sequence[str] = (),
    player_name: str = "",
    player_info: str = "",
) -> GameStarted:
    """The first event of a new game."""
    player = story.scenario.player
    return GameStarted(
        scenario=story.id,
        language=story.language,
        digest=story.digest,
        seed=seed,
        player_name=player_name or player.name,
        player_info=player_info or player.info,
        variables={name: one.initial for name, one in story.variables.items()},
        found=tuple(found),
        puzzle=story.puzzle.id if story.puzzle else "",
    )


def changed_content(story: Story, state: GameState) -> ContentChanged:
    """The event by which a game goes on with another version of its story."""
    kept: dict[str, Value] = {}
    for name, variable in story.variables.items():
        value = state.vars.get(name)
        fits = value is not None and type(value) is type(variable.initial)
        kept[name] = value if value is not None and fits else variable.initial
    return ContentChanged(story.digest, kept)


def lost_content(story: Story, state: GameState) -> tuple[str, ...]:
    """What a game would lose by going on with another version of its story: ids that are gone."""
    beats, scenes = set(), set()
    if isinstance(story.scenario, Scenario):
        scenes = set(story.scenario.scenes)
        beats = {beat.id for scene in story.scenario.scenes.values() for beat in scene.beats}
    elif story.puzzle:
        scenes = {story.puzzle.id}
    gone = [name for name in state.vars if name not in story.variables]
    gone += [name for name in state.happened if name not in beats]
    return tuple(gone + [name for name in state.visited if name not in scenes])


# --- what must follow -------------------------------------------------------------------------


def next_event(story: Story, state: GameState) -> Event | NeedRoll | None:
    """The event that must follow, or None: then a line, a judgement or the player is awaited."""
    if state.phase is Phase.SETTING:
        return _enter(story, state, _first_scene(story))
    if state.phase is Phase.JUDGE and state.choice:
        return _chosen(story, state)
    if state.phase is Phase.EFFECT:
        if state.beat:
            return _happen(story, state, beat_of(story, state, state.beat))
        return FactFound(state.finds[0])
    if state.phase is Phase.PLAYER:
        return _consequence(story, state)
    return None


def _first_scene(story: Story) -> str:
    if isinstance(story.scenario, Scenario):
        return story.scenario.start
    return story.puzzle.id if story.puzzle else ""


def _enter(story: Story, state: GameState, name: str) -> SceneEntered:
    if isinstance(story.scenario, PuzzlePack):
        # Whoever has finished a puzzle of the pack knows how it is played.
        opening = story.scenario.opening and not state.found
        told = ("opening", "surface") if opening else ("surface",)
        return SceneEntered(name, tuple(Cue("", source) for source in told))
    scene = story.scenario.scenes[name]
    cues = []
    if not state.visited and story.scenario.opening:
        cues.append(Cue("", "opening"))
    again = name in state.visited
    if scene.narration.again if again else scene.narration.first:
        cues.append(Cue("", f"{'again' if again else 'scene'}:{name}"))
    stage = present(story, replace(state, scene=name))
    greeting = [one for one in stage if _greets(story, state, scene, one, again)]
    cues += [Cue(one, "greeting") for one in greeting]
    return SceneEntered(name, tuple(cues), tuple(greeting))


def _greets(story: Story, state: GameState, scene: Scene, who: str, again: bool) -> bool:
    if scene.greetings:
        return bool(scene.greetings.get(who)) and not again
    return who not in state.greeted and bool(story.cast[who].greeting)


def _chosen(story: Story, state: GameState) -> TurnJudged:
    kinds = ("question", "fact") if story.puzzle else ("beat", "topic")
    judged = TurnJudged("choice")
    for kind in kinds:
        if state.choice in possible(story, state, kind):
            facts = {"facts": (state.choice,)}
            judged = replace(judged, **(facts if kind == "fact" else {kind: state.choice}))
            break
    return settle(story, state, judged)


def settle(story: Story, state: GameState, judged: TurnJudged) -> TurnJudged:
    """A judge's finding, held to what is possible now, with the lines that are owed for it."""
    beat = judged.beat if judged.beat in possible(story, state, "beat") else ""
    topic = judged.topic if not beat and judged.topic in possible(story, state, "topic") else ""
    if story.puzzle:
        return _settle_puzzle(story, state, judged)
    if beat:
        cues: tuple[Cue, ...] = ()  # what a beat has to say comes with BeatHappened
    elif topic:
        cues = (Cue(topic.partition("/")[0], f"topic:{topic}"),)
    else:
        cues = _aside(story, state)
    return replace(judged, beat=beat, topic=topic, question="", answer="", facts=(), cues=cues)


def _settle_puzzle(story: Story, state: GameState, judged: TurnJudged) -> TurnJudged:
    assert story.puzzle and isinstance(story.scenario, PuzzlePack)
    host = story.scenario.host
    by_id = {one.id: one for one in story.puzzle.answers}
    question = by_id.get(judged.question)
    known = {fact.id for fact in story.puzzle.facts}
    facts = [one for one in judged.facts if one in known]
    if question and question.finds and question.finds not in facts:
        facts.append(question.finds)
    topic = judged.topic if judged.topic in possible(story, state, "topic") else ""
    answer = question.answer if question else judged.answer
    if question:
        cue = Cue(host, f"question:{question.id}")
    elif answer in ("yes", "no", "irrelevant", "unclear"):
        cue = Cue(host, f"answer:{answer}")
    elif facts:
        cue = Cue(host, "facts" if set(facts) - set(state.facts) else "known")
    elif topic:
        cue = Cue(host, f"topic:{topic}")
    else:
        cue = Cue(host, "aside")
    return replace(
        judged,
        beat="",
        topic=topic,
        question=question.id if question else "",
        answer=answer,
        facts=tuple(dict.fromkeys(facts)),
        cues=(cue,),
    )


def _aside(story: Story, state: GameState) -> tuple[Cue, ...]:
    scene = scene_of(story, state)
    who = speaker(story, state)
    fresh = [n for n in range(len(scene.asides)) if f"aside:{state.scene}/{n}" not in state.used]
    own = story.cast[who].asides if who else ()
    if scene.asides and (fresh or not own):
        return (Cue("", f"aside:{who}" if who else "aside"),)
    return (Cue(who, "aside"),) if who else ()


def _happen(story: Story, state: GameState, beat: Beat, auto: bool = False) -> Event | NeedRoll:
    """A beat takes place; one with a roll first asks for its dice."""
    context = names(story, state)
    outcome: Outcome | None = None
    name = ""
    if beat.roll:
        if state.rolled is None or state.rolled.beat != beat.id:
            bonus = dice.parse(beat.roll.dice).bonus
            return NeedRoll(
                beat.id,
                beat.roll.dice,
                whole(story, bonus, context) if bonus else 0,
                whole(story, beat.roll.target, context),
            )
        name = "success" if state.rolled.success else "failure"
        outcome = beat.roll.success if state.rolled.success else beat.roll.failure
    changes = _changes(story, state, {}, beat.effects)
    cues = _cues(story, state, beat, f"beat:{beat.id}", beat)
    if outcome:
        changes = _changes(story, state, changes, outcome.effects)
        cues += _cues(story, state, beat, f"beat:{beat.id}:{name}", outcome)
    go = (outcome.go if outcome and outcome.go else beat.go) or ""
    return BeatHappened(beat.id, name, changes, cues, go, auto)


def _cues(
    story: Story, state: GameState, beat: Beat, source: str, block: Beat | Outcome
) -> tuple[Cue, ...]:
    cues = [Cue("", source)] if block.tells else []
    if block.says or (block.direction and not block.tells):
        who = speaker(story, state, beat.who)
        if who:
            cues.append(Cue(who, source))
    return tuple(cues)


def _changes(
    story: Story, state: GameState, so_far: Mapping[str, Value], effects: Mapping[str, str]
) -> dict[str, Value]:
    """Effects in the order of the file, each seeing those before it."""
    changes = dict(so_far)
    for name, expression in effects.items():
        context = {**names(story, state), **changes}
        value = _value(story, name, expression, context)
        if value != context[name]:
            changes[name] = value
    return changes


def _value(story: Story, name: str, expression: str, context: Mapping[str, Any]) -> Value:
    variable = story.variables[name]
    if variable.type == "int":
        return variable.clamped(whole(story, expression, context))
    value = evaluate(story, expression, context)
    return bool(value) if variable.type == "bool" else str(value)[:200]


def _consequence(story: Story, state: GameState) -> Event | NeedRoll | None:
    if state.asked:
        return None
    if story.puzzle:
        return _puzzle_over(story, state)
    assert isinstance(story.scenario, Scenario)
    context = names(story, state)
    for goal in story.scenario.goals:
        if goal.id not in state.goals and holds(story, goal.when, context):
            return GoalReached(goal.id)
    for ending in story.scenario.endings:
        if ending.when is not None and holds(story, ending.when, context):
            return Ended(ending.id, ending.kind, "")
    if state.go:
        return _enter(story, _counted(story, state), state.go)
    for beat in scene_of(story, state).beats:
        if beat.auto and can_happen(story, state, beat, context):
            return _happen(story, _counted(story, state), beat, auto=True)
    if story.scenario.turn_limit and state.turns >= story.scenario.turn_limit:
        for ending in story.scenario.endings:
            if ending.kind == "timeout" and holds(story, ending.when, context):
                return Ended(ending.id, ending.kind, "")
    return None


def _counted(story: Story, state: GameState) -> GameState:
    if state.automatic >= MAX_AUTOMATIC:
        data = {"scene": state.scene, "most": MAX_AUTOMATIC}
        raise ContentError(
            [Diagnostic("auto_loop", f"{story.id}.{story.language}.yaml", data=data)]
        )
    return state


def _puzzle_over(story: Story, state: GameState) -> Event | None:
    assert story.puzzle
    essential = {fact.id for fact in story.puzzle.facts if fact.essential}
    if essential <= set(state.facts):
        return Ended(SOLVED, "good", "")
    return Ended(GIVEN_UP, "neutral", "") if state.gave_up else None
