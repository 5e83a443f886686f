"""The door: every request passes here before anything else sees it.

It checks the host name (against rebinding of names), the origin of whatever changes something, the
size of bodies and, where asked for, user and password. It lets through only the paths a page needs,
so that nothing of Gradio's queue, uploads or file serving can be reached. Pages leave with a
content security policy whose scripts carry a number used once.
"""

from __future__ import annotations

import base64
import ipaddress
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from .bring import LARGEST_BODY
from .bring import PATH as BRING
from .corner import LARGEST as LARGEST_DRAFT
from .corner import PATH as CORNER
from .owners import new_token, set_cookie, token_in

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 64 * 1024
LARGER = {BRING: LARGEST_BODY, CORNER: LARGEST_DRAFT}  # where files and texts come in
_GET = re.compile(
    r"/|/health|/play/[\w./-]+|/(assets|static|svelte)/[\w./@~+-]+|/theme\.css|/favicon\.ico"
    r"|/(gradio_api/)?(config|theme\.css|startup-events|app_id|login_check)/?"
    r"|/gradio_api/heartbeat/\w+|/manifest\.json|/robots\.txt"
)
_POST = re.compile(r"/gradio_api/component_server/?|/play/bring|/play/corner")
_LOCAL = ("localhost",)
_SCRIPT = re.compile(rb"<script(?=[\s>])")
_OUTSIDE = re.compile(rb"<meta\s+(property|name)=\"(og|twitter):[^>]*>")


def policy(nonce: str) -> str:
    """What a page may do: everything from here, nothing from elsewhere, no script that was typed.

    Gradio makes its templates with `new Function` and its layout with inline styles.
    """
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'; worker-src 'self' blob:"
    )


HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)


class Guard:
    """An ASGI application before another one."""

    def __init__(
        self,
        app: App,
        names: Iterable[str] = (),
        auth: Iterable[tuple[str, str]] = (),
        head: str = "",
    ) -> None:
        self.app, self.head = app, head.encode()
        self.names = {*_LOCAL, *(name.lower() for name in names)}
        self.keys = [base64.b64encode(f"{user}:{word}".encode()) for user, word in auth]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        refusal = self._refusal(scope, headers)
        if refusal:
            await _answer(send, *refusal)
        else:
            await self._pass(scope, headers, receive, send)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        host = headers.get(b"host", b"").decode("latin-1")
        if not self.knows(host):
            return 421, "unknown host name; start the server with --name to allow it"
        if scope["path"] != "/health" and self.keys and not self._let_in(headers):
            return 401, "user and password, please"
        method, path = scope["method"], scope["path"]
        allowed = _GET if method in ("GET", "HEAD") else _POST if method == "POST" else None
        if allowed is None or not allowed.fullmatch(path) or ".." in path:
            return 404, "there is nothing here"
        origin = headers.get(b"origin", b"").decode("latin-1")
        if method == "POST" and origin and urlsplit(origin).netloc != host:
            return 403, "asked for by another site"
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > LARGER.get(path, MAX_BODY):
            return 413, "too long"
        return None

    def knows(self, host: str) -> bool:
        """Whether we may be called by this name: an address, localhost, or a name we were given."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self.names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True  # nobody can rebind an address

    def _let_in(self, headers: dict[bytes, bytes]) -> bool:
        kind, _, given = headers.get(b"authorization", b"").partition(b" ")
        known = [secrets.compare_digest(given.strip(), key) for key in self.keys]
        return kind.lower() == b"basic" and any(known)

    async def _pass(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        token = token_in(headers.get(b"cookie", b"").decode("latin-1"))
        scope.setdefault("state", {})["owner_token"] = token
        page = scope["path"] == "/"
        secure = headers.get(b"x-forwarded-proto", b"") == b"https"
        fresh = set_cookie(new_token(), secure) if page and not token else ""
        out = _Page(send, fresh, self.head) if page else _Plain(send)
        await self.app(scope, _bounded(receive, LARGER.get(scope["path"], MAX_BODY)), out)


def _bounded(receive: Receive, most: int) -> Receive:
    """The body, as long as it is no longer than allowed, whatever its header said."""
    total = 0

    async def read() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > most:
            return {"type": "http.disconnect"}
        return message

    return read


class _Plain:
    """Sends an answer with our headers."""

    def __init__(self, send: Send) -> None:
        self.send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in HEADERS}
            kept = [pair for pair in message["headers"] if pair[0].lower() not in ours]
            message = {**message, "headers": [*kept, *HEADERS]}
        await self.send(message)


class _Page:
    """Sends the page: its scripts numbered, its policy set, a newcomer's cookie given.

    What is ours in its head goes in here, too: Gradio would add it only once it has set up.
    """

    def __init__(self, send: Send, cookie: str, head: bytes) -> None:
        self.send, self.cookie, self.head = send, cookie, head
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish()

    async def _finish(self) -> None:
        nonce = secrets.token_urlsafe(16)
        # After the page's base address, before Gradio's scripts: ours are few and small.
        body = _OUTSIDE.sub(b"", self.body).replace(b"<style>", self.head + b"<style>", 1)
        body = _SCRIPT.sub(f'<script nonce="{nonce}"'.encode(), body)
        dropped = {b"content-length", b"etag", b"cache-control", *(name for name, _ in HEADERS)}
        headers = [pair for pair in self.start["headers"] if pair[0].lower() not in dropped]
        headers += [*HEADERS, (b"content-length", str(len(body)).encode())]
        headers += [(b"cache-control", b"no-store")]
        headers.append((b"content-security-policy", policy(nonce).encode()))
        if self.cookie:
            headers.append((b"set-cookie", self.cookie.encode()))
        await self.send({**self.start, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


async def _answer(send: Send, status: int, text: str) -> None:
    headers = [*HEADERS, (b"content-type", b"text/plain; charset=utf-8")]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="game", charset="UTF-8"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
