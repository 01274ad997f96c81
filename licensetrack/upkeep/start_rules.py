"""What a server that people use must not be started with: each danger has a name, what it is, and what to do."""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from config import INSTANCE, Settings
from licensetrack.core.db import reading

SHORTEST = 32
FEWEST = 10  # different letters in a secret: a word that was typed over and over has fewer
NETWORK_DISKS = {
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.glusterfs", "fuse.sshfs", "lustre",
    "ocfs2", "gfs2", "beegfs", "fuse.s3fs", "davfs", "fuse.juicefs",
}  # fmt: skip
MOUNTS = Path("/proc/mounts")
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
TLS = ("starttls", "tls", "ssl")
KEY_FILES = {"SECRET_KEY": "secret_key", "LICENSETRACK_SEAL_KEY": "seal_key", "LICENSETRACK_SIGNING_KEY": "signing_key"}


class Danger(NamedTuple):
    """Something unsafe. `what` and `remedy` are msgids that share `values`; `name` is what LICENSETRACK_ALLOW takes."""

    name: str
    what: str
    remedy: str
    values: dict[str, Any]


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def in_production(settings: Settings, host: str = "127.0.0.1") -> bool:
    """Whether people use it: the environment says so, or it listens on more than this machine."""
    return settings.production or not is_loopback(host)


def dangers(
    settings: Settings, environment: Mapping[str, str] = os.environ, *, mounts: Path = MOUNTS
) -> Iterator[Danger]:
    """Every danger of an installation, also those that are allowed. The database is asked where it answers."""
    yield from _secret(settings)
    yield from _debug(environment)
    yield from _open_files(settings, environment)
    yield from _plain_http(settings)
    yield from _plain_mail(settings)
    yield from _network_disk(settings, mounts)
    yield from _hasty_database(settings)


def refused(
    settings: Settings, host: str = "127.0.0.1", environment: Mapping[str, str] = os.environ, *, mounts: Path = MOUNTS
) -> list[Danger]:
    """The dangers that the start refuses: none on a developer's own machine."""
    if not in_production(settings, host):
        return []
    return [one for one in dangers(settings, environment, mounts=mounts) if one.name not in settings.allowed]


def _secret(settings: Settings) -> Iterator[Danger]:
    for name, value in (("SECRET_KEY", settings.secret_key), ("LICENSETRACK_SEAL_KEY", settings.seal_key.decode())):
        if len(value) < SHORTEST or len(set(value)) < FEWEST:
            yield Danger(
                "weak-secret",
                "%(name)s is short or easily guessed.",
                'Give it 32 letters of chance or more: python3 -c "import secrets; print(secrets.token_hex(32))"',
                {"name": name},
            )


def _debug(environment: Mapping[str, str]) -> Iterator[Danger]:
    for name in ("FLASK_DEBUG", "WERKZEUG_DEBUG_PIN", "PYTHONINSPECT"):
        if environment.get(name, "0") not in ("", "0", "false", "no"):
            yield Danger(
                "debug",
                "%(name)s is set: error pages would let visitors run code.",
                "Take it out of the environment.",
                {"name": name},
            )


def _open_files(settings: Settings, environment: Mapping[str, str]) -> Iterator[Danger]:
    if os.name != "posix":
        return
    instance = Path(environment.get("LICENSETRACK_INSTANCE") or INSTANCE)
    keys = [instance / file for variable, file in KEY_FILES.items() if not environment.get(variable)]
    places = [(path, 0o077, "600") for path in keys]
    places += [(instance, 0o007, "750"), (settings.blobs, 0o007, "750")]
    address = make_url(settings.database_url)
    if address.get_backend_name() == "sqlite" and address.database and Path(address.database).parent != instance:
        places.append((Path(address.database), 0o007, "640"))
    behind_closed_door = _closed(instance)
    for path, open_to, mode in places:
        inside = behind_closed_door and path.is_relative_to(instance) and path.parent == instance and mode != "600"
        if path.exists() and not inside and stat.S_IMODE(path.stat().st_mode) & open_to:
            yield Danger(
                "open-files",
                "“%(path)s” is open to everybody on this machine.",
                "chmod %(mode)s %(path)s",
                {"path": path, "mode": mode},
            )


def _closed(folder: Path) -> bool:
    return folder.exists() and not stat.S_IMODE(folder.stat().st_mode) & 0o007


def _plain_http(settings: Settings) -> Iterator[Danger]:
    if not settings.https:
        yield Danger(
            "plain-http",
            "Pages are served without encryption: passwords and sessions can be read on the way.",
            "Put nginx with TLS in front (deploy/nginx.conf) and set LICENSETRACK_HTTPS=1;"
            " in a closed network that encrypts by other means, LICENSETRACK_ALLOW=plain-http.",
            {},
        )


def _plain_mail(settings: Settings) -> Iterator[Danger]:
    """A webhook without TLS needs no word here: its host is allowed by a list that says http:// itself."""
    mail = getattr(getattr(settings, "channels", None), "mail", None)
    if mail is not None and mail.host and mail.security not in TLS:
        yield Danger(
            "plain-mail",
            "Mail is handed to %(host)s without encryption.",
            "Let the mail server speak STARTTLS or TLS and say so in the settings; in a closed network that encrypts by"
            " other means, LICENSETRACK_ALLOW=plain-mail.",
            {"host": mail.host},
        )


def _network_disk(settings: Settings, mounts: Path) -> Iterator[Danger]:
    address = make_url(settings.database_url)
    if address.get_backend_name() != "sqlite" or not address.database or not mounts.is_file():
        return
    kind = disk_kind(Path(address.database), mounts)
    if kind in NETWORK_DISKS:
        yield Danger(
            "network-disk",
            "The SQLite file “%(path)s” lies on a network disk (%(kind)s), whose locks can not be relied on.",
            "Move it to a disk of this machine, or use PostgreSQL.",
            {"path": address.database, "kind": kind},
        )


def disk_kind(path: Path, mounts: Path = MOUNTS) -> str:
    """The kind of file system that a path lies on, as the table of mounts says; empty where it says nothing."""
    path = Path(os.path.realpath(path))
    best, found = -1, ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        point = Path(parts[1].replace("\\040", " "))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, found = len(point.parts), parts[2]
    return found


def _hasty_database(settings: Settings) -> Iterator[Danger]:
    if make_url(settings.database_url).get_backend_name() == "sqlite":
        return  # the program itself opens it with synchronous=FULL
    try:
        with reading() as session:
            off = [name for name in DURABLE if session.execute(text(f"SHOW {name}")).scalar_one() == "off"]
    except (SQLAlchemyError, RuntimeError):
        return  # whoever starts without a database learns that first
    for name in off:
        yield Danger(
            "hasty-database",
            "PostgreSQL runs with %(name)s = off: a power cut loses what was acknowledged.",
            "ALTER SYSTEM SET %(name)s = on; SELECT pg_reload_conf();",
            {"name": name},
        )
