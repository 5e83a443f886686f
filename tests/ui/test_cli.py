"""The terminal game from outside: scripts and JSON lines through a pipe, a person at a terminal."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from inn import WORDS, contents

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path):
    """A folder with the tests' own stories, and room for saves."""
    for path, text in contents().items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def command(home, *more, lang="zh", scenario="inn"):
    options = ["--lang", lang, "--content", str(home), "--saves", str(home / "saves")]
    chosen = ["--scenario", scenario] if scenario else []
    return [sys.executable, "-m", "game", "play", *options, *chosen, "--seed", "7", *more]


def environment(home):
    kept = {"PATH", "SYSTEMROOT", "PYTHONPATH", "HOME"}
    own = {"PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(home / "data"), "TERM": "xterm-256color"}
    return {key: value for key, value in os.environ.items() if key in kept} | own


def play(home, lines, *more, status=0, **options):
    done = subprocess.run(
        command(home, *more, **options),
        input="\n".join(lines) + "\n",
        capture_output=True,
        encoding="utf-8",
        cwd=home,
        env=environment(home),
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def events(home, lines, *more, **options):
    return [json.loads(line) for line in play(home, lines, "--json", *more, **options).splitlines()]


def types(found):
    return [one["type"] for one in found]


def said(found, name):
    return [one["text"] for one in found if one["type"] == "notice" and one["name"] == name]


# --- scripts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_script_plays_to_an_ending(home, lang):
    words = WORDS[lang]
    shown = play(home, [words["help"], words["leave"], "finish", "never read"], lang=lang)
    for key in ("title", "hall", "name", "greeting", "thanks", "warm", "bye", "fork"):
        assert words[key].strip("。.") in shown, key
    assert "COLD" not in shown and "never read" not in shown
    assert "\x1b" not in shown


def test_json_is_the_stored_events_and_notices_for_commands(home):
    found = events(home, ["1", "/goals", "/why", "/nonsense", "2", "finish"])
    assert types(found)[:4] == ["GameStarted", "SceneEntered", "Narrated", "ActorSpoke"]
    assert "Delta" not in types(found)
    assert said(found, "goals") and said(found, "why") and said(found, "unknown")
    judged = next(one for one in found if one["type"] == "TurnJudged")
    assert judged["beat"] == "help" and judged["by"] == "choice"
    assert found[0]["seed"] == 7


def test_the_same_script_gives_the_same_game(home):
    lines = ["1", "hmm", "1", "finish"]
    assert events(home, lines) == events(home, lines)


def test_script_file_and_end_of_input(home):
    path = home / "lines.txt"
    path.write_text("1\n", encoding="utf-8-sig")
    assert "PlayerSpoke" in types(events(home, [], "--script", str(path)))
    play(home, [], "--script", str(home / "nowhere"), status=2)


def test_numbers_quotes_and_numbers_that_are_not_there(home):
    found = events(home, ["9", "“9", "1"])
    assert said(found, "no_option")
    assert next(one["text"] for one in found if one["type"] == "PlayerSpoke") == "9"


def test_going_back_and_on_again(home):
    found = events(home, ["1", "/undo", "/redo", "/rewind 1", "/rewind 5", "/rewind", "/undo"])
    rewound = [one for one in found if one["type"] == "notice"]
    assert [one["name"] for one in rewound if one["name"] not in ("recap", "resumed")] == [
        "undone", "redone", "rewound", "no_turn", "need_number", "nothing_to_undo",
    ]  # fmt: skip


def test_edit_and_branch_keep_the_first_game(home):
    found = events(home, ["1", "hmm", f"/edit 1 {WORDS['zh']['pay']}", "/branch", "/saves"])
    spoken = [one["text"] for one in found if one["type"] == "PlayerSpoke"]
    assert spoken[-1] == WORDS["zh"]["pay"]
    saves = next(one for one in found if one.get("name") == "saves")
    assert len(saves["rows"]) == 3


def test_leaving_and_coming_back_goes_on_at_the_same_line(home):
    play(home, ["1", "/save 雨夜", "stop"])
    found = events(home, ["/load 雨夜", "/goals", "1"])
    assert said(found, "loaded") == ["打开了《雨夜》。"]
    assert WORDS["zh"]["thanks"] in said(found, "recap")[0]
    assert [one["choice"] for one in found if one["type"] == "PlayerSpoke"] == ["pay"]


def test_export_writes_files_and_overwrites_none(home):
    play(home, ["1", "/export", "/export md", "/export html", "/export jsonl", "/export pdf"])
    names = sorted(path.name for path in home.glob("边城雨夜*"))
    assert names == ["边城雨夜-2.md", "边城雨夜.html", "边城雨夜.jsonl", "边城雨夜.md"]
    assert WORDS["zh"]["thanks"] in (home / "边城雨夜.md").read_text(encoding="utf-8")


def test_the_language_changes_in_mid_game(home):
    shown = play(home, ["/lang en", "1", "/lang", "/lang xx"])
    assert WORDS["en"]["thanks"] in shown and "Now in English" not in shown.split("/lang")[0]


def test_clear_begins_again_and_help_lists_every_command(home):
    found = events(home, ["1", "clear", "/help", "/speed", "/speed fast", "/giveup", "/hint"])
    assert types(found).count("GameStarted") == 2
    assert sum(len(one["rows"]) for one in found if one.get("name") == "help") >= 20
    assert said(found, "not_a_puzzle") and "HintGiven" in types(found)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_puzzle_is_solved_and_leaves_a_result_to_copy(home, lang):
    words = WORDS[lang]
    lines = [words["q_gold"], "/hint", words["q_dark"], words["storm"]]
    shown = play(home, lines, scenario="night", lang=lang)
    assert "●●○" in shown and words["bottom"] in shown
    assert words["bottom"] not in shown.split(words["storm"])[0]


def test_giving_up_shows_the_bottom(home):
    found = events(home, ["/giveup"], scenario="night")
    assert next(one for one in found if one["type"] == "Ended")["ending"] == "given_up"


def test_the_menu_is_for_scripts_too(home):
    found = events(home, ["999", "inn", "1"], scenario="")
    assert found[0]["name"] == "menu" and said(found, "unknown")
    assert "GameStarted" in types(found)
    assert "GameStarted" in types(events(home, ["talk:lan", "hello"], scenario=""))


def test_the_menu_loads_nothing_heavy(home):
    """What the first prompt waits for: `bench.start` measures it, this names the culprit."""
    code = (
        "import sys; from game.__main__ import main; status = main(sys.argv[1:]);"
        "print(status, sorted({'pydantic', 'jinja2', 'rapidfuzz', 'openai'} & set(sys.modules)))"
    )
    argv = command(home, scenario="")
    done = subprocess.run(
        [argv[0], "-c", code, *argv[3:]],
        input="",
        capture_output=True,
        encoding="utf-8",
        env=environment(home),
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "0 []"


def test_a_broken_story_is_told_with_file_and_line(home):
    (home / "scenarios" / "inn.zh.yaml").write_text("title: x\nwrong: y\n", encoding="utf-8")
    shown = play(home, ["1"], status=1)
    assert "inn.zh.yaml:2:" in shown and "wrong" in shown
    assert "nowhere" in play(home, [], status=1, scenario="nowhere")


def test_hostile_lines_do_no_harm(home):
    shown = play(
        home, ["\x1b[2J\x07{{ player }}{% x %}", "x" * 5000, "/save \x1b[31mred", "/saves"]
    )
    assert "\x1b" not in shown and "\x07" not in shown


# --- a person at a terminal ----------------------------------------------------------------------


class Person:
    """Drives the game through a pseudo-terminal and reads its screen."""

    def __init__(self, home, *more, **options):
        import pty

        self.seen = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execve(sys.executable, command(home, *more, **options), environment(home))

    def until(self, words, seconds=20.0):
        """Reads until the words were shown; returns what was shown before them."""
        import select

        end = time.monotonic() + seconds
        while words not in self.plain():
            assert time.monotonic() < end, f"{words!r} is not in {self.plain()!r}"
            if select.select([self.terminal], [], [], 0.1)[0]:
                try:
                    data = os.read(self.terminal, 65536).decode("utf-8", "ignore")
                except OSError:
                    data = ""
                if "\x1b[6n" in data:
                    os.write(self.terminal, b"\x1b[1;1R")
                self.seen += data
        shown, _, _ = self.plain().partition(words)
        self.seen = ""
        return shown

    def plain(self):
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]", "", self.seen)

    def types(self, text):
        os.write(self.terminal, text.encode())

    def status(self):
        """Waits for the end of the process."""
        import select

        end = time.monotonic() + 20
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.terminal)
                return os.waitstatus_to_exitcode(status)
            if select.select([self.terminal], [], [], 0.05)[0]:
                try:
                    self.seen += os.read(self.terminal, 65536).decode("utf-8", "ignore")
                except OSError:
                    time.sleep(0.05)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError("the game did not end")


terminal_only = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
PROMPT = "/help 看帮助"


@terminal_only
def test_a_person_picks_types_and_leaves_with_ctrl_d(home):
    person = Person(home, "--speed", "off")
    person.until(PROMPT)
    person.types("1\r")
    assert WORDS["zh"]["thanks"] in person.until(PROMPT)
    person.types("\x04")
    assert person.status() == 0
    assert "进度已经存好" in person.plain()


@terminal_only
def test_ctrl_c_ends_the_reply_and_never_the_game(home):
    path = home / "scenarios" / "inn.zh.yaml"
    long = WORDS["zh"]["opening"] * 400
    path.write_text(path.read_text(encoding="utf-8").replace(WORDS["zh"]["opening"], long), "utf-8")
    person = Person(home, "--speed", "slow")
    person.until(WORDS["zh"]["opening"] * 2)
    person.types("\x03")
    shown = person.until(PROMPT)
    assert shown.count("雨夜") < 300
    person.types("\x03")  # at the prompt it only empties the line
    person.types("/goals\r")
    person.until(WORDS["zh"]["goal"])
    person.until(PROMPT)
    person.types("stop\r")
    assert person.status() == 0


@terminal_only
def test_a_key_skips_the_typewriter_and_what_was_typed_ahead_stays(home):
    path = home / "scenarios" / "inn.zh.yaml"
    long = WORDS["zh"]["opening"] * 400  # a minute at this speed
    path.write_text(path.read_text(encoding="utf-8").replace(WORDS["zh"]["opening"], long), "utf-8")
    person = Person(home, "--speed", "slow")
    person.until(WORDS["zh"]["opening"] * 2)
    person.types("/go")
    shown = person.until(WORDS["zh"]["help"], 15)
    assert shown.count("雨夜") > 350
    person.until("/go")
    person.types("als\r")
    person.until(WORDS["zh"]["goal"])
    person.until(PROMPT)
    person.types("\x04")
    assert person.status() == 0


@terminal_only
def test_the_menu_goes_on_with_the_last_game(home):
    person = Person(home, "--speed", "off")
    person.until(PROMPT)
    person.types("1\r")
    person.until(PROMPT)
    person.types("stop\r")
    assert person.status() == 0
    person = Person(home, "--speed", "off", scenario="")
    person.until("选一个")
    person.types("\r")
    assert WORDS["zh"]["thanks"] in person.until(PROMPT)
    person.types("/new\r")
    person.until("选一个")
    person.types("q\r")
    assert person.status() == 0


def test_a_newer_version_of_the_story_is_offered_and_taken(tmp_path: Path) -> None:
    from game.app import App
    from game.options import Options
    from game.rules import lost_content

    content = tmp_path / "content"
    shutil.copytree(Path(__file__).parents[1] / "content", content)
    options = Options(saves=tmp_path / "saves", content=(content,))
    app = App(options)
    game = app.new("tea", "en")
    list(game.resume())
    list(game.choose("offer_help"))
    assert app.newer(game) is None
    file = content / "scenarios" / "tea.en.yaml"
    text = file.read_text(encoding="utf-8").replace("luck", "fortune")
    file.write_text(text.replace("What's in the cellar?", "And the cellar?"), encoding="utf-8")
    again = App(options).open(game.save_id)
    fresh = App(options).newer(again)
    assert fresh is not None and lost_content(fresh, again.state) == ("luck",)
    app.keep_content(again, fresh)
    list(again.change_content(fresh))
    assert "And the cellar?" in [one.text for one in again.options()]
    assert again.state.vars["trust"] == 4 and "offer_help" in again.state.happened
    assert App(options).open(game.save_id).state == again.state


def test_pins_are_listed_and_taken_off_and_events(home):
    found = events(
        home,
        [
            "/pin",
            "/pin my sister waits in the north",
            "/记住 雨天",
            "/pin",
            "/unpin 1",
            "/pin",
            "/unpin 7",
            "finish",
        ],
        lang="en",
    )
    assert [one["text"] for one in found if one["type"] == "Pinned"] == [
        "my sister waits in the north",
        "雨天",
    ]
    assert [one["number"] for one in found if one["type"] == "Unpinned"] == [1]
    said = [one["text"] for one in found if one.get("name") == "pins"]
    assert any("when a model plays" in one for one in said)
    lists = [one for one in said if "雨天" in one]
    assert len(lists) == 2 and "sister" in lists[0] and "sister" not in lists[1]
