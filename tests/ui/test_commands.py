"""Which lines are commands, and which belong to the story."""

import pytest

from game.ui.commands import BARE, NAMES, Command, completions, parse
from game.ui.locale import LANGUAGES, has


@pytest.mark.parametrize("word", BARE)
def test_bare_words_are_commands_only_alone_and_in_lower_case(word):
    assert parse(f"  {word} ") == Command(word)
    for line in (word.upper(), word.title(), f"{word}!", f"{word} it", f"please {word}"):
        assert parse(line) is None


@pytest.mark.parametrize("name", NAMES)
def test_every_command_by_its_name_and_in_any_case(name):
    assert parse(f"/{name}") == Command(name)
    assert parse(f"／{name.upper()} ") == Command(name)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("/撤销", Command("undo")),
        ("/帮助", Command("help")),
        ("、提示", Command("hint")),
        ("/离开", Command("stop")),
        ("/rewind 12", Command("rewind", "12")),
        ("/save 雨夜 一", Command("save", "雨夜 一")),
        ("/edit 3 我去。", Command("edit", "3 我去。")),
        ("/", Command("help")),
    ],
)
def test_words_and_arguments(line, command):
    assert parse(line, "zh") == command
    assert parse(line, "en") == command


def test_an_unknown_command_suggests_the_nearest():
    assert parse("/unod") == Command("unknown", "unod", "undo")
    assert parse("/撤消", "zh") == Command("unknown", "撤消", "undo")
    assert parse("/xyzzy") == Command("unknown", "xyzzy")


@pytest.mark.parametrize(("line", "number"), [("1", "1"), (" 9 ", "9"), ("３", "3"), ("2.", "2")])
def test_a_number_picks(line, number):
    assert parse(line) == Command("pick", number)


@pytest.mark.parametrize("line", ["0", "10", "12", "1 apple", "²", "①②", "", "   ", "one", "、嗯"])
def test_other_lines_are_for_the_story(line):
    assert parse(line) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [('"3', "3"), ("“3”", "3"), ("'stop", "stop"), ("「finish」", "finish"), ('"/undo', "/undo")],
)
def test_a_leading_quote_says_it_literally(line, said):
    assert parse(line) == Command("say", said)


@pytest.mark.parametrize("line", ["“你好。”他说", '"Hello"', "'Tis late", '"', "「」"])
def test_ordinary_quotes_stay_as_typed(line):
    assert parse(line) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_command_is_explained_and_completed(lang):
    for name in NAMES:
        assert has(lang, f"commands.{name}.usage") and has(lang, f"commands.{name}.about")
    assert {f"/{name}" for name in NAMES} <= {word for word, _ in completions(lang)}


def test_no_word_means_two_commands():
    from game.ui.commands import _words

    for lang in LANGUAGES:
        for word, name in _words(lang).items():
            assert parse(f"/{word}", lang).name == name
            assert word not in NAMES
