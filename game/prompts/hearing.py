"""Who heard what: of a game's lines those that a character was there for.

A character hears what is said while it is on stage, and knows what it said itself. Who speaks from
off stage has heard what was said in that place since the player's line: it is what they answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from game.errors import ContentError
from game.stage import present, scene_of
from game.state import Entry, GameState, Moment, changed
from game.story import Story

WasThere = Callable[[Entry], bool]


def there(story: Story, state: GameState, at: Moment) -> tuple[str, ...]:
    """Who was on stage at an earlier moment of this game."""
    before = changed(
        state,
        scene=at.scene,
        vars=at.vars,
        turns=at.turns,
        turns_in_scene=at.turns_in_scene,
        happened=at.happened,
        goals=at.goals,
        visited=at.visited,
    )
    try:
        return present(story, before)
    except ContentError:  # the story has changed since, and asks for what there wasn't then
        return tuple(one.who for one in scene_of(story, before).present if one.when is None)


class Hearing:
    """The lines that one character has heard; follows undo and redo."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._closed: tuple[Entry, ...] = ()  # all lines of the turns that are over
        self._heard: list[Entry] = []  # and those of them that were heard

    def follow(
        self, transcript: tuple[Entry, ...], was_there: WasThere, answers: str = ""
    ) -> tuple[Entry, ...]:
        """What has been heard (by nobody, the narrator: all).

        `answers` is the scene in which the character is about to speak from off stage.
        """
        if not self._who:
            return transcript
        if transcript[: len(self._closed)] != self._closed:
            self._closed, self._heard = (), []
        start = len(self._closed)
        for end in _ends(transcript, start):
            self._heard += self._of_turn(transcript[start:end], was_there)
            start = end
        self._closed = transcript[:start]
        return (*self._heard, *self._of_turn(transcript[start:], was_there, answers))

    def _of_turn(
        self, turn: Sequence[Entry], was_there: WasThere, answers: str = ""
    ) -> list[Entry]:
        found: list[Entry] = []
        scenes = {answers} - {""}
        for entry in reversed(turn):
            heard = was_there(entry)
            if entry.who == self._who and entry.kind == "character":
                if entry.at and not heard:
                    scenes.add(entry.at.scene)
                heard = True
            if heard or (entry.at and entry.at.scene in scenes):
                found.append(entry)
        return found[::-1]


def _ends(transcript: Sequence[Entry], start: int) -> Iterator[int]:
    """Where the turns from `start` on end, the one that goes on left out."""
    for index in range(start + 1, len(transcript)):
        if transcript[index].kind == "player":
            yield index
