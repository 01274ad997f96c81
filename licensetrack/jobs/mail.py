"""Handing mail to the server: one connection for many mails, TLS, and every answer taken for what it means.

A 4xx answer or a server that is down means later, a 5xx answer for this mail means never. Once the content is on its
way and no answer comes, nobody knows: that mail is not sent again by itself.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from licensetrack.notices.channels import PORTS, STARTTLS, TLS, Channels

DOWN = "The mail server can not be reached: %(reason)s"
REFUSED = "The mail server refused it: %(code)s %(reply)s"
LATER = "The mail server wants it later: %(code)s %(reply)s"
SIGN_IN = "The mail server did not accept the sign-in: %(code)s"
SENDER = "The mail server does not take mail from this sender: %(code)s %(reply)s"
NO_TLS = "The mail server offers no TLS; nothing was sent unencrypted."
SILENT = "The mail was handed over, and the mail server did not answer: %(reason)s"


class NotSent(Exception):
    """A mail that did not go out. `later`: trying again may help; `unsure`: it may have arrived; `server`: all others
    would meet the same.
    """

    def __init__(
        self, message: str, *, later: bool = False, unsure: bool = False, server: bool = False, **told: object
    ) -> None:
        super().__init__(message)
        self.message, self.later, self.unsure, self.server, self.told = message, later, unsure, server, told


class Postman:
    """A connection to the mail server, opened with the first mail; use it in a `with` block."""

    def __init__(self, channels: Channels) -> None:
        self._server, self._trust = channels.mail, channels.trust
        self._open: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, recipient: str, content: bytes) -> None:
        """Hands one mail over; returns when the server has taken it. Raises NotSent."""
        open_ = self._connection()
        with self._told():
            if not 200 <= (answer := open_.rset())[0] < 300:
                raise _later(answer)
            self._step(open_.mail(self._server.sender), ours=True)
            self._step(open_.rcpt(recipient))
            self._step(open_.docmd("DATA"), good=354)
        try:
            open_.send(_stuffed(content))
            answer = open_.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise NotSent(SILENT, unsure=True, reason=type(error).__name__) from error
        self._step(answer)

    def _step(self, answer: tuple[int, bytes], good: int = 250, *, ours: bool = False) -> None:
        """Passes a good answer. 421 closes the connection, other 4xx mean later, 5xx never.

        But a 5xx about the sender (`ours`) is about this installation and not about the mail: somebody can mend that.
        """
        code = answer[0]
        if code == good or (good == 250 and 200 <= code < 300):
            return
        if code == 421:
            self._hang_up()
        if 500 <= code < 600 and ours:
            raise NotSent(SENDER, later=True, server=True, code=code, reply=_reply(answer))
        if 500 <= code < 600:
            raise NotSent(REFUSED, code=code, reply=_reply(answer))
        raise _later(answer)

    def _connection(self) -> smtplib.SMTP:
        if self._open is None:
            with self._told():
                self._open = self._connected()
        return self._open

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        port = server.port or PORTS[server.security]
        if server.security == TLS:
            made: smtplib.SMTP = smtplib.SMTP_SSL(server.host, port, timeout=server.timeout, context=self._trust())
        else:
            made = smtplib.SMTP(server.host, port, timeout=server.timeout)
        try:
            made.ehlo()
            if server.security == STARTTLS:
                if not made.has_extn("starttls"):
                    raise NotSent(NO_TLS, later=True, server=True)
                made.starttls(context=self._trust())
                made.ehlo()
            if server.user:
                made.login(server.user, server.password)
        except BaseException:
            made.close()
            raise
        return made

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Puts what can go wrong before the content is on its way into our words; all of it may pass."""
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            self._hang_up()
            raise NotSent(SIGN_IN, later=True, server=True, code=error.smtp_code) from error
        except smtplib.SMTPConnectError as error:
            raise NotSent(DOWN, later=True, server=True, reason=str(error.smtp_code)) from error
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            raise NotSent(DOWN, later=True, server=True, reason=reason) from error

    def _hang_up(self) -> None:
        if self._open is not None:
            connection, self._open = self._open, None
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()


def _stuffed(content: bytes) -> bytes:
    """Content as DATA carries it: lines end in CRLF, a dot that begins a line is doubled (RFC 5321 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    dotted = re.sub(rb"(?m)^\.", b"..", lines)
    return dotted + (b"" if dotted.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _later(answer: tuple[int, bytes]) -> NotSent:
    return NotSent(LATER, later=True, code=answer[0], reply=_reply(answer))


def _reply(answer: tuple[int, bytes]) -> str:
    """What the server said, in one short line."""
    return " ".join(answer[1].decode("utf-8", "replace").split())[:120]
