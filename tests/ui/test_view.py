"""What a person sees of each event, and what stays unseen."""

import dataclasses

import pytest
from inn import WORDS, solved, won

from game import events as e
from game.state import apply, fold
from game.ui import view
from game.ui.closing import closing, fork_turn, result_line
from game.ui.panel import panel
from game.ui.segments import clean, segments, settled
from game.ui.why import why

LANGS = pytest.mark.parametrize("lang", ["zh", "en"])


def of_kind(rows, kind):
    return [row for row in rows if row.kind == kind]


def one(story, event, **changes):
    """The rows of one event in a game at its start, some of its state changed."""
    before = dataclasses.replace(fold(won(story)[:4]), **changes)
    return view.rows(story, before, apply(before, event), event)


@LANGS
def test_a_whole_game_as_rows(inn, lang):
    rows = view.history(inn[lang], won(inn[lang]))
    assert [row.kind for row in rows] == [
        "scene", "narration", "character", "player", "aside", "player", "ask", "player",
        "meter", "item", "character", "goal", "hint", "player", "item", "player", "ending",
    ]  # fmt: skip
    words = WORDS[lang]
    assert rows[0].text == words["hall"]
    assert rows[2].name == words["name"] and rows[2].who == "lan"
    assert of_kind(rows, "player")[0].name == "沈舟"
    assert of_kind(rows, "player")[2].text == words["help"]  # the reading that was picked, in words
    assert rows[-1].data["title"] == words["warm"] and rows[-1].text == words["bye"]


@LANGS
def test_changes_are_shown_with_their_label_value_and_direction(inn, lang):
    meter, item = view.history(inn[lang], won(inn[lang]))[8:10]
    assert WORDS[lang]["trust"] in meter.text and "4/10" in meter.text and "+2" in meter.text
    assert meter.data["old"] == 2 and meter.data["max"] == 10
    assert WORDS[lang]["key"] in item.text and item.data["got"] is True
    assert "secret" not in "".join(row.text for row in view.history(inn[lang], won(inn[lang])))


def test_what_is_lost_and_what_is_counted(inn):
    rows = one(inn["en"], e.BeatHappened("pay", changes={"key": False, "coins": 1}))
    assert [row.text for row in rows] == ["coins 1 (-2)"]
    rows = one(inn["en"], e.BeatHappened("pay", changes={"key": False}), vars={"key": True})
    assert rows[0].text == "You no longer have: cellar key" and rows[0].data["got"] is False


def test_goals_are_rendered_and_asking_back_offers_its_readings(inn):
    rows = view.history(inn["zh"], won(inn["zh"]))
    assert of_kind(rows, "goal")[0].data["goal"] == "拿到钥匙的是 沈舟"
    ask = of_kind(rows, "ask")[0]
    assert ask.data["options"] == [("help", "我来帮你搬酒。"), ("pay", "付账。")]
    assert ask.text  # asked in the interface's words where the character has none


@LANGS
def test_dice_are_told_with_labels(inn, lang):
    fell = e.Rolled("bluff", "1d20 + trust", (9,), 11, 12, False)
    text = one(inn[lang], fell)[0].text
    assert WORDS[lang]["trust"] in text and "11" in text and "12" in text and "9" in text


def test_moods_follow_the_state(inn):
    state = fold(won(inn["zh"])[:4])
    assert view.mood(inn["zh"], state, "lan") == "calm"
    warm = dataclasses.replace(state, vars={**state.vars, "trust": 8})
    assert view.mood(inn["zh"], warm, "lan") == "warm"
    assert view.mood(inn["zh"], dataclasses.replace(state, vars={}), "lan") == "calm"


def test_the_interfaces_language_may_differ_from_the_storys(inn):
    rows = view.history(inn["zh"], won(inn["zh"]), "en")
    assert "Goal reached" in of_kind(rows, "goal")[0].text


def test_every_event_has_a_case_or_shows_nothing_on_purpose():
    silent = {e.GameStarted, e.Rewound}
    assert set(e.TYPES.values()) - silent == set(view._CASES)


@LANGS
def test_a_question_is_shown_as_it_was_understood(lamp, lang):
    rows = view.history(lamp[lang], solved(lamp[lang]))
    answer = of_kind(rows, "answer")[0]
    assert answer.data["question"] == WORDS[lang]["q_gold"] and answer.data["answer"] == "no"
    assert WORDS[lang]["q_gold"] not in answer.text  # typed just so: nobody reads it twice
    events = solved(lamp[lang])
    events[3] = e.PlayerSpoke("gold")
    answer = of_kind(view.history(lamp[lang], events), "answer")[0]
    assert WORDS[lang]["q_gold"] in answer.text
    assert [row.data["k"] for row in of_kind(rows, "fact")] == [1, 2]
    assert of_kind(rows, "scene")[0].text == WORDS[lang]["puzzle"]


@LANGS
def test_the_result_line_gives_nothing_away(lamp, lang):
    line = result_line(lamp[lang], solved(lamp[lang]))
    assert "●●○" in line and WORDS[lang]["puzzle"] in line
    for secret in ("dark", "storm", "bottom"):
        assert WORDS[lang][secret] not in line
    assert result_line(lamp["zh"], solved(lamp["zh"])) == "海龟汤《灭了的灯》 2问 1提示 ●●○"


@LANGS
def test_the_panel(inn, lang):
    words = WORDS[lang]
    before = panel(inn[lang], fold(won(inn[lang])[:4]))
    assert [goal.done for goal in before.goals] == [False] and not before.lore
    after = panel(inn[lang], fold(won(inn[lang])))
    assert after.goals[0].done and "HIDDEN" not in str(after)
    assert (after.meters[0].label, after.meters[0].value) == (words["trust"], 4)
    assert set(after.items) == {words["key"], f"{words['coins']} × 2"}
    assert after.hints == (words["hint"],)
    assert after.lore == (words["lore"],)  # heard of the cellar; the other is under a condition


def test_the_closing_page_counts_endings_and_names_none_but_its_own(inn):
    events = won(inn["en"])
    page = closing(inn["en"], events)
    assert (page.found, page.endings, page.new) == (1, 3, True)
    assert page.fork == "You carried her wine" and page.items
    assert "COLD" not in str(page) and "RICH" not in str(page)
    again = [dataclasses.replace(events[0], found=("warm", "cold")), *events[1:]]
    assert closing(inn["en"], again).found == 2 and not closing(inn["en"], again).new
    assert closing(inn["en"], events, met=("cold", "gone_since")).found == 2
    assert closing(inn["en"], events[:-1]) is None


def test_the_fork_is_the_turn_that_decided_and_not_the_one_that_ended(inn):
    assert fork_turn(inn["en"], won(inn["en"])) == 2  # carrying the wine, not leaving


def test_why_names_readings_with_scores(inn):
    lines = "\n".join(why(inn["en"], won(inn["en"])))
    assert "Farewell." in lines and "0.91" in lines and "0.20" in lines and "What rain" in lines
    assert "picked" in "\n".join(why(inn["en"], won(inn["en"])[:18]))
    assert len(why(inn["en"], won(inn["en"])[:4])) == 1


def test_why_never_names_a_fact_that_was_not_found(lamp):
    lines = "\n".join(why(lamp["zh"], solved(lamp["zh"])[:6]))
    assert WORDS["zh"]["q_gold"] in lines and WORDS["zh"]["storm"] not in lines


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("你好", [("speech", "你好")]),
        ("（笑）好。", [("action", "（笑）"), ("speech", "好。")]),
        ("Well (sighs) no.", [("speech", "Well "), ("action", "(sighs)"), ("speech", " no.")]),
        ("*smiles* Hi", [("action", "smiles"), ("speech", " Hi")]),
        ("**no**!", [("action", "no"), ("speech", "!")]),
        ("2 * 3 * 4", [("speech", "2 * 3 * 4")]),
        ("a*b", [("speech", "a*b")]),
        ("（她（忽然）停下）嗯", [("action", "（她（忽然）停下）"), ("speech", "嗯")]),
        ("（她走", [("action", "（她走")]),
        ("（她走\n来了", [("action", "（她走"), ("speech", "\n来了")]),
        ("sad :( really", [("speech", "sad :( really")]),
        ("", []),
    ],
)
def test_segments(text, parts):
    assert segments(text) == parts


@pytest.mark.parametrize("text", ["（a）b*c*（d", "* a * b", "((", "）（", "***", "*（*）*"])
def test_segments_lose_nothing_but_asterisks(text):
    assert "".join(part for _, part in segments(text)).replace("*", "") == text.replace("*", "")


def test_what_is_settled_of_a_line_never_changes_its_style_later():
    line = "Oh *she smiles* well. （他笑）*再见*"
    final = "".join(style[0] * len(part) for style, part in segments(line))
    for end in range(len(line)):
        shown = segments(line[: settled(line[:end])])
        assert final.startswith("".join(style[0] * len(part) for style, part in shown))


def test_hostile_text_is_made_harmless():
    assert clean("a\x1b[2Jb\x07\u202ec\r\nd\x9b") == "a[2Jbc\nd"
    assert clean("a\n\n\n\n\nb") == "a\n\nb"
    assert clean("👩‍🚀 你好 café") == "👩‍🚀 你好 café"
