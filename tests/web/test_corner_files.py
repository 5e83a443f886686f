"""The corner behind the page: names, quotas, conflicts, the bench, who may come in."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from game.authoring.drafts import Draft, Name
from game.loader import ROOT, Library
from game.ui.web.corner.bench import Bench, Superseded, TooLong
from game.ui.web.corner.files import Changed, FileFault, Files, Quota, folder_of

from .conftest import CONTENT, Caller, House

STORY = """title: Mine
player: {name: Sam}
cast: [ann]
state: {left: {type: bool}}
opening: Rain.
start: room
scenes:
  room:
    present: [ann]
    narration: A room.
    beats:
      - id: leave
        who: ann
        hears: [I leave, goodbye, off I go]
        means: The player leaves.
        suggest: Goodbye.
        effects: {left: true}
        says: [Mind the step.]
endings:
  - {id: out, kind: good, title: Out, when: left, text: You walk.}
"""


class Author(Caller):
    """Asks the corner as a page does."""

    house: House

    def corner(self, do: str, **fields: Any) -> dict[str, Any]:
        answer = self.http.post("/play/corner", json={"do": do, "lang": "en", **fields})
        assert answer.status_code == 200, answer.status_code
        return dict(answer.json())

    def draft(self, do: str, text: str, name: str = "mine", **fields: Any) -> dict[str, Any]:
        file = {"folder": "scenarios", "id": name, "language": "en"}
        return self.corner(do, **{**file, "yaml": text, **fields})


def with_keeper(library: Path) -> None:
    """Whom new stories cast comes with the game, and not with the tests' own content."""
    (library / "characters").mkdir(parents=True, exist_ok=True)
    for path in (ROOT / "characters").glob("keeper.*.yaml"):
        shutil.copy(path, library / "characters")


@pytest.fixture
def author(open_house: Callable[..., House], tmp_path: Path) -> Author:
    with_keeper(tmp_path / "library")
    house = open_house()
    made = Author(house.url)
    made.house = house
    return made


@pytest.fixture
def files(tmp_path: Path) -> Files:
    own = tmp_path / "own"
    return Files(Library([CONTENT, own]), own)


def named(key: str = "mine", language: str = "en", folder: str = "scenarios") -> Name:
    return Name(folder, key, language)


# --- files -----------------------------------------------------------------------------------


def test_a_file_is_written_by_who_has_seen_it(files: Files) -> None:
    digest = files.create(named(), STORY)
    assert files.read(named()).text == STORY
    fresh = files.save(named(), STORY + "# more\n", digest)
    with pytest.raises(Changed) as caught:
        files.save(named(), "mine", digest)
    assert caught.value.now and caught.value.now.digest == fresh
    assert files.read(named()).text.endswith("# more\n")
    files.delete(named())
    with pytest.raises(Changed) as gone:
        files.save(named(), "mine", fresh)
    assert gone.value.now is None
    assert files.save(named(), "mine", "")


@pytest.mark.parametrize("key", ["", "../x", "a/b", "Up", "1a", "a.b", "a" * 41, "con\0", "é", "."])
def test_names_never_become_other_paths(files: Files, key: str, tmp_path: Path) -> None:
    with pytest.raises(FileFault):
        files.create(named(key), STORY)
    assert not list(tmp_path.rglob("*.yaml"))


def test_others_names_are_taken_and_others_files_are_to_be_read(files: Files) -> None:
    with pytest.raises(FileFault) as fault:
        files.create(named("tea", "zh"), STORY)
    assert fault.value.code == "taken"
    assert not files.read(named("tea")).own
    with pytest.raises(FileFault):
        files.delete(named("tea"))
    assert ("scenarios", "tea") in {(one.folder, one.id) for one in files.shipped()}


def test_texts_that_are_none_and_quotas(files: Files) -> None:
    for text, code in (("x" * 300_000, "too_long"), ("\ud800", "bad_text")):
        with pytest.raises(FileFault) as fault:
            files.create(named(), text)
        assert fault.value.code == code
    few = Files(files.library, files.root, Quota(files=1, room=4000))
    digest = few.create(named(), STORY)
    with pytest.raises(FileFault) as full:
        few.create(named("other"), STORY)
    assert full.value.code == "too_many"
    with pytest.raises(FileFault) as room:
        few.save(named(), "x" * 5000, digest)
    assert room.value.code == "no_room"
    with pytest.raises(FileFault) as all_:
        Files(files.library, files.root, Quota(0, 10**6, 10, lambda: 9)).create(named("b"), STORY)
    assert all_.value.code == "no_room_in_all"


def test_a_text_tells_where_it_belongs() -> None:
    assert (
        folder_of(STORY) == "scenarios" and folder_of("kind: puzzles\nhost: ann\n") == "scenarios"
    )
    assert folder_of("name: Ann\nidentity: …\n") == "characters"


def test_a_draft_is_read_in_place_of_its_file(tmp_path: Path) -> None:
    draft = Draft([CONTENT, tmp_path], named("tea"), STORY)
    story = draft.load("tea", "en")
    assert story.scenario.title == "Mine" and story.sources["scenarios/tea"] == STORY
    assert (
        Draft([CONTENT, tmp_path], named("other"), STORY).load("tea", "en").scenario.title != "Mine"
    )
    assert not list(tmp_path.iterdir())


# --- the bench -------------------------------------------------------------------------------


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(60)
    yield made
    made.close()


def job(text: str, do: str = "lint") -> dict[str, Any]:
    roots = [str(CONTENT)]
    return {"do": do, "folder": "scenarios", "id": "mine", "language": "en", "lang": "en",
            "text": text, "roots": roots, "here": [], "deep": True}  # fmt: skip


def test_the_bench_answers_and_ends_what_takes_too_long(bench: Bench) -> None:
    answer = bench.run("me", job(STORY))
    assert answer["playable"] and answer["outline"]["scenes"] == [["room", "room"]]
    bench.seconds = 0.01
    begun = time.monotonic()
    with pytest.raises(TooLong):
        bench.run("me", job(STORY, "playtest"))
    assert time.monotonic() - begun < 10
    bench.seconds = 60
    assert bench.run("me", job(STORY))["playable"]  # another process has taken its place


def test_only_the_newest_of_an_authors_jobs_is_done(bench: Bench) -> None:
    bench.run("me", job(STORY))
    results: list[object] = []

    def ask(number: int) -> None:
        try:
            results.append(bench.run("me", job(f"{STORY}# {number}\n"))["playable"])
        except Superseded:
            results.append("superseded")

    bench._turn.acquire()  # as if another author's job were being done
    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for number, one in enumerate(threads, 1):
        one.start()
        while bench._waiting < number:
            time.sleep(0.005)
    bench._turn.release()
    for one in threads:
        one.join(60)
    assert sorted(map(str, results)) == ["True", "superseded", "superseded", "superseded"]


def test_the_bench_has_none_of_our_secrets(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    bench.run("me", job(STORY))
    assert bench._process
    environ = Path(f"/proc/{bench._process.pid}/environ")
    if not environ.exists():
        pytest.skip("no /proc")
    assert b"sk-secret" not in environ.read_bytes()


HOSTILE = {
    "aliases": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "deep": "title: " + "[" * 100_000,
    "deep flow": "title: " + "{a: " * 100_000,
    "huge line": "title: " + "x" * 250_000,
    "many keys": "".join(f"k{n}: 1\n" for n in range(25_000)),
    "tag": "!!python/object/apply:os.system [ls]",
    "template": STORY.replace("A room.", "\"{{ 'x' * 10**9 }}\""),
    "loops": STORY.replace("A room.", "{% for a in range(9**9) %}x{% endfor %}"),
    "binary": "\x00\x01\x02",
    "bidi": "title: \u202eevil\nscenes: {}\n",
    "nothing": "",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_are_findings(bench: Bench, text: str) -> None:
    answer = bench.run("me", job(text))
    assert answer["findings"] and not answer["playable"] and "error" not in answer
    assert all(one["line"] >= 1 and len(one["message"]) < 2000 for one in answer["findings"])


# --- through the door ------------------------------------------------------------------------


def test_write_check_try_and_go_on(author: Author) -> None:
    made = author.corner("new", kind="scenario", id="clock", language="en", title='The "Clock": 1')
    assert made["file"]["own"] and made["file"]["title"] == 'The "Clock": 1'
    bad = made["yaml"].replace("effects: {trust", "effect: {trust", 1)
    found = author.draft("lint", bad, "clock")
    [fault] = found["findings"]
    line = 1 + bad[: bad.index("effect: {trust")].count("\n")
    assert (fault["code"], fault["line"], fault["here"]) == ("unknown_key", line, True)
    assert not found["playable"] and author.draft("lint", made["yaml"], "clock")["playable"]
    assert "unknown_key" in author.corner("rule", code="unknown_key")["text"]
    assert not author.draft("try", bad, "clock")["ok"]
    quick = author.draft("lint", made["yaml"], "clock", deep=False)
    assert quick["playable"] and not quick["deep"] and quick["outline"]["scenes"]
    game = author.draft("try", made["yaml"], "clock")["game"]
    author.ask("say", game=game, line="let me help you with that")
    mended = made["yaml"].replace("The blue one.", "The green one.")
    went = author.draft("try", mended, "clock", game=game)
    assert went["changes"] and not went.get("stays")
    stays = author.draft("try", bad, "clock", game=game)
    assert "mistakes" in stays["stays"][0]
    why = author.corner("why", game=game, turn=1)
    assert ["help", "Can I help you with that?", True] in why["possible"]
    assert any("trust: 3 → 5" in one for one in why["changes"]) and why["read"]
    assert not author.corner("why", game=game, turn=2)["ok"]
    shown = author.draft("map", mended, "clock", game=game)["map"]
    svg = author.http.get(f"/play/corner/map/{shown}")
    assert 'class="here"' in svg.text and "sandbox" in svg.headers["content-security-policy"]
    tested = author.draft("playtest", mended, "clock")
    assert tested["passed"] and tested["map"] != shown
    assert author.http.get("/play/corner/trial", params={"game": game}).status_code == 204
    assert not author.ask("saves")["saves"]  # what is tried is kept nowhere


def test_a_scene_and_a_puzzle_can_be_tried_from(author: Author) -> None:
    text = author.corner("new", kind="scenario", id="clock", language="en")["yaml"]
    game = author.draft("try", text, "clock", scene="upstairs")["game"]
    assert author.draft("map", text, "clock", game=game)["map"]
    assert not author.draft("try", text, "clock", scene="cellar")["ok"]
    held = {"key": "true", "trust": "99", "gone": "1"}
    game = author.draft("try", text, "clock", scene="upstairs", state=held)["game"]
    author.ask("say", game=game, line="hello there")
    [trial] = author.house.games.corner._trials.values()
    assert trial.session.state.vars["key"] is True and trial.session.state.vars["trust"] == 10
    for wrong in ({"key": "perhaps"}, {"trust": "x"}, {"trust": 5}, {"left": "x" * 300}):
        assert not author.draft("try", text, "clock", state=wrong)["ok"], wrong
    pack = author.corner("new", kind="puzzles", id="my_riddles", language="en")["yaml"]
    found = author.draft("lint", pack, "my_riddles")["outline"]["puzzles"]
    assert found and author.draft("try", pack, "my_riddles", puzzle=found[-1][0])["game"]
    assert "lines" in author.draft("playtest", pack, "my_riddles")


def test_save_conflict_upload_copy_and_delete(author: Author, tmp_path: Path) -> None:
    made = author.corner("upload", name="C:\\x\\My Story!.en.yaml", yaml=STORY)["file"]
    assert (made["folder"], made["id"], made["language"]) == ("scenarios", "my_story", "en")
    again = author.corner("upload", name="my_story.en.yaml", yaml=STORY)["file"]
    assert again["id"] == "my_story_2"
    path = tmp_path / "library" / "scenarios" / "my_story.en.yaml"
    path.write_text("changed by another program", encoding="utf-8")
    answer = author.draft("save", STORY, "my_story", base=made["digest"])
    assert answer["conflict"]["yaml"] == "changed by another program"
    assert path.read_text(encoding="utf-8") == "changed by another program"
    saved = author.draft("save", STORY, "my_story", base=answer["conflict"]["digest"])
    assert saved["digest"] and path.read_text(encoding="utf-8") == STORY
    for name in ("evil.exe", "", "x.yaml.exe"):
        assert not author.corner("upload", name=name, yaml=STORY)["ok"]
    copy = author.corner("copy", folder="scenarios", id="gate", language="en", to="my_gate")
    assert copy["file"]["own"] and copy["file"]["languages"] == ["zh", "en"]
    left = author.draft("delete", "", "my_story")
    assert "my_story" not in [one["id"] for one in left["mine"]] and not path.exists()


def test_whatever_is_sent_is_answered_with_a_sentence(author: Author, tmp_path: Path) -> None:
    for fields in (
        {}, {"do": "no"}, {"do": "open"},
        {"do": "open", "folder": "..", "id": "x", "language": "en"},
        {"do": "open", "folder": "scenarios", "id": "../../etc/passwd", "language": "en"},
        {"do": "open", "folder": "scenarios", "id": "tea", "language": "xx"},
        {"do": "save", "folder": "scenarios", "id": "a/../../b", "language": "en", "yaml": "x"},
        {"do": "new", "kind": "scenario", "id": "../x", "language": "en"},
        {"do": "new", "kind": "exe", "id": "x", "language": "en"},
        {"do": "copy", "folder": "scenarios", "id": "tea", "language": "en", "to": "../x"},
        {"do": "rule", "code": "../README"}, {"do": "why", "game": "x", "turn": 1},
        {"do": "lint", "folder": "scenarios", "id": "x", "language": "en", "yaml": 5},
        {"do": "lint", "folder": "scenarios", "id": "x", "language": "en", "yaml": "x" * 1_100_000},
    ):  # fmt: skip
        answer = author.http.post("/play/corner", json={"lang": "en", **fields}).json()
        assert answer["ok"] is False and answer["error"], fields
        assert "Traceback" not in answer["error"] and str(tmp_path) not in answer["error"]
    for body, kind in (("[" * 100_000, "application/json"), ("{}", "text/plain")):
        said = author.http.post("/play/corner", content=body, headers={"content-type": kind})
        assert said.json()["ok"] is False
    long = author.http.post("/play/corner", content=b"x" * (3 * 2**20))
    assert long.status_code == 413
    for path in ("file", "map/../../x", "map/nothing", "trial?game=x", "nothing"):
        assert author.http.get(f"/play/corner/{path}").status_code == 404, path
    assert {path.name.partition(".")[0] for path in tmp_path.rglob("*.yaml")} == {"keeper"}


def test_other_sites_and_other_owners_get_nothing(author: Author) -> None:
    text = author.corner("new", kind="scenario", id="clock", language="en")["yaml"]
    game = author.draft("try", text, "clock")["game"]
    shown = author.draft("map", text, "clock", game=game)["map"]
    stranger = Author(str(author.http.base_url))
    assert stranger.http.get(f"/play/corner/map/{shown}").status_code == 404
    assert stranger.http.get("/play/corner/trial", params={"game": game}).status_code == 404
    assert not stranger.corner("why", game=game, turn=1)["ok"]
    assert not stranger.draft("try", text, "clock", game=game)["ok"]
    for origin in ("http://evil.example", "null"):
        sent = author.http.post("/play/corner", json={"do": "list"}, headers={"origin": origin})
        assert sent.status_code == 403
    nobody = Caller(str(author.http.base_url))
    nobody.http.cookies.clear()
    assert nobody.http.post("/play/corner", json={"do": "list"}).json()["ok"] is False


# --- open to others --------------------------------------------------------------------------


def test_off_where_others_can_come_in(open_house: Callable[..., House]) -> None:
    for options in ({"names": ("play.example",)}, {"names": ("play.example",), "uploads": 5}):
        house = open_house(**options)
        guest = Author(house.url)
        assert guest.ask("home")["corner"] is False
        assert guest.http.post("/play/corner", json={"do": "list"}).status_code in (404, 405)
        for path in ("map/x", "trial"):
            assert guest.http.get(f"/play/corner/{path}").status_code == 404
        house.stop()


def test_where_a_host_lets_them_each_author_has_a_shelf(
    open_house: Callable[..., House], tmp_path: Path
) -> None:
    house = open_house(names=("play.example",), uploads=1, authors=True)
    one, two = Author(house.url), Author(house.url)
    assert one.ask("home")["corner"] is True
    made = one.corner("new", kind="scenario", id="secret", language="en")
    assert made["ok"] and one.corner("list")["mine"][0]["id"] == "secret"
    assert str(tmp_path) not in made["yaml"] and "$schema" not in made["yaml"]
    assert two.corner("list")["mine"] == []
    file = {"folder": "scenarios", "id": "secret", "language": "en"}
    assert not two.corner("open", **file)["ok"]
    assert not two.corner("delete", **file)["ok"]
    assert one.corner("open", **file)["yaml"] == made["yaml"]
    # What a host shows beside what the game comes with can be played, and not looked into.
    assert one.corner("list")["shipped"] == [] and one.begin("tea")
    for do in ("open", "copy"):
        assert not one.corner(do, **{**file, "id": "tea"}, to="mine")["ok"]
    big = made["yaml"] + "# " + "x" * 250_000
    for number in range(5):
        last = one.corner("new", kind="scenario", id=f"big{number}", language="en", yaml=big)
    assert not last["ok"] and "1 MB" in last["error"]
    assert not (tmp_path / "library" / "scenarios").exists()  # the host's own shelf is the host's
