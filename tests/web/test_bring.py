"""Files that players bring in, over HTTP: what becomes of them, and what is too much."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import card_files as made
import httpx
import pytest
from test_cards_hostile import BAD

from game.loader import ROOT
from game.ui import cards
from game.ui.web import bring
from game.ui.web.budget import FILES_AN_HOUR, Budget
from game.ui.web.limits import Limits
from game.ui.web.options import free_port
from game.ui.web.owners import owner_of
from game.ui.web.places import Places

from .conftest import Caller, House, parcel, settled

OpenHouse = Callable[..., House]
CARD = ("Mirel.png", made.png(made.text_chunk(b"chara", made.v2()), size=(80, 120)))
BOOK = ("lore.json", json.dumps(made.tavern_book()).encode())
CHAT = ("chat.jsonl", made.tavern_chat().encode())
TABLE = ("table.xlsx", made.xlsx())


def came(answer: Any) -> list[list[str]]:
    """What arrived with each file, by its kind and id."""
    body = answer.json()
    assert answer.status_code == 200 and body["ok"], body
    return [[f"{who['kind']} {who['id']}" for who in one["arrivals"]] for one in body["results"]]


def mine(caller: Caller, kind: str = "people") -> list[Any]:
    return [one for one in caller.ask("home")["home"][kind] if one["mine"]]


def files_under(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


@pytest.fixture(scope="module")
def guests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server that others come in to, and may bring things."""
    port = free_port("127.0.0.1", 9800 + os.getpid() % 100)
    made_ = House(tmp_path_factory.mktemp("guests"), port, host="0.0.0.0", uploads=8)
    yield made_
    made_.stop()


def shelf(house: House, caller: Caller) -> Path:
    """The folder of a guest."""
    return house.games.places.folder / owner(caller)


def owner(caller: Caller) -> str:
    return owner_of(str(caller.http.cookies["curtain_owner"]))


# --- what becomes of files -----------------------------------------------------------------------


def test_every_kind_comes_in_at_once(open_house: OpenHouse) -> None:
    house = open_house(content=(ROOT,))  # a pack of puzzles wants its host
    caller = Caller(house.url)
    answer = caller.bring(CARD, BOOK, CHAT, TABLE, ("broken.json", b"[[["))
    card, book, chat, table, broken = came(answer)
    assert [one[0].split()[0] for one in (card, book, chat, table)] == [
        "card", "book", "chat", "puzzles",
    ]  # fmt: skip
    assert broken == [] and "not whole JSON" in answer.json()["results"][4]["said"]
    assert str(house.app.own) not in answer.text and "cards." not in answer.text
    [who] = mine(caller)
    assert (who["name"], who["language"]) == ("Mirel", "en")
    assert f"talk:{who['id']}" == card[0].split()[1]
    assert [one["mine"] for one in caller.ask("home")["home"]["packs"]].count(True) == 1
    save = chat[0].removeprefix("chat save:")
    assert caller.ask("home")["home"]["saves"][0]["id"] == save
    assert caller.ask("open", game=save)["ok"]


def test_whoever_came_in_speaks_and_is_seen(house: House) -> None:
    caller = Caller(house.url)
    came(caller.bring(CARD))
    [who] = [one for one in mine(caller) if one["name"] == "Mirel"]
    picture = caller.http.get(f"/play/{who['portrait']}")
    assert picture.content.startswith(made.SIGNATURE) and b"chara" not in picture.content
    assert "sandbox" in picture.headers["content-security-policy"]
    assert picture.headers["cache-control"].startswith("private")
    game = settled(house, caller.begin(f"talk:{who['id']}"))
    assert game.session.state.player_name == "You"
    named = settled(house, caller.begin(f"talk:{who['id']}", user_name="Ro"))
    assert named.session.state.player_name == "Ro"
    assert not caller.ask("new", scenario=f"talk:{who['id']}", user_name="x" * 61)["ok"]
    [shown] = game._beside()["present"]
    assert shown["portrait"] == who["portrait"] and game.session.state.transcript
    chinese = caller.ask("home", lang="zh")["home"]["people"]
    assert who["id"] in [one["id"] for one in chinese]  # in its own language, said so
    assert caller.ask("new", scenario=f"talk:{who['id']}", lang="zh")["ok"]
    assert caller.ask("fields", character=who["id"], lang="zh")["fields"]["bot_name"] == "Mirel"
    assert [one["id"] for one in caller.ask("remove", id=who["id"])["home"]["people"]].count(
        who["id"]
    ) == 0


def test_lore_and_chats_are_given_to_someone(house: House) -> None:
    caller = Caller(house.url)
    card = ("q.json", json.dumps(made.v1(name="Quill", description="Writes.")).encode())
    [[arrived]] = came(caller.bring(card))
    who = arrived.removeprefix("card talk:")
    [alone] = caller.bring(BOOK).json()["results"]
    assert alone["failed"] and alone["code"] == "book_alone" and "--into" not in alone["said"]
    [nobody] = caller.bring(("c.jsonl", made.tavern_chat("Nobody").encode())).json()["results"]
    assert nobody["code"] == "nobody" and "--into" not in nobody["said"]
    assert came(caller.bring(BOOK, into=who)) == [[f"book talk:{who}"]]
    [[chat]] = came(caller.bring(("c.jsonl", made.tavern_chat("Nobody").encode()), into=who))
    assert chat.startswith("chat save:")
    [no] = caller.bring(BOOK, into="ann").json()["results"]  # an author's own character stays as is
    assert no["failed"] and no["code"] == "no_such_character"
    caller.ask("remove", id=who)


# --- whose they are ------------------------------------------------------------------------------


def test_what_one_brings_nobody_else_sees(guests: House) -> None:
    ann, eve = Caller(guests.url), Caller(guests.url)
    [[card], [chat]] = came(ann.bring(CARD, CHAT))
    who = card.removeprefix("card talk:")
    [seen] = mine(ann)
    assert shelf(guests, ann).parent == guests.app.own.parent / "guests"
    root = shelf(guests, ann)
    assert f"characters/{who}.en.yaml" in files_under(root)
    assert not guests.app.own.exists()
    game = ann.begin(f"talk:{who}")
    assert ann.http.get(f"/play/{seen['portrait']}").status_code == 200
    # Someone else, with the id and the address at hand.
    assert mine(eve) == [] and who not in json.dumps(eve.ask("home"))
    for do, fields in {
        "new": {"scenario": f"talk:{who}"}, "fields": {"character": who},
        "talk": {"character": who, "fields": {"bot_name": "X"}}, "forms": {"character": who},
        "remove": {"id": who}, "open": {"game": chat.removeprefix("chat save:")},
    }.items():  # fmt: skip
        answer = eve.ask(do, **fields)
        assert answer["ok"] is False and "clocks" not in answer["error"], do
    for caller in (eve, httpx.Client(base_url=guests.url)):
        http = caller.http if isinstance(caller, Caller) else caller
        assert http.get(f"/play/{seen['portrait']}").status_code == 404
        assert http.get("/play/card", params={"character": who}).status_code == 404
        assert http.get("/play/tail", params={"game": game}).status_code == 404
    assert eve.bring(BOOK, into=who).json()["results"][0]["code"] == "no_such_character"
    assert files_under(shelf(guests, eve)) == []
    # The same card is each one's own.
    came(eve.bring(CARD))
    assert ann.ask("remove", id=who)["ok"]
    assert mine(ann) == [] and [one["id"] for one in mine(eve)] == [who]


def test_uploads_are_off_where_others_come_in(open_house: OpenHouse, tmp_path: Path) -> None:
    house = open_house(host="0.0.0.0")
    (tmp_path / "library" / "characters").mkdir(parents=True)
    shown = tmp_path / "library" / "characters" / "secret.en.yaml"
    shown.write_text("name: Secret\nidentity: x\ngreeting: x\nasides: [x]\n", encoding="utf-8")
    caller = Caller(house.url)
    answer = caller.bring(CARD)
    assert answer.status_code == 403 and "has not allowed" in answer.json()["error"]
    assert caller.ask("home")["home"]["bring"] is None
    assert "Secret" not in json.dumps(caller.ask("home"))  # what the host imported is the host's
    assert files_under(tmp_path / "guests") == []


def test_hosts_content_is_played_and_not_taken_along(guests: House, house: House) -> None:
    stranger, at_home = Caller(guests.url), Caller(house.url)
    assert not any(one["gives"] for one in stranger.ask("home")["home"]["people"])
    assert stranger.http.get("/play/card", params={"character": "ann"}).status_code == 404
    assert not stranger.ask("forms", character="ann")["ok"]
    assert at_home.http.get("/play/card", params={"character": "ann"}).status_code == 200


def test_left_alone_it_is_deleted(guests: House) -> None:
    ann, eve = Caller(guests.url), Caller(guests.url)
    for one in (ann, eve):
        came(one.bring(CARD))
    long_ago = time.time() - 8 * 86_400
    os.utime(shelf(guests, ann), (long_ago, long_ago))
    os.utime(shelf(guests, eve), (long_ago, long_ago))
    assert len(mine(eve)) == 1  # who comes back is not forgotten
    guests.games.places.expire(7)
    assert not shelf(guests, ann).exists()
    assert mine(ann) == [] and len(mine(eve)) == 1
    assert eve.ask("delete_all")["ok"]
    assert not shelf(guests, eve).exists() and mine(eve) == []


def test_the_owners_own_library_outlives_their_saves(open_house: OpenHouse) -> None:
    house = open_house()
    caller = Caller(house.url)
    came(caller.bring(CARD))
    caller.ask("delete_all")
    house.games.places.expire(0)
    assert [one["name"] for one in mine(caller)] == ["Mirel"]


# --- other sites ---------------------------------------------------------------------------------


def test_other_sites_send_nothing(house: House) -> None:
    caller = Caller(house.url)
    body = parcel(("evil.json", json.dumps(made.v1(name="Evil")).encode()))
    send = {"params": {"lang": "en"}, "content": body}
    assert caller.http.post("/play/bring", **send).status_code == 403
    for headers in (
        {"x-bring": "yes", "origin": "http://evil.example"},
        {"x-bring": "yes", "origin": "null"},
        {"x-bring": "yes", "sec-fetch-site": "cross-site"},
        {"x-bring": "yes", "sec-fetch-site": "same-site"},
        {"content-type": "text/plain"},
    ):
        assert caller.http.post("/play/bring", **send, headers=headers).status_code == 403, headers
    assert caller.http.get("/play/bring").status_code in (404, 405)
    assert caller.http.request("OPTIONS", "/play/bring").status_code == 404
    stranger = httpx.post(f"{house.url}/play/bring", content=body, headers={"x-bring": "yes"})
    assert stranger.status_code == 403  # nobody's
    assert "Evil" not in json.dumps(caller.ask("home"))


# --- too much ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        b"", b"{}", b"[]", b"null", b"7", b'{"files": []}', b'{"files": [["x"]]}', b'{"files": 5}',
        b'{"files": [["x", -1]]}', b'{"files": [["x", "y"]]}', b'{"files": [["x", 1e999]]}',
        b'{"files": [["x", 3]]', b"[" * 12_000, b"x" * 40_000, b'{"files": [["x", 9]]}',
        b'{"files": [["x", 2]]}', b'{"files": {"x": 3}}', b"\xff\xfe", b'{"files": [[3, null]]}',
    ],
)  # fmt: skip
def test_a_body_that_is_not_what_it_says(house: House, line: bytes) -> None:
    caller = Caller(house.url)
    answer = caller.http.post(
        "/play/bring", params={"lang": "en"}, headers={"x-bring": "yes"}, content=line + b"\nabc"
    )
    assert answer.status_code == 400 and "did not arrive whole" in answer.json()["error"]


def test_what_is_too_large_is_said_before_it_is_sent(house: House) -> None:
    caller = Caller(house.url)
    for files, words in (
        ([["big.png", bring.LARGEST_FILE + 1]], "big.png is larger than 20 MB"),
        ([[f"{n}.png", 15 * 2**20] for n in range(3)], "larger than 40 MB together"),
        ([[f"{n}.png", 1] for n in range(21)], "20 files at most"),
    ):
        line = json.dumps({"files": files}).encode() + b"\n"
        answer = caller.http.post(
            "/play/bring", params={"lang": "en"}, headers={"x-bring": "yes"}, content=line
        )
        assert answer.status_code == 413 and words in answer.json()["error"]
    line = http.client.HTTPConnection(house.url.removeprefix("http://"), timeout=5)
    line.putrequest("POST", "/play/bring")
    line.putheader("content-length", str(bring.LARGEST_BODY + 1))
    line.endheaders()
    assert line.getresponse().status == 413
    line.close()


def test_an_endless_body_is_left(house: House) -> None:
    sent = [0]

    def endless() -> Iterator[bytes]:  # no length told beforehand
        yield parcel(("a.png", b"")).replace(b"0]", b"20000000]")
        for _ in range(80):
            sent[0] += 1
            yield b"\0" * 2**20

    caller = Caller(house.url)
    try:
        answer = caller.http.post("/play/bring", headers={"x-bring": "yes"}, content=endless())
        assert answer.status_code in (400, 408)
    except httpx.HTTPError:
        pass  # cut off
    assert sent[0] < 70
    assert Caller(house.url).ask("home")["ok"]


def test_one_at_a_time_each(house: House) -> None:
    caller, begun, go_on = Caller(house.url), threading.Event(), threading.Event()
    raw = parcel(CARD)

    def slow() -> Iterator[bytes]:
        yield raw[:-5]
        begun.set()
        go_on.wait(10)
        yield raw[-5:]

    found: list[Any] = []
    first = threading.Thread(
        target=lambda: found.append(
            caller.http.post("/play/bring", headers={"x-bring": "yes"}, content=slow())
        )
    )
    first.start()
    assert begun.wait(5)
    until = time.monotonic() + 5
    again = Caller(house.url)
    again.http.cookies = caller.http.cookies
    while (answer := again.bring(CARD)).status_code == 200 and time.monotonic() < until:
        time.sleep(0.05)
    assert answer.status_code == 503 and "moment" in answer.json()["error"]
    assert Caller(house.url).bring(CARD).status_code == 200  # others are not kept waiting
    go_on.set()
    first.join(10)
    came(found[0])


def test_reading_keeps_nobody_waiting(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_: object) -> list[Any]:
        begun.set()
        assert go_on.wait(10)
        raise RecursionError

    monkeypatch.setattr(cards, "take_in", slow)
    caller, found = Caller(house.url), []
    job = threading.Thread(target=lambda: found.append(caller.bring(CARD)))
    job.start()
    assert begun.wait(5)
    assert httpx.get(f"{house.url}/health", timeout=2).status_code == 200
    go_on.set()
    job.join(10)
    assert found[0].status_code == 500 and "did not arrive whole" in found[0].json()["error"]


def test_a_players_shelf_has_an_end(open_house: OpenHouse) -> None:
    house = open_house(host="0.0.0.0", uploads=1, uploads_in_all=2, limits=Limits(games=1))
    caller = Caller(house.url)
    came(caller.bring(CARD, CHAT))
    answer = caller.bring(CHAT)
    assert answer.status_code == 429 and "as many games" in answer.json()["error"]
    large = caller.bring(("big.png", b"x" * 2**20))
    assert large.status_code == 429 and "full" in large.json()["error"]
    assert len(mine(caller)) == 1


def test_a_budget(tmp_path: Path) -> None:
    from game.app import App
    from game.options import Options

    app, now = App(Options(saves=tmp_path)), [0.0]
    places = Places(app, shared=True, uploads=True)
    budget = Budget(places, 2, 3, lambda: now[0])
    ann, eve, mo = ("web-" + letter * 40 for letter in "abc")
    assert budget.take(ann, [1] * FILES_AN_HOUR) == ""
    assert budget.take(ann, [1]) == "hour"
    now[0] = 3600
    assert budget.take(ann, [2**21 - 60]) == ""
    assert budget.take(ann, [1]) == "day"
    assert budget.take(eve, [2**20]) == "" and budget.take(mo, [1]) == "all"
    now[0] = 86_400
    (tmp_path / "guests" / mo / "art").mkdir(parents=True)
    (tmp_path / "guests" / mo / "art" / "x.png").write_bytes(b"x" * (2**21 - 5))
    assert budget.take(mo, [5]) == "" and budget.take(mo, [6]) == "full"
    assert budget.take("nobody", [1]) == "off"
    assert Budget(Places(app), 0, 0).take(ann, [10**9]) == ""  # one's own machine
    app.store.close()


# --- hostile files -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../../../evil.json", "/etc/evil.json", "C:\\evil.json", "..\\evil.json", "a\0b.json",
        "\u202egnosj.exe", "<img src=x onerror=alert(1)>.json", "x" * 5000, "", "\ud800.json",
        "con.json", ".json", "talk:ann", "💣.json\n",
    ],
)  # fmt: skip
def test_names_are_never_paths(guests: House, name: str) -> None:
    caller = Caller(guests.url)
    home = guests.app.own.parent
    before = files_under(home)
    raw = json.dumps(made.v1(name="Evil ../../x")).encode()
    answer = caller.bring((name, raw))
    if len(name) < 5000:
        [[arrived]] = came(answer)
        assert arrived.startswith("card talk:evil_x_")
    root = f"guests/{owner(caller)}/"
    fresh = [one for one in files_under(home) if one not in before]
    assert all(one.startswith((root, "saves.db")) for one in fresh)
    assert not [one for one in fresh if one.endswith(".part")]
    assert all(one.rpartition("/")[2].startswith("evil_x_") for one in fresh if root in one)


@pytest.mark.parametrize(
    "name", ["deep_list.json", "bomb.charx", "names.charx", "out.charx", "bomb.xlsx", "packed.png",
             "cut.png", "commas.csv", "many_lists.json", "anchors.yaml"],
)  # fmt: skip
def test_a_hostile_file_costs_only_itself(guests: House, name: str) -> None:
    caller = Caller(guests.url)
    bad, good = caller.bring((name, BAD[name]()), CARD).json()["results"]
    assert bad["failed"] and bad["said"] and "Traceback" not in bad["said"]
    assert good["arrivals"] and [one["name"] for one in mine(caller)] == ["Mirel"]
    assert len(files_under(shelf(guests, caller))) == 3
    assert caller.ask("home")["ok"]


# --- out, and in again ---------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["png", "charx", "v3"])
def test_what_goes_out_comes_in_the_same(guests: House, form: str) -> None:
    ann, eve = Caller(guests.url), Caller(guests.url)
    raw = made.png(made.text_chunk(b"ccv3", made.v3(unknown=[1])), size=(80, 120))
    [[arrived]] = came(ann.bring(("m.png", raw)))
    who = arrived.removeprefix("card talk:")
    asked = {"character": who, "form": form, "lang": "zh"}  # the card is in English all the same
    out = ann.http.get("/play/card", params=asked)
    assert f"''{who}.en." in out.headers["content-disposition"]
    assert "sandbox" in out.headers["content-security-policy"]
    came(eve.bring(("anything", out.content)))
    [back] = mine(eve)
    asked["character"] = back["id"]
    again = eve.http.get("/play/card", params={**asked, "form": "v3"}).json()
    first = ann.http.get("/play/card", params={**asked, "character": who, "form": "v3"}).json()
    assert again == first and first["data"]["unknown"] == [1]
    portraits = [one.http.get(f"/play/{mine(one)[0]['portrait']}").content for one in (ann, eve)]
    if form != "v3":
        assert portraits[0] == portraits[1]
    assert ann.ask("forms", character=who)["forms"][form] == []
    assert "character_book" in ann.ask("forms", character=who)["forms"]["v1"]


def test_both_chunks_stand_before_the_end(house: House) -> None:
    caller = Caller(house.url)
    out = caller.http.get("/play/card", params={"character": "ann", "form": "png"})
    kinds = [kind for kind, _ in made.chunk_list(out.content)]
    assert kinds[-3:] == [b"tEXt", b"tEXt", b"IEND"]
    for wrong in ({"character": "ann", "form": "exe"}, {"character": "../ann"}, {"character": ""}):
        assert caller.http.get("/play/card", params=wrong).status_code == 404


def test_a_game_goes_out_as_a_chat_and_comes_back(house: House) -> None:
    caller = Caller(house.url)
    [[_], [chat]] = came(caller.bring(CARD, CHAT))
    save = chat.removeprefix("chat save:")
    out = caller.http.get("/play/export", params={"game": save, "form": "chat"})
    assert out.headers["content-disposition"].endswith(".chat.jsonl")
    [[back]] = came(caller.bring(("again.jsonl", out.content)))
    first, second = (house.games.find(owner(caller), one).session.state.transcript
                     for one in (save, back.removeprefix("chat save:")))  # fmt: skip
    assert [(one.kind, one.text) for one in first] == [(one.kind, one.text) for one in second]
