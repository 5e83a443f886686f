"""What can happen in a game: immutable records, and the only thing a save holds.

State is a fold over these. Everything random, human or generated arrives as one of them, so that
a game can be told again without asking anyone anything. `Delta` and `Notice` are streamed beside
events and are never saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, cast, get_args

from .plain import build

FORMAT = 1

Value = int | bool | str
JudgedBy = Literal["choice", "authored", "model"]


@dataclass(frozen=True, slots=True)
class Cue:
    """A line that is owed: who speaks it (empty: the narrator) and where it comes from.

    `source` is `opening`, `scene:<id>`, `again:<id>`, `greeting`, `aside`, `aside:<character>`
    (told of the scene by an author, but answered by that character where a model speaks),
    `beat:<id>[:success|failure]`, `topic:<character>/<id>`, `ending:<id>`, or in a puzzle
    `surface`, `question:<id>`, `answer:<answer>`, `facts` (some were found) or `known`.
    """

    who: str
    source: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of the player's line and how sure the judge was of it (0 to 1)."""

    kind: Literal["beat", "topic", "question", "fact"]
    id: str
    score: float


@dataclass(frozen=True, slots=True)
class GameStarted:
    """A game begins; `found` are the endings this player has met in earlier games."""

    scenario: str
    language: str
    digest: str
    seed: int
    player_name: str
    player_info: str = ""
    variables: Mapping[str, Value] = field(default_factory=dict)
    found: tuple[str, ...] = ()
    puzzle: str = ""
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class SceneEntered:
    """The scene changes; `cues` are what is told and said on entering."""

    scene: str
    cues: tuple[Cue, ...] = ()
    greeted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Narrated:
    """The narrator told something; pays the first cue."""

    text: str
    variant: str = ""
    cut: bool = False
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActorSpoke:
    """A character spoke; `last` pays the cue (an exchange has several lines).

    `why` says what a model was given and what a guard kept back, as `code:detail`.
    """

    who: str
    text: str
    variant: str = ""
    cut: bool = False
    last: bool = True
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlayerSpoke:
    """The player's line; `choice` is the beat or question of a suggested reply."""

    text: str
    choice: str = ""


@dataclass(frozen=True, slots=True)
class TurnJudged:
    """What the line was taken for: one beat, a topic, a question, found facts, or nothing."""

    by: JudgedBy
    beat: str = ""
    topic: str = ""
    question: str = ""
    answer: str = ""
    facts: tuple[str, ...] = ()
    cues: tuple[Cue, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    why: tuple[str, ...] = ()

    @property
    def understood(self) -> bool:
        """Whether the line was taken for anything at all."""
        return bool(self.beat or self.topic or self.question or self.facts or self.answer)


@dataclass(frozen=True, slots=True)
class AskedBack:
    """In doubt, the likeliest readings are offered; the next line or choice answers.

    `others` were considered too and are not offered.
    """

    candidates: tuple[Candidate, ...]
    who: str = ""
    text: str = ""
    why: tuple[str, ...] = ()
    others: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class BeatChosen:
    """The player picked one of the readings that were offered."""

    choice: str


@dataclass(frozen=True, slots=True)
class Rolled:
    """Dice fell for a beat: `faces` as they lie, `total` with all that is added."""

    beat: str
    dice: str
    faces: tuple[int, ...]
    total: int
    target: int
    success: bool


@dataclass(frozen=True, slots=True)
class BeatHappened:
    """A beat took place, with every change it made; `outcome` is success or failure of a roll."""

    beat: str
    outcome: str = ""
    changes: Mapping[str, Value] = field(default_factory=dict)
    cues: tuple[Cue, ...] = ()
    go: str = ""
    auto: bool = False


@dataclass(frozen=True, slots=True)
class FactFound:
    """Part of a puzzle's solution was found."""

    fact: str


@dataclass(frozen=True, slots=True)
class GoalReached:
    """A goal's condition came true."""

    goal: str


@dataclass(frozen=True, slots=True)
class HintGiven:
    """The player asked for help; `hint` is its number in the file."""

    hint: int
    text: str


@dataclass(frozen=True, slots=True)
class GaveUp:
    """The player asked for a puzzle's solution."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The game is over; `text` is what was told."""

    ending: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class LanguageChanged:
    """Later lines come in another language; past ones stay."""

    language: str
    digest: str


@dataclass(frozen=True, slots=True)
class ContentChanged:
    """The author changed the story while it was played: it goes on with this content.

    `variables` are all of the story's variables from here on: those it had keep their values where
    they still fit, new ones begin as written.
    """

    digest: str
    variables: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reworded:
    """Suggested replies in a model's words, by their beats, until the player speaks."""

    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Summarised:
    """A model's summary of the first `lines` lines that a character has heard, for its prompt.

    An empty `who` is the narrator, who has heard all.
    """

    who: str
    lines: int
    text: str


@dataclass(frozen=True, slots=True)
class Pinned:
    """The player wants something kept in mind by whoever speaks, however long the game gets."""

    text: str


@dataclass(frozen=True, slots=True)
class Unpinned:
    """A pin is taken off, by its number from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class Rewound:
    """The game goes on as it stood after the first `to` events of the save."""

    to: int


Event = (
    GameStarted | SceneEntered | Narrated | ActorSpoke | PlayerSpoke | TurnJudged | AskedBack
    | BeatChosen | Rolled | BeatHappened | FactFound | GoalReached | HintGiven | GaveUp | Ended
    | LanguageChanged | ContentChanged | Reworded | Summarised | Pinned
    | Unpinned | Rewound
)  # fmt: skip

TYPES: Mapping[str, type[Any]] = {kind.__name__: kind for kind in get_args(Event)}


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the line being spoken (empty `who`: the narrator); never saved."""

    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the player should know that is not part of the story; never saved.

    `code` names a message of the interface's locale (`notices.<code>`).
    """

    code: str
    data: Mapping[str, Any] = field(default_factory=dict)


def encode(event: Event) -> dict[str, Any]:
    """An event as plain JSON data, with its `type`; fields at their default are left out."""
    data: dict[str, Any] = {"type": type(event).__name__}
    for spec in fields(event):
        value = getattr(event, spec.name)
        if not _is_default(spec, value):
            data[spec.name] = _plain(value)
    return data


def _is_default(spec: Any, value: Any) -> bool:
    return value == spec.default or (value == {} and spec.name in ("changes", "variables"))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (Cue, Candidate)):
        return {spec.name: getattr(value, spec.name) for spec in fields(value)}
    return value


def decode(data: Any) -> Event:
    """The event that `encode` made this data of; ValueError says what is wrong with other data."""
    name = data.get("type") if isinstance(data, dict) else None
    kind = TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError("not an event: its type is unknown")
    values = {name: value for name, value in data.items() if name != "type"}
    return cast(Event, build(kind, values, kind.__name__))
