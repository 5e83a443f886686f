"""Draws the game on a terminal: rows, lines as they are spoken, lists, and closing pages.

Names stand right-aligned in a column of their own and all that is said begins at the same cell,
like a printed play; the narrator takes the full width. Colours are the terminal's own, NO_COLOR is
respected, and widths are counted in cells.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from .flow import Flow, fit, pad
from .locale import text as word
from .segments import clean
from .typing_out import Typewriter

_COLOURS = ("magenta", "green", "yellow", "bright_blue", "red")  # cyan is for what can be picked
_MARGIN, _GAP, _WIDEST, _NAMES, _RULE = 2, 2, 78, 14, 6
_STYLES = {"meter": "yellow", "item": "yellow", "roll": "yellow", "goal": "green", "fact": "green",
           "answer": "bold", "hint": "cyan", "system": "bright_black"}  # fmt: skip
_SIGNS = {"meter": "~", "item": "+", "roll": "#", "goal": "*", "fact": "*", "answer": "=",
          "hint": "?", "system": "-"}  # fmt: skip


class Screen:
    """What the terminal shows. `typewriter` paces what is spoken; lists appear at once."""

    def __init__(self, lang: str, typewriter: Typewriter, console: Console | None = None) -> None:
        self.lang, self.typewriter = lang, typewriter
        self.console = console or Console(highlight=False, markup=False, emoji=False)
        self._names: dict[str, str] = {}
        self._column = _MARGIN
        self._blank = True  # whether the last line printed was empty

    # --- measures ------------------------------------------------------------------------------

    def cast(self, names: Sequence[tuple[str, str]]) -> None:
        """Who will speak (id, name), the player under the empty id: colours and name column."""
        others = [who for who, _ in names if who]
        self._names = {who: _COLOURS[n % len(_COLOURS)] for n, who in enumerate(others)}
        widest = max((cell_len(name) for _, name in names), default=0)
        self._column = _MARGIN + min(widest, _NAMES) + _GAP

    @property
    def width(self) -> int:
        """Cells that may be used in a line: no line of prose gets too long to read."""
        return min(shutil.get_terminal_size((80, 24)).columns - 2, _WIDEST + _MARGIN)

    @property
    def column(self) -> int:
        """The cell at which everything that is said begins."""
        return min(self._column, self.width // 2)

    # --- pieces ----------------------------------------------------------------------------------

    def out(self, text: str = "", style: str = "", end: str = "\n") -> None:
        """Prints a text as it is, but for what could move the cursor."""
        self.console.print(Text(clean(text), style), end=end, soft_wrap=True)
        self._blank = False

    def blank(self) -> None:
        """An empty line, unless there is one."""
        if not self._blank:
            self.out()
        self._blank = True

    def flowing(self, indent: int, typed: bool = True, width: int = 0) -> Flow:
        """A text that is laid out as it comes; `typed` at the typewriter's pace."""

        def put(text: str, style: str) -> None:
            self.out(text, style, end="")
            if typed:
                self.typewriter.wait(text)

        self._blank = False
        return Flow(put, indent, (width or self.width) - indent)

    def paragraph(self, text: str, style: str = "", indent: int = _MARGIN, typed: bool = False,
                  lead: str = "", lead_style: str = "") -> None:  # fmt: skip
        """A text set in its column, `lead` standing before it."""
        self.out(pad(lead, indent, right=not lead.startswith(" ")), lead_style, end="")
        if typed:
            flow = self.flowing(indent)
            flow.feed(text, style)
            flow.close()
            self.out()
        else:
            self._set(text, style, indent)

    def _set(self, text: str, style: str, indent: int) -> None:
        """A text in its column, printed in one go: a menu of many must be there at once."""
        page = Text()

        def put(piece: str, how: str) -> None:
            page.append(clean(piece), how)

        flow = Flow(put, indent, self.width - indent)
        flow.feed(text, style)
        flow.close()
        self.console.print(page, soft_wrap=True)
        self._blank = False

    def name(self, who: str, name: str, blank: bool = True) -> None:
        """A speaker's name in its column; the cursor then stands where the words begin."""
        if blank:
            self.blank()
        style = f"bold {self._names[who]}" if who in self._names else "bold"
        if cell_len(name) > self.column - _GAP:
            self.out(" " * _MARGIN + fit(name, self.width - _MARGIN), style)
            name = ""
        self.out(pad(name, self.column - _GAP, right=True) + " " * _GAP, style, end="")

    def heading(self, title: str) -> None:
        """A scene's title in the middle of the page, between short rules.

        Some terminals draw the rules twice as wide as they count them: there is room for that.
        """
        self.blank()
        title = fit(title, self.width - 4 * _RULE - 4)
        left = (self.width - _MARGIN - cell_len(title)) // 2 - _RULE - 1
        self.out(" " * (_MARGIN + max(left, 0)) + "─" * _RULE, "bright_black", end="")
        self.out(f" {title} ", "bold", end="")
        self.out("─" * _RULE, "bright_black")
        self._blank = False
        self.blank()

    def note(self, kind: str, text: str) -> None:
        """A change, a fact, a hint: one line with its sign, beside the play."""
        sign = _SIGNS.get(kind, "-")
        lead = pad(sign, self.column - _GAP, right=True) + " " * _GAP
        style = _STYLES.get(kind, "bright_black")
        self.paragraph(text, style, self.column, lead=lead, lead_style=style)

    def options(self, shown: Iterable[str]) -> None:
        """What can be picked by number."""
        self.blank()
        for number, text in enumerate(shown, 1):
            lead = pad(str(number), self.column - _GAP, right=True) + " " * _GAP
            self.paragraph(text, "", self.column, lead=lead, lead_style="bold cyan")
        self.blank()

    def options_drawn(self, shown: Iterable[str]) -> str:
        """What `options` would print, with its colours."""
        with self.console.capture() as drawn:
            self._blank = True
            self.options(shown)
        return drawn.get()

    def notice(self, text: str, style: str = "bright_black") -> None:
        """Something said by the game itself, line by line."""
        for line in text.split("\n"):
            self.paragraph(line, style, self.column)

    def table(self, heading: str, rows: Sequence[tuple[str, str]]) -> None:
        """A heading and two columns: a word, and what it is about."""
        self.blank()
        self.out(" " * _MARGIN + heading, "bold")
        first = min(max((cell_len(left) for left, _ in rows), default=0), self.width // 2)
        for left, right in rows:
            lead = " " * (_MARGIN * 2) + pad(left, first) + " " * _GAP
            self.out(lead, "cyan", end="")
            flow = self.flowing(cell_len(lead), typed=False)
            flow.feed(right)
            flow.close()
            self.out()

    def dots(self) -> None:
        """A sign of life where the next line will begin."""
        self.console.print(Text(" " * self.column + "…", "bright_black"), end="", soft_wrap=True)

    def erase(self) -> None:
        """Takes the dots away."""
        blanks = " " * (self.column + 2)
        self.console.file.write(f"\r{blanks}\r")  # the console itself prints no such character
        self.console.file.flush()

    def warn(self, text: str) -> None:
        """Something that must not be overlooked."""
        self.blank()
        self.notice(text, "bold red")
        self.blank()

    def word(self, key: str, /, **data: object) -> str:
        """A word of the interface in the language it speaks now."""
        return word(self.lang, key, **data)
