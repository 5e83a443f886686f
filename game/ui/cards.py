"""Cards in words: what the terminal and the page say and do about files of other programs.

`take_in` takes a handful of files at once, so that a picture or lorebook finds the character it
came with; nothing in it raises for a bad file: each file gets its own result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from ..app import OWNER, App
from ..authoring.cards import library as shelf
from ..authoring.cards.faults import CardError, Repair
from ..authoring.cards.library import Words
from ..authoring.cards.puzzles import keep_puzzles
from ..authoring.cards.read import Found, read
from ..authoring.cards.write import FORMS, write
from ..errors import GameError
from ..loader import LANGUAGES, TALK
from .locale import text
from .problems import error_text
from .web.art import Gallery

ASIDES = ("a", "b", "c", "d")
_PUZZLE = (
    "pack", "about", "name", "title", "question", "yes", "no", "irrelevant", "unclear", "found",
)  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """What can be played now: a card, puzzles, a character who knows a book, or a chat."""

    kind: str
    id: str  # talk:ID, a scenario's id, or save:ID
    name: str
    turns: int = 0


@dataclass
class Result:
    """What became of one file: what arrived with it, what was mended, or why it was refused.

    `lines` tells all of it; `code` is the refusal's.
    """

    file: str
    arrivals: list[Arrival] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    failed: bool = False
    code: str = ""

    @property
    def ids(self) -> list[str]:
        """What can be played now."""
        return [one.id for one in self.arrivals]


def words(language: str) -> Words:
    """What imported content needs of the interface's words."""
    return Words(
        tuple(text(language, f"cards.asides.{one}", name="{name}") for one in ASIDES),
        {one: text(language, f"cards.puzzle.{one}", n="{n}") for one in _PUZZLE},
    )


def take_in(
    app: App,
    files: Sequence[tuple[str, bytes]],
    say: str,
    language: str = "",
    into: str = "",
    root: Path | None = None,
    owner: str = OWNER,
) -> list[Result]:
    """Imports files (name, bytes) into a player's own folder, and chats into `owner`'s saves.

    `say` is the language of the report, `language` that of the content where it shouldn't be
    guessed, `into` a lorebook's character.
    """
    job = _Job(app, root or app.own, say, language, into, owner)
    return job.run(files)


@dataclass
class _Job:
    app: App
    root: Path
    say: str
    language: str
    into: str
    owner: str

    def run(self, files: Sequence[tuple[str, bytes]]) -> list[Result]:
        results = [Result(name) for name, _ in files]
        found: list[Found | None] = []
        for result, (name, raw) in zip(results, files, strict=True):
            try:
                found.append(read(name, raw))
            except (CardError, OSError) as error:
                found.append(None)
                self._failed(result, error)
        used = _with_pictures(results, found)
        for kind in ("cards", "puzzles", "book", "chat", "picture"):  # lore needs its character
            for result, one in zip(results, found, strict=True):
                if one is not None and getattr(one, kind) and id(one) not in used:
                    self._keep(result, one, kind)
        return results

    def _keep(self, result: Result, found: Found, kind: str) -> None:
        try:
            getattr(self, f"_{kind}")(result, found)
            result.mended = [repair_text(self.say, one) for one in found.repairs]
            result.lines += result.mended
        except (GameError, OSError) as error:
            self._failed(result, error)

    def _failed(self, result: Result, error: Exception) -> None:
        result.failed = True
        result.code = error.code if isinstance(error, CardError) else ""
        result.lines.append(refusal(self.say, error))

    def _cards(self, result: Result, found: Found) -> None:
        for card in found.cards:
            language = self.language or shelf.language_of(card)
            kept = shelf.keep_card(card, self.root, words(language), language, found.repairs)
            self._done(result, Arrival("card", TALK + kept.id, kept.name), kept)
            if not self.into and len(found.cards) == 1:
                self.into = kept.id

    def _puzzles(self, result: Result, found: Found) -> None:
        every = {one: words(one) for one in LANGUAGES}
        kept = keep_puzzles(found.puzzles, self.root, every, self.language, found.repairs)
        self._done(result, Arrival("puzzles", kept.id, kept.name), kept)

    def _book(self, result: Result, found: Found) -> None:
        if not self.into:
            raise CardError("book_alone")
        kept = shelf.keep_book(found.book or {}, self.root, self.into, self.language)
        found.repairs.extend(one for one in kept.repairs if one not in found.repairs)
        self._done(result, Arrival("book", TALK + kept.id, kept.name), kept)

    def _chat(self, result: Result, found: Found) -> None:
        from ..authoring.cards.replay import character_for, keep_chat

        assert found.chat
        tried = (self.language,) if self.language else (self.say, *LANGUAGES)
        for language in dict.fromkeys(tried):
            try:
                who = self.into or character_for(self.app, found.chat, language)
                session = keep_chat(self.app, found.chat, who, language, found.repairs, self.owner)
            except GameError:
                if language == tuple(dict.fromkeys(tried))[-1]:
                    raise
                continue
            name, turns = session.story.cast[who].name, len(session.turn_starts())
            result.arrivals.append(Arrival("chat", f"save:{session.save_id}", name, turns))
            result.lines.append(text(self.say, "cards.done.chat", name=name, n=turns))
            return

    def _picture(self, result: Result, found: Found) -> None:
        raise CardError("picture_alone")

    def _done(self, result: Result, arrival: Arrival, kept: shelf.Kept) -> None:
        data = {"name": kept.name, "id": kept.id, "path": kept.path}
        result.arrivals.append(arrival)
        result.lines.append(text(self.say, f"cards.done.{arrival.kind}", **data))


def _with_pictures(results: Sequence[Result], found: Sequence[Found | None]) -> set[int]:
    """Gives pictures to the cards of the same file name; which pictures those were."""
    pictures = {
        PurePath(result.file).stem: one
        for result, one in zip(results, found, strict=True)
        if one is not None and one.picture
    }
    used: set[int] = set()
    for result, one in zip(results, found, strict=True):
        picture = pictures.get(PurePath(result.file).stem)
        if one is not None and picture and len(one.cards) == 1 and not one.cards[0].picture:
            one.cards = [replace(one.cards[0], picture=picture.picture)]
            used.add(id(picture))
    return used


def repair_text(say: str, repair: Repair) -> str:
    """A repair as a sentence."""
    return text(say, f"cards.repairs.{repair.code}", **repair.data)


def refusal(say: str, error: Exception) -> str:
    """Why a file was not taken in."""
    if isinstance(error, CardError):
        return text(say, f"cards.refused.{error.code}", **error.data)
    if isinstance(error, OSError):
        return text(say, "cards.refused.unwritable", reason=error.strerror or type(error).__name__)
    return error_text(say, error)


# --- out -----------------------------------------------------------------------------------------


def give_out(app: App, character: str, language: str, form: str) -> tuple[str, bytes, list[str]]:
    """A character as a card: a file's name, its bytes, and the fields the form has no place for.

    Raises ContentError where there is no such character, KeyError for a form not in FORMS.
    """
    from ..authoring.cards.write import left_out

    card = shelf.card_of(app.library, character, language, words(language))
    picture = portrait_of(app, character, language)
    name = f"{character}.{language}{FORMS[form][1]}"
    return name, write(card, form, picture), left_out(card, form)


def portrait_of(app: App, character: str, language: str) -> bytes | None:
    """The portrait of a character as it lies in an art folder (SVG or a picture), or None."""
    portrait = app.library.free_talk(character, language).cast[character].portrait
    gallery = Gallery(app.library.roots)
    found: Iterable[Path | None] = (
        gallery.find(one) for one in (portrait.calm, portrait.warm, portrait.cold) if one
    )
    path = next((one for one in found if one), None)
    return path.read_bytes() if path else None
