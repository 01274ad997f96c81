"""Work lists about sets: issued long ago, declined, ending soon, idle, held."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from licensetrack.allocation.expiry import Ending, ending_sets
from licensetrack.allocation.stages import DECLINED
from licensetrack.allocation.standing import StandingSet, sets_at_stage
from licensetrack.allocation.waiting import WaitingSet, waiting_for_import
from licensetrack.reminders.limits import limits
from licensetrack.requests.decisions import idle_days
from licensetrack.web.work_rows import Asked, WorkRow, about_set


def to_import(db: Session, asked: Asked) -> list[WorkRow]:
    """Issued longer ago than the limit of the reminders, and not imported."""
    days = limits(db)["import"] + 1
    return [_waiting(row) for row in waiting_for_import(db, asked.as_of, scope=asked.scope, days=days)]


def idle(db: Session, asked: Asked) -> list[WorkRow]:
    """Issued, never imported, and forgotten."""
    days = idle_days(db) + 1
    return [_waiting(row) for row in waiting_for_import(db, asked.as_of, scope=asked.scope, days=days)]


def declined(db: Session, asked: Asked) -> list[WorkRow]:
    """Declined at the acceptance, with the reason."""
    return [_standing(row, asked) for row in sets_at_stage(db, DECLINED, scope=asked.scope)]


def expiring(db: Session, asked: Asked) -> list[WorkRow]:
    """Held sets whose validity or support ends within the days asked for, or has ended."""
    return [_ending(row) for row in ending_sets(db, asked.as_of, within=asked.within, scope=asked.scope)]


def held(db: Session, asked: Asked) -> list[WorkRow]:
    """Everything that is held, with the day on which it ends."""
    return [_ending(row) for row in ending_sets(db, asked.as_of, within=None, scope=asked.scope)]


def _waiting(row: WaitingSet) -> WorkRow:
    note = gettext("Failed imports") + f" {row.failed_imports}" if row.failed_imports else ""
    return WorkRow(
        url_for("ledger.one_set", number=row.number), row.number, row.unit,
        about_set(row.product, "formal", row.cpus or None), row.issued_on, row.days, note,
    )  # fmt: skip


def _standing(row: StandingSet, asked: Asked) -> WorkRow:
    return WorkRow(
        url_for("ledger.one_set", number=row.number), row.number, row.unit,
        about_set(row.product, row.kind, row.cpus), row.since, (asked.as_of - row.since).days, row.reason,
    )  # fmt: skip


def _ending(row: Ending) -> WorkRow:
    words = {"valid_until": gettext("Valid until"), "support_end": gettext("Support until")}
    return WorkRow(
        url_for("ledger.one_set", number=row.held.number), row.held.number, row.held.unit,
        about_set(row.held.product, row.held.kind, row.held.cpus), row.ends_on, row.days, words.get(row.by, ""),
    )  # fmt: skip
