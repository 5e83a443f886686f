"""Text in a column of a terminal: Chinese and Latin widths, and where lines may break."""

import pytest
from rich.cells import cell_len

from game.ui.flow import Flow, fit, pad


def laid(text, width, indent=0):
    out = []
    flow = Flow(lambda piece, style: out.append(piece), indent, width)
    for char in text:  # one by one, as it is typed out
        flow.feed(char)
    flow.close()
    return "".join(out).split("\n")


@pytest.mark.parametrize("width", [8, 11, 20, 33])
@pytest.mark.parametrize(
    "text",
    [
        "客官，外头雨大得很。（她抬起头）“打尖，还是住店？”三娘问……",
        "The quick brown fox (tired) said: “well…” and left, at last; twenty-five.",
        "他说 hello world 就走了，version 2.0 也不要。" * 3,
        "a" * 50,
        "，" * 20,
    ],
)
def test_no_line_is_too_long_and_nothing_is_lost(text, width):
    lines = laid(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line) <= width for line in lines)


def test_punctuation_stays_with_its_word():
    for width in range(8, 30):
        for line in laid("“你好，”他说。（笑）“再见！”她说：“好……”走了。", width)[1:]:
            assert line[0] not in "，。”）！：…"
        assert all(line[-1] not in "“（" for line in laid("他说（她笑）“好”" * 6, width))


def test_words_are_kept_whole():
    assert laid("alpha beta gamma", 11) == ["alpha beta", "gamma"]
    assert laid("twenty-five hundred", 8) == ["twenty-", "five", "hundred"]


def test_later_lines_are_indented_and_line_ends_kept():
    assert laid("一\n二\n", 10, indent=3) == ["一", "   二"]


def test_fit_and_pad():
    assert fit("你好世界", 6) == "你好…" and fit("你好", 4) == "你好"
    assert fit("a\nb", 9) == "a b"
    assert pad("你", 4) == "你  " and pad("你", 4, right=True) == "  你"
