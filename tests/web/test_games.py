"""Live games without a browser: the log, the pace, free talk, pictures, and closing down."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from game.app import App
from game.errors import ModelError, SaveError
from game.events import ActorSpoke, Delta
from game.loader import Library, load_sources
from game.options import Options
from game.ui.web import talk
from game.ui.web.art import Gallery
from game.ui.web.desk import Desk
from game.ui.web.games import Games
from game.ui.web.live import LiveGame, Seen
from game.ui.web.model_settings import ModelSettings
from game.ui.web.pace import AHEAD, Pace, seconds
from game.ui.web.tail import seen_from

CONTENT = Path(__file__).parent.parent / "content"


@pytest.fixture
def games(tmp_path: Path) -> Iterator[Games]:
    app = App(Options(language="en", seed=3, saves=tmp_path))
    app.library = Library([CONTENT, Path(__file__).with_name("content")])
    made = Games(app)
    yield made
    app.store.close()


def begun(games: Games, scenario: str = "tea", speed: str = "off", owner: str = "me") -> LiveGame:
    game = games.admit(games.app.new(scenario, "en", owner=owner), "en", speed)
    assert speed != "off" or game.settle(5)
    return game


def told(game: LiveGame, seen: Seen) -> list[str]:
    update = game.update(seen)
    return ["".join(text for _, text in row["text"]) for row in (update or {"rows": []})["rows"]]


# --- the log -------------------------------------------------------------------------------------


def test_a_page_is_sent_what_it_has_not_seen(games: Games) -> None:
    game, seen = begun(games), Seen()
    first = game.update(seen)
    assert first and first["fresh"] and first["tableau"]["options"]
    assert game.update(seen) is None
    game.begin(game.session.play("hello"))
    game.settle(5)
    rows = told(game, seen)
    assert rows[0] == "hello" and len(rows) == 2
    late = Seen(seen.epoch, seen.rows - 1)  # a page that came back with its Last-Event-ID
    assert told(game, late) == rows[-1:]


def test_after_going_back_the_log_is_sent_anew(games: Games) -> None:
    game, seen = begun(games), Seen()
    game.update(seen)
    game.begin(game.session.play("hello"))
    game.settle(5)
    before = game.update(seen)
    assert before and not before.get("fresh")
    game.session.undo()
    game.redraw()
    after = game.update(seen)
    assert after and after["fresh"] and "hello" not in str(after["rows"])


def test_retrying_replaces_the_reply_in_the_log(games: Games) -> None:
    game = begun(games)
    game.begin(game.session.play("hello"))
    game.settle(5)
    first = told(game, Seen())
    game.begin(game.session.retry())
    game.settle(5)
    second = told(game, Seen())
    assert len(first) == len(second) and first[:-1] == second[:-1] and first[-1] != second[-1]


def test_the_log_is_what_reading_the_save_gives(games: Games) -> None:
    game = begun(games)
    for line in ("hello", "let me carry those crates", "open the cellar door", "push the hatch"):
        game.begin(game.session.play(line))
        game.settle(5)
    shown = told(game, Seen())
    games.forget("me", game.key)
    again = games.find("me", game.key)
    assert again is not game and again.settle(5)
    assert told(again, Seen()) == shown


def test_two_replies_never_run_at_once(games: Games) -> None:
    game = begun(games, "gate", "slow")
    assert game.begin(game.session.play("hello")) is False
    game.hurry()
    assert game.settle(5)


def test_a_story_that_breaks_says_so_and_stays_playable(games: Games) -> None:
    class Broken:
        def speak(self, *_: Any) -> Iterator[Delta | ActorSpoke]:
            raise ZeroDivisionError("oops")
            yield

    game = begun(games)
    whole = game.session.actor
    game.session.actor = Broken()
    game.begin(game.session.play("hello"))
    assert game.settle(5)
    assert "ZeroDivisionError" in told(game, Seen())[-1]
    game.session.actor = whole
    game.begin(game.session.resume())
    assert game.settle(5) and told(game, Seen())[-1] in ("Evening.", "You again.")
    assert game.session.options()


def test_what_a_model_said_before_it_failed_is_taken_back(games: Games) -> None:
    class Half:
        def speak(self, story: Any, state: Any, cue: Any, take: Any) -> Iterator[Delta]:
            yield Delta(cue.who, "Half a")
            raise ModelError("busy")

    game = begun(games)
    game.session.actor = Half()
    game.begin(game.session.play("hello"))
    game.settle(5)
    update = game.update(Seen())
    assert update and update["failed"] and update["speaking"] is None
    assert "Half a" not in str(update["rows"])


def test_changing_the_language_keeps_the_twin_once(
    games: Games, monkeypatch: pytest.MonkeyPatch
) -> None:
    game, kept = begun(games, "gate"), []
    keep = games.app.store.put_content
    monkeypatch.setattr(
        games.app.store, "put_content", lambda *content: kept.append(content) or keep(*content)
    )
    answer = Desk(games).ask("me", {"do": "language", "game": game.key, "lang": "zh"})
    assert answer["ok"] and game.session.story.language == "zh" and len(kept) == 1


FAULTY = """\
title: X
player: {name: Sam}
cast: [ann]
state: {n: {type: int, start: 1}}
start: room
lore:
  - {keys: [quiet], when: 1 // n > 0, text: A quiet place.}
scenes:
  room:
    narration: A quiet room.
    present: [{who: ann, when: 1 // n > 0}]
    beats:
      - {id: zero, hears: [zero], suggest: Zero., effects: {n: 0}}
"""


def test_where_a_story_faults_the_page_opens_and_undo_helps(games: Games) -> None:
    ann = (CONTENT / "characters" / "ann.en.yaml").read_text(encoding="utf-8")
    story = load_sources({"scenarios/x": FAULTY, "characters/ann": ann}, "x", "en")
    game = games.admit(games.app.begin(story, owner="me"), "en", "off")
    assert game.settle(5)
    before = game.update(Seen())
    assert before and before["tableau"]["present"]
    game.begin(game.session.choose("zero"))
    assert game.settle(5)
    drawn = game.update(Seen())
    assert drawn and drawn["tableau"]["present"] == []
    answer = Desk(games).ask("me", {"do": "undo", "game": game.key, "lang": "en"})
    after = game.update(Seen())
    assert answer["ok"] and after and after["tableau"]["present"]


# --- the pace ------------------------------------------------------------------------------------


def test_wide_characters_and_stops_take_longer() -> None:
    assert seconds("你好", "normal") == pytest.approx(2 * seconds("hi", "normal"))
    assert seconds("好。", "slow") > seconds("好吗", "slow") > 0
    assert seconds("anything", "off") == 0


def test_hurry_ends_all_waiting() -> None:
    pace = Pace("slow")
    pace.wait("一" * 4)
    threading.Timer(0.05, pace.hurry).start()
    begun_at = time.monotonic()
    pace.wait("一" * 1000)
    assert time.monotonic() - begun_at < 5
    begun_at = time.monotonic()
    pace.wait("一" * 1000)
    assert time.monotonic() - begun_at < 1


def test_a_worker_stays_close_to_the_reader() -> None:
    pace, begun_at = Pace("slow"), time.monotonic()
    pace.wait("一" * 20)
    assert time.monotonic() - begun_at >= seconds("一" * 20, "slow") - AHEAD - 0.01


# --- owners and closing --------------------------------------------------------------------------


def test_games_are_found_by_their_owner_only(games: Games) -> None:
    game = begun(games)
    assert games.find("me", game.key) is game
    with pytest.raises(SaveError):
        games.find("you", game.key)
    with pytest.raises(SaveError):
        games.find("me", "memory0123")


def test_quiet_games_are_closed_and_come_back(games: Games) -> None:
    game = begun(games)
    leave = game.watch(lambda: None)
    assert games.sweep(idle=-1) == 0
    leave()
    assert games.sweep(idle=-1) == 1 and len(games) == 0
    assert games.find("me", game.key).session.state == game.session.state


def test_a_game_no_disk_holds_is_never_closed(games: Games) -> None:
    game = begun(games)
    game.session.in_memory = True
    games.sweep(idle=-1)
    assert games.find("me", game.key) is game


def test_keys_are_forgotten_with_the_saves_or_after_a_day_away(
    games: Games, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, now = ModelSettings(key="sk-page-0123456789"), [0.0]
    monkeypatch.setattr("game.ui.web.games.time.monotonic", lambda: now[0])
    for owner in ("away", "back", "looking", "done"):
        games.set_settings(owner, mine)
    assert Desk(games).ask("done", {"do": "delete_all", "lang": "en"})["ok"]
    assert not games.settings("done").key
    begun(games, owner="looking").watch(lambda: None)
    now[0] = 20 * 3600.0
    assert games.settings("back") == mine
    now[0] = 25 * 3600.0
    games.sweep()
    kept = {owner: bool(games.settings(owner).key) for owner in ("away", "back", "looking")}
    assert kept == {"away": False, "back": True, "looking": True}


def test_draining_lets_replies_end(games: Games) -> None:
    game = begun(games, "gate", "slow")
    assert game.busy
    assert games.drain(5) and not game.busy and games.closing
    assert [one for one in game.session.state.transcript if one.cut] == []


@pytest.mark.parametrize(
    ("header", "rows"),
    [("ab-1.7", 7), ("", 0), ("7", 0), (".7", 0), ("ab.-7", 0), ("ab.x", 0), ("a" * 99 + ".7", 0)],
)
def test_what_a_page_says_it_has_seen(header: str, rows: int) -> None:
    assert seen_from(header).rows == rows


# --- free talk -----------------------------------------------------------------------------------


def fields(**changed: str) -> dict[str, str]:
    start = dict.fromkeys(talk.FIELDS, "")
    return {**start, "bot_name": "Wren", "greeting": "Hm?", **changed}


@pytest.mark.parametrize(
    "said", ["{{ 7*7 }}", "{{{x}}}", "{% if 1 %}", "{# c #}", "a: b\n- c", "'\"", "---", "{{"]
)
def test_what_is_typed_into_a_field_comes_out_as_typed(games: Games, said: str) -> None:
    story = talk.story_of(games.app, "", "en", fields(greeting=said, bot_info=said))
    session = games.app.begin(story, owner="me", persona=talk.persona_of({}, "en"))
    spoken = [one.text for one in session.resume() if isinstance(one, ActorSpoke)]
    assert [one.replace(" ", "") for one in spoken] == [said.strip().replace(" ", "")]


def test_a_character_keeps_what_was_not_changed(games: Games) -> None:
    before = talk.shown(games.app, "ann", "en")
    assert before["bot_name"] == "Ann" and "tea house" in before["bot_info"]
    same = talk.story_of(games.app, "ann", "en", before).cast["ann"]
    assert same == games.app.library.free_talk("ann", "en").cast["ann"]
    other = talk.story_of(games.app, "ann", "en", {**before, "bot_info": "A spy."}).cast["ann"]
    assert other.identity == "A spy." and other.personality == "" and other.small_talk


def test_fields_are_measured(games: Games) -> None:
    for changed in ({"bot_name": ""}, {"bot_name": "x" * 61}, {"bot_info": "x" * 4001}):
        with pytest.raises(talk.FieldFault):
            talk.story_of(games.app, "", "en", fields(**changed))


# --- pictures ------------------------------------------------------------------------------------


def test_names_of_pictures_never_become_paths(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "hall.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "secret.svg").write_text("<svg/>", encoding="utf-8")
    gallery = Gallery([tmp_path])
    assert gallery.find("hall") == gallery.find("hall.svg") == tmp_path / "art" / "hall.svg"
    assert gallery.address("hall.svg").startswith("art/hall.svg?v=")
    for name in ("", "../secret", "../secret.svg", "/etc/passwd", "hall.html", "a/b.svg", "..svg"):
        assert gallery.find(name) is None and gallery.address(name) == ""
