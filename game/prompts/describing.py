"""A character as a model is told them: the author's attributes as one fluent description."""

from __future__ import annotations

from collections.abc import Iterable

from game.prompts.cleaning import one_line
from game.prompts.words import word
from game.stage import names, render, scene_of
from game.state import GameState
from game.story import Character, PuzzlePack, Scenario, Story

ATTRIBUTES = (
    "identity", "personality", "interests", "viewpoints", "experiences", "achievements",
    "relationships", "other",
)  # fmt: skip
MOST_EXAMPLES = 4
_ENDS, _QUOTES = tuple("。！？…!?.；;）)"), "”’」』\"'"


def description(story: Story, state: GameState, who: str) -> str:
    """The seven attributes and the behaviours of a character, rendered, as one line."""
    character, context, lang = story.cast[who], names(story, state), story.language
    parts: list[str] = []

    def told(key: str, source: str) -> None:
        text = one_line(render(story, source, context))
        if text:
            parts.append(word(lang, f"describe.{key}", text=text, name=character.name))

    for attribute in ATTRIBUTES:
        told(attribute, getattr(character, attribute))
    told("style", character.speech.style)
    told("dialect", character.speech.dialect)
    quoted = [word(lang, "quote", text=one_line(one)) for one in character.speech.catchphrases]
    told("catchphrases", word(lang, "list").join(quoted) if lang == "zh" else ", ".join(quoted))
    for text in constant_lore(story, who):
        told("lore", text)
    told("place", scene_of(story, state).title)
    told("examples", _examples(story, state, character))
    return joined(parts, lang)


def joined(parts: Iterable[str], language: str) -> str:
    """Sentences one after the other, each with its full stop."""
    stop = word(language, "full_stop")
    ended = [one if one.rstrip(_QUOTES).endswith(_ENDS) else one + stop for one in parts if one]
    return ("" if language == "zh" else " ").join(ended)


def constant_lore(story: Story, who: str) -> list[str]:
    """What a character always knows, whatever is spoken of."""
    own = [*story.cast[who].lore]
    if isinstance(story.scenario, Scenario):
        own += story.scenario.lore
    return [one.text for one in own if one.constant and one.when is None]


def player_info(story: Story, state: GameState) -> str:
    """Who the player is; an author's words are a template, a player's own are not."""
    if state.player_info != story.scenario.player.info:
        return one_line(state.player_info)[:1000]
    return one_line(render(story, state.player_info, names(story, state)))


def _examples(story: Story, state: GameState, character: Character) -> str:
    context, lang = names(story, state), story.language
    shown = [
        word(
            lang,
            "describe.example",
            player=one_line(render(story, one.player, context)),
            name=character.name,
            reply=one_line(render(story, one.reply, context)),
        )
        for one in character.examples[:MOST_EXAMPLES]
    ]
    return ("；" if lang == "zh" else "; ").join(shown)


def is_talk(story: Story) -> bool:
    """Whether a story has nothing that could happen: a free talk with a character."""
    if isinstance(story.scenario, PuzzlePack):
        return False
    return not any(scene.beats for scene in story.scenario.scenes.values())
