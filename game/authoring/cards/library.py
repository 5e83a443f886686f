"""The player's own content: what was imported, as files the game plays at once.

Below one folder: `characters/` and `scenarios/` as authors write them, `art/` for portraits, and
`cards/` with each card whole, as a CHARX. Names of files are made here and never taken from
content. A file is written beside its place first, so that a crash leaves the old one or the new.
"""

from __future__ import annotations

import os
import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from ... import yamlfile
from ...errors import ContentError
from ...loader import LANGUAGES, TALK, Library, load_sources
from ...story import Character
from . import charx, ours, pictures, theirs
from .card import Card, Data, own
from .faults import CardError, Repairs
from .macros import escaped

CARDS, ART, CHARACTERS, SCENARIOS = "cards", "art", "characters", "scenarios"
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Words:
    """What the interface lends to imported content, in its language."""

    asides: tuple[str, ...]  # what a character does who has nothing to say
    puzzle: Mapping[str, str]  # title, pack, name, question: see `puzzles`


@dataclass(frozen=True)
class Kept:
    """What was written: an id one can play, its name, its file, and what was mended."""

    id: str
    name: str
    language: str
    path: Path
    repairs: Repairs


def keep_card(
    card: Card, root: Path, words: Words, language: str = "", repairs: Repairs | None = None
) -> Kept:
    """Writes a card as a character that can be talked to and cast; raises CardError."""
    repairs = repairs if repairs is not None else Repairs()
    language = language or language_of(card)
    found = id_of(card.data["name"], card.digest)
    asides = _asides(words, card)
    data = _playable(card, found, language, asides, repairs)
    picture = pictures.portrait(card.picture, repairs) if card.picture else None
    if picture:
        data["portrait"] = {"calm": f"{found}.png"}
        write(root / ART / f"{found}.png", picture)
    path = root / CHARACTERS / f"{found}.{language}.yaml"
    if path.is_file():
        _keep_again(path, data, repairs)
    else:
        write(root / CARDS / f"{found}.charx", charx.write_charx(card, picture))
        write(path, as_yaml(data).encode("utf-8"))
    return Kept(found, str(data["name"]), language, path, repairs)


def _keep_again(path: Path, data: Data, repairs: Repairs) -> None:
    """The same card once more: what was written into its file since stays; a picture is added."""
    text = path.read_text(encoding="utf-8")
    try:
        document = yamlfile.read(text, path.name).data
    except ContentError:
        document = None
    fresh = yamlfile.read(as_yaml(data), path.name).data
    portrait = fresh.pop("portrait", None)
    if not isinstance(document, dict) or {**fresh, "portrait": 0} != {**document, "portrait": 0}:
        repairs.note("changed_here")
    elif portrait and "portrait" not in document:
        write(path, as_yaml(data).encode("utf-8"))


def language_of(card: Card) -> str:
    """The language of a card: what one of ours says of itself, or else by its letters."""
    said = own(card.data).get("language")
    return str(said) if said in LANGUAGES else ours.language_of(card)


def _asides(words: Words, card: Card) -> tuple[str, ...]:
    """The interface's asides with the card's name in them; the name is text, as ever."""
    name = escaped(ours.name_of(card, Repairs()))
    return tuple(one.format(name=name) for one in words.asides)


def _playable(
    card: Card, found: str, language: str, asides: Sequence[str], repairs: Repairs
) -> Data:
    """What the character's file says: whole where the card is one of ours, and sure to load."""
    plain = ours.to_character(card, asides, repairs)
    if "character" in own(card.data):
        try:
            whole = Character.model_validate(own(card.data)["character"])
            base = ours.to_character(theirs.base_of(whole, language), asides, Repairs())
            data = ours.restored(card, plain, base, repairs)
            check(data, found, language)
            return data
        except (ValueError, ContentError):
            repairs.note("own_part")
    try:
        check(plain, found, language)
    except ContentError as error:
        raise CardError("unplayable", reason=str(error)[:100]) from None
    return plain


def check(data: Data, found: str, language: str) -> None:
    """Raises ContentError unless a character's file plays."""
    load_sources({f"{CHARACTERS}/{found}": as_yaml(data)}, TALK + found, language)


def keep_book(book: Data, root: Path, into: str, language: str = "") -> Kept:
    """Adds a lorebook to a character of the player's own; its own lore stays. Raises CardError."""
    repairs = Repairs()
    tried = (language,) if language else LANGUAGES
    found = {one: Library([root]).find(CHARACTERS, into, one) for one in tried}
    language, path = next(((k, v) for k, v in found.items() if v), ("", None))
    if path is None:
        raise CardError("no_such_character", id=into[:60])
    text = path.read_text(encoding="utf-8")
    document = yamlfile.read(text, path.name).data
    came_as = card_beside(root, into)
    card = came_as or _written_here(document, language)
    before = card.data.get("character_book") or {"extensions": {}, "entries": []}
    fresh = [one for one in book["entries"] if one not in before["entries"]]
    alone = replace(card, data={**card.data, "description": "", "character_book":
                                {**book, "entries": fresh}})  # fmt: skip
    longer = _with_lore(text, document, ours.to_character(alone, (), repairs).get("lore", []))
    try:
        load_sources({f"{CHARACTERS}/{into}": longer}, TALK + into, language)
    except ContentError as error:
        raise CardError("unplayable", reason=str(error)[:100]) from None
    if came_as:
        merged = {**book, **before, "entries": [*before["entries"], *fresh]}
        whole = replace(card, data={**card.data, "character_book": merged})
        write(root / CARDS / f"{into}.charx", charx.write_charx(whole, None))
    write(path, longer.encode("utf-8"))
    return Kept(into, str(document["name"]), language, path, repairs)


def _written_here(document: Any, language: str) -> Card:
    """A character that never was a card, as one."""
    try:
        return theirs.base_of(Character.model_validate(document), language)
    except (ValueError, ContentError) as error:
        raise CardError("unplayable", reason=str(error)[:100]) from None


def _with_lore(text: str, document: Data, lore: Sequence[Data]) -> str:
    """A character's file with more lore; as its author wrote it where it has none yet."""
    if lore and "lore" not in document:
        longer = f"{text.rstrip()}\n{as_yaml({'lore': list(lore)})}"
        with suppress(ContentError):
            now = yamlfile.read(longer, "").data
            if {key: one for key, one in now.items() if key != "lore"} == document:
                return longer
    return as_yaml({**document, "lore": [*document.get("lore", []), *lore]}) if lore else text


def card_beside(root: Path, found: str) -> Card | None:
    """The card a character came as, or None."""
    path = root / CARDS / f"{found}.charx"
    if not _ID.fullmatch(found) or not path.is_file():
        return None
    with suppress(CardError, OSError):
        return charx.read_charx(path.read_bytes(), Repairs())
    return None


def card_of(library: Library, found: str, language: str, words: Words) -> Card:
    """A character of a library as a card, without its picture; raises ContentError."""
    story = library.free_talk(found, language)
    path = library.find(CHARACTERS, found, language)
    came_as = card_beside(path.parent.parent, found) if path else None
    character = story.cast[found]
    asides = _asides(words, came_as) if came_as else ()
    return theirs.to_card_of(character, language, came_as, asides)


def forget(root: Path, found: str) -> bool:
    """Deletes an imported character or pack with all that lies beside it; whether it was there."""
    if not _ID.fullmatch(found):
        return False
    texts = [f"{found}.{one}.yaml" for one in LANGUAGES] + [f"{found}.yaml"]
    places = [root / folder / name for folder in (CHARACTERS, SCENARIOS) for name in texts]
    there = [one for one in places if one.is_file()]
    beside = (root / ART / f"{found}.png", root / CARDS / f"{found}.charx",
              root / CARDS / f"{found}.json")  # fmt: skip
    for path in (*there, *beside):
        path.unlink(missing_ok=True)
    return bool(there)


# --- files ---------------------------------------------------------------------------------------


def id_of(name: str, digest: str) -> str:
    """An id made of a name's plain letters and a digest: `vesna_3f2a1c9e`, `card_77ab01cd`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    letters = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:24].strip("_")
    return f"{letters if letters[:1].isalpha() else 'card'}_{digest[:8]}"


def write(path: Path, content: bytes) -> None:
    """A file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # a power cut must not leave an empty file
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, so that an author can go on writing in the file."""


# Outside of quotes YAML reads these as line breaks, and makes others of them.
_OTHER_BREAKS = frozenset("\r\x85\u2028\u2029")


def _text(dumper: yaml.SafeDumper, text: str) -> Any:
    style = '"' if _OTHER_BREAKS.intersection(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
_Dumper.ignore_aliases = lambda self, data: True  # type: ignore[method-assign]


def as_yaml(data: Data) -> str:
    """A file of ours."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
