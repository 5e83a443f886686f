"""What each command does in the terminal: one short function for each of `commands.NAMES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rich.cells import cell_len

from ..state import Phase
from . import cli_saves as saves
from . import commands, pins
from .cli_model import model
from .flow import pad
from .locale import LANGUAGES
from .panel import panel
from .typing_out import SPEEDS
from .why import why

if TYPE_CHECKING:
    from .cli_terminal import Terminal


def act(terminal: Terminal, command: commands.Command) -> None:
    """Does what a command asks for."""
    if command.name == "unknown":
        key = "commands.unknown_near" if command.near else "commands.unknown"
        terminal.tell(key, name=command.argument, near=command.near)
    else:
        ACTIONS[command.name](terminal, command.argument)


# --- play ----------------------------------------------------------------------------------------


def _help(terminal: Terminal, argument: str) -> None:
    usage = {name: terminal.word(f"commands.{name}.usage") for name in commands.NAMES}
    widest = 0 if terminal.json else max(map(cell_len, usage.values()))
    for group, names in commands.GROUPS.items():
        rows = [
            (pad(usage[name], widest), terminal.word(f"commands.{name}.about")) for name in names
        ]
        terminal.out.table("help", terminal.word(f"commands.heading_{group}"), rows)
    if not terminal.json:
        terminal.screen.blank()
    terminal.tell("commands.bare")


def _options(terminal: Terminal, argument: str) -> None:
    shown = [one.text for one in terminal.choices()]
    if not shown:
        terminal.tell("notices.no_options")
    elif terminal.json:
        terminal.out.notice("options", "\n".join(shown), options=shown)
    else:
        terminal.show_choices = True


def _hint(terminal: Terminal, argument: str) -> None:
    terminal.stream(terminal.session.hint())
    terminal.show_choices = bool(terminal.session.story.puzzle)


def _giveup(terminal: Terminal, argument: str) -> None:
    if terminal.session.story.puzzle is None:
        terminal.tell("notices.not_a_puzzle")
    elif terminal.session.phase is Phase.OVER:
        terminal.tell("notices.over")
    else:
        terminal.stream(terminal.session.give_up())


def _speed(terminal: Terminal, argument: str) -> None:
    if not argument:
        terminal.tell("notices.speed_is", speed=terminal.word(f"speed.{terminal.typewriter.speed}"))
    elif argument.lower() in SPEEDS:
        terminal.set_speed(argument.lower())
        terminal.tell("notices.speed_set", speed=terminal.word(f"speed.{argument.lower()}"))
    else:
        terminal.tell("notices.bad_speed")


def _lang(terminal: Terminal, argument: str) -> None:
    """Interface and later lines change together; a story without a twin stays as it is."""
    wanted = argument.lower() or next(one for one in LANGUAGES if one != terminal.lang)
    if wanted not in LANGUAGES:
        terminal.tell("notices.bad_language")
        return
    terminal.lang = wanted
    session = terminal.session
    if session.state.language == wanted:
        terminal.tell("notices.language_same" if not argument else "notices.lang_set")
        return
    if session.phase is not Phase.PLAYER:
        terminal.tell("notices.lang_set")
        return
    twin = terminal.app.translate(session, wanted)
    if twin is None:
        terminal.tell("notices.language_missing_twin")
        return
    terminal.stream(session.change_language(twin))
    terminal.out.begin(session)
    terminal.show_choices = True


# --- look ----------------------------------------------------------------------------------------


def _goals(terminal: Terminal, argument: str) -> None:
    story, state = terminal.session.story, terminal.session.state
    shown = panel(story, state)
    if story.puzzle:
        head = terminal.word("panel.facts_of", k=len(shown.facts), n=shown.facts_in_all)
        rows = [("●", one) for one in shown.facts] or [("○", terminal.word("panel.none"))]
        terminal.out.table("goals", head, rows)
        terminal.out.table("surface", terminal.word("panel.surface"), [("", shown.surface)])
    elif shown.goals:
        rows = [("✓" if goal.done else "○", goal.text) for goal in shown.goals]
        terminal.out.table("goals", terminal.word("panel.goals"), rows)
    else:
        terminal.tell("panel.no_goals")
    if shown.hints:
        hints = [("?", one) for one in shown.hints]
        terminal.out.table("hints", terminal.word("panel.hints"), hints)


def _items(terminal: Terminal, argument: str) -> None:
    shown = panel(terminal.session.story, terminal.session.state)
    if shown.meters:
        rows = [(meter.label, _bar(meter.value, meter.most)) for meter in shown.meters]
        terminal.out.table("meters", terminal.word("panel.meters"), rows)
    if shown.items:
        items = [("+", one) for one in shown.items]
        terminal.out.table("items", terminal.word("panel.items"), items)
    else:
        terminal.tell("panel.no_items")
    if shown.lore:
        terminal.out.table("lore", terminal.word("panel.lore"), [("-", one) for one in shown.lore])


def _bar(value: int | str, most: int | None) -> str:
    if not isinstance(value, int) or not most or most > 20:
        return str(value) if most is None else f"{value}/{most}"
    return "●" * max(0, value) + "○" * max(0, most - value) + f"  {value}/{most}"


def _why(terminal: Terminal, argument: str) -> None:
    lines = why(terminal.session.story, terminal.session.events, terminal.lang)
    terminal.out.notice("why", "\n".join(lines))


def _pin(terminal: Terminal, argument: str) -> None:
    kept = pins.listed(terminal.session)
    if argument:
        _changed(terminal, pins.pin(terminal.session, argument, terminal.lang))
    elif kept:
        rows = [(str(number), one) for number, one in enumerate(kept, 1)]
        terminal.out.table("pins", terminal.word("pins.heading"), rows)
    else:
        _changed(terminal, pins.pin(terminal.session, "", terminal.lang))


def _unpin(terminal: Terminal, argument: str) -> None:
    _changed(terminal, pins.unpin(terminal.session, argument, terminal.lang))


def _changed(terminal: Terminal, change: pins.Change) -> None:
    terminal.stream(change.stream)
    terminal.out.notice("pins", change.said)


# --- this game -----------------------------------------------------------------------------------


def _finish(terminal: Terminal, argument: str) -> None:
    """Another game: the next puzzle of a pack, or whatever is picked from the menu."""
    if terminal.scripted:
        terminal.leave()
    elif terminal.session.story.puzzle:
        terminal.start(lambda: terminal.app.another(terminal.session))
    else:
        terminal.to_menu()


def _clear(terminal: Terminal, argument: str) -> None:
    terminal.tell("notices.cleared")
    terminal.start(lambda: terminal.app.restart(terminal.session))


def _stop(terminal: Terminal, argument: str) -> None:
    terminal.leave()


def _new(terminal: Terminal, argument: str) -> None:
    terminal.to_menu()


def _update(terminal: Terminal, argument: str) -> None:
    """The game goes on with its story's newer version."""
    session = terminal.session
    fresh = terminal.app.newer(session)
    if fresh is None or session.phase not in (Phase.PLAYER, Phase.OVER):
        terminal.tell("notices.story_current")
        return
    terminal.app.keep_content(session, fresh)
    terminal.stream(session.change_content(fresh))


ACTIONS: Mapping[str, Callable[[Terminal, str], None]] = {
    "help": _help,
    "options": _options,
    "hint": _hint,
    "giveup": _giveup,
    "speed": _speed,
    "lang": _lang,
    "model": model,
    "goals": _goals,
    "items": _items,
    "why": _why,
    "pin": _pin,
    "unpin": _unpin,
    "undo": saves.undo,
    "redo": saves.redo,
    "retry": saves.retry,
    "edit": saves.edit,
    "rewind": saves.rewind,
    "branch": saves.branch,
    "saves": saves.listed,
    "load": saves.load,
    "save": saves.save,
    "export": saves.exported,
    "finish": _finish,
    "clear": _clear,
    "stop": _stop,
    "new": _new,
    "update": _update,
}
