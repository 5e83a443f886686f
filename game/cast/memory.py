"""What fell out of a prompt, summarised once: by the model that also tells the story."""

from __future__ import annotations

from collections.abc import Generator

from ..errors import ModelError
from ..events import Summarised
from ..models.base import ChatModel, Sampling, resting
from ..prompts.cleaning import spoken
from ..prompts.composing import LONGEST_SUMMARY, Composer, summaries
from ..state import GameState, apply
from ..story import Story
from . import Take

SETTINGS = Sampling(temperature=0.3, top_p=0.9, max_tokens=300)


class Memory:
    """Makes the summaries that a game keeps as its events: one for each cut of each prompt."""

    def __init__(self, model: ChatModel, composer: Composer) -> None:
        self.model, self.composer = model, composer

    def keep(self, story: Story, state: GameState, who: str, take: Take) -> Summarised | None:
        """A summary of what has fallen out of a character's prompt since the last one, if any.

        After a failure the last one stays, and what fell out since is dropped.
        """
        history = self.composer.history(story, state, take.session, who)
        fallen = history.fallen(summaries(state, who))
        if fallen is None or resting(self.model):
            return None
        before, messages = fallen
        prompt = self.composer.summary(story, state, before, messages)
        try:
            text = "".join(
                self.model.stream(prompt, SETTINGS, take.cancel, f"{take.session}/memory")
            )
        except ModelError:
            text = before
        if take.cancel.is_set():
            return None
        return Summarised(who, history.start, spoken(text)[:LONGEST_SUMMARY])


def remembered(
    memory: Memory | None, story: Story, state: GameState, who: str, take: Take
) -> Generator[Summarised, None, GameState]:
    """The summary that is due before a line is spoken, if any; returns the state that has it."""
    made = memory.keep(story, state, who, take) if memory else None
    if made is None:
        return state
    yield made
    return apply(state, made)
