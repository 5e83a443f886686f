"""A causal language model on its device: reads ids into a kept cache and gives the next logits.

Reading is done in chunks that take about `STEP` seconds, each in a turn of its own, so that a
long prompt can be stopped and shared with others who are speaking.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from transformers import DynamicCache

from game.errors import ModelError
from game.models.local.cache import KeptCache
from game.models.local.turns import Turns

STEP = 0.12
SMALLEST, LARGEST = 16, 2048


class Network:
    """A transformers model, used by one thread at a time."""

    def __init__(self, model: Any, device: str) -> None:
        self.model, self.device = model, torch.device(device)
        self.turns = Turns()
        self._chunk = 256 if self.device.type != "cpu" else 32

    @property
    def config(self) -> Any:
        """The text model's settings (multimodal models nest them)."""
        return self.model.config.get_text_config()

    @property
    def window(self) -> int:
        """How many ids the model can attend to."""
        return int(getattr(self.config, "max_position_embeddings", 0) or 32_768)

    def new_cache(self) -> KeptCache:
        """An empty cache for one dialogue."""
        config = self.config
        heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
        width = getattr(config, "head_dim", None) or (
            config.hidden_size // config.num_attention_heads
        )
        size = torch.empty((), dtype=self.model.dtype).element_size()
        per_token = 2 * config.num_hidden_layers * heads * width * size
        return KeptCache(lambda: DynamicCache(config=config), per_token)

    def read(
        self, kept: KeptCache, ids: Sequence[int], cancel: threading.Event
    ) -> torch.Tensor | None:
        """Make `kept` hold exactly `ids`; the logits after them, or None when cancelled."""
        if len(ids) >= self.window:
            detail = f"the prompt has {len(ids)} tokens, the model reads {self.window}"
            raise ModelError("malformed", detail)
        rest = kept.prepare(ids)
        logits = None
        while rest:
            with self.turns.step(cancel) as mine:
                if not mine:
                    return None
                start, size = time.perf_counter(), min(self._chunk, len(rest))
                logits = self._forward(kept, rest[:size])[-1]
                self._adapt(size, time.perf_counter() - start)
            rest = rest[size:]
        return logits

    def step(self, kept: KeptCache, token: int, cancel: threading.Event) -> torch.Tensor | None:
        """Read one more token; the logits after it, or None when cancelled."""
        with self.turns.step(cancel) as mine:
            return self._forward(kept, [token])[-1] if mine else None

    def branches(self, kept: KeptCache, tails: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        """The logits after each id of several continuations of `kept`, which stays as it is.

        All are read at once: each sees what is kept and itself, but not the others.
        """
        past, total = len(kept.ids), sum(map(len, tails))
        places, allowed = _side_by_side(tails, past)
        mask = torch.zeros(allowed.shape, dtype=self.model.dtype)
        mask = mask.masked_fill(~allowed, torch.finfo(self.model.dtype).min)
        flat = [token for tail in tails for token in tail]
        with self.turns.step(threading.Event()):
            logits = self._forward(
                kept,
                flat,
                logits_to_keep=total,
                attention_mask=mask[None, None].to(self.device),
                position_ids=places[None].to(self.device),
            )
            kept.crop(past)
        return list(torch.split(logits.float().cpu(), [len(tail) for tail in tails]))

    def _forward(self, kept: KeptCache, ids: Sequence[int], **extra: Any) -> torch.Tensor:
        extra.setdefault("logits_to_keep", 1)
        with _told_in_words(kept), torch.inference_mode():
            batch = torch.tensor([list(ids)], device=self.device)
            out = self.model(input_ids=batch, past_key_values=kept.past, use_cache=True, **extra)
            logits: torch.Tensor = out.logits[0]
            if self.device.type == "cuda":
                torch.cuda.synchronize(self.device)
        kept.ids.extend(ids)
        kept.fed += len(ids)
        return logits

    def _adapt(self, size: int, seconds: float) -> None:
        if size == self._chunk:
            wish = int(size * STEP / max(seconds, 1e-4))
            self._chunk = max(SMALLEST, min(LARGEST, wish, 2 * size))


def _side_by_side(tails: Sequence[Sequence[int]], past: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The position of each id of several continuations, and which keys each of them may see."""
    total = sum(map(len, tails))
    allowed = torch.zeros(total, past + total, dtype=torch.bool)
    allowed[:, :past] = True
    places, start = [], 0
    for tail in tails:
        end = start + len(tail)
        own = torch.ones(len(tail), len(tail), dtype=torch.bool).tril()
        allowed[start:end, past + start : past + end] = own
        places.append(torch.arange(past, past + len(tail)))
        start = end
    return torch.cat(places), allowed


@contextmanager
def _told_in_words(kept: KeptCache) -> Iterator[None]:
    """A failed step leaves the cache half written: it is emptied, and the error gets a kind."""
    try:
        yield
    except (RuntimeError, MemoryError, IndexError) as error:
        kept.reset()
        short = isinstance(error, (MemoryError, torch.OutOfMemoryError)) or any(
            word in str(error) for word in ("out of memory", "can't allocate", "not enough memory")
        )
        raise ModelError("memory" if short else "malformed", str(error)[:500]) from error
