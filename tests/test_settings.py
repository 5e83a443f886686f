"""Who plays with what: precedence, roles, and keys that are shown to nobody."""

from __future__ import annotations

import json
import pickle
import re
import socket
from dataclasses import asdict
from pathlib import Path

import pytest

from game.__main__ import main
from game.app import App
from game.cast.authored import AuthoredActor
from game.cast.modelled import ModelActor
from game.errors import ContentError, ModelError
from game.events import Notice
from game.options import Options
from game.settings import (
    Key,
    Settings,
    SettingsError,
    endpoint,
    is_local,
    needs_key,
    parse_role,
    presets,
)
from game.ui.locale import has
from game.ui.problems import error_text
from game.wishes import read_file, resolve
from tests.conftest import CONTENT

SECRET = "sk-host-0123456789abcdef"
THEIRS = "sk-guest-0123456789abcdef"


def test_without_wishes_nothing_is_asked_of_anyone() -> None:
    settings = resolve(environment={"OPENAI_API_KEY": SECRET})
    assert not settings.wanted
    assert (settings.actor, settings.narrator, settings.judge) == ("authored",) * 3


def test_the_stronger_wish_counts() -> None:
    env = {"OPENAI_BASE_URL": "http://env:1/v1", "OPENAI_API_KEY": "sk-env"}
    file = {"base_url": "http://file:1/v1", "actor": "deepseek", "temperature": "0.5"}
    page = {"base_url": "http://page:1/v1", "actor": "qwen"}
    assert resolve(environment=env).base_url == "http://env:1/v1"
    assert resolve(file=file, environment=env).base_url == "http://file:1/v1"
    assert resolve(page=page, file=file, environment=env).base_url == "http://page:1/v1"
    settings = resolve({"actor": "moonshot"}, page, file, env)
    assert settings.actor == "moonshot" and settings.temperature == 0.5


def test_what_start_py_has_downloaded_is_the_weakest_wish() -> None:
    env = {"STORY_JUDGE": "embed:/models/small"}
    assert resolve(environment=env).judge == "embed:/models/small"
    assert resolve(environment=env).actor == "authored"
    for stronger in ("command_line", "page", "file"):
        settings = resolve(**{stronger: {"judge": "authored"}}, environment=env)  # type: ignore[arg-type]
        assert settings.judge == "authored", stronger
    with pytest.raises(SettingsError):
        resolve(environment={"STORY_JUDGE": "nobody"})


def test_narrator_and_judge_have_a_default_model() -> None:
    settings = Settings(narrator="openai", judge="openai", key=Key(SECRET))
    assert endpoint(settings, "narrator").model == "gpt-3.5-turbo"
    assert endpoint(settings, "judge").model == "gpt-3.5-turbo"
    assert endpoint(settings, "judge").base_url == "https://api.openai.com/v1"


@pytest.mark.parametrize("name", sorted(presets()))
def test_every_preset_can_play_every_part(name: str) -> None:
    settings = Settings(actor=name, narrator=name, judge=f"{name}:own-model", key=Key("k"))
    for part in ("actor", "narrator", "judge"):
        where = endpoint(settings, part)
        assert where.base_url.startswith("http") and where.model
    assert endpoint(settings, "judge").model == "own-model"
    assert endpoint(settings, "judge").form == "chat"


def test_a_character_model_takes_its_own_form() -> None:
    assert endpoint(Settings(actor="zhipu"), "actor").form == "meta"
    assert endpoint(Settings(actor="zhipu:glm-4"), "actor").form == "chat"
    assert endpoint(Settings(actor="vllm"), "actor").form == "completions"


def test_a_bare_name_of_a_page_is_a_model_on_the_openai_server() -> None:
    settings = resolve(
        page={"actor": "qwen2.5:7b", "judge": "deepseek", "key": "k"}, environment={}
    )
    assert endpoint(settings, "actor").model == "qwen2.5:7b"
    assert endpoint(settings, "judge").model == "deepseek-chat"


def test_an_address_moves_openai_or_else_the_servers_of_this_machine() -> None:
    far = Settings(actor="vllm", narrator="deepseek", base_url="http://10.0.0.5:8000/v1")
    assert endpoint(far, "actor").base_url == far.base_url
    assert endpoint(far, "actor").form == "completions" and not needs_key(endpoint(far, "actor"))
    assert endpoint(far, "narrator").base_url == "https://api.deepseek.com"
    both = Settings(actor="ollama", judge="openai", base_url="https://elsewhere.example/v1")
    assert endpoint(both, "actor").base_url == "http://127.0.0.1:11434/v1"
    assert endpoint(both, "judge").base_url == both.base_url


def test_roles_are_read() -> None:
    assert parse_role("glm:/models/a:b").source == "/models/a:b"
    assert parse_role("embed:folder", "judge").kind == "embed"
    assert parse_role("openrouter:meta/llama:free").source == "meta/llama:free"


@pytest.mark.parametrize(
    "wish",
    [
        {"narrator": "embed"}, {"actor": "embed"}, {"actor": "glm:"}, {"actor": "x\ny"},
        {"base_url": "ftp://host"}, {"base_url": "https://user:pass@host/v1"},
        {"base_url": "https://host/v1?key=1"}, {"base_url": "https://[bad"}, {"base_url": 7},
        {"temperature": "hot"}, {"temperature": "nan"}, {"max_tokens": 10**9},
        {"guards": {"nothing": True}}, {"guards": "all"}, {"guards": {"label": "maybe"}},
        {"keys": "sk-x"}, {"key": 5}, {"nonsense": 1}, {"trusted": True}, {"summaries": "x"},
    ],
)  # fmt: skip
def test_what_can_not_be_used_is_refused_by_name(wish: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as caught:
        resolve(page=wish, environment={})
    assert caught.value.field


# --- keys -----------------------------------------------------------------------------------------


def test_a_key_shows_itself_to_nobody() -> None:
    settings = Settings(actor="openai", key=Key(SECRET), keys={"zhipu": Key(SECRET)})
    where = endpoint(settings, "actor")
    assert SECRET not in f"{settings!r} {where!r} {settings} {Key(SECRET)} {where.name}"
    assert SECRET not in repr(asdict(settings))
    with pytest.raises(TypeError):
        pickle.dumps(Key(SECRET))
    with pytest.raises(TypeError):
        json.dumps(Key(SECRET))
    assert Key(SECRET) == Key(SECRET) and Key(SECRET) != Key("other") and not Key()


def test_a_refused_setting_never_repeats_a_key() -> None:
    with pytest.raises(SettingsError) as caught:
        resolve(page={"key": SECRET + "\n"}, environment={})
    assert SECRET not in str(caught.value)


def key_for(part: str = "actor", **layers: object) -> str:
    settings = resolve(**layers)  # type: ignore[arg-type]
    return endpoint(settings, part).key.reveal()


def test_the_hosts_key_never_goes_to_a_players_server() -> None:
    env = {"OPENAI_API_KEY": SECRET}
    page = {"actor": "openai", "base_url": "https://elsewhere.example/v1"}
    assert key_for(page=page, environment=env) == ""
    assert key_for(page={**page, "key": THEIRS}, environment=env) == THEIRS
    file = {"key": SECRET, "keys": {"openai": SECRET}}
    assert key_for(page=page, file=file, environment=env) == ""


def test_a_key_goes_only_to_the_server_it_is_for() -> None:
    env = {"OPENAI_API_KEY": SECRET, "DEEPSEEK_API_KEY": "sk-deep-1234"}
    assert key_for(command_line={"actor": "deepseek"}, environment=env) == "sk-deep-1234"
    assert key_for(command_line={"actor": "moonshot"}, environment=env) == ""
    assert key_for(command_line={"actor": "openai"}, environment=env) == SECRET
    own = {"actor": "openai", "base_url": "http://127.0.0.1:1/v1"}
    assert key_for(command_line=own, environment=env) == SECRET
    page = {"judge": "openai", "key": THEIRS}
    assert key_for(command_line={"actor": "moonshot"}, page=page, environment=env) == ""
    assert key_for("judge", command_line={"actor": "x"[:0]}, page=page, environment=env) == THEIRS


def test_a_stranger_is_lent_no_key_they_did_not_bring() -> None:
    env = {"OPENAI_API_KEY": SECRET}
    assert key_for(page={"actor": "openai:gpt-x"}, environment=env, trusted=False) == ""
    lent = key_for(command_line={"actor": "openai"}, page={}, environment=env, trusted=False)
    assert lent == SECRET


@pytest.mark.parametrize(
    "wish",
    [
        {"actor": "glm:/etc"}, {"narrator": "hf:owner/name"}, {"judge": "embed:/etc"},
        {"actor": "ollama"}, {"base_url": "http://127.0.0.1:80/v1"},
        {"base_url": "http://169.254.169.254/v1"}, {"base_url": "http://10.0.0.1/v1"},
        {"base_url": "http://localhost/v1"}, {"base_url": "http://[::1]/v1"},
        {"base_url": "http://router/v1"},
    ],
)  # fmt: skip
def test_a_stranger_names_nothing_of_this_machine(wish: dict[str, str]) -> None:
    resolve(page=wish, environment={})
    with pytest.raises(SettingsError):
        resolve(page=wish, environment={}, trusted=False)


INSIDE = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%2", "::ffff:127.0.0.1"]


@pytest.mark.parametrize("inside", INSIDE)
def test_a_name_that_stands_for_this_machine_is_refused_to_strangers(
    inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def looked_up(host: str, port: int | None, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    monkeypatch.setattr("socket.getaddrinfo", looked_up)
    wish, addresses = {"base_url": "https://inside.example:8443/v1"}, ["93.184.215.14", inside]
    resolve(page=wish, environment={})
    assert asked == []  # whoever owns the machine may name it
    with pytest.raises(SettingsError, match="only the host can choose a local server"):
        resolve(page=wish, environment={}, trusted=False)
    addresses = ["93.184.215.14", "2606:4700::1111"]
    assert resolve(page=wish, environment={}, trusted=False).base_url == wish["base_url"]
    assert asked == ["inside.example"] * 2


def test_a_name_that_nobody_knows_is_left_to_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    wish = {"base_url": "https://nowhere.example/v1"}
    assert resolve(page=wish, environment={}, trusted=False).base_url == wish["base_url"]


def test_addresses_of_this_machine_are_known() -> None:
    assert is_local("http://127.0.0.1:11434/v1") and is_local("http://box.local/v1")
    assert not is_local("https://api.deepseek.com")
    assert not needs_key(endpoint(Settings(actor="ollama"), "actor"))
    assert needs_key(endpoint(Settings(actor="qwen"), "actor"))


# --- the settings file, and the app ---------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "localhost.", "10.1", "2130706433"])
def test_other_spellings_of_this_machine_are_known_too(host: str) -> None:
    assert is_local(f"http://{host}:11434/v1")


def test_an_address_meant_for_other_programs_stops_no_game() -> None:
    env = {"OPENAI_BASE_URL": "localhost:11434"}
    assert not resolve(environment=env).wanted
    with pytest.raises(SettingsError):
        resolve({"actor": "openai"}, environment=env)


def test_a_settings_file_must_be_text(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_bytes(b"actor: \xff\xfe")
    with pytest.raises(ContentError):
        read_file(tmp_path / "s.yaml")


def test_the_settings_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(
        "actor: deepseek\nkeys: {deepseek: sk-file-123456}\nguards: {loops: off}\nmax_tokens: 200\n"
    )
    settings = resolve(file=read_file(file), environment={})
    assert endpoint(settings, "actor").key.reveal() == "sk-file-123456"
    assert settings.guard("loops") is False and settings.guard("label") is True
    assert settings.max_tokens == 200
    assert read_file(tmp_path / "none.yaml") == {}
    file.write_text("actor: [unclosed")
    with pytest.raises(ContentError):
        read_file(file)


def test_a_settings_file_that_was_named_must_be_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "none.yaml"
    with pytest.raises(SystemExit) as ended:
        main(["models", "check", "--settings", str(missing)])
    assert ended.value.code == 2 and str(missing) in capsys.readouterr().err


def test_without_its_key_a_part_is_authored_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    none = tmp_path / "none.yaml"
    app = App(Options(saves=tmp_path, content=[CONTENT], settings=none))
    troupe = app.troupe_for({"actor": "deepseek"})
    assert isinstance(troupe.actor, AuthoredActor)
    assert [one.code for one in troupe.notices] == ["key_missing"]
    troupe = app.troupe_for({"actor": "deepseek", "key": THEIRS})
    assert isinstance(troupe.actor, ModelActor) and troupe.notices == ()
    assert app.troupe_for({"actor": "deepseek", "key": THEIRS}).actor.model is troupe.actor.model
    assert (
        app.troupe_for({"actor": "deepseek", "key": SECRET}).actor.model is not troupe.actor.model
    )
    app.models.close()


def test_without_its_model_the_judge_by_meaning_is_the_authored_one(tmp_path: Path) -> None:
    app = App(Options(saves=tmp_path, content=[CONTENT], settings=tmp_path / "none.yaml"))
    troupe = app.troupe_for({"judge": f"embed:{tmp_path}"})
    assert troupe.judge is troupe.fallback
    assert [one.code for one in troupe.notices] == ["embed_missing"]


def test_a_game_says_what_is_missing_and_is_cast_as_its_player_wishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QWEN_API_KEY", raising=False)
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    options = Options("en", saves=tmp_path, content=[CONTENT], settings=tmp_path / "none.yaml")
    app = App(options)
    session = app.new("tea", seed=1)
    app.cast(session, {"narrator": "qwen"})
    told = [one for one in session.resume() if isinstance(one, Notice)]
    server = "qwen-plus @ dashscope.aliyuncs.com"
    assert [one.data for one in told] == [{"role": "narrator", "server": server}]
    assert not [one for one in session.resume() if isinstance(one, Notice)]
    before = session.actor
    with pytest.raises(SettingsError):
        app.cast(session, {"actor": "glm:/etc"}, trusted=False)
    with pytest.raises(ModelError):
        app.cast(session, {"actor": "glm:/nonexistent"})
    assert session.actor is before
    app.cast(session, {"actor": "some-model", "key": THEIRS})
    assert isinstance(session.actor, ModelActor)


def test_a_refused_setting_is_told_in_either_language() -> None:
    for wish in ({"actor": "nobody"}, {"top_p": 9}, {"reword": "maybe"}, {"base_url": "ftp://x"},
                 {"narrator": "embed"}, {"actor": "glm:"}, {"guards": {"x": "on"}}, {"guards": 1},
                 {"unfit": "a\nb"}, {"nonsense": 1}):  # fmt: skip
        with pytest.raises(SettingsError) as caught:
            resolve(wish, environment={})
        english, chinese = (error_text(lang, caught.value) for lang in ("en", "zh"))
        assert english.startswith("The setting ") and has(
            "en", f"notices.setting.{caught.value.code}"
        )
        assert english.isascii() or "’" in english
        assert re.search("[一-鿿]{3}", chinese.partition("：")[2]), chinese


def test_what_may_be_a_key_is_not_repeated() -> None:
    for wish in ({"actor": SECRET}, {SECRET: 1}, {"guards": {SECRET: "on"}}):
        with pytest.raises(SettingsError) as caught:
            resolve(wish, environment={})
        assert SECRET not in error_text("en", caught.value) + str(caught.value)


def test_a_key_can_be_given_for_one_server_by_name() -> None:
    page = {"actor": "deepseek", "judge": "zhipu", "keys": {"deepseek": THEIRS}}
    assert key_for(page=page, environment={"ZHIPUAI_API_KEY": SECRET}) == THEIRS
    assert key_for("judge", page=page, environment={"ZHIPUAI_API_KEY": SECRET}) == SECRET
