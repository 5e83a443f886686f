"""Sets the game up beside this file on the first start, and starts it: `python start.py`."""

# This file must stay readable for Python 3.6, so that an old Python can be told that it is too old.

import contextlib
import hashlib
import importlib.util
import json
import locale
import os
import shutil
import subprocess
import sys
import threading
import time

MIN_PYTHON = (3, 10)
RUNNING_PYTHON = "{}.{}".format(*sys.version_info[:2])
WINDOWS = os.name == "nt"

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts" if WINDOWS else "bin", "python.exe" if WINDOWS else "python")
STAMP = os.path.join(VENV, "start-stamp.json")
LOG = os.path.join(VENV, "install.log")
# The lock lies outside .venv because a broken .venv is removed while the lock is held.
LOCK = os.path.join(ROOT, ".venv.lock")
# So does the answer to the one question a start asks: a new .venv is no reason to ask again.
ANSWER = os.path.join(ROOT, ".venv.embed.json")

CONSTRAINTS = "constraints.txt"
SETS = {
    "play": ["requirements.txt"],
    "dev": ["requirements.txt", "requirements-local.txt", "requirements-dev.txt"],
    "embed": ["requirements-embed.txt"],  # on top of "play", for whoever wants it
}
HUB = "https://huggingface.co"
PATIENCE = 3  # seconds the network has to show that it is there
NOT_BEFORE = 7 * 24 * 3600  # seconds until a network that was not there is tried again
YES = ("y", "yes", "是", "好", "要")

CHECKS = [
    ["ruff", "format", "--check", "."],
    ["ruff", "check", "."],
    ["mypy"],
    ["pytest"],
]

MESSAGES = {
    "en": {
        "usage": "python start.py [web|cli|embed|test|check] [--lang zh|en] [more ...]\n"
        "  web    play in the browser (also with no word)\n"
        "  cli    play in this terminal\n"
        "  embed  download what understands more wordings, once; embed off does without\n"
        "  test   run the tests; what follows goes to pytest\n"
        "  check  formatting, lint, types and tests in one go\n"
        "  Any other word goes to the game: python -m game WORD ...",
        "bad_lang": "--lang takes zh or en.",
        "old_python": "The game needs Python {needed} or newer; this is Python {found}. "
        "Install a newer Python and start again with it.",
        "waiting": "Another start is setting the game up; waiting for it ...",
        "making": "Making .venv, the game's own Python folder ...",
        "remaking": "The .venv folder is damaged or belongs to another Python; making it anew ...",
        "torch": "Installing torch, the largest part ...",
        "play": "Installing what the game needs (only this time) ...",
        "dev": "Installing what the game and its tests need (only this time) ...",
        "embed_ask": "Understand more of your wordings? About 150 MB, downloaded once; "
        "this is asked only now. [y = yes, Enter = no]",
        "embed": "Downloading what understands more wordings (only this time) ...",
        "embed_ready": "More wordings are understood from now on. python start.py embed off "
        "does without.",
        "embed_failed": "The download did not come through; the game plays as it did. "
        "python start.py embed tries again.",
        "embed_off": "The game understands as it did without the download.",
        "installed": "Everything is installed.",
        "stopped": "Stopped. The next start goes on from here.",
        "failed": "The set-up did not finish.",
        "no_network": "The download server could not be reached. Check the network connection "
        "(or the proxy), then start again.",
        "no_space": "The disk is full. Free about 1 GB for playing, 4 GB (with CUDA 10 GB) for "
        "the tests, then start again.",
        "no_venv": "This Python came without venv. On Debian or Ubuntu run:\n"
        "  sudo apt install python{python}-venv\nthen start again.",
        "no_version": "A package has no version for Python {python} on this system. "
        "Python 3.10 to 3.13 work; start again with one of them.",
        "in_use": ".venv cannot be changed. Close a game that is still running and check that "
        "this folder may be written to, then start again.",
        "unknown": "What pip said is above, and in full in {log}. Starting again tries once more.",
    },
    "zh": {
        "usage": "python start.py [web|cli|embed|test|check] [--lang zh|en] [其他参数 ...]\n"
        "  web    在浏览器里玩（不写命令时也是它）\n"
        "  cli    在这个终端里玩\n"
        "  embed  下载一次，更多说法都听得懂；embed off 则不用它\n"
        "  test   运行测试；后面的参数交给 pytest\n"
        "  check  一次检查格式、代码、类型和测试\n"
        "  其他命令交给游戏：python -m game 命令 ...",
        "bad_lang": "--lang 后面只能写 zh 或 en。",
        "old_python": "游戏需要 Python {needed} 或更新的版本，现在用的是 Python {found}。"
        "请安装新一点的 Python，再用它启动。",
        "waiting": "另一个启动正在安装，等它完成……",
        "making": "正在创建 .venv（游戏自己的 Python 文件夹）……",
        "remaking": ".venv 已损坏，或属于另一个 Python，正在重新创建……",
        "torch": "正在安装 torch（最大的一部分）……",
        "play": "正在安装游戏所需的组件（只需这一次）……",
        "dev": "正在安装游戏和测试所需的组件（只需这一次）……",
        "embed_ask": "要让游戏听懂更多说法吗？需下载约 150 MB，只此一次，也只问这一回。"
        "[y = 要，直接回车 = 不要]",
        "embed": "正在下载听懂更多说法所需的内容（只需这一次）……",
        "embed_ready": "从现在起，更多说法都听得懂了。想不用它：python start.py embed off",
        "embed_failed": "没有下载成，游戏照旧可玩。想再试：python start.py embed",
        "embed_off": "不用下载的内容了，游戏照旧理解玩家的话。",
        "installed": "全部安装完成。",
        "stopped": "已停止。下次启动会接着安装。",
        "failed": "安装没有完成。",
        "no_network": "连不上下载服务器。请检查网络（或代理），然后重新启动。",
        "no_space": "磁盘满了。游玩大约需要 1 GB，测试需要 4 GB（带 CUDA 时 10 GB）。"
        "请腾出空间，然后重新启动。",
        "no_venv": "这个 Python 没有附带 venv。在 Debian 或 Ubuntu 上请运行：\n"
        "  sudo apt install python{python}-venv\n然后重新启动。",
        "no_version": "有一个组件没有适合本系统上 Python {python} 的版本。"
        "Python 3.10 到 3.13 都可以，请换其中一个启动。",
        "in_use": "无法改动 .venv。请关闭仍在运行的游戏，确认这个文件夹可以写入，然后重新启动。",
        "unknown": "pip 的说明在上面，完整记录在 {log}。重新启动会再试一次。",
    },
}

# What pip or the system writes into the log, and what it means; the first that is found counts.
CAUSES = [
    ("no_space", ["No space left on device", "Errno 28", "not enough space on the disk"]),
    (
        "no_network",
        [
            "Failed to establish a new connection",
            "Temporary failure in name resolution",
            "Network is unreachable",
            "getaddrinfo failed",
            "nodename nor servname",
            "connection broken by",
            "ConnectTimeout",
            "ReadTimeout",
            "ProxyError",
        ],
    ),
    ("no_version", ["No matching distribution found", "ResolutionImpossible"]),
    ("in_use", ["Permission denied", "Access is denied", "WinError 5", "WinError 32"]),
]


class SetupError(Exception):
    """The set-up failed; the argument is the key of the message that says why."""


def message(lang, key, **parts):
    """The words for the key in the player's language."""
    parts.setdefault("python", RUNNING_PYTHON)
    parts.setdefault("log", LOG)
    return MESSAGES[lang][key].format(**parts)


def say(lang, key, **parts):
    """Print a message at once; in English where the terminal cannot show Chinese."""
    try:
        print(message(lang, key, **parts), flush=True)
    except UnicodeEncodeError:
        print(message("en", key, **parts), flush=True)


# --- What was asked for ---------------------------------------------------------------------------


def system_language():
    """zh where the system speaks Chinese, otherwise en."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "zh" if os.environ[name].lower().startswith("zh") else "en"
    if WINDOWS:
        return windows_language()
    try:
        name = locale.getlocale()[0] or ""
    except ValueError:  # macOS may name a locale that Python does not know
        name = ""
    return "zh" if name.lower().startswith("zh") else "en"


def windows_language():
    """The language of the Windows menus; its low ten bits name the language, 4 is Chinese."""
    import ctypes

    return "zh" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == 4 else "en"


def take_lang(args):
    """Split --lang off the arguments: (language or None, the other arguments)."""
    rest = list(args)
    for index, arg in enumerate(rest):
        if arg == "--":
            break
        if arg == "--lang":
            value = rest[index + 1] if index + 1 < len(rest) else ""
            del rest[index : index + 2]
        elif arg.startswith("--lang="):
            value = rest.pop(index)[len("--lang=") :]
        else:
            continue
        if value not in MESSAGES:
            raise ValueError(value)
        return value, rest
    return None, rest


def parse(args):
    """Split the command line into (word, language or None, arguments after the word)."""
    lang = None
    if args and args[0].split("=")[0] == "--lang":
        size = 1 if "=" in args[0] else 2
        lang = take_lang(args[:size])[0]
        args = args[size:]
    word = None
    if args and not args[0].startswith("-"):
        word, args = args[0], args[1:]
    if word in (None, "web", "cli", "embed"):
        later, args = take_lang(args)
        lang = later or lang
    return word, lang, args


def language_of(name, lang):
    """--lang for the game: the page is left to each browser's language where nobody named one."""
    if lang is None and name == "web":
        return []
    return ["--lang", lang or system_language()]


def game_command(word, lang, args):
    """The arguments for Python that start the game; lang is None where nobody named one."""
    if word is None:
        web = os.path.join(ROOT, "game", "ui", "web", "__init__.py")
        word, args = ("web", ["--open", *args]) if os.path.isfile(web) else ("cli", args)
    if word in ("web", "cli"):
        name = "play" if word == "cli" else "web"
        return ["-m", "game", name, *language_of(name, lang), *args]
    return ["-m", "game", word, *(["--lang", lang] if lang else []), *args]


# --- The set-up -----------------------------------------------------------------------------------


def digest(name):
    """A fingerprint of everything that decides what a set installs."""
    total = hashlib.sha256(RUNNING_PYTHON.encode())
    for file in SETS[name] + [CONSTRAINTS]:
        with open(os.path.join(ROOT, file), "rb") as handle:
            total.update(hashlib.sha256(handle.read()).digest())
    return total.hexdigest()


def is_ready(name):
    """Whether the set was installed completely, judged by the stamp alone: this must be quick."""
    try:
        return read_json(STAMP).get(name) == digest(name) and os.access(PYTHON, os.X_OK)
    except OSError:
        return False


def write_stamp(name):
    """Note that the set is complete, and with it every set that it contains."""
    files = set(SETS[name])
    write_json(STAMP, {one: digest(one) for one in SETS if files.issuperset(SETS[one])})


def read_json(path):
    """What a file of ours holds; nothing where it is missing or damaged."""
    try:
        with open(path, encoding="utf-8") as handle:
            data = json.load(handle)
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def write_json(path, data):
    """Write a file of ours, whole or not at all."""
    with open(path + ".new", "w", encoding="utf-8") as handle:
        json.dump(data, handle)
    os.replace(path + ".new", path)


def try_lock(handle):
    """Take the lock on an open file if it is free; it ends with the process, however that ends."""
    try:
        if WINDOWS:
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def only_one(lang):
    """Let one start at a time set the game up; the others wait here."""
    with open(LOCK, "a+b") as handle:
        if not try_lock(handle):
            say(lang, "waiting")
            while not try_lock(handle):
                time.sleep(0.2)
        yield


def setup(name, lang):
    """Make the set ready; does nothing when it already is."""
    if is_ready(name):
        return
    with only_one(lang):
        if is_ready(name):  # another start has done it meanwhile
            return
        if not venv_works():
            make_venv(lang)
        # An interrupted install may leave any set half done: none counts as ready until the end.
        for old in (STAMP, LOG):
            if os.path.exists(old):
                os.remove(old)
        if "requirements-local.txt" in SETS[name]:
            # First, because it is the largest: when it cannot be had, that shows at once.
            say(lang, "torch")
            pip_install(["torch"])
        say(lang, name)
        pip_install([part for file in SETS[name] for part in ("-r", os.path.join(ROOT, file))])
        write_stamp(name)
        say(lang, "installed")


def venv_works():
    """Whether .venv holds a running Python of this version, with pip."""
    code = "import sys, pip; print('{}.{}'.format(*sys.version_info[:2]))"
    try:
        answer = subprocess.check_output([PYTHON, "-c", code], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return answer.decode().strip() == RUNNING_PYTHON


def make_venv(lang):
    """Make .venv, in place of a broken one if there is one."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise SetupError("no_venv")
    base = base_python()
    if os.path.lexists(VENV):
        say(lang, "remaking")
        remove_venv()
    else:
        say(lang, "making")
    command = [base, "-m", "venv", VENV]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        words = done.stdout.decode(errors="replace")
        print(words, flush=True)
        raise SetupError("no_venv" if "ensurepip" in words else cause(words))


def base_python():
    """The Python to make .venv with: the one behind .venv where that is what runs this file."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return os.path.realpath(base) if base.startswith(VENV) else base


def remove_venv():
    """Remove .venv, also where it is a link or a file."""
    try:
        if os.path.isdir(VENV) and not os.path.islink(VENV):
            shutil.rmtree(VENV)
        else:
            os.remove(VENV)
    except OSError:
        raise SetupError("in_use") from None


def pip_install(what, *how):
    """Let pip install, with its progress in the terminal and every word of it in the log."""
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--log", LOG, *how]
    code, interrupted = call([*command, "-c", os.path.join(ROOT, CONSTRAINTS), *what])
    if interrupted:
        raise KeyboardInterrupt
    if code:
        try:
            with open(LOG, encoding="utf-8", errors="replace") as handle:
                words = handle.read()
        except OSError:
            words = ""
        raise SetupError(cause(words))


def cause(words):
    """The key of the message that explains a failed step by what was written about it."""
    if shutil.disk_usage(ROOT).free < 50 * 1024 * 1024:
        return "no_space"
    for key, signs in CAUSES:
        if any(sign in words for sign in signs):
            return key
    return "unknown"


# --- Understanding more wordings: asked once, downloaded once -------------------------------------


def offer(lang, args):
    """Ask whoever plays for the first time whether the game shall download what it takes."""
    kept = read_json(ANSWER)
    answer, source = kept.get("answer"), str(kept.get("source", ""))
    if answer == "yes" and not is_ready("embed"):  # .venv was made anew, or brought up to date
        get_embed(lang, source)
    elif answer is None and may_ask(args) and not too_soon(kept):
        if not network():
            note_answer(None)
        elif agrees(lang):
            get_embed(lang)
        else:
            note_answer("no")


def may_ask(args):
    """Whether a person sits here who has not said already how lines shall be understood."""
    own = ("--judge", "--script", "--json", "-h", "--help")
    named = any(arg.split("=")[0] in own for arg in args) or "STORY_JUDGE" in os.environ
    return not (named or os.environ.get("CI")) and at_terminal()


def at_terminal():
    """Whether what is written is read, and answered, by a person."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def too_soon(kept):
    """Whether the network was missing only lately: a start must not wait for it every time."""
    when = kept.get("when")
    return isinstance(when, (int, float)) and 0 <= time.time() - when < NOT_BEFORE


def network():
    """Whether the place the model comes from can be reached, found out within moments."""
    import urllib.error
    import urllib.request

    found = []

    def look():
        try:
            request = urllib.request.Request(os.environ.get("HF_ENDPOINT") or HUB, method="HEAD")
            urllib.request.urlopen(request, timeout=PATIENCE).close()
            found.append(True)
        except urllib.error.HTTPError:  # somebody answered
            found.append(True)
        except Exception:
            found.append(False)

    # In a thread, because looking a name up may take as long as it likes.
    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(PATIENCE)
    return bool(found and found[0])


def agrees(lang):
    """Ask the one question; Enter alone means no."""
    try:
        said = input(message(lang, "embed_ask") + " ")
    except UnicodeEncodeError:
        said = input(message("en", "embed_ask") + " ")
    except EOFError:
        return False
    return said.strip().lower() in YES


def note_answer(answer, source=""):
    """Remember the answer; a folder that can't be written to is asked in again."""
    with contextlib.suppress(OSError):
        write_json(ANSWER, {"answer": answer, "source": source, "when": time.time()})


def get_embed(lang, source=""):
    """Download it; whether it worked. A failure is said in a line, and the game goes on."""
    say(lang, "embed")
    done = False
    try:
        with only_one(lang):
            files = [part for file in SETS["embed"] for part in ("-r", os.path.join(ROOT, file))]
            pip_install(files, "-qqq", "--retries", "1", "--timeout", "15")
        command = [PYTHON, "-m", "game", "models", "embed", "--lang", lang]
        done = call(command + ([source] if source else [])) == (0, False)
        if done:
            write_json(STAMP, dict(read_json(STAMP), embed=digest("embed")))
    except (SetupError, OSError, KeyboardInterrupt):
        done = False
    note_answer("yes" if done else "failed", source)
    say(lang, "embed_ready" if done else "embed_failed")
    return done


def embed(lang, args):
    """What `python start.py embed` does: get it (or a model of one's own), or do without."""
    if args[:1] == ["off"]:
        note_answer("no")
        say(lang, "embed_off")
        return 0
    source = args[0] if args else ""
    if os.path.isdir(source):
        source = os.path.abspath(source)
    return 0 if get_embed(lang, source) else 1


def use_embed():
    """Have the game understand by meaning, unless it is told otherwise; see docs/models.md."""
    kept = read_json(ANSWER)
    if kept.get("answer") == "yes" and is_ready("embed"):
        source = str(kept.get("source", ""))
        os.environ.setdefault("STORY_JUDGE", "embed:" + source if source else "embed")


# --- Running --------------------------------------------------------------------------------------


def call(command):
    """Run a command to its end: (exit code, whether Ctrl-C was pressed meanwhile)."""
    interrupted = False
    child = subprocess.Popen(command)
    while True:
        try:
            return child.wait(), interrupted
        except KeyboardInterrupt:  # the command gets it too, and is left time to tidy up
            interrupted = True


def run(args):
    """Turn this process into the venv's Python; on Windows run it and pass its exit code on."""
    sys.stdout.flush()
    if WINDOWS:
        return call([PYTHON, *args])[0]
    os.execv(PYTHON, [PYTHON, *args])


def check():
    """Run every check, also after one has failed; 0 when all have passed."""
    failed = []
    for tool in CHECKS:
        name = " ".join(tool)
        print("== " + name, flush=True)
        code, interrupted = call([PYTHON, "-m", *tool])
        if interrupted:
            return 130
        if code:
            failed.append(name)
    print("== " + ("failed: " + ", ".join(failed) if failed else "all passed"), flush=True)
    return 1 if failed else 0


def start(word, lang, args):
    """Set up what the word needs, then do it; gives the exit code where there is one."""
    tests = word in ("test", "check")
    os.environ["PYTHONUTF8"] = "1"
    setup("dev" if tests else "play", lang or system_language())
    if tests:
        os.chdir(ROOT)
        return check() if word == "check" else run(["-m", "pytest", *args])
    # The game is found by its path, so that file names on the command line mean what they say.
    paths = [ROOT, os.environ.get("PYTHONPATH")]
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    if word == "embed":
        return embed(lang or system_language(), args)
    if word in (None, "web", "cli"):
        offer(lang or system_language(), args)
    if word in (None, "web", "cli", "play", "models"):
        use_embed()
    return run(game_command(word, lang, args))


def main(args):
    """The whole start, with every failure said in words."""
    lang = system_language()
    try:
        word, chosen, args = parse(args)
    except ValueError:
        say(lang, "bad_lang")
        return 2
    lang = chosen or lang
    if sys.version_info < MIN_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        say(lang, "old_python", needed="{}.{}".format(*MIN_PYTHON), found=found)
        return 1
    if word is None and args and args[0] in ("-h", "--help"):
        say(lang, "usage")
        return 0
    try:
        return start(word, chosen, args)
    except (SetupError, OSError) as error:
        print()
        say(lang, "failed")
        if isinstance(error, OSError):
            print(error)
            error = cause(str(error))
        say(lang, str(error))
        return 1
    except KeyboardInterrupt:
        print()
        say(lang, "stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
