"""What is typed: a line for the story, or a command."""

from __future__ import annotations

from collections.abc import Mapping

from ... import commands
from ...locale import LANGUAGES
from ..pace import SPEEDS
from . import back, keep, mind, play
from .request import MAX_LINE, PATIENCE, Action, Data, Refused, Request


def say(ask: Request) -> Data:
    """A typed line: for the story, or a command."""
    said = ask.text("line", MAX_LINE).strip()
    command = commands.parse(said, ask.lang)
    if command is None or command.name == "say":
        return play.line(ask, said if command is None else command.argument)
    return _command(ask, command)


def _command(ask: Request, command: commands.Command) -> Data:
    """What a typed command does here; what only a page can do is left to it (`do`)."""
    name, argument = command.name, command.argument
    if name == "pick":
        return _pick_number(ask, int(argument))
    if name == "unknown":
        key = "commands.unknown_near" if command.near else "commands.unknown"
        raise Refused(ask.word(key, name=argument, near=command.near))
    if name in ("edit", "rewind", "branch"):
        return _go_back(ask, name, argument)
    if name == "lang":
        wanted = argument.lower() or next(one for one in LANGUAGES if one != ask.lang)
        if wanted not in LANGUAGES:
            raise Refused(ask.word("notices.bad_language"))
        return {"do": "lang", "argument": wanted}
    if name == "speed" and argument.lower() not in SPEEDS:
        raise Refused(ask.word("notices.bad_speed"))
    if name == "model":  # its dialog is the only place for a key
        return {"do": name, "argument": ""}
    if name in ("pin", "unpin"):
        return _pins(ask, name, argument)
    if name == "save" and argument:
        return keep.rename(ask.with_fields(save=ask.game().key, name=argument[:100]))
    if name in _TYPED:
        return _TYPED[name](ask)
    return {"do": name, "argument": argument.lower()}


def _pins(ask: Request, name: str, argument: str) -> Data:
    if name == "pin" and not argument:
        return {"do": "why", "argument": ""}  # where the pins are listed
    return {"pin": mind.pin, "unpin": mind.unpin}[name](ask.with_fields(wanted=argument))


def _pick_number(ask: Request, number: int) -> Data:
    game = ask.game()
    game.hurry()
    game.settle(PATIENCE)
    offered = game.session.options()
    if number > len(offered):
        raise Refused(ask.word("notices.no_option", n=number))
    return play.pick(ask.with_fields(id=offered[number - 1].id))


def _go_back(ask: Request, name: str, argument: str) -> Data:
    first, _, rest = argument.partition(" ")
    count = len(ask.game().session.turn_starts())
    if name == "edit" and not first.isdecimal():
        first, rest = str(count), argument
    if name == "rewind" and not first.isdecimal():
        raise Refused(ask.word("notices.need_number", example=ask.word("commands.rewind.usage")))
    turn = int(first) if first.isdecimal() and len(first) < 6 else 0
    if name == "edit" and not rest.strip():
        return {"do": "edit", "argument": str(turn)}
    return {"edit": back.edit, "rewind": back.rewind, "branch": back.branch}[name](
        ask.with_fields(turn=turn, line=rest)
    )


_TYPED: Mapping[str, Action] = {
    "undo": back.undo, "redo": back.redo, "retry": play.again, "hint": play.hint,
    "giveup": play.give_up, "finish": back.finish, "clear": back.clear,
}  # fmt: skip
