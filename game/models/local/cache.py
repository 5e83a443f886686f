"""What a model has read, kept from one turn to the next: one cache per character and game.

A cache knows the ids it stands for. Before it is used it is cropped to what it shares with the
new prompt: undo, retry, edit and text that was of one turn only need no code of their own.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

Key = tuple[str, str]  # character, session
REPLIES = 512


class KeptCache:
    """The attention cache of one dialogue, with the ids that it holds and the replies in it."""

    def __init__(self, empty: Callable[[], Any], token_bytes: int) -> None:
        """`empty` makes a new cache; `token_bytes` is what one id costs in memory."""
        self._empty, self._token_bytes = empty, token_bytes
        self.ids: list[int] = []
        self.past: Any = empty()
        self.fed = 0  # how many ids went through the model, over the cache's life
        self._replies: OrderedDict[str, tuple[int, ...]] = OrderedDict()

    @property
    def bytes(self) -> int:
        """Memory this cache takes."""
        return len(self.ids) * self._token_bytes

    @property
    def croppable(self) -> bool:
        """Whether its end can be taken back (a sliding window's can't)."""
        return all(
            getattr(layer, "is_croppable", False) and not getattr(layer, "is_sliding", False)
            for layer in self.past.layers
        )

    def prepare(self, ids: Sequence[int]) -> list[int]:
        """Crop to what is shared with `ids`; the rest of them, at least one, is to be fed."""
        shared = min(shared_length(self.ids, ids), len(ids) - 1)
        if self.past.get_seq_length() != len(self.ids):
            self.reset()
            shared = 0
        elif shared < len(self.ids):
            self.crop(shared)
            shared = len(self.ids)
        return list(ids[shared:])

    def crop(self, length: int) -> None:
        """Forget all but the first `length` ids."""
        if length == 0 or not self.croppable:
            self.reset()
        else:
            self.past.crop(length - len(self.ids))
            del self.ids[length:]

    def reset(self) -> None:
        """Forget everything read; the ids of earlier replies stay known."""
        self.ids, self.past = [], self._empty()

    def reply_ids(self, text: str) -> tuple[int, ...] | None:
        """The ids a reply was spoken with: encoding its text again may give others."""
        return self._replies.get(text)

    def remember(self, text: str, ids: Sequence[int]) -> None:
        """Note the ids of a reply."""
        self._replies[text] = tuple(ids)
        self._replies.move_to_end(text)
        while len(self._replies) > REPLIES:
            self._replies.popitem(last=False)


def shared_length(old: Sequence[int], new: Sequence[int]) -> int:
    """How many ids two lists begin with in common."""
    for at, (left, right) in enumerate(zip(old, new, strict=False)):
        if left != right:
            return at
    return min(len(old), len(new))


class Shelf:
    """Keeps caches that are not in use, the least recently used going first at the limit."""

    def __init__(self, make: Callable[[], KeptCache], limit: int) -> None:
        self._make, self.limit = make, limit
        self._kept: OrderedDict[Key, KeptCache] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Key) -> KeptCache:
        """The cache of a dialogue, or a new one; while it is out nobody else has it."""
        with self._lock:
            return self._kept.pop(key, None) or self._make()

    def put(self, key: Key, cache: KeptCache) -> None:
        """Bring a cache back, and let the oldest go until all fit."""
        with self._lock:
            self._kept[key] = cache
            self._kept.move_to_end(key)
            while self._kept and sum(kept.bytes for kept in self._kept.values()) > self.limit:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Let all of them go."""
        with self._lock:
            self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)
