"""The dots that stand while a model thinks."""

import time

import pytest

from game.ui import cli_waiting
from game.ui.cli_waiting import Waiting


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
