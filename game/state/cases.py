"""What each event changes: one case for every kind of event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from .. import events as e
from ..errors import IllegalEvent
from ..events import Cue
from ..transcript import Entry
from .game import MOST_PINS, NOTHING, GameState, Phase, changed, moment, spoken_line


def started(event: e.GameStarted) -> GameState:
    return GameState(
        phase=Phase.SETTING,
        scenario=event.scenario,
        language=event.language,
        digest=event.digest,
        seed=event.seed,
        player_name=event.player_name,
        player_info=event.player_info,
        puzzle=event.puzzle,
        found=event.found,
        vars=MappingProxyType(dict(event.variables)),
    )


def _waiting(to_speak: tuple[Cue, ...]) -> Phase:
    return Phase.ACTOR if to_speak else Phase.PLAYER


def _scene_entered(state: GameState, event: e.SceneEntered) -> GameState:
    visited = state.visited if event.scene in state.visited else (*state.visited, event.scene)
    return changed(
        state,
        phase=_waiting(event.cues),
        scene=event.scene,
        visited=visited,
        turns_in_scene=0,
        to_speak=event.cues,
        said=0,
        speaking="",
        go="",
        asked=(),
        reworded=NOTHING,
        last_topic="",
        greeted=state.greeted | set(event.greeted),
        automatic=state.automatic + 1,
    )


def _told(state: GameState, event: e.Narrated) -> GameState:
    return _spoken(state, spoken_line(state, "narrator", "", event.text, event.cut), event, True)


def _actor_spoke(state: GameState, event: e.ActorSpoke) -> GameState:
    entry = spoken_line(state, "character", event.who, event.text, event.cut)
    after = _spoken(state, entry, event, event.last)
    return changed(after, last_speaker=event.who)


def _spoken(
    state: GameState, entry: Entry, event: e.Narrated | e.ActorSpoke, last: bool
) -> GameState:
    if last and event.cut:
        rest: tuple[Cue, ...] = ()  # the player stopped the reply: nothing more is owed
    else:
        rest = state.to_speak[1:] if last else state.to_speak
    used = state.used
    if event.variant and not state.said:
        used = MappingProxyType({**used, event.variant: used.get(event.variant, 0) + 1})
    return changed(
        state,
        phase=_waiting(rest),
        to_speak=rest,
        said=0 if last else state.said + 1,
        speaking="" if last else event.variant,
        used=used,
        transcript=(*state.transcript, entry) if entry.text else state.transcript,
    )


def _player_spoke(state: GameState, event: e.PlayerSpoke) -> GameState:
    entry = spoken_line(state, "player", "", event.text)
    return changed(
        state,
        phase=Phase.JUDGE,
        line=event.text,
        choice=event.choice,
        asked=(),
        offered=state.asked,
        reworded=NOTHING,
        automatic=0,
        spoken=state.spoken + 1,
        transcript=(*state.transcript, entry),
    )


def _beat_chosen(state: GameState, event: e.BeatChosen) -> GameState:
    if not any(event.choice == one.id for one in state.asked):
        raise IllegalEvent(f"{event.choice} was not offered")
    return changed(state, phase=Phase.JUDGE, choice=event.choice, asked=())


def _turn_judged(state: GameState, event: e.TurnJudged) -> GameState:
    questions = state.questions
    if event.question and event.question not in questions:
        questions = (*questions, event.question)
    finds = tuple(fact for fact in event.facts if fact not in state.facts)
    effect = bool(event.beat or finds)
    return changed(
        state,
        phase=Phase.EFFECT if effect else _waiting(event.cues),
        beat=event.beat,
        finds=finds,
        questions=questions,
        to_speak=event.cues,
        said=0,
        turns=state.turns + event.understood,
        turns_in_scene=state.turns_in_scene + event.understood,
        misses=0 if event.understood else state.misses + 1,
        last_topic=event.topic,
        line="",
        choice="",
        offered=(),
    )


def _asked_back(state: GameState, event: e.AskedBack) -> GameState:
    entry = spoken_line(state, "character" if event.who else "narrator", event.who, event.text)
    return changed(
        state,
        phase=Phase.PLAYER,
        asked=event.candidates,
        offered=(),
        transcript=(*state.transcript, entry) if event.text else state.transcript,
    )


def _rolled(state: GameState, event: e.Rolled) -> GameState:
    return changed(state, rolled=event)


def _beat_happened(state: GameState, event: e.BeatHappened) -> GameState:
    happened, moments = state.happened, state.moments
    if event.beat not in happened:
        happened, moments = (*happened, event.beat), (*moments, moment(state))
    to_speak = (*state.to_speak, *event.cues)
    return changed(
        state,
        phase=_waiting(to_speak),
        vars=MappingProxyType({**state.vars, **event.changes}),
        happened=happened,
        moments=moments,
        to_speak=to_speak,
        beat="",
        rolled=None,
        go=event.go or state.go,
        automatic=state.automatic + event.auto,
    )


def _fact_found(state: GameState, event: e.FactFound) -> GameState:
    finds = tuple(fact for fact in state.finds if fact != event.fact)
    return changed(
        state,
        phase=Phase.EFFECT if finds else _waiting(state.to_speak),
        finds=finds,
        facts=(*state.facts, event.fact),
    )


def _goal_reached(state: GameState, event: e.GoalReached) -> GameState:
    return changed(state, goals=(*state.goals, event.goal))


def _hint_given(state: GameState, event: e.HintGiven) -> GameState:
    return changed(state, hints=(*state.hints, event.hint))


def _gave_up(state: GameState, event: e.GaveUp) -> GameState:
    return changed(state, gave_up=True, asked=())


def _ended(state: GameState, event: e.Ended) -> GameState:
    entry = spoken_line(state, "narrator", "", event.text)
    return changed(
        state,
        phase=Phase.OVER,
        ending=event.ending,
        ending_kind=event.kind,
        go="",
        transcript=(*state.transcript, entry) if event.text else state.transcript,
    )


def _language_changed(state: GameState, event: e.LanguageChanged) -> GameState:
    return changed(state, language=event.language, digest=event.digest, asked=(), reworded=NOTHING)


def _content_changed(state: GameState, event: e.ContentChanged) -> GameState:
    variables = MappingProxyType(dict(event.variables))
    return changed(state, digest=event.digest, vars=variables, asked=(), reworded=NOTHING)


def _reworded(state: GameState, event: e.Reworded) -> GameState:
    return changed(state, reworded=MappingProxyType(dict(event.texts)))


def _summarised(state: GameState, event: e.Summarised) -> GameState:
    return changed(state, summaries=(*state.summaries, event))


def _pinned(state: GameState, event: e.Pinned) -> GameState:
    if len(state.pins) >= MOST_PINS:
        raise IllegalEvent(f"more than {MOST_PINS} pins")
    return changed(state, pins=(*state.pins, event.text))


def _unpinned(state: GameState, event: e.Unpinned) -> GameState:
    if not 1 <= event.number <= len(state.pins):
        raise IllegalEvent(f"no pin {event.number}")
    place = event.number - 1
    return changed(state, pins=state.pins[:place] + state.pins[place + 1 :])


CASES: Mapping[type[Any], Callable[[GameState, Any], GameState]] = {
    e.SceneEntered: _scene_entered,
    e.Narrated: _told,
    e.ActorSpoke: _actor_spoke,
    e.PlayerSpoke: _player_spoke,
    e.BeatChosen: _beat_chosen,
    e.TurnJudged: _turn_judged,
    e.AskedBack: _asked_back,
    e.Rolled: _rolled,
    e.BeatHappened: _beat_happened,
    e.FactFound: _fact_found,
    e.GoalReached: _goal_reached,
    e.HintGiven: _hint_given,
    e.GaveUp: _gave_up,
    e.Ended: _ended,
    e.LanguageChanged: _language_changed,
    e.ContentChanged: _content_changed,
    e.Reworded: _reworded,
    e.Summarised: _summarised,
    e.Pinned: _pinned,
    e.Unpinned: _unpinned,
}
