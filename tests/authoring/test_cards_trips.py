"""Round trips of anything: what goes out comes back the same, and text is shown as it was."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game import templates
from game.authoring.cards.card import Card
from game.authoring.cards.charx import read_charx
from game.authoring.cards.faults import Repairs
from game.authoring.cards.jsonsafe import clean
from game.authoring.cards.library import as_yaml, check, id_of
from game.authoring.cards.macros import Macros
from game.authoring.cards.ours import to_character
from game.authoring.cards.read import read
from game.authoring.cards.v1v2v3 import strict
from game.authoring.cards.write import write
from game.yamlfile import read as read_yaml

BRACES = st.text(alphabet="{}%#'\" \n.x中", max_size=40)
TEXTS = st.one_of(st.text(max_size=40), BRACES).map(lambda one: clean(one, Repairs()))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
ENTRIES = st.fixed_dictionaries(
    {
        "keys": st.lists(TEXTS, max_size=3), "content": TEXTS,
        "extensions": st.dictionaries(TEXTS, VALUES, max_size=2), "enabled": st.booleans(),
        "insertion_order": st.integers(-9, 9), "use_regex": st.booleans(),
    },
    optional={
        "constant": st.booleans(), "comment": TEXTS, "id": st.integers(-(10**17), 10**17) | TEXTS,
    },
)  # fmt: skip


def _exchange(line: str) -> str:
    return f"<START>\n{{{{user}}}}: {line}\n{{{{char}}}}: {line}\n"


DATA = st.fixed_dictionaries(
    {
        "name": TEXTS.filter(str.strip),
        "description": TEXTS, "personality": TEXTS, "scenario": TEXTS, "first_mes": TEXTS,
        "mes_example": TEXTS | st.lists(TEXTS.map(_exchange)).map("".join),
        "alternate_greetings": st.lists(TEXTS, max_size=3), "tags": st.lists(TEXTS, max_size=3),
        "extensions": st.dictionaries(
            TEXTS.filter(lambda one: one != "characterglm_story"), VALUES, max_size=3),
    },
    optional={
        "nickname": TEXTS, "creation_date": st.integers(0, 9),
        "source": st.lists(TEXTS, max_size=2),
        "character_book": st.fixed_dictionaries(
            {"extensions": st.just({}), "entries": st.lists(ENTRIES, max_size=3)}),
        "own_field": VALUES,
    },
)  # fmt: skip


@st.composite
def cards(draw: st.DrawFn) -> Card:
    return Card(strict(draw(DATA), Repairs()))


@settings(max_examples=60, deadline=None)
@given(cards())
def test_whole_forms_give_the_same_card_back(card: Card) -> None:
    for form in ("v3", "v2"):
        [back] = read("x.json", write(card, form)).cards
        assert back.data == card.data
    [back] = read("x.png", write(card, "png")).cards
    assert back.data == card.data


@settings(max_examples=25, deadline=None)
@given(cards())
def test_charx_gives_the_same_card_back_with_a_picture_more(card: Card) -> None:
    back = read_charx(write(card, "charx"), Repairs())
    assert back.picture
    assert {**back.data, "assets": None} == {**card.data, "assets": None}


@settings(max_examples=80, deadline=None)
@given(cards())
def test_any_card_is_a_character_that_plays(card: Card) -> None:
    data = to_character(card, (), Repairs())
    check(data, id_of(card.data["name"], card.digest), "en")  # raises unless it can be played
    assert json.loads(json.dumps(data)) == _plain(read_yaml(as_yaml(data), "x").data, data)


@pytest.mark.parametrize("mark", ["\r", "\x85", "\u2028", "\u2029", "\ufeff"])
def test_breaks_that_yaml_would_fold_are_kept(mark: str) -> None:
    for text in (f"a{mark}b", f"a\n{mark}b\n", f"{mark}a\n{mark}"):
        assert read_yaml(as_yaml({"other": text}), "x").data == {"other": text}


def _plain(found: Any, like: Any) -> Any:
    """What was read from YAML, where every scalar is a string, as the kinds it was written from."""
    if isinstance(like, dict):
        return {key: _plain(one, like[key]) for key, one in found.items()}
    if isinstance(like, list):
        return [_plain(one, two) for one, two in zip(found, like, strict=True)]
    return found == "true" if isinstance(like, bool) else type(like)(found)


@settings(max_examples=300, deadline=None)
@given(st.one_of(TEXTS, BRACES))
def test_a_text_without_macros_shows_as_it_is(text: str) -> None:
    if re.search(r"\{\{[^{}]*\}\}|<(user|bot|char)>", text, re.IGNORECASE):
        return
    template = Macros("Mirel", Repairs()).template(text)
    shown = templates.render(template, {"player": {"name": "Ro", "info": ""}})
    assert shown.strip() == text.strip()


@settings(max_examples=200, deadline=None)
@given(BRACES, BRACES)
def test_the_player_is_named_between_any_braces(before: str, after: str) -> None:
    if re.search(r"\{\{[^{}]*\}\}", before + "\0" + after):
        return
    text = before + "{{user}}" + after
    names = {"player": {"name": "Ro", "info": ""}}
    shown = templates.render(Macros("Mirel", Repairs()).template(text), names)
    assert shown.strip() == (before + "Ro" + after).strip()


@given(st.text(max_size=60), st.binary(min_size=4, max_size=4))
def test_an_id_is_always_one_a_file_may_have(name: str, digest: bytes) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,39}", id_of(name, digest.hex()))
