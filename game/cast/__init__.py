"""Who plays a story: an actor speaks, a narrator tells, a judge understands the player.

Each has an authored form, which needs no model, and a form that asks one. All are asked with the
same words and answer with the same events, so the rules can't tell them apart.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ..events import ActorSpoke, AskedBack, Cue, Delta, Narrated, Summarised, TurnJudged
from ..state import GameState
from ..story import Story


@dataclass(frozen=True)
class Take:
    """One attempt at a line: `seq` decides between variants, `avoid` names those not wanted again,
    and `cancel` is set when the player stops the reply. `session` names the game, for models that
    keep what they have read."""

    seq: int
    cancel: threading.Event = field(default_factory=threading.Event)
    avoid: frozenset[str] = frozenset()
    session: str = ""


class Actor(Protocol):
    """Speaks for characters; `free` if it can answer what no author has written a line for."""

    @property
    def free(self) -> bool: ...

    def speak(
        self, story: Story, state: GameState, cue: Cue, take: Take
    ) -> Iterator[Delta | ActorSpoke | Summarised]:
        """The lines a cue asks for, each streamed and then whole; the last one pays the cue.

        Before a line may come a summary of what has fallen out of its speaker's prompt.

        Raises ModelError; what was streamed until then is not part of the game.
        """
        ...


class Narrator(Protocol):
    """Tells what happens."""

    def tell(
        self, story: Story, state: GameState, cue: Cue, take: Take
    ) -> Iterator[Delta | Narrated | Summarised]:
        """What a cue asks to be told; raises ModelError."""
        ...

    @property
    def rewords(self) -> bool:
        """Whether it can put suggested replies in its own words now."""
        ...

    def reword(self, story: Story, state: GameState, cancel: threading.Event) -> Mapping[str, str]:
        """Suggested replies in its own words, by their ids; those left out stay as written.

        The ids are the beats', so that what a reply does never depends on how it is worded.
        """
        ...


class Judge(Protocol):
    """Understands the player's line as one of the things that are possible now."""

    def judge(self, story: Story, state: GameState, take: Take) -> TurnJudged | AskedBack:
        """What `state.line` is taken for, or in doubt the readings to choose from.

        Raises ModelError. The rules check the answer against what is possible.
        """
        ...
