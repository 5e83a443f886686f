"""What a line answers to a question asked back: yes, the second one, or the same once more."""

from __future__ import annotations

import re

from ..events import Candidate
from ..matching import Reading
from ..state import GameState

_YES = {
    "zh": r"(?:嗯+|对+|是|好|行|没错|就是|可以|当然|就这样|[是就]这个|就这么办)[的了吧啊呀呢]*",
    "en": (
        r"(?:yes|yeah|yep|yup|aye|sure|ok(?:ay)?|right|exactly|of course|that(?:'s it| one)?|i do"
        r"|do (?:it|that))(?: please)?"
    ),
}
_WHICH = {
    "zh": (r"第?一[个项]?|前(?:一个|者)", r"第?[二两][个项]?|后(?:一个|者)", r"第?三[个项]?"),
    "en": (
        r"(?:the )?first(?: one)?|number one", r"(?:the )?second(?: one)?|number two",
        r"(?:the )?third(?: one)?|number three",
    ),
}  # fmt: skip
_LAST = {"zh": r"最后(?:那|一)?[个项]|末一[个项]", "en": r"(?:the )?last(?: one)?"}
AGAIN = 0.15  # how like a reading a line must be to stand for it once more
_EDGES = re.compile(r"^\W+|\W+$")
_CONTRARY = ("negated", "opposite", "again")


def answered(state: GameState, reading: Reading, language: str) -> Candidate | None:
    """Which of the readings that were asked about before this line it settles on."""
    offered = {one.id: one for one in state.offered}
    if not offered:
        return None
    line = _EDGES.sub("", state.line).casefold()
    place = _place(line, language, len(offered))
    if place is not None:
        return state.offered[place]
    likely = [key.partition(":")[2] for key, _ in reading.candidates]
    if re.match(rf"(?:{_YES[language]})(?!\w)", line):
        if len(offered) == 1 or re.fullmatch(_YES[language], line):
            return state.offered[0]
        return next((offered[one] for one in likely if one in offered), None)
    if reading.decision != "ask" or any(why in reading.why for why in _CONTRARY):
        return None
    again = offered.get(reading.asked[0].partition(":")[2])
    if len(reading.asked) == 1:
        return again  # the same one choice twice is no question
    sure = dict(reading.candidates).get(reading.asked[0], 0.0) >= AGAIN
    return again if sure and "unclear" not in reading.why else None  # said again, it is meant


def _place(line: str, language: str, count: int) -> int | None:
    """Which of so many choices a line names by its place."""
    if re.match(rf"(?:{_LAST[language]})(?!\w)", line):
        return count - 1
    for place, pattern in enumerate(_WHICH[language][:count]):
        if re.match(rf"(?:{pattern})(?!\w)", line):
            return place
    return None
