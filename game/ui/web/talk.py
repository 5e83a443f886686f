"""Free talk from the page: CharacterGLM's four fields, and a greeting, become a story of one scene.

What is typed into the fields is text, not a template: braces come out as they were typed. A
character from the shelf keeps what its author wrote wherever its field was left as it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from ... import yamlfile
from ...app import App
from ...loader import TALK, load_sources
from ...rules import begin
from ...state import fold
from ..locale import text as word
from ..view import clean, rendered

if TYPE_CHECKING:
    from ...story import Persona, Story

MINE = "mine"
_BRACE = re.compile(r"\{(?=[{%#])")
FIELDS = {"bot_name": 60, "bot_info": 4000, "user_name": 60, "user_info": 2000, "greeting": 1000}
_ABOUT = ("identity", "personality", "experiences", "relationships", "interests", "viewpoints",
          "achievements", "other")  # fmt: skip


class FieldFault(ValueError):
    """A field that can't be used; `field` names it, `most` is how long it may be."""

    def __init__(self, name: str, most: int = 0) -> None:
        super().__init__(name)
        self.field, self.most = name, most


def shown(app: App, character: str, lang: str) -> dict[str, str]:
    """The fields as they stand for a character of the library."""
    story = app.library.free_talk(character, lang)
    one = story.cast[character]
    state = fold([begin(story, 0)])
    assert state is not None
    parts = [rendered(story, state, getattr(one, name)).strip() for name in _ABOUT]
    return {
        "bot_name": clean(one.name),
        "bot_info": "\n".join(part for part in parts if part)[: FIELDS["bot_info"]],
        "user_name": "",
        "user_info": "",
        "greeting": rendered(story, state, one.greeting).strip(),
    }


def story_of(app: App, character: str, lang: str, asked: Mapping[str, Any]) -> Story:
    """The talk that the filled-in fields describe; raises FieldFault, ContentError."""
    fields = {name: _field(asked, name, most) for name, most in FIELDS.items()}
    if not fields["bot_name"]:
        raise FieldFault("bot_name")
    base, before = _base(app, character, lang)
    if fields["bot_name"] != before.get("bot_name"):
        base["name"] = fields["bot_name"]
    if fields["bot_info"] != before.get("bot_info"):
        base = {key: value for key, value in base.items() if key not in _ABOUT}
        base["identity"] = literal(fields["bot_info"])
    if fields["greeting"] != before.get("greeting"):
        base.pop("greetings", None)
        base["greeting"] = literal(fields["greeting"])
    base.setdefault("asides", [word(lang, f"web.talk.aside_{n}") for n in (1, 2, 3)])
    name = character or MINE
    source = yaml.safe_dump(base, allow_unicode=True, sort_keys=False)
    sources = {f"characters/{name}": source}
    return load_sources(sources, TALK + name, lang, persona=persona_of(asked, lang))


def persona_of(asked: Mapping[str, Any], lang: str) -> Persona:
    """Who the player is in a free talk."""
    from ...story import Persona

    name = _field(asked, "user_name", FIELDS["user_name"]) or word(lang, "prompt.you")
    return Persona(name=name, info=literal(_field(asked, "user_info", FIELDS["user_info"])))


def literal(text: str) -> str:
    """A text as a template that comes out as the text, a blank between braces."""
    return _BRACE.sub("{ ", text)


def _field(asked: Mapping[str, Any], name: str, most: int) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str):
        raise FieldFault(name)
    value = clean(value).strip()
    if name.endswith("_name"):
        value = " ".join(value.split())
    if len(value) > most:
        raise FieldFault(name, most)
    return value


def _base(app: App, character: str, lang: str) -> tuple[dict[str, Any], dict[str, str]]:
    """A character's file as data, and its fields as a page was shown them; empty for a new one."""
    if not character:
        return {}, {}
    text = app.library.sources(TALK + character, lang)[f"characters/{character}"]
    return dict(yamlfile.read(text, character).data), shown(app, character, lang)
