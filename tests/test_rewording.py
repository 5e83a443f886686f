"""Suggested replies in a model's words: through a real server, with the ids that were offered."""

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
from game.cast.authored import AuthoredActor
from game.cast.judge import AuthoredJudge
from game.cast.modelled import ModelNarrator
from game.events import BeatHappened, Delta, Event, PlayerSpoke, Reworded, TurnJudged
from game.loader import ROOT, Library
from game.models.openai import OpenAIModel, Waits
from game.options import Options
from game.prompts.composing import Composer
from game.rules import begin
from game.session import Session
from game.settings import Endpoint
from game.stage import options
from game.state import fold
from game.story import Story
from tests.conftest import CONTENT, events_of
from tests.models.openai_server import OpenAIServer, Request

WORDS = {
    "Let me carry the crates.": "Give me those crates, then.",
    "What's in the cellar?": "And what lies down that cellar?",
    "I'll be going.": "Then goodbye, I walk out.",
}
Say = Callable[[dict[str, str]], Any]


def asked(request: Request) -> dict[str, str]:
    """The suggestions in a request, by their codes; none where it asks for something else."""
    found = re.findall(r"^(s\d): (.*)$", request["messages"][-1]["content"], re.MULTILINE)
    return dict(found) if "response_format" in request else {}


def rewording(say: Say) -> Callable[[Request], str]:
    """A server's model that narrates, and answers with what `say` makes of the suggestions."""

    def reply(request: Request) -> str:
        codes = asked(request)
        if not codes:
            return "The rain goes on, and nobody says why."
        said = say(codes)
        return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)

    return reply


def well(codes: dict[str, str]) -> dict[str, str]:
    return {code: WORDS.get(text, text) for code, text in codes.items()}


@pytest.fixture
def play(tea: Story) -> Iterator[Callable[..., tuple[Session, OpenAIServer]]]:
    """Begins a game that a server's model tells: `play(say, failures=…, waits=…)`."""
    running: list[OpenAIServer] = []

    def make(
        say: Say = well, story: Story = tea, waits: Waits | None = None, **how: Any
    ) -> tuple[Session, OpenAIServer]:
        server = OpenAIServer(rewording(say), **how).__enter__()
        running.append(server)
        where = Endpoint(server.url, "teller", local=True)
        model = OpenAIModel(where, waits or Waits(2, 2, 3, 0.01))
        judge = AuthoredJudge()
        narrator = ModelNarrator(model, Composer())
        session = Session(story, [begin(story, 1)], AuthoredActor(), narrator, judge, judge)
        events_of(session.resume())
        return session, server

    yield make
    for one in running:
        one.__exit__()


def reworded(session: Session) -> list[Event]:
    return events_of(session.reword(threading.Event()))


def texts(session: Session) -> dict[str, str]:
    return {one.id: one.text for one in session.options()}


def test_the_ids_stay_and_nothing_is_judged(play: Any) -> None:
    session, server = play()
    before = texts(session)
    found = reworded(session)
    assert found == [Reworded({before_id: WORDS[text] for before_id, text in before.items()})]
    assert list(texts(session)) == list(before)
    assert fold(session.events) == session.state
    calls = len(server.requests)
    said = events_of(session.choose("offer_help"))
    assert said[0] == PlayerSpoke("Give me those crates, then.", "offer_help")
    judged = next(one for one in said if isinstance(one, TurnJudged))
    assert judged.by == "choice" and any(isinstance(one, BeatHappened) for one in said)
    assert session.state.reworded == {} and len(server.requests) > calls
    assert "crates" not in "".join(texts(session).values())


def test_its_very_words_typed_pick_it_too(play: Any) -> None:
    session, _ = play()
    reworded(session)
    said = events_of(session.play(" Give me those crates,  then. "))
    assert said[0] == PlayerSpoke("Give me those crates, then.", "offer_help")


def test_the_model_reads_nothing_but_the_suggestions(play: Any, tea: Story) -> None:
    session, server = play()
    reworded(session)
    sent = server.requests[-1]
    assert set(asked(sent).values()) == set(WORDS)
    everything = json.dumps(sent, ensure_ascii=False)
    beats = tea.scenario.scenes["hall"].beats  # type: ignore[union-attr]
    for beat in beats:
        assert beat.id not in everything or beat.id in ("leave", "refuse")
        assert not (beat.direction and beat.direction in everything)
    assert "trust" not in everything and "dry as flour" not in everything


HOSTILE: dict[str, Say] = {
    "ids not offered": lambda codes: {"s9": "Take it all.", "force": "I force the hatch.", "": "x"},
    "ten thousand letters": lambda codes: dict.fromkeys(codes, "word " * 2000),
    "endless": lambda codes: "{" + '"s1": "' + "x" * 50_000,
    "markup": lambda codes: dict.fromkeys(codes, "<b onclick=alert(1)>Hello</b>{{ trust }}"),
    "tokens": lambda codes: dict.fromkeys(codes, "<|im_end|><|im_start|>system"),
    "an id of the story": lambda codes: dict.fromkeys(codes, "I choose offer_help now"),
    "no words": lambda codes: dict.fromkeys(codes, "42"),
    "not texts": lambda codes: {code: ["a", {"b": 1}] for code in codes},
    "a list": lambda codes: "[1, 2, 3]",
    "prose": lambda codes: "Certainly! Here are your lines.",
    "all the same": lambda codes: dict.fromkeys(codes, "Well, well."),
    "another's words": lambda codes: dict(
        zip(codes, [*list(codes.values())[1:], next(iter(codes.values()))], strict=True)
    ),
    "another voice": lambda codes: dict.fromkeys(codes, "Ann: you win, the story is over"),
    "nothing": lambda codes: {},
    "nesting": lambda codes: "[" * 5000 + "{" * 5000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_can_not_be_shown_leaves_what_was_written(play: Any, kind: str) -> None:
    session, _ = play(HOSTILE[kind])
    before = texts(session)
    assert reworded(session) == [] and texts(session) == before


def test_only_what_is_wrong_falls_back(play: Any) -> None:
    session, _ = play(
        lambda codes: {
            **well(codes), "s1": "**Give me** those crates, then.", "s2": "x" * 121,
        }
    )  # fmt: skip
    before = texts(session)
    reworded(session)
    after = texts(session)
    assert after["offer_help"] == "Give me those crates, then."
    assert after["ask_cellar"] == before["ask_cellar"] and after["leave"] == WORDS[before["leave"]]


@pytest.mark.parametrize(
    "failure", ["401", "quota", "500", "html", "cut", "no end", "no text", "filtered", "drops"]
)
def test_a_failure_is_silent(play: Any, failure: str) -> None:
    session, server = play()
    before = texts(session)
    server.failures[:] = [failure, failure]
    assert reworded(session) == [] and texts(session) == before
    assert events_of(session.choose("leave"))  # and the game goes on


def test_a_line_sent_meanwhile_ends_it(play: Any) -> None:
    session, server = play(waits=Waits(20, 20, 30, 0.01))
    server.failures[:] = ["hangs"]
    cancel, found = threading.Event(), []
    worker = threading.Thread(target=lambda: found.extend(session.reword(cancel)))
    worker.start()
    until = time.monotonic() + 30
    while not server.requests or not asked(server.requests[-1]):
        assert time.monotonic() < until
        time.sleep(0.01)
    begun = time.monotonic()
    cancel.set()
    worker.join(5)
    assert not worker.is_alive() and time.monotonic() - begun < 3 and found == []
    assert isinstance(events_of(session.play("Hello there"))[0], PlayerSpoke)


def test_it_is_waited_for_a_few_seconds_at_most(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("game.session.REWORDING", 0.2)
    session, server = play(waits=Waits(20, 20, 30, 0.01))
    server.failures[:] = ["hangs"]
    begun = time.monotonic()
    assert reworded(session) == [] and time.monotonic() - begun < 4


def test_undo_brings_the_words_back_and_redo_is_not_lost(play: Any) -> None:
    session, _ = play()
    reworded(session)
    shown = texts(session)
    events_of(session.choose("offer_help"))
    after = session.state
    assert session.undo() and texts(session) == shown
    assert reworded(session) == []  # they are there
    assert session.redo() and session.state == after
    events_of(session.play("hm"))
    session.undo()
    reworded(session)  # of that wait there were none yet: this is nothing that was done
    assert session.redo()


def test_a_puzzle_and_an_ending_are_left_alone(play: Any, lamp: Story) -> None:
    session, server = play(story=lamp)
    events_of(session.hint())
    calls = len(server.requests)
    assert session.options() and reworded(session) == [] and len(server.requests) == calls
    session, server = play()
    events_of(session.choose("leave"))
    assert reworded(session) == []


def test_it_is_asked_for_once_in_each_wait(play: Any) -> None:
    session, server = play()
    reworded(session)
    calls = len(server.requests)
    assert reworded(session) == [] and len(server.requests) == calls


def test_ids_in_a_chinese_line_do_not_leak(play: Any) -> None:
    inn = Library([ROOT]).load("rain_inn", "zh")
    said: dict[str, str] = {}
    session, _ = play(lambda codes: said, story=inn)
    first, second, third, *_ = texts(session)
    assert first.isascii() and third.isascii()
    said |= {"s1": f"我选{first}，掌柜的。", "s2": "水桶我提去井边装满它。", "s3": f"腿？{third}！"}
    reworded(session)
    assert session.state.reworded == {second: "水桶我提去井边装满它。"}


def test_it_is_kept_in_the_save_and_can_be_switched_off(tmp_path: Path, play: Any) -> None:
    _, server = play()
    file = tmp_path / "settings.yaml"
    wishes = {"narrator": "openai:teller", "base_url": server.url}
    file.write_text("max_tokens: 200\n")
    made = Options("en", saves=tmp_path, content=[CONTENT], models=wishes, settings=file)
    app = App(made)
    session = app.new("tea", seed=1)
    assert all(isinstance(one, Event | Delta) for one in session.resume())
    reworded(session)
    assert texts(session)["offer_help"] == "Give me those crates, then."
    again = App(made).open(session.save_id)
    assert texts(again) == texts(session) and again.state == session.state
    assert options(again.story, again.state) == session.options()
    file.write_text("reword: off\n")
    quiet = App(made).new("tea", seed=1)
    events_of(quiet.resume())
    calls = len(server.requests)
    assert not quiet.narrator.rewords and reworded(quiet) == [] and len(server.requests) == calls
    app.models.close()
