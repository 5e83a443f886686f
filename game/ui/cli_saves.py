"""Going back, branching, saves and files: the terminal's commands about a game's record."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SaveError
from ..state import Phase
from .cli_menu import when
from .export import FORMS, export, title_of
from .problems import error_text

if TYPE_CHECKING:
    from .cli_terminal import Terminal

LISTED = 30  # saves, newest first; older ones are found by their name
_UNSAFE = re.compile(r"[^\w\u4e00-\u9fff-]+")

# --- back ----------------------------------------------------------------------------------------


def undo(terminal: Terminal, argument: str) -> None:
    """Takes back the last turn, or the last N."""
    done = terminal.session.undo(_number(argument) or 1)
    terminal.rewound("undone" if done else "nothing_to_undo", done)


def redo(terminal: Terminal, argument: str) -> None:
    """Takes back an undo."""
    done = terminal.session.redo()
    terminal.rewound("redone" if done else "nothing_to_redo", done)


def retry(terminal: Terminal, argument: str) -> None:
    """The last reply again, in other words; or the line that a model still owes."""
    session = terminal.session
    if session.phase in (Phase.ACTOR, Phase.JUDGE):  # a model failed: the line is still owed
        terminal.stream(session.resume())
    elif not session.turn_starts():
        terminal.tell("notices.nothing_to_retry")
    else:
        terminal.stream(session.retry())
        terminal.show_choices = True


def rewind(terminal: Terminal, argument: str) -> None:
    """Back to before turn N."""
    turn = _turn(terminal, argument, "/rewind 3")
    if turn:
        starts = terminal.session.turn_starts()
        terminal.rewound("rewound", terminal.session.undo(len(starts) - turn + 1))


def branch(terminal: Terminal, argument: str) -> None:
    """A second game from turn N, or from here."""
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


def edit(terminal: Terminal, argument: str) -> None:
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


def listed(terminal: Terminal, argument: str) -> None:
    """The list of saves."""
    rows = []
    for number, head in enumerate(terminal.app.saves()[:LISTED], 1):
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


def load(terminal: Terminal, argument: str) -> None:
    """Opens a save by its number, name or title."""
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
    terminal.stream(terminal.session.resume())  # what a crash left owing


def save(terminal: Terminal, argument: str) -> None:
    """Names this game."""
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


def exported(terminal: Terminal, argument: str) -> None:
    """Writes this game to a file in the present folder."""
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
