"""A model that speaks given lines: for tests, for demonstrations and for trying out a story.

    ScriptedModel(["你来了。", "坐吧。"])                     one line after the other
    ScriptedModel(lambda prompt: prompt.messages[-1].text)   a line made from the prompt

A `ModelError` among the lines is raised in its turn, so that failures can be played as well.
`prompts` and `questions` keep what was asked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from game.errors import ModelError
from game.models.base import Sampling
from game.prompts import Prompt

Line = str | ModelError
Scores = Callable[[Prompt, str, Sequence[str]], list[float] | None]


class ScriptedModel:
    """A `ChatModel` whose words are known beforehand."""

    def __init__(
        self,
        lines: Iterable[Line] | Callable[[Prompt], Line] = (),
        *,
        scores: Scores | None = None,
        piece: int = 4,
        name: str = "scripted",
    ) -> None:
        """`scores` answers `score` (none: this model can't tell); `piece` is a delta's length."""
        self.name = name
        self.prompts: list[Prompt] = []
        self.questions: list[tuple[str, tuple[str, ...]]] = []
        self.closed = False
        self._next = lines if callable(lines) else _one_after_the_other(lines)
        self._scores, self._piece = scores, max(1, piece)
        self._lock = threading.Lock()

    def stream(
        self, prompt: Prompt, settings: Sampling, cancel: threading.Event, session: str = ""
    ) -> Iterator[str]:
        """The next line of the script, in pieces."""
        with self._lock:
            self.prompts.append(prompt)
            line = self._next(prompt)
        if isinstance(line, ModelError):
            raise line
        line = line.strip()
        for start in range(0, len(line), self._piece):
            if cancel.is_set():
                return
            yield line[start : start + self._piece]

    def score(
        self, prompt: Prompt, question: str, options: Sequence[str], session: str = ""
    ) -> list[float] | None:
        """What `scores` says, or None without it."""
        with self._lock:
            self.questions.append((question, tuple(options)))
        return self._scores(prompt, question, options) if self._scores else None

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


def _one_after_the_other(lines: Iterable[Line]) -> Callable[[Prompt], Line]:
    rest = iter(lines)

    def following(prompt: Prompt) -> Line:
        return next(rest, None) or ModelError("missing", "the script has no line left", "scripted")

    return following
