"""A process bound to one installation: its database, folders, keys and channels; every entrance comes through here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licensetrack.core import blobs, db, result_files, sealing, signing
from licensetrack.jobs import kept_backups, uploads
from licensetrack.notices import channels

if TYPE_CHECKING:
    from config import Settings


def bind(settings: Settings) -> None:
    """Binds this process; a second call binds it anew."""
    blobs.use_folder(settings.blobs)
    uploads.use_folder(settings.uploads)
    result_files.use_folder(settings.results)
    kept_backups.use_folder(settings.backups)
    use_keys(settings)
    channels.use(settings.channels)
    db.connect(settings.database_url)


def use_keys(settings: Settings) -> None:
    """The installation's keys alone, for work beside its database."""
    sealing.use_key(settings.seal_key, settings.cipher)
    signing.use_key(settings.signing_key, settings.signature)
