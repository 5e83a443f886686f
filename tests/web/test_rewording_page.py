"""On the page: what can be picked is there at once, and in other words when they come."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from game.app import App
from game.loader import Library
from game.options import Options
from game.ui.web.games import Games
from game.ui.web.live import LiveGame, Seen
from tests.models.openai_server import OpenAIServer, Request

CONTENT = Path(__file__).parent.parent / "content"
NEW = "Give me those crates, then."


class Teller:
    """A server's model whose other words come when they are `let`."""

    def __init__(self) -> None:
        self.let, self.asked = threading.Event(), threading.Event()

    def __call__(self, request: Request) -> str:
        if "response_format" not in request:
            return "Rain, and a lamp."
        self.asked.set()
        self.let.wait(20)
        listed = re.findall(r"^(s\d): (.*)$", request["messages"][-1]["content"], re.MULTILINE)
        words = {"Let me carry the crates.": NEW}
        return json.dumps({code: words.get(text, text) for code, text in listed})


@pytest.fixture
def teller() -> Teller:
    return Teller()


@pytest.fixture
def wishes(teller: Teller) -> Iterator[dict[str, str]]:
    with OpenAIServer(teller) as server:
        yield {"narrator": "openai:teller", "base_url": server.url}
        teller.let.set()


@pytest.fixture
def game(tmp_path: Path, wishes: dict[str, str]) -> Iterator[LiveGame]:
    none = tmp_path / "none.yaml"
    app = App(Options("en", seed=3, saves=tmp_path, models=wishes, settings=none))
    app.library = Library([CONTENT])
    games = Games(app)
    yield games.admit(app.new("tea", "en"), "en", "off")
    games.drain(5)
    app.models.close()
    app.store.close()


def until(true: Callable[[], Any], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def offered(update: Any) -> list[str]:
    return [text for _, text in update["tableau"]["options"]]


def test_what_was_written_is_there_first(game: LiveGame, teller: Teller) -> None:
    seen = Seen()
    until(lambda: not game.busy)
    assert teller.asked.wait(30)
    first = game.update(seen)
    assert first and not first["busy"] and "Let me carry the crates." in offered(first)
    teller.let.set()
    until(lambda: game.session.state.reworded)
    second = game.update(seen)
    assert second and second["rows"] == [] and offered(second)[0] == NEW
    assert game.settle(5) and game.begin(game.session.choose("offer_help"))
    until(lambda: "offer_help" in game.session.state.happened)


def test_a_line_sent_meanwhile_does_not_wait(game: LiveGame, teller: Teller) -> None:
    assert teller.asked.wait(30)
    begun = time.monotonic()
    assert game.settle(5)  # as every request does before it changes the game
    assert time.monotonic() - begun < 4 and not game.session.state.reworded
    assert game.begin(game.session.choose("offer_help"))
    until(lambda: "offer_help" in game.session.state.happened)


def test_stop_ends_it_and_nothing_is_said(game: LiveGame, teller: Teller) -> None:
    assert teller.asked.wait(30)
    rows = len(game.update(Seen())["rows"])  # type: ignore[index]
    game.stop()
    until(lambda: not game._rewording)
    assert len(game.update(Seen())["rows"]) == rows  # type: ignore[index]
    assert not game.session.state.reworded


def test_a_reader_sees_the_words_change_and_keeps_their_place(
    open_house: Any, visit: Any, teller: Teller, wishes: dict[str, str]
) -> None:
    house = open_house()
    games = house.games
    games.cast_with = lambda session, settings: games.app.cast(session, wishes)
    tab = visit(url=house.url).begin()
    page = tab.page
    assert "Let me carry the crates." in page.locator(".choices").inner_text()
    page.locator(".choices .chip").first.focus()
    teller.let.set()
    page.wait_for_function(f"document.querySelector('.choices').innerText.includes('{NEW}')")
    assert page.evaluate("document.activeElement.innerText").endswith(NEW)
    page.keyboard.press("Enter")
    page.locator(".row.player", has_text=NEW).wait_for()
    tab.wait_for("Mind the third one")
    assert tab.errors == []
