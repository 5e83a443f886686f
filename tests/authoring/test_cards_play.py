"""What was imported plays: as a talk, in a scenario, as a puzzle or save; and goes out again."""

from __future__ import annotations

import json
from pathlib import Path

import card_files as made
import pytest

from game.__main__ import main
from game.app import App
from game.events import ActorSpoke, Delta
from game.options import Options
from game.session import Session
from game.story import Persona
from game.ui.cards import Result, give_out, take_in
from game.ui.web.art import Gallery


@pytest.fixture
def app(tmp_path: Path) -> App:
    return App(Options(language="en", seed=1, saves=tmp_path))


def brought(app: App, value: object, name: str = "x.json", **how: str) -> Result:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    [result] = take_in(app, [(name, raw)], "en", **how)
    assert not result.failed, result.lines
    return result


def spoken(session: Session, line: str = "") -> str:
    stream = session.play(line) if line else session.resume()
    return "\n".join(one.text for one in stream if isinstance(one, ActorSpoke))


def talk(app: App, value: object, **how: str) -> Session:
    story = brought(app, value, **how).ids[0]
    return app.new(story, how.get("language", "en"), persona=Persona(name="Ro"))


HOSTILE = "{% for x in range(9) %}{{ player.name }}{% endfor %} {# gone #} {{ 7*7 }} {{'a'"


def test_the_text_of_a_card_is_shown_and_never_run(app: App) -> None:
    session = talk(app, made.v1(first_mes="{{user}}: " + HOSTILE + " {{user}}"))
    assert spoken(session) == "Ro: " + HOSTILE + " Ro"


def test_a_hostile_text_is_harmless_in_every_field(app: App) -> None:
    book = {"entries": [{**made.ENTRY, "content": HOSTILE, "keys": ["{{x", "{% if"]}]}
    example = "{{user}}: " + HOSTILE + "\n{{char}}: " + HOSTILE
    texts = {**dict.fromkeys(made.v1(), HOSTILE), "mes_example": example}
    value = made.v2(**texts, character_book=book, tags=[HOSTILE[:30]])
    session = talk(app, value)
    character = next(iter(session.story.cast.values()))
    assert HOSTILE[:20] in spoken(session) and character.lore and character.small_talk
    assert spoken(session, "Hello")


def test_macros_become_the_players_name_and_the_characters(app: App) -> None:
    opening = (
        "{{USER}} and {{Char}}, <bot>, <USER>{{// aside}} {{reverse:abc}} {{roll:d1}} {{pick:A}}"
    )
    session = talk(app, made.v3(first_mes=opening, alternate_greetings=[]))
    assert spoken(session) == "Ro and Mir, Mir, Ro cba 1 A"


def test_greetings_lore_and_examples_come_along(app: App) -> None:
    [who] = talk(app, made.v2()).story.cast.values()
    assert (who.greeting, who.greetings) == (
        "Sit, {{ player.name }}. Mirel has time.", ("Back already?", "Shh."),
    )  # fmt: skip
    [lore] = who.lore
    assert (lore.keys, lore.secondary, lore.text) == (
        ("tower", "bell"), ("hand",), "The tower clock has one hand.",
    )  # fmt: skip
    assert [one.player for one in who.examples] == ["Can you mend it?", "What time is it?"]


def test_without_a_model_the_examples_answer_and_everything_else_is_met_in_silence(
    app: App,
) -> None:
    session = talk(app, made.v1())
    spoken(session)
    assert spoken(session, "What time is it?") == "Later than you think.\nAlways."
    assert spoken(session, "Tell me of quantum chromodynamics and turnips").startswith("(Mirel ")


def test_a_chinese_card_is_a_chinese_character(app: App) -> None:
    result = brought(app, made.CHARACTERGLM)
    assert len(result.ids) == 2
    session = app.new(result.ids[0], "zh", persona=Persona(name="罗"))
    assert spoken(session) == "坐。"
    assert spoken(session, "你觉得量子力学怎么样").startswith("（米雷尔")


def test_portraits_are_painted_anew_and_found_by_the_page(app: App) -> None:
    carrier = made.png(made.text_chunk(b"chara", made.v2()), made.chunk(b"tEXt", b"secret\0x"))
    session = talk(app, carrier)
    [who] = session.story.cast.values()
    path = Gallery(app.library.roots).find(who.portrait.calm)
    assert path and path.read_bytes().startswith(made.SIGNATURE)
    assert b"secret" not in path.read_bytes() and b"chara" not in path.read_bytes()


def test_a_picture_of_the_same_name_is_the_portrait(app: App) -> None:
    files = [("m.yaml", made.TGWEBUI.encode()), ("m.png", made.png())]
    one, two = take_in(app, files, "en")
    assert not one.failed and not two.failed
    [who] = app.library.free_talk(one.ids[0].removeprefix("talk:"), "en").cast.values()
    assert who.portrait.calm
    [alone] = take_in(app, [("n.png", made.png())], "en")
    assert alone.failed and "no card" in alone.lines[0]


def test_an_imported_character_can_be_cast(app: App, tmp_path: Path) -> None:
    who = brought(app, made.v2()).ids[0].removeprefix("talk:")
    scenario = tmp_path / "library" / "scenarios" / "visit.en.yaml"
    scenario.parent.mkdir(parents=True, exist_ok=True)
    scenario.write_text(
        f"title: Visit\nplayer: {{name: Ro}}\ncast: [{who}]\nstart: shop\nscenes:\n  shop:\n"
        f"    present: [{who}]\n    beats:\n      - {{id: pay, hears: [Here is the money], "
        f"says: [Thank you.]}}\n", encoding="utf-8",
    )  # fmt: skip
    session = app.new("visit", "en")
    assert spoken(session)
    assert spoken(session, "Here is the money") == "Thank you."


def test_a_lorebook_goes_into_the_character_it_came_with(app: App) -> None:
    files = [("b.json", json.dumps(made.tavern_book()).encode()),
             ("c.json", json.dumps(made.v2()).encode())]  # fmt: skip
    book, card = take_in(app, files, "en")
    assert not book.failed and book.ids == card.ids
    assert any("patterns" in one for one in book.lines) and any("Off" in one for one in book.lines)
    who = card.ids[0].removeprefix("talk:")
    lore = app.library.free_talk(who, "en").cast[who].lore
    assert [one.keys for one in lore] == [("tower", "bell"), ("harbour",)]
    out = json.loads(give_out(app, who, "en", "v3")[1])
    assert len(out["data"]["character_book"]["entries"]) == 3
    [alone] = take_in(app, [files[0]], "en")
    assert alone.failed and "--into" in alone.lines[0]
    [again] = take_in(app, [files[0]], "en", into=who)
    assert not again.failed and len(app.library.free_talk(who, "en").cast[who].lore) == 2


def test_the_same_card_again_undoes_nothing(app: App, tmp_path: Path) -> None:
    who = brought(app, made.v2()).ids[0].removeprefix("talk:")
    path = tmp_path / "library" / "characters" / f"{who}.en.yaml"
    first = path.read_text("utf-8")
    carrier = made.png(made.text_chunk(b"chara", made.v2()))
    assert brought(app, carrier, "m.png").mended == []  # now it has a portrait
    assert app.library.free_talk(who, "en").cast[who].portrait.calm == f"{who}.png"
    assert brought(app, made.v2()).mended == [] and "portrait" in path.read_text("utf-8")
    book = json.dumps(made.tavern_book()).encode()
    take_in(app, [("b.json", book)], "en", into=who)
    path.write_text(path.read_text("utf-8").replace("Sit, ", "Up, "), encoding="utf-8")
    changed = path.read_text("utf-8")
    assert "was changed since" in "".join(brought(app, carrier, "m.png").mended)
    assert path.read_text("utf-8") == changed != first
    assert (
        len(json.loads(give_out(app, who, "en", "v3")[1])["data"]["character_book"]["entries"]) == 3
    )


def test_lore_for_a_character_that_was_written_here(app: App, tmp_path: Path) -> None:
    path = tmp_path / "library" / "characters" / "wren.en.yaml"
    path.parent.mkdir(parents=True)
    written = "# as I like her\nname: Wren\nidentity: sells maps\ngreeting: Hm?\nasides: [Hm.]\n"
    path.write_text(written, encoding="utf-8")
    book = json.dumps(made.tavern_book()).encode()
    [first] = take_in(app, [("b.json", book)], "en", into="wren")
    assert not first.failed and path.read_text("utf-8").startswith(written)
    assert [one.keys for one in app.library.free_talk("wren", "en").cast["wren"].lore] == [
        ("harbour",)
    ]
    assert [one.name for one in (tmp_path / "library").iterdir()] == ["characters"]
    for broken in ("- a list\n", "name: [x\n", "name: Wren\nlore: 5\n"):
        path.write_text(broken, encoding="utf-8")
        [result] = take_in(app, [("b.json", book)], "en", into="wren")
        assert result.failed and path.read_text("utf-8") == broken
    path.write_text("{name: Wren}", encoding="utf-8")  # nothing can be added to its end
    [result] = take_in(app, [("b.json", book)], "en", into="wren")
    assert not result.failed and "harbour" in path.read_text("utf-8")


def test_a_chat_is_a_save_that_goes_on(app: App) -> None:
    [early] = take_in(app, [("c.jsonl", made.tavern_chat().encode())], "en")
    assert early.failed and "Mirel" in early.lines[0]
    brought(app, made.v1())
    result = brought(app, made.tavern_chat().encode(), "c.jsonl")
    session = app.open(result.ids[0].removeprefix("save:"))
    lines = [(one.kind, one.text) for one in session.state.transcript]
    assert lines == [
        ("character", "Sit, Ro."), ("player", "It stopped."), ("character", "They do."),
        ("player", "Can it go on?"), ("character", "It can."),
    ]  # fmt: skip
    assert session.state.player_name == "Ro"
    assert spoken(session, "What time is it?").startswith("Later")


def test_a_table_is_a_pack_that_can_be_solved(app: App) -> None:
    result = brought(app, made.xlsx(), "t.xlsx")
    session = app.new(result.ids[0], "zh", puzzle="puzzle_1")
    for _ in session.resume():
        pass
    for line in ("他曾以为喝过海龟汤", "其实不是"):
        for _ in session.play(line):
            pass
    assert session.state.ending_kind == "good"


# --- out -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["png", "charx", "v2", "v3"])
@pytest.mark.parametrize("who", ["keeper", "lan"])
def test_our_own_characters_come_back_whole(app: App, who: str, form: str) -> None:
    for language in ("zh", "en"):
        name, raw, left = give_out(app, who, language, form)
        assert left == []
        back = brought(app, raw, name).ids[0].removeprefix("talk:")
        ours = app.library.free_talk(who, language).cast[who]
        theirs = app.library.free_talk(back, language).cast[back]
        assert theirs.model_copy(update={"portrait": ours.portrait}) == ours


def test_what_another_program_changed_in_our_card_counts(app: App) -> None:
    value = json.loads(give_out(app, "keeper", "en", "v3")[1])
    value["data"]["first_mes"] = "Changed, {{user}}."
    result = brought(app, value)
    who = result.ids[0].removeprefix("talk:")
    changed = app.library.free_talk(who, "en").cast[who]
    ours = app.library.free_talk("keeper", "en").cast["keeper"]
    assert changed.greeting == "Changed, {{ player.name }}."
    assert changed.small_talk == ours.small_talk and changed.notes == ours.notes
    assert any("greeting" in one for one in result.lines)


def test_a_broken_corner_of_ours_costs_only_itself(app: App) -> None:
    value = json.loads(give_out(app, "keeper", "en", "v3")[1])
    corner = value["data"]["extensions"]["characterglm_story"]
    corner["character"]["asides"] = ["{% include 'x' %}"]
    result = brought(app, value)
    assert any("can't be read; the rest was" in one for one in result.lines)


def test_a_card_that_came_in_goes_out_as_it_came(app: App) -> None:
    carrier = made.png(made.text_chunk(b"ccv3", made.v3(unknown=[1])))
    who = brought(app, carrier, "m.png").ids[0].removeprefix("talk:")
    out = json.loads(give_out(app, who, "en", "v3")[1])
    assets = out["data"].pop("assets")
    expected = made.v3(unknown=[1])
    expected["data"].pop("assets")
    assert out == expected and assets[0]["uri"].startswith("embeded://")


def test_what_its_author_changed_since_goes_out_changed(app: App, tmp_path: Path) -> None:
    who = brought(app, made.v2()).ids[0].removeprefix("talk:")
    path = tmp_path / "library" / "characters" / f"{who}.en.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Sit, {{ player.name }}.", "Up, {{ player.name }}!"), "utf-8")
    data = json.loads(give_out(app, who, "en", "v2")[1])["data"]
    assert data["first_mes"] == "Up, {{user}}! Mirel has time."
    assert data["description"] == made.v2()["data"]["description"]


# --- the commands --------------------------------------------------------------------------------


def test_import_and_export_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m.json").write_text(json.dumps(made.v2()), encoding="utf-8")
    (tmp_path / "m.png").write_bytes(made.png())
    saves = ["--saves", str(tmp_path / "s")]
    assert main(["import", str(tmp_path / "m.json"), "--say", "en", *saves]) == 0
    told = capsys.readouterr().out
    who = told.split("(")[1].split(")")[0]
    out = tmp_path / "out.png"
    own = ["--own", str(tmp_path / "s" / "library")]
    assert main(["export", "card", who, "--lang", "en", "--out", str(out), *own]) == 0
    assert made.chunk_list(out.read_bytes())[-1] == (b"IEND", b"")
    assert main(["import", str(tmp_path / "none.json"), "--say", "en", *saves]) == 1
    assert "No such file" in capsys.readouterr().err
    assert main(["export", "card", "nobody", *own, "--lang", "en"]) == 1


@pytest.mark.parametrize("form", ["md", "html", "jsonl", "chat"])
def test_a_save_goes_out_in_every_form(app: App, tmp_path: Path, form: str) -> None:
    brought(app, made.v1())
    brought(app, made.tavern_chat().encode(), "c.jsonl")
    out = tmp_path / "out"
    saves = ["--saves", str(tmp_path)]
    assert main(["export", "save", "last", "--form", form, "--out", str(out), *saves]) == 0
    text = out.read_text(encoding="utf-8")
    assert "It can." in text
    if form == "chat":
        again = brought(app, text.encode(), "again.jsonl")
        state = app.open(again.ids[0].removeprefix("save:")).state
        assert [one.text for one in state.transcript][-1] == "It can."


def test_nothing_streams_what_is_not_committed(app: App) -> None:
    session = talk(app, made.v1())
    pieces = [one for one in session.resume() if isinstance(one, Delta)]
    assert "".join(one.text for one in pieces) == "Sit, Ro. Mirel has time."
