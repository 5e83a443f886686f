"""`python -m game lint`: what lint finds, as text with the line itself, or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from ..app import system_language
from ..errors import ContentError, Diagnostic
from ..loader import LANGUAGES, ROOT, TALK, Library
from .locale import text
from .problems import diagnostic_line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or ids; else all")
    parser.add_argument("--content", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--lang", choices=LANGUAGES, default=None, help="language of the report")
    parser.add_argument("--json", action="store_true", help="one JSON a finding and line")
    parser.add_argument("--strict", action="store_true", help="warnings fail, too")


def run(args: argparse.Namespace) -> int:
    from ..authoring.lint import check

    language = args.lang or system_language()
    roots = [*args.content, *_roots(args.paths), ROOT]
    library = Library(list(dict.fromkeys(roots)))
    subjects = list(_subjects(library, args.paths))
    found = [(one, _root(library, one)) for pair in subjects for one in check(library, *pair)]
    for one, root in found:
        print(_json(language, one) if args.json else _shown(language, one, root))
    errors = sum(one.severity == "error" for one, _ in found)
    warnings = len(found) - errors
    if not args.json:
        counts = {"files": len(subjects), "errors": errors, "warnings": warnings}
        print(text(language, "lint.summary", **counts), file=sys.stderr)
    return 1 if errors or (args.strict and warnings) else 0


def _roots(paths: list[str]) -> Iterator[Path]:
    """The libraries that given files lie in."""
    for one in paths:
        path = Path(one)
        if path.suffix == ".yaml" and path.parent.name in ("scenarios", "characters"):
            yield path.resolve().parent.parent


def _subjects(library: Library, paths: list[str]) -> Iterator[tuple[str, str]]:
    """What to lint, as (scenario or talk:character, language)."""
    for language in LANGUAGES:
        stories = [head.id for head in library.heads(language)]
        people = [TALK + head.id for head in library.characters(language)]
        for name in (*stories, *people):
            if not paths or any(_meant(one, name, language) for one in paths):
                yield name, language


def _meant(given: str, name: str, language: str) -> bool:
    path = Path(given)
    if path.suffix != ".yaml":
        return given == name
    folder = "characters" if name.startswith(TALK) else "scenarios"
    own, _, suffix = path.stem.partition(".")
    same = own == name.removeprefix(TALK) and path.parent.name == folder
    return same and suffix in ("", language)


def _root(library: Library, found: Diagnostic) -> Path | None:
    folder, _, file = found.file.partition("/")
    name, _, rest = file.partition(".")
    return library.find(folder, name, rest.partition(".")[0])


def _shown(language: str, found: Diagnostic, path: Path | None) -> str:
    """The finding and, below it, the line it is about with a mark at the column."""
    head = f"[{found.code}] {diagnostic_line(language, found)}"
    try:
        line = path.read_text(encoding="utf-8").splitlines()[found.line - 1] if path else ""
    except (OSError, ValueError, IndexError, ContentError):
        line = ""
    if not line.strip():
        return head
    cut = line.strip()[:76]
    return f"{head}\n    {cut}"


def _json(language: str, found: Diagnostic) -> str:
    return json.dumps(
        {
            "code": found.code,
            "severity": found.severity,
            "file": found.file,
            "line": found.line,
            "column": found.column,
            "message": diagnostic_line(language, found),
        },
        ensure_ascii=False,
    )
