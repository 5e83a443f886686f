"""Where the terminal game's lines come from: the keyboard, or a script for bots and tests.

The keyboard is prompt_toolkit's (history, Tab, editing of Chinese); whatever it shows while one
types is erased on Enter, because the game then prints the line as part of the play.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

REFRESHED = 0.2  # seconds after which what stands above a line is drawn anew


@dataclass(frozen=True)
class Ask:
    """One prompt: its name, the grey words in the empty line, and what Tab offers.

    `warning` stays below the line for as long as it is there; `default` can be edited; `above` is
    drawn over the line, again and again, while it is being typed. A `secret` is not shown, and
    nothing remembers it.
    """

    name: str
    placeholder: str = ""
    column: int = 0
    words: Callable[[], Sequence[tuple[str, str]]] | None = None
    default: str = ""
    warning: str = ""
    above: Callable[[], str] | None = None
    secret: bool = False


class Reader(Protocol):
    """Gives the next line, or None when there will be no more."""

    def read(self, ask: Ask) -> str | None: ...


class Script:
    """Lines from a file or a pipe."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines: Iterator[str] = iter(lines)

    def read(self, ask: Ask) -> str | None:
        line = next(self._lines, None)
        return None if line is None else line.rstrip("\r\n").removeprefix("\ufeff")


def script(path: Path | None, stdin: TextIO) -> Script:
    """The lines of a file, or of the standard input; raises OSError."""
    if path is None:
        return Script(stdin)
    return Script(path.read_text(encoding="utf-8-sig", errors="replace").splitlines())


class Keyboard:
    """Lines from a person. Ctrl-C empties the line; Ctrl-D on an empty one is the end."""

    def __init__(self, history: Path | None = None) -> None:
        self._history = history
        self._session: PromptSession[str] | None = None

    def read(self, ask: Ask) -> str | None:
        from prompt_toolkit.formatted_text import FormattedText
        from prompt_toolkit.styles import Style

        if ask.secret:
            return self._secret(ask)
        session = self._session = self._session or self._new()
        try:
            return session.prompt(
                lambda: _message(ask),
                refresh_interval=REFRESHED if ask.above else 0,
                placeholder=FormattedText([("class:hint", ask.placeholder)]),
                completer=_completer(ask.words) if ask.words else None,
                default=ask.default,
                bottom_toolbar=ask.warning or None,
                style=Style.from_dict(
                    {"hint": "ansibrightblack", "bottom-toolbar": "noreverse bold ansired"}
                ),
            )
        except KeyboardInterrupt:
            return ""
        except EOFError:
            return None

    def _secret(self, ask: Ask) -> str:
        """A line in a session of its own, so that no history, completion or yank has it."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import DummyHistory

        session: PromptSession[str] = PromptSession(history=DummyHistory(), erase_when_done=True)
        try:
            return session.prompt(_message(ask), is_password=True)
        except (KeyboardInterrupt, EOFError):
            return ""

    def _new(self) -> PromptSession[str]:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import FileHistory, InMemoryHistory

        history: Any = InMemoryHistory()
        if self._history:
            with suppress(OSError):
                self._history.parent.mkdir(parents=True, exist_ok=True)
                self._history.touch(mode=0o600)
                history = FileHistory(str(self._history))
        return PromptSession(
            history=_without_keys(history),
            erase_when_done=True,
            complete_while_typing=False,
            enable_suspend=True,
        )


def _message(ask: Ask) -> Any:
    """The prompt's name in its column, and what stands above it."""
    from prompt_toolkit.formatted_text import ANSI, FormattedText, merge_formatted_text

    name = ask.name + "  "
    asked = FormattedText([("bold", " " * max(2, ask.column - _width(name)) + name)])
    return merge_formatted_text([ANSI(ask.above()), asked]) if ask.above else asked


def _without_keys(history: Any) -> Any:
    """A history that forgets lines with a key in them before they reach a file."""
    from .commands import holds_key

    store = history.store_string
    append = history.append_string
    history.store_string = lambda line: None if holds_key(line) else store(line)
    history.append_string = lambda line: None if holds_key(line) else append(line)
    return history


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _completer(words: Callable[[], Sequence[tuple[str, str]]]) -> Any:
    from prompt_toolkit.completion import Completer, Completion

    class Words(Completer):
        """Commands by their slash, and the replies on offer."""

        def get_completions(self, document: Any, complete_event: Any) -> Iterator[Completion]:
            typed = document.text_before_cursor.lstrip()
            for word, about in words():
                # A command's own words are offered one after the other, as they are typed.
                later = word.startswith("/") and word.count(" ") > typed.count(" ")
                begun = word.lower().startswith(typed.lower())
                if begun and not later and (typed or not word.startswith("/")):
                    yield Completion(word, -len(typed), display_meta=about)

    return Words()
