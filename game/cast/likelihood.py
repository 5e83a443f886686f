"""A judge for models that can tell how likely an answer is: the closed set, scored.

Each thing the line may be is scored as the answer to one question after the dialogue, and against
how likely that answer is after a line that says nothing: what a model likes to say anyway counts
for nothing. In doubt the likeliest are asked back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from math import exp
from threading import Lock

from ..events import AskedBack, Candidate, TurnJudged
from ..models.base import ChatModel
from ..prompts import Message, Prompt
from ..prompts.composing import Composer
from ..prompts.words import word
from ..rules import settle
from ..stage import label, present, speaker
from ..state import GameState
from ..story import Story
from . import Take
from .asking import Choice, choices, taken
from .attempts import to_the_game
from .judge import AuthoredJudge, question

SURE, DOUBT = 0.6, 0.3  # the share of the likeliest: from here on taken, or asked about
KEPT = 256


class LikelihoodJudge:
    """Understands a line by a model's scores; a puzzle is left to the authored judge."""

    def __init__(self, model: ChatModel, composer: Composer, authored: AuthoredJudge) -> None:
        self.model, self.composer, self.authored = model, composer, authored
        self._neutral: OrderedDict[tuple[str, ...], list[float]] = OrderedDict()
        self._lock = Lock()

    def judge(self, story: Story, state: GameState, take: Take) -> TurnJudged | AskedBack:
        reading = self.authored.read(story, state)
        exact = reading.decision == "accept" and "exact" in reading.why
        offered = choices(story, state)
        alone = bool(story.puzzle) or not offered or not present(story, state)
        if exact or alone or to_the_game(story, state):
            return self.authored.judge(story, state, take)
        shares = self._shares(story, state, take, offered)
        if shares is None:
            return self.authored.judge(story, state, take)
        ranked = sorted(zip(offered, shares, strict=False), key=lambda pair: -pair[1])
        found = tuple(Candidate(one.kind, one.id, round(share, 3)) for one, share in ranked)
        judged = TurnJudged("model", candidates=found)
        best, share = ranked[0]
        if share >= SURE:
            return settle(story, state, taken(judged, best.kind, best.id))
        if share < DOUBT or share < shares[-1]:
            return settle(story, state, judged)
        who = speaker(story, state)
        asked = tuple(one for one in found[:3] if one.score > share / 3)
        rest = tuple(one for one in found if one not in asked)
        return AskedBack(asked, who, question(story, state, who, take), (), rest)

    def _shares(
        self, story: Story, state: GameState, take: Take, offered: Sequence[Choice]
    ) -> list[float] | None:
        """How the likelihood is shared between what is offered and, last, nothing of it."""
        lang, who = story.language, speaker(story, state)
        asked = word(lang, "judge.likely", user=state.player_name)
        answers = [label(story, state, one.kind, one.id) for one in offered]
        answers.append(word(lang, "judge.nothing"))
        prompt = self.composer.actor(story, state, who, "", take.session).prompt
        scores = self.model.score(prompt, asked, answers, take.session)
        neutral = self._after_nothing(prompt, asked, answers, lang, take)
        if scores is None or neutral is None:
            return None
        gains = [score - plain for score, plain in zip(scores, neutral, strict=True)]
        return softmax(gains)

    def _after_nothing(
        self, prompt: Prompt, asked: str, answers: Sequence[str], lang: str, take: Take
    ) -> list[float] | None:
        """The scores after a line that says nothing; kept, as they stay the same."""
        key = (prompt.persona.bot_name, prompt.persona.bot_info, asked, *answers)
        with self._lock:
            kept = self._neutral.get(key)
        if kept is not None:
            return kept
        silent = Message("player", prompt.persona.user_name, word(lang, "judge.neutral"))
        plain = replace(prompt, messages=(silent,), aside="")
        scores = self.model.score(plain, asked, answers, f"{take.session}/neutral")
        if scores is not None:
            with self._lock:
                self._neutral[key] = scores
                while len(self._neutral) > KEPT:
                    self._neutral.popitem(last=False)
        return scores


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as shares of one."""
    top = max(scores)
    weights = [exp(score - top) for score in scores]
    total = sum(weights)
    return [weight / total for weight in weights]
