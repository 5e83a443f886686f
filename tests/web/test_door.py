"""The door: who may ask, what can be asked for, and what nobody else's cookie opens."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from game.app import App
from game.loader import Library
from game.options import Options
from game.ui.web.desk import Desk
from game.ui.web.games import Games
from game.ui.web.guard import Guard
from game.ui.web.limits import Limits
from game.ui.web.model_settings import ModelSettings, SettingsFault, changed
from game.ui.web.owners import new_token, owner_of, token_in

from .conftest import CONTENT, Caller, House, settled


def test_health_and_headers(house: House) -> None:
    assert httpx.get(f"{house.url}/health").json()["status"] == "ok"
    page = httpx.get(house.url)
    policy = page.headers["content-security-policy"]
    script = next(one for one in policy.split("; ") if one.startswith("script-src"))
    assert "'unsafe-inline'" not in script and "'nonce-" in script
    assert "img-src 'self' data: blob:" in policy and "frame-ancestors 'none'" in policy
    assert "HttpOnly" in page.headers["set-cookie"] and "SameSite=Lax" in page.headers["set-cookie"]
    assert page.text.count("<script nonce=") == page.text.count("<script")
    assert "githubusercontent" not in page.text.split("</head>")[0].split("window.gradio_config")[0]


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("127.0.0.1:7860", True), ("localhost:7860", True), ("[::1]:7860", True),
        ("10.0.0.7", True), ("play.example", True), ("evil.example", False),
        ("evil.example:7860", False), ("127.0.0.1.evil.example", False), ("", False),
        ("[bad", False),
    ],
)  # fmt: skip
def test_host_names(name: str, known: bool) -> None:
    async def nothing(*_: object) -> None:
        return None

    assert Guard(nothing, ["play.example"]).knows(name) is known


def test_rebound_names_and_other_sites_are_refused(house: House) -> None:
    assert httpx.get(house.url, headers={"host": "evil.example"}).status_code == 421
    path = f"{house.url}/gradio_api/component_server"
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
        assert httpx.post(path, json={}, headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/queue/join", "/gradio_api/queue/data?session_hash=x", "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://evil.example", "/docs",
        "/gradio_api/call/ask", "/gradio_api/run/ask", "/gradio_api/info", "/openapi.json",
        "/monitoring", "/play/static/../../../pyproject.toml", "/play/art/..%2f..%2fserver.py",
        "/play/static/%2e%2e/server.py", "/file=/etc/passwd", "/gradio_api/vibe-code",
    ],
)  # fmt: skip
def test_nothing_else_can_be_reached(house: House, path: str) -> None:
    assert httpx.get(house.url + path).status_code in (404, 405), path
    assert httpx.post(house.url + path, json={}).status_code in (404, 405), path


def test_long_bodies_are_refused(caller: Caller, house: House) -> None:
    assert (
        caller.http.post("/gradio_api/component_server", content=b"x" * 70_000).status_code == 413
    )

    def endless() -> object:  # no length told beforehand
        for _ in range(40):
            yield b"x" * 4096

    with pytest.raises(httpx.HTTPError):
        answer = httpx.post(f"{house.url}/gradio_api/component_server", content=endless())
        answer.raise_for_status()


def test_a_password_covers_everything(open_house: Callable[..., House]) -> None:
    house = open_house(auth=(("ann", "tea"),))
    for path in ("/", "/config", "/play/static/stage.css", "/gradio_api/component_server"):
        assert httpx.get(house.url + path).status_code == 401
    wrong = base64.b64encode(b"ann:coffee").decode()
    assert httpx.get(house.url, headers={"authorization": f"Basic {wrong}"}).status_code == 401
    assert httpx.get(house.url, auth=("ann", "tea")).status_code == 200
    assert httpx.get(f"{house.url}/health").status_code == 200


# --- owners --------------------------------------------------------------------------------------


def test_tokens() -> None:
    token = new_token()
    assert token_in(f"a=b; curtain_owner={token}; c=d") == token
    for header in ("", "curtain_owner=short", "curtain_owner=" + "é" * 43, f"other={token}"):
        assert token_in(header) == ""
    assert token not in owner_of(token)


def test_nobody_reaches_anothers_game(house: House, caller: Caller) -> None:
    key = caller.begin()
    settled(house, key)
    stranger = Caller(house.url)
    for do, fields in {
        "open": {}, "say": {"line": "hello"}, "pick": {"id": "leave"}, "undo": {}, "redo": {},
        "branch": {"turn": 0}, "edit": {"turn": 1, "line": "x"}, "clear": {}, "finish": {},
        "language": {}, "hint": {}, "why": {}, "earlier": {"before": 1}, "stop": {}, "again": {},
        "rename": {"save": key, "name": "mine"}, "delete": {"save": key}, "prefs": {}, "skip": {},
        "pin": {"wanted": "x"}, "unpin": {"wanted": "1"},
    }.items():  # fmt: skip
        answer = stranger.ask(do, game=key, **fields)
        assert (answer["ok"] is False and key in answer["error"]) or not answer["ok"], do
    assert stranger.http.get("/play/tail", params={"game": key}).status_code == 404
    assert stranger.http.get("/play/export", params={"game": key, "form": "md"}).status_code == 404
    assert [one["id"] for one in caller.ask("saves")["saves"]] == [key]
    assert stranger.ask("saves")["saves"] == []


def test_without_a_cookie_nothing_is_answered(house: House, caller: Caller) -> None:
    body = {"data": {"do": "home"}, "component_id": caller.part, "fn_name": "ask",
            "session_hash": "x"}  # fmt: skip
    answer = httpx.post(f"{house.url}/gradio_api/component_server", json=body).json()
    assert answer["ok"] is False


@pytest.mark.parametrize(
    "payload",
    [
        None, [], "home", 7, {}, {"do": "nothing"}, {"do": ["home"]}, {"do": "say"},
        {"do": "say", "game": 5, "line": "x"}, {"do": "say", "game": "x" * 500, "line": "x"},
        {"do": "open", "game": "../../etc/passwd"}, {"do": "new", "scenario": "../tea"},
        {"do": "new", "scenario": "talk:../ann"}, {"do": "new", "scenario": {"a": 1}},
        {"do": "branch", "game": "x", "turn": -1}, {"do": "branch", "game": "x", "turn": True},
        {"do": "talk", "character": "../ann", "fields": {"bot_name": "X"}},
        {"do": "talk", "fields": "no"}, {"do": "talk", "fields": {"bot_name": ["x"]}},
        {"do": "set_settings", "settings": {"base_url": "file:///etc/passwd"}},
        {"do": "set_settings", "settings": {"temperature": "hot"}},
    ],
)  # fmt: skip
def test_whatever_is_sent_is_answered_with_a_sentence(caller: Caller, payload: object) -> None:
    body = {"data": payload, "component_id": caller.part, "fn_name": "ask", "session_hash": "x"}
    response = caller.http.post("/gradio_api/component_server", json=body)
    answer = response.json()
    assert response.status_code == 200 and answer["ok"] is False
    assert answer["error"] and "Traceback" not in answer["error"]


def test_lengths_are_checked_here(house: House, caller: Caller) -> None:
    key = caller.begin()
    game = settled(house, key)
    lines = len(game.session.turn_starts())
    assert "2000" in caller.ask("say", game=key, line="x" * 2001)["error"]
    assert len(game.session.turn_starts()) == lines


def asked(desk: Desk, do: str, **fields: Any) -> dict[str, Any]:
    return desk.ask("me", {"do": do, "lang": "en", "speed": "off", **fields})


@pytest.fixture
def games_at(tmp_path: Path) -> Iterator[Callable[[Limits], Desk]]:
    """A desk with limits, without a server."""
    app = App(Options(language="en", seed=3, saves=tmp_path))
    app.library = Library([CONTENT])
    yield lambda limits: Desk(Games(app, limits))
    app.store.close()


# --- limits and settings -------------------------------------------------------------------------


def test_limits_count_by_game_player_and_day() -> None:
    day = [0]
    limits = Limits(per_game=3, per_day=2, in_all=3, today=lambda: day[0])
    assert [limits.take("a", 0), limits.take("a", 1), limits.take("a", 2)] == ["", "", "day"]
    assert limits.take("b", 3) == "game"
    assert [limits.take("b", 0), limits.take("b", 0)] == ["", "all"]
    day[0] = 1
    assert limits.take("a", 0) == ""


def test_limits_are_told_in_words(open_house: Callable[..., House]) -> None:
    house = open_house(limits=Limits(per_day=2))  # a game that begins counts
    caller = Caller(house.url)
    key = caller.begin()
    assert caller.ask("say", game=key, line="hello")["ok"]
    settled(house, key)
    assert "tomorrow" in caller.ask("say", game=key, line="hello")["error"]
    assert "tomorrow" in caller.ask("pick", game=key, id="leave")["error"]
    assert "tomorrow" in caller.ask("again", game=key)["error"]
    for do, more in (("new", {"scenario": "tea"}), ("clear", {}), ("finish", {}), ("branch", {})):
        assert "tomorrow" in caller.ask(do, game=key, **more)["error"], do
    free_talk = {"bot_name": "Wren", "greeting": "Hm?"}
    assert "tomorrow" in caller.ask("talk", fields=free_talk)["error"]
    assert len(caller.ask("saves")["saves"]) == 1


def test_a_line_taken_back_was_said(games_at: Callable[[Limits], Desk]) -> None:
    desk = games_at(Limits(per_game=2))
    key = asked(desk, "new", scenario="tea")["game"]
    for _ in range(2):
        assert asked(desk, "say", game=key, line="hello")["ok"]
        assert asked(desk, "undo", game=key)["ok"]
    assert "lines its host allows" in asked(desk, "say", game=key, line="hello")["error"]


def test_a_player_keeps_no_more_games_than_the_host_allows(
    games_at: Callable[[Limits], Desk],
) -> None:
    desk = games_at(Limits(games=2))
    key = asked(desk, "new", scenario="tea")["game"]
    assert asked(desk, "say", game=key, line="hello")["ok"]
    other = asked(desk, "branch", game=key)["game"]
    for do, more in (
        ("new", {"scenario": "tea"}), ("clear", {}), ("finish", {}), ("branch", {}),
        ("edit", {"turn": 1, "line": "hello"}), ("talk", {"fields": {"bot_name": "Wren"}}),
    ):  # fmt: skip
        assert "Delete some" in asked(desk, do, game=key, **more)["error"], do
    assert asked(desk, "delete", save=other)["ok"]
    assert asked(desk, "new", scenario="tea")["ok"]


def test_settings_never_come_back(house: House, caller: Caller) -> None:
    secret = {"base_url": "https://models.example/v1", "key": "sk-very-secret", "character": "big"}
    answer = caller.ask("set_settings", settings=secret)
    assert answer["set"]["key"] is True and answer["set"]["narrator"] is False
    everything = str([answer, caller.ask("settings"), caller.ask("hello"), caller.ask("home")])
    for value in secret.values():
        assert value not in everything
    owner = owner_of(str(caller.http.cookies["curtain_owner"]))
    assert house.games.settings(owner).key == "sk-very-secret"
    assert "secret" not in repr(house.games.settings(owner))
    assert Caller(house.url).ask("settings")["set"]["key"] is False
    caller.ask("clear_settings")
    assert house.games.settings(owner) == ModelSettings()


def test_settings_are_checked() -> None:
    kept = changed(ModelSettings(), {"temperature": "0.5", "max_tokens": 100, "key": ""})
    assert (kept.temperature, kept.max_tokens, kept.key) == (0.5, 100, "")
    for bad in (
        {"base_url": "javascript:alert(1)"}, {"base_url": "http://"}, {"top_p": "2"},
        {"max_tokens": "nan"}, {"character": "a\nb"}, {"judge": "x" * 600}, {"key": 5},
    ):  # fmt: skip
        with pytest.raises(SettingsFault):
            changed(ModelSettings(), bad)
