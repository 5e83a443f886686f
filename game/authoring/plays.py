"""Plays: readable transcripts that a story must keep to, one file each.

    scenario: tea
    language: en
    seed: 1
    found: out                  (optional: endings met in earlier games)
    puzzle: lamp                (optional)

    > Let me carry the crates.  a line the player types
      beat offer_help
      goal get_key
    >> go_down                  a suggested reply, or an answer to what was asked back, by its id
      scene cellar
    ? q_sea                     a puzzle's question, by its id
    ! hint | undo | redo | retry | giveup

What must follow is indented: `beat`, `topic`, `question`, `fact`, `goal`, `scene`, `ending`, each
with an id, or `asked` and `missed` alone. Everything that is named must happen, in that order; what
is not named may happen too, except that an ending must be named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from ..events import (
    AskedBack,
    Event,
    TurnJudged,
)
from ..session import Session, Stream
from .happenings import happening

_MOVES = (">> ", "> ", "? ", "! ")


@dataclass
class Step:
    """One move of the player, where it stands in the file, and what must follow."""

    line: int
    move: str
    text: str
    expected: list[str] = field(default_factory=list)


@dataclass
class Play:
    """A recorded play: how its game begins, and its steps."""

    scenario: str = ""
    language: str = "en"
    seed: int = 0
    found: tuple[str, ...] = ()
    puzzle: str = ""
    steps: list[Step] = field(default_factory=list)


def parse(text: str) -> Play:
    """A play from its text; raises ValueError that names the line."""
    play = Play()
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.rstrip()
        if not line or line.startswith("#"):
            continue
        move = next((one for one in _MOVES if line.startswith(one)), "")
        if move:
            play.steps.append(Step(number, move.strip(), line[len(move) :].strip()))
        elif line.startswith("  ") and play.steps:
            play.steps[-1].expected.append(" ".join(line.split()))
        elif not play.steps and ":" in line:
            _set(play, number, *line.split(":", 1))
        else:
            raise ValueError(f"line {number}: neither a move nor something expected: {line!r}")
    return play


def _set(play: Play, number: int, key: str, value: str) -> None:
    value = value.strip()
    if key == "seed":
        play.seed = int(value)
    elif key == "found":
        play.found = tuple(value.split())
    elif key in ("scenario", "language", "puzzle"):
        setattr(play, key, value)
    else:
        raise ValueError(f"line {number}: unknown {key!r}")


def run(
    play: Play, session: Session, reopen: Callable[[Session], Session] | None = None
) -> list[str]:
    """What did not go as recorded, worded with line numbers; empty if all did.

    With `reopen`, the game is closed and opened again after every event, as a crash would.
    """
    problems: list[str] = []
    game = _Game(session, reopen)
    game.drain(lambda one: one.resume())
    for step in play.steps:
        options = [option.id for option in game.session.options()]
        if step.move == ">>" and step.text not in options:
            problems.append(f"line {step.line}: {step.text} is not offered, only {options}")
            break
        seen = list(words(game.drain(partial(_moved, step))))
        problems += _differences(step, seen)
    return problems


class _Game:
    def __init__(self, session: Session, reopen: Callable[[Session], Session] | None) -> None:
        self.session, self._reopen = session, reopen

    def drain(self, start: Callable[[Session], Stream]) -> list[Event]:
        """All events of a move; between two of them the game may be closed and opened again."""
        before = len(self.session.events)
        if self._reopen is None:
            for _ in start(self.session):
                pass
            return list(self.session.events[before:])
        stream = start(self.session)
        while True:
            count = len(self.session.events)
            try:
                while len(self.session.events) == count:
                    next(stream)
            except StopIteration:
                return list(self.session.events[before:])
            self.session = self._reopen(self.session)
            stream = self.session.resume()


def _moved(step: Step, session: Session) -> Stream:
    if step.move == ">":
        return session.play(step.text)
    if step.move == ">>":
        return session.choose(step.text)
    if step.move == "?":
        return session.ask(step.text)
    return _commanded(session, step)


def _commanded(session: Session, step: Step) -> Stream:
    if step.text == "undo":
        session.undo()
    elif step.text == "redo":
        session.redo()
    elif step.text == "hint":
        return session.hint()
    elif step.text == "retry":
        return session.retry()
    elif step.text == "giveup":
        return session.give_up()
    else:
        raise ValueError(f"line {step.line}: unknown command {step.text!r}")
    return session.resume()


def words(events: Iterable[Event]) -> Iterator[str]:
    """What happened, in the words of a play."""
    for event in events:
        if isinstance(event, AskedBack):
            yield "asked"
        elif isinstance(event, TurnJudged):
            yield from _judged(event)
        elif happening(event):
            yield happening(event)


def _judged(event: TurnJudged) -> Iterator[str]:
    if event.topic:
        yield f"topic {event.topic}"
    elif event.question:
        yield f"question {event.question}"
    elif not event.understood:
        yield "missed"


def _differences(step: Step, seen: list[str]) -> list[str]:
    rest = iter(seen)
    for wanted in step.expected:
        if wanted not in rest:
            return [f"line {step.line}: {step.text!r}: expected {wanted!r} in {seen}"]
    unnamed = [one for one in seen if one.startswith("ending ") and one not in step.expected]
    return [f"line {step.line}: {step.text!r}: unexpected {one!r}" for one in unnamed]
