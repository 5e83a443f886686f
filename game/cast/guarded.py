"""A model's reply under guard: streamed, cleaned, tried again once where it says nothing new."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field

from ..errors import ModelError
from ..guards import Guard, Switch
from ..models.base import ChatModel, Sampling
from ..prompts import Prompt
from ..state import GameState
from ..unfit import Unfit

TRIES = 2
Piece = Generator[str, None, "Reply"]


@dataclass(frozen=True)
class Manner:
    """How models speak here: how freely, and under which guards."""

    sampling: Sampling = field(default_factory=Sampling)
    switch: Switch = lambda name: True
    unfit: Callable[[str], Unfit | None] = lambda language: None

    def seeded(self, state: GameState, seq: int, attempt: int = 0) -> Sampling:
        """The settings for one line: the same place in a game gives the same seed."""
        own = self.sampling
        seed = zlib.crc32(f"{state.seed}/{seq}/{attempt}".encode()) & 0x7FFFFFFF
        return Sampling(own.temperature, own.top_p, own.repetition_penalty, own.max_tokens, seed)


@dataclass(frozen=True)
class Reply:
    """What came of it: the text that was shown, whether it was cut, and what the guards did."""

    text: str
    cut: bool = False
    why: tuple[str, ...] = ()


def guarded(
    model: ChatModel,
    prompt: Callable[[int], Prompt],
    guard: Callable[[], Guard],
    settings: Callable[[int], Sampling],
    cancel: threading.Event,
    session: str,
) -> Piece:
    """A reply piece by piece; `prompt`, `guard` and `settings` are made for each attempt.

    Raises ModelError where nothing that can be shown came of it.
    """
    why: list[str] = []
    for attempt in range(TRIES):
        watch = guard()
        pieces = _watched(model.stream(prompt(attempt), settings(attempt), cancel, session), watch)
        final = attempt == TRIES - 1
        text = yield from _shown(pieces, watch, final)
        why += [f"guard_{one}" for one in watch.fired]
        if cancel.is_set():
            return Reply(text or "", True, tuple(why))
        if text:
            return Reply(text, False, tuple(why))
        if "unfit" in watch.fired:
            return Reply("", False, tuple(why))
        if text is None:
            why.append("guard_repeats")
    raise ModelError("malformed", "nothing that can be said", model.name)


def _watched(stream: Iterator[str], watch: Guard) -> Iterator[str]:
    raw = ""
    try:
        for piece in stream:
            raw += piece
            if shown := watch.push(raw):
                yield shown
            if watch.over:
                return
        if shown := watch.push(raw, final=True):
            yield shown
    finally:
        close = getattr(stream, "close", None)
        if close:
            close()


def _shown(pieces: Iterator[str], watch: Guard, final: bool) -> Generator[str, None, str | None]:
    """Hands on what is shown; None for a reply held back whole that repeats an earlier line."""
    waiting: list[str] = []
    for piece in pieces:
        if watch.held and not waiting and watch.shown == piece:
            waiting.append(piece)  # it was held: shown once it is known to be new
            continue
        if waiting:
            yield "".join(waiting)
            waiting.clear()
        yield piece
    if waiting:
        if watch.repeated() and not final:
            return None
        yield "".join(waiting)
    return watch.shown


def before(state: GameState, who: str, most: int = 6) -> Sequence[str]:
    """The last lines of a voice."""
    found: list[str] = []
    for entry in reversed(state.transcript):
        if entry.who == who and entry.kind == ("character" if who else "narrator"):
            found.append(entry.text)
            if len(found) == most:
                break
    return found
