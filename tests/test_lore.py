"""Lore comes up by its keys, stays and rests as written, and keeps within its budget."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from game.lore import Keys, Lore
from game.rules import begin
from game.state import Entry, GameState, apply
from game.story import LoreEntry, Story


def told(tea: Story, entries: list[dict[str, Any]], lines: list[str], budget: int = 400) -> Any:
    lore = Lore(with_lore(tea, entries), "ann", budget)
    return lore.found(said(tea, lines))


def with_lore(tea: Story, entries: list[dict[str, Any]]) -> Story:
    ann = tea.cast["ann"].model_copy(
        update={"lore": tuple(LoreEntry.model_validate(one) for one in entries)}
    )
    return replace(tea, cast={**tea.cast, "ann": ann})


def said(tea: Story, lines: list[str]) -> GameState:
    entries = tuple(Entry("player", "", line, 0) for line in lines)
    return replace(apply(None, begin(tea, 1)), transcript=entries)


def ids(found: Any) -> list[str]:
    return [one.id for one in found.told]


def test_a_key_brings_its_entry_and_says_by_which_words(tea: Story) -> None:
    entries = [{"id": "well", "keys": ["cellar", "TUNNEL"], "text": "It leads to the well."}]
    found = told(tea, entries, ["Is there a tunnel under the Cellar?"])
    assert ids(found) == ["well"] and found.told[0].words == ("cellar", "TUNNEL")
    assert found.why() == (f"lore:well (cellar, TUNNEL) {found.told[0].cost}",)
    assert not ids(told(tea, entries, ["Is there an attic?"]))


def test_words_of_letters_are_whole_and_chinese_needs_no_boundary() -> None:
    keys = Keys(["ann", "地窖", "ＡＩ", "e-mail"])
    assert keys.find("planned, Annual") == frozenset()
    assert keys.find("Ann's") == {"ann"}
    assert keys.find("那地窖里ann也在") == {"地窖", "ann"}
    assert keys.find("用ai写的e-mail") == {"ai", "e-mail"}


def test_secondary_keys_and_conditions(tea: Story) -> None:
    entries = [
        {"id": "both", "keys": ["bell"], "secondary": ["night"], "text": "It rings."},
        {"id": "when", "keys": ["bell"], "when": "trust > 5", "text": "She trusts you."},
        {"id": "always", "constant": True, "when": "trust < 5", "text": "She is wary."},
    ]
    assert ids(told(tea, entries, ["the bell"])) == ["always"]
    assert ids(told(tea, entries, ["the bell at night"])) == ["both", "always"]


def test_it_sticks_and_then_rests(tea: Story) -> None:
    entries = [{"id": "x", "keys": ["bell"], "sticky": 3, "cooldown": 2, "text": "Ding."}]
    quiet = ["nothing"] * 9
    after = [ids(told(tea, entries, ["bell", *quiet[:n]])) for n in range(6)]
    assert after == [["x"], ["x"], ["x"], ["x"], ["x"], []] or after[:4] == [["x"]] * 4
    resting = [*["bell"], *quiet[:4], "bell"]
    assert ids(told(tea, entries, resting)) == []
    assert ids(told(tea, entries, [*resting, *quiet[:1], "bell"])) == ["x"]


def test_the_budget_drops_and_says_what(tea: Story) -> None:
    entries = [
        {"id": "a", "keys": ["bell"], "text": "short"},
        {"id": "b", "keys": ["bell"], "text": "long " * 200},
        {"id": "c", "keys": ["bell"], "text": "short, too"},
    ]
    found = told(tea, entries, ["bell"], budget=20)
    assert ids(found) == ["a", "c"] and [one.id for one in found.dropped] == ["b"]
    assert any(one.startswith("lore_dropped:b (bell)") for one in found.why())


def test_many_keys_against_a_long_text_are_quick(tea: Story) -> None:
    entries = [{"id": f"e{n}", "keys": [f"key{n}", f"词{n}条"], "text": "t"} for n in range(5000)]
    lore = Lore(with_lore(tea, entries), "ann")
    state = said(tea, [("那么 key77 与词4321条，" + "长长的一句话。" * 10) * 50])
    times = []
    for _ in range(5):
        start = time.perf_counter()
        found = lore.found(state)
        times.append(time.perf_counter() - start)
    assert ids(found) == ["e77", "e4321"]
    assert min(times) < 0.05  # bench/prompts.py has the figure
