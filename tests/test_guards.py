"""Guards while a reply grows: nothing that must not be heard is shown, whatever the pieces."""

from __future__ import annotations

from pathlib import Path

import pytest

from game.guards import Guard, loop
from game.settings import GUARDS
from game.unfit import Unfit, load

OTHERS = ("沈舟", "墨", "Sam", "旁白", "Narrator", "System")


def guarded(
    text: str, piece: int = 1, own: str = "兰三娘", before: tuple[str, ...] = (), off: str = "",
    unfit: Unfit | None = None,
) -> tuple[str, list[str]]:  # fmt: skip
    """What is shown of a text that comes in pieces; shown text must only ever grow."""
    guard = Guard(own, OTHERS, before, unfit, lambda name: name != off)
    shown = ""
    for end in range(piece, len(text) + piece, piece):
        shown += guard.push(text[:end])
        assert guard.shown == shown
        if guard.over:
            return shown, guard.fired
    shown += guard.push(text, final=True)
    return shown, guard.fired


CASES = {
    "兰三娘：坐吧。": ("坐吧。", ["label"]),
    "兰三娘: 坐吧。": ("坐吧。", ["label"]),
    "【兰三娘】坐吧。": ("坐吧。", ["label"]),
    "[兰三娘]坐吧。": ("坐吧。", ["label"]),
    "**兰三娘**：坐吧。": ("坐吧。", None),
    "兰三娘我行不更名。": ("兰三娘我行不更名。", []),
    "坐吧。沈舟：好的。": ("坐吧。", ["voices:沈舟"]),
    "坐吧。\n沈舟: 好的。": ("坐吧。", ["voices:沈舟"]),
    "坐吧。\n【旁白】雨停了。": ("坐吧。", ["voices:旁白"]),
    "（擦着柜台）坐吧。[墨]别信她。": ("（擦着柜台）坐吧。", ["voices:墨"]),
    "我跟沈舟说过：别去。": ("我跟沈舟说过：别去。", []),
    "墨是个好人。": ("墨是个好人。", []),
    "坐吧。沈舟，你听我说。": ("坐吧。沈舟，你听我说。", []),
    "坐吧。<|im_end|>": ("坐吧。", ["markup"]),
    "<think>她在想什么</think>坐吧。": ("坐吧。", ["markup"]),
    "坐吧。</s>[/INST]": ("坐吧。", ["markup"]),
    "**坐**吧。": ("坐吧。", ["markup"]),
    "坐吧。【※】照着演": ("坐吧。", ["markup"]),
    "一加一 < 三，二 > 一。": ("一加一 < 三，二 > 一。", None),
    "坐吧。\n\n喝茶。": ("坐吧。 喝茶。", []),
    "哈哈哈哈，坐吧……": ("哈哈哈哈，坐吧……", []),
}


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("piece", [1, 3, 100])
def test_what_is_shown_of_a_reply(text: str, piece: int) -> None:
    wanted, fired = CASES[text]
    shown, found = guarded(text, piece)
    assert shown == wanted
    assert fired is None or found == fired


@pytest.mark.parametrize("piece", [1, 4, 1000])
def test_loops_are_cut(piece: int) -> None:
    shown, fired = guarded("坐吧。" + "我说坐吧你听见没有，" * 40, piece)
    assert fired == ["loops"] and len(shown) < 60
    assert loop("abcabcabc") == "" and loop("哈" * 16) == "哈"


def test_a_line_said_before_is_held_back_from_its_first_word() -> None:
    before = ("这雨什么时候停，得问河去，别问我。",)
    guard = Guard("兰三娘", OTHERS, before)
    text = "这雨什么时候停，得问河去，别问我！"
    assert [guard.push(text[:end]) for end in range(1, len(text))] == [""] * (len(text) - 1)
    guard.push(text, final=True)
    assert guard.repeated()
    fresh = Guard("兰三娘", OTHERS, before)
    text = "这雨什么时候停，我哪里知道，你去问问那个摆渡的老头子吧。"
    shown = "".join(fresh.push(text[:end]) for end in range(1, len(text))) + fresh.push(text, True)
    assert shown == text and not fresh.repeated()


def test_the_list_of_what_is_not_fit() -> None:
    unfit = Unfit(["毒药方子", "heroin"])
    assert guarded("拿去。毒药方子在这儿。", unfit=unfit) == ("拿去。", ["unfit"])
    assert guarded("No. HEROIN is here.", unfit=unfit)[0] == "No."
    assert guarded("The heroine is here.", unfit=unfit)[0] == "The heroine is here."
    assert guarded("毒药", unfit=unfit)[0] == "毒药"


def test_a_host_edits_the_list(tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    own.write_text("# mine\n石头\n-海洛因\n", encoding="utf-8")
    edited = load("zh", str(own))
    assert edited.first("一块石头") == 2 and edited.first("海洛因") is None
    assert load("zh").first("海洛因") == 0 and load("zh").first("一块石头") is None
    assert load("en").first("Fresh tea, sir?") is None
    assert load("zh", str(tmp_path / "none.txt")).first("海洛因") == 0


@pytest.mark.parametrize("name", GUARDS)
def test_each_guard_can_be_switched_off(name: str) -> None:
    texts = {
        "label": "兰三娘：坐吧。", "voices": "坐吧。沈舟：好的。", "markup": "坐吧。</s>",
        "loops": "我说坐吧你听见没有，" * 12, "repeats": "这雨什么时候停，得问河去。",
        "unfit": "海洛因在这儿。",
    }  # fmt: skip
    text, unfit = texts[name], load("zh")
    assert guarded(text, off=name, unfit=unfit)[0] == text
    if name == "repeats":
        guard = Guard("兰三娘", OTHERS, (text,), None, lambda one: one != name)
        guard.push(text, final=True)
        assert not guard.repeated()
    else:
        assert guarded(text, unfit=unfit)[0] != text
