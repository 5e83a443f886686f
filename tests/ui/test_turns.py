"""A turn explained to its author: each one, not only the last."""

from __future__ import annotations

from pathlib import Path

import pytest

from game.app import App
from game.authoring.drafts import Draft, Name
from game.loader import Library
from game.options import Options
from game.session import Session
from game.ui.turns import turn_why

CONTENT = Path(__file__).parent.parent / "content"


@pytest.fixture
def session() -> Session:
    app = App(Options(language="en", seed=3))
    app.library = Library([CONTENT])
    made = app.begin(app.library.load("tea", "en"), keep=False)
    for line in ("", "let me carry those crates", "mumble grumble"):
        for _ in made.play(line) if line else made.resume():
            pass
    return made


def test_each_turn_has_its_own_why(session: Session) -> None:
    assert session.in_memory
    first = turn_why(session.story, session.events, 1, "en")
    second = turn_why(session.story, session.events, 2, "en")
    assert first and second
    assert "let me carry those crates" in first.read[0] and "mumble" in second.read[0]
    taken = [one.id for one in first.possible if one.taken]
    assert len(taken) == 1 and not any(one.taken for one in second.possible)
    assert any(taken[0] in line for line in first.changes)
    assert any("→" in line for line in first.changes) and not second.changes
    for turn in (0, 3, -1):
        assert turn_why(session.story, session.events, turn, "en") is None


def test_what_was_taken_back_is_not_told(session: Session) -> None:
    session.undo(2)
    assert turn_why(session.story, session.events, 1, "en") is None
    for _ in session.play("hello"):
        pass
    found = turn_why(session.story, session.events, 1, "zh")
    assert found and "hello" in found.read[0]


def test_a_newer_text_without_the_scene_explains_what_it_can(session: Session) -> None:
    text = """title: Other
player: {name: Sam}
cast: [ann]
opening: Rain.
start: elsewhere
scenes:
  elsewhere: {present: [ann], narration: Elsewhere.}
endings: [{id: out, kind: good, title: Out, when: "false", text: x}]
"""
    other = Draft([CONTENT], Name("scenarios", "tea", "en"), text).load("tea", "en")
    found = turn_why(other, session.events, 1, "en")
    assert found and found.possible == () and found.read
