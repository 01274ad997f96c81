"""What a running installation owes: database, schema, clock, worker, jobs, deliveries, the last backup and check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import Settings
from licensetrack.core import milestones, read_only, schema
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import now
from licensetrack.core.leases import database_now
from licensetrack.jobs import leading
from licensetrack.jobs.kept_backups import TOO_OLD, is_too_old
from licensetrack.notices.queries import deliveries_by_state
from licensetrack.upkeep import state
from licensetrack.upkeep.findings import Said, good, warning, wrong

OLDEST_SERVER = 150000
NEAR, FAR = dt.timedelta(seconds=5), dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def database(settings: Settings, db: Session) -> Iterator[Said]:
    """Kind and version."""
    if db.get_bind().dialect.name == "sqlite":
        yield good("database", "SQLite answers: %(path)s.", path=make_url(settings.database_url).database)
        return
    number = int(db.execute(text("SHOW server_version_num")).scalar_one())
    version = db.execute(text("SHOW server_version")).scalar_one()
    if number < OLDEST_SERVER:
        yield wrong(
            "database", "PostgreSQL %(version)s is too old.", "Use PostgreSQL 15 or newer.", version=version
        )  # fmt: skip
    elif db.execute(text("SHOW server_encoding")).scalar_one() != "UTF8":
        yield wrong(
            "database", "The database is not encoded in UTF-8.",
            "Create it anew with ENCODING 'UTF8', and restore a backup.",
        )  # fmt: skip
    else:
        yield good("database", "PostgreSQL %(version)s answers.", version=version)


def versions(_settings: Settings, db: Session) -> Iterator[Said]:
    """Whether the schema is the program's own."""
    found, wanted = state.schema_of(db), schema.newest()
    if found == wanted:
        yield good("schema", "The schema is the newest, %(found)s.", found=found)
    elif found and not schema.knows(found):
        yield wrong(
            "schema", "The schema (%(found)s) is of a newer version of the program.", "Install that version.",
            found=found,
        )  # fmt: skip
    else:
        yield wrong(
            "schema", "The schema is %(found)s, the program wants %(wanted)s.",
            "Make a backup, then run licensetrack db upgrade.", found=found or "—", wanted=wanted,
        )  # fmt: skip


def clock(_settings: Settings, db: Session) -> Iterator[Said]:
    """This machine's clock against the database's, and against what is recorded already."""
    ahead = now() - database_now(db)
    last = db.scalar(select(func.max(AuditEntry.at)))
    if abs(ahead) > NEAR:
        speak = wrong if abs(ahead) > FAR else warning
        yield speak(
            "clock", "This machine's clock differs from the database's by %(seconds)s seconds.",
            "Let a time service (chrony, systemd-timesyncd) set both.", seconds=round(ahead.total_seconds()),
        )  # fmt: skip
    elif last is not None and last - now() > FAR:
        yield wrong(
            "clock", "The newest audit entry lies %(seconds)s seconds in the future: the clock was put back.",
            "Let a time service set the clock; entries keep their order all the same.",
            seconds=round((last - now()).total_seconds()),
        )  # fmt: skip
    else:
        yield good("clock", "The clock agrees with the database.")


def worker(settings: Settings, db: Session) -> Iterator[Said]:
    """Whether somebody does the jobs."""
    silence = leading.silence(db)
    if silence is not None and silence < dt.timedelta(0):
        yield good("worker", "A worker is alive.")
        return
    speak = wrong if settings.expect_worker or settings.production else warning
    remedy = "Start it: systemctl start licensetrack-worker, or licensetrack worker."
    if silence is None:
        yield speak("worker", "No worker ever ran: no backup, no reminder, no check at night.", remedy)
    else:
        yield speak(
            "worker", "No worker is alive for %(minutes)s minutes.", remedy, minutes=int(silence.total_seconds() // 60)
        )  # fmt: skip


def jobs(_settings: Settings, db: Session) -> Iterator[Said]:
    """Jobs that hang, and those that failed within a day."""
    stuck, failed = state.stuck_jobs(db), state.failed_since(db, now() - DAY)
    if stuck:
        yield wrong(
            "jobs", "%(count)s jobs run without a sign for ten minutes.",
            "Is their worker alive? A new one takes them back by itself.", count=stuck,
        )  # fmt: skip
    if failed:
        yield warning("jobs", "%(count)s jobs failed since yesterday.", "Look at the page of jobs.", count=failed)
    if not stuck and not failed:
        yield good("jobs", "%(count)s jobs wait; none hangs.", count=state.jobs_by_state(db)["queued"])


def deliveries(_settings: Settings, db: Session) -> Iterator[Said]:
    """Mails and calls of webhooks that did not go out."""
    found = deliveries_by_state(db)
    bad = found.get("failed", 0) + found.get("uncertain", 0)
    if bad:
        yield warning(
            "deliveries", "%(count)s mails or webhook calls did not go out, or nobody knows whether they did.",
            "Look at the page of deliveries, mend the cause, send them again.", count=bad,
        )  # fmt: skip
    else:
        yield good("deliveries", "No delivery failed; %(count)s wait.", count=found.get("waiting", 0))


def backups(settings: Settings, db: Session) -> Iterator[Said]:
    """The last backup that went well."""
    last = state.last(db, milestones.BACKUP)
    remedy = "Run licensetrack backup FILE, and see that it is done every night."
    if last is None or last.good_at is None:
        speak = wrong if settings.production else warning
        yield speak("backup", "There was never a good backup.", remedy)
    elif is_too_old(last.good_at):
        yield wrong("backup", "The last good backup is %(hours)s hours old.", remedy, hours=_hours(last.good_at))
    elif not last.good:
        yield warning(
            "backup", "The last backup failed; the one before is %(hours)s hours old.",
            "The log and the page of jobs say why.", hours=_hours(last.good_at),
        )  # fmt: skip
    else:
        yield good("backup", "The last backup is %(hours)s hours old.", hours=_hours(last.good_at))


def checks(_settings: Settings, db: Session) -> Iterator[Said]:
    """The last check of the books, and whether it stopped all writing."""
    last = state.last(db, milestones.VERIFY)
    if read_only.standing_period(db) is not None:
        yield wrong(
            "verify", "A check of the books failed: the program only reads.",
            "Run licensetrack verify, mend what it names, then release writing on its page.",
        )  # fmt: skip
    elif last is None:
        yield warning("verify", "The books were never checked.", "Run licensetrack verify.")
    elif not last.good:
        yield wrong(
            "verify", "The last check of the books found %(count)s broken invariants.", "Run licensetrack verify.",
            count=len(last.said.get("broken", [])),
        )  # fmt: skip
    elif now() - last.at > TOO_OLD:
        yield warning(
            "verify",
            "The books were not checked for %(hours)s hours.",
            "Run licensetrack verify.",
            hours=_hours(last.at),
        )
    else:
        yield good("verify", "The books were right %(hours)s hours ago.", hours=_hours(last.at))


def _hours(at: dt.datetime) -> int:
    return int((now() - at).total_seconds() // 3600)


ASKED = (database, versions, clock, worker, jobs, deliveries, backups, checks)


def unreachable(error: SQLAlchemyError | Exception) -> Said:
    """What is said in place of all that when the database does not answer."""
    reason = str(getattr(error, "orig", error)).strip().splitlines()
    return wrong(
        "database", "The database does not answer: %(reason)s.",
        "Is it running? Is DATABASE_URL right, and does the user have the right to connect?",
        reason=reason[0] if reason else type(error).__name__,
    )  # fmt: skip
