"""Work lists about what passes between centre and unit: receipts, certificates, revocation codes, papers to file."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import allows
from licensetrack.allocation.revocations import open_revocations
from licensetrack.core.clock import business_day
from licensetrack.handover import acceptance_queries, archive
from licensetrack.handover.receipts import waiting_for_receipt
from licensetrack.web import acceptance_words, wording
from licensetrack.web.work_requests import returned
from licensetrack.web.work_rows import Asked, WorkRow, about_set


def to_import(db: Session, asked: Asked) -> list[WorkRow]:
    """Issued and not imported, for those who import it: the unit and its engineer; every attempt is told."""
    rows = []
    for row in acceptance_queries.to_import(db, asked.scope):
        note = ""
        if row.attempts:
            reason = wording.word(acceptance_words.REASONS, row.last_reason) if row.last_reason else ""
            note = gettext("%(count)s attempts; the last: %(result)s", count=row.attempts, result=reason or "—")
        rows.append(
            WorkRow(
                url_for("importing.attempts", number=row.number), row.number, row.unit,
                about_set(row.product, row.kind, row.cpus), row.since, (asked.as_of - row.since).days, note,
            )
        )  # fmt: skip
    return rows


def to_accept(db: Session, asked: Asked) -> list[WorkRow]:
    """Imported and on no open certificate: one has to be drawn."""
    draws = allows(asked.actor, "handover:certificate:draw")
    rows = []
    for row in acceptance_queries.to_accept(db, asked.scope):
        page = (
            url_for("certificates.choose", unit=row.unit_id) if draws else url_for("ledger.one_set", number=row.number)
        )
        rows.append(
            WorkRow(
                page, row.number, row.unit, about_set(row.product, row.kind, row.cpus), row.since,
                (asked.as_of - row.since).days,
            )
        )  # fmt: skip
    return rows


def to_sign(db: Session, asked: Asked) -> list[WorkRow]:
    """Certificates that the unit has to sign."""
    return _certificates(db, asked, "unit")


def to_countersign(db: Session, asked: Asked) -> list[WorkRow]:
    """Certificates that the unit has signed and the centre has not."""
    return _certificates(db, asked, "center")


def to_receive(db: Session, asked: Asked) -> list[WorkRow]:
    """Licence files that the unit has not signed for."""
    rows = []
    for row in waiting_for_receipt(db, asked.scope, as_of=asked.as_of):
        since = business_day(row.fetched_at or row.attached_at)
        rows.append(
            WorkRow(
                url_for("ledger.one_set", number=row.number), row.number, row.unit,
                wording.word(wording.PRODUCTS, row.product), since, row.days,
                gettext("the file was taken out") if row.fetched_at else "",
            )
        )  # fmt: skip
    return rows


def with_the_unit(db: Session, asked: Asked) -> list[WorkRow]:
    """Everything that waits for a unit: returned requests, certificates and receipts to sign."""
    rows = [
        *_told(returned(db, asked), gettext("Request to correct")),
        *_told(to_sign(db, asked), gettext("Certificate to sign")),
        *_told(to_receive(db, asked), gettext("Receipt to sign")),
    ]
    return sorted(rows, key=lambda row: -row.days)


def revocations(db: Session, asked: Asked) -> list[WorkRow]:
    """Revocation codes that are awaited, with the days left of sixty."""
    return [
        WorkRow(
            url_for("ledger.one_set", number=row.number), row.number, row.unit,
            f"{wording.word(wording.PRODUCTS, row.product)} · {wording.word(wording.ACTIONS, row.action)}", row.due_on,
            row.days_left, gettext("opened on %(day)s", day=row.opened_on.isoformat()),
        )
        for row in open_revocations(db, asked.scope, asked.as_of)
    ]  # fmt: skip


def to_file(db: Session, asked: Asked) -> list[WorkRow]:
    """Accepted sets whose papers are not all in the archive."""
    rows = []
    for row in archive.to_file(db, asked.scope):
        since = row.accepted_on or asked.as_of
        lacks = "、".join(str(acceptance_words.PAPERS.get(name, name)) for name in row.missing)
        rows.append(
            WorkRow(
                url_for("archive.index", q=row.number), row.number, row.unit,
                wording.word(wording.PRODUCTS, row.product), since, (asked.as_of - since).days, lacks,
            )
        )  # fmt: skip
    return rows


def _certificates(db: Session, asked: Asked, side: str) -> list[WorkRow]:
    return [
        WorkRow(
            url_for("certificates.one", number=row.number), row.number, row.unit,
            gettext("Certificate of %(count)s sets", count=row.sets), row.drawn_on, (asked.as_of - row.drawn_on).days,
            wording.word(acceptance_words.CERTIFICATE_STAGES, row.stage),
        )
        for row in acceptance_queries.certificates_waiting(db, asked.scope, side)
    ]  # fmt: skip


def _told(rows: list[WorkRow], what: str) -> list[WorkRow]:
    """The rows with what has to be done before what they are about."""
    return [WorkRow(row.address, row.label, row.unit, what, row.since, row.days, row.note) for row in rows]
