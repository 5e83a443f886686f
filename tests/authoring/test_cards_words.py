"""Everything cards can say is worded, and the guide names every form and option."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from game.authoring.cards.write import FORMS
from game.ui import cards_cli, export_cli, locale

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*(ROOT / "game" / "authoring" / "cards").glob("*.py"), ROOT / "game" / "ui" / "cards.py"]
TEXT = "\n".join(one.read_text(encoding="utf-8") for one in SOURCES)


def used(call: str) -> set[str]:
    return set(re.findall(rf'{call}\(\s*"(\w+)"', TEXT))


@pytest.mark.parametrize("language", locale.LANGUAGES)
def test_every_repair_and_refusal_has_its_sentence_and_none_is_left_over(language: str) -> None:
    for group, codes in (
        ("repairs", used(r"\.note") | {"lore_left", "cut"}),
        ("refused", used("CardError") | {"unwritable"}),
    ):
        prefix = f"cards.{group}."
        worded = {key.removeprefix(prefix) for key in locale.table(language) if prefix in key}
        assert len(codes) > 10 and codes == worded


@pytest.mark.parametrize("page", ["cards.md", "cards_zh.md"])
def test_the_guide_names_every_form_and_option(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    options: set[str] = set()
    for module in (cards_cli, export_cli):
        parser = argparse.ArgumentParser()
        module.arguments(parser)
        parsers = [parser]
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                parsers += action.choices.values()
        options |= {o for one in parsers for a in one._actions for o in a.option_strings}
    missing = {one for one in options - {"-h", "--help"} if one not in text}
    assert not missing
    assert set(FORMS) <= set(re.findall(r"[\w]+", text))
