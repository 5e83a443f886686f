"""The parts of a spoken line: what is said, and what is done in （）, () or between asterisks.

Text from players, models and cards is cleaned first: control characters could move a terminal's
cursor, and direction marks could show a line in another order than it is.
"""

from __future__ import annotations

import re
import unicodedata

Segment = tuple[str, str]  # style ("speech" or "action"), text

_PAIRS = {"（": "）", "(": ")"}
_STARS = re.compile(r"(\*{1,3})(?=[^\s*])([^*\n]*[^\s*])\1(?!\*)")
_DIRECTION = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SPACES = re.compile(r"\n\s*\n\s*")


def clean(text: str) -> str:
    """The text without control characters and direction marks; at most one empty line in a row."""
    kept = "".join(
        one
        for one in text.replace("\r\n", "\n").replace("\t", " ").replace("\u2028", "\n")
        if one == "\n" or (unicodedata.category(one) not in ("Cc", "Cs") and one not in _DIRECTION)
    )
    return _SPACES.sub("\n\n", kept)


def segments(text: str) -> list[Segment]:
    """A line's parts in order; brackets belong to the action they hold, asterisks are left out.

    An action whose bracket never closes (a reply that was cut, or is still being typed) goes on
    to the end of its line; a lone asterisk is an ordinary character.
    """
    parts: list[Segment] = []
    start = at = 0
    while at < len(text):
        end, inner = _action(text, at)
        if not end:
            at += 1
            continue
        if text[start:at]:
            parts.append(("speech", text[start:at]))
        parts.append(("action", inner))
        start = at = end
    if text[start:]:
        parts.append(("speech", text[start:]))
    return parts


def settled(text: str) -> int:
    """How many characters at the start of a line being typed can be shown: not from an asterisk
    on that may still turn out to open an action."""
    tail = text.rfind("\n") + 1
    rest = _STARS.sub(lambda found: "-" * len(found.group()), text[tail:])
    star = rest.find("*")
    return len(text) if star < 0 else tail + star


def _action(text: str, at: int) -> tuple[int, str]:
    """Where the action that begins here ends, and its text; (0, "") if none begins."""
    if text[at] == "*":
        found = _STARS.match(text, at)
        return (found.end(), found.group(2)) if found else (0, "")
    if text[at] not in _PAIRS or (text[at] == "(" and text[at - 1 : at] in (":", ";", "=")):
        return 0, ""
    depth = 0
    for end in range(at, len(text)):
        if text[end] == text[at]:
            depth += 1
        elif text[end] == _PAIRS[text[at]]:
            depth -= 1
        if text[end] == "\n":
            return end, text[at:end]
        if depth == 0:
            return end + 1, text[at : end + 1]
    return len(text), text[at:]
