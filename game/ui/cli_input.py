"""Where the terminal game's lines come from: the keyboard, or a script for bots and tests.

The keyboard is prompt_toolkit's (history, Tab, editing of Chinese); whatever it shows while one
types is erased on Enter, because the game then prints the line as part of the play.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession


@dataclass(frozen=True)
class Ask:
    """One prompt: its name, the grey words in the empty line, and what Tab offers.

    `warning` stays below the line for as long as it is there; `default` can be edited.
    """

    name: str
    placeholder: str = ""
    column: int = 0
    words: Sequence[tuple[str, str]] = ()
    default: str = ""
    warning: str = ""


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

        session = self._session = self._session or self._new()
        name = ask.name + "  "
        try:
            return session.prompt(
                FormattedText([("bold", " " * max(2, ask.column - _width(name)) + name)]),
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
            history=history, erase_when_done=True, complete_while_typing=False, enable_suspend=True
        )


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _completer(words: Sequence[tuple[str, str]]) -> Any:
    from prompt_toolkit.completion import Completer, Completion

    class Words(Completer):
        """Commands by their slash, and the replies on offer."""

        def get_completions(self, document: Any, complete_event: Any) -> Iterator[Completion]:
            typed = document.text_before_cursor.lstrip()
            for word, about in words:
                if word.lower().startswith(typed.lower()) and (typed or not word.startswith("/")):
                    yield Completion(word, -len(typed), display_meta=about)

    return Words()
