"""The judge by meaning beside the authored one: `python -m bench.meaning FOLDER [CASES.jsonl …]`.

FOLDER holds a model of English sentence embeddings. Prints, for the English scenes of the tests,
what share of lines has the right reading first (mean over scenes) and how often a line that means
nothing is taken for something: with the weights as they are, and cross-validated, where each
scene is read with the weights that do best on all the others. CASES are files of
`python -m game judge`, which are read once by both judges, with the weights as they are.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import mean, median
from typing import Any

from game.cast.embedded import EmbedJudge, EmbedMatcher
from game.cast.judge import AuthoredJudge
from game.cast.meaning import Weights
from game.lab.judging import Tally, measure, read
from game.loader import Library
from game.matching import Entry, Matcher, Reading
from game.models.embed import Embedder, load_embedder

ROOT = Path(__file__).resolve().parent.parent

WRONG = 0.08  # what the authored judge may wrongly take, at most
MEASURED = ("paraphrase", "indirect")


@dataclass(frozen=True)
class Scene:
    """Entries, and lines with what they mean (None: nothing)."""

    entries: tuple[Entry, ...]
    lines: tuple[Mapping[str, Any], ...]
    plain: Matcher


@dataclass(frozen=True)
class Score:
    """Of a scene: the share of lines read right, of those offered, and what was wrongly taken."""

    first: float
    offered: float
    wrong: int
    nothing: int


def scenes() -> dict[str, Scene]:
    rows = [json.loads(x) for x in (ROOT / "tests/data/matching_en.jsonl").open(encoding="utf-8")]
    found = {}
    for name in dict.fromkeys(row["scene"] for row in rows if row.get("sort") in MEASURED):
        own = [row for row in rows if row["scene"] == name]
        entries = tuple(
            Entry(r["kind"], r["id"], tuple(r["hears"]), r.get("means", ""), r.get("answer", ""))
            for r in own
            if "kind" in r
        )
        lines = tuple(row for row in own if "sort" in row)
        found[name] = Scene(entries, lines, Matcher("en", entries))
    return found


def scored(scene: Scene, matcher: Any) -> Score:
    beats = [one.key for one in scene.entries if one.kind != "topic"]
    topics = [one.key for one in scene.entries if one.kind == "topic"]
    first, offered, taken = [], [], []
    for row in scene.lines:
        reading: Reading = matcher.match(row["line"], beats, topics)
        expected = row["expected"]
        if expected is None:
            taken.append(reading.decision == "accept")
        elif row["sort"] in MEASURED:
            wanted = expected if isinstance(expected, list) else [expected]
            best = reading.candidates[0][0] if reading.candidates else ""
            first.append(best in wanted)
            picked = [reading.best] if reading.decision == "accept" else reading.asked
            offered.append(bool(set(picked) & set(wanted)))
    return Score(mean(first), mean(offered), sum(taken), len(taken))


def told(name: str, scores: Sequence[Score]) -> None:
    first, offered = mean(one.first for one in scores), mean(one.offered for one in scores)
    wrong, nothing = sum(one.wrong for one in scores), sum(one.nothing for one in scores)
    print(f"{name}: right first {100 * first:.1f} %, right within one tap {100 * offered:.1f} %,")
    print(f"  wrongly taken {100 * wrong / nothing:.1f} % of {nothing}")


def grid() -> Iterator[Weights]:
    """The weights that cross-validation chooses from."""
    for one, other, contrary, near in itertools.product(
        (0.0, 0.5, 1.0), (0.0, 0.25), (0.7, 0.85, 1.0), (0.55, 0.6, 0.65)
    ):
        yield Weights(one_text=one, any_text=other, contrary=contrary, near=near)


def cross_validated(every: Mapping[str, Scene], embedder: Embedder) -> dict[str, Score]:
    """Each scene's score with the weights that do best on the others within the bar."""
    known = {
        weights: {
            name: scored(one, by_meaning(one, embedder, weights)) for name, one in every.items()
        }
        for weights in grid()
    }

    def worth(scores: Mapping[str, Score], left_out: str) -> tuple[bool, float, float]:
        others = [one for name, one in scores.items() if name != left_out]
        wrong = sum(one.wrong for one in others) / sum(one.nothing for one in others)
        return wrong <= WRONG, mean(one.first for one in others), -wrong

    return {
        name: max(known.values(), key=lambda scores: worth(scores, name))[name] for name in every
    }


def by_meaning(scene: Scene, embedder: Embedder, weights: Weights) -> EmbedMatcher:
    return EmbedMatcher("en", scene.entries, embedder, scene.plain, weights)


def cases(paths: Sequence[Path], embedder: Embedder) -> None:
    """Files of cases, read by both judges."""
    load = lru_cache(Library().load)
    judges = {"authored": AuthoredJudge(), "embed": EmbedJudge(embedder=embedder)}
    every: dict[str, list[dict[str, Any]]] = {name: [] for name in judges}
    for path in paths:
        for name, judge in judges.items():
            tally = Tally()
            for case in read(path.read_text(encoding="utf-8")):
                tally.add(case, measure(load, judge, case))
            every[name].append(tally.summary())
            print(f"{path.name} {name}: {json.dumps(every[name][-1])}")
    for name, summaries in every.items():
        for share in (one for one in summaries[0] if one.endswith("_share")):
            known = [one[share] for one in summaries if one[share] is not None]
            print(f"{name}: {share} {100 * mean(known):.1f} % (mean over files)") if known else None


def seconds(embedder: Embedder) -> Callable[[int], float]:
    """How long reading a line takes that was never read before."""

    def taken(number: int) -> float:
        start = time.perf_counter()
        embedder.read([f"Have you a room left for the night, or {number} of them?"])
        return time.perf_counter() - start

    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="a folder or hub id of a model of sentence embeddings")
    parser.add_argument("cases", nargs="*", type=Path)
    args = parser.parse_args()
    embedder, every = load_embedder(args.folder), scenes()
    told("authored", [scored(one, one.plain) for one in every.values()])
    own = [scored(one, by_meaning(one, embedder, Weights())) for one in every.values()]
    told("by meaning", own)
    if args.cases:
        cases(args.cases, embedder)
    else:
        told("by meaning, cross-validated", list(cross_validated(every, embedder).values()))
    print(f"a new line: {1000 * median(map(seconds(embedder), range(20))):.1f} ms")


if __name__ == "__main__":
    main()
