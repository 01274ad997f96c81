"""`licensetrack verify`: every invariant asked, each with what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from licensetrack.core import blobs, milestones
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import DomainError
from licensetrack.verify import (
    chains,
    evaluation_checks,
    evidence_checks,
    framework_checks,
    handover_checks,
    inventory_checks,
    job_checks,
    monitoring_checks,
    month_checks,
    request_checks,
    schema_checks,
    shown_checks,
    stores,
)
from licensetrack.verify.acceptance_checks import ACCEPTANCE_CHECKS
from licensetrack.verify.account_checks import ACCOUNT_CHECKS
from licensetrack.verify.evidence_checks import EVIDENCE_CHECKS
from licensetrack.verify.framework_checks import FRAMEWORK_CHECKS
from licensetrack.verify.handover_checks import HANDOVER_CHECKS
from licensetrack.verify.inventory_checks import INVENTORY_CHECKS
from licensetrack.verify.job_checks import JOB_CHECKS
from licensetrack.verify.ledger_checks import LEDGER_CHECKS
from licensetrack.verify.monitoring_checks import MONITORING_CHECKS
from licensetrack.verify.procurement_checks import PROCUREMENT_CHECKS
from licensetrack.verify.request_checks import REQUEST_CHECKS
from licensetrack.verify.support_checks import SUPPORT_CHECKS
from licensetrack.verify.unit_checks import UNIT_CHECKS

SHOWN = 5
CLOSINGS = "a closed month's figures are still those that were known at its closing"
# Told, and no reason to stop writing: a measure whose definition was corrected differs in every closed month for ever.
TELLING = frozenset((CLOSINGS,))
# Invariants that are one query each.
BY_QUERY = {
    **LEDGER_CHECKS,
    **PROCUREMENT_CHECKS,
    **UNIT_CHECKS,
    **HANDOVER_CHECKS,
    **ACCEPTANCE_CHECKS,
    **REQUEST_CHECKS,
    **ACCOUNT_CHECKS,
    **EVIDENCE_CHECKS,
    **FRAMEWORK_CHECKS,
    **MONITORING_CHECKS,
    **INVENTORY_CHECKS,
    **SUPPORT_CHECKS,
    **evaluation_checks.EVALUATION_CHECKS,
    **JOB_CHECKS,
}
Check = Callable[[Connection], Iterator[str]]
# Invariants of rows and files that take more than a query.
OF_RECORDS: dict[str, Check] = {
    "the audit chain holds from its first entry to its head": chains.audit_chain,
    "every operation's events are those that were recorded": chains.operations,
    "a set shows what its facts said last": shown_checks.shown,
    "a revocation is open for every file that became void, and for no other": shown_checks.revocations,
    "every licence file opens to what was attached": lambda c: handover_checks.sealed_files(c, blobs.folder()),
    "every version of a request is what was submitted": request_checks.versions,
    "every signed evaluation is what was signed": evaluation_checks.snapshots,
    "every evidence link to an indicator names one that a framework has": evidence_checks.indicators,
    "the evidence of a signed evaluation is held as it was signed": evidence_checks.frozen_papers,
    "every evaluation's total is the sum of its scores": evaluation_checks.totals,
    "every version of a framework is what was written": framework_checks.contents,
    "every target belongs to an indicator that is in force": framework_checks.targets,
    "every reported monitoring is what was reported": monitoring_checks.snapshots,
    "every scan is what was recorded": inventory_checks.scans,
    "each time of a schedule has one job of its own": job_checks.slots,
    "no job counts as running whose worker is silent": job_checks.silent,
    CLOSINGS: month_checks.closings,
}
FILES = "every file has its row and its digest"
OF_FILES: dict[str, Check] = {FILES: lambda c: stores.files(c, blobs.folder())}
OF_THE_DATABASE: dict[str, Check] = {
    "the database is at the newest migration": schema_checks.versions,
    "the schema is what the models say": schema_checks.differences,
    "the database refuses changes to what happened": schema_checks.guards,
    "the database engine finds no damage": stores.engine,
}
# Their English names are the keys of every record of a check, and the msgids of what people read.
INVARIANTS = (*BY_QUERY, *OF_RECORDS, *OF_FILES, *OF_THE_DATABASE)


@dataclass(frozen=True)
class Finding:
    """One invariant and up to five examples of what breaks it; none means that it holds."""

    invariant: str
    broken: tuple[str, ...]

    @property
    def stops(self) -> bool:
        """Whether writing stops where it does not hold."""
        return self.invariant not in TELLING


def verify() -> list[Finding]:
    """Asks every invariant in one snapshot; the caller fails when any finding is broken."""
    with reading() as db:
        connection = db.connection()
        return [*_of_records(connection), *_asked(connection, OF_THE_DATABASE)]


def note(findings: Sequence[Finding]) -> None:
    """Notes as a milestone how the check went; a database that can not be written to says nothing of it.

    What stops no writing makes no check bad here either (`CheckRun.green`).
    """
    broken = [finding.invariant for finding in findings if finding.broken and finding.stops]
    try:
        with transaction(even_read_only=True) as db:
            milestones.reach(db, milestones.VERIFY, good=not broken, broken=broken[:SHOWN], asked=len(findings))
    except (DomainError, SQLAlchemyError):
        return


def verify_books() -> list[Finding]:
    """Everything but the bytes of the files: these are read by a check of their own (nightly.py)."""
    with reading() as db:
        connection = db.connection()
        found = [Finding(name, _rows(connection, query)) for name, query in BY_QUERY.items()]
        return [*found, *_asked(connection, OF_RECORDS), *_asked(connection, OF_THE_DATABASE)]


def verify_files(share: stores.Share) -> tuple[int, list[Finding]]:
    """How many files were read, and what was found; of one share only their bytes."""
    with reading() as db:
        connection = db.connection()
        digests = connection.execute(text("SELECT digest FROM blob")).scalars()
        asked = sum(stores.is_in(digest, share) for digest in digests)
        found = tuple(islice(stores.files(connection, blobs.folder(), share), SHOWN))
        return asked, [Finding(FILES, found)]


def verify_records() -> list[Finding]:
    """Asks what the rows and the files say, and takes the database itself for sound: schema, triggers, engine.

    For the one who asks after each of many acts: comparing the schema with the models takes longer than all the rest.
    """
    with reading() as db:
        return _of_records(db.connection())


def _of_records(connection: Connection) -> list[Finding]:
    found = [Finding(name, _rows(connection, query)) for name, query in BY_QUERY.items()]
    return found + _asked(connection, OF_RECORDS) + _asked(connection, OF_FILES)


def _asked(connection: Connection, checks: dict[str, Check]) -> list[Finding]:
    return [Finding(name, tuple(islice(check(connection), SHOWN))) for name, check in checks.items()]


def _rows(connection: Connection, query: str) -> tuple[str, ...]:
    if "{tomorrow}" in query:  # a business day in Shenzhen begins eight hours before the UTC day
        tomorrow = "at + interval '8 hours'" if connection.dialect.name == "postgresql" else "datetime(at, '+8 hours')"
        query = query.replace("{tomorrow}", tomorrow)
    rows = connection.execute(text(f"{query} LIMIT {SHOWN}"))
    return tuple(" · ".join(str(part) for part in row) for row in rows)
