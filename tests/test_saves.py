"""Saves lose nothing: kills, damage, full disks, two writers, strangers and newer versions."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game import saves
from game.errors import (
    IllegalEvent,
    SaveBusy,
    SaveDamaged,
    SaveError,
    SaveNewer,
    SaveUnwritable,
)
from game.events import (
    FORMAT,
    TYPES,
    ActorSpoke,
    AskedBack,
    BeatHappened,
    Candidate,
    Ended,
    Event,
    GameStarted,
    GaveUp,
    LanguageChanged,
    Narrated,
    PlayerSpoke,
    Rewound,
    TurnJudged,
    decode,
    encode,
)
from game.loader import digest_of
from game.saves import Store, upgrades

SOURCES = {"scenarios/tea": "title: 茶馆\n" * 40, "characters/lan": "name: 兰三娘"}
DIGEST = digest_of(SOURCES)
START = GameStarted("tea", "zh", DIGEST, 7, "沈舟", variables={"trust": 2, "key": False})


def line(number: int) -> Event:
    """The event that stands at a place of a test's save."""
    return ActorSpoke("lan", f"第{number}句" * 9) if number % 3 else TurnJudged("choice", beat="b")


def begin(store: Store, owner: str = "me", length: int = 1) -> str:
    events = [START, *(line(number) for number in range(1, length))]
    return store.create(owner, "tea", "zh", "茶馆", DIGEST, sources=SOURCES, events=events)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store(tmp_path / "saves.db") as opened:
        yield opened


# --- events as data ----------------------------------------------------------------------


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value that a type hint allows, lone surrogates included."""
    origin, args = get_origin(hint), get_args(hint)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(st.characters(exclude_categories=()), max_size=8),
        int: st.integers(-(2**63) + 1, 2**63 - 1),
        bool: st.booleans(),
        float: st.floats(allow_nan=False, allow_infinity=False),
    }
    if hint in plain:
        return plain[hint]
    if origin is tuple:
        return st.lists(values(args[0]), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(values(args[0]), values(args[1]), max_size=3)
    if origin is Literal:
        return st.sampled_from(args)
    if args:
        return st.one_of(*map(values, args))
    return records(hint)


def records(kind: Any) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{name: values(hint) for name, hint in get_type_hints(kind).items()})


@pytest.mark.parametrize("kind", TYPES.values(), ids=list(TYPES))
def test_every_event_comes_back_as_it_was(kind: type[Any]) -> None:
    @settings(max_examples=25, deadline=None, database=None)
    @given(records(kind))
    def check(event: Event) -> None:
        assert decode(json.loads(json.dumps(encode(event)))) == event

    check()


NOT_EVENTS: list[Any] = [
    None,
    [],
    "Ended",
    {},
    {"type": "Cue", "who": "", "source": ""},
    {"type": "Delta", "who": "a", "text": "b"},
    {"type": ["Ended"]},
    {"type": "__class__"},
    {"type": "Narrated"},
    {"type": "Narrated", "text": 1},
    {"type": "Narrated", "text": None},
    {"type": "Narrated", "text": "a", "cut": 1},
    {"type": "Narrated", "text": "a", "extra": "b"},
    {"type": "Narrated", "text": "a" * 300_000},
    {"type": "Rewound", "to": True},
    {"type": "Rewound", "to": 1.0},
    {"type": "Rewound", "to": 10**30},
    {"type": "HintGiven", "hint": "1", "text": ""},
    {"type": "TurnJudged", "by": "magic"},
    {"type": "TurnJudged", "by": ["choice"]},
    {"type": "TurnJudged", "by": "choice", "facts": "abc"},
    {"type": "TurnJudged", "by": "choice", "facts": [["a"]]},
    {"type": "TurnJudged", "by": "choice", "facts": ["a"] * 5000},
    {"type": "TurnJudged", "by": "choice", "cues": [{"who": "a"}]},
    {"type": "TurnJudged", "by": "choice", "cues": [{"who": "a", "source": "b", "c": "d"}]},
    {"type": "AskedBack", "candidates": [{"kind": "beat", "id": "a", "score": float("nan")}]},
    {"type": "AskedBack", "candidates": [{"kind": "beat", "id": "a", "score": float("inf")}]},
    {"type": "AskedBack", "candidates": {"kind": "beat"}},
    {"type": "BeatHappened", "beat": "a", "changes": {"trust": None}},
    {"type": "BeatHappened", "beat": "a", "changes": {"trust": {"a": 1}}},
    {"type": "BeatHappened", "beat": "a", "changes": [["trust", 1]]},
    {"type": "BeatHappened", "beat": "a", "changes": {"trust": 0.5}},
]


@pytest.mark.parametrize("data", NOT_EVENTS, ids=range(len(NOT_EVENTS)))
def test_what_is_no_event_is_refused(data: Any) -> None:
    with pytest.raises(ValueError):
        decode(data)


def test_an_event_that_could_not_be_read_back_is_refused_before_it_is_written(store: Store) -> None:
    save = begin(store)
    nan = AskedBack((Candidate("beat", "a", float("nan")),))
    wrong: Any = Narrated(text=3)  # type: ignore[arg-type]
    huge = BeatHappened("a", changes={"trust": 10**5000})
    for event in (nan, wrong, huge, Narrated("x" * 300_000), Rewound(9), Rewound(-1)):
        with pytest.raises(IllegalEvent):
            store.append(save, "me", 1, event)
    assert store.events(save, "me") == [START]


def test_text_that_utf8_cannot_express_is_kept(store: Store) -> None:
    save = begin(store)
    odd = PlayerSpoke("a\ud83d\x00\u2028\"'\\ 你")
    store.append(save, "me", 1, odd)
    assert store.events(save, "me")[1] == odd
    assert store.events(store.import_save(store.export_save(save, "me"), "me"), "me")[1] == odd
    store.rename(save, "me", "bad \ud83d name")
    assert store.head(save, "me").name == "bad ? name"
    with pytest.raises(SaveError):
        store.events("\ud83d", "me")


# --- what a store does -------------------------------------------------------------------


@pytest.mark.parametrize("place", ["file", "memory"])
def test_a_game_is_kept(place: str, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder" / "saves.db" if place == "file" else None
    with Store(path) as store:
        save = begin(store)
        for number in range(1, 12):
            store.append(save, "me", number, line(number))
        store.append_many(save, "me", 12, [Ended("good", "good", "…"), LanguageChanged("en", "d")])
        expected = [*(line(n) if n else START for n in range(12)), Ended("good", "good", "…")]
        assert store.events(save, "me") == [*expected, LanguageChanged("en", "d")]
        assert store.started(save, "me") == START
        head = store.head(save, "me")
        assert (head.turns, head.ended, head.language, head.length) == (3, "good", "en", 14)
        store.append(save, "me", 14, Rewound(7))
        head = store.head(save, "me")
        assert (head.turns, head.ended, head.language) == (2, "", "zh")
        store.append(save, "me", 15, Rewound(14))
        assert store.head(save, "me").ended == "good"


def test_the_list_is_newest_first_and_leaves_out_what_never_began(tmp_path: Path) -> None:
    clock = [1000.0]
    with Store(tmp_path / "saves.db", now=lambda: clock[0]) as store:
        first, second = begin(store), begin(store)
        store.create("me", "tea", "zh", "茶馆", DIGEST)
        assert [head.id for head in store.list("me")] == [second, first]
        clock[0] += 5
        store.append(first, "me", 1, line(1))
        store.rename(first, "me", "雨夜")
        heads = store.list("me")
        assert [head.id for head in heads] == [first, second]
        assert (heads[0].name, heads[0].title, heads[0].updated) == ("雨夜", "茶馆", 1_005_000)
        child = store.create("me", "tea", "zh", "茶馆", DIGEST, (first, 1), events=[START])
        assert (store.head(child, "me").parent, store.head(child, "me").parent_seq) == (first, 1)


def test_ids_are_unguessable(store: Store) -> None:
    ids = {begin(store) for _ in range(20)}
    assert len(ids) == 20 and all(len(one) >= 22 for one in ids)


def test_creating_is_all_or_nothing(store: Store) -> None:
    with pytest.raises(IllegalEvent):
        store.create("me", "tea", "zh", "茶馆", DIGEST, events=[START, Rewound(9)])
    with pytest.raises(ValueError):
        store.create("me", "tea", "zh", "茶馆", "wrong", sources=SOURCES, events=[START])
    assert store.list("me") == []


STRANGERS: list[Callable[[Store, str, str], Any]] = [
    lambda store, save, owner: store.events(save, owner),
    lambda store, save, owner: store.head(save, owner),
    lambda store, save, owner: store.started(save, owner),
    lambda store, save, owner: store.append(save, owner, 1, GaveUp()),
    lambda store, save, owner: store.append_many(save, owner, 1, [GaveUp()]),
    lambda store, save, owner: store.rename(save, owner, "mine now"),
    lambda store, save, owner: store.delete(save, owner),
    lambda store, save, owner: store.export_save(save, owner),
    lambda store, save, owner: store.put_content(DIGEST, SOURCES, save, owner),
    lambda store, save, owner: store.create(owner, "tea", "zh", "茶馆", DIGEST, (save, 1)),
]


@pytest.mark.parametrize("call", STRANGERS, ids=range(len(STRANGERS)))
def test_a_stranger_reaches_nothing(store: Store, call: Callable[..., Any]) -> None:
    save, before = begin(store), store.list("me")
    with pytest.raises(SaveError) as missing:
        call(store, "0" * 32, "stranger")
    with pytest.raises(SaveError) as refused:
        call(store, save, "stranger")
    assert type(missing.value) is type(refused.value) is SaveError
    assert missing.value.detail == refused.value.detail
    assert store.list("me") == before and store.list("stranger") == []
    assert store.delete_owner("stranger") == 0 and store.events(save, "me") == [START]


def test_content_lives_as_long_as_a_save_uses_it(store: Store) -> None:
    english = {"scenarios/tea": "title: The Teahouse"}
    first, second = begin(store), begin(store, "you")
    store.put_content(digest_of(english), english, first, "me")
    store.append(first, "me", 1, LanguageChanged("en", digest_of(english)))
    assert store.content(DIGEST) == SOURCES and store.content(digest_of(english)) == english
    store.delete(first, "me")
    assert store.content(DIGEST) == SOURCES
    with pytest.raises(SaveDamaged):
        store.content(digest_of(english))
    store.delete(second, "you")
    with pytest.raises(SaveDamaged):
        store.content(DIGEST)


def test_content_that_is_not_what_its_digest_says_is_refused(tmp_path: Path) -> None:
    with Store(tmp_path / "saves.db") as store:
        begin(store)
        with pytest.raises(ValueError):
            store.put_content(DIGEST, {"scenarios/tea": "another"})
        execute(tmp_path / "saves.db", "UPDATE contents SET data = zeroblob(9)")
        with pytest.raises(SaveDamaged):
            store.content(DIGEST)
        store.put_content(DIGEST, SOURCES)
        assert store.content(DIGEST) == SOURCES


def test_deleting_and_expiring(tmp_path: Path) -> None:
    clock = [0.0]
    with Store(tmp_path / "saves.db", now=lambda: clock[0]) as store:
        old = begin(store)
        store.note_ending("me", "tea", "truth")
        clock[0] += 10 * 86400
        new, other = begin(store), begin(store, "you")
        assert store.expire(older_than_days=11) == 0
        assert store.expire(older_than_days=5) == 1
        with pytest.raises(SaveError):
            store.events(old, "me")
        assert [head.id for head in store.list("me")] == [new]
        assert store.endings("me", "tea") == ()
        store.note_ending("me", "tea", "lie")
        assert store.delete_owner("me") == 1
        assert store.list("me") == [] and store.endings("me", "tea") == ()
        assert store.events(other, "you") == [START] and store.content(DIGEST) == SOURCES
    assert "第".encode() not in (tmp_path / "saves.db").read_bytes()


def test_endings_are_remembered_across_games_in_order(store: Store) -> None:
    for ending in ("truth", "lie", "truth", "flight"):
        store.note_ending("me", "tea", ending)
    store.note_ending("you", "tea", "secret")
    store.note_ending("me", "other", "secret")
    assert store.endings("me", "tea") == ("truth", "lie", "flight")


# --- export and import -------------------------------------------------------------------


def test_a_save_travels_as_jsonl(store: Store) -> None:
    save = begin(store, length=8)
    store.rename(save, "me", "雨夜")
    text = store.export_save(save, "me")
    assert [json.loads(one)["type"] for one in text.splitlines()][:3] == [
        "save", "content", "GameStarted",
    ]  # fmt: skip
    assert save not in text and '"me"' not in text
    with Store(None) as elsewhere:
        copy = elsewhere.import_save(text.replace("\n", "\r\n"), "you")
        assert elsewhere.events(copy, "you") == store.events(save, "me")
        assert elsewhere.content(DIGEST) == SOURCES
        head = elsewhere.head(copy, "you")
        assert (head.name, head.turns, head.title) == ("雨夜", 2, "茶馆")


def test_an_import_from_anyone_is_checked(store: Store) -> None:
    head, _, *events = store.export_save(begin(store, length=3), "me").splitlines()
    poison = json.dumps({"type": "content", "digest": DIGEST, "sources": {"a": "b"}})
    endless = '{"type": "Narrated", "text": ' + "[" * 100_000
    wrong = {
        "nothing": "",
        "no head": "\n".join(events),
        "no events": head,
        "no start": "\n".join([head, events[1]]),
        "two starts": "\n".join([head, events[0], events[0]]),
        "poisoned content": "\n".join([head, poison, *events]),
        "no JSON": "\n".join([head, events[0], "{"]),
        "cut": "\n".join([head, *events])[:-4],
        "not an object": "\n".join([head, events[0], "[1]"]),
        "deep": "\n".join([head, events[0], endless]),
        "NaN": "\n".join([head, events[0], '{"type": "Rewound", "to": NaN}']),
        "digits": "\n".join([head, events[0], '{"type": "Rewound", "to": 1' + "0" * 6000 + "}"]),
        "too far back": "\n".join([head, *events, '{"type": "Rewound", "to": 99}']),
        "head": "\n".join(['{"type": "save", "scenario": 1}', *events]),
        "odd name": "\n".join([head.replace('"tea"', '"\\ud83d"'), *events]),
    }
    before = store.list("me")
    for name, text in wrong.items():
        with pytest.raises(SaveError):
            print(name, store.import_save(text, "me"))
    with pytest.raises(SaveNewer):
        store.import_save(head.replace('"format":1', '"format":2'), "me")
    assert store.list("me") == before and store.content(DIGEST) == SOURCES


# --- kills, writers, disks ---------------------------------------------------------------

CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from game.events import Narrated
from game.saves import Store
store = Store(Path(sys.argv[1]))
if not store.list("me"):
    store.create("me", "tea", "zh", "茶馆", "", events=[Narrated("0" * 99)])
head = store.list("me")[0]
number = head.length
while True:
    store.append(head.id, "me", number, Narrated(str(number) * 99))
    print(number, flush=True)
    number += 1
"""


def test_no_acknowledged_event_is_lost_when_killed(tmp_path: Path) -> None:
    path, root, dice = tmp_path / "saves.db", str(Path(__file__).parent.parent), random.Random(5)
    acknowledged = -1
    for _ in range(15):
        command = [sys.executable, "-c", CHILD, str(path), root]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        assert child.stdout
        for _ in range(dice.randrange(12)):
            acknowledged = int(child.stdout.readline())
        time.sleep(dice.random() * 0.01)
        child.kill()
        rest = child.communicate()[0].split("\n")[:-1]
        acknowledged = int(rest[-1]) if rest else acknowledged
        with Store(path) as store:
            heads = store.list("me")
            events = store.events(heads[0].id, "me") if heads else []
            assert len(events) > acknowledged
            assert events == [Narrated(str(number) * 99) for number in range(len(events))]
    assert acknowledged > 20


def test_every_commit_waits_for_the_disk(store: Store) -> None:
    """What no kill can show: after a power cut, too, what was acknowledged is there."""
    settings = {
        name: store._db._writer.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous")
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2}


def test_two_writers_cannot_interleave(tmp_path: Path) -> None:
    with Store(tmp_path / "saves.db") as one, Store(tmp_path / "saves.db") as two:
        save = begin(one)
        one.append(save, "me", 1, line(1))
        for event in (line(1), line(2)):
            with pytest.raises(SaveBusy):
                two.append(save, "me", 1, event)
        with pytest.raises(SaveBusy):
            two.append(save, "me", 5, line(5))
        two.append(save, "me", 2, line(2))
        assert one.events(save, "me") == [START, line(1), line(2)]


def test_threads_and_programs_share_a_store(tmp_path: Path) -> None:
    with Store(tmp_path / "saves.db") as one, Store(tmp_path / "saves.db") as two:
        shared, won, refused = begin(one), [], []

        def play(store: Store, name: str) -> None:
            own = begin(store, name)
            for number in range(1, 9):
                store.append(own, name, number, line(number))
                assert len(store.events(own, name)) == number + 1
                event = Narrated(f"{name} {number}")
                try:
                    store.append(shared, "me", store.head(shared, "me").length, event)
                    won.append(event)
                except SaveBusy:
                    refused.append(event)

        threads = [
            threading.Thread(target=play, args=(store, f"{index}{n}"))
            for index, store in enumerate((one, two))
            for n in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        events = one.events(shared, "me")[1:]
        assert len(won) + len(refused) == 6 * 8
        assert sorted(map(repr, events)) == sorted(map(repr, won))


def test_readers_pass_while_a_writer_waits_for_the_disk(tmp_path: Path) -> None:
    with Store(tmp_path / "saves.db") as store:
        save = begin(store, length=5)
        with store._db.writing(save) as db:  # a transaction that takes its time
            db.execute("UPDATE saves SET name = 'x'")
            found: list[Any] = []
            reader = threading.Thread(target=lambda: found.append(store.events(save, "me")))
            reader.start()
            reader.join(5)
            assert len(found) == 1 and len(found[0]) == 5


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "saves.db"
    with Store(path) as store:
        save = begin(store)
        pages = store._db._writer.execute("PRAGMA page_count").fetchone()[0]
        store._db._writer.execute(f"PRAGMA max_page_count = {pages + 2}")
        number = 1
        with pytest.raises(SaveUnwritable):
            while number < 100:
                store.append(save, "me", number, ActorSpoke("lan", "雨" * 900))
                number += 1
        assert 1 < number < 100
        for again in (store, Store(path)):
            assert len(again.events(save, "me")) == again.head(save, "me").length == number
        again.close()
        memory = Store(None)
        rest = memory.import_save(store.export_save(save, "me"), "me")
        memory.append(rest, "me", number, GaveUp())
        store._db._writer.execute("PRAGMA max_page_count = 100000")
        store.append(save, "me", number, GaveUp())
        assert store.events(save, "me") == memory.events(rest, "me")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SaveUnwritable):
        Store(tmp_path / "file" / "saves.db")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SaveUnwritable):
        Store(tmp_path / "folder")


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_said(tmp_path: Path) -> None:
    Store(tmp_path / "saves.db").close()
    tmp_path.chmod(0o500)
    try:
        for name in ("saves.db", "new.db"):
            with pytest.raises(SaveUnwritable):
                Store(tmp_path / name)
    finally:
        tmp_path.chmod(0o700)


# --- damage and versions -----------------------------------------------------------------


def execute(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def seen(store: Store, ids: Mapping[str, str]) -> list[Any]:
    """All that can be read; what is refused shows as its error."""
    calls: list[Callable[[], Any]] = [
        *(lambda owner=owner: store.list(owner) for owner in ids),  # type: ignore[misc]
        *(lambda o=o, save=save: store.events(save, o) for o, save in ids.items()),  # type: ignore[misc]
        lambda: store.endings("me", "tea"),
        lambda: store.content(DIGEST),
    ]
    found: list[Any] = []
    for call in calls:
        try:
            found.append(call())
        except SaveError as error:
            found.append(error)
    return found


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[str, str], list[Any]]:
    """A small database's bytes, its saves by owner, and all that can be read of it."""
    path = tmp_path_factory.mktemp("sample") / "saves.db"
    with Store(path) as store:
        ids = {owner: begin(store, owner, 14) for owner in ("me", "you")}
        store.note_ending("me", "tea", "truth")
        truth = seen(store, ids)
    assert not any(isinstance(one, SaveError) for one in truth)
    return path.read_bytes(), ids, truth


def assert_right_or_refused(folder: Path, data: bytes, sample: tuple[Any, ...]) -> str:
    _, ids, truth = sample
    folder.mkdir()
    path = folder / "saves.db"
    path.write_bytes(data)
    try:
        store = Store(path)
    except (SaveDamaged, SaveNewer) as error:
        assert Path(error.detail) != path and Path(error.detail).read_bytes() == data
        assert path.read_bytes() == data
        return "refused"
    with store:
        found = seen(store, ids)
        if found == truth:
            return "right"
        silent = [
            one
            for one, expected in zip(found, truth, strict=True)
            if one != expected and not isinstance(one, SaveError)
        ]
        assert not silent or store.damaged
        return "in part"


def test_a_cut_database_is_refused_and_kept(tmp_path: Path, sample: tuple[Any, ...]) -> None:
    for size in range(0, len(sample[0]), 512):
        result = assert_right_or_refused(tmp_path / str(size), sample[0][:size], sample)
        assert result == "refused", size


def test_flipped_bits_never_change_what_is_told(tmp_path: Path, sample: tuple[Any, ...]) -> None:
    dice, results = random.Random(11), []
    used = [place for place, byte in enumerate(sample[0]) if byte]
    for number in range(150):
        data = bytearray(sample[0])
        data[dice.choice(used)] ^= 1 << dice.randrange(8)
        results.append(assert_right_or_refused(tmp_path / str(number), bytes(data), sample))
    assert {"refused", "in part"} <= set(results)


def test_a_damaged_journal_loses_no_acknowledged_write_in_silence(tmp_path: Path) -> None:
    """What a crash leaves: the database and a write-ahead log that was not taken over yet.

    Damage in the very last transaction can't be told from one that never reached the disk.
    """
    with Store(tmp_path / "crashed.db") as store:
        save = begin(store)
        for number in range(1, 10):
            store.append(save, "me", number, line(number))
        truth = store.events(save, "me")
        database = (tmp_path / "crashed.db").read_bytes()
        journal = (tmp_path / "crashed.db-wal").read_bytes()
    dice, refused = random.Random(3), 0
    places = [None, *range(0, 32, 3), *(dice.randrange(len(journal)) for _ in range(80))]
    for number, place in enumerate(places):
        path, data = tmp_path / str(number) / "saves.db", bytearray(journal)
        if place is not None:
            data[place] ^= 1 << dice.randrange(8)
        path.parent.mkdir()
        path.write_bytes(database)
        path.with_name("saves.db-wal").write_bytes(data)
        try:
            with Store(path) as store:
                assert store.events(save, "me") in (
                    [truth] if place is None else [truth, truth[:-1]]
                )
        except SaveDamaged as error:
            assert Path(error.detail).read_bytes() == database
            assert Path(error.detail + "-wal").read_bytes() == data
            refused += 1
    assert refused > 60
    with pytest.raises(SaveDamaged):  # a log alone: its database was removed
        (tmp_path / "0" / "gone.db-wal").write_bytes(journal)
        Store(tmp_path / "0" / "gone.db")


def test_a_refused_database_is_copied_once(tmp_path: Path) -> None:
    path = tmp_path / "saves.db"
    path.write_bytes(b"what is this?" * 99)
    for _ in range(3):
        with pytest.raises(SaveDamaged):
            Store(path)
    assert len(list(tmp_path.iterdir())) == 2
    path.write_bytes(b"and this?")
    with pytest.raises(SaveDamaged):
        Store(path)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_copy_that_finds_no_room_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copy2", full)
    path = tmp_path / "saves.db"
    path.write_bytes(b"what is this?" * 99)
    with pytest.raises(SaveDamaged) as refused:
        Store(path)
    assert refused.value.detail == str(path) and path.read_bytes() == b"what is this?" * 99
    assert list(tmp_path.iterdir()) == [path]


def test_another_program_s_database_is_left_alone(tmp_path: Path) -> None:
    execute(tmp_path / "saves.db", "CREATE TABLE notes (text)")
    with pytest.raises(SaveDamaged):
        Store(tmp_path / "saves.db")


def test_a_newer_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "saves.db"
    with Store(path) as store:
        begin(store)
    execute(path, "PRAGMA user_version = 2")
    before = path.read_bytes()
    with pytest.raises(SaveNewer) as refused:
        Store(path)
    assert Path(refused.value.detail).read_bytes() == path.read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE events SET body = '{' WHERE seq = 2 AND save = ?",
        "UPDATE events SET body = x'ff00' WHERE seq = 2 AND save = ?",
        "UPDATE events SET body = replace(body, '句', '段') WHERE seq = 2 AND save = ?",
        "DELETE FROM events WHERE seq = 2 AND save = ?",
        "DELETE FROM events WHERE seq = 4 AND save = ?",
        "UPDATE saves SET title = 'another' WHERE id = ?",
        "UPDATE saves SET length = 4 WHERE id = ?",
    ],
)
def test_one_damaged_save_is_refused_by_name(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "saves.db"
    with Store(path) as store:
        bad, good = begin(store, length=5), begin(store, length=5)
    execute(path, damage.replace("?", f"'{bad}'"))
    with Store(path) as store:
        for _ in range(2):
            with pytest.raises(SaveDamaged) as refused:
                store.events(bad, "me")
            assert refused.value.save == bad
        rows = Path(refused.value.detail).read_text(encoding="utf-8").splitlines()
        assert len(rows) >= 5 and json.loads(rows[0])["id"] == bad
        assert len(list(tmp_path.glob("*.jsonl"))) == 1
        assert len(store.events(good, "me")) == 5
        assert {head.id for head in store.list("me")} == {bad, good}
        store.append(good, "me", 5, GaveUp())
        store.delete(bad, "me")
        assert [head.id for head in store.list("me")] == [good]


def test_an_older_event_is_upgraded_and_a_newer_one_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path / "saves.db") as store:
        save = begin(store)
        store.append(save, "me", 1, Narrated("雨"))
        with monkeypatch.context() as future:  # this version is old, as a later one sees it
            for module in (upgrades, saves.records):
                future.setattr(module, "FORMAT", FORMAT + 1)
            with pytest.raises(SaveDamaged):
                store.events(save, "me")
            rain = {**encode(Narrated("雨")), "text": "大雨"}
            future.setitem(upgrades.UPGRADES, FORMAT, lambda d: rain if "text" in d else d)
            assert store.events(save, "me") == [START, Narrated("大雨")]
            store.append(save, "me", 2, Narrated("晴"))
            assert store.events(save, "me") == [START, Narrated("大雨"), Narrated("晴")]
        with pytest.raises(SaveNewer):
            store.events(save, "me")


def test_default_path_is_in_the_users_data_folder() -> None:
    path = saves.default_path()
    assert path.is_absolute() and path.suffix == ".sqlite3"
