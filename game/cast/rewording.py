"""Suggested replies in a model's words: asked for together, and held to what was offered.

The model reads nothing but the suggestions themselves, so it has nothing to give away. What comes
back is only ever a text for an id that was offered; where it can't be shown the author's stays.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence

from ..errors import ModelError
from ..events import TurnJudged
from ..guards import Guard
from ..models.base import Answering
from ..prompts.cleaning import one_line, spoken
from ..prompts.words import word
from ..stage import Option
from ..state import GameState, Phase, changed
from ..story import Story
from . import Judge, Take
from .answers import as_object
from .guarded import Manner

MOST, LONGEST = 3, 120
_CODE = re.compile(r"[{}<>`|\\@#]|\w_\w|\bs\d\b|https?:", re.IGNORECASE)
_WORD = re.compile(r"[a-z][a-z0-9_]+")
_LETTERS = re.compile(r"[^\W\d_]")


def reworded(
    model: Answering, story: Story, state: GameState, offered: Sequence[Option], manner: Manner,
    cancel: threading.Event,
) -> dict[str, str]:  # fmt: skip
    """Up to three of what is offered in the model's words; silent where it fails."""
    codes = {f"s{number}": one for number, one in enumerate(offered[:MOST], 1)}
    if not codes:
        return {}
    listed = "\n".join(f"{code}: {one_line(one.text)}" for code, one in codes.items())
    every = {code: {"type": "string", "maxLength": LONGEST} for code in codes}
    schema = {
        "type": "object", "properties": every, "required": list(every),
        "additionalProperties": False,
    }  # fmt: skip
    told = word(story.language, "reword", user=state.player_name)
    try:
        said = as_object(model.answer(told, listed, schema, cancel))
    except ModelError:
        return {}
    texts = {
        one.id: _shown(story, state, said.get(code), one.text, manner)
        for code, one in codes.items()
    }
    return _distinct(texts, offered)


def understood(
    story: Story, state: GameState, texts: Mapping[str, str], judge: Judge
) -> dict[str, str]:
    """Those that the author's examples take for nothing else than what they stand for."""
    found = {}
    for beat, text in texts.items():
        asked = changed(state, phase=Phase.JUDGE, line=text, choice="")
        judged = judge.judge(story, asked, Take(0))
        if not isinstance(judged, TurnJudged) or (judged.beat in ("", beat) and not judged.topic):
            found[beat] = text
    return found


def _shown(story: Story, state: GameState, said: object, written: str, manner: Manner) -> str:
    """A suggestion as it can be shown, or nothing."""
    if not isinstance(said, str) or len(said) > 4 * LONGEST:
        return ""
    unfit = manner.unfit(story.language) if manner.switch("unfit") else None
    others = tuple(one.name for one in story.cast.values())
    guard = Guard(state.player_name, others, (), unfit, manner.switch)
    text = spoken(guard.push(said, final=True))
    text = text.strip('"“”「」『』 ')
    if guard.over or not 0 < len(text) <= LONGEST or not _LETTERS.search(text):
        return ""
    return "" if _CODE.search(text) or _names_ids(story, text, written) else text


def _names_ids(story: Story, text: str, written: str) -> bool:
    """Whether a Chinese text has an id of the story in it; English ones are words as well."""
    if story.language != "zh":
        return False
    fresh = set(_WORD.findall(text.lower())) - set(_WORD.findall(written.lower()))
    return bool(fresh & set(_ids(story)))


def _ids(story: Story) -> Iterator[str]:
    yield from story.cast
    yield from story.variables
    for name, scene in getattr(story.scenario, "scenes", {}).items():
        yield name
        yield from (beat.id for beat in scene.beats)
    for many in ("goals", "endings"):
        yield from (one.id for one in getattr(story.scenario, many, ()))


def _distinct(texts: Mapping[str, str], offered: Sequence[Option]) -> dict[str, str]:
    """Those that differ from what they stand for, and from everything else that is offered."""
    written = {one.text for one in offered}
    said = list(texts.values())
    return {
        beat: text
        for beat, text in texts.items()
        if text and text not in written and said.count(text) == 1
    }
