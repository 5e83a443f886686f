"""What of a game's transcript is sent: the newest turns, cut in blocks, counted once.

When the lines grow over the limit, whole turns fall out until they are well under it, so that the
beginning of the prompt then stays the same for many turns. Each line is made and counted once;
after that a prompt costs what is sent, however long the game is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from game.prompts import Message
from game.state import Entry

KEPT = 0.6  # the share of the limit that is left after a cut
PER_LINE = 4  # what a line costs beside its words

Count = Callable[[str], int]
Make = Callable[[Entry], Message]


def estimate(text: str) -> int:
    """About how many tokens a text is: a Chinese character one, four other letters one."""
    wide = (len(text.encode("utf-8", "replace")) - len(text)) // 2
    return wide + (len(text) - min(wide, len(text)) + 3) // 4


@dataclass(frozen=True, slots=True)
class Limits:
    """How many tokens the transcript and the lore of a prompt may take."""

    history: int = 3000
    lore: int = 400


class History:
    """One game's transcript as messages with their costs; follows undo and redo."""

    def __init__(self, limit: int, count: Count = estimate) -> None:
        self.limit, self.count = limit, count
        self.counted = 0  # lines counted so far, for whoever measures
        self._entries: tuple[Entry, ...] = ()
        self._messages: list[Message] = []
        self._total: list[int] = [0]  # cost of the first n lines
        self._turns: list[int] = []  # where the player's lines stand
        self._starts: list[int] = []  # where what is sent began, after each line
        # What had happened in the turns that fell out, by where what is sent begins.
        self.facts: dict[int, tuple[str, ...]] = {}

    @property
    def start(self) -> int:
        """Where what is sent begins."""
        return self._starts[-1] if self._starts else 0

    @property
    def cost(self) -> int:
        """The tokens of what is sent."""
        return self._total[-1] - self._total[self.start]

    def follow(self, transcript: tuple[Entry, ...], make: Make) -> None:
        """Bring the history to where the transcript is; only lines that are new are made."""
        known = len(self._entries)
        if transcript[:known] != self._entries:
            self._forget(_shared(self._entries, transcript))
            known = len(self._messages)
        for entry in transcript[known:]:
            self._add(entry, make(entry))
        self._entries = transcript

    def sent(self) -> Sequence[Message]:
        """The messages of the newest turns."""
        return self._messages[self.start :]

    @property
    def first(self) -> Entry | None:
        """The first line that is sent, if any is."""
        return self._entries[self.start] if self.start < len(self._entries) else None

    def summary(self, known: Mapping[int, str]) -> tuple[int, str]:
        """The last of the summaries (by how many lines they cover) of what fell out."""
        lines = max((one for one in known if one <= self.start), default=0)
        return lines, known.get(lines, "")

    def fallen(self, known: Mapping[int, str]) -> tuple[str, Sequence[Message]] | None:
        """The last summary and what fell out after it, where that is in no summary yet."""
        lines, text = self.summary(known)
        if lines == self.start:
            return None
        first = max(lines, bisect_left(self._total, self._total[self.start] - 2 * self.limit))
        return text, self._messages[first : self.start]

    def _add(self, entry: Entry, message: Message) -> None:
        self.counted += 1
        if entry.kind == "player":
            self._turns.append(len(self._messages))
        self._messages.append(message)
        self._total.append(self._total[-1] + self.count(message.text) + PER_LINE)
        self._starts.append(self._begin())

    def _begin(self) -> int:
        start = self._starts[-1] if self._starts else 0
        if self._total[-1] - self._total[start] <= self.limit:
            return start
        least = self._total[-1] - int(KEPT * self.limit)
        for turn in self._turns[bisect_left(self._turns, start + 1) :]:
            if self._total[turn] >= least:
                return turn
        return max(start, self._turns[-1]) if self._turns else start

    def _forget(self, length: int) -> None:
        del self._messages[length:], self._starts[length:], self._total[length + 1 :]
        self._turns = [one for one in self._turns if one < length]
        self.facts.clear()


def _shared(one: Sequence[Entry], other: Sequence[Entry]) -> int:
    length = 0
    for left, right in zip(one, other):  # noqa: B905 (the shorter one decides)
        if left != right:
            break
        length += 1
    return length
