"""Whom a line is said to: the character it calls by name, which is not to talk about them."""

from __future__ import annotations

import re
from functools import lru_cache

from ..story import Story

_CALLS = r"(?:喂|嘿|哎|嗨|诶|hey|hi|hello|oi|oh|ah|look|listen|please|well|so|ok|okay|come on)"
_START = r"^\W*(?:{calls}\W+)?{name}(?:\s*[,，、:：.。!！?？…~—-]|(?=[你您]))"
_END = r"(?:[,，]|[.。!！?？…]\s)\s*{name}\W*$"


def addressee(story: Story, line: str) -> str:
    """The id of the one character a line calls by name, on stage or not, or empty."""
    called = [one for one, who in story.cast.items() if _pattern(who.name).search(line)]
    return called[0] if len(called) == 1 else ""


@lru_cache(maxsize=256)
def _pattern(name: str) -> re.Pattern[str]:
    name = re.escape(name)
    return re.compile(
        f"{_START.format(calls=_CALLS, name=name)}|{_END.format(name=name)}", re.IGNORECASE
    )
