"""What tests share: a small story of their own, and games of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from game.cast.authored import AuthoredActor, AuthoredNarrator
from game.cast.judge import AuthoredJudge
from game.events import Delta, Event
from game.loader import Library
from game.rules import begin
from game.session import Session, Stream
from game.story import Story

CONTENT = Path(__file__).parent / "content"


@pytest.fixture(scope="session")
def library() -> Library:
    return Library([CONTENT])


@pytest.fixture(scope="session")
def tea(library: Library) -> Story:
    return library.load("tea", "en")


@pytest.fixture(scope="session")
def lamp(library: Library) -> Story:
    return library.load("riddles", "en")


@pytest.fixture(scope="session")
def judge() -> AuthoredJudge:
    return AuthoredJudge()


@pytest.fixture
def start(judge: AuthoredJudge) -> Callable[..., Session]:
    """Begins a game of a story; `start(story, seed=1, found=())`."""

    def begin_game(story: Story, seed: int = 1, **how: object) -> Session:
        first = begin(story, seed, **how)
        return Session(story, [first], AuthoredActor(), AuthoredNarrator(), judge, judge)

    return begin_game


def events_of(stream: Stream) -> list[Event]:
    """Drains a stream, and gives its events."""
    return [one for one in stream if not isinstance(one, Delta)]
