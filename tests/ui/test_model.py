"""/model at the terminal: who plays, choosing others, and a key that is found nowhere."""

import json

import pytest
from inn import WORDS, contents
from test_cli import PROMPT, Person, home, terminal_only  # noqa: F401

from game.app import App
from game.cast.authored import AuthoredActor
from game.cast.modelled import ModelActor, ModelNarrator
from game.events import ActorSpoke, PlayerSpoke
from game.options import Options
from game.settings import endpoint, presets
from game.ui.cli_input import Script, _completer
from game.ui.cli_model import completions
from game.ui.cli_terminal import Terminal
from game.ui.commands import holds_key, without_key
from tests.models.openai_server import OpenAIServer

INLINE = "sk-inline-0123456789abcdef"
KEY = "sk-terminal-0123456789abcdef"
ENVIRONMENT = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "DEEPSEEK_API_KEY", "ZHIPUAI_API_KEY")


@pytest.fixture
def app(tmp_path, monkeypatch):
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    for path, text in contents().items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    none = tmp_path / "none.yaml"
    options = Options(
        "en", "inn", seed=7, saves=tmp_path / "saves", content=(tmp_path,), settings=none
    )
    return App(options)


def play(app, lines, capsys):
    """Plays lines as a script does; returns what came out, one object a line."""
    Terminal(app, Script(lines), scripted=True, json=True).run()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def tables(found):
    return [dict(one["rows"]) for one in found if one.get("name") == "model"]


def names(found):
    return [one["name"] for one in found if one["type"] == "notice"]


def test_who_plays_is_shown_and_changed(app, capsys):
    app.options.models = {"actor": "deepseek"}
    found = play(app, ["/model", "/model judge qwen:big", "/model off", "/model"], capsys)
    first, second, third, fourth = tables(found)
    assert first["actor"].startswith("deepseek-chat · https://api.deepseek.com · no key")
    assert first["narrator"] == "as the author wrote it" and "temperature 0.9" in first["settings"]
    assert second["judge"].startswith("big · ") and second["actor"] == first["actor"]
    assert third["actor"] == third["judge"] == "as the author wrote it" and third == fourth
    assert "use" in names(found)


def test_an_address_of_the_command_line_can_be_taken_off(app, capsys):
    app.options.models = {"actor": "openai:mine", "base_url": "http://127.0.0.1:9/v1"}
    found = play(app, ["/model", "/model url off", "/model off"], capsys)
    first, second, third = tables(found)
    assert "127.0.0.1:9" in first["actor"] and "api.openai.com" in second["actor"]
    assert third["actor"] == "as the author wrote it" and "actor" not in app.options.models


def test_what_was_chosen_comes_before_the_command_line_and_lasts(app, capsys):
    app.options.models = {"actor": "deepseek", "temperature": 0.3}
    made = []
    begin = app._session

    def session(*args, **more):
        made.append(begin(*args, **more))
        return made[-1]

    app._session = session
    lines = ["/model actor openai:mine", "/model url http://127.0.0.1:9/v1", "clear", "/new", "inn"]
    play(app, lines, capsys)
    assert len(made) == 3
    for one in made:
        assert isinstance(one.actor, ModelActor) and one.actor.model.where.model == "mine"
        assert one.actor.manner.sampling.temperature == 0.3
    play(app, ["/model off"], capsys)
    assert isinstance(made[-1].actor, AuthoredActor)


@pytest.mark.parametrize(
    "wish", ["judge nobody", "actor embed", "actor glm:", "temperature hot", "max_tokens 1",
             "url ftp://x", "reword perhaps", "actor glm:/nowhere"],
)  # fmt: skip
def test_what_can_not_be_is_a_sentence_and_the_cast_stays(app, capsys, wish):
    terminal = Terminal(app, Script(["/model narrator ollama", f"/model {wish}"]), True, True)
    terminal.run()
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert names(found)[-1] == "error"
    assert isinstance(terminal.session.narrator, ModelNarrator)
    assert isinstance(terminal.session.actor, AuthoredActor)
    assert app.wishes == {"narrator": "ollama"}


def test_settings_reach_the_cast(app, capsys):
    lines = ["/model narrator ollama", "/model 旁白 lmstudio", "/model temperature 0.25"]
    terminal = Terminal(app, Script([*lines, "/model reword off"]), True, True)
    terminal.run()
    narrator = terminal.session.narrator
    assert narrator.model.where.base_url == presets()["lmstudio"]["base_url"]
    assert narrator.manner.sampling.temperature == 0.25 and not narrator.rewords


def test_a_script_is_told_where_a_key_comes_from(app, capsys):
    found = play(app, ["/model key", "/model actor zhipu", "/model key"], capsys)
    said = [one["text"] for one in found if one["type"] == "notice"]
    assert "no_server" in names(found) and "ZHIPUAI_API_KEY" in said[-1]
    found = play(app, ["/model judge deepseek", "/model key"], capsys)
    assert "/model key zhipu · /model key deepseek" in found[-1]["text"]


class Typing(Script):
    """A person's lines, and what they type where a key is asked for."""

    def __init__(self, lines, keys):
        super().__init__(lines)
        self.keys, self.asked = iter(keys), []

    def read(self, ask):
        if ask.secret:
            self.asked.append(ask.name)
            return next(self.keys)
        return super().read(ask)


def keys_of(app):
    settings = app.settings_for()
    return {part: endpoint(settings, part).key.reveal() for part in ("actor", "judge")}


def test_a_key_goes_only_to_the_server_it_was_given_for(app, capsys):
    reader = Typing(["/model actor openai", "/model judge deepseek", "/model key deepseek",
                     "/model key"], [KEY, "sk-second-0123456789"])  # fmt: skip
    Terminal(app, reader).run()
    assert "api.deepseek.com" in reader.asked[0] and "api.openai.com" in reader.asked[1]
    assert keys_of(app) == {"actor": "sk-second-0123456789", "judge": KEY}
    Terminal(app, Typing(["/model url https://elsewhere.example/v1"], [])).run()
    assert keys_of(app) == {"actor": "", "judge": KEY}
    shown = capsys.readouterr().out
    assert "forgotten" in shown and KEY not in shown and "sk-second" not in shown


def test_no_key_is_taken_where_none_was_typed(app, capsys):
    Terminal(app, Typing(["/model actor openai", "/model key", "/model key"], ["", None])).run()
    assert "keys" not in app.wishes and "No key was taken" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"/model key {KEY}", "/model key …"),
        (f"/模型 密钥 {KEY}", "/模型 密钥 …"),
        (f"/MODEL key openai {KEY}", "/MODEL key openai …"),
        ("/model key hunter2", "/model key …"),
        (f"/modle key {KEY}", "/modle key …"),
        (f"/model actor {KEY}", "/model actor …"),
        ("/model key openai", ""), ("/model", ""), (f"I say {KEY}", ""), ("/model off", ""),
        ("/model actor glm:/models/CharacterGLM-6B-2024", ""), ("/save key of the cellar", ""),
    ],
)  # fmt: skip
def test_a_key_in_the_line_is_neither_kept_nor_shown(line, shown):
    assert holds_key(line) == bool(shown)
    assert without_key(line) == (shown or line)


def test_tab_offers_parts_and_servers_one_word_after_the_other():
    from prompt_toolkit.document import Document

    words = [("Let me go", ""), *completions("en"), ("/model", ""), ("/goals", "")]

    def offered(typed):
        complete = _completer(lambda: words).get_completions(Document(typed), None)
        return [one.text for one in complete]

    assert offered("") == ["Let me go"]
    assert offered("/mo") == ["/model"] and "/goals" in offered("/")
    assert {"/model actor", "/model key", "/model temperature"} <= set(offered("/model "))
    assert {f"/model actor {one}" for one in presets()} <= set(offered("/model actor "))
    assert offered("/model judge em") == ["/model judge embed"]


class Recorded(Person):
    """Keeps everything that was ever on the screen, colours and all."""

    everything, _seen = "", ""

    @property
    def seen(self):
        return self._seen

    @seen.setter
    def seen(self, shown):
        self.everything += shown.removeprefix(self._seen)
        self._seen = shown


@terminal_only
def test_a_person_gives_a_key_and_it_is_found_nowhere(home):  # noqa: F811
    """A real terminal and a real server: the key goes there, and to no other place."""
    with OpenAIServer(lambda request: "（抬头）雨要下一夜。") as server:
        none = home / "none.yaml"
        none.write_text("summaries: off\n", encoding="utf-8")
        person = Recorded(home, "--speed", "off", "--settings", str(none))

        def says(line, until=PROMPT):
            person.types(line)
            return person.until(until)

        says("")
        says(f"/model url {server.url}\r")
        says("/model key openai\r", "直接回车则不填")
        says("\x03")  # leaves it
        says("/model key openai\r", "直接回车则不填")
        says(f"{KEY}\r")
        says(f"/model key {INLINE}\r")  # is seen as it is typed, and then never again
        says("/model 人物 openai:story-model\r", "已有密钥")
        says("")
        assert "雨要下一夜" in says("今晚的雨会停吗\r", PROMPT)
        for before in ("今晚的雨", "story-model", "key openai"):  # up: none with the key between
            says("\x1b[A", before)
        says("\x03")
        says("/export jsonl\r")
        person.types("stop\r")
        assert person.status() == 0
        assert {one["authorization"] for one in server.headers} == {f"Bearer {KEY}"}
        assert server.requests[0]["model"] == "story-model"
        assert server.requests[-1]["messages"][-1]["content"].find("今晚的雨会停吗") >= 0
    assert KEY not in person.everything
    assert INLINE not in person.everything.partition("不要写在这一行里")[2]
    written = [path for path in home.rglob("*") if path.is_file()]
    assert {"history", "saves.db"} <= {path.name for path in written}
    for path in written:
        for key in (KEY, INLINE):
            assert key.encode() not in path.read_bytes(), path
    history = (home / "saves" / "history").read_text(encoding="utf-8")
    assert "+/model key openai" in history and "+/model key …" not in history
    app = App(Options("zh", saves=home / "saves", content=(home,), settings=none))
    spoken = [one for one in app.open(app.saves()[0].id).live() if isinstance(one, ActorSpoke)]
    assert spoken[-1].text == "（抬头）雨要下一夜。" and WORDS["zh"]["greeting"] == spoken[0].text
    assert any(isinstance(one, PlayerSpoke) for one in app.open(app.saves()[0].id).events)
