"""A stranger's server is asked at the address that was looked at, whatever its name says next."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from game import settings
from game.errors import ModelError
from game.models.openai import OpenAIModel, Waits
from game.settings import Endpoint, Key, endpoint
from game.wishes import resolve
from tests.models.contract import PROMPT, SETTINGS
from tests.models.openai_server import OpenAIServer

OPEN, INSIDE = "127.0.0.1", "127.0.0.2"  # two of this machine, of which one plays the open network
QUICK = Waits(connect=1, read=1, total=3, before_retry=0.01)
real_getaddrinfo, real_global = socket.getaddrinfo, settings._global


class Names:
    """A resolver that gives another address each time it is asked for a name."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host in (OPEN, INSIDE):
            return real_getaddrinfo(host, port, *more, **named)
        self.asked.append(host)
        address = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return real_getaddrinfo(address, port, *more, **named)


class Listener:
    """Takes connections, and keeps the first bytes of each."""

    def __init__(self, address: str, port: int = 0) -> None:
        self.heard: list[bytes] = []
        try:
            self._socket = socket.create_server((address, port))
        except OSError:
            pytest.skip(f"this machine has no address {address}")
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                found, _ = self._socket.accept()
            except OSError:
                return
            with found:
                found.settimeout(2)
                self.heard.append(found.recv(4096))

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(autouse=True)
def one_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_global", lambda host: host == OPEN)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def stranger(server_port: int, scheme: str = "http") -> OpenAIModel:
    url = f"{scheme}://model.example:{server_port}/v1"
    return OpenAIModel(Endpoint(url, "m", Key("sk-abcdef123456"), foreign=True), QUICK)


def said(model: OpenAIModel) -> str:
    return "".join(model.stream(PROMPT, SETTINGS, threading.Event()))


def test_a_name_that_changes_after_it_was_looked_at_leads_nowhere_else(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(server.url.rsplit(":", 1)[1].partition("/")[0])
    inside = Listener(INSIDE, port)
    names = Names(OPEN, INSIDE)
    monkeypatch.setattr(socket, "getaddrinfo", names)
    assert said(stranger(port)) == "Good evening."
    assert names.asked == ["model.example"] and inside.heard == []
    assert server.headers[0]["host"] == f"model.example:{port}"
    with pytest.raises(ModelError) as caught:  # now the name stands for what is inside
        said(stranger(port))
    assert caught.value.kind == "unreachable" and inside.heard == []
    assert INSIDE not in str(caught.value)
    inside.close()


def test_the_certificate_is_held_to_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = Listener(OPEN)
    monkeypatch.setattr(socket, "getaddrinfo", Names(OPEN, INSIDE, INSIDE))
    with pytest.raises(ModelError):
        said(stranger(listener.port, "https"))
    listener.close()
    assert listener.heard and b"model.example" in listener.heard[0]  # the name, sent in the clear


def test_no_proxy_looks_a_strangers_name_up(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(server.url.rsplit(":", 1)[1].partition("/")[0])
    proxy = Listener(INSIDE)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{INSIDE}:{proxy.port}")
    monkeypatch.setattr(socket, "getaddrinfo", Names(OPEN))
    assert said(stranger(port)) == "Good evening." and proxy.heard == []
    proxy.close()


def test_only_what_a_stranger_named_is_foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_global", real_global)
    monkeypatch.setattr(socket, "getaddrinfo", Names("93.184.215.14"))
    wish = {"actor": "openai:m", "base_url": "https://model.example/v1", "key": Key("sk-abcdef12")}
    theirs = resolve(page=wish, environment={}, trusted=False)
    assert endpoint(theirs, "actor").foreign
    assert not endpoint(resolve(page=wish, environment={}), "actor").foreign
    own = {"OPENAI_BASE_URL": "http://127.0.0.2:8000/v1"}
    hosts = resolve(page={"actor": "openai:m"}, environment=own, trusted=False)
    assert not endpoint(hosts, "actor").foreign
    preset = resolve(page={**wish, "judge": "deepseek"}, environment={}, trusted=False)
    assert not endpoint(preset, "judge").foreign
    with pytest.raises(Exception, match="no such setting"):
        resolve(page={"foreign": False}, environment={}, trusted=False)


def test_addresses_of_both_kinds() -> None:
    assert settings.open_address("127.0.0.1", 80) == "127.0.0.1"
    assert settings.open_address("127.0.0.2", 80) is None
