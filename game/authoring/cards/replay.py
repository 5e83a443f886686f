"""A chat from another program as a saved game: played again by the game itself, line by line.

The session commits every event as in any game; only the replies are read from the chat instead of
being asked of a model, and the player's lines are judged as nothing but talk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...app import OWNER, App
from ...cast import Take
from ...cast.authored import AuthoredNarrator
from ...events import ActorSpoke, Cue, Delta, TurnJudged
from ...rules import begin, settle
from ...session import Session
from ...state import GameState
from ...story import Persona, Story
from .chats import Chat, exchanges
from .faults import CardError, Repairs

MOST_TURNS = 2000
LONGEST_LINE = 20_000


@dataclass
class _Reader:
    """Speaks what the chat says, one reply after the other."""

    replies: list[str]
    free: bool = field(default=True, init=False)

    def speak(
        self, story: Story, state: GameState, cue: Cue, take: Take
    ) -> Iterator[Delta | ActorSpoke]:
        yield ActorSpoke(cue.who, self.replies.pop(0) if self.replies else "", last=True)


class _NothingMeant:
    """Takes every line for talk."""

    def judge(self, story: Story, state: GameState, take: Take) -> TurnJudged:
        return settle(story, state, TurnJudged("authored"))


def character_for(app: App, chat: Chat, language: str) -> str:
    """The character a chat was had with, by its name; raises CardError if nobody is called so."""
    wanted = chat.character.strip().casefold()
    for head in app.library.characters(language):
        if wanted and head.name.strip().casefold() == wanted:
            return head.id
    raise CardError("nobody", name=chat.character[:60])


def keep_chat(
    app: App, chat: Chat, character: str, language: str, repairs: Repairs, owner: str = OWNER
) -> Session:
    """A saved game of talk that goes on where the chat ended; raises CardError, ContentError."""
    opening, pairs = exchanges(chat)
    if len(pairs) > MOST_TURNS:
        repairs.note("turns_left", most=MOST_TURNS)
    if any(len(one) > LONGEST_LINE for pair in pairs for one in pair):
        repairs.note("cut", field="mes")
    persona = Persona(name=chat.user.strip()[:80] or "…")
    story = app.library.free_talk(character, language, persona)
    played = _played(story, persona, opening, pairs[:MOST_TURNS])
    return app.begin(story, owner=owner, persona=persona, events=played.events)


def _played(
    story: Story, persona: Persona, opening: str, pairs: Sequence[tuple[str, str]]
) -> Session:
    reader = _Reader([opening[:LONGEST_LINE]] if opening else [])
    judge = _NothingMeant()
    first = begin(story, 0, (), persona.name)
    session = Session(story, [first], reader, AuthoredNarrator(), judge, judge)
    for _ in session.resume():
        pass
    for line, reply in pairs:
        reader.replies[:] = [reply[:LONGEST_LINE]]
        for _ in session.play(" ".join(line.split())[:LONGEST_LINE]):
            pass
    return session
