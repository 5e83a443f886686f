"""Lines that say word for word, or but for a slip of the keys, what an author wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from .features import dull, stem, words

_ZH_FILLER = re.compile(r"^(?:嗯|哎|喂|那|那么|请|好吧|好的)+|[了吧啊呢呀哦哟啦嘛哈的]+$")
_EN_FILLER = frozenset(words("please well so oh ok okay then hey just now um uh hmm yes"))
_MENDABLE = re.compile(r"\b[a-z]{4,20}\b")


def bare(text: str, language: str) -> str:
    """A plain text without punctuation and words that change nothing."""
    if language == "zh":
        joined = "".join(words(text))
        return _ZH_FILLER.sub("", joined) or joined
    tokens = words(text)
    return " ".join(t for t in tokens if t not in _EN_FILLER) or " ".join(tokens)


class Speller:
    """Mends English words that nobody wrote but that are a slip away from an author's word."""

    def __init__(self, own: Iterable[str], common: Iterable[str]) -> None:
        self._own = sorted({word for text in own for word in words(text) if len(word) >= 4})
        self._known = {word for text in common for word in words(text)}.union(self._own, dull())
        self._mended = lru_cache(maxsize=1024)(self._look_up)

    def _look_up(self, word: str) -> str:
        if word in self._known or stem(word) in dull():
            return word
        from rapidfuzz.distance import OSA  # 20 ms: only when first needed
        from rapidfuzz.process import extractOne

        near = [w for w in self._own if w[0] == word[0]]
        if len(word) == 4:  # too short to be sure, but for letters that changed places
            near = [w for w in near if sorted(w) == sorted(word)]
        slips = 1 if len(word) < 8 else 2
        found = extractOne(word, near, scorer=OSA.distance, score_cutoff=slips)
        return found[0] if found else word

    def mend(self, text: str) -> str:
        """The text with its slips mended."""
        return _MENDABLE.sub(lambda match: self._mended(match[0]), text)
