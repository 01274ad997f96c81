"""Webhooks: a signed POST to an allowed host, to an address that was looked at first; no redirect is followed.

The signature is HMAC-SHA256 under the endpoint's secret over the timestamp, a dot and the body (docs/notices.md says
how a receiver checks it).
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from licensetrack.core.clock import BUSINESS_ZONE, now
from licensetrack.core.errors import Refused
from licensetrack.jobs.mail import NotSent
from licensetrack.jobs.mail_texts import title_of
from licensetrack.notices.channels import Channels
from licensetrack.notices.endpoints import Place, place_of, secret_of
from licensetrack.notices.kinds import outward, outward_subject
from licensetrack.notices.models import Delivery, NoticeEvent, WebhookEndpoint

SECONDS = 3.0  # for each step: to connect, to send, to answer
SECONDS_IN_ALL = 10.0
MOST_READ = 4096
LATER_CODES = (408, 425, 429)
UNREACHABLE = "The endpoint can not be reached: %(reason)s"
FORBIDDEN = "The name “%(host)s” leads to %(address)s, where no webhook may go."
REDIRECT = "The endpoint answered %(code)s, and redirects are not followed."
ANSWERED = "The endpoint answered %(code)s."
SILENT = "The webhook was handed over, and the endpoint did not answer: %(reason)s"
# Addresses of clouds that tell secrets to whoever asks from inside; link-local ones are refused anyway.
METADATA = {"100.100.100.200", "fd00:ec2::254", "168.63.129.16"}


def content_of(delivery: Delivery, event: NoticeEvent | None, channels: Channels) -> bytes:
    """The body: what happened, in both languages, without names of people and reasons."""
    if event is None:
        told: dict[str, Any] = {"id": delivery.code, "kind": delivery.kind, "at": _instant(delivery.made_at)}
    else:
        values = outward(event.told)
        told = {
            "id": event.code, "kind": event.kind, "at": _instant(event.at),
            "subject": outward_subject(event.subject),
            "title": {language: title_of(event.kind, values, language) for language in ("zh_CN", "en")},
            "link": channels.base_url + event.link if channels.base_url and event.link else "",
            "values": values,
        }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """What a receiver computes too."""
    return "v1=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def send(delivery: Delivery, endpoint: WebhookEndpoint, event: NoticeEvent | None, channels: Channels) -> None:
    """Hands one webhook over; returns when the endpoint has taken it. Raises NotSent."""
    try:
        place = place_of(endpoint.url, channels.webhook_hosts)
    except Refused as refusal:
        raise NotSent(refusal.message, place=refusal.values.get("place", "")) from refusal
    address = pinned(place)
    body, timestamp = content_of(delivery, event, channels), str(int(now().timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "licensetrack",
        "X-Licensetrack-Event": delivery.code if event is None else event.code,
        "X-Licensetrack-Delivery": delivery.code,
        "X-Licensetrack-Timestamp": timestamp,
        "X-Licensetrack-Signature": signature(secret_of(endpoint), timestamp, body),
    }
    code = _posted(place, address, body, headers, channels.trust)
    if 200 <= code < 300:
        return
    if 300 <= code < 400:
        raise NotSent(REDIRECT, code=code)
    raise NotSent(ANSWERED, code=code, later=code >= 500 or code in LATER_CODES)


def pinned(place: Place) -> str:
    """The one address that the connection goes to: looked up once, looked at, and used. Raises NotSent.

    A name could lead to this very machine or to a cloud's own services, today or at the next question; those are
    refused unless the list names the address itself.
    """
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotSent(UNREACHABLE, later=True, reason=error.strerror or type(error).__name__) from error
    named = _is_address(place.host)
    for *_rest, target in found:
        address = str(target[0])
        if not named and _is_forbidden(address):
            raise NotSent(FORBIDDEN, host=place.host, address=address)
    return str(found[0][4][0])


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_forbidden(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return (
        address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
        or address.is_reserved or str(address) in METADATA
    )  # fmt: skip


def _posted(
    place: Place, address: str, body: bytes, headers: dict[str, str], trust: Callable[[], ssl.SSLContext]
) -> int:
    """The status of the answer. Raises NotSent; `unsure` once the body was on its way."""
    connection = http.client.HTTPConnection(place.host, place.port, timeout=SECONDS)
    handed = False
    try:
        with _opened(place, address, trust) as connection.sock, _within(connection.sock):
            connection.putrequest("POST", place.path, skip_accept_encoding=True)
            for name, value in (headers | {"Content-Length": str(len(body)), "Connection": "close"}).items():
                connection.putheader(name, value)
            handed = True
            connection.endheaders(body)
            answer = connection.getresponse()
            answer.read(MOST_READ)
            return answer.status
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        if handed:
            raise NotSent(SILENT, unsure=True, reason=reason) from error
        raise NotSent(UNREACHABLE, later=True, reason=reason) from error


@contextmanager
def _opened(place: Place, address: str, trust: Callable[[], ssl.SSLContext]) -> Iterator[socket.socket]:
    """A connection to the pinned address; its certificate must be the host's."""
    raw = socket.create_connection((address, place.port), SECONDS)
    try:
        if place.scheme == "https":
            raw = trust().wrap_socket(raw, server_hostname=place.host)
        yield raw
    finally:
        raw.close()


@contextmanager
def _within(open_: socket.socket) -> Iterator[None]:
    """Cuts a connection that goes on too long: each step may be in time, and all of them for ever."""
    cut = threading.Timer(SECONDS_IN_ALL, _cut, [open_])
    cut.daemon = True
    cut.start()
    try:
        yield
    finally:
        cut.cancel()


def _cut(open_: socket.socket) -> None:
    with suppress(OSError):
        open_.shutdown(socket.SHUT_RDWR)


def _instant(at: Any) -> str:
    return str(at.astimezone(BUSINESS_ZONE).isoformat(timespec="seconds"))
