"""Games as files: complete, and nothing in them is executed or loaded."""

import dataclasses
import json
from html.parser import HTMLParser

import pytest
from inn import WORDS, solved, won

from game import events as e
from game.ui.export import FORMS, export

HOSTILE = (
    '<script>alert(1)</script> <img src="http://x/y" onerror=z> *a* # b\n- c [d](javascript:e)'
)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def with_line(story, text):
    events = won(story)
    return [*events[:4], e.PlayerSpoke(text), *events[5:]]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", ["md", "html"])
def test_the_whole_game_is_there(inn, lang, form):
    text = export(inn[lang], won(inn[lang]), form, lang)
    for key in ("title", "hall", "opening", "name", "thanks", "bye", "fork"):
        assert WORDS[lang][key] in text.replace("\\", ""), key
    assert "COLD" not in text


def test_html_is_text_only(inn):
    page = Tags()
    page.feed(export(inn["en"], with_line(inn["en"], HOSTILE), "html"))
    allowed = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "b", "em", "br"}
    assert page.tags <= allowed | {"div", "footer"}
    assert page.attributes <= {"lang", "charset", "name", "content", "http-equiv", "class"}


def test_a_hostile_title_stays_in_its_place(inn):
    scenario = inn["en"].scenario.model_copy(update={"title": "</title><script>x</script>"})
    story = dataclasses.replace(inn["en"], scenario=scenario)
    assert "<script>" not in export(story, won(story), "html")


def test_markdown_marks_are_escaped(inn):
    text = export(inn["en"], with_line(inn["en"], "# big [x](y) `z` <b>\n- item\n1. one"), "md")
    assert "\\# big \\[x\\]*(y)* \\`z\\` \\<b\\>" in text
    assert "\n- item" not in text and "\n1. one" not in text


def test_actions_are_set_apart(inn):
    assert "*（擦着柜台）*打尖" in export(inn["zh"], won(inn["zh"]), "md")
    assert "<em>（擦着柜台）</em>打尖" in export(inn["zh"], won(inn["zh"]), "html")


def test_jsonl_is_the_whole_record(inn):
    events = [*won(inn["zh"])[:-1], e.Rewound(4)]
    lines = export(inn["zh"], events, "jsonl").splitlines()
    assert [json.loads(line)["type"] for line in lines] == [type(one).__name__ for one in events]


def test_rewound_lines_are_not_told(inn):
    events = [*with_line(inn["en"], "UNSAID")[:-1], e.Rewound(4)]
    assert "UNSAID" not in export(inn["en"], events, "md")
    assert "UNSAID" in export(inn["en"], events, "jsonl")


def test_a_puzzle_ends_with_its_result(lamp):
    assert "2问 1提示" in export(lamp["zh"], solved(lamp["zh"]), "html")


def test_other_forms_are_refused(inn):
    assert set(FORMS) == {"md", "html", "jsonl"}
    with pytest.raises(KeyError):
        export(inn["en"], won(inn["en"]), "pdf")
