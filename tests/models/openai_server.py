"""A real HTTP server on this machine that speaks OpenAI's protocol, and can fail in every way.

    with OpenAIServer(say=lambda request: "Good evening.") as server:
        model = OpenAIModel(Endpoint(server.url, "some-model", local=True))

`say` makes a reply from a request's JSON; `failures` are played first, one for each request.
`requests` keeps what was asked, with the headers it came with.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]
Say = Callable[[Request], str]

STATUS: dict[str, tuple[int, dict[str, Any]]] = {
    "401": (401, {"message": "Incorrect API key provided: KEY", "code": "invalid_api_key"}),
    "403": (403, {"message": "not allowed here"}),
    "402": (402, {"message": "Insufficient Balance"}),
    "quota": (429, {"message": "You exceeded your quota", "code": "insufficient_quota"}),
    "zhipu quota": (429, {"message": "您的账户已欠费，请充值", "code": "1113"}),
    "429": (429, {"message": "slow down", "code": "rate_limit_exceeded"}),
    "500": (500, {"message": "oops"}),
    "503": (503, {"message": "overloaded"}),
    "404": (404, {"message": "no such model", "code": "model_not_found"}),
    "filter": (400, {"message": "rejected", "code": "content_filter"}),
    "zhipu filter": (
        400,
        {"message": "系统检测到输入或生成内容可能包含不安全或敏感内容", "code": "1301"},
    ),
    "400": (400, {"message": "context length exceeded", "code": "context_length_exceeded"}),
}
# Failures that are no status: how the body of an answer with 200 goes wrong.
BODIES = (
    "html", "empty body", "bad line", "cut", "no end", "no choices", "choices null", "no text",
    "hangs", "drops", "error event", "filtered", "slow", "binary", "not an object", "forever",
)  # fmt: skip


class OpenAIServer:
    """Serves /v1/chat/completions and /v1/completions, streamed, on a free port."""

    def __init__(
        self,
        say: Say = lambda request: "Good evening.",
        failures: Iterable[str] = (),
        refuses: Iterable[str] = (),
    ) -> None:
        """`refuses` are the parameters this server answers with status 400."""
        self.say, self.failures, self.refuses = say, list(failures), set(refuses)
        self.requests: list[Request] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.cut_off = threading.Event()  # a client went away before the end
        self.ending = threading.Event()
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.serve(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> OpenAIServer:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()

    # --- answering -----------------------------------------------------------------------------

    def serve(self, http: BaseHTTPRequestHandler) -> None:
        request = json.loads(http.rfile.read(int(http.headers["Content-Length"])))
        with self.lock:
            self.requests.append(request)
            self.headers.append({name.lower(): value for name, value in http.headers.items()})
            self.paths.append(http.path)
            failure = self.failures.pop(0) if self.failures else ""
        try:
            self._answer(http, request, failure)
        except (BrokenPipeError, ConnectionResetError):
            self.cut_off.set()
        finally:
            http.close_connection = True

    def _answer(self, http: BaseHTTPRequestHandler, request: Request, failure: str) -> None:
        named = next((one for one in self.refuses if one in json.dumps(request)), "")
        if named:
            self._status(http, 400, {"message": f"unsupported: {named}", "param": None})
        elif failure in STATUS:
            status, error = STATUS[failure]
            key = self.headers[-1].get("authorization", "").removeprefix("Bearer ")
            self._status(http, status, {**error, "message": error["message"].replace("KEY", key)})
        elif failure == "moved":
            http.send_response(307)
            http.send_header("Location", f"{self.url}/elsewhere")
            http.send_header("Content-Length", "0")
            http.end_headers()
        elif failure == "drops":
            http.connection.close()
        elif failure == "hangs":
            self.ending.wait(20)
        else:
            self._stream(http, request, failure)

    def _status(self, http: BaseHTTPRequestHandler, status: int, error: dict[str, Any]) -> None:
        body = json.dumps({"error": error}).encode()
        http.send_response(status)
        http.send_header("Content-Type", "application/json")
        http.send_header("Content-Length", str(len(body)))
        http.end_headers()
        http.wfile.write(body)

    def _stream(self, http: BaseHTTPRequestHandler, request: Request, failure: str) -> None:
        http.send_response(200)
        kind = "text/html" if failure == "html" else "text/event-stream"
        http.send_header("Content-Type", f"{kind}; charset=utf-8")
        http.end_headers()
        text = self.say(request)
        write = _Writer(http, "prompt" in request)
        bodies: dict[str, Callable[[], None]] = {
            "html": lambda: write.raw("<html><body>Sign in to continue</body></html>"),
            "empty body": lambda: None,
            "bad line": lambda: (write.delta(text[:3]), write.raw("data: {not json\n\n"))[0],
            "cut": lambda: (write.delta(text[:3]), write.raw('data: {"choices": [{"del'))[0],
            "no end": lambda: write.delta(text),
            "no choices": lambda: (write.event({"choices": []}), write.done())[0],
            "choices null": lambda: (write.event({"choices": None}), write.done())[0],
            "no text": lambda: (write.delta(None), write.end("stop"))[0],
            "error event": lambda: write.event({"error": {"message": "boom", "code": 500}}),
            "filtered": lambda: (write.delta(text[:3]), write.end("content_filter"))[0],
            "binary": lambda: write.raw(b"data: \xff\xfe\x00\n\n"),
            "not an object": lambda: (write.event([1, 2]), write.event("text"), write.done())[0],
            "forever": lambda: self._forever(write),
        }
        if failure in bodies:
            bodies[failure]()
            return
        for start in range(0, len(text), 4):
            write.delta(text[start : start + 4])
            if failure == "slow" and self.ending.wait(0.05):
                return
        write.end("stop")

    def _forever(self, write: _Writer) -> None:
        while not self.ending.is_set():
            write.delta("on and on ")
            time.sleep(0.001)


class _Writer:
    """Writes the events of a stream."""

    def __init__(self, http: BaseHTTPRequestHandler, plain: bool) -> None:
        self.http, self.plain = http, plain

    def raw(self, data: str | bytes) -> None:
        self.http.wfile.write(data.encode() if isinstance(data, str) else data)
        self.http.wfile.flush()

    def event(self, data: Any) -> None:
        self.raw(f"data: {json.dumps(data)}\n\n")

    def delta(self, text: str | None, reason: str | None = None) -> None:
        choice: dict[str, Any] = {"index": 0, "finish_reason": reason}
        choice |= {"text": text} if self.plain else {"delta": {"content": text}}
        self.event({"id": "x", "object": "chat.completion.chunk", "choices": [choice]})

    def end(self, reason: str) -> None:
        self.delta("", reason)
        self.done()

    def done(self) -> None:
        self.raw("data: [DONE]\n\n")
