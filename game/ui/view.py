"""An event becomes what a person sees: the one place that puts events into words.

`rows` is pure: story, the states before and after, and the event; terminal, page and export draw
the same rows. A row's `data` holds what a richer drawing needs (numbers, ids, options).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import events as e
from .. import stage, templates
from ..state import GameState, apply, live
from .locale import text as word
from .segments import clean, segments

if TYPE_CHECKING:
    from ..story import Story

__all__ = ["Row", "clean", "history", "mood", "name_of", "rendered", "rows", "segments"]

_WORD = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class Row:
    """One thing to show.

    `kind` is scene, narration, character, player, aside, ask, meter, item, roll, goal, fact,
    answer, hint, ending or system; `who` is a character's id, `name` how they are called.
    """

    kind: str
    who: str = ""
    name: str = ""
    text: str = ""
    mood: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def rows(
    story: Story, before: GameState | None, after: GameState, event: e.Event, lang: str = ""
) -> list[Row]:
    """What an event shows; `lang` is the interface's language where it isn't the story's."""
    case = _CASES.get(type(event))
    if case is None:
        return []
    return case(_Scene(story, before or after, after, lang or after.language), event)


def history(story: Story, events: Sequence[e.Event], lang: str = "") -> list[Row]:
    """Everything that a game has shown so far, what was rewound left out."""
    found: list[Row] = []
    state: GameState | None = None
    for event in live(events):
        after = apply(state, event)
        found += rows(story, state, after, event, lang)
        state = after
    return found


def name_of(story: Story, state: GameState, who: str) -> str:
    """How a character is called; without one, the player."""
    character = story.cast.get(who)
    return clean(character.name if character else "" if who else state.player_name)


def mood(story: Story, state: GameState, who: str) -> str:
    """A character's mood now: calm, warm or cold."""
    character = story.cast.get(who)
    if character is None or not character.portrait.mood:
        return "calm"
    try:
        value = templates.evaluate(character.portrait.mood, stage.names(story, state))
    except templates.TemplateFault:
        return "calm"
    return value if value in ("calm", "warm", "cold") else "calm"


def rendered(story: Story, state: GameState, source: str) -> str:
    """An author's template as the player reads it; what can't be rendered stays as written."""
    if "{" not in source:
        return clean(source)
    try:
        return clean(templates.render(source, stage.names(story, state)))
    except templates.TemplateFault:
        return clean(source)


@dataclass(frozen=True)
class _Scene:
    """What the cases below need to know of the moment."""

    story: Story
    before: GameState
    after: GameState
    lang: str

    def word(self, key: str, **data: Any) -> str:
        return word(self.lang, f"rows.{key}", **data)

    def system(self, key: str) -> list[Row]:
        return [Row("system", text=self.word(key))]


# --- one case for each event that shows something ------------------------------------------------


def _scene(now: _Scene, event: e.SceneEntered) -> list[Row]:
    puzzle = now.story.puzzle
    if puzzle is not None:
        data = {"scene": event.scene, "puzzle": puzzle.id, "difficulty": puzzle.difficulty}
        return [Row("scene", text=clean(puzzle.title), data=data)]
    scene = getattr(now.story.scenario, "scenes", {}).get(event.scene)
    title = clean(scene.title) if scene else ""
    data = {"scene": event.scene, "background": scene.background if scene else ""}
    return [Row("scene", text=title, data=data)]


def _narrated(now: _Scene, event: e.Narrated) -> list[Row]:
    if not event.text:
        return []
    source = now.before.to_speak[0].source if now.before.to_speak else ""
    return [Row("narration", text=clean(event.text), data={"source": source, "cut": event.cut})]


def _spoke(now: _Scene, event: e.ActorSpoke) -> list[Row]:
    if not event.text:
        return []
    source = now.before.to_speak[0].source if now.before.to_speak else ""
    kind = "aside" if source == "aside" else "character"
    who, name = event.who, name_of(now.story, now.after, event.who)
    feeling = mood(now.story, now.after, who)
    return [Row(kind, who, name, clean(event.text), feeling, {"source": source, "cut": event.cut})]


def _player(now: _Scene, event: e.PlayerSpoke) -> list[Row]:
    name = clean(now.after.player_name)
    data = {"turn": now.after.spoken, "choice": event.choice}
    return [Row("player", name=name, text=clean(event.text), data=data)]


def _judged(now: _Scene, event: e.TurnJudged) -> list[Row]:
    if "again" in event.why:
        return [Row("system", text=now.word("again"))]
    if not event.answer:
        return []
    questions = now.story.puzzle.answers if now.story.puzzle else ()
    asked = next((one.ask for one in questions if one.id == event.question), now.before.line)
    answer = word(now.lang, f"answers.{event.answer}")
    same = asked == now.before.line  # picked, or typed just so: no need to read it twice
    shown = answer if same else now.word("answer", question=clean(asked), answer=answer)
    data = {"question": clean(asked), "answer": event.answer, "answer_text": answer}
    return [Row("answer", text=shown, data=data)]


def _asked(now: _Scene, event: e.AskedBack) -> list[Row]:
    options = [(one.id, clean(one.text)) for one in stage.options(now.story, now.after)]
    name = name_of(now.story, now.after, event.who) if event.who else ""
    shown = clean(event.text) or now.word("ask")
    feeling = mood(now.story, now.after, event.who) if event.who else ""
    return [Row("ask", event.who, name, shown, feeling, {"options": options})]


def _chosen(now: _Scene, event: e.BeatChosen) -> list[Row]:
    offered = stage.options(now.story, now.before)
    shown = next((one.text for one in offered if one.id == event.choice), "")
    name = clean(now.after.player_name)
    return [Row("player", name=name, text=clean(shown), data={"chosen": True})] if shown else []


def _rolled(now: _Scene, event: e.Rolled) -> list[Row]:
    labels = {name: one.label for name, one in now.story.variables.items() if one.label}
    dice = _WORD.sub(lambda found: labels.get(found.group(), found.group()), event.dice)
    result = now.word("success" if event.success else "failure")
    faces = ", ".join(map(str, event.faces))
    plain = len(event.faces) == 1 and event.faces[0] == event.total
    shown = now.word(
        "roll" if plain else "roll_faces",
        dice=dice, faces=faces, total=event.total, target=event.target, result=result,
    )  # fmt: skip
    data = {"faces": list(event.faces), "total": event.total, "target": event.target}
    return [Row("roll", text=shown, data={**data, "success": event.success})]


def _happened(now: _Scene, event: e.BeatHappened) -> list[Row]:
    found = [
        _change(now, name, now.before.vars.get(name), value)
        for name, value in event.changes.items()
        if now.before.vars.get(name) != value
    ]
    return [row for row in found if row]


def _change(now: _Scene, name: str, old: Any, value: Any) -> Row | None:
    variable = now.story.variables.get(name)
    if variable is None or variable.show == "none":
        return None
    label = clean(variable.label) or name
    data = {"name": name, "label": label, "value": value, "old": old}
    if isinstance(value, bool):
        shown = now.word("item_got" if value else "item_lost", label=label)
        return Row("item", text=shown, data={**data, "got": value})
    if not isinstance(value, int):
        return Row(variable.show, text=now.word("word", label=label, value=clean(value)), data=data)
    change = value - old if isinstance(old, int) else value
    of = "meter_of_change" if variable.max is not None else "meter_change"
    shown = now.word(of, label=label, value=value, most=variable.max, change=f"{change:+d}")
    data |= {"change": change, "min": variable.min or 0, "max": variable.max}
    return Row(variable.show, text=shown, data=data)


def _fact(now: _Scene, event: e.FactFound) -> list[Row]:
    facts = now.story.puzzle.facts if now.story.puzzle else ()
    shown = next((clean(one.text) for one in facts if one.id == event.fact), event.fact)
    k, n = len(now.after.facts), len(facts)
    line = now.word("fact", k=k, n=n, text=shown)
    return [Row("fact", text=line, data={"id": event.fact, "fact": shown, "k": k, "n": n})]


def _goal(now: _Scene, event: e.GoalReached) -> list[Row]:
    goals = getattr(now.story.scenario, "goals", ())
    source = next((one.text for one in goals if one.id == event.goal), event.goal)
    shown = rendered(now.story, now.after, source)
    line = now.word("goal", text=shown)
    return [Row("goal", text=line, data={"id": event.goal, "goal": shown})]


def _hint(now: _Scene, event: e.HintGiven) -> list[Row]:
    shown = clean(event.text)
    return [Row("hint", text=now.word("hint", text=shown), data={"hint": shown})]


def _gave_up(now: _Scene, event: e.GaveUp) -> list[Row]:
    return now.system("gave_up")


def _content(now: _Scene, event: e.ContentChanged) -> list[Row]:
    return now.system("content")


def _language(now: _Scene, event: e.LanguageChanged) -> list[Row]:
    return now.system("language")


def _reworded(now: _Scene, event: e.Reworded) -> list[Row]:
    return []  # what can be picked stands beside the play, and is drawn from the state


def _kept_in_mind(now: _Scene, event: e.Event) -> list[Row]:
    return []  # what models are told beside the play: see `why`, and the list of pins


def _ended(now: _Scene, event: e.Ended) -> list[Row]:
    endings: Iterable[Any] = getattr(now.story.scenario, "endings", ())
    title = next((clean(one.title) for one in endings if one.id == event.ending), "")
    if now.story.puzzle is not None:
        title = clean(now.story.puzzle.title)
    data = {"id": event.ending, "kind": event.kind, "title": title}
    return [Row("ending", text=clean(event.text), data=data)]


_CASES: Mapping[type[Any], Callable[[_Scene, Any], list[Row]]] = {
    e.SceneEntered: _scene,
    e.Narrated: _narrated,
    e.ActorSpoke: _spoke,
    e.PlayerSpoke: _player,
    e.TurnJudged: _judged,
    e.AskedBack: _asked,
    e.BeatChosen: _chosen,
    e.Rolled: _rolled,
    e.BeatHappened: _happened,
    e.FactFound: _fact,
    e.GoalReached: _goal,
    e.HintGiven: _hint,
    e.GaveUp: _gave_up,
    e.LanguageChanged: _language,
    e.ContentChanged: _content,
    e.Reworded: _reworded,
    e.Summarised: _kept_in_mind,
    e.Pinned: _kept_in_mind,
    e.Unpinned: _kept_in_mind,
    e.Ended: _ended,
}
