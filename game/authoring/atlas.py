"""An atlas: the states of a story that were found, how they hang together, and ways through it."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ..state import GameState, Phase
from ..story import Scenario, Story

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Move:
    """What leads from one state to the next: a beat or TALK, and how its dice fell."""

    beat: str
    dice: str = ""

    def __str__(self) -> str:
        return f"{self.beat} [{self.dice}]" if self.dice else self.beat


@dataclass
class Node:
    """A state that waits for the player or is over, and how it was first reached."""

    state: GameState
    parent: Key | None
    move: Move | None
    depth: int


@dataclass
class Atlas:
    """What an exploration found; `complete` unless it met its bound."""

    story: Story
    nodes: dict[Key, Node] = field(default_factory=dict)
    edges: dict[Key, list[tuple[Move, Key]]] = field(default_factory=dict)
    complete: bool = True
    turns: int = 0
    # what happened anywhere, as `beat x`, `goal x`, `scene x`, `ending x`: where it first did
    reached: dict[str, Key] = field(default_factory=dict)
    most_open: int = 0
    most_open_at: Key | None = None

    def path(self, key: Key) -> list[Move]:
        """A shortest way to a state."""
        moves: list[Move] = []
        node = self.nodes[key]
        while node.parent is not None and node.move is not None:
            moves.append(node.move)
            node = self.nodes[node.parent]
        return moves[::-1]

    def ways(self) -> dict[str, list[Move]]:
        """To each ending, a way that hangs on as few dice as possible; then the shortest such."""
        best: dict[Key, tuple[Key, Move]] = {}
        costs: dict[Key, tuple[int, int]] = {}
        ways: dict[str, list[Move]] = {}
        tie = count()
        starts = [key for key, node in self.nodes.items() if node.parent is None]
        waiting = [(0, 0, next(tie), key) for key in starts]
        done: set[Key] = set()
        while waiting:
            rolls, length, _, key = heapq.heappop(waiting)
            if key in done:
                continue
            done.add(key)
            if self.nodes[key].state.phase is Phase.OVER:
                ways.setdefault(self.nodes[key].state.ending, _followed(best, key))
            for move, target in self.edges.get(key, ()):
                if target not in done:
                    cost = (rolls + bool(move.dice), length + 1)
                    if target not in best or cost < costs[target]:
                        best[target], costs[target] = (key, move), cost
                        heapq.heappush(waiting, (*cost, next(tie), target))
        return ways

    def endings(self) -> dict[str, list[Key]]:
        """The states in which the story is over, by ending; the nearest first."""
        found: dict[str, list[Key]] = {}
        for key, node in self.nodes.items():
            if node.state.phase is Phase.OVER:
                found.setdefault(node.state.ending, []).append(key)
        return found

    def stuck(self) -> list[Key]:
        """States from which no ending can be reached; one that was not visited yet may lead on."""
        before: dict[Key, list[Key]] = {}
        for key, edges in self.edges.items():
            for _, target in edges:
                before.setdefault(target, []).append(key)
        alive = {key for keys in self.endings().values() for key in keys}
        alive |= self.nodes.keys() - self.edges.keys()
        waiting = list(alive)
        while waiting:
            for key in before.get(waiting.pop(), ()):
                if key not in alive:
                    alive.add(key)
                    waiting.append(key)
        return [key for key in self.nodes if key not in alive]


def _followed(before: Mapping[Key, tuple[Key, Move]], key: Key) -> list[Move]:
    moves = []
    while key in before:
        key, move = before[key]
        moves.append(move)
    return moves[::-1]


def wanted_of(scenario: Scenario) -> frozenset[str]:
    """Everything an exploration should come by, as `scene x`, `beat x`, `goal x`, `ending x`."""
    beats = (beat for scene in scenario.scenes.values() for beat in scene.beats)
    return frozenset(
        [f"scene {name}" for name in scenario.scenes]
        + [f"beat {one.id}" for one in beats]
        + [f"goal {one.id}" for one in scenario.goals]
        + [f"ending {one.id}" for one in scenario.endings]
    )
