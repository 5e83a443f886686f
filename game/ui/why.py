"""How the last line was understood: what was matched, how sure that was, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import events as e
from .. import stage
from ..errors import ContentError
from ..state import GameState, apply, live
from .locale import has
from .locale import text as word
from .view import clean

if TYPE_CHECKING:
    from ..story import Story


def why(story: Story, events: Sequence[e.Event], lang: str = "") -> list[str]:
    """The explanation of the last judged line, ready to show line by line."""
    line, before, judged = _last_judged(events)
    if before is None or judged is None:
        return [word(lang or story.language, "why.none")]
    lang = lang or before.language
    lines = [word(lang, "why.line", line=clean(line))]
    if isinstance(judged, e.AskedBack):
        lines.append(word(lang, "why.asked"))
    elif judged.by == "choice":
        return [*lines, word(lang, "why.choice"), *_given(events, lang)]
    else:
        lines += _taken(story, before, judged, lang)
    others = judged.others if isinstance(judged, e.AskedBack) else ()
    lines += _near(story, before, (*judged.candidates, *others), lang)
    lines += [_reason(lang, one) for one in judged.why]
    return [*lines, *_given(events, lang)]


Judged = e.TurnJudged | e.AskedBack


def _last_judged(events: Sequence[e.Event]) -> tuple[str, GameState | None, Judged | None]:
    state: GameState | None = None
    line, before, judged = "", None, None
    for event in live(events):
        if isinstance(event, e.PlayerSpoke):
            line = event.text
        if isinstance(event, (e.TurnJudged, e.AskedBack)):
            before, judged = state, event
        state = apply(state, event)
    return line, before, judged


def _taken(story: Story, before: GameState, judged: e.TurnJudged, lang: str) -> list[str]:
    by = word(lang, "why.by_model" if judged.by == "model" else "why.by_authored")
    taken = [("beat", judged.beat), ("topic", judged.topic), ("question", judged.question)]
    found = [
        word(lang, "why.took", what=_named(story, before, kind, key, lang))
        for kind, key in taken
        if key
    ]
    if judged.answer:
        answer = word(lang, f"answers.{judged.answer}")
        found.append(word(lang, "why.answered", answer=answer))
    found += [
        word(lang, "why.found", what=_named(story, before, "fact", fact, lang))
        for fact in judged.facts
    ]
    return [*(found or [word(lang, "why.took_none")]), by]


def _near(
    story: Story, before: GameState, candidates: Sequence[e.Candidate], lang: str
) -> list[str]:
    """The closest readings with their scores; facts not found yet are no reading to show."""
    shown = [
        word(
            lang,
            "why.candidate",
            score=f"{one.score:.2f}",
            what=_named(story, before, one.kind, one.id, lang),
        )
        for one in candidates[:5]
        if one.kind != "fact" or one.id in before.facts
    ]
    return [word(lang, "why.near"), *(f"  {one}" for one in shown)] if shown else []


def _given(events: Sequence[e.Event], lang: str) -> list[str]:
    """What the models of the last turn were given beside the talk, and what guards kept back."""
    found: list[str] = []
    for event in reversed(live(events)):
        if isinstance(event, e.PlayerSpoke):
            break
        if isinstance(event, (e.ActorSpoke, e.Narrated)):
            found[:0] = event.why
        if isinstance(event, e.Summarised):
            found.insert(0, word(lang, "why.summarised", text=clean(event.text)))
    return [_reason(lang, one) for one in dict.fromkeys(found)]


def _named(story: Story, before: GameState, kind: str, key: str, lang: str) -> str:
    try:
        shown = clean(stage.label(story, before, kind, key)) or key
    except (KeyError, StopIteration, ContentError):  # the story has changed since
        shown = key
    return word(lang, "why.topic", what=shown) if kind == "topic" else shown


def _reason(lang: str, reason: str) -> str:
    """A matcher's or a model's reason: a code that has words, or its own words."""
    key = f"why.reason.{reason.replace(' ', '_')}"
    return word(lang, key) if has(lang, key) else clean(reason)
