"""Any server that speaks OpenAI's protocol, as a `ChatModel` and an `Answering` model.

The official client does the talking, in a thread of its own for each answer, so that a reply can
be stopped and has a deadline whatever the server does. Whatever goes wrong becomes a ModelError;
a reply that breaks off is never taken for a whole one.
"""

from __future__ import annotations

import queue
import threading
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from game.errors import ModelError
from game.models.base import Sampling
from game.models.breaker import Breaker
from game.models.failures import RETRIED, parameter, translated
from game.models.local.text import Cleaner
from game.models.wire import character_text, chat_messages, meta_messages
from game.prompts import Prompt
from game.settings import Endpoint, open_address

Request = dict[str, Any]
PATIENCE = 0.05  # how long a stop may go unnoticed
LONGEST_REPLY = 20_000  # characters; a server that sends more never ends
NO_KEY = "none"


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a server is waited for, in seconds."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 120.0
    before_retry: float = 0.5


@dataclass
class _Exchange:
    """One answer under way: what its thread has read, and whether anyone still wants it."""

    pieces: queue.Queue[str | ModelError | None] = field(default_factory=queue.Queue)
    gone: threading.Event = field(default_factory=threading.Event)


class OpenAIModel:
    """A model on a server; safe to be used by several games at once."""

    def __init__(self, where: Endpoint, waits: Waits | None = None) -> None:
        self.name = where.name
        self.where, self.waits = where, waits or Waits()
        self.breaker = Breaker()
        self._dropped: set[str] = set()  # parameters this server doesn't take
        self._client: Any = None
        self._lock = threading.Lock()

    @property
    def resting(self) -> bool:
        """Whether the server is left alone after failures: nothing is asked meanwhile."""
        return self.breaker.open

    def stream(
        self, prompt: Prompt, settings: Sampling, cancel: threading.Event, session: str = ""
    ) -> Iterator[str]:
        """The next line, piece by piece; raises ModelError unless it came to its end."""
        request: Request = {
            "model": self.where.model,
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.max_tokens,
            "stream": True,
        }
        if settings.seed is not None:
            request["seed"] = settings.seed
        if self.where.form == "completions":
            request |= {"prompt": character_text(prompt), "stop": ["\n"]}
            if settings.repetition_penalty != 1.0:
                request["extra_body"] = {"repetition_penalty": settings.repetition_penalty}
        elif self.where.form == "meta":
            request["messages"], request["extra_body"] = meta_messages(prompt)
        else:
            request["messages"] = chat_messages(prompt)
        return self._spoken(request, cancel)

    def answer(
        self, instructions: str, text: str, schema: Mapping[str, Any], cancel: threading.Event
    ) -> str:
        """A short answer of the form that `schema` describes, if the server can be held to it."""
        messages = [
            {"role": "system", "content": instructions}, {"role": "user", "content": text},
        ]  # fmt: skip
        wanted = {"name": "answer", "strict": True, "schema": dict(schema)}
        request: Request = {
            "model": self.where.model,
            "messages": messages,
            "temperature": 0.0,
            "max_tokens": 400,
            "stream": True,
            "response_format": {"type": "json_schema", "json_schema": wanted},
        }
        return "".join(self._spoken(request, cancel))

    def score(
        self, prompt: Prompt, question: str, options: Sequence[str], session: str = ""
    ) -> list[float] | None:
        """Servers don't tell how likely a given answer is."""
        return None

    def close(self) -> None:
        """Let the connections go."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    # --- asking --------------------------------------------------------------------------------

    def _spoken(self, request: Request, cancel: threading.Event) -> Iterator[str]:
        """The pieces of an answer; a failure before the first of them is tried again once."""
        tries = 2
        self._connected()  # importing the client takes long, and is not the server's fault
        while not cancel.is_set():
            self.breaker.check()
            tries -= 1
            said = False
            try:
                for piece in self._once(request, cancel):
                    said = True
                    yield piece
                if not said and not cancel.is_set():
                    raise ModelError("malformed", "an empty answer", self.name)
                self.breaker.succeeded()
                return
            except ModelError as error:
                self.breaker.failed(error)
                if said or not tries or error.kind not in RETRIED:
                    raise
            cancel.wait(self.waits.before_retry)

    def _once(self, request: Request, cancel: threading.Event) -> Iterator[str]:
        exchange, cleaner, raw = _Exchange(), Cleaner(), ""
        threading.Thread(
            target=self._read, args=(request, exchange), name="model-reply", daemon=True
        ).start()
        until = time.monotonic() + self.waits.total
        try:
            while not cancel.is_set():
                try:
                    found = exchange.pieces.get(timeout=PATIENCE)
                except queue.Empty:
                    if time.monotonic() > until:
                        raise ModelError("timeout", "no end in time", self.name) from None
                    continue
                if isinstance(found, ModelError):
                    raise found
                raw += found or ""
                if piece := cleaner.push(raw, final=found is None):
                    yield piece
                if found is None or len(raw) > LONGEST_REPLY:
                    return
                if time.monotonic() > until:
                    raise ModelError("timeout", "no end in time", self.name)
        finally:
            exchange.gone.set()

    def _read(self, request: Request, exchange: _Exchange) -> None:
        """Runs in its own thread: reads the answer until it ends or nobody wants it any more."""
        try:
            stream = self._open(request)
            try:
                finished = ""
                for chunk in stream:
                    if exchange.gone.is_set():
                        return
                    piece, finished = _piece(chunk, finished)
                    if piece:
                        exchange.pieces.put(piece)
            finally:
                stream.close()
            if finished == "content_filter":
                raise ModelError("refused", "the server's content filter", self.name)
            if not finished:
                raise ModelError("malformed", "the answer broke off", self.name)
            exchange.pieces.put(None)
        except BaseException as error:
            key = self.where.key.reveal()
            exchange.pieces.put(translated(error, self.name, key))

    def _open(self, request: Request) -> Any:
        """Sends a request, without those parameters that the server turns out not to know."""
        while True:
            asked = self._taken(request)
            try:
                client = self._client or self._connected()
                kind = client.completions if "prompt" in asked else client.chat.completions
                return kind.create(**asked)
            except Exception as error:
                left = {
                    name: value for name, value in asked.items()
                    if name in ("response_format", "seed", "top_p", "temperature", "max_tokens")
                }  # fmt: skip
                named = parameter(error, left)
                if not named:
                    raise
                strict = "json_schema" in str(left.get("response_format"))
                self._dropped.add("json_schema" if named == "response_format" and strict else named)

    def _taken(self, request: Request) -> Request:
        asked = {name: value for name, value in request.items() if name not in self._dropped}
        if "json_schema" in self._dropped and "response_format" in asked:
            asked["response_format"] = {"type": "json_object"}
        if "max_tokens" in self._dropped and "max_tokens" in request:
            asked["max_completion_tokens"] = request["max_tokens"]
        return asked

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _client(self.where, self.waits)
                weakref.finalize(self, self._client.close).atexit = False
            return self._client


def _client(where: Endpoint, waits: Waits) -> Any:
    import openai

    timeout = openai.Timeout(waits.read, connect=waits.connect)
    # A server may not send us on: it could name one that its player may not. Nor is a proxy asked
    # for a stranger's: it would look the name up itself.
    own = openai.DefaultHttpxClient(
        trust_env=not (where.local or where.foreign), timeout=timeout, follow_redirects=False,
        event_hooks={"request": [_pinned]} if where.foreign else {},
    )  # fmt: skip
    return openai.OpenAI(
        api_key=where.key.reveal() or NO_KEY, base_url=where.base_url, timeout=timeout,
        max_retries=0, http_client=own,
    )  # fmt: skip


def _pinned(request: Any) -> None:
    """Sends a request to the very address that was found to be of the open network.

    A name may stand for another one a moment later. `Host` was set from the name, and stays; so
    does the name that the certificate is held to.
    """
    host = request.url.host
    address = open_address(host, request.url.port)
    if address is None:
        raise ModelError("unreachable", "a name that stands for this machine or its network", host)
    request.url = request.url.copy_with(host=address)
    request.extensions = {**request.extensions, "sni_hostname": host}


def _piece(chunk: Any, finished: str) -> tuple[str, str]:
    """What a chunk adds, and why the answer ended once it has."""
    choices = getattr(chunk, "choices", None)
    if not choices:
        return "", finished
    choice = choices[0]
    delta = getattr(choice, "delta", None)
    text = getattr(choice, "text", None) if delta is None else getattr(delta, "content", None)
    reason = getattr(choice, "finish_reason", None)
    return (text if isinstance(text, str) else ""), (str(reason) if reason else finished)
