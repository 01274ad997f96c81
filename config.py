"""What an installation may set, all from its environment: the database, the files, the secret, the limits."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from licensetrack.notices.channels import Channels, MailServer

ROOT = Path(__file__).resolve().parent
INSTANCE = ROOT / "instance"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """One installation. `https`: pages are served encrypted; `proxies`: how many trusted proxies stand before us.

    `seal_key` seals licence files and seeds of second factors; who loses it loses them. `signing_key` signs sealed
    packs by the algorithm `signature`; a pack's manifest states the `digests` of every file. `office` is the centre's
    name as its papers carry it. In `production` the start refuses what is unsafe, except what is `allowed` by its name.
    `channels` says how notices leave the house.
    """

    database_url: str
    blobs: Path
    secret_key: str = field(repr=False)
    seal_key: bytes = field(repr=False, default=b"")
    cipher: str = "aes-256-gcm"
    signing_key: str = field(repr=False, default="")
    signature: str = "ed25519"
    digests: tuple[str, ...] = ("sha256",)
    uploads: Path = INSTANCE / "uploads"
    results: Path = INSTANCE / "results"
    backups: Path = INSTANCE / "backups"
    upload_bytes: int = 64 * MEGABYTE
    https: bool = False
    proxies: int = 0
    office: str = "软件授权管理中心"
    production: bool = False
    allowed: frozenset[str] = frozenset()
    expect_worker: bool = False
    metrics_token: str = field(repr=False, default="")
    metrics_loopback: bool = False
    log_form: str = ""
    channels: Channels = field(default_factory=Channels)


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The installation as its environment describes it; what is not set lies under instance/."""
    instance = Path(environment.get("LICENSETRACK_INSTANCE") or INSTANCE)
    return Settings(
        database_url=environment.get("DATABASE_URL") or f"sqlite:///{_made(instance) / 'licensetrack.db'}",
        blobs=Path(environment.get("LICENSETRACK_BLOBS") or instance / "blobs"),
        secret_key=environment.get("SECRET_KEY") or _kept_secret(_made(instance) / "secret_key"),
        seal_key=_seal_key(environment, instance),
        cipher=environment.get("LICENSETRACK_CIPHER") or "aes-256-gcm",
        signing_key=environment.get("LICENSETRACK_SIGNING_KEY") or _kept_secret(_made(instance) / "signing_key"),
        signature=environment.get("LICENSETRACK_SIGNATURE") or "ed25519",
        digests=tuple((environment.get("LICENSETRACK_PACK_DIGESTS") or "sha256").replace(",", " ").split()),
        uploads=Path(environment.get("LICENSETRACK_UPLOADS") or instance / "uploads"),
        results=Path(environment.get("LICENSETRACK_RESULTS") or instance / "results"),
        backups=Path(environment.get("LICENSETRACK_BACKUPS") or instance / "backups"),
        upload_bytes=int(environment.get("LICENSETRACK_UPLOAD_MB") or 64) * MEGABYTE,
        https=_is_on(environment.get("LICENSETRACK_HTTPS")),
        proxies=int(environment.get("LICENSETRACK_PROXIES") or 0),
        office=environment.get("LICENSETRACK_OFFICE") or Settings.office,
        production=_is_on(environment.get("LICENSETRACK_PRODUCTION")),
        allowed=frozenset((environment.get("LICENSETRACK_ALLOW") or "").replace(",", " ").split()),
        expect_worker=_is_on(environment.get("LICENSETRACK_EXPECT_WORKER")),
        metrics_token=environment.get("LICENSETRACK_METRICS_TOKEN") or "",
        log_form=environment.get("LICENSETRACK_LOG") or "",
        metrics_loopback=environment.get("LICENSETRACK_METRICS") == "loopback",
        channels=_channels(environment),
    )


def _channels(environment: Mapping[str, str]) -> Channels:
    """How notices leave the house; by default they do not."""
    said = environment.get
    mail = MailServer(
        host=said("LICENSETRACK_SMTP_HOST", ""),
        port=int(said("LICENSETRACK_SMTP_PORT") or 0),
        security=said("LICENSETRACK_SMTP_SECURITY") or "starttls",
        user=said("LICENSETRACK_SMTP_USER", ""),
        password=said("LICENSETRACK_SMTP_PASSWORD", ""),
        sender=said("LICENSETRACK_MAIL_FROM", ""),
        timeout=float(said("LICENSETRACK_SMTP_TIMEOUT") or 10),
    )
    return Channels(
        base_url=said("LICENSETRACK_BASE_URL", "").rstrip("/"),
        mail=mail,
        webhook_hosts=tuple(said("LICENSETRACK_WEBHOOK_HOSTS", "").replace(",", " ").split()),
        office=said("LICENSETRACK_OFFICE") or Settings.office,
        authority=said("LICENSETRACK_CA_FILE", ""),
    )


def _is_on(said: str | None) -> bool:
    return said in ("1", "true", "yes")


def _seal_key(environment: Mapping[str, str], instance: Path) -> bytes:
    """The key that licence files and second factors are sealed with; apart from the secret, which may be changed."""
    given = environment.get("LICENSETRACK_SEAL_KEY", "")
    return (given or _kept_secret(_made(instance) / "seal_key")).encode()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _kept_secret(path: Path) -> str:
    """The installation's own secret: made once, so that a restart signs nobody out; readable by its owner alone."""
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()
