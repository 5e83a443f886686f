"""`python -m game judge`: measures how lines are understood, on cases from a file.

Each case is one JSON a line: {scenario, lang, line} and optionally `state` (values of variables),
`scene`, `puzzle`, `happened`, `visited` (scenes), `found` (endings met before), `turns`, `expected`
(an id of a beat, topic or question, a list of them, or null where nothing is right; left out: not
measured) and `negated` (true: the line denies something). Out comes one JSON a line: {decision,
beat, answer, candidates}, then {summary: …}.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..app import App
from ..cast import Judge, Take
from ..errors import ContentError
from ..events import AskedBack, TurnJudged
from ..loader import LANGUAGES
from ..options import Options
from ..rules import begin
from ..stage import possible
from ..state import GameState, Phase, apply
from ..story import Scenario, Story

MAX_CASES = 100_000


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--file", type=Path, required=True, metavar="CASES.jsonl")
    parser.add_argument("--judge", default="authored", help="which judge to measure")
    parser.add_argument("--content", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--summary", action="store_true", help="print the summary alone")


def run(args: argparse.Namespace) -> int:
    app = App(Options(content=tuple(args.content), models={"judge": args.judge}))
    tally = Tally()
    load = lru_cache(app.library.load)  # a file's cases share a few stories
    try:
        for case in read(args.file.read_text(encoding="utf-8")):
            outcome = measure(load, app.troupe.judge, case)
            tally.add(case, outcome)
            if not args.summary:
                print(json.dumps(outcome, ensure_ascii=False))
    except (OSError, ValueError, ContentError) as error:
        print(f"{args.file}: {error}", file=sys.stderr)
        return 2
    print(json.dumps({"summary": tally.summary()}, ensure_ascii=False))
    return 0


def read(text: str) -> Iterator[dict[str, Any]]:
    """The cases of a file; raises ValueError that names the line."""
    for number, line in enumerate(text.splitlines()[:MAX_CASES], 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        if not isinstance(case, dict) or not isinstance(case.get("line"), str):
            raise ValueError(f"line {number}: a case needs at least scenario, lang and line")
        if case.get("lang") not in LANGUAGES:
            raise ValueError(f"line {number}: lang is one of {', '.join(LANGUAGES)}")
        yield case


def measure(
    load: Callable[[str, str, str], Story], judge: Judge, case: Mapping[str, Any]
) -> dict[str, Any]:
    """What a judge makes of one case."""
    story = load(case["scenario"], case["lang"], case.get("puzzle", ""))
    state = moment(story, case)
    found = judge.judge(story, state, Take(0))
    outcome: dict[str, Any] = {"line": case["line"], "decision": "none", "beat": "", "answer": ""}
    if isinstance(found, AskedBack):
        outcome |= {"decision": "ask", "shown": [one.id for one in found.candidates]}
    elif any((found.beat, found.topic, found.question, found.facts)):
        outcome |= {"decision": "accept", "beat": _picked(found), "answer": found.answer}
        outcome["facts"] = list(found.facts)
    every = found.candidates + (found.others if isinstance(found, AskedBack) else ())
    outcome["candidates"] = [{"id": one.id, "score": one.score} for one in every]
    return outcome


def moment(story: Story, case: Mapping[str, Any]) -> GameState:
    """The state in which a case's line is spoken."""
    state = apply(None, begin(story, 0, tuple(case.get("found") or ())))
    scene = case.get("scene") or (
        story.scenario.start if isinstance(story.scenario, Scenario) else ""
    )
    given = dict(case.get("state") or {})
    state = replace(
        state,
        phase=Phase.JUDGE,
        scene=scene,
        vars=MappingProxyType({**state.vars, **given}),
        happened=tuple(case.get("happened") or ()),
        visited=tuple(case.get("visited") or ()),
        turns=int(case.get("turns") or 0),
        line=case["line"],
    )
    unknown = sorted(set(_expected(case)) - set(_known(story, state)))
    if unknown:
        raise ValueError(f"{case['line']!r}: {unknown[0]!r} is not possible in this moment")
    return state


def _known(story: Story, state: GameState) -> Iterable[str]:
    for kind in ("beat", "topic", "question", "fact"):
        yield from possible(story, state, kind)


def _picked(found: TurnJudged) -> str:
    return found.beat or found.topic or found.question


def _expected(case: Mapping[str, Any]) -> list[str]:
    expected = case.get("expected") or []
    return [expected] if isinstance(expected, str) else list(expected)


@dataclass
class Tally:
    """Counts outcomes against what was expected."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, case: Mapping[str, Any], outcome: Mapping[str, Any]) -> None:
        """Counts one case; one without `expected` isn't measured."""
        if "expected" not in case:
            return
        right = set(_expected(case))
        accepted = outcome["decision"] == "accept"
        if case.get("negated"):
            self._count("negated", 1)
            self._count("negated_wrong", accepted and not self._is_right(outcome, right))
        if not right:
            self._count("nothing_right", 1)
            self._count("wrong_acceptance", accepted)
            return
        ranked = [one["id"] for one in outcome["candidates"]]
        self._count("measured", 1)
        self._count("first", bool(ranked) and ranked[0] in right)
        self._count("first_three", bool(right & set(ranked[:3])))
        hit = right & set(outcome.get("shown", ())) if not accepted else right
        self._count("one_tap", bool(hit) and (not accepted or self._is_right(outcome, right)))
        self._count("at_once", accepted and self._is_right(outcome, right))
        self._count("misread", accepted and not self._is_right(outcome, right))

    def summary(self) -> dict[str, Any]:
        """Counts, and the shares that the bars are about."""
        counts = self.counts
        return {
            **counts,
            "first_share": self._share("first", "measured"),
            "first_three_share": self._share("first_three", "measured"),
            "at_once_share": self._share("at_once", "measured"),
            "one_tap_share": self._share("one_tap", "measured"),
            "wrong_acceptance_share": self._share("wrong_acceptance", "nothing_right"),
            "negated_wrong_share": self._share("negated_wrong", "negated"),
        }

    def _is_right(self, outcome: Mapping[str, Any], right: set[str]) -> bool:
        return outcome["beat"] in right or bool(right & set(outcome.get("facts", ())))

    def _count(self, name: str, times: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + int(times)

    def _share(self, part: str, whole: str) -> float | None:
        total = self.counts.get(whole, 0)
        return round(self.counts.get(part, 0) / total, 4) if total else None
