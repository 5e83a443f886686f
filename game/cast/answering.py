"""What a line answers to a question asked back: yes, the second one, or the same once more."""

from __future__ import annotations

import re

from ..events import Candidate
from ..matching import Reading
from ..state import GameState

_YES = {
    "zh": re.compile(
        r"(?:嗯+|对+|是|好|行|没错|就是|可以|当然|就这样|[是就]这个|就这么办)(?:[的了吧啊呀呢]|没错)*"
    ),
    "en": re.compile(
        r"(?:yes|yeah|yep|yup|aye|sure|ok(?:ay)?|right|exactly|of course|that(?:'s it| one)?|i do"
        r"|do (?:it|that))(?: please)?"
    ),
}
_WHICH = {
    "zh": (r"第?一[个项]?|前(?:一个|者)", r"第?[二两][个项]?|后(?:一个|者)", r"第?三[个项]?"),
    "en": (r"(?:the )?first(?: one)?", r"(?:the )?second(?: one)?", r"(?:the )?third(?: one)?"),
}  # fmt: skip
_LAST = {"zh": r"最后(?:那|一)?[个项]|末一[个项]", "en": r"(?:the )?last(?: one)?"}
AGAIN = 0.15  # how like a reading a line must be to stand for it once more
_EDGES = re.compile(r"^\W+|\W+$")
_DOUBTS = ("negated", "opposite", "unclear", "again")  # a line that contradicts is no yes


def answered(state: GameState, reading: Reading, language: str) -> Candidate | None:
    """Which of the readings that were asked about before this line it settles on."""
    offered = state.offered
    if not offered or reading.decision == "accept":
        return None
    line = _EDGES.sub("", state.line).casefold()
    for place, pattern in enumerate(_WHICH[language][: len(offered)]):
        if re.match(rf"(?:{pattern})(?!\w)", line):
            return offered[place]
    if re.match(rf"(?:{_LAST[language]})(?!\w)", line):
        return offered[-1]
    if _YES[language].fullmatch(line):
        return offered[0]
    if reading.decision == "ask" and not any(why in reading.why for why in _DOUBTS):
        first = reading.asked[0].partition(":")[2]  # said in other words, it is meant
        likely = dict(reading.candidates).get(reading.asked[0], 0.0) >= AGAIN
        return next((one for one in offered if one.id == first and likely), None)
    return None
