"""A language model inside this process, as a `ChatModel`.

    prompt → ids (codec) → what is new of them, read (network, cache) → tokens (sampler) → text

Every step runs in the thread of whoever reads the stream; several games take turns.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from game.errors import ModelError
from game.models.base import Sampling
from game.models.local.cache import KeptCache, Shelf
from game.models.local.codec import Codec, Replies
from game.models.local.network import Network
from game.models.local.sampling import Sampler
from game.models.local.scoring import score
from game.models.local.text import Cleaner
from game.prompts import Prompt
from game.prompts.cleaning import spoken

LONGEST_TAIL = 16


class LocalModel:
    """Speaks and judges with a network and the codec that belongs to it."""

    def __init__(self, name: str, network: Network, codec: Codec, cache_bytes: int) -> None:
        """`cache_bytes` bounds what is kept of games that are not speaking just now."""
        self.name = name
        self.network, self.codec = network, codec
        self.shelf = Shelf(network.new_cache, cache_bytes)
        self._closed = False

    @property
    def window(self) -> int:
        """How many tokens a prompt and its reply may have together."""
        return self.network.window

    def count(self, prompt: Prompt) -> int:
        """How many tokens a prompt has."""
        return len(self.codec.prompt_ids(prompt, lambda text: None))

    def tokens(self, text: str) -> int:
        """How many tokens a line of text adds to a prompt, without its speaker's name."""
        return len(self.codec.option_ids(text))

    def stream(
        self, prompt: Prompt, settings: Sampling, cancel: threading.Event, session: str = ""
    ) -> Iterator[str]:
        """The next line, piece by piece; only what this dialogue's cache lacks is read."""
        with self._cache(prompt, session) as kept:
            network = self.network
            ids = self.codec.prompt_ids(prompt, _known(kept))
            logits = network.read(kept, ids, cancel)
            if logits is not None:
                yield from self._speak(network, kept, logits, settings, cancel)

    def score(
        self, prompt: Prompt, question: str, options: Sequence[str], session: str = ""
    ) -> list[float] | None:
        """How likely each option answers the question, on what this dialogue's cache holds."""
        with self._cache(prompt, session) as kept:
            ids = self.codec.question_ids(prompt, question, _known(kept))
            encoded = [self.codec.option_ids(option) for option in options]
            return score(self.network, kept, ids, encoded)

    def close(self) -> None:
        """Let the weights and all caches go."""
        self._closed = True
        self.shelf.clear()
        del self.network

    @contextmanager
    def _cache(self, prompt: Prompt, session: str) -> Iterator[KeptCache]:
        if self._closed:
            raise ModelError("missing", "the model was closed", self.name)
        key = (prompt.persona.bot_name, session)
        kept = self.shelf.take(key)
        try:
            yield kept
        except ModelError as error:
            raise ModelError(error.kind, error.detail, self.name) from error
        finally:
            self.shelf.put(key, kept)

    def _speak(
        self,
        network: Network,
        kept: KeptCache,
        logits: torch.Tensor,
        settings: Sampling,
        cancel: threading.Event,
    ) -> Iterator[str]:
        sampler = Sampler(settings, kept.ids, self.codec.stops)
        cleaner, reply = Cleaner(self.codec.replace), list[int]()
        room = min(settings.max_tokens, network.window - len(kept.ids))
        following: torch.Tensor | None = logits
        try:
            while following is not None and len(reply) < room and not cancel.is_set():
                token = sampler.choose(following)
                if token in self.codec.stops:
                    break
                reply.append(token)
                if piece := cleaner.push(self.codec.text(reply)):
                    yield piece
                following = network.step(kept, token, cancel)
            if piece := cleaner.push(self.codec.text(reply), final=True):
                yield piece
        finally:
            self._remember(kept, cleaner, reply)

    def _remember(self, kept: KeptCache, cleaner: Cleaner, reply: list[int]) -> None:
        """Note the ids of what was shown, which a stop may have left shorter than the reply."""
        for length in range(len(reply), max(0, len(reply) - LONGEST_TAIL), -1):
            if cleaner.clean(self.codec.text(reply[:length])) == cleaner.shown:
                kept.remember(spoken(cleaner.shown), reply[:length])
                return


def _known(kept: KeptCache) -> Replies:
    """The ids of replies by their text, as a prompt gives it: made safe to be sent again."""
    return lambda text: kept.reply_ids(spoken(text))
