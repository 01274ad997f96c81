"""What came back from a backup, asked: the schema is brought up, every invariant and the figures of its day asked."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from licensetrack.core import blobs, db, schema
from licensetrack.core.errors import Refused
from licensetrack.jobs import backup_databases as databases
from licensetrack.jobs.backup_archive import check_archive
from licensetrack.jobs.backups import Watch, other_figures, restore
from licensetrack.verify.report import Finding, verify

SEALED = "every licence file opens to what was attached"  # to which a foreign key has no answer


class Report(NamedTuple):
    """How a restore went; `findings` are the invariants that are broken, `figures` the measures that differ."""

    files: int
    manifest: dict[str, Any]
    key_fits: bool
    findings: list[Finding]
    figures: list[str]

    @property
    def good(self) -> bool:
        """Whether the books came back as they were. Another seal key is a warning, not an error of the archive."""
        return not self.figures and not [one for one in self.findings if self.key_fits or one.invariant != SEALED]


def restore_and_verify(source: Path, database_url: str, folder: Path, progress: Watch | None = None) -> Report:
    """Restores into an empty place, brings the schema up to this program's, and asks every invariant.

    The process is bound to the restored database afterwards.
    """
    restored = restore(source, database_url, folder, progress)
    schema.upgrade(database_url)
    blobs.use_folder(folder)
    db.connect(database_url)
    findings = [finding for finding in verify() if finding.broken]
    with db.reading() as session:
        figures = other_figures(restored.manifest, session)
    return Report(restored.files, restored.manifest, restored.key_fits, findings, figures)


def check_by_restoring(source: Path, database_url: str, progress: Watch | None = None) -> Report:
    """Restores an archive into a place of its own, verifies it there and removes it again; nothing else is touched.

    An archive of PostgreSQL needs a server: a database is created beside the one of `database_url` and dropped.
    """
    manifest = check_archive(source)
    with tempfile.TemporaryDirectory(prefix="licensetrack-check-") as folder:
        place = Path(folder)
        try:
            if manifest["engine"] == databases.SQLITE:
                return restore_and_verify(source, f"sqlite:///{place / 'check.db'}", place / "blobs", progress)
            with _beside(database_url) as url:
                return restore_and_verify(source, url, place / "blobs", progress)
        finally:
            db.engine().dispose()


@contextmanager
def _beside(database_url: str) -> Iterator[str]:
    if databases.engine_name(database_url) == databases.SQLITE:
        raise Refused(
            "The backup holds a database of PostgreSQL; set DATABASE_URL to a server that it can be tried on."
        )
    name = f"licensetrack_check_{secrets.token_hex(4)}"
    engine = db.make_engine(database_url).execution_options(isolation_level="AUTOCOMMIT")
    try:
        try:
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
        except DBAPIError as error:
            raise Refused(
                "No database can be created beside “%(name)s” to try the backup in: %(reason)s. Give the role CREATEDB,"
                " or restore into an empty database by hand.",
                name=make_url(database_url).database, reason=str(error.orig).splitlines()[0],
            ) from error  # fmt: skip
        try:
            yield make_url(database_url).set(database=name).render_as_string(hide_password=False)
        finally:
            db.engine().dispose()
            with engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()
