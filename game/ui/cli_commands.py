"""What each command does in the terminal: one short function for each of `commands.NAMES`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SaveError
from ..state import Phase
from . import commands
from .cli_menu import when
from .export import FORMS, export, title_of
from .locale import LANGUAGES
from .panel import panel
from .problems import error_text
from .typing_out import SPEEDS
from .why import why

if TYPE_CHECKING:
    from .cli import Terminal

_UNSAFE = re.compile(r"[^\w\u4e00-\u9fff-]+")


def act(terminal: Terminal, command: commands.Command) -> None:
    """Does what a command asks for."""
    if command.name == "unknown":
        key = "commands.unknown_near" if command.near else "commands.unknown"
        terminal.tell(key, name=command.argument, near=command.near)
    else:
        ACTIONS[command.name](terminal, command.argument)


# --- play ----------------------------------------------------------------------------------------


def _help(terminal: Terminal, argument: str) -> None:
    for group, names in commands.GROUPS.items():
        rows = [
            (terminal.word(f"commands.{name}.usage"), terminal.word(f"commands.{name}.about"))
            for name in names
        ]
        terminal.out.table("help", terminal.word(f"commands.heading_{group}"), rows)
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
        terminal.out.table("lore", terminal.word("panel.lore"), [("·", one) for one in shown.lore])


def _bar(value: int | str, most: int | None) -> str:
    if not isinstance(value, int) or not most or most > 20:
        return str(value) if most is None else f"{value}/{most}"
    return "●" * max(0, value) + "○" * max(0, most - value) + f"  {value}/{most}"


def _why(terminal: Terminal, argument: str) -> None:
    lines = why(terminal.session.story, terminal.session.events, terminal.lang)
    terminal.out.notice("why", "\n".join(lines))


# --- back ----------------------------------------------------------------------------------------


def _undo(terminal: Terminal, argument: str) -> None:
    done = terminal.session.undo(_number(argument) or 1)
    terminal.rewound("undone" if done else "nothing_to_undo", done)


def _redo(terminal: Terminal, argument: str) -> None:
    done = terminal.session.redo()
    terminal.rewound("redone" if done else "nothing_to_redo", done)


def _retry(terminal: Terminal, argument: str) -> None:
    session = terminal.session
    if session.phase in (Phase.ACTOR, Phase.JUDGE):  # a model failed: the line is still owed
        terminal.stream(session.resume())
    elif not session.turn_starts():
        terminal.tell("notices.nothing_to_retry")
    else:
        terminal.stream(session.retry())
        terminal.show_choices = True


def _rewind(terminal: Terminal, argument: str) -> None:
    turn = _turn(terminal, argument, "/rewind 3")
    if turn:
        starts = terminal.session.turn_starts()
        terminal.rewound("rewound", terminal.session.undo(len(starts) - turn + 1))


def _branch(terminal: Terminal, argument: str) -> None:
    session = terminal.session
    starts = session.turn_starts()
    seq, turn = len(session.events), len(starts) + 1
    if argument:
        turn = _turn(terminal, argument, "/branch 3")
        if not turn:
            return
        seq = starts[turn - 1]
    terminal.go_on(terminal.app.branch(session, seq))
    terminal.rewound("branched_at", True, turn)


def _edit(terminal: Terminal, argument: str) -> None:
    """`/edit`, `/edit N`, `/edit N words`, `/edit words`: the last line unless one is named."""
    session = terminal.session
    starts = session.turn_starts()
    first, _, rest = argument.partition(" ")
    turn, words = (int(first), rest.strip()) if first.isdecimal() else (len(starts), argument)
    if not 1 <= turn <= len(starts):
        terminal.no_turn(turn)
        return
    before = session.events[starts[turn - 1]]
    words = words or terminal.ask_edit(getattr(before, "text", ""))
    if not words:
        terminal.tell("notices.need_text", example=f"/edit {turn} …")
        return
    terminal.go_on(terminal.app.branch(session, starts[turn - 1]))
    terminal.tell("notices.edited")
    terminal.stream(terminal.session.play(words))
    terminal.show_choices = True


def _turn(terminal: Terminal, argument: str, example: str) -> int:
    """A turn that can be gone back to; 0 (and said why) if there is none such."""
    turn, most = _number(argument), len(terminal.session.turn_starts())
    if not argument.isdecimal():
        terminal.tell("notices.need_number", example=example)
    elif not 1 <= turn <= most:
        terminal.no_turn(turn)
        return 0
    return turn


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


# --- saves ---------------------------------------------------------------------------------------


def _saves(terminal: Terminal, argument: str) -> None:
    rows = []
    for number, head in enumerate(terminal.app.saves(), 1):
        title = head.name or head.title
        shown = [terminal.word("saves.line", title=title, n=head.turns + 1)]
        shown.append(when(head.updated, terminal.lang))
        shown += [terminal.word("saves.over")] if head.ended else []
        current = head.id == terminal.session.save_id
        shown += [terminal.word("saves.current")] if current else []
        rows.append((str(number), " · ".join(shown)))
    if rows:
        terminal.out.table("saves", terminal.word("saves.heading"), rows)
        terminal.tell("saves.use")
    else:
        terminal.tell("saves.none")


def _load(terminal: Terminal, argument: str) -> None:
    saves = terminal.app.saves()
    number = _number(argument)
    by_name = [one for one in saves if argument and argument in (one.name, one.id, one.title)]
    chosen = saves[number - 1] if 1 <= number <= len(saves) else by_name[0] if by_name else None
    if chosen is None:
        terminal.tell("notices.no_save")
        return
    terminal.go_on(terminal.app.open(chosen.id))
    terminal.tell("notices.loaded", title=chosen.name or chosen.title)
    terminal.recap()


def _save(terminal: Terminal, argument: str) -> None:
    if not argument:
        terminal.tell("notices.named_already")
        terminal.tell("notices.need_name", example=f"/save {title_of(terminal.session.story)}")
        return
    try:
        terminal.app.store.rename(terminal.session.save_id, terminal.session.owner, argument)
    except SaveError as error:
        terminal.fault(error_text(terminal.lang, error))
    else:
        terminal.tell("notices.saved", name=argument)


def _export(terminal: Terminal, argument: str) -> None:
    form = argument.lower().lstrip(".") or "md"
    form = {"markdown": "md", "htm": "html", "json": "jsonl"}.get(form, form)
    if form not in FORMS:
        terminal.tell("notices.bad_format")
        return
    session = terminal.session
    now = datetime.now().strftime("%Y-%m-%d %H:%M")
    text = export(session.story, session.events, form, terminal.lang, now)
    path = _free_path(_UNSAFE.sub("-", title_of(session.story)).strip("-")[:60] or "game", form)
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        terminal.tell("notices.export_failed", path=path, reason=error.strerror)
    else:
        terminal.tell("notices.exported", path=path)


def _free_path(name: str, ending: str) -> Path:
    """A file in the present folder that isn't there yet."""
    path = Path(f"{name}.{ending}")
    number = 1
    while path.exists():
        number += 1
        path = Path(f"{name}-{number}.{ending}")
    return path


# --- this game -----------------------------------------------------------------------------------


def _finish(terminal: Terminal, argument: str) -> None:
    if terminal.scripted:
        terminal.leave()
    else:
        terminal.start(lambda: terminal.app.another(terminal.session))


def _clear(terminal: Terminal, argument: str) -> None:
    terminal.tell("notices.cleared")
    terminal.start(lambda: terminal.app.restart(terminal.session))


def _stop(terminal: Terminal, argument: str) -> None:
    terminal.leave()


def _new(terminal: Terminal, argument: str) -> None:
    terminal.to_menu()


ACTIONS: Mapping[str, Callable[[Terminal, str], None]] = {
    "help": _help, "options": _options, "hint": _hint, "giveup": _giveup, "speed": _speed,
    "lang": _lang, "goals": _goals, "items": _items, "why": _why, "undo": _undo, "redo": _redo,
    "retry": _retry, "edit": _edit, "rewind": _rewind, "branch": _branch, "saves": _saves,
    "load": _load, "save": _save, "export": _export, "finish": _finish, "clear": _clear,
    "stop": _stop, "new": _new,
}  # fmt: skip
