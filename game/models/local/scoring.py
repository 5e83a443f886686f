"""Which closed answer is likeliest: mean log-probability per token, on one shared prefix."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import torch

from game.models.local.cache import KeptCache
from game.models.local.network import Network

# Continuations are read together up to so many ids, which bounds the memory their logits take.
TOGETHER = 128


def score(
    network: Network, kept: KeptCache, ids: Sequence[int], options: Sequence[Sequence[int]]
) -> list[float]:
    """How likely each of `options` (as ids) follows `ids`."""
    logits = network.read(kept, ids, threading.Event())
    assert logits is not None  # nothing cancels it
    first = torch.log_softmax(logits.float().cpu(), dim=-1)
    scores = [float(first[option[0]]) if option else -torch.inf for option in options]
    longer = [at for at, option in enumerate(options) if len(option) > 1]
    for group in _groups(longer, options):
        tails = [options[at][:-1] for at in group]
        for at, after in zip(group, _continued(network, kept, ids, tails), strict=True):
            scores[at] += _gained(after, options[at][1:])
    return [total / max(1, len(option)) for total, option in zip(scores, options, strict=True)]


def _gained(logits: torch.Tensor, followers: Sequence[int]) -> float:
    chances = torch.log_softmax(logits, dim=-1)
    return float(chances[torch.arange(len(followers)), torch.tensor(followers)].sum())


def _continued(
    network: Network, kept: KeptCache, ids: Sequence[int], tails: Sequence[Sequence[int]]
) -> list[torch.Tensor]:
    if kept.croppable:
        return network.branches(kept, tails)
    return [_one_by_one(network, kept, ids, tail) for tail in tails]


def _one_by_one(
    network: Network, kept: KeptCache, ids: Sequence[int], tail: Sequence[int]
) -> torch.Tensor:
    """For caches whose end can't be taken back: read all again for each option."""
    never = threading.Event()
    rows: list[torch.Tensor] = []
    network.read(kept, ids, never)
    for token in tail:
        logits = network.step(kept, token, never)
        assert logits is not None
        rows.append(logits.float().cpu())
    return torch.stack(rows)


def _groups(longer: Sequence[int], options: Sequence[Sequence[int]]) -> list[list[int]]:
    groups: list[list[int]] = []
    room = 0
    for at in longer:
        if len(options[at]) > room:
            groups.append([])
            room = TOGETHER
        groups[-1].append(at)
        room -= len(options[at])
    return groups
