"""Puts a prompt together: (story, state, cue) → Prompt, and what is to be known of how.

The persona is rendered once a scene, the transcript only grows, and what is of this turn stands at
the end. `Composer` keeps what was made for a game, so that only what is new is made again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from game.lore import Found, Lore
from game.prompts import Message, Persona, Prompt
from game.prompts.cleaning import by_player, one_line, spoken
from game.prompts.describing import description, joined, player_info
from game.prompts.history import Count, History, Limits, estimate
from game.prompts.words import word, words
from game.stage import holds, names, render
from game.state import Entry, GameState
from game.story import Scenario, Story

KEPT_GAMES = 256

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Composed:
    """A prompt, and the lore it was given."""

    prompt: Prompt
    lore: Found


class Composer:
    """Makes prompts for any number of games; safe to share between them."""

    def __init__(self, limits: Limits | None = None, count: Count = estimate) -> None:
        self.limits, self.count = limits or Limits(), count
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = threading.Lock()

    def history(self, story: Story, state: GameState, session: str) -> History:
        """The transcript of a game as messages, brought to where the game is."""
        key = ("history", session, state.seed, story.digest, story.language)
        history = self._once(key, lambda: History(self.limits.history, self.count))
        history.follow(state.transcript, partial(message, story, state.player_name))
        return history

    def actor(
        self, story: Story, state: GameState, who: str, direction: str, session: str = ""
    ) -> Composed:
        """What a character is asked for its next line."""
        character = story.cast[who]
        lore = self._lore(story, who).found(state)
        aside = [*_notes(story, state, who)]
        if lore.told:
            told = joined((one.text for one in lore.told), story.language)
            aside.append(
                word(story.language, "direction.lore", bot=character.name, text=one_line(told))
            )
        aside.append(direction)
        prompt = Prompt(
            self._persona(story, state, who, session),
            word(story.language, "instructions", bot=character.name, user=state.player_name),
            self._messages(story, state, session),
            joined((one_line(part) for part in aside), story.language),
        )
        return Composed(prompt, lore)

    def narrator(self, story: Story, state: GameState, passage: str, session: str = "") -> Prompt:
        """What the narrator is asked: a passage, to be told in other words."""
        lang, user = story.language, state.player_name
        info = player_info(story, state)
        return Prompt(
            Persona(word(lang, "narrate.name"), word(lang, "narrate.info"), user, info),
            word(lang, "narrate.instructions", user=user),
            tuple(one for one in self._messages(story, state, session) if one.role != "player"),
            word(lang, "narrate.tell", text=one_line(passage)),
        )

    def summary(
        self, story: Story, state: GameState, before: str, fallen: Iterable[Message]
    ) -> Prompt:
        """What the recorder is asked: the lines that fell out, to be condensed."""
        lang = story.language
        messages = [Message("narrator", word(lang, "narrator"), before)] if before else []
        return Prompt(
            Persona(word(lang, "summary.name"), word(lang, "summary.info"), state.player_name, ""),
            word(lang, "summary.instructions"),
            (*messages, *fallen),
            word(lang, "summary.ask"),
        )

    # --- pieces --------------------------------------------------------------------------------

    def _messages(self, story: Story, state: GameState, session: str) -> tuple[Message, ...]:
        history = self.history(story, state, session)
        sent = history.sent()
        if not history.start:
            return tuple(sent)
        memory = self._memory(story, state, history)
        told = Message("narrator", word(story.language, "narrator"), memory)
        return (told, *sent) if memory else tuple(sent)

    def _memory(self, story: Story, state: GameState, history: History) -> str:
        """What is still known of the turns that fell out: pinned facts, and their summary."""
        pinned = history.pinned.get(history.start)
        if pinned is None:  # worked out once for each cut: the prompt's beginning stays the same
            pinned = history.pinned[history.start] = tuple(pinned_facts(story, state))
        summary = history.summaries.get(history.start, "")
        text = joined((*pinned, summary), story.language)
        return word(story.language, "memory", text=text) if text else ""

    def _persona(self, story: Story, state: GameState, who: str, session: str) -> Persona:
        entered = state.turns - state.turns_in_scene  # the persona is rendered once a scene
        key = ("persona", session, state.seed, story.digest, story.language, who, state.scene)
        return self._once(
            (*key, entered, state.player_name, state.player_info),
            lambda: Persona(
                story.cast[who].name,
                description(story, state, who),
                state.player_name,
                player_info(story, state),
            ),
        )

    def _lore(self, story: Story, who: str) -> Lore:
        return self._once(
            ("lore", story.digest, story.language, who),
            lambda: Lore(story, who, self.limits.lore, self.count),
        )

    def _once(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[return-value]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT_GAMES * 4:
                self._kept.popitem(last=False)
        return made


def message(story: Story, player: str, entry: Entry) -> Message:
    """A line of the transcript as data that can't pass for another voice."""
    if entry.kind == "player":
        voices = (one.name for one in story.cast.values())
        reserved = words(story.language, "narrators")
        return Message("player", player, by_player(entry.text, player, (*voices, *reserved)))
    if entry.kind == "character" and entry.who in story.cast:
        return Message("character", story.cast[entry.who].name, spoken(entry.text))
    return Message("narrator", word(story.language, "narrator"), spoken(entry.text))


def pinned_facts(story: Story, state: GameState) -> list[str]:
    """What has happened, in the author's words: it outlives the lines it happened in."""
    if not isinstance(story.scenario, Scenario):
        facts = story.puzzle.facts if story.puzzle else ()
        return [one.text for one in facts if one.id in state.facts]
    happened = set(state.happened)
    return [
        one_line(beat.means)
        for scene in story.scenario.scenes.values()
        for beat in scene.beats
        if beat.id in happened and beat.means
    ]


def _notes(story: Story, state: GameState, who: str) -> list[str]:
    """What is true of a character for now."""
    context = names(story, state)
    return [
        render(story, note.text, context)
        for note in story.cast[who].notes
        if holds(story, note.when, context)
    ]
