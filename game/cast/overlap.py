"""Whether a line has anything in common with a text: the least evidence that it speaks of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..folding import folded

_CHINESE = re.compile(r"[\u3400-\u9fff]+")


def shares_words(line: str, texts: Iterable[str], without: str, language: str) -> bool:
    """Whether a line shares a telling piece with any of the texts, beside those of `without`."""
    told = _pieces(" ".join(texts), language) - _pieces(without, language)
    return bool(_pieces(line, language) & told)


def _pieces(text: str, language: str) -> frozenset[str]:
    text = folded(text)
    if language == "zh":
        runs = _CHINESE.findall(text)
        return frozenset(run[i : i + 2] for run in runs for i in range(len(run) - 1))
    from ..matching.features import dull, stems

    return frozenset(stems(text)) - dull()
