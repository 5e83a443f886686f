"""Explores a story's states: beats being a closed set, every course it can take can be walked.

A state is visited once: what no condition of the story reads (wording, the number of turns where
none counts them) doesn't make two states different. Dice fall both ways. A story whose states fit
in the bound is walked breadth first and whole, so that the first way to anything is a shortest one.
In a larger one, states that combine two values of variables as none did before go first: that finds
what is rare long before every order of the common things has been tried.
"""

from __future__ import annotations

import heapq
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any

from .. import dice, templates
from ..checks import strings
from ..events import (
    ActorSpoke,
    Narrated,
    PlayerSpoke,
    Rolled,
    TurnJudged,
)
from ..rules import NeedRoll, begin, next_event, settle
from ..stage import open_beats, options, topics
from ..state import GameState, Phase, apply, changed
from ..story import ExprMark, Scenario, Story
from .atlas import Atlas, Key, Move, Node
from .happenings import happening

# A move that is no beat: chatting, which passes a turn.
TALK = "(small talk)"

# The share of the bound that is spent breadth first before novelty leads.
BREADTH_SHARE = 4


class Frontier:
    """The states still to be visited: in order, and the novel ones among them first if asked."""

    def __init__(self) -> None:
        self._order: deque[Key] = deque()
        self._novel: list[tuple[int, int, Key]] = []
        self._waiting: set[Key] = set()
        self._met: set[tuple[Any, ...]] = set()
        self._tie = count()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, key: Key, node: Node, before: GameState | None) -> None:
        """A state to visit; how novel it is counts the pairs of values not met together before."""
        self._order.append(key)
        self._waiting.add(key)
        values = _values(node.state)
        changed = set(values) - set(_values(before)) if before else set(values)
        pairs = {(one, other) for one in changed for other in values} - self._met
        if pairs:
            self._met |= pairs
            heapq.heappush(self._novel, (node.depth - 3 * len(pairs), next(self._tie), key))

    def next(self, in_order: bool) -> Key:
        """The next state to visit; each comes once."""
        while True:
            if self._novel and not in_order:
                key = heapq.heappop(self._novel)[2]
            else:
                key = self._order.popleft()
            if key in self._waiting:
                self._waiting.discard(key)
                return key


def _values(state: GameState) -> list[tuple[str, Any]]:
    return [("scene", state.scene), *state.vars.items()]


class Explorer:
    """Walks one story; `suggestions_only` follows no beat that is not suggested on screen.

    With a `seed` the dice fall as they would in a game of that seed, else each way they can.
    """

    def __init__(
        self, story: Story, suggestions_only: bool = False, seed: int | None = None
    ) -> None:
        assert isinstance(story.scenario, Scenario)
        self.story, self.suggestions_only, self.seed = story, suggestions_only, seed
        read = list(_conditions(story.scenario))
        used = frozenset().union(*map(templates.expression_names, read))
        self._turns = "turns" in used or story.scenario.turn_limit is not None
        self._goals, self._visited = "goals" in used, "visited" in used
        self._scene_turns = _largest(read) + 1 if "turns_in_scene" in used else 0
        self._lasting = _lasting(story.scenario, read)

    def run(
        self,
        most: int,
        found: tuple[str, ...] = (),
        enough: int | None = None,
        wanted: frozenset[str] = frozenset(),
        progress: Callable[[int], None] | None = None,
    ) -> Atlas:
        """Explores up to `most` states, beginning as one who has met the endings `found`.

        After `enough` states it goes on only while something `wanted` was not met yet.
        """
        enough = most if enough is None else enough
        atlas = Atlas(self.story)
        waiting = Frontier()
        first = apply(None, begin(self.story, 0, found))
        for _, state, seen in self._settled(first):
            self._enter(atlas, waiting, Node(state, None, None, 0), seen)
        while waiting:
            size = len(atlas.nodes)
            if size >= most or (size >= enough and wanted <= atlas.reached.keys()):
                atlas.complete = False
                break
            key = waiting.next(in_order=size < enough // BREADTH_SHARE)
            self._visit(atlas, waiting, key)
            if progress and atlas.turns % 500 == 0:
                progress(len(atlas.nodes))
        return atlas

    def begun(self, found: tuple[str, ...] = ()) -> tuple[GameState, tuple[str, ...]]:
        """The state a new game waits in, and what happened on the way there."""
        return next(self._settled(apply(None, begin(self.story, 0, found))))[1:]

    def _visit(self, atlas: Atlas, waiting: Frontier, key: Key) -> None:
        node = atlas.nodes[key]
        edges = atlas.edges.setdefault(key, [])
        moves = self.moves(node.state)
        open_now = len(open_beats(self.story, node.state))
        if open_now > atlas.most_open:
            atlas.most_open, atlas.most_open_at = open_now, key
        for beat in moves:
            for fell, state, seen in self.play(node.state, beat):
                atlas.turns += 1
                move = Move(beat, fell)
                target = Node(state, key, move, node.depth + 1)
                edges.append((move, self._enter(atlas, waiting, target, seen)))

    def _enter(self, atlas: Atlas, waiting: Frontier, node: Node, seen: tuple[str, ...]) -> Key:
        key = self.key(node.state)
        for one in seen:
            atlas.reached.setdefault(one, key)
        if key not in atlas.nodes:
            atlas.nodes[key] = node
            if node.state.phase is not Phase.OVER:
                before = atlas.nodes[node.parent].state if node.parent else None
                waiting.add(key, node, before)
        return key

    def moves(self, state: GameState) -> list[str]:
        """What the player can do: beats, and small talk where passing a turn can matter."""
        if self.suggestions_only:
            found = [option.id for option in options(self.story, state)]
        else:
            found = [beat.id for beat in open_beats(self.story, state)]
        passing = self._turns or self._scene_turns
        if passing and topics(self.story, state):
            found.append(TALK)
        return found

    def play(self, state: GameState, beat: str) -> Iterator[tuple[str, GameState, tuple[str, ...]]]:
        """The states a move can lead to, one for each way its dice may fall."""
        spoken = apply(state, PlayerSpoke("…"))
        judged = TurnJudged("choice", beat="" if beat == TALK else beat)
        if beat == TALK:
            judged = TurnJudged("choice", topic=next(iter(topics(self.story, state))))
        yield from self._settled(apply(spoken, settle(self.story, spoken, judged)))

    def _settled(
        self, state: GameState, fell: str = "", seen: tuple[str, ...] = ()
    ) -> Iterator[tuple[str, GameState, tuple[str, ...]]]:
        """Everything that follows by itself; lines are taken as spoken."""
        while True:
            needed = next_event(self.story, state)
            if isinstance(needed, NeedRoll):
                for rolled in self._rolls(needed, state):
                    name = "success" if rolled.success else "failure"
                    yield from self._settled(apply(state, rolled), name, seen)
                return
            if needed is not None:
                if name := happening(needed):
                    seen = (*seen, name)
                state = apply(state, needed)
            elif state.phase is Phase.ACTOR:
                cue = state.to_speak[0]
                state = apply(state, ActorSpoke(cue.who, "") if cue.who else Narrated(""))
            else:
                yield fell, _plain(state), seen
                return

    def _rolls(self, need: NeedRoll, state: GameState) -> list[Rolled]:
        if self.seed is not None:
            faces = dice.throw(dice.parse(need.dice), self.seed, state.turns, need.beat)
            total = sum(faces) + need.bonus
            success = total >= need.target
            return [Rolled(need.beat, need.dice, faces, total, need.target, success)]
        return [found for way in (True, False) if (found := _roll(need, way))]

    def key(self, state: GameState) -> Key:
        """What makes a state different from others for the rest of this story."""
        lasting = self._lasting.get(state.scene, frozenset())
        return (
            state.ending,
            state.scene,
            tuple(state.vars.values()),
            lasting.intersection(state.happened),
            state.goals if self._goals else (),
            state.visited if self._visited else (),
            state.turns if self._turns else 0,
            min(state.turns_in_scene, self._scene_turns),
        )


def _plain(state: GameState) -> GameState:
    """Without the wording, so that memory holds many."""
    return changed(state, transcript=(), used={}, line="", last_topic="", misses=0, spoken=0)


def _roll(need: NeedRoll, success: bool) -> Rolled | None:
    """Dice that fall as wished, or None if they can't."""
    thrown = dice.parse(need.dice)
    extreme = thrown.count * (thrown.sides if success else 1)
    total = extreme + need.bonus
    if (total >= need.target) != success:
        return None
    return Rolled(need.beat, need.dice, (extreme,), total, need.target, success)


def _conditions(scenario: Scenario) -> Iterator[str]:
    """Every expression that decides what happens; those that only choose words are left out."""
    for path, mark, source in strings(scenario):
        if mark is ExprMark and not {"says", "hints", "lore"}.intersection(path):
            yield source


def _largest(sources: Iterable[str]) -> int:
    """No condition tells turns in a scene apart beyond the largest number beside their name."""
    numbers = [0]
    for source in sources:
        if "turns_in_scene" in source:
            numbers += [int(one) for one in re.findall(r"\d+", source)]
    return max(numbers)


def _lasting(scenario: Scenario, sources: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each scene, the beats whose having happened still matters once one is there."""
    text = "\n".join(sources)
    leads = {name: _exits(scenario, name) for name in scenario.scenes}
    found = {}
    for name in scenario.scenes:
        ahead, waiting = {name}, [name]
        while waiting:
            for target in leads[waiting.pop()] - ahead:
                ahead.add(target)
                waiting.append(target)
        found[name] = frozenset(
            beat.id
            for place, scene in scenario.scenes.items()
            for beat in scene.beats
            if (place in ahead and not beat.repeat) or f"'{beat.id}'" in text
        )
    return found


def _exits(scenario: Scenario, name: str) -> set[str]:
    exits = set()
    for beat in scenario.scenes[name].beats:
        outcomes = (beat.roll.success, beat.roll.failure) if beat.roll else ()
        exits |= {one.go for one in (beat, *outcomes) if one.go}
    return exits
