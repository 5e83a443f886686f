"""A real HTTP server on this machine that hands out a folder as the hub hands out a repository."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """Serves `/owner/name/resolve/REVISION/FILE`; `asked` are the files that were asked for.

    `breaks` is a file whose body ends in the middle.
    """

    def __init__(self, folder: Path, breaks: str = "") -> None:
        self.folder, self.breaks = folder, breaks
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                outer.serve(self, body=False)

            def do_GET(self) -> None:
                outer.serve(self, body=True)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Hub:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, http: BaseHTTPRequestHandler, body: bool) -> None:
        _, _, place = http.path.partition("/resolve/")
        name = place.partition("/")[2]
        self.asked.append(name)
        path = self.folder / name
        if not path.is_file():
            http.send_response(404)
            http.send_header("X-Error-Code", "EntryNotFound")
            http.send_header("Content-Length", "0")
            http.end_headers()
            return
        data = path.read_bytes()
        http.send_response(200)
        http.send_header("Content-Length", str(len(data)))
        http.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        http.send_header("X-Repo-Commit", COMMIT)
        http.end_headers()
        if body:
            http.wfile.write(data[: len(data) // 2] if name == self.breaks else data)
            http.close_connection = True
