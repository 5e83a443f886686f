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
from game.prompts.hearing import Hearing, there
from game.prompts.history import Count, History, Limits, estimate
from game.prompts.words import word, words
from game.stage import holds, names, present, render
from game.state import LONGEST_PIN, Entry, GameState, Moment, changed
from game.story import Beat, Scenario, Story

KEPT_GAMES = 256
LONGEST_SUMMARY = 800

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

    def history(self, story: Story, state: GameState, session: str, who: str = "") -> History:
        """What a character has heard (nobody: all that was said) as messages, up to now."""
        key = ("history", session, state.seed, story.digest, story.language, who)
        history = self._once(key, lambda: History(self.limits.history, self.count))
        heard = self._heard(story, state, session, who)
        history.follow(heard, partial(message, story, state.player_name))
        return history

    def actor(
        self, story: Story, state: GameState, who: str, direction: str, session: str = ""
    ) -> Composed:
        """What a character is asked for its next line."""
        character = story.cast[who]
        heard = changed(state, transcript=self._heard(story, state, session, who))
        lore = self._lore(story, who).found(heard)
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
            self._messages(story, state, session, who),
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

    def _messages(
        self, story: Story, state: GameState, session: str, who: str = ""
    ) -> tuple[Message, ...]:
        history = self.history(story, state, session, who)
        memory = self._memory(story, state, history, who)
        if not memory:
            return tuple(history.sent())
        return (Message("narrator", word(story.language, "narrator"), memory), *history.sent())

    def _memory(self, story: Story, state: GameState, history: History, who: str) -> str:
        """What stays known: of the turns that fell out what happened, and what the player pinned.

        It depends on nothing but where the lines that are sent begin, so that the beginning of the
        prompt stays the same, and is the same after a restart.
        """
        lang, told = story.language, []
        if history.start:
            facts = history.facts.get(history.start)
            if facts is None:
                until = history.first.at if history.first else None
                facts = tuple(past_facts(story, state, who, until))
                history.facts[history.start] = facts
            _, summary = history.summary(summaries(state, who))
            if text := joined((*facts, summary), lang):
                told.append(word(lang, "memory", text=text))
        if state.pins:
            pins = joined((pin(story, state, one) for one in state.pins), lang)
            told.append(word(lang, "pinned", user=state.player_name, text=pins))
        return joined(told, lang)

    def _heard(self, story: Story, state: GameState, session: str, who: str) -> tuple[Entry, ...]:
        key = ("heard", session, state.seed, story.digest, story.language, who)
        hearing = self._once(key, lambda: Hearing(who))

        def was_there(entry: Entry) -> bool:
            return entry.at is None or who in there(story, state, entry.at)

        off_stage = bool(who) and who not in present(story, state)
        return hearing.follow(state.transcript, was_there, state.scene if off_stage else "")

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


def past_facts(
    story: Story, state: GameState, who: str = "", until: Moment | None = None
) -> list[str]:
    """What had happened at a moment, in the author's words, as far as a character was there."""
    if not isinstance(story.scenario, Scenario):
        found = until.facts if until else state.facts
        return [one.text for one in story.puzzle.facts if one.id in found] if story.puzzle else []
    happened = until.happened if until else state.happened
    when = dict(zip(state.happened, state.moments, strict=False))

    def knows(beat: Beat) -> bool:
        at = when.get(beat.id)
        return not who or beat.who == who or at is None or who in there(story, state, at)

    return [
        one_line(beat.means)
        for scene in story.scenario.scenes.values()
        for beat in scene.beats
        if beat.id in happened and beat.means and knows(beat)
    ]


def summaries(state: GameState, who: str) -> dict[int, str]:
    """The summaries made for a character, by how many of the lines it has heard they cover.

    A save may come from anywhere: they are made data again.
    """
    own = (one for one in state.summaries if one.who == who)
    return {one.lines: spoken(one.text)[:LONGEST_SUMMARY] for one in own}


def pin(story: Story, state: GameState, text: str) -> str:
    """What the player pinned, as data: it speaks for nobody."""
    voices = (*(one.name for one in story.cast.values()), *words(story.language, "narrators"))
    return by_player(text, state.player_name, voices, LONGEST_PIN)


def _notes(story: Story, state: GameState, who: str) -> list[str]:
    """What is true of a character for now."""
    context = names(story, state)
    return [
        render(story, note.text, context)
        for note in story.cast[who].notes
        if holds(story, note.when, context)
    ]
