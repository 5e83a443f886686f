"""docs/terminal.md says what the terminal does."""

import re
from pathlib import Path

from game.ui import cli
from game.ui.commands import BARE, NAMES

PAGE = (Path(__file__).parents[2] / "docs" / "terminal.md").read_text(encoding="utf-8")


def test_every_command_is_documented_and_no_other():
    documented = set(re.findall(r"`/([a-z]+)", PAGE)) | set(
        re.findall(r"^\| `([a-z]+)`", PAGE, re.M)
    )
    assert documented == set(NAMES)
    assert set(BARE) <= documented


def test_every_option_is_documented():
    import argparse

    parser = argparse.ArgumentParser()
    cli.arguments(parser)
    options = {one for action in parser._actions for one in action.option_strings}
    documented = set(re.findall(r"--[a-z]+(?:-[a-z]+)*", PAGE))
    assert options - {"-h", "--help"} <= documented
