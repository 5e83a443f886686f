"""The terminal's start menu: go on, a story, a puzzle, or a talk. Reads heads and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len

from ..errors import GameError
from .cli_input import Ask, Reader
from .flow import fit, pad
from .locale import LANGUAGES, text

if TYPE_CHECKING:
    from ..app import App
    from ..loader import Head
    from ..saves import SaveHead
    from ..story import PuzzlePack
    from .cli_output import Output
    from .cli_screen import Screen

TALKS_LISTED = 4
_LEAVE = ("q", "quit", "exit", "stop", "/stop", "finish", "退出", "离开")


@dataclass(frozen=True)
class Choice:
    """What was picked: a save to open, or a scenario to begin (and which puzzle of it)."""

    scenario: str = ""
    puzzle: str = ""
    save: str = ""


@dataclass(frozen=True)
class Item:
    """One line of the menu, with what stands beside it and below it."""

    title: str
    beside: str
    below: str
    pick: Callable[[], Choice | None]
    section: str


class Menu:
    """Shows what there is to play until something is picked, or None to leave."""

    def __init__(
        self, app: App, screen: Screen, reader: Reader, lines: Output | None = None
    ) -> None:
        self.app, self.screen, self.reader = app, screen, reader
        self._lines = lines  # where a program reads the menu; None: it is drawn

    def choose(self) -> Choice | None:
        """The player's choice; None to leave the game."""
        while True:
            items = self._items()
            self._draw(items)
            line = self._ask(self._say("hint"))
            if line is None or line.lower() in (
                "q",
                "quit",
                "exit",
                "stop",
                "/stop",
                "退出",
                "离开",
            ):
                return None
            if line.lower() in ("l", "/lang", "语言"):
                self.screen.lang = next(one for one in LANGUAGES if one != self.screen.lang)
            elif choice := self._picked(items, line):
                return choice

    def _picked(self, items: Sequence[Item], line: str) -> Choice | None:
        library, lang = self.app.library, self.screen.lang
        ids = {head.id for head in library.heads(lang)}
        ids |= {f"talk:{head.id}" for head in library.characters(lang)}
        if line in ids:
            return Choice(line)
        place = _number(line or "1")
        if not 1 <= place <= len(items):
            self._tell("unknown", self._say("unknown", line=fit(line, 20), most=len(items)))
            return None
        return items[place - 1].pick()

    def _say(self, key: str, **data: object) -> str:
        return text(self.screen.lang, f"menu.{key}", **data)

    def _tell(self, name: str, words: str) -> None:
        if self._lines:
            self._lines.notice(name, words)
        else:
            self.screen.notice(words)

    def _ask(self, placeholder: str) -> str | None:
        prompt = self._say("prompt")
        shown = fit(placeholder, self.screen.width - cell_len(prompt) - 4)
        line = self.reader.read(Ask(prompt, shown, self.screen.column))
        return line.strip() if line is not None else None

    # --- what there is -----------------------------------------------------------------------

    def _items(self) -> list[Item]:
        lang = self.screen.lang
        heads = self.app.library.heads(lang)
        stories = [one for one in heads if one.kind != "puzzles"]
        packs = [one for one in heads if one.kind == "puzzles"]
        items = [self._again(one) for one in self._unfinished()[:1]]
        items += [self._story(one) for one in stories]
        if packs:
            items.append(self._item("daily", "daily_about", lambda: self._daily(packs), "puzzles"))
        items += [self._pack(one) for one in packs]
        return items + self._talks()

    def _item(self, title: str, beside: str, pick: Callable[[], Choice | None], at: str) -> Item:
        return Item(self._say(title), self._say(beside), "", pick, at)

    def _unfinished(self) -> list[SaveHead]:
        """Games to go on with, those in the language of the menu first."""
        found = [one for one in self.app.saves() if not one.ended and not one.damaged and one.turns]
        return sorted(found, key=lambda one: one.language != self.screen.lang)

    def _again(self, save: SaveHead) -> Item:
        beside = f"{self._say('turns', n=save.turns + 1)} · {when(save.updated, self.screen.lang)}"
        title = save.name or save.title
        return Item(title, beside, "", lambda: Choice(save=save.id), "continue")

    def _story(self, head: Head) -> Item:
        seen = len(self.app.store.endings("local", head.id))
        parts = [head.genre, self._say("minutes", n=head.minutes) if head.minutes else ""]
        parts.append(self._say("endings", n=seen) if seen else "")
        beside = " · ".join(part for part in parts if part)
        return Item(head.title, beside, head.synopsis, lambda: Choice(head.id), "stories")

    def _pack(self, head: Head) -> Item:
        minutes = self._say("minutes", n=head.minutes) if head.minutes else ""
        return Item(head.title, minutes, head.synopsis, lambda: self._puzzle(head.id), "puzzles")

    def _talks(self) -> list[Item]:
        people = [one for one in self.app.library.characters(self.screen.lang) if not one.broken]
        if len(people) <= TALKS_LISTED:
            return [self._talk(one) for one in people]
        names = "、" if self.screen.lang == "zh" else ", "
        listed = names.join(one.name for one in people)
        more = Item(self._say("more"), fit(listed, 40), "", lambda: self._someone(people), "talk")
        return [*(self._talk(one) for one in people[: TALKS_LISTED - 1]), more]

    def _talk(self, head: Head) -> Item:
        title = self._say("chat_with", name=head.name)
        return Item(title, head.tagline, "", lambda: Choice(f"talk:{head.id}"), "talk")

    # --- second choices ----------------------------------------------------------------------

    def _someone(self, people: Sequence[Head]) -> Choice | None:
        return self._among([self._talk(one) for one in people])

    def _daily(self, packs: Sequence[Head]) -> Choice | None:
        """The same puzzle for everyone on one day, from all packs there are."""
        from ..app import daily_puzzle

        found = {f"{head.id} {one}": (head.id, one) for head in packs for one in self._ids(head.id)}
        if not found:
            return None
        pack, puzzle = found[daily_puzzle(sorted(found), date.today().toordinal())]
        return Choice(pack, puzzle)

    def _ids(self, pack: str) -> list[str]:
        content = self._content(pack)
        return [one.id for one in content.puzzles] if content else []

    def _content(self, pack: str) -> PuzzlePack | None:
        from ..story import PuzzlePack
        from .problems import error_text

        try:
            content = self.app.library.load(pack, self.screen.lang).scenario
        except GameError as error:
            self._tell("error", error_text(self.screen.lang, error))
            return None
        return content if isinstance(content, PuzzlePack) else None

    def _puzzle(self, pack: str) -> Choice | None:
        """One puzzle of a pack; the first on the list that was not played is the first choice."""
        content = self._content(pack)
        if content is None:
            return None
        played, solved = self.app.played_puzzles(pack), self.app.solved_puzzles(pack)
        fresh = sorted(content.puzzles, key=lambda one: one.id in played)
        items = [
            Item(
                one.title,
                " · ".join(
                    part
                    for part in (
                        self._say("level", marks="●" * one.difficulty + "○" * (5 - one.difficulty)),
                        self._say("minutes", n=one.minutes) if one.minutes else "",
                        self._say("solved") if one.id in solved else "",
                    )
                    if part
                ),
                "",
                lambda one=one: Choice(pack, one.id),  # type: ignore[misc]
                "which_puzzle",
            )
            for one in fresh
        ]
        return self._among(items)

    def _among(self, items: Sequence[Item]) -> Choice | None:
        self._draw(items)
        line = self._ask(self._say("hint_short"))
        place = _number(line or "1") if line is not None else 0
        return items[place - 1].pick() if 1 <= place <= len(items) else None

    # --- drawing -----------------------------------------------------------------------------

    def _draw(self, items: Sequence[Item]) -> None:
        screen = self.screen
        if self._lines:
            rows = [(str(number), item.title) for number, item in enumerate(items, 1)]
            self._lines.table("menu", self._say("prompt"), rows)
            return
        section = ""
        screen.blank()
        if not items or items[0].section != "which_puzzle":
            screen.out(f"  {text(screen.lang, 'app.title')}", "bold")
            screen.out(f"  {text(screen.lang, 'app.tagline')}", "bright_black")
        if not items:
            screen.warn(self._say("empty"))
        for number, item in enumerate(items, 1):
            if item.section != section:
                section = item.section
                screen.blank()
                screen.out(f"  {self._say(section)}", "cyan")
            self._line(number, item)
        screen.blank()

    def _line(self, number: int, item: Item) -> None:
        screen = self.screen
        screen.out("  " + pad(str(number), 2, right=True) + "  ", "bold cyan", end="")
        screen.out(fit(item.title, screen.width - 8), "bold", end="")
        room = screen.width - 8 - cell_len(item.title)
        screen.out(
            f"  {fit(item.beside, room)}" if item.beside and room > 8 else "", "bright_black"
        )
        if item.below:
            screen.paragraph(fit(item.below, 2 * (screen.width - 8)), "dim", 6)


def _number(line: str) -> int:
    """A number as typed on any keyboard; 0 for anything else."""
    plain = line.strip().rstrip(".。、)）")
    return int(plain) if plain.isdecimal() and len(plain) < 4 else 0


def when(milliseconds: int, lang: str) -> str:
    """A time as one would say it: today, yesterday, or the date."""
    moment = datetime.fromtimestamp(milliseconds / 1000)
    clock = moment.strftime("%H:%M")
    days = (date.today() - moment.date()).days
    if days in (0, 1):
        return text(lang, "saves.today" if days == 0 else "saves.yesterday", time=clock)
    return moment.strftime("%Y-%m-%d %H:%M")
