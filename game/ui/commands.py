"""What the player typed, when it is not meant for the story: a command, a number, a literal line.

Only a whole trimmed line counts. The bare words `finish`, `clear` and `stop` are commands in lower
case only, so that "Stop!" stays something to say to someone. `/words` are commands in either
language. A number from 1 to 9 picks an option; a leading quote says the rest literally.
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from functools import cache

from ..settings import presets
from .locale import LANGUAGES, text

BARE = ("finish", "clear", "stop")
GROUPS = {
    "play": ("options", "hint", "giveup", "speed", "lang", "model", "help"),
    "look": ("goals", "items", "why", "pin", "unpin"),
    "back": ("undo", "redo", "retry", "edit", "rewind", "branch"),
    "saves": ("saves", "load", "save", "export"),
    "game": ("finish", "clear", "stop", "new", "update"),
}
NAMES = tuple(name for group in GROUPS.values() for name in group)
_SLASHES = "/／、"  # a Chinese keyboard gives 、 where a Latin one gives /
_QUOTES = "\"'“”‘’「『＂＇"
_WIDE = str.maketrans("１２３４５６７８９", "123456789")
_KEY = 16  # characters; no key is shorter
_CLOSING = "\"'”’」』＂＇"


@dataclass(frozen=True)
class Command:
    """A command by its English name.

    Beside NAMES there are `pick` (argument: the number), `say` (argument: the literal line) and
    `unknown` (argument: what was typed; `near`: the command it resembles, or nothing).
    """

    name: str
    argument: str = ""
    near: str = ""


def parse(line: str, lang: str = "en") -> Command | None:
    """The command in a line, or None where the line is for the story."""
    line = line.strip()
    if line in BARE:
        return Command(line)
    if not line:
        return None
    if line[0] in _QUOTES:
        inner = line[1:].rstrip(_CLOSING).strip() if len(line) > 1 else ""
        return Command("say", inner) if inner and parse(inner, lang) else None
    if picked := _number(line):
        return Command("pick", picked)
    if line[0] in _SLASHES:
        return _slash(line, lang)
    return None


def without_key(line: str) -> str:
    """A line as it may be shown and kept: after /model, what may be a key is left out."""
    command = parse(line)
    if command is None or "model" not in (command.name, command.near):
        return line
    words = line.split()
    keyed = next((n for n, word in enumerate(words) if word.lower() in _key_words()), len(words))
    shown = [
        "…" if _may_be_key(word) or (n > keyed and word not in presets()) else word
        for n, word in enumerate(words)
    ]
    return " ".join(shown) if "…" in shown else line


def holds_key(line: str) -> bool:
    """Whether a line has something in it that may be a key, so that nothing may keep it."""
    return without_key(line) != line


@cache
def _key_words() -> frozenset[str]:
    words = (text(lang, "model.words.key").split() for lang in LANGUAGES)
    return frozenset(word for found in words for word in found)


def _may_be_key(word: str) -> bool:
    """Whether a word looks like a key: long, and neither a path nor a model's name."""
    return len(word) >= _KEY and not any(char in word for char in "/\\:")


def completions(lang: str) -> list[tuple[str, str]]:
    """Every /word that Tab offers, with what it does; the language's own words come after."""
    own = [(f"/{name}", text(lang, f"commands.{name}.about")) for name in NAMES]
    words = [
        (f"/{alias}", text(lang, f"commands.{name}.about"))
        for alias, name in _words(lang).items()
        if len(alias) > 1 and not alias.isascii()
    ]
    return own + words


def _number(line: str) -> str:
    plain = line.rstrip(".．、)） ").translate(_WIDE)
    return plain if len(plain) == 1 and plain in "123456789" else ""


def _slash(line: str, lang: str) -> Command | None:
    typed, _, argument = line[1:].strip().partition(" ")
    word = unicodedata.normalize("NFKC", typed).lower()
    name = _known(word)
    if name:
        return Command(name, argument.strip())
    if not word:
        return Command("help") if line[0] != "、" else None
    if line[0] == "、":  # a line that merely begins with a comma
        return None
    near = difflib.get_close_matches(word, [*NAMES, *_words(lang)], 1, 0.5)
    return Command("unknown", typed, _known(near[0]) if near else "")


def _known(word: str) -> str:
    if word in NAMES:
        return word
    return next((found for lang in LANGUAGES if (found := _words(lang).get(word))), "")


@cache
def _words(lang: str) -> dict[str, str]:
    """A language's other words for each command."""
    return {
        unicodedata.normalize("NFKC", alias).lower(): name
        for name in NAMES
        for alias in text(lang, f"commands.{name}.aliases").split()
    }
