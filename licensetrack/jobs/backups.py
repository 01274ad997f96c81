"""Backup and restore of an installation: one archive with the database, the files, and a manifest that proves both.

The database comes first and the files after it: a file never changes and is there before its row, so every file that
the database names is at hand. Keys are not in the archive: they are kept elsewhere, and the manifest knows them again.
"""

from __future__ import annotations

import base64
import datetime as dt
import errno
import shutil
import sqlite3
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from licensetrack.core import blobs, db, milestones, schema, sealing, signing
from licensetrack.core.clock import now, today
from licensetrack.core.durable import settle
from licensetrack.core.errors import DomainError, NotFound, Refused
from licensetrack.core.versions import program_version
from licensetrack.jobs import backup_databases as databases
from licensetrack.jobs.backup_archive import check_archive, portions_in, portions_of, writing
from licensetrack.jobs.backup_places import work_place
from licensetrack.jobs.handlers import Cancelled, Lost
from licensetrack.measures.catalogue import figures
from licensetrack.measures.json_form import json_form
from licensetrack.measures.question import Question

FILES = "files/"
SAMPLE, PURPOSE = b"licensetrack", "backup sample"
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
Watch = Callable[[int, int], object]


class Restored(NamedTuple):
    """What an archive brought back. `key_fits`: the seal key at hand opens what the archive's key sealed."""

    files: int
    manifest: dict[str, Any]
    key_fits: bool


def write_backup(target: Path, progress: Watch | None = None) -> int:
    """Writes the archive beside its final name, checks it, then gives it that name; returns how many files it holds.

    Writers may go on: the archive holds one instant. `progress(done, total)` counts parts. How it ended is noted as a
    milestone, unless it was stopped. Raises Refused, and leaves nothing behind, when a stored file is damaged, the disk
    is full, or a program of PostgreSQL is missing or fails.
    """
    began = time.monotonic()
    try:
        with _refusing(target), work_place(target.parent) as place:
            part = place / "archive"
            files = _write(part, place, progress)
            check_archive(part)
            settle(part, target)
    except (Cancelled, Lost):  # nothing went wrong: somebody stopped it, or another worker makes it
        raise
    except BaseException as error:
        _note(good=False, file=target.name, error=error.message if isinstance(error, DomainError) else str(type(error)))
        raise
    _note(good=True, file=target.name, bytes=target.stat().st_size, seconds=round(time.monotonic() - began, 1))
    return files


def check_backup(path: Path) -> dict[str, str]:
    """Name → digest of everything in an archive. Raises Refused when it is no backup or a single bit is wrong."""
    digests: dict[str, str] = check_archive(path)["sha256"]
    return digests


def read_backup(source: Path, database_url: str, folder: Path, progress: Watch | None = None) -> int:
    """Restores an archive where nothing is yet; returns how many files. Raises Refused rather than overwrite."""
    return restore(source, database_url, folder, progress).files


def restore(source: Path, database_url: str, folder: Path, progress: Watch | None = None) -> Restored:
    """Restores an archive into an empty database and an empty folder, and counts what came back.

    Raises Refused where anything lies already, for an archive of the other engine or of a newer version of the
    program, and when the rows or the end of the audit chain are not those of the manifest.
    """
    if databases.occupied(database_url) or (folder.exists() and any(folder.iterdir())):
        raise Refused(
            "There is data already at “%(path)s”; a backup is restored into an empty place only.",
            path=_place(database_url, folder),
        )
    manifest = check_archive(source)
    _check_fits(manifest, database_url)
    blobs.use_folder(folder)
    names = [name for name in manifest["sha256"] if name.startswith(FILES)]
    try:
        with _refusing(folder), zipfile.ZipFile(source) as archive, work_place(folder.parent) as place:
            for done, name in enumerate(names):
                blobs.receive(name.removeprefix(FILES), portions_of(archive, name))
                if progress:
                    progress(done + 1, len(names) + 1)
            dump = place / "dump"
            with dump.open("wb") as file:
                for portion in portions_of(archive, databases.PARTS[manifest["engine"]]):
                    file.write(portion)
            # The database comes last: it is there only when its files are.
            if manifest["engine"] == databases.SQLITE:
                databases.restore_sqlite(database_url, dump)
            else:
                databases.restore_postgres(database_url, dump)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # it was empty before; so the next try finds it empty, too
        raise
    _check_counts(manifest, database_url)
    if progress:
        progress(len(names) + 1, len(names) + 1)
    return Restored(len(names), manifest, key_fits(manifest))


def key_fits(manifest: dict[str, Any]) -> bool:
    """Whether the seal key at hand opens what the archive's installation sealed."""
    try:
        return sealing.unseal(base64.b64decode(manifest["keys"]["sample"]), PURPOSE) == SAMPLE
    except NotFound:
        return False


def other_figures(manifest: dict[str, Any], session: Session) -> list[str]:
    """The measures that differ from the manifest's, counted anew for its day; the schema has to be the newest."""
    told = manifest["figures"]
    found = json_form(figures(session, Question(dt.date.fromisoformat(told["as_of"]))))
    return [name for name, value in told["values"].items() if name in found and found[name] != value]


def _write(part: Path, place: Path, progress: Watch | None) -> int:
    with databases.standing_still(place) as still, writing(part) as parts:
        known = still.connection.execute(text("SELECT DISTINCT digest FROM blob ORDER BY digest")).scalars().all()
        manifest = _manifest_of(still)
        parts.add(databases.PARTS[still.engine], still.dump(), packed=still.engine == databases.SQLITE)
        for done, digest in enumerate(known):
            path = blobs.path_of(digest)
            if not path.exists() or parts.add(FILES + digest, portions_in(path)) != digest:
                raise Refused("The stored file “%(name)s” is missing or damaged.", name=digest[:12])
            if progress:
                progress(done + 1, len(known) + 1)
        parts.close(manifest)
    if progress:
        progress(len(known) + 1, len(known) + 1)
    return len(known)


def _manifest_of(still: databases.Still) -> dict[str, Any]:
    """What the archive says of itself; everything counted in the same instant as the dump."""
    as_of = today()
    with Session(still.connection, autoflush=False) as session:
        counted = json_form(figures(session, Question(as_of)))
    keys = {
        "seal_key": sealing.key_fingerprint(),
        "sample": base64.b64encode(sealing.seal(SAMPLE, PURPOSE)).decode(),
        "signing_key": signing.fingerprint(),
    }
    return {
        "made_at": now().isoformat(),
        "engine": still.engine,
        "version": program_version(),
        "schema": still.connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one(),
        **_counts(still.connection),
        "figures": {"as_of": as_of.isoformat(), "values": counted},
        "keys": keys,
    }


def _counts(connection: Connection) -> dict[str, Any]:
    tables = sorted(inspect(connection).get_table_names())
    rows = {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in tables}  # noqa: S608
    seq, digest = connection.execute(text("SELECT seq, digest FROM audit_head")).one()
    return {"rows": rows, "audit": {"seq": seq, "digest": digest}}


def _check_fits(manifest: dict[str, Any], database_url: str) -> None:
    engine, wanted = manifest["engine"], databases.engine_name(database_url)
    if engine != wanted:
        raise Refused(
            "The backup holds a database of %(engine)s, and DATABASE_URL names one of %(wanted)s.",
            engine=databases.WORDS[engine], wanted=databases.WORDS[wanted],
        )  # fmt: skip
    if not schema.knows(manifest["schema"]):
        raise Refused(
            "The backup was made by a newer version of the program (%(version)s, schema %(schema)s)."
            " Install that version first.",
            version=manifest["version"], schema=manifest["schema"],
        )  # fmt: skip


def _check_counts(manifest: dict[str, Any], database_url: str) -> None:
    engine = db.make_engine(database_url)
    try:
        with engine.connect() as connection:
            found = _counts(connection)
    finally:
        engine.dispose()
    if found != {name: manifest[name] for name in ("rows", "audit")}:
        raise Refused("What came back is not what the manifest counts; do not use it.")


@contextmanager
def _refusing(place: Path) -> Iterator[None]:
    """Puts into words what a disk or SQLite complains of."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise Refused("There is no space left at “%(path)s”; nothing was kept.", path=place) from error
        raise Refused("“%(path)s” can not be written: %(reason)s.", path=place, reason=error.strerror) from error
    except sqlite3.Error as error:
        raise Refused("The database could not be copied: %(reason)s.", reason=error) from error


def _place(database_url: str, folder: Path) -> str:
    if databases.engine_name(database_url) == databases.SQLITE:
        return f"{database_url.partition('///')[2]}, {folder}"
    return f"{make_url(database_url).database}, {folder}"


def _note(*, good: bool, **said: Any) -> None:
    """A backup is not worth less because nobody could note it; the log says so."""
    try:
        with db.transaction(even_read_only=True) as session:
            milestones.reach(session, milestones.BACKUP, good=good, **said)
    except (DomainError, SQLAlchemyError, RuntimeError):
        return
