"""Which hidden facts of a puzzle a guess in one's own words has found.

A fact is found when enough of one of its wordings is in the guess, each piece weighted by how
telling it is. What the surface already says counts little, and what a guess denies not at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

from .features import dull, groups, read_lines, stems, words
from .negation import denials
from .normalize import parts
from .reading import Entry

PAIR = 0.3  # the weight of a pair of characters beside single ones
FOUND = {"zh": 0.55, "en": 0.6}  # the share of a wording that has to be in the guess
FROM_SURFACE = 0.3  # the weight of what the surface already says
LIKE = 0.7  # the credit for a word of like meaning
_JOINTS = {
    "zh": re.compile(r"因为|所以|但是?|而是|而且|于是|结果|并且|然后|以为|后来|其实"),
    "en": re.compile(r"\b(?:because|so|and|but|since|although|though|while|when|then|who|which)\b"),
}
_ZH_DULL = frozenset("的了是在他她它们就也都很这那个和与被把给着过吗呢吧啊")


@dataclass(frozen=True, slots=True)
class _Clause:
    pieces: frozenset[str]
    denied: bool


@dataclass(frozen=True, slots=True)
class _Puzzle:
    wordings: tuple[tuple[str, tuple[tuple[_Clause, ...], ...]], ...]  # fact id, its wordings
    weights: dict[str, float]
    surface: frozenset[str]
    unseen: float

    def weight(self, piece: str) -> float:
        """How telling a piece is, in this puzzle."""
        weight = self.weights.get(piece, self.unseen)
        if piece in self.surface:
            weight *= FROM_SURFACE
        return weight * PAIR if len(piece) == 2 and not piece.isascii() else weight


def _pieces(text: str, language: str) -> frozenset[str]:
    if language == "en":
        return frozenset(s for s in stems(text) if s not in dull())
    pairs = (run[i : i + 2] for run in words(text) for i in range(len(run) - 1))
    singles = (char for char in text if char.isalnum() and char not in _ZH_DULL)
    return frozenset(p for p in (*pairs, *singles) if not all(c in _ZH_DULL for c in p))


def _clauses(text: str, language: str) -> tuple[_Clause, ...]:
    found = []
    for clause in parts(text, language).clauses:
        for piece in _JOINTS[language].split(clause):
            pieces = _pieces(piece, language)
            if pieces:
                found.append(_Clause(pieces, denials(piece, language) % 2 == 1))
    return tuple(found)


def _all(clauses: Iterable[_Clause]) -> frozenset[str]:
    return frozenset(piece for clause in clauses for piece in clause.pieces)


@lru_cache(maxsize=2)
def _common(language: str) -> tuple[frozenset[str], ...]:
    return tuple(_all(_clauses(t, language)) for t in read_lines(f"background.{language}.txt"))


@lru_cache(maxsize=64)
def _prepare(facts: tuple[Entry, ...], surface: str, language: str) -> _Puzzle:
    wordings = []
    documents = list(_common(language))
    for fact in facts:
        texts = [_clauses(text, language) for text in (*fact.hears, fact.means) if text]
        wordings.append((fact.id, tuple(t for t in texts if t)))
        documents.append(frozenset(p for text in texts for p in _all(text)))
    seen = Counter(piece for document in documents for piece in document)
    size = len(documents)
    weights = {piece: log((1 + size) / (1 + n)) + 0.3 for piece, n in seen.items()}
    above = _all(_clauses(surface, language))
    return _Puzzle(tuple(wordings), weights, above, log(1 + size) + 0.3)


def _near(piece: str, guessed: frozenset[str]) -> float:
    if piece in guessed:
        return 1.0
    own = frozenset(groups([piece]))
    return LIKE if own and any(own & frozenset(groups([g])) for g in guessed) else 0.0


def _share(
    wording: tuple[_Clause, ...], guess: tuple[_Clause, ...], puzzle: _Puzzle, en: bool
) -> float:
    """How much of a wording is in the guess, what either denies only where both do."""
    total = got = 0.0
    for clause in wording:
        guessed = _all(g for g in guess if g.denied == clause.denied)
        for piece in clause.pieces:
            weight = puzzle.weight(piece)
            total += weight
            got += weight * (_near(piece, guessed) if en else float(piece in guessed))
    return got / total if total else 0.0


def match_facts(
    guess: str, facts: Sequence[Entry], surface: str, language: str
) -> tuple[tuple[str, float], ...]:
    """The facts that a guess has found, as (fact id, share of it that was said), best first."""
    puzzle = _prepare(tuple(facts), surface, language)
    said = _clauses(guess, language)
    found = []
    for fact, wordings in puzzle.wordings:
        share = max((_share(w, said, puzzle, language == "en") for w in wordings), default=0.0)
        if share >= FOUND[language]:
            found.append((fact, round(share, 4)))
    return tuple(sorted(found, key=lambda pair: -pair[1]))
