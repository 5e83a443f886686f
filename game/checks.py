"""What must hold for a story to be playable, beyond the shape of its fields.

Every name refers to something, every template and expression parses and knows its names, every id
is there once. `explain` puts the schema's own complaints into the same Diagnostics.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from . import dice, templates
from .errors import Diagnostic
from .marks import strings as strings
from .story import Character, ExprMark, PuzzlePack, Scenario, Variable
from .values import MAX_NUMBER
from .yamlfile import Document, Path

# The names every template can read beside the story's own state, with a value of their type.
CONTEXT: Mapping[str, Any] = {
    "player": {"name": "…", "info": ""},
    "turns": 0,
    "turns_in_scene": 0,
    "scene": "",
    "happened": (),
    "goals": (),
    "visited": (),
    "found": (),
    "language": "",
}
WORDS = frozenset({"true", "false", "none", "and", "or", "not", "in", "is", "if", "else", "loop"})
RESERVED = frozenset(CONTEXT) | WORDS

# pydantic's kinds of error → our codes; whatever is missing here is a bad_value with its message.
_CODES = {
    "missing": "missing_key",
    "extra_forbidden": "unknown_key",
    "int_parsing": "wrong_type",
    "int_type": "wrong_type",
    "bool_parsing": "wrong_type",
    "string_type": "wrong_type",
    "tuple_type": "wrong_type",
    "mapping_type": "wrong_type",
    "dict_type": "wrong_type",
    "model_type": "wrong_type",
    "model_attributes_type": "wrong_type",
    "string_pattern_mismatch": "bad_id",
    "string_too_long": "too_long",
    "string_too_short": "too_few",
    "too_short": "too_few",
}


def explain(error: Mapping[str, Any], document: Document) -> Diagnostic:
    """One of pydantic's complaints as a Diagnostic at the line it is about."""
    path: Path = tuple(error["loc"])
    kind = error["type"]
    code = _CODES.get(kind, "bad_value")
    limits = error.get("ctx", {})
    data = {
        "key": str(path[-1]) if path else "",
        "value": _short(error.get("input")),
        "expected": str(limits.get("expected", kind.partition("_")[0])),
        "reason": error["msg"],
        "most": limits.get("max_length", 0),
        "least": limits.get("min_length", 1),
    }
    return document.problem(code, path, **data)


def check(
    content: Scenario | PuzzlePack,
    cast: Mapping[str, Character],
    documents: Mapping[str, Document],
) -> list[Diagnostic]:
    """Every fault of a scenario and its characters that would spoil a game."""
    main = next((one for name, one in documents.items() if name.startswith("scenarios/")), None)
    problems: list[Diagnostic] = []
    brought: dict[str, Variable] = {}
    for name, character in cast.items():
        brought.update(character.state)
        problems += _character(character, documents[f"characters/{name}"])
    if main and isinstance(content, PuzzlePack):
        problems += _pack(content, cast, main)
    elif main and isinstance(content, Scenario):
        problems += _scenario(content, cast, {**brought, **content.state}, main)
    return problems


# --- each kind of file ---------------------------------------------------------------------------


def _character(character: Character, document: Document) -> Iterator[Diagnostic]:
    yield from _reserved(character.state, ("state",), document)
    yield from _variables(character.state, ("state",), document)
    yield from _templates(character, character.state, document)
    topics = [topic.id for topic in character.small_talk]
    yield from _unique(topics, ("small_talk",), document)
    for index, topic in enumerate(character.small_talk):
        if topic.after and topic.after not in topics:
            path = ("small_talk", index, "after")
            yield _unknown("unknown_topic", topic.after, topics, path, document)


def _pack(
    pack: PuzzlePack, cast: Mapping[str, Character], document: Document
) -> Iterator[Diagnostic]:
    if pack.host not in cast:
        yield _unknown("unknown_character", pack.host, cast, ("host",), document)
    yield from _templates(pack, {}, document)
    yield from _unique([one.id for one in pack.puzzles], ("puzzles",), document)
    for number, puzzle in enumerate(pack.puzzles):
        path: Path = ("puzzles", number)
        facts = [fact.id for fact in puzzle.facts]
        yield from _unique(facts, (*path, "facts"), document)
        yield from _unique([one.id for one in puzzle.answers], (*path, "answers"), document)
        if not any(fact.essential for fact in puzzle.facts):
            yield document.problem("no_essential_fact", (*path, "facts"))
        for index, question in enumerate(puzzle.answers):
            if question.finds and question.finds not in facts:
                where = (*path, "answers", index, "finds")
                yield _unknown("unknown_fact", question.finds, facts, where, document)


def _scenario(
    scenario: Scenario,
    cast: Mapping[str, Character],
    variables: Mapping[str, Variable],
    document: Document,
) -> Iterator[Diagnostic]:
    yield from _reserved(scenario.state, ("state",), document)
    yield from _variables(scenario.state, ("state",), document)
    yield from _templates(scenario, variables, document)
    for index, who in enumerate(scenario.cast):
        if who not in cast:
            yield _unknown("unknown_character", who, cast, ("cast", index), document)
    if scenario.start not in scenario.scenes:
        yield _unknown("unknown_scene", scenario.start, scenario.scenes, ("start",), document)
    yield from _unique([goal.id for goal in scenario.goals], ("goals",), document)
    yield from _unique([ending.id for ending in scenario.endings], ("endings",), document)
    timeouts = [one for one in scenario.endings if one.kind == "timeout"]
    if scenario.turn_limit and not timeouts:
        yield document.problem("no_timeout_ending", ("turn_limit",))
    seen: set[str] = set()
    for name, scene in scenario.scenes.items():
        for index, beat in enumerate(scene.beats):
            if beat.id in seen:
                where = ("scenes", name, "beats", index, "id")
                yield document.problem("duplicate_id", where, id=beat.id)
            seen.add(beat.id)
    for path, key, value in _references(scenario):
        known: Iterable[str] = {
            "unknown_scene": scenario.scenes,
            "unknown_character": scenario.cast,
            "unknown_variable": variables,
        }[key]
        if value and value not in known:
            yield _unknown(key, value, known, path, document)


def _references(scenario: Scenario) -> Iterator[tuple[Path, str, str]]:
    """Every place where a scene, character or variable is named: path, code if unknown, name."""
    for name, scene in scenario.scenes.items():
        here: Path = ("scenes", name)
        for index, presence in enumerate(scene.present):
            yield (*here, "present", index), "unknown_character", presence.who
        for who in scene.greetings:
            yield (*here, "greetings", who), "unknown_character", who
        for index, beat in enumerate(scene.beats):
            path = (*here, "beats", index)
            yield (*path, "who"), "unknown_character", beat.who or ""
            yield from _outcome(path, beat)
            if beat.roll:
                yield from _outcome((*path, "roll", "success"), beat.roll.success)
                yield from _outcome((*path, "roll", "failure"), beat.roll.failure)


def _outcome(path: Path, block: Any) -> Iterator[tuple[Path, str, str]]:
    yield (*path, "go"), "unknown_scene", block.go or ""
    for variable in block.effects:
        yield (*path, "effects", variable), "unknown_variable", variable
    for index, variant in enumerate(block.says):
        for number, line in enumerate(variant.lines):
            yield (*path, "says", index, "lines", number, "who"), "unknown_character", line.who


# --- names, templates and ids --------------------------------------------------------------------


def _reserved(state: Mapping[str, Any], path: Path, document: Document) -> Iterator[Diagnostic]:
    for name in state:
        if name in RESERVED:
            yield document.problem("reserved_name", (*path, name), name=name)


def _variables(
    state: Mapping[str, Variable], path: Path, document: Document
) -> Iterator[Diagnostic]:
    for name, one in state.items():
        low, high = one.min, one.max
        start = one.initial
        if low is not None and high is not None and low > high:
            yield document.problem("bad_value", (*path, name, "min"), key="min", value=low,
                                   expected=f"<= {high}", reason="min > max")  # fmt: skip
        elif one.type == "int" and not -MAX_NUMBER < int(start) < MAX_NUMBER:
            key, value = "min" if one.start is None else "start", _short(str(start))
            yield document.problem("bad_value", (*path, name, key), key=key, value=value,
                                   expected=f"< {MAX_NUMBER}", reason="start")  # fmt: skip
        elif one.type == "int" and one.clamped(int(start)) != start:
            yield document.problem("bad_value", (*path, name, "start"), key="start", value=start,
                                   expected=f"{low}..{high}", reason="start")  # fmt: skip


def _unique(ids: Iterable[str], path: Path, document: Document) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for index, one in enumerate(ids):
        if one in seen:
            yield document.problem("duplicate_id", (*path, index, "id"), id=one)
        seen.add(one)


def _unknown(
    code: str, name: str, known: Iterable[str], path: Path, document: Document
) -> Diagnostic:
    near = difflib.get_close_matches(name, list(known), 1)
    return document.problem(code, path, name=name, near=near[0] if near else "")


def _templates(
    model: BaseModel, variables: Mapping[str, Variable], document: Document
) -> Iterator[Diagnostic]:
    """Tries every template and expression once, on the state a new game begins with."""
    names = {**CONTEXT, **{name: one.initial for name, one in variables.items()}}
    for path, mark, source in (*strings(model), *_bonuses(model)):
        try:
            if mark is ExprMark:
                used = templates.expression_names(source)
            else:
                used = templates.template_names(source) if "{" in source else frozenset()
            for name in sorted(used - names.keys()):
                yield _unknown("undefined_name", name, names, path, document)
            if not used - names.keys():
                _try(source, mark, names, _counts(path, variables))
        except templates.TemplateFault as fault:
            found = document.problem(fault.code, path, **fault.data)
            below = fault.line - 1 + (path in document.blocks)
            yield Diagnostic(
                found.code, found.file, found.line + below, found.column, data=found.data
            )


def _try(source: str, mark: type, names: Mapping[str, Any], counts: bool) -> None:
    if mark is not ExprMark:
        templates.render(source, names)
        return
    value = templates.evaluate(source, names)
    if counts and not isinstance(value, (int, float)):
        reason = f"{value!r:.40} is not a number"
        raise templates.TemplateFault("template_runtime", reason=reason)


def _counts(path: Path, variables: Mapping[str, Variable]) -> bool:
    """Whether an expression must come to a number: for dice, or for a variable that is one."""
    if path[-2:] in (("roll", "dice"), ("roll", "target")):
        return True
    changed = variables.get(str(path[-1])) if "effects" in path[-2:-1] else None
    return changed is not None and changed.type == "int"


def _bonuses(model: BaseModel) -> Iterator[tuple[Path, type, str]]:
    """What is added to dice: expressions within a text of another form."""
    for name, scene in getattr(model, "scenes", {}).items():
        for index, beat in enumerate(scene.beats):
            if beat.roll and (bonus := dice.parse(beat.roll.dice).bonus):
                yield ("scenes", name, "beats", index, "roll", "dice"), ExprMark, bonus


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else type(value).__name__
    return text if len(text) <= 40 else text[:39] + "…"
