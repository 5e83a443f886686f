"""Texts of cards as texts of ours, and back.

A card's macros are plain substitutions. Two of them live on ({{user}}, {{persona}}), some can be
settled now, and whatever else is in braces is text: every brace that Jinja could take for its own
is written so that it is shown, and nothing of a card is ever evaluated.
"""

from __future__ import annotations

import re
import zlib

from ... import templates
from ...values import TemplateFault
from .faults import Repairs
from .jsonsafe import short

_MACRO = re.compile(r"\{\{([^{}]{0,500})\}\}|<(user|bot|char)>", re.IGNORECASE)
_BRACE = re.compile(r"\{(?=[{%#]|$)")
_PLAYER = "{{ player.name }}"
_PLAYER_INFO = "{{ player.info }}"
_DROPPED = ("//", "comment:", "hidden_key:")
_EMPTY = frozenset({"original", "trim", "noop", ""})


class Macros:
    """Replaces the macros of one card, whose character is called `char`."""

    def __init__(self, char: str, repairs: Repairs) -> None:
        self.char, self._repairs = char, repairs

    def template(self, text: str) -> str:
        """A text of ours (a template) that shows what the card's text shows."""
        parts: list[str] = []
        end = 0
        for found in _MACRO.finditer(text):
            parts += [escaped(text[end : found.start()]), self._ours(found, escape=True)]
            end = found.end()
        return "".join([*parts, escaped(text[end:])]).strip()

    def plain(self, text: str, player: str = "") -> str:
        """A text that is no template: keys, labels, what the player may say."""
        shown = _MACRO.sub(
            lambda found: (
                self._ours(found, escape=False).replace(_PLAYER, player).replace(_PLAYER_INFO, "")
            ),
            text,
        )
        return " ".join(shown.split())

    def _ours(self, found: re.Match[str], escape: bool) -> str:
        whole = (found[1] if found[1] is not None else found[2]).strip()
        word = whole.lower()
        if word == "user":
            return _PLAYER
        if word == "persona":
            return _PLAYER_INFO
        named = word in ("char", "bot")
        settled = self.char if named else self._settled(whole, word, found[0])
        return escaped(settled) if escape else settled

    def _settled(self, whole: str, word: str, source: str) -> str:
        if word in _EMPTY or word.startswith(_DROPPED):
            self._repairs.note("macro_dropped", macro=short(source, 40))
            return ""
        if word == "newline":
            return "\n"
        kind, _, rest = whole.partition(":")
        kind = kind.strip().lower()
        if kind in ("random", "pick"):
            chosen = _choice(rest)
        elif kind == "roll":
            chosen = _roll(rest)
        elif kind == "reverse":
            chosen = rest.strip()[::-1]
        else:
            self._repairs.note("macro_kept", macro=short(source, 40))
            return source
        self._repairs.note("macro_settled", macro=short(source, 40), text=short(chosen, 20))
        return chosen


def _choice(rest: str) -> str:
    """Always the same one of the list: a text of ours doesn't change by itself."""
    parts = rest.split("::") if "::" in rest else re.split(r"(?<!\\),", rest)
    options = [one.replace("\\,", ",").strip() for one in parts]
    options = [one for one in options if one]
    return options[zlib.crc32(rest.encode()) % len(options)] if options else ""


def _roll(rest: str) -> str:
    digits = rest.strip().lower().removeprefix("1").removeprefix("d")[:6]
    most = int(digits) if digits.isdecimal() and digits.isascii() and int(digits) > 0 else 6
    return str(zlib.crc32(rest.encode()) % most + 1)


def escaped(text: str) -> str:
    """A text that Jinja shows as it is."""
    return _BRACE.sub('{{ "{" }}', text)


def to_card(text: str, names: dict[str, object]) -> str:
    """A text of ours as a card's: the player is {{user}}; conditions are those of a beginning.

    A text that can't be rendered is given as it stands.
    """
    context = {**names, "player": {"name": "{{user}}", "info": "{{persona}}"}}
    try:
        return templates.render(text, context).strip()
    except TemplateFault:
        return text
