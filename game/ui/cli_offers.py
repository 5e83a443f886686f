"""What a number stands for at the terminal: suggested replies, or what to do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..stage import Option
from ..state import Phase
from .cli_input import Ask
from .closing import fork_turn
from .commands import completions
from .flow import fit
from .segments import clean

if TYPE_CHECKING:
    from .cli_terminal import Terminal


@dataclass(frozen=True)
class Offer:
    """Something that can be picked by number, and what picking it does."""

    text: str
    run: Callable[[], None]


def offers(terminal: Terminal) -> list[Offer]:
    """What can be picked now."""
    session = terminal.session
    if session.phase is Phase.OVER:
        return _closing(terminal)
    if session.phase is not Phase.PLAYER:
        return _failed(terminal)
    return [_reply(terminal, one) for one in session.options()]


def _reply(terminal: Terminal, option: Option) -> Offer:
    return Offer(option.text, lambda: terminal.stream(terminal.session.choose(option.id)))


def _failed(terminal: Terminal) -> list[Offer]:
    """A model failed: its line is still owed."""
    session = terminal.session
    return [
        Offer(terminal.word("notices.try_again"), lambda: terminal.stream(session.resume())),
        Offer(
            terminal.word("notices.use_authored"),
            lambda: terminal.stream(session.speak_authored()),
        ),
        Offer(terminal.word("notices.take_back"), lambda: terminal.run_command("undo")),
    ]


def _closing(terminal: Terminal) -> list[Offer]:
    """The story is over: from the fork, from the start, another one, or a file to keep."""
    session = terminal.session
    found = [
        Offer(terminal.word("endings.again"), lambda: terminal.run_command("clear")),
        Offer(terminal.word("endings.other"), terminal.to_menu),
        Offer(terminal.word("endings.export"), lambda: terminal.run_command("export")),
    ]
    turn = 0 if session.story.puzzle else fork_turn(session.story, session.events)
    if turn:
        words = terminal.word("endings.from_fork")
        found.insert(0, Offer(words, lambda: terminal.run_command(f"branch {turn}")))
    return found


def prompt(terminal: Terminal) -> Ask:
    """What the next line is asked with."""
    session, screen = terminal.session, terminal.screen
    kind = ""
    if session.phase is Phase.OVER:
        kind = "_over"
    elif session.state.asked:
        kind = "_ask"
    elif session.story.puzzle:
        kind = "_puzzle"
    elif session.story.id.startswith("talk:"):
        kind = "_talk"
    return Ask(
        clean(session.state.player_name),
        fit(terminal.word(f"prompt.placeholder{kind}"), screen.width - screen.column),
        screen.column,
        lambda: _words(terminal),
        terminal.typewriter.take_ahead(),
        terminal.word("notices.save_in_memory") if terminal.in_memory else "",
    )


def _words(terminal: Terminal) -> list[tuple[str, str]]:
    """What Tab offers: the replies that can be picked now, and the commands."""
    from .cli_model import completions as of_model

    replies = [(one.text, "") for one in terminal.choices()]
    return [*replies, *completions(terminal.lang), *of_model(terminal.lang)]
