"""Choosing the next token: repetition penalty, temperature, nucleus, seed."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import torch

from game.models.base import Sampling

# The nucleus nearly always lies within so many tokens: sorting these spares sorting them all.
SHORTLIST = 256
_SEEDS = 2**63 - 1


class Sampler:
    """Draws tokens for one reply; `seen` are the ids that a repetition penalty counts."""

    def __init__(self, settings: Sampling, seen: Iterable[int], stops: Collection[int]) -> None:
        self._settings = settings
        self._stops = torch.tensor(sorted(stops), dtype=torch.long)
        self._first = True
        self._seen = set(seen)
        self._dice = torch.Generator()
        if settings.seed is None:
            self._dice.seed()
        else:
            self._dice.manual_seed(settings.seed & _SEEDS)

    def choose(self, logits: torch.Tensor) -> int:
        """The next token; a reply never ends before it began."""
        logits = logits.float().cpu()
        if self._first:
            logits = logits.index_fill(0, self._stops, -torch.inf)
            self._first = False
        if self._settings.repetition_penalty != 1.0:
            logits = self._penalized(logits)
        if self._settings.temperature <= 0:
            token = int(logits.argmax())
        else:
            token = self._drawn(torch.softmax(logits / self._settings.temperature, dim=-1))
        if self._settings.repetition_penalty != 1.0:
            self._seen.add(token)
        return token

    def _penalized(self, logits: torch.Tensor) -> torch.Tensor:
        seen, penalty = torch.tensor(list(self._seen)), self._settings.repetition_penalty
        scores = logits[seen]
        scores = torch.where(scores < 0, scores * penalty, scores / penalty)
        return logits.index_copy(0, seen, scores)

    def _drawn(self, chances: torch.Tensor) -> int:
        top = min(1.0, self._settings.top_p)
        best, ids = chances.topk(min(SHORTLIST, chances.numel()))
        if best.sum() < top:
            best, ids = chances.sort(descending=True)
        before = best.cumsum(0) - best
        best = torch.where(before < top, best, 0.0)
        best[0] = best[0].clamp_min(1e-9)  # top_p of 0 leaves the likeliest
        return int(ids[torch.multinomial(best, 1, generator=self._dice)])
