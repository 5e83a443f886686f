"""What fell out of the prompt, summarised once: by the model that also tells the story."""

from __future__ import annotations

from ..errors import ModelError
from ..models.base import ChatModel, Sampling, resting
from ..prompts.cleaning import spoken
from ..prompts.composing import Composer
from ..state import GameState
from ..story import Story
from . import Take

LONGEST = 800
SETTINGS = Sampling(temperature=0.3, top_p=0.9, max_tokens=300)


class Memory:
    """Keeps the summaries of games in the composer that uses them; made at most once each."""

    def __init__(self, model: ChatModel, composer: Composer) -> None:
        self.model, self.composer = model, composer

    def keep(self, story: Story, state: GameState, take: Take) -> None:
        """Summarise what has fallen out since the last summary; a failure leaves it dropped."""
        history = self.composer.history(story, state, take.session)
        fallen = history.fallen()
        if fallen is None or resting(self.model):
            return
        before, messages = fallen
        prompt = self.composer.summary(story, state, before, messages)
        try:
            text = "".join(
                self.model.stream(prompt, SETTINGS, take.cancel, f"{take.session}/memory")
            )
        except ModelError:
            text = before
        if not take.cancel.is_set():
            history.summaries[history.start] = spoken(text)[:LONGEST]
