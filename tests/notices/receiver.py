"""A real receiver of webhooks, and the check that docs/notices.md tells receivers to make."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.notices.certificates import Papers

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "notices.md"


@dataclass
class Ear:
    """What arrived: (path, headers, body). `answer` says with what it is answered; `slowly` delays that."""

    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answer: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    slowly: float = 0.0
    drip: bool = False
    port: int = 0


@contextmanager
def receiver(papers: Papers | None = None) -> Iterator[Ear]:
    """Listens on this machine until the block ends."""
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            ear.heard.append((self.path, dict(self.headers), body))
            time.sleep(ear.slowly)
            if ear.drip:
                self._drip()
                return
            self.send_response(ear.answer)
            for name, value in ear.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def _drip(self) -> None:
            try:
                for sign in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 400:
                    self.wfile.write(bytes([sign]))
                    self.wfile.flush()
                    time.sleep(0.2)
            except OSError:
                pass

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if papers is not None:
        server.socket = papers.context().wrap_socket(server.socket, server_side=True)
    ear.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield ear
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def documented_check() -> Callable[..., bool]:
    """The example of the document, as somebody who reads it would run it."""
    [source] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(source, str(DOCUMENT), "exec"), names)  # noqa: S102
    check: Callable[..., bool] = names["is_genuine"]
    return check


def silent_port() -> tuple[socket.socket, int]:
    """A port that takes connections and says nothing."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(5)
    return listening, int(listening.getsockname()[1])
