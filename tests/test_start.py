"""start.py: what it understands, when it installs, and that it repairs what was broken."""

import ast
import http.server
import importlib.util
import json
import os
import re
import shutil
import socketserver
import string
import subprocess
import sys
import threading
import time
import types
import zipfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "start.py"
LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def load(folder):
    """A fresh start.py from the folder, as a module whose paths all lie in that folder."""
    spec = importlib.util.spec_from_file_location("start_under_test", folder / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path):
    """A checkout with start.py and requirement files that name nothing."""
    shutil.copy(SOURCE, tmp_path)
    for name in ("", "-local", "-dev", "-embed"):
        (tmp_path / f"requirements{name}.txt").write_text("# nothing\n")
    (tmp_path / "constraints.txt").write_text("# nothing\n")
    return tmp_path


@pytest.fixture
def start(folder):
    return load(folder)


@pytest.fixture
def fake(start, monkeypatch):
    """A start.py whose venv and pip are pretended: .steps tells what it did, .code fails pip."""
    state = types.SimpleNamespace(steps=[], code=0, log="", interrupt=False)

    def make_venv(command, **options):
        state.steps.append("venv")
        Path(start.PYTHON).parent.mkdir(parents=True)
        Path(start.PYTHON).write_text("a Python that runs")
        Path(start.PYTHON).chmod(0o755)
        return subprocess.CompletedProcess(command, 0, b"")

    def call(command):
        state.steps.append([Path(part).name for part in command[command.index("-c") :]])
        Path(start.LOG).write_text(state.log)
        return state.code, state.interrupt

    def venv_works():
        python = Path(start.PYTHON)
        return python.is_file() and python.read_text() == "a Python that runs"

    monkeypatch.setattr(start.subprocess, "run", make_venv)
    monkeypatch.setattr(start, "call", call)
    monkeypatch.setattr(start, "venv_works", venv_works)
    return state


PLAY_STEP = ["-c", "constraints.txt", "-r", "requirements.txt"]
TORCH_STEP = ["-c", "constraints.txt", "torch"]
DEV_STEP = [*PLAY_STEP, "-r", "requirements-local.txt", "-r", "requirements-dev.txt"]


# --- The file itself ------------------------------------------------------------------------------


def test_an_old_python_can_read_the_file():
    """Otherwise it would show a syntax error instead of saying that it is too old."""
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_only_the_standard_library_is_imported():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    names = {alias.name.split(".")[0] for node in imports for alias in node.names}
    assert names <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))


def test_an_old_python_is_named(start, monkeypatch, capsys):
    monkeypatch.setattr(start.sys, "version_info", (3, 8, 10))
    assert start.main(["--lang", "en"]) == 1
    words = capsys.readouterr().out
    assert "3.8.10" in words
    assert "3.10" in words


def placeholders(text):
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def test_every_message_exists_in_both_languages(start):
    english, chinese = start.MESSAGES["en"], start.MESSAGES["zh"]
    assert english.keys() == chinese.keys()
    for key in english:
        assert placeholders(english[key]) == placeholders(chinese[key]), key
        assert not re.search("[一-鿿]", english[key]), key
        assert re.search("[一-鿿]", chinese[key]), key


def test_every_message_that_is_asked_for_exists(start):
    source = SOURCE.read_text(encoding="utf-8")
    asked = re.findall(r'(?:say\(lang, |SetupError\()"(\w+)"', source)
    asked += [key for key, _ in start.CAUSES] + list(start.SETS) + ["unknown"]
    assert set(asked) <= start.MESSAGES["en"].keys()


def test_a_terminal_without_chinese_gets_english(start, monkeypatch):
    with open(os.devnull, "w", encoding="ascii") as ascii_terminal:
        monkeypatch.setattr(sys, "stdout", ascii_terminal)
        start.say("zh", "stopped")


# --- Language -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "en_US"}, "zh"),
    ],
)
def test_language_from_the_environment(start, monkeypatch, variables, expected):
    for name in LOCALE_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert start.system_language() == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("zh_CN", "zh"), ("en_US", "en"), (None, "en"), (ValueError, "en")]
)
def test_language_from_the_locale(start, monkeypatch, name, expected):
    def getlocale():
        if name is ValueError:
            raise ValueError("unknown locale: UTF-8")
        return name, "UTF-8"

    for variable in LOCALE_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(start, "WINDOWS", False)
    monkeypatch.setattr(start.locale, "getlocale", getlocale)
    assert start.system_language() == expected


@pytest.mark.parametrize(
    ("number", "expected"), [(0x0804, "zh"), (0x0404, "zh"), (0x0409, "en"), (0x0411, "en")]
)
def test_language_on_windows(start, monkeypatch, number, expected):
    import ctypes

    kernel32 = types.SimpleNamespace(GetUserDefaultUILanguage=lambda: number)
    windll = types.SimpleNamespace(kernel32=kernel32)
    for variable in LOCALE_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(ctypes, "windll", windll, raising=False)
    monkeypatch.setattr(start, "WINDOWS", True)
    assert start.system_language() == expected


# --- The command line -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", (None, None, [])),
        ("--lang zh", (None, "zh", [])),
        ("--lang=en cli", ("cli", "en", [])),
        ("cli --lang en --save x", ("cli", "en", ["--save", "x"])),
        ("web --port 7861 --lang=zh", ("web", "zh", ["--port", "7861"])),
        ("--port 7861 --lang zh", (None, "zh", ["--port", "7861"])),
        ("lint a.yaml --lang zh", ("lint", None, ["a.yaml", "--lang", "zh"])),
        ("--lang en playtest a", ("playtest", "en", ["a"])),
        ("test -k lang", ("test", None, ["-k", "lang"])),
    ],
)
def test_parse(start, line, expected):
    assert start.parse(line.split()) == expected


@pytest.mark.parametrize("line", ["--lang", "--lang fr", "--lang=", "cli --lang", "--lang cli"])
def test_a_wrong_language_is_refused_in_words(start, capsys, line):
    assert start.main(line.split()) == 2
    assert "zh" in capsys.readouterr().out
    assert not Path(start.VENV).exists()


@pytest.mark.parametrize(
    ("word", "lang", "args", "expected"),
    [
        ("web", "zh", ["--port", "1"], ["web", "--lang", "zh", "--port", "1"]),
        ("cli", "en", [], ["play", "--lang", "en"]),
        ("lint", None, ["a.yaml"], ["lint", "a.yaml"]),
        ("judge", "en", ["a"], ["judge", "--lang", "en", "a"]),
    ],
)
def test_game_command(start, word, lang, args, expected):
    assert start.game_command(word, lang, args) == ["-m", "game", *expected]


def test_without_a_word_the_browser_is_used_where_it_exists(start, folder):
    assert start.game_command(None, "zh", []) == ["-m", "game", "play", "--lang", "zh"]
    web = folder / "game" / "ui" / "web" / "__init__.py"
    web.parent.mkdir(parents=True)
    web.touch()
    opened = ["-m", "game", "web", "--lang", "zh", "--open"]
    assert start.game_command(None, "zh", []) == opened


def test_the_system_language_is_used_where_none_is_named(start, monkeypatch):
    monkeypatch.setattr(start, "system_language", lambda: "zh")
    assert start.game_command("cli", None, []) == ["-m", "game", "play", "--lang", "zh"]
    assert start.game_command("web", None, []) == ["-m", "game", "web"], "each browser has its own"


def test_help_installs_nothing(start, fake, capsys):
    assert start.main(["--help"]) == 0
    assert "start.py" in capsys.readouterr().out
    assert fake.steps == []


def test_test_and_check_use_the_dev_set(start, monkeypatch):
    done = []
    monkeypatch.setattr(start, "setup", lambda name, lang: done.append(name))
    monkeypatch.setattr(start, "run", lambda args: done.append(args))
    monkeypatch.setattr(start, "check", lambda: done.append("check"))
    monkeypatch.setattr(start.os, "chdir", lambda path: None)
    monkeypatch.setattr(start.os, "environ", {})
    start.main(["test", "-k", "x"])
    start.main(["check"])
    start.main(["cli", "--lang", "en"])
    assert done[:2] == ["dev", ["-m", "pytest", "-k", "x"]]
    assert done[2:4] == ["dev", "check"]
    assert done[4:] == ["play", ["-m", "game", "play", "--lang", "en"]]
    assert start.os.environ == {"PYTHONUTF8": "1", "PYTHONPATH": start.ROOT}


@pytest.mark.parametrize(("bad", "code"), [(None, 0), ("mypy", 1)])
def test_check_runs_everything_and_tells_what_failed(start, monkeypatch, capsys, bad, code):
    ran = []

    def call(command):
        ran.append(command[2])
        return int(command[2] == bad), False

    monkeypatch.setattr(start, "call", call)
    assert start.check() == code
    assert ran == ["ruff", "ruff", "mypy", "pytest"]
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == ("== failed: mypy" if bad else "== all passed")


# --- Installing, with venv and pip pretended ------------------------------------------------------


def test_the_first_start_installs_and_the_second_does_nothing(start, fake):
    start.setup("play", "en")
    assert fake.steps == ["venv", PLAY_STEP]
    start.setup("play", "en")
    assert fake.steps == ["venv", PLAY_STEP]


def test_the_dev_set_installs_torch_first_and_contains_the_play_set(start, fake):
    start.setup("dev", "en")
    assert fake.steps == ["venv", TORCH_STEP, DEV_STEP]
    start.setup("play", "en")
    assert len(fake.steps) == 3


def test_the_play_set_does_not_make_the_dev_set_ready(start, fake):
    start.setup("play", "en")
    start.setup("dev", "en")
    assert fake.steps == ["venv", PLAY_STEP, TORCH_STEP, DEV_STEP]
    assert start.is_ready("play")


@pytest.mark.parametrize("file", ["requirements.txt", "constraints.txt"])
def test_changed_requirements_are_installed(start, fake, folder, file):
    start.setup("play", "en")
    (folder / file).write_text("# something else\n")
    start.setup("play", "en")
    assert fake.steps == ["venv", PLAY_STEP, PLAY_STEP]


def test_changed_dev_requirements_do_not_concern_players(start, fake, folder):
    start.setup("play", "en")
    (folder / "requirements-dev.txt").write_text("# something else\n")
    assert start.is_ready("play")


def test_another_python_is_not_ready(start, fake, monkeypatch):
    start.setup("play", "en")
    monkeypatch.setattr(start, "RUNNING_PYTHON", "3.99")
    assert not start.is_ready("play")


@pytest.mark.parametrize("stamp", ["", "{", "[]", "null", '{"play": 1}', '"text"'])
def test_a_damaged_stamp_is_not_believed(start, fake, stamp):
    start.setup("play", "en")
    Path(start.STAMP).write_text(stamp)
    assert not start.is_ready("play")
    start.setup("play", "en")
    assert start.is_ready("play")


def test_a_failed_install_is_repaired_by_the_next_start(start, fake):
    fake.code = 1
    with pytest.raises(start.SetupError):
        start.setup("play", "en")
    assert not start.is_ready("play")
    fake.code = 0
    start.setup("play", "en")
    assert start.is_ready("play")
    assert fake.steps == ["venv", PLAY_STEP, PLAY_STEP]


def test_an_interrupted_install_leaves_no_set_ready(start, fake, capsys):
    start.setup("play", "en")
    fake.interrupt = True
    assert start.main(["test", "--lang", "en"]) == 130
    assert start.MESSAGES[start.system_language()]["stopped"] in capsys.readouterr().out
    assert not start.is_ready("play")


def test_a_broken_venv_is_made_anew(start, fake):
    start.setup("play", "en")
    leftover = Path(start.VENV) / "leftover"
    leftover.touch()
    Path(start.PYTHON).unlink()
    start.setup("play", "en")
    assert fake.steps == ["venv", PLAY_STEP] * 2
    assert not leftover.exists()


def test_a_file_in_the_place_of_the_venv_is_replaced(start, fake):
    Path(start.VENV).touch()
    start.setup("play", "en")
    assert start.is_ready("play")


def test_the_second_of_two_starts_waits_and_then_installs_nothing(start, fake, capsys):
    """The lock is held here; the second start says that it waits, and finds the work done."""
    waiting = threading.Event()
    say = start.say

    def watched_say(lang, key, **parts):
        say(lang, key, **parts)
        if key == "waiting":
            waiting.set()

    start.say = watched_say
    second = threading.Thread(target=start.setup, args=("play", "en"), daemon=True)
    with start.only_one("en"):
        second.start()
        assert waiting.wait(30)
        start.make_venv("en")
        start.write_stamp("play")
    second.join(30)
    assert not second.is_alive()
    assert fake.steps == ["venv"]


# --- Understanding more wordings: the one question ------------------------------------------------


EMBED_STEP = ["-c", "constraints.txt", "-r", "requirements-embed.txt"]


class Person:
    """Whoever sits at the terminal: what they are asked, what they say, and what is run."""

    def __init__(self, start, monkeypatch):
        self.start, self.answers, self.asked, self.run, self.online = start, [], [], [], True
        self.fetched = (0, False)
        monkeypatch.setattr("builtins.input", self._answer)
        monkeypatch.setattr(start, "network", lambda: self.online)
        monkeypatch.setattr(start, "run", lambda args: self.run.append(args) or 0)
        monkeypatch.setattr(start, "at_terminal", lambda: True)
        monkeypatch.setattr(start.os, "environ", {"LANG": "en_US"})
        call = start.call

        def called(command):
            if "models" not in command:
                return call(command)
            self.run.append(command[command.index("models") :])
            return self.fetched

        monkeypatch.setattr(start, "call", called)

    def _answer(self, question):
        self.asked.append(question)
        return self.answers.pop(0)

    def starts(self, *line):
        """Starts; returns what the game then takes as its judge."""
        self.start.os.environ.pop("STORY_JUDGE", None)
        assert self.start.main(list(line)) == 0
        return self.start.os.environ.get("STORY_JUDGE")


@pytest.fixture
def person(start, fake, monkeypatch):
    return Person(start, monkeypatch)


def test_enter_is_no_and_nobody_is_asked_again(person, fake):
    person.answers = [""]
    assert person.starts("cli") is None and len(person.asked) == 1
    assert person.starts("cli") is None and person.starts() is None
    assert len(person.asked) == 1 and EMBED_STEP not in fake.steps


@pytest.mark.parametrize("yes", ["y", " YES ", "是"])
def test_yes_installs_fetches_and_is_kept(person, fake, yes, capsys):
    person.answers = [yes]
    assert person.starts("web", "--lang", "en") == "embed"
    assert fake.steps[-1] == EMBED_STEP
    assert person.run[0] == ["models", "embed", "--lang", "en"]
    assert person.run[1][:3] == ["-m", "game", "web"]
    assert person.start.message("en", "embed_ready") in capsys.readouterr().out
    assert person.starts() == "embed" and person.starts("play") == "embed"
    assert len(person.asked) == 1 and fake.steps.count(EMBED_STEP) == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_question_is_one_line_that_says_how_much(person, lang):
    person.answers = [""]
    person.starts("cli", "--lang", lang)
    question = person.asked[0]
    assert "\n" not in question and "150 MB" in question
    assert ("Enter = no" if lang == "en" else "直接回车 = 不要") in question


@pytest.mark.parametrize("failure", ["pip", "model", "ctrl-c"])
def test_a_failed_download_is_a_line_and_the_game_goes_on(person, fake, capsys, failure):
    person.starts("lint")  # everything else is set up
    person.answers = ["y"]
    fake.code = 1 if failure == "pip" else 0
    person.fetched = {"model": (1, False), "ctrl-c": (0, True)}.get(failure, (0, False))
    assert person.starts("cli", "--lang", "en") is None
    shown = capsys.readouterr().out.splitlines()
    assert shown[-1] == person.start.message("en", "embed_failed")
    assert person.run[-1] == ["-m", "game", "play", "--lang", "en"]
    assert person.starts("cli") is None and len(person.asked) == 1  # not asked again
    fake.code, person.fetched = 0, (0, False)
    person.starts("embed")  # but by command
    assert person.starts("cli") == "embed"


def test_the_command_takes_a_folder_and_can_be_taken_back(person, fake, tmp_path):
    folder = tmp_path / "a model"
    folder.mkdir()
    person.starts("embed", str(folder), "--lang", "zh")
    assert person.run[-1] == ["models", "embed", "--lang", "zh", str(folder)]
    assert person.starts("cli") == f"embed:{folder}" and person.asked == []
    person.starts("embed", "off")
    assert person.starts("cli") is None and person.asked == []


def test_without_a_network_nobody_is_asked_nor_waits_each_time(person, monkeypatch):
    looked = []
    monkeypatch.setattr(person.start, "network", lambda: looked.append(1) and False)
    assert person.starts("cli") is None and person.starts("cli") is None
    assert person.asked == [] and len(looked) == 1
    later = time.time() + person.start.NOT_BEFORE + 1
    monkeypatch.setattr(person.start.time, "time", lambda: later)
    monkeypatch.setattr(person.start, "network", lambda: True)
    person.answers = ["n"]
    person.starts("cli")
    assert len(person.asked) == 1


@pytest.mark.parametrize(
    "line",
    ["cli --judge authored", "web --judge=embed", "cli --script x", "cli --json", "cli --help",
     "lint", "models check", "play"],
)  # fmt: skip
def test_who_says_it_themselves_and_other_words_are_not_asked(person, line):
    person.starts(*line.split())
    assert person.asked == []


@pytest.mark.parametrize("where", ["CI", "STORY_JUDGE", "pipe"])
def test_nobody_is_asked_where_nobody_sits(person, monkeypatch, where):
    if where == "pipe":
        monkeypatch.setattr(person.start, "at_terminal", lambda: False)
    else:
        person.start.os.environ[where] = "true"
    assert person.start.main(["cli"]) == 0
    assert person.asked == []


def test_the_tests_play_without_it(person):
    person.answers = ["y"]
    person.starts("cli")
    assert person.starts("test") is None


def test_what_was_wanted_is_there_again_in_a_new_venv(person, fake):
    person.answers = ["y"]
    person.starts("cli")
    shutil.rmtree(person.start.VENV)
    assert person.starts("cli") == "embed"
    assert fake.steps[-3:] == ["venv", PLAY_STEP, EMBED_STEP] and len(person.asked) == 1


def test_an_answer_that_is_no_answer_is_asked_for_again(person):
    Path(person.start.ANSWER).write_text("[1, 2", encoding="utf-8")
    person.answers = ["n"]
    person.starts("cli")
    assert len(person.asked) == 1


def test_a_folder_that_can_not_be_written_to_stops_no_game(person, monkeypatch):
    def refuse(path, data):
        raise PermissionError(13, "read-only")

    person.starts("lint")
    monkeypatch.setattr(person.start, "write_json", refuse)
    person.answers = [""]
    assert person.starts("cli") is None and person.run[-1][:3] == ["-m", "game", "play"]


class Silent(socketserver.BaseRequestHandler):
    """Takes a connection and never says a word."""

    def handle(self):
        gone.wait(20)


gone = threading.Event()


@pytest.mark.parametrize(("at", "there"), [("dead", False), ("silent", False), ("alive", True)])
def test_the_network_is_looked_at_for_moments_only(start, monkeypatch, at, there):
    class Alive(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_error(404)  # an answer is an answer

        def log_message(self, *args):
            pass

    gone.clear()
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Alive if at == "alive" else Silent)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = 9 if at == "dead" else server.server_address[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setattr(start, "PATIENCE", 1)
    begun = time.monotonic()
    try:
        assert start.network() is there and time.monotonic() - begun < 5
    finally:
        gone.set()
        server.shutdown()
        server.server_close()


# --- What went wrong, in words --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("log", "key"),
    [
        ("ERROR: [Errno 28] No space left on device", "no_space"),
        ("NewConnectionError: Failed to establish a new connection: ...", "no_network"),
        ("[Errno -3] Temporary failure in name resolution\nNo matching distribution", "no_network"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no_version"),
        ("PermissionError: [WinError 32] The process cannot access the file", "in_use"),
        ("something new", "unknown"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_failure_says_what_happened_and_what_to_do(start, fake, capsys, log, key, lang):
    fake.code, fake.log = 1, log
    assert start.main(["--lang", lang]) == 1
    words = capsys.readouterr().out
    assert start.message(lang, "failed") in words
    assert start.message(lang, key) in words


def test_a_full_disk_is_seen_without_a_log(start, monkeypatch):
    monkeypatch.setattr(start.shutil, "disk_usage", lambda path: types.SimpleNamespace(free=0))
    assert start.cause("") == "no_space"


def test_a_python_without_ensurepip_gets_the_apt_line(start, monkeypatch, capsys):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find(name)
    )
    assert start.main(["--lang", "en"]) == 1
    assert f"sudo apt install python{start.RUNNING_PYTHON}-venv" in capsys.readouterr().out
    assert not Path(start.VENV).exists()


def test_an_unwritable_folder_is_explained(start, monkeypatch, capsys):
    def refuse(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(start, "only_one", refuse)
    assert start.main(["--lang", "en"]) == 1
    assert start.message("en", "in_use") in capsys.readouterr().out


# --- The whole way, with a real venv and a real pip -----------------------------------------------


def make_wheel(folder):
    """A package of one line, so that a real pip can install something without a network."""
    info = "tiny_floor-1.0.dist-info"
    with zipfile.ZipFile(folder / "tiny_floor-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_floor.py", "WORD = 'installed'\n")
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-floor\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


def play(folder, cwd):
    """Start the game in the folder as a player does: (exit code, what it printed)."""
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}
    done = subprocess.run(
        [sys.executable, str(folder / "start.py"), "cli", "--lang", "en", "文件.yaml"],
        cwd=cwd,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_real_start(folder, tmp_path_factory):
    """Set up, start at once the second time, and repair a venv whose Python is gone."""
    make_wheel(folder)
    (folder / "requirements.txt").write_text("tiny-floor\n")
    (folder / "constraints.txt").write_text("tiny-floor==1.0\n")
    (folder / "game").mkdir()
    (folder / "game" / "__main__.py").write_text(
        "import json, os, sys, tiny_floor\n"
        "print(json.dumps([tiny_floor.WORD, sys.argv[1:], os.getcwd(), sys.flags.utf8_mode]))\n"
        "sys.exit(7)\n"
    )
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    result = ["installed", ["play", "--lang", "en", "文件.yaml"], str(elsewhere), 1]

    code, words = play(folder, elsewhere)
    assert code == 7, words
    assert json.loads(words.splitlines()[-1]) == result
    assert "Successfully installed tiny-floor-1.0" in words

    code, words = play(folder, elsewhere)
    assert code == 7
    assert json.loads(words) == result

    Path(load(folder).PYTHON).unlink()
    code, words = play(folder, elsewhere)
    assert code == 7, words
    assert "making it anew" in words
    assert json.loads(words.splitlines()[-1]) == result
