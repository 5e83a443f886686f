"""Every format is read as its programs write it, mended where broken, and written strictly."""

from __future__ import annotations

import base64
import json
import zlib

import card_files as made
import pytest

from game.authoring.cards import lorebook
from game.authoring.cards.card import OURS, Card
from game.authoring.cards.chats import write_chat
from game.authoring.cards.faults import CardError, Repairs
from game.authoring.cards.read import Found, read
from game.authoring.cards.write import FORMS, write


def raw(value: object) -> bytes:
    return json.dumps(value).encode()


def card(content: bytes, name: str = "file") -> Card:
    [one] = read(name, content).cards
    return one


def codes(found: Found) -> set[str]:
    return {one.code for one in found.repairs}


# --- versions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [made.v1(), made.v2(), made.v3()])
def test_a_whole_card_of_any_version_needs_no_repair(value: dict) -> None:
    found = read("x", raw(value))
    assert codes(found) == set()
    assert found.cards[0].data["first_mes"] == "Sit, {{user}}. <BOT> has time."


def test_what_stands_in_a_card_stays_in_it() -> None:
    value = made.v3(unknown={"deep": [1, None]}) | {"beside": 1}
    found = card(raw(value))
    assert found.data["unknown"] == {"deep": [1, None]}
    assert json.loads(write(found, "v3")) == value


def test_a_card_as_real_files_have_it_is_mended_and_each_repair_told() -> None:
    data = made.v2()["data"] | {
        "name": "", "tags": "one", "alternate_greetings": None, "personality": 3,
        "creator": {"not": "a text"}, "character_book": None,
    }  # fmt: skip
    found = read("Old Clock.json", raw({"data": data, "spec_version": "x", "first_mes": "other"}))
    one = found.cards[0].data
    assert (one["name"], one["tags"], one["personality"]) == ("Old Clock", ["one"], "3")
    assert one["alternate_greetings"] == [] and one["creator"] == ""
    assert one["extensions"][OURS]["kept"] == {"creator": {"not": "a text"}}
    assert codes(found) == {
        "spec", "null_field", "converted", "set_aside", "no_name", "field_twice",
    }  # fmt: skip


def test_fields_beside_the_data_count_where_it_lacks_them() -> None:
    found = read("x", raw({"spec": "chara_card_v2", "spec_version": "2.0", "description": "Old.",
                           "data": {"name": "N"}, "chat": "kept"}))  # fmt: skip
    assert found.cards[0].data["description"] == "Old."
    assert found.cards[0].extra == {"chat": "kept"}
    assert "moved" in codes(found)


def test_v2_carries_what_only_v3_knows_and_has_no_field_of_it() -> None:
    out = json.loads(write(card(raw(made.v3())), "v2"))
    assert out["spec"] == "chara_card_v2" and out["spec_version"] == "2.0"
    assert not {"nickname", "assets", "source", "creation_date"} & out["data"].keys()
    assert json.loads(write(card(raw(out)), "v3")) == made.v3()


def test_v1_is_six_texts() -> None:
    out = json.loads(write(card(raw(made.v3())), "v1"))
    assert out == made.v1()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_other_encodings_are_read(encoding: str) -> None:
    text = json.dumps(made.v1(name="钟表匠", description="修钟的人。" * 9), ensure_ascii=False)
    assert card(text.encode(encoding), "x.json").data["name"] == "钟表匠"


# --- PNG -----------------------------------------------------------------------------------------


def test_the_newer_chunk_wins_wherever_it_stands_and_however_it_is_spelt() -> None:
    old = made.text_chunk(b"chara", made.v2(name="Old"))
    new = made.text_chunk(b"CCv3", made.v3(name="New"))
    assert card(made.png(old, new)).data["name"] == "New"
    assert card(made.png(before=[new, old])).data["name"] == "New"
    assert card(made.png(made.text_chunk(b"Chara", made.v2()))).data["name"] == "Mirel"


def test_texts_packed_in_other_ways_are_found() -> None:
    body = base64.b64encode(raw(made.v1()))
    ways = [
        made.chunk(b"zTXt", b"chara\0\0" + zlib.compress(body)),
        made.chunk(b"iTXt", b"chara\0\0\0\0\0" + body),
        made.chunk(b"iTXt", b"chara\0\1\0\0\0" + zlib.compress(body)),
        made.chunk(b"tEXt", b"chara\0" + raw(made.v1())),
        made.chunk(b"tEXt", b"chara\0" + body.rstrip(b"=")),
        made.chunk(b"tEXt", b"chara\0" + b"\n".join(body[n : n + 76] for n in range(0, 999, 76))),
    ]
    assert [card(made.png(one)).data["name"] for one in ways] == ["Mirel"] * 6


def test_a_wrong_checksum_or_a_cut_end_is_told_and_read_all_the_same() -> None:
    whole = made.png(before=[made.text_chunk(b"chara", made.v2())])
    place = whole.index(b"chara") - 8
    length = int.from_bytes(whole[place : place + 4], "big")
    wrong = bytearray(whole)
    wrong[place + 8 + length] ^= 1
    assert codes(read("x", bytes(wrong))) == {"png_crc"}
    assert codes(read("x", whole[:-20])) == {"png_cut"}
    with pytest.raises(CardError) as error:
        read("x", whole[: place + 30])
    assert error.value.code == "png_cut"


def test_a_written_png_has_both_chunks_before_its_end_and_no_old_ones() -> None:
    one = card(raw(made.v3()))
    stale = made.png(made.text_chunk(b"chara", made.v2(name="Stale")),
                     before=[made.text_chunk(b"CCV3", made.v3(name="Stale"))])  # fmt: skip
    chunks = made.chunk_list(write(one, "png", stale))
    texts = [(n, data) for n, (kind, data) in enumerate(chunks) if kind == b"tEXt"]
    assert [data.split(b"\0")[0] for _, data in texts] == [b"chara", b"ccv3"]
    assert [n for n, _ in texts] == [len(chunks) - 3, len(chunks) - 2]
    assert chunks[-1] == (b"IEND", b"")
    inside = [json.loads(base64.b64decode(data.split(b"\0")[1])) for _, data in texts]
    assert inside[0]["spec"] == "chara_card_v2" and inside[1] == made.v3()


def test_a_picture_with_no_card_is_a_picture() -> None:
    found = read("x.png", made.png())
    assert found.picture and not found.cards


def test_a_webp_card_that_calls_itself_png_is_read() -> None:
    from io import BytesIO

    from PIL import Image

    out, picture = BytesIO(), Image.new("RGB", (4, 4))
    exif = picture.getexif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + raw(made.v1())
    picture.save(out, "WEBP", exif=exif)
    found = read("x.png", out.getvalue())
    assert found.cards[0].data["name"] == "Mirel" and codes(found) == {"not_png"}


# --- CHARX ---------------------------------------------------------------------------------------


def test_charx_brings_its_portrait_and_gives_every_file_back() -> None:
    uri = "embeded://assets/icon/images/a.png"
    assets = [{"type": "icon", "uri": uri, "name": "main", "ext": "png"},
              {"type": "x_sound", "uri": "embeded://s.ogg", "name": "s", "ext": "ogg"}]  # fmt: skip
    files = {"card.json": raw(made.v3(assets=assets)), "assets/icon/images/a.png": made.png(),
             "s.ogg": b"OggS"}  # fmt: skip
    one = card(made.packed(files))
    assert one.picture == made.png()
    again = card(write(one, "charx"))
    assert (again.data, dict(again.files)) == (one.data, dict(one.files))
    assert again.files["s.ogg"] == b"OggS"


# --- lore ----------------------------------------------------------------------------------------


def test_a_tavern_lorebook_goes_in_and_out_unharmed() -> None:
    found = read("town.json", raw(made.tavern_book()))
    assert found.book and [one["enabled"] for one in found.book["entries"]] == [True, False]
    entry = found.book["entries"][0]
    assert entry["position"] == "after_char" and entry["insertion_order"] == 50
    assert entry["extensions"] == {"probability": 100, "selectiveLogic": 0, "sticky": 2}
    assert lorebook.to_tavern(found.book) == made.tavern_book()


def test_a_lorebook_of_v3_stands_alone() -> None:
    book = {"extensions": {}, "entries": [made.ENTRY | {"use_regex": False}], "name": "b"}
    assert read("x", raw({"spec": "lorebook_v3", "data": book})).book == book


def test_decorators_are_taken_off_the_first_of_a_name_counting() -> None:
    content = "@@activate_only_after 3\n@@depth 4\n@@@depth 9\n@@activate\nText\n@@not one"
    marks, rest = lorebook.decorators(content)
    assert marks == {"activate_only_after": "3", "depth": "4", "activate": ""}
    assert rest == "Text\n@@not one"


# --- the others ----------------------------------------------------------------------------------


def test_tgwebui_in_yaml_and_json_and_out_again() -> None:
    one = card(made.TGWEBUI.encode(), "Mirel.yaml")
    assert one.data["first_mes"].startswith("Sit.") and "Persona" in one.data["description"]
    assert one.data["extensions"][OURS]["tgwebui"] == {"your_name": "Ro", "turn_template": ""}
    assert card(write(one, "tgwebui"), "x.yaml") == one
    old = {"char_name": "Mirel", "context": "c", "greeting": "g", "example_dialogue": "e"}
    assert card(raw(old)).data["mes_example"] == "e"


def test_pygmalion_in_and_out_again() -> None:
    one = card(raw(made.PYGMALION))
    assert one.data["scenario"] == "A shop."
    assert json.loads(write(one, "pygmalion")) == made.PYGMALION


def test_characterglm_brings_all_its_characters() -> None:
    one, two = read("character.json", raw(made.CHARACTERGLM)).cards
    assert (one.data["name"], two.data["name"]) == ("米雷尔", "灯塔人")
    out = json.loads(write(one, "characterglm"))
    assert out == {"钟表匠": made.CHARACTERGLM["钟表匠"]}


def test_a_tavern_chat_goes_in_and_out_unharmed() -> None:
    found = read("chat.jsonl", made.tavern_chat().encode())
    assert found.chat and (found.chat.user, found.chat.character) == ("Ro", "Mirel")
    assert [json.loads(one) for one in write_chat(found.chat).splitlines()] == [
        json.loads(one) for one in made.tavern_chat().splitlines()
    ]


def test_lines_of_a_chat_that_are_none_are_told() -> None:
    text = made.tavern_chat() + "\n{broken\n[1]\n"
    found = read("chat.jsonl", text.encode())
    assert found.chat and len(found.chat.lines) == 5 and codes(found) == {"chat_line"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "xlsx"])
def test_tables_of_puzzles_lose_their_stray_line_ends(delimiter: str) -> None:
    content = made.xlsx() if delimiter == "xlsx" else made.csv_text(made.ROWS, delimiter).encode()
    found = read("t.csv", content)
    assert [one.surface for one in found.puzzles] == [
        "一个人走进餐厅。他哭了。", "A man turns off the light.",
    ]  # fmt: skip
    assert found.puzzles[0].hint == "想想过去。" and found.puzzles[0].rest == {"编号": "1"}
    assert codes(found) == {"row_empty"}


def test_english_columns_are_known_too() -> None:
    text = '\ufeff Situation ,ANSWER\n"He, a man\nfell",Ice.\n'
    assert read("t.csv", text.encode()).puzzles[0].surface == "He, a man fell"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"), (b"  \n", "empty"), (b"{", "no_json"), (b"{}", "no_card"),
        (b"[]", "no_card"), (b"plain words", "no_columns"), (b"a: [", "bad_yaml"),
        (b"a: 1", "no_card"), (b"PK\x03\x04", "bad_zip"), (made.packed({"a": "b"}), "no_card"),
        (made.png(made.chunk(b"tEXt", b"chara\0%%%")), "bad_base64"),
        (b'{"mes": 1}\n{"is_user": ', "no_chat"),
    ],
)  # fmt: skip
def test_what_is_no_card_is_refused_by_name(content: bytes, code: str) -> None:
    if code == "no_chat":
        content = b'{"user_name": "a", "chat_metadata": {}}\n{"x": 1}\n'
    with pytest.raises(CardError) as error:
        read("x", content)
    assert error.value.code == code


def test_every_form_is_read_again_by_us() -> None:
    one = card(raw(made.v3()))
    for form in FORMS:
        found = read(f"x{FORMS[form][1]}", write(one, form))
        assert found.book if form == "lorebook" else found.cards[0].data["name"] == "Mirel"


def test_repairs_are_told_once_and_not_without_end() -> None:
    repairs = Repairs()
    for number in range(500):
        repairs.note("row_empty", row=number % 100)
    assert len(repairs) == 40


def test_our_svg_portraits_are_drawn_and_an_svg_from_elsewhere_reads_no_file() -> None:
    from io import BytesIO

    from PIL import Image

    from game.authoring.cards import pictures
    from game.ui.web.art import OWN

    drawn = pictures.drawn((OWN / "lan_calm.svg").read_bytes())
    assert drawn
    picture = Image.open(BytesIO(drawn)).convert("RGBA")
    assert picture.width == 800 and picture.getextrema()[3] == (255, 255)
    assert len(picture.convert("RGB").quantize(32).getcolors()) > 8
    picture_file = OWN / "lan_calm.svg"
    for address in (picture_file.as_uri(), str(picture_file), picture_file.name):
        outside = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4">'
            f'<image width="4" height="4" href="{address}"/></svg>'
        )
        assert pictures.drawn(outside.encode()) is None
    assert pictures.drawn(b"<svg") is None
