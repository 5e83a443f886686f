"""Talking freely, without a model: twenty lines before a character says anything twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from game.app import App
from game.events import ActorSpoke, TurnJudged
from game.loader import ROOT, TALK
from game.options import Options
from game.session import Session
from game.stage import topics

LINES = 20
# What no character has anything to say about: one line in four of a game.
OFF = {
    "zh": [
        "昨天数了八十三根电线杆", "葡萄皮要不要吐", "圆周率背到第几位", "蜗牛也会迷路吧",
        "橡皮泥味的风",
    ],
    "en": [
        "yesterday I counted eighty-three lamp posts", "do you peel your grapes",
        "how far can you recite pi", "snails must get lost, too", "a wind that tastes of putty",
    ],
}  # fmt: skip
TALKERS = sorted(path.name.split(".")[0] for path in (ROOT / "characters").glob("*.en.yaml"))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return App(Options(saves=Path(tmp_path_factory.mktemp("saves"))))


def _said(session: Session, line: str) -> tuple[list[str], bool]:
    """What is spoken after a line, and whether it was understood; a question back is answered."""
    events = list(session.play(line))
    if session.state.asked:
        events += list(session.choose(session.state.asked[0].id))
    spoken = [one.text for one in events if isinstance(one, ActorSpoke)]
    return spoken, any(isinstance(one, TurnJudged) and one.understood for one in events)


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("who", TALKERS)
def test_twenty_lines_before_anything_is_said_twice(
    app: App, who: str, lang: str, seed: int
) -> None:
    session = app.new(f"{TALK}{who}", lang, seed)
    said = [one.text for one in session.resume() if isinstance(one, ActorSpoke)]
    draw = random.Random(seed)
    possible = topics(session.story, session.state).values()
    own = [one for one in possible if one.after is None]
    assert len(own) >= LINES * 3 // 4
    off, understood = list(OFF[lang]), 0
    for number, topic in enumerate(draw.sample(own, LINES * 3 // 4)):
        spoken, heard = _said(session, draw.choice(topic.hears))
        said, understood = said + spoken, understood + heard
        if number % 3 == 0:
            said += _said(session, off.pop())[0]
    assert len(said) == len(set(said)), [one for one in said if said.count(one) > 1]
    assert understood >= LINES * 3 // 5, "the topics' own lines should be understood"
