"""A real mail server that keeps what it takes, and may be told to answer otherwise, or not at all."""

from __future__ import annotations

import asyncio
import email
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.notices.certificates import Papers

USER, PASSWORD = "licensetrack", "a mail password 7"


@dataclass
class Box:
    """What arrived. `answers` gives for a recipient what the server says instead of 250; `slowly` delays an answer."""

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answers: Callable[[str], str | None] = lambda _recipient: None
    data_answer: str | None = None
    slowly: float = 0.0
    callers: set[object] = field(default_factory=set)
    port: int = 0

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.callers.add(session.peer)
        said = self.answers(address)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_answer:
            return self.data_answer
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append((envelope.rcpt_tos[0], message))
        if self.slowly:
            await asyncio.sleep(self.slowly)
        return "250 taken"


class _Auth:
    def __call__(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right)


@contextmanager
def mail_server(papers: Papers | None = None, *, security: str = "none", port: int = 0) -> Iterator[Box]:
    """Serves on this machine until the block ends: with TLS from the first byte, by STARTTLS with sign-in, or plain."""
    box = Box()
    context = papers.context() if papers is not None else None
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": port or _free_port()}
    if security == "tls":
        controller = Controller(box, ssl_context=context, **options)
    elif security == "starttls":
        controller = Controller(
            box, tls_context=context, require_starttls=True, auth_required=True, authenticator=_Auth(), **options
        )
    else:
        controller = Controller(box, **options)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
