"""One line of the player's at the terminal: something to say, a number, or a command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import GameError
from ..state import Phase
from .cli_commands import act
from .cli_offers import Offer, prompt
from .commands import Command, parse

if TYPE_CHECKING:
    from .cli_terminal import Terminal


def take_turn(terminal: Terminal) -> None:
    """Asks for a line and does what it asks for; the end of all lines is leaving."""
    offers = terminal.choices()
    if terminal.show_choices and offers:
        terminal.out.options([one.text for one in offers])
    terminal.show_choices = False
    if not terminal.json:
        terminal.screen.blank()
    line = terminal.reader.read(prompt(terminal, offers))
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
        obey(terminal, line.strip(), command)


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
