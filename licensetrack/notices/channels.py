"""How an installation reaches people and programs outside: its own address, its mail server, the hosts of webhooks."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

STARTTLS, TLS, PLAIN = "starttls", "tls", "none"
SECURITIES = (STARTTLS, TLS, PLAIN)
PORTS = {STARTTLS: 587, TLS: 465, PLAIN: 25}


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over; without a host none goes out. `timeout` is in seconds, for each answer.

    Neither user nor password show in logs.
    """

    host: str = ""
    port: int = 0
    security: str = STARTTLS
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    sender: str = ""
    timeout: float = 10.0


@dataclass(frozen=True)
class Channels:
    """`base_url` begins every link. `webhook_hosts` are the only places that webhooks go to: `hooks.example`, with a
    port (`hooks.example:8443`) where it is not the usual one, with `http://` before it where it may go unencrypted.
    `authority` is a file with the certificate of an authority of one's own, trusted beside those of the system.
    """

    base_url: str = ""
    mail: MailServer = field(default_factory=MailServer)
    webhook_hosts: tuple[str, ...] = ()
    office: str = ""
    authority: str = ""

    def trust(self) -> ssl.SSLContext:
        """Which certificates of others are believed. Raises OSError where the authority's file can not be read."""
        made = ssl.create_default_context()
        if self.authority:
            made.load_verify_locations(self.authority)
        return made


_used = [Channels()]


def use(channels: Channels) -> None:
    """Sets the installation's channels. Raises ValueError for a mail server that can not be meant."""
    mail = channels.mail
    if mail.security not in SECURITIES:
        raise ValueError(f"LICENSETRACK_SMTP_SECURITY is one of {', '.join(SECURITIES)}, not {mail.security}")
    if mail.host and not mail.sender:
        raise ValueError("LICENSETRACK_MAIL_FROM is missing: mail needs a sender")
    if mail.password and mail.security == PLAIN:
        raise ValueError("LICENSETRACK_SMTP_SECURITY is none: the password would go over the wire unencrypted")
    _used[:] = [channels]


def used() -> Channels:
    """The installation's channels; without `use`, nothing goes out."""
    return _used[0]
