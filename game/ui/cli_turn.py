"""One line of the player's at the terminal: something to say, a number, or a command."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import GameError
from ..state import Phase
from .cli_commands import act
from .cli_offers import Offer, prompt
from .cli_rewording import Rewording
from .commands import Command, parse, without_key

if TYPE_CHECKING:
    from .cli_terminal import Terminal


def take_turn(terminal: Terminal) -> None:
    """Asks for a line and does what it asks for; the end of all lines is leaving."""
    fresh, terminal.show_choices = terminal.show_choices, False
    if fresh and terminal.scripted:  # nobody waits
        terminal.stream(terminal.session.reword(threading.Event()))
        terminal.show_choices = False
    line, offers = _asked(terminal, fresh)
    if line is None:
        terminal.leave()
        return
    if terminal.look_again():  # saved while the player was thinking: what is offered may differ
        offers = terminal.choices()
    command = parse(line, terminal.lang)
    if command is None or command.name == "say":
        _say(terminal, command.argument if command else line.strip(), offers)
    elif command.name == "pick":
        _pick(terminal, int(command.argument), offers)
    else:
        obey(terminal, without_key(line.strip()), command)


def _asked(terminal: Terminal, fresh: bool) -> tuple[str | None, Sequence[Offer]]:
    """The player's line, and what was on offer when it was typed.

    Where a model may still find other words, they change above the line that is being typed.
    """
    offers = terminal.choices()
    with Rewording(terminal.session, fresh and bool(offers)) as rewording:
        if fresh and offers and not rewording:
            terminal.out.options([one.text for one in offers])
        if not terminal.json:
            terminal.screen.blank()
        ask = prompt(terminal)
        if rewording:
            ask = replace(ask, above=lambda: _drawn(terminal))
        line = terminal.reader.read(ask)
    if rewording:  # what stood above the line stays in the play
        offers = terminal.choices()
        terminal.out.options([one.text for one in offers])
    return line, offers


def _drawn(terminal: Terminal) -> str:
    return terminal.screen.options_drawn([one.text for one in terminal.choices()])


def obey(terminal: Terminal, line: str, command: Command) -> None:
    """Does a command, its line left standing in the play."""
    if not terminal.json:
        terminal.screen.blank()
        terminal.screen.out(f"  {line}", "bright_black")
    try:
        act(terminal, command)
    except GameError as error:
        terminal.failed(error)


def _pick(terminal: Terminal, number: int, offers: Sequence[Offer]) -> None:
    if number <= len(offers):
        offers[number - 1].run()
    elif offers:
        terminal.tell("notices.no_option", n=number)
    else:
        _say(terminal, str(number), offers)


def _say(terminal: Terminal, line: str, offers: Sequence[Offer]) -> None:
    """A line for the story; the very words of an offer (Tab gives them) pick it."""
    if not line:
        return
    exact = next((one for one in offers if one.text == line), None)
    if exact:
        exact.run()
    elif terminal.session.phase is Phase.OVER:
        terminal.tell("notices.over")
    else:
        terminal.stream(terminal.session.play(line))
