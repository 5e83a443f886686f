"""What the terminal does when things fail: models, disks, and other programs."""

import json

import pytest
from inn import WORDS, contents

from game.app import App
from game.cast.authored import AuthoredActor, AuthoredNarrator
from game.cast.judge import AuthoredJudge
from game.errors import ModelError, SaveUnwritable
from game.events import PlayerSpoke
from game.options import Options
from game.troupe import Troupe
from game.ui.cli_input import Script
from game.ui.cli_terminal import Terminal


@pytest.fixture
def app(tmp_path):
    for path, text in contents().items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    options = Options("en", "inn", seed=7, saves=tmp_path / "saves", content=(tmp_path,))
    return App(options)


def play(app, lines, capsys):
    """Plays lines as a script does; returns what came out, one object a line."""
    Terminal(app, Script(lines), scripted=True, json=True).run()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def names(found):
    return [one["name"] for one in found if one["type"] == "notice"]


class FailingActor(AuthoredActor):
    """An actor whose model fails at its second line, for so many times."""

    def __init__(self, times=1):
        self.times, self.lines = times, 0

    def speak(self, story, state, cue, take):
        self.lines += 1
        if self.lines > 1 and self.times:
            self.times -= 1
            raise ModelError("timeout", "no answer")
        yield from super().speak(story, state, cue, take)


def with_actor(app, actor):
    judge = AuthoredJudge()
    app._troupe = Troupe(actor, AuthoredNarrator(), judge, judge)
    return app


@pytest.mark.parametrize("way", ["/retry", "1", "2"])
def test_a_failing_model_is_told_and_there_is_a_way_on(app, capsys, way):
    times = 1 if way != "2" else 99
    found = play(with_actor(app, FailingActor(times)), ["1", "/options", way], capsys)
    told = next(one for one in found if one.get("name") == "model_failed")
    assert "too long" in told["text"] and "/retry" in told["text"]
    offered = next(one for one in found if one.get("name") == "options")["options"]
    assert len(offered) == 3
    assert [one["text"] for one in found if one["type"] == "ActorSpoke"][-1] == WORDS["en"][
        "thanks"
    ]
    assert sum(one["type"] == "PlayerSpoke" for one in found) == 1  # the line was not lost


def test_a_turn_whose_model_failed_can_be_taken_back(app, capsys):
    found = play(with_actor(app, FailingActor(99)), ["1", "3", "/options"], capsys)
    assert "undone" in names(found)
    offered = next(one for one in found if one.get("name") == "options")["options"]
    assert WORDS["en"]["help"] in offered


def test_a_save_that_another_program_plays_is_opened_again(app, capsys):
    class Meddling(Script):
        def read(self, ask):
            line = super().read(ask)
            if line == "1":  # just before our line, another program writes one
                saved = app.saves()[0]
                length = len(app.store.events(saved.id, "local"))
                app.store.append(saved.id, "local", length, PlayerSpoke("from elsewhere"))
            return line

    Terminal(app, Meddling(["1", "/goals"]), scripted=True, json=True).run()
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "Another program" in next(one for one in found if one.get("name") == "error")["text"]
    assert "from elsewhere" in next(one for one in found if one.get("name") == "recap")["text"]
    assert "goals" in names(found)


def test_a_full_disk_ends_no_game_and_the_warning_stays(app, capsys):
    asked = []

    class Watching(Script):
        def read(self, ask):
            asked.append(ask.warning)
            return super().read(ask)

    def refuse(*args):
        raise SaveUnwritable("saves", "no room")

    app.store.append = refuse
    Terminal(app, Watching(["1", WORDS["en"]["leave"]]), scripted=True, json=True).run()
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert any(one["type"] == "Ended" for one in found)
    assert all("memory" in warning for warning in asked)


def test_saves_that_cannot_be_opened_are_refused_by_name(app, tmp_path, capsys):
    (tmp_path / "saves").mkdir()
    (tmp_path / "saves" / "saves.db").write_bytes(b"not a database at all" * 99)
    app.options.scenario = ""
    found = play(app, ["1"], capsys)
    assert "saves.db" in found[0]["text"] and "--saves" in found[1]["text"]


def test_drawn_text_keeps_to_the_width(app, capsys, monkeypatch):
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", "50")
    lines = ["1", "/help", "/goals", "/items", "/saves", "/why", "/hint", WORDS["en"]["leave"]]
    Terminal(app, Script(lines), scripted=True).run()
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) > 60
    assert [line for line in shown if cell_len(line) > 50] == []
