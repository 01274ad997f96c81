"""Endpoints of webhooks: made with a secret that is shown once, only at hosts that the installation allows."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit, sealing
from licensetrack.core.clock import now
from licensetrack.core.db import row_with_id, transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.notices.kinds import KINDS
from licensetrack.notices.models import Delivery, WebhookEndpoint
from licensetrack.notices.posting import delivery

MAKE, CHANGE, TEST = "system:webhook:make", "system:webhook:change", "system:webhook:test"
NOT_ALLOWED = "Webhooks may not go to “%(place)s”; LICENSETRACK_WEBHOOK_HOSTS does not name it."
TEST_KIND = "test"
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")


class Place(NamedTuple):
    """Where a webhook goes, taken apart."""

    scheme: str
    host: str
    port: int
    path: str


def place_of(url: str, allowed: Collection[str]) -> Place:
    """The address of an endpoint, if the installation allows it. Raises Refused at `url`.

    Hosts are compared letter by letter with the list, so no other spelling of an address gets through.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("This is no address that a webhook could go to.").at("url") from None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc.lower().rpartition(":")[0] if port is not None else parts.netloc.lower()
    right = parts.scheme in ("https", "http") and _HOST.fullmatch(host) and _PATH.fullmatch(path)
    if not right or "#" in url or not _is_plain(url):
        raise Refused("This is no address that a webhook could go to.").at("url")
    usual = 443 if parts.scheme == "https" else 80
    place = host if port in (None, usual) else f"{host}:{port}"
    wanted = place if parts.scheme == "https" else f"http://{place}"
    if wanted not in {one.lower().removeprefix("https://") for one in allowed}:
        raise Refused(NOT_ALLOWED, place=wanted).at("url")
    return Place(parts.scheme, host.strip("[]"), port or usual, path)


def make_endpoint(
    name: str, url: str, kinds: Sequence[str], *, allowed: Collection[str], actor: Actor
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint, and its secret, which is shown this once. Raises Refused."""
    require(actor, MAKE)
    name, url, kinds = _checked(name, url, kinds, allowed)
    secret = _drawn()
    with transaction() as db:
        _check_name(db, name, 0)
        made = WebhookEndpoint(
            name=name, url=url, secret=b"", kinds=kinds, active=True, made_at=now(), made_by=actor.login, version=1
        )
        db.add(made)
        db.flush()
        made.secret = sealing.seal(secret.encode(), _purpose(made.id))
        db.flush()
        audit.record(db, MAKE, f"webhook:{made.id}", actor, name=name, url=url, kinds=kinds)
    return made, secret


def change_endpoint(
    endpoint_id: int, name: str, url: str, kinds: Sequence[str], *, active: bool, allowed: Collection[str],
    actor: Actor, seen: int | None = None,
) -> WebhookEndpoint:  # fmt: skip
    """Another name, address or choice of kinds, on or off. Raises NotFound, Refused, Conflict."""
    require(actor, CHANGE)
    name, url, kinds = _checked(name, url, kinds, allowed if active else [*allowed, *_own(url)])
    with transaction() as db:
        _check_name(db, name, endpoint_id)
        found = _claimed(db, endpoint_id, seen)
        old = [found.name, found.url, found.kinds, found.active]
        found.name, found.url, found.kinds, found.active = name, url, kinds, active
        db.flush()
        audit.record(db, CHANGE, f"webhook:{endpoint_id}", actor, old=old, new=[name, url, kinds, active])
    return found


def renew_secret(endpoint_id: int, *, actor: Actor, seen: int | None = None) -> str:
    """Another secret, shown this once; the one before is worth nothing from now on. Raises NotFound, Conflict."""
    require(actor, CHANGE)
    secret = _drawn()
    with transaction() as db:
        found = _claimed(db, endpoint_id, seen)
        found.secret = sealing.seal(secret.encode(), _purpose(endpoint_id))
        db.flush()
        audit.record(db, CHANGE, f"webhook:{endpoint_id}", actor, secret="renewed")  # noqa: S106 – a word, no secret
    return secret


def try_endpoint(endpoint_id: int, *, actor: Actor) -> Delivery:
    """A delivery that tells nothing, to see whether it arrives. Raises NotFound, Refused where it is off."""
    require(actor, TEST)
    with transaction() as db:
        found = row_with_id(db, WebhookEndpoint, endpoint_id)
        if not found.active:
            raise Refused("This endpoint is switched off.")
        made = delivery(TEST_KIND, None, now(), endpoint_id=endpoint_id)
        db.add(made)
        db.flush()
        audit.record(db, TEST, f"webhook:{endpoint_id}", actor, delivery=made.id)
    return made


def secret_of(endpoint: WebhookEndpoint) -> bytes:
    """What signs this endpoint's webhooks. Raises NotFound where it was sealed with another key."""
    return sealing.unseal(endpoint.secret, _purpose(endpoint.id))


def endpoints(db: Session) -> Sequence[WebhookEndpoint]:
    """All endpoints by name."""
    return db.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.name)).all()


def _checked(name: str, url: str, kinds: Sequence[str], allowed: Collection[str]) -> tuple[str, str, list[str]]:
    name, url = name.strip(), url.strip()
    if not name:
        raise Refused("An endpoint needs a name.").at("name")
    if len(url) > 500:
        raise Refused("This is no address that a webhook could go to.").at("url")
    place_of(url, allowed)
    if unknown := set(kinds) - set(KINDS):
        raise Refused("There is no kind of notice “%(kind)s”.", kind=min(unknown)).at("kinds")
    return name, url, sorted(set(kinds))


def _is_plain(url: str) -> bool:
    """Whether it is written with visible ASCII signs alone: others are dropped or folded by whoever reads it next."""
    return url.isascii() and url.isprintable() and " " not in url


def _own(url: str) -> list[str]:
    """An endpoint that is switched off may keep an address that is no longer allowed."""
    parts = urlsplit(url)
    return [parts.netloc.lower() if parts.scheme == "https" else f"http://{parts.netloc.lower()}"]


def _check_name(db: Session, name: str, but: int) -> None:
    query = select(WebhookEndpoint.id).where(WebhookEndpoint.name == name, WebhookEndpoint.id != but)
    if db.scalar(query) is not None:
        raise Refused("There is an endpoint “%(name)s” already.", name=name).at("name")


def _claimed(db: Session, endpoint_id: int, seen: int | None) -> WebhookEndpoint:
    found = row_with_id(db, WebhookEndpoint, endpoint_id, fresh=True)
    moved = update(WebhookEndpoint).where(
        WebhookEndpoint.id == endpoint_id, WebhookEndpoint.version == (found.version if seen is None else seen)
    )
    done = db.execute(
        moved.values(version=WebhookEndpoint.version + 1), execution_options={"synchronize_session": False}
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("The endpoint was changed meanwhile. Please look at it again.")
    db.refresh(found)
    return found


def _drawn() -> str:
    return secrets.token_urlsafe(32)


def _purpose(endpoint_id: int) -> str:
    """A sealed secret is bound to its endpoint: moved into another row it does not open."""
    return f"webhook:{endpoint_id}"
