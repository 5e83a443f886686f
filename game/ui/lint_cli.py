"""`python -m game lint`: what lint finds, as text with the line itself, or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.cells import cell_len, set_cell_size

from ..errors import ContentError, Diagnostic
from ..loader import LANGUAGES, ROOT, TALK, Library, located
from ..options import system_language
from .locale import text
from .problems import diagnostic_message, error_text

WIDTH = 92  # cells of a line that are shown


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
    if args.paths and not subjects:
        missing = ContentError([Diagnostic("file_missing", one, data={"file": one})
                                for one in args.paths])  # fmt: skip
        print(error_text(language, missing), file=sys.stderr)
        return 2
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
        root, _ = located(one)
        if root:
            yield root


def _subjects(library: Library, paths: list[str]) -> Iterator[tuple[str, str]]:
    """What to lint, as (scenario or talk:character, language)."""
    for language in LANGUAGES:
        stories = [head.id for head in library.heads(language)]
        people = [TALK + head.id for head in library.characters(language)]
        for name in (*stories, *people):
            if not paths or any(_meant(one, name, language) for one in paths):
                yield name, language


def _meant(given: str, name: str, language: str) -> bool:
    """Whether a path or id on the command line means this story in this language."""
    suffix = Path(given).stem.partition(".")[2] if given.endswith(".yaml") else ""
    return located(given)[1] == name and suffix in ("", language)


def _root(library: Library, found: Diagnostic) -> Path | None:
    folder, _, file = found.file.partition("/")
    name, _, rest = file.partition(".")
    return library.find(folder, name, rest.partition(".")[0])


def _shown(language: str, found: Diagnostic, path: Path | None) -> str:
    """The finding and, below it, the line it is about with a mark at its column."""
    message = diagnostic_message(language, found)
    head = f"{found.file}:{found.line}:{found.column}: [{found.code}] {message}"
    try:
        line = path.read_text(encoding="utf-8-sig").splitlines()[found.line - 1] if path else ""
    except (OSError, ValueError, IndexError):
        line = ""
    if not line.strip():
        return head
    column = max(0, min(found.column - 1, len(line)))
    start = min(len(line) - len(line.lstrip()), column)
    start = max(start, column - WIDTH // 2)  # a long line is cut so that its mark is seen
    blanks = " " * cell_len(line[start:column])
    return f"{head}\n    {fit_plain(line[start:])}\n    {blanks}^"


def fit_plain(line: str) -> str:
    """A line cut to what is shown of it, blanks and all."""
    kept = set_cell_size(line, WIDTH).rstrip()
    return kept + "…" if len(kept) < len(line.rstrip()) else kept


def _json(language: str, found: Diagnostic) -> str:
    return json.dumps(
        {
            "code": found.code,
            "severity": found.severity,
            "file": found.file,
            "line": found.line,
            "column": found.column,
            "message": diagnostic_message(language, found),
        },
        ensure_ascii=False,
    )
