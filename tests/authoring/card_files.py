"""Files of every format as other programs write them, made byte by byte where the format is."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(kind + data) & 0xFFFFFFFF
    return len(data).to_bytes(4, "big") + kind + data + crc.to_bytes(4, "big")


def pixels(width: int, height: int) -> tuple[bytes, bytes]:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\0" + b"\x40\x60\x80" * width
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return chunk(b"IHDR", header), chunk(b"IDAT", data)


def text_chunk(keyword: bytes, value: Any) -> bytes:
    packed = base64.b64encode(json.dumps(value).encode())
    return chunk(b"tEXt", keyword + b"\0" + packed)


def png(*texts: bytes, before: Sequence[bytes] = (), size: tuple[int, int] = (8, 12)) -> bytes:
    """A PNG whose text chunks stand after the picture, as in most real cards."""
    header, data = pixels(*size)
    return b"".join([SIGNATURE, header, *before, data, *texts, chunk(b"IEND", b"")])


def chunk_list(raw: bytes) -> list[tuple[bytes, bytes]]:
    """Every chunk of a PNG, its checksum verified: a second reader, to test the first."""
    assert raw.startswith(SIGNATURE)
    place, found = 8, []
    while place < len(raw):
        length = int.from_bytes(raw[place : place + 4], "big")
        kind, data = raw[place + 4 : place + 8], raw[place + 8 : place + 8 + length]
        crc = int.from_bytes(raw[place + 8 + length : place + 12 + length], "big")
        assert crc == zlib.crc32(kind + data)
        found.append((kind, data))
        place += 12 + length
    return found


def packed(files: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def v1(**other: Any) -> dict[str, Any]:
    return {
        "name": "Mirel",
        "description": "{{char}} mends clocks. {{user}} is late again.",
        "personality": "patient",
        "scenario": "A shop at dusk.",
        "first_mes": "Sit, {{user}}. <BOT> has time.",
        "mes_example": "<START>\n{{user}}: Can you mend it?\n{{char}}: *nods* If it wants to be."
        "\n<START>\n{{user}}: What time is it?\n{{char}}: Later than you think.\nAlways.",
        **other,
    }


ENTRY = {
    "keys": ["tower", "bell"], "content": "The tower clock has one hand.", "extensions": {"x": 1},
    "enabled": True, "insertion_order": 7, "selective": True, "secondary_keys": ["hand"],
}  # fmt: skip


def v2(**other: Any) -> dict[str, Any]:
    data = v1(
        creator_notes="not for prompts", system_prompt="", post_history_instructions="",
        alternate_greetings=["Back already?", "Shh."], tags=["quiet"], creator="me",
        character_version="1", extensions={"depth_prompt": {"depth": 4}},
        character_book={"extensions": {}, "entries": [ENTRY]},
    )  # fmt: skip
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": {**data, **other}}


def v3(**other: Any) -> dict[str, Any]:
    data = {
        **v2()["data"], "nickname": "Mir", "group_only_greetings": [], "source": ["book"],
        "assets": [{"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"}],
        "creation_date": 1700000000,
        "character_book": {"extensions": {}, "entries": [{**ENTRY, "use_regex": False}]},
    }  # fmt: skip
    return {"spec": "chara_card_v3", "spec_version": "3.0", "data": {**data, **other}}


def tavern_book() -> dict[str, Any]:
    entry = {
        "uid": 3, "key": ["harbour", "/sea|ocean/i"], "keysecondary": [], "comment": "Harbour",
        "content": "Boats leave at six.", "constant": False, "selective": True, "order": 50,
        "selectiveLogic": 0, "position": 1, "disable": False, "probability": 100, "sticky": 2,
    }  # fmt: skip
    off = {**entry, "uid": 4, "comment": "Off", "disable": True}
    return {"entries": {"0": entry, "1": off}, "name": "Town"}


def tavern_chat(name: str = "Mirel") -> str:
    lines: list[dict[str, Any]] = [
        {"user_name": "Ro", "character_name": name, "create_date": "2024-1-1", "chat_metadata": {}},
        {"name": name, "is_user": False, "is_system": False, "send_date": 1, "mes": "Sit, Ro."},
        {"name": "Ro", "is_user": True, "mes": "It stopped.", "extra": {"k": [1]}},
        {"name": name, "is_user": False, "mes": "They do.", "swipes": ["They do.", "Ah."],
         "swipe_id": 0},
        {"name": "Ro", "is_user": True, "mes": "Can it go\non?"},
        {"name": name, "is_user": False, "mes": "It can."},
    ]  # fmt: skip
    return "\n".join(json.dumps(one) for one in lines)


TGWEBUI = """\
name: Mirel
greeting: |-
  Sit. *winds a clock*
  {{user}}, is it?
context: |-
  Mirel's Persona: {{char}} mends clocks.

  {{user}}: Hello
  {{char}}: Hm.
your_name: Ro
turn_template: ''
"""
PYGMALION = {
    "char_name": "Mirel", "char_persona": "Mends clocks.", "char_greeting": "Sit.",
    "world_scenario": "A shop.", "example_dialogue": "You: Hello\nMirel: Hm.", "metadata": {"v": 1},
}  # fmt: skip
CHARACTERGLM = {
    "钟表匠": {"user_info": None, "bot_info": "米雷尔是个修钟的人。", "user_name": "罗",
             "bot_name": "米雷尔", "greeting": "坐。"},
    "灯塔人": {"user_info": "", "bot_info": "守灯塔。", "user_name": "", "bot_name": "",
             "greeting": "（抬头）谁？"},
}  # fmt: skip
ROWS = [
    ["编号", "汤面", "汤底", "提示"],
    ["1", "一个人走进\n餐厅。\n他哭了。", "他曾以为喝过海龟汤。\n其实不是。", "想想过去。"],
    ["2", "灯灭了。", "", ""],
    ["3", "A man turns\noff the light.", "He keeps a lighthouse. Ships sank.", ""],
]  # fmt: skip


def xlsx(rows: Sequence[Sequence[Any]] = ROWS) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("puzzles")
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_text(rows: Sequence[Sequence[str]] = ROWS, delimiter: str = ",") -> str:
    import csv

    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()
