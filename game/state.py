"""Where a game stands: GameState, and the fold that makes it from events.

`apply` is the only way to a new state. It knows nothing of the story's text: whatever a consequence
needs (changes, cues, scenes) stands in the event, so that a game can be told again long after its
author has rewritten the file. NEXT says which events may follow in which phase; any other one
raises IllegalEvent and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from . import events as e
from .errors import IllegalEvent
from .events import Candidate, Cue, Event, Value
from .history import live as live
from .history import live_indices as live_indices
from .transcript import Entry as Entry
from .transcript import Moment as Moment


class Phase(Enum):
    """What the game waits for."""

    SETTING = "setting"  # a scene must be entered
    ACTOR = "actor"  # lines are owed
    PLAYER = "player"  # the player's word, once every consequence was drawn
    JUDGE = "judge"  # a line must be understood
    EFFECT = "effect"  # a beat or facts must take effect
    OVER = "over"


NEXT: Mapping[Phase | None, frozenset[type[Any]]] = {
    None: frozenset({e.GameStarted}),
    Phase.SETTING: frozenset({e.SceneEntered}),
    Phase.ACTOR: frozenset({e.Narrated, e.ActorSpoke, e.Summarised}),
    Phase.PLAYER: frozenset(
        {e.PlayerSpoke, e.BeatChosen, e.Rolled, e.BeatHappened, e.GoalReached, e.SceneEntered}
        | {e.Ended, e.HintGiven, e.GaveUp, e.LanguageChanged, e.ContentChanged, e.Reworded}
        | {e.Summarised, e.Pinned, e.Unpinned}
    ),
    Phase.JUDGE: frozenset({e.TurnJudged, e.AskedBack}),
    Phase.EFFECT: frozenset({e.Rolled, e.BeatHappened, e.FactFound}),
    Phase.OVER: frozenset({e.ContentChanged}),  # an author may mend an ending and go back
}


MOST_PINS, LONGEST_PIN = 8, 200

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class GameState:
    """Everything that is true of a game now; made by `apply` alone."""

    phase: Phase
    scenario: str
    language: str
    digest: str
    seed: int
    player_name: str
    player_info: str = ""
    puzzle: str = ""
    found: tuple[str, ...] = ()
    vars: Mapping[str, Value] = field(default_factory=lambda: _NOTHING)
    # the story so far
    scene: str = ""
    visited: tuple[str, ...] = ()
    happened: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    ending: str = ""
    ending_kind: str = ""
    turns: int = 0
    turns_in_scene: int = 0
    transcript: tuple[Entry, ...] = ()
    moments: tuple[Moment, ...] = ()  # when each of `happened` did
    summaries: tuple[e.Summarised, ...] = ()
    pins: tuple[str, ...] = ()  # what the player wants to be kept in mind
    # what is owed now
    to_speak: tuple[Cue, ...] = ()
    said: int = 0  # lines of the first cue's exchange that were spoken
    speaking: str = ""  # the variant that exchange is from
    line: str = ""
    choice: str = ""
    asked: tuple[Candidate, ...] = ()
    offered: tuple[Candidate, ...] = ()  # what was asked back before the line that is judged now
    reworded: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    beat: str = ""
    go: str = ""
    rolled: e.Rolled | None = None
    finds: tuple[str, ...] = ()
    # memory that keeps lines from repeating
    greeted: frozenset[str] = frozenset()
    used: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    last_speaker: str = ""
    last_topic: str = ""
    misses: int = 0  # lines in a row that nothing understood
    automatic: int = 0  # changes in a row without the player
    spoken: int = 0  # lines of the player
    # puzzles
    facts: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    hints: tuple[int, ...] = ()
    gave_up: bool = False


def changed(state: GameState, **changes: Any) -> GameState:
    """`dataclasses.replace`, but many times faster: stories are played by the thousand."""
    after = object.__new__(GameState)
    after.__dict__.update(state.__dict__)
    after.__dict__.update(changes)
    return after


def moment(state: GameState) -> Moment:
    """What is true now, for whoever asks later."""
    return Moment(
        state.scene, state.vars, state.turns, state.turns_in_scene, state.happened, state.goals,
        state.visited, state.facts,
    )  # fmt: skip


def spoken_line(state: GameState, kind: str, who: str, text: str, cut: bool = False) -> Entry:
    """A line as it stands in the transcript."""
    return Entry(kind, who, text, state.turns, cut, moment(state))


def apply(state: GameState | None, event: Event) -> GameState:
    """The state after an event; raises IllegalEvent if it may not happen now."""
    phase = state.phase if state else None
    if type(event) not in NEXT[phase]:
        raise IllegalEvent(f"{type(event).__name__} in phase {phase}")
    if state is None:
        assert isinstance(event, e.GameStarted)
        return _started(event)
    after: GameState = _APPLY[type(event)](state, event)
    return after


def fold(events: Iterable[Event], state: GameState | None = None) -> GameState | None:
    """The state after all events, rewound ones left out; begins at `state` if given."""
    for event in live(list(events)) if state is None else events:
        state = apply(state, event)
    return state


# --- one case for each event ---------------------------------------------------------------------


def _started(event: e.GameStarted) -> GameState:
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
        reworded=_NOTHING,
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
        reworded=_NOTHING,
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
    return changed(state, language=event.language, digest=event.digest, asked=(), reworded=_NOTHING)


def _content_changed(state: GameState, event: e.ContentChanged) -> GameState:
    variables = MappingProxyType(dict(event.variables))
    return changed(state, digest=event.digest, vars=variables, asked=(), reworded=_NOTHING)


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


_APPLY: Mapping[type[Any], Callable[[GameState, Any], GameState]] = {
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
