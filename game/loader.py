"""Finds and reads authors' files: YAML in, a Story that is ready to play out.

A library is one or more folders holding `scenarios/` and `characters/`, one file per language
(`name.zh.yaml`, `name.en.yaml`; `name.yaml` serves any). The menu reads only heads. Whatever is
wrong with a story is raised at once, as one ContentError with a Diagnostic for each fault.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import yamlfile
from .errors import ContentError, Diagnostic

if TYPE_CHECKING:  # pydantic takes a tenth of a second, and the menu does without
    from .story import Character, Persona, Story

LANGUAGES = ("zh", "en")
TALK = "talk:"
ROOT = Path(__file__).resolve().parent.parent


def own_folder() -> Path:
    """Where a player's imported characters and puzzles lie: a library like any other."""
    from platformdirs import user_data_path

    return user_data_path("characterglm-story", appauthor=False) / "library"


@dataclass(frozen=True)
class Head:
    """What a menu shows of a scenario or character without loading it."""

    id: str
    language: str
    file: Path
    fields: Mapping[str, str]

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.fields.get(name, "")


class Library:
    """The stories and characters found in a list of folders; the first folder wins."""

    def __init__(self, roots: Sequence[Path] = (ROOT,)) -> None:
        self.roots = tuple(roots)

    def heads(self, language: str) -> list[Head]:
        """The scenarios in a language, in the order of their file names; broken ones are left out
        here, and say what is wrong when they are chosen."""
        return list(self._heads("scenarios", language))

    def characters(self, language: str) -> list[Head]:
        """The characters one can talk to in a language."""
        return list(self._heads("characters", language))

    def languages(self, scenario: str) -> tuple[str, ...]:
        """The languages a scenario exists in."""
        folder, name = _place(scenario)
        return tuple(one for one in LANGUAGES if self.find(folder, name, one))

    def find(self, folder: str, name: str, language: str) -> Path | None:
        """The file of a scenario or character, or None."""
        if not name.isidentifier():  # a name from outside never becomes a path
            return None
        for root in self.roots:
            # A lone file beside its characters is a library too: see `located`. (os.path, because
            # Path.is_dir raises where a folder may not be entered: no fault of the other roots.)
            shelves = os.path.isdir(root / folder)
            places = [root / folder] if shelves else [root / folder, root]
            for place in places:
                for file in (f"{name}.{language}.yaml", f"{name}.yaml"):
                    if os.path.isfile(place / file):
                        return place / file
        return None

    def load(self, scenario: str, language: str, puzzle: str = "") -> Story:
        """A story that is ready to play; `puzzle` picks one of a pack.

        Raises ContentError with every fault found in the scenario and its characters.
        """
        return load_sources(self.sources(scenario, language), scenario, language, puzzle)

    def free_talk(self, character: str, language: str, persona: Persona | None = None) -> Story:
        """The built-in scenario without beats: a talk with one character."""
        sources = self.sources(TALK + character, language)
        return load_sources(sources, TALK + character, language, persona=persona)

    def sources(self, scenario: str, language: str) -> dict[str, str]:
        """The texts of every file a story needs, by their short names."""
        folder, name = _place(scenario)
        files = {f"{folder}/{name}": self._text(folder, name, language)}
        if folder == "scenarios":
            document = yamlfile.read(files[f"scenarios/{name}"], f"scenarios/{name}")
            for member in _cast_of(document.data):
                if path := self.find("characters", member, language):
                    files[f"characters/{member}"] = self.read(path)
        return files

    def read(self, path: Path) -> str:
        """What a file of this library says; raises ContentError where it can't be read."""
        return text_of(path)

    def _text(self, folder: str, name: str, language: str) -> str:
        path = self.find(folder, name, language)
        if path is None:
            missing = f"{folder}/{name}.{language}.yaml"
            raise ContentError([Diagnostic("file_missing", missing, data={"file": missing})])
        return self.read(path)

    def _heads(self, folder: str, language: str) -> Iterator[Head]:
        seen: set[str] = set()
        for root in self.roots:
            for path in _files(root / folder):
                name, _, suffix = path.stem.partition(".")
                if suffix not in ("", language) or name in seen:
                    continue
                try:
                    fields = yamlfile.read_head(text_of(path), path.name)
                except ContentError:
                    fields = {"title": name, "name": name, "broken": "yes"}
                seen.add(name)
                yield Head(name, language, path, fields)


def load_sources(
    sources: Mapping[str, str],
    scenario: str,
    language: str,
    puzzle: str = "",
    persona: Persona | None = None,
) -> Story:
    """A story from the texts of its files: fresh ones, or those a save has kept."""
    from . import checks
    from .story import PuzzlePack, Story

    reader = _Reader(language)
    folder, name = _place(scenario)
    if f"{folder}/{name}" not in sources:  # what a save kept need not be what it says
        missing = f"{folder}/{name}.{language}.yaml"
        raise ContentError([Diagnostic("file_missing", missing, data={"file": missing})])
    cast = reader.cast(sources)
    if folder == "scenarios":
        content = reader.scenario(sources[f"scenarios/{name}"], f"scenarios/{name}")
    else:
        content = _talk(name, cast.get(name), persona)
    if not reader.problems and content is not None:
        reader.problems += checks.check(content, cast, reader.documents)
    if reader.problems or content is None:
        raise ContentError(_named(reader.problems, language))
    chosen = None
    if isinstance(content, PuzzlePack):
        chosen = next((one for one in content.puzzles if one.id == puzzle), content.puzzles[0])
    return Story(scenario, language, content, cast, digest_of(sources), chosen, dict(sources))


def located(given: str) -> tuple[Path | None, str]:
    """What was given on a command line as a library's folder and an id: a file, or an id alone.

    A file in scenarios/ or characters/ belongs to the library around that folder; one that lies
    anywhere else brings its own folder, in which Library also looks for files without these.
    """
    path = Path(given)
    if path.suffix != ".yaml":
        return None, given
    folder = path.resolve().parent
    name = path.name.partition(".")[0]
    if folder.name in ("scenarios", "characters"):
        return folder.parent, TALK + name if folder.name == "characters" else name
    return folder, name


def digest_of(sources: Mapping[str, str]) -> str:
    """The name of a story's content: the same texts always give the same one."""
    packed = json.dumps(dict(sources), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(packed.encode()).hexdigest()[:32]


class _Reader:
    """Turns texts into story types, collecting what is wrong in all of them."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.problems: list[Diagnostic] = []
        self.documents: dict[str, yamlfile.Document] = {}

    def scenario(self, text: str, name: str) -> Any:
        from .story import PuzzlePack, Scenario

        data = self._document(text, name)
        if data is None:
            return None
        kind = data.get("kind", "story")
        return self._validated(PuzzlePack if kind == "puzzles" else Scenario, data, name)

    def cast(self, sources: Mapping[str, str]) -> dict[str, Character]:
        from .story import Character

        found: dict[str, Character] = {}
        for name, text in sources.items():
            if name.startswith("characters/"):
                data = self._document(text, name)
                character = data and self._validated(Character, data, name)
                if character:
                    found[name.removeprefix("characters/")] = character
        return found

    def _document(self, text: str, name: str) -> dict[str, Any] | None:
        try:
            self.documents[name] = yamlfile.read(text, name)
        except ContentError as error:
            self.problems += error.diagnostics
            return None
        data: dict[str, Any] = self.documents[name].data
        return data

    def _validated(self, kind: Any, data: dict[str, Any], name: str) -> Any:
        from pydantic import ValidationError

        from .checks import explain

        try:
            return kind.model_validate(data)
        except ValidationError as error:
            self.problems += [explain(one, self.documents[name]) for one in error.errors()]
            return None


def _place(scenario: str) -> tuple[str, str]:
    if scenario.startswith(TALK):
        return "characters", scenario.removeprefix(TALK)
    return "scenarios", scenario


def _talk(name: str, character: Character | None, persona: Persona | None) -> Any:
    from .story import Persona, Presence, Scenario, Scene

    if character is None:
        return None
    scene = Scene(present=(Presence(who=name),))
    player = persona or Persona(name="…")
    return Scenario(
        title=character.name, player=player, cast=(name,), start="talk", scenes={"talk": scene}
    )


def _cast_of(data: Mapping[str, Any]) -> list[str]:
    named = data.get("cast", data.get("host", []))
    members = named if isinstance(named, list) else [named]
    return [one for one in members if isinstance(one, str) and one.isidentifier()]


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.yaml"))
    except OSError:  # it may not be looked into
        return []


def text_of(path: Path) -> str:
    """What an author's file says; raises ContentError where it can't be read as text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ContentError([Diagnostic("bad_text", path.name, line)]) from None
    except OSError as error:
        found = Diagnostic("file_unreadable", path.name, data={"reason": error.strerror or ""})
        raise ContentError([found]) from None


def _named(problems: Sequence[Diagnostic], language: str) -> list[Diagnostic]:
    """The short names that sources go by, as the file names an author knows."""
    return [
        Diagnostic(
            one.code,
            one.file if one.file.endswith(".yaml") else f"{one.file}.{language}.yaml",
            one.line,
            one.column,
            one.severity,
            one.data,
        )
        for one in problems
    ]
