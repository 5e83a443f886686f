"""A line as a player typed it, as data: one line, nothing that can't be seen, of bounded length.

The two joiners are kept where writing needs them: between the parts of one emoji, and within the
scripts whose letters they join or part. Elsewhere they could hide a word from whoever looks for it.
"""

from __future__ import annotations

import re

_EMOJI = "\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff"
# Arabic and its neighbours, the scripts of India, Burmese, Khmer, Mongolian.
_SCRIPTS = "\u0620-\u074f\u0750-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1820-\u18af"
_JOINERS = re.compile(
    f"(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])|(?<=[{_SCRIPTS}])[\u200c\u200d](?=[{_SCRIPTS}])"
)


def typed(line: str, longest: int) -> str:
    """The line; what may not be in it becomes a space."""
    joiners = {found.start() for found in _JOINERS.finditer(line)}
    text = "".join(
        char if char.isprintable() or place in joiners else " " for place, char in enumerate(line)
    )
    return " ".join(text.split())[:longest].rstrip("\u200c\u200d")
