"""The dots that stand while a model thinks."""

import io
import time

import pytest

from game.ui import cli_waiting
from game.ui.cli_screen import Screen
from game.ui.cli_waiting import Waiting
from game.ui.typing_out import Typewriter


class Page:
    def __init__(self):
        self.drawn = []

    def dots(self):
        self.drawn.append("dots")

    def erase(self):
        self.drawn.append("erase")


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setattr(cli_waiting, "PATIENCE", 0.02)
    return Page()


def wait_for(page, seconds=2.0):
    end = time.monotonic() + seconds
    while not page.drawn and time.monotonic() < end:
        time.sleep(0.005)


def test_dots_come_late_and_go_before_anything_else_is_drawn(page):
    waiting = Waiting(page, lambda: True)
    waiting.begin()
    wait_for(page)
    waiting.over()
    assert page.drawn == ["dots", "erase"]


def test_what_comes_at_once_shows_no_dots(page):
    waiting = Waiting(page, lambda: True)
    waiting.begin()
    waiting.over()
    time.sleep(0.06)
    assert page.drawn == []


@pytest.mark.parametrize(("free", "wanted"), [(False, True), (True, False)])
def test_no_dots_in_the_middle_of_a_line_or_in_a_script(page, free, wanted):
    waiting = Waiting(page, lambda: free, wanted)
    waiting.begin()
    time.sleep(0.06)
    waiting.over()
    assert page.drawn == []


def test_the_screen_takes_its_dots_away():
    from rich.console import Console

    shown = io.StringIO()
    screen = Screen("en", Typewriter("off", keys=False), Console(file=shown, width=60))
    screen.dots()
    before = len(shown.getvalue())
    screen.erase()
    dots, gone = shown.getvalue()[:before], shown.getvalue()[before:]
    assert dots.endswith("…") and gone.startswith("\r") and gone.endswith("\r")
    assert len(gone.strip("\r")) > len(dots) and not gone.strip()
