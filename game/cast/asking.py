"""A judge that asks a model: one question a turn, answered with codes from a closed set.

The codes are made for each question and mean nothing outside it. What comes back is parsed whatever
it looks like, and counts only where it names what was offered. Where the model fails, ModelError:
then the authored judge decides this turn. A puzzle's bottom is shown to this model alone, whose
answer is nothing but codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import ModelError
from ..events import AskedBack, Candidate, TurnJudged
from ..models.base import Answering, resting
from ..prompts.cleaning import by_player, one_line, spoken
from ..prompts.composing import Composer
from ..prompts.words import word
from ..rules import settle
from ..stage import beat_of, label, possible, speaker, topic_of
from ..state import GameState
from ..story import Fact, Story
from . import Take
from .answers import as_object
from .attempts import to_the_game
from .judge import AuthoredJudge, Kind, question
from .overlap import shares_words

LONGEST_LINE = 400
LINES_SHOWN = 8
NONE = "none"
ANSWERS = ("yes", "no", "irrelevant", "unclear")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing the line may be taken for, under a code of this question."""

    code: str
    kind: Kind
    id: str
    text: str


class ModelJudge:
    """Understands a line with a model that answers; safe to be shared between games."""

    def __init__(self, model: Answering, composer: Composer, authored: AuthoredJudge) -> None:
        self.model, self.composer, self.authored = model, composer, authored

    def judge(self, story: Story, state: GameState, take: Take) -> TurnJudged | AskedBack:
        reading = self.authored.read(story, state)
        if reading.decision == "accept" and "exact" in reading.why:
            return self.authored.judge(story, state, take)
        if resting(self.model):
            return self.authored.judge(story, state, take)
        if to_the_game(story, state):
            return _because(self.authored.judge(story, state, take), "to_the_game")
        if story.puzzle:
            return self._solve(story, state, take)
        return self._pick(story, state, take)

    # --- a story ---------------------------------------------------------------------------------

    def _pick(self, story: Story, state: GameState, take: Take) -> TurnJudged | AskedBack:
        offered = choices(story, state)
        if not offered:
            return self.authored.judge(story, state, take)
        lang = story.language
        codes = [one.code for one in offered]
        text = "\n".join([
            word(lang, "judge.scene"), *self._scene(story, state, take),
            word(lang, "judge.options"), *(f"{one.code}: {one.text}" for one in offered),
            word(lang, "judge.none"), self._line(story, state), word(lang, "judge.reply"),
        ])  # fmt: skip
        said = self.model.answer(
            word(lang, "judge.instructions"), text, _picking(codes), take.cancel
        )
        answer = parsed(said, codes)
        by_code = {one.code: one for one in offered}
        picked, other = by_code.get(answer["pick"]), by_code.get(answer["other"])
        found = tuple(
            Candidate(one.kind, one.id, score)
            for one, score in ((picked, 0.9 if answer["sure"] else 0.5), (other, 0.4))
            if one is not None
        )
        judged = TurnJudged("model", candidates=found)
        if picked is None:
            return settle(story, state, judged)
        if not answer["sure"]:
            return self._ask(story, state, take, found)
        return settle(story, state, taken(judged, picked.kind, picked.id))

    def _ask(
        self, story: Story, state: GameState, take: Take, found: tuple[Candidate, ...]
    ) -> AskedBack:
        who = speaker(story, state)
        return AskedBack(tuple(dict.fromkeys(found)), who, question(story, state, who, take))

    # --- a puzzle --------------------------------------------------------------------------------

    def _solve(self, story: Story, state: GameState, take: Take) -> TurnJudged | AskedBack:
        assert story.puzzle
        lang, puzzle = story.language, story.puzzle
        asked = {f"q{n}": one for n, one in enumerate(puzzle.answers, 1)}
        facts = {f"f{n}": one for n, one in enumerate(puzzle.facts, 1)}
        text = "\n".join([
            word(lang, "judge.surface", text=one_line(puzzle.surface)),
            word(lang, "judge.bottom", text=one_line(puzzle.bottom)),
            word(lang, "judge.questions"), *(f"{code}: {one.ask}" for code, one in asked.items()),
            word(lang, "judge.facts"), *(f"{code}: {one.text}" for code, one in facts.items()),
            self._line(story, state), word(lang, "judge.puzzle_reply"),
        ])  # fmt: skip
        schema = _solving(list(asked), list(facts))
        said = self.model.answer(word(lang, "judge.puzzle"), text, schema, take.cancel)
        answer = as_object(said)
        if not answer:
            raise ModelError("malformed", "no codes in the answer", self.model.name)
        matched = asked.get(str(answer.get("question")))
        found = [
            one
            for one in _listed(answer.get("facts"), facts)
            if shares_words(state.line, (*one.hears, one.means, one.text), puzzle.surface, lang)
        ]
        closed = str(answer.get("answer"))
        judged = TurnJudged(
            "model",
            question=matched.id if matched else "",
            answer=closed if closed in ANSWERS and not matched else "",
            facts=tuple(one.id for one in found),
        )
        if not (matched or found or judged.answer):  # small talk is the authored judge's
            return self.authored.judge(story, state, take)
        return settle(story, state, judged)

    # --- what is shown ---------------------------------------------------------------------------

    def _scene(self, story: Story, state: GameState, take: Take) -> list[str]:
        """The last lines before the player's, with who said them."""
        sent = self.composer.history(story, state, take.session).sent()
        return [f"【{one.name}】{one.text}" for one in sent[-LINES_SHOWN - 1 : -1]]

    def _line(self, story: Story, state: GameState) -> str:
        names = [one.name for one in story.cast.values()]
        line = by_player(state.line, state.player_name, names, LONGEST_LINE)
        return word(story.language, "judge.ask", line=line.replace("<", "(").replace(">", ")"))


def choices(story: Story, state: GameState) -> list[Choice]:
    """The closed set of a story's turn: what each thing means, under codes that name nothing."""
    found = []
    for number, key in enumerate(possible(story, state, "beat"), 1):
        beat = beat_of(story, state, key)
        means = beat.means or label(story, state, "beat", key)
        told = f"{means} ({' / '.join(beat.hears[:2])})" if beat.hears else means
        found.append(Choice(f"b{number}", "beat", key, spoken(told)))
    for number, key in enumerate(possible(story, state, "topic"), 1):
        topic = topic_of(story, key)
        about = topic.means or " / ".join((topic.label, *topic.hears[:2]))
        told = word(story.language, "judge.talk", text=spoken(about))
        found.append(Choice(f"t{number}", "topic", key, told))
    return found


def taken(judged: TurnJudged, kind: str, key: str) -> TurnJudged:
    """The judgement that a line is a beat, or a topic of small talk."""
    return replace(judged, beat=key) if kind == "beat" else replace(judged, topic=key)


def parsed(said: str, codes: Sequence[str]) -> dict[str, Any]:
    """A model's answer, whatever it looks like, as pick, sure and other; raises ModelError."""
    allowed = {*codes, NONE}
    answer = as_object(said)
    pick = str(answer.get("pick", "")).strip().casefold() if answer else ""
    if pick not in allowed:
        named = [one for one in re.findall(r"[a-z]+\d*", said.casefold()) if one in allowed]
        if len(set(named)) != 1:
            raise ModelError("malformed", "no code in the answer")
        return {"pick": named[0], "sure": True, "other": NONE}
    other = str(answer.get("other", NONE)).strip().casefold()
    sure = answer.get("sure", True) not in (False, "false", "no", 0)
    return {"pick": pick, "sure": sure, "other": other if other in allowed - {pick} else NONE}


def _listed(named: object, facts: Mapping[str, Fact]) -> list[Fact]:
    """The facts that an answer names."""
    listed = [str(one) for one in named] if isinstance(named, list) else []
    return [facts[one] for one in dict.fromkeys(listed) if one in facts]


def _picking(codes: Sequence[str]) -> Mapping[str, Any]:
    every = {"type": "string", "enum": [*codes, NONE]}
    return _strict({"pick": every, "sure": {"type": "boolean"}, "other": every})


def _solving(questions: Sequence[str], facts: Sequence[str]) -> Mapping[str, Any]:
    return _strict({
        "question": {"type": "string", "enum": [*questions, NONE]},
        "answer": {"type": "string", "enum": [*ANSWERS, NONE]},
        "facts": {"type": "array", "items": {"type": "string", "enum": list(facts)}},
    })  # fmt: skip


def _strict(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _because(found: TurnJudged | AskedBack, why: str) -> TurnJudged | AskedBack:
    return replace(found, why=(*found.why, why))
