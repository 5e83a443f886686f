"""Guards over a reply while it is spoken: what must not be heard is never shown.

A `Guard` watches one reply grow. Shown text is never taken back, so what may still turn out to be
a label, a token or a word of the list waits until it is decided. Each guard can be switched off,
and `fired` says which of them had something to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from .prompts.cleaning import TOKENS, one_line
from .unfit import Unfit

LONGEST_TOKEN = 48
LOOPS = ((1, 16), (2, 8), (4, 5), (10, 3))  # from this length on, so many times in a row
LONGEST_LOOP = 60
LIKE = 88.0  # per cent: from here on a line is the same one again
LIKE_BEGINNING = 85.0
SHORTEST_REPEAT = 8

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_MARKUP = re.compile(r"\*\*|__|^\s*#{1,6}\s+|```\w*|</?[a-zA-Z][^<>\n]{0,40}>", re.MULTILINE)
_NOTE = re.compile(r"【※】.*", re.DOTALL)
_OPEN = re.compile(rf"[<【\[`][^>】\]`]{{0,{LONGEST_TOKEN}}}$|\*$|#+\s*$")
_SENTENCE = re.compile(r".*[。！？…!?.；;”’」』）)\n]", re.DOTALL)
_EDGE = r"(?:^|(?<=[\n。！？!?…」”）)\]】.~～]))[ \t　]*"
_LETTERS = re.compile(r"[\W_]+")

Switch = Callable[[str], bool]


class Guard:
    """Cleans one reply of one voice; `before` are that voice's last lines."""

    def __init__(
        self,
        own: str,
        others: Iterable[str],
        before: Sequence[str] = (),
        unfit: Unfit | None = None,
        switch: Switch = lambda name: True,
    ) -> None:
        self.shown = ""
        self.fired: list[str] = []
        self.over = False  # nothing after this is wanted any more
        self.held = False  # nothing was shown yet, as it may be a line that was said before
        self._own, self._switch, self._unfit = own, switch, unfit
        names = {own, *others} if switch("label") else {*others} - {own}
        self._names = tuple(sorted(names - {""}, key=len, reverse=True))
        self._before = [bare(one) for one in before if len(bare(one)) >= SHORTEST_REPEAT]

    def push(self, raw: str, final: bool = False) -> str:
        """What can be shown in addition, now that the whole reply so far is `raw`."""
        if self.over:
            return ""
        text = self._clean(raw, final)
        if not final and not self.over and self._repeats(text):
            self.held = True
            return ""
        text = text.strip()
        piece = text[len(self.shown) :] if text.startswith(self.shown) else ""
        self.shown += piece
        return piece

    def repeated(self) -> bool:
        """Whether the whole reply is nearly one of the lines before it."""
        return self._on("repeats") and same(bare(self.shown), self._before, LIKE)

    # --- one guard after the other ---------------------------------------------------------------

    def _clean(self, raw: str, final: bool) -> str:
        text = raw
        if self._on("markup"):
            text = self._without_markup(text, final)
        if self._on("label"):
            text = self._without_label(text, final)
        if self._on("voices"):
            text = self._own_voice(text, final)
        text = re.sub(r"\s*\n\s*", " ", text)
        if self._on("loops"):
            text = self._once(text)
        return self._fit(text, final) if self._on("unfit") and self._unfit else text

    def _without_markup(self, text: str, final: bool) -> str:
        clean = _MARKUP.sub("", TOKENS.sub("", _NOTE.sub("", _THOUGHT.sub("", text))))
        if clean != text:
            self._note("markup")
        return clean if final else _OPEN.sub("", clean)

    def _without_label(self, text: str, final: bool) -> str:
        found = _label(self._own).match(text)
        if found:
            self._note("label")
            return text[found.end() :]
        may_be = len(text.strip()) <= len(self._own) + 3 and _begins(text, (self._own,))
        return "" if may_be and not final else text

    def _own_voice(self, text: str, final: bool) -> str:
        found = _voices(self._names).search(text)
        while found and (found["bare"] or found["bracketed"]) == self._own:
            text = text[: found.start()] + text[found.end() :]
            found = _voices(self._names).search(text)
        if found:
            self._note(f"voices:{found['bare'] or found['bracketed']}")
            self.over = True
            return text[: found.start()]
        if final or not self._names:
            return text
        edges = [one.end() for one in re.finditer(_EDGE, text)]
        tail = text[edges[-1] :] if edges else text
        if len(tail) <= len(self._names[0]) + 3 and _begins(tail, self._names):
            return text[: len(text) - len(tail)]
        return text

    def _once(self, text: str) -> str:
        unit = loop(text)
        if not unit:
            return text
        self._note("loops")
        self.over = True
        while text.endswith(unit * 2):
            text = text[: -len(unit)]
        return text

    def _fit(self, text: str, final: bool) -> str:
        assert self._unfit is not None
        if not final:
            text = text[: len(text) - self._unfit.begun(text)]
        at = self._unfit.first(text)
        if at is not None:
            self._note("unfit")
            self.over = True
            whole = _SENTENCE.match(text[:at])
            return whole.group() if whole else ""
        return text

    def _repeats(self, text: str) -> bool:
        """Whether what was said so far may become a line that was said before."""
        if self.shown or not self._on("repeats"):
            return False
        said = bare(text)
        return same(said, [one[: len(said)] for one in self._before], LIKE_BEGINNING)

    def _on(self, name: str) -> bool:
        return self._switch(name)

    def _note(self, what: str) -> None:
        if what not in self.fired:
            self.fired.append(what)


def bare(text: str) -> str:
    """A line's letters alone."""
    return _LETTERS.sub("", one_line(text)).casefold()


def same(line: str, others: Sequence[str], least: float) -> bool:
    """Whether a line is nearly one of the others."""
    if not line or not others:
        return False
    from rapidfuzz.fuzz import ratio

    return any(ratio(line, other) >= least for other in others)


def loop(text: str) -> str:
    """The piece that a text ends with again and again, or nothing."""
    for length in range(1, min(LONGEST_LOOP, len(text) // 3) + 1):
        times = next(times for least, times in reversed(LOOPS) if length >= least)
        unit = text[-length:]
        if text.endswith(unit * times) and (length > 1 or unit.strip()):
            return unit
    return ""


def _begins(text: str, names: Sequence[str]) -> bool:
    """Whether a text may be the beginning of a label with one of the names."""
    said = text.strip().lstrip("[【（(*").rstrip("]】）)* \t　")
    return any(name.startswith(said) for name in names)


@lru_cache(maxsize=256)
def _label(name: str) -> re.Pattern[str]:
    named = re.escape(name) if name else r"(?!)"
    return re.compile(
        rf"\s*(?:[\[【]\s*{named}\s*[\]】]\s*[:：]?|[*]*{named}[*]*\s*[:：∶]|[（(]{named}[）)]\s*[:：])"
        r"[*]*\s*"
    )


@lru_cache(maxsize=256)
def _voices(names: tuple[str, ...]) -> re.Pattern[str]:
    listed = "|".join(re.escape(name) for name in names) or r"(?!)"
    return re.compile(
        rf"{_EDGE}(?:[*]*(?P<bare>{listed})[*]*[ \t]*[:：∶]"
        rf"|[\[【]\s*(?P<bracketed>{listed})\s*[\]】][ \t]*[:：]?)[ \t]*",
        re.MULTILINE,
    )
