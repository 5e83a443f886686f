"""Lint: what an author should know about a story before a player finds out.

`check` runs every rule over one scenario or character; each rule is a function with a code, and
has a page with a bad and a good example under docs/lint/.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import ContentError, Diagnostic
from ...loader import Library
from . import conditions, people, puzzles, structure, text, twins, wording
from .subject import Rule, Subject, subject_of

RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *conditions.RULES,
    *wording.RULES,
    *text.RULES,
    *people.RULES,
    *puzzles.RULES,
    *twins.RULES,
)


def check(library: Library, scenario: str, language: str) -> list[Diagnostic]:
    """Everything the rules find in a scenario (or `talk:<character>`), in the order of its lines.

    A story that doesn't load is reported with what keeps it from loading, and nothing else.
    """
    try:
        subject = subject_of(library, scenario, language)
    except ContentError as error:
        return list(error.diagnostics)
    found = [one for rule in RULES for one in rule.run(subject)]
    return sorted(set_of(found), key=lambda one: (one.file, one.line, one.column, one.code))


def set_of(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Each finding once: two rules, or two languages of one file, may see the same thing."""
    seen: dict[tuple[object, ...], Diagnostic] = {}
    for one in found:
        seen.setdefault((one.code, one.file, one.line, one.column, str(one.data)), one)
    return list(seen.values())


__all__ = ["RULES", "Rule", "Subject", "check"]
