"""Closing a month: every figure as of its last day, as known at that hour, kept beside what is known later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit, blobs, outbox
from licensetrack.core.clock import end_of_month_before, month_end, now, today
from licensetrack.core.db import transaction
from licensetrack.core.errors import NotFound, Refused
from licensetrack.measures.catalogue import MEASURES, figures
from licensetrack.measures.month_models import MonthClosing, MonthFigure, MonthReport
from licensetrack.measures.question import Question, Value

CLOSE, REPORT = "measures:month:close", "measures:month:report"
SETTLED = dt.timedelta(minutes=30)
"""Known is what was recorded so long ago: an act that is being written now may bear an instant before this one."""


class Known(NamedTuple):
    """One figure of a closed month: as it was known then, and as it is known now."""

    name: str
    then: Value
    now: Value

    @property
    def differs(self) -> bool:
        """Whether something was recorded afterwards that changes it."""
        return self.then != self.now


def month_ends(first: dt.date, day: dt.date) -> list[dt.date]:
    """The last days of all months that are over on `day`, from the month of `first` on."""
    ends, end = [], month_end(first)
    while end < day:
        ends.append(end)
        end = month_end(end + dt.timedelta(days=1))
    return ends


def months_to_close(db: Session, day: dt.date) -> list[dt.date]:
    """Month ends that nobody closed yet, from the last closed one on; a new installation begins with the last month."""
    last = db.scalars(select(MonthClosing.as_of).order_by(MonthClosing.as_of.desc()).limit(1)).first()
    begin = end_of_month_before(day) if last is None else last + dt.timedelta(days=1)
    return month_ends(begin, day)


def unreported_months(db: Session) -> list[dt.date]:
    """Closed months whose report was not made yet."""
    made = select(MonthReport.closing_id)
    query = select(MonthClosing.as_of).where(MonthClosing.id.not_in(made)).order_by(MonthClosing.as_of)
    return list(db.scalars(query))


def close_month(as_of: dt.date, *, actor: Actor) -> MonthClosing:
    """Keeps every figure as of a month's last day as it is known now. A month that is closed stays as it is.

    Raises Refused for a day that ends no month, or none that is over.
    """
    require(actor, CLOSE)
    if (as_of + dt.timedelta(days=1)).day != 1 or as_of >= today():
        raise Refused("%(day)s is not the last day of a month that is over.", day=as_of)
    with transaction() as db:
        audit.lock_head(db)
        found = db.scalars(select(MonthClosing).where(MonthClosing.as_of == as_of)).first()
        if found is not None:
            return found
        at = now()
        closing = MonthClosing(as_of=as_of, known_at=at - SETTLED, closed_at=at)
        db.add(closing)
        db.flush()
        values = figures(db, Question(as_of, closing.known_at))
        db.add_all(
            MonthFigure(closing_id=closing.id, name=name, value=text_of(value)) for name, value in values.items()
        )
        db.flush()
        audit.record(db, CLOSE, f"month:{as_of:%Y-%m}", actor, known_at=closing.known_at, figures=len(values))
        outbox.post(db, CLOSE, month=f"{as_of:%Y-%m}")
    return closing


def keep_report(closing: MonthClosing, content: bytes, name: str, *, actor: Actor) -> MonthReport:
    """Keeps a month's report; the first one stays."""
    require(actor, REPORT)
    with transaction() as db:
        audit.lock_head(db)
        found = report_of(db, closing.id)
        if found is not None:
            return found
        document = blobs.register(db, content, name)
        made = MonthReport(closing_id=closing.id, document_id=document.id, made_at=now())
        db.add(made)
        db.flush()
        audit.record(db, REPORT, f"month:{closing.as_of:%Y-%m}", actor, digest=document.digest)
        blobs.keep(content)
    return made


def closings(db: Session) -> Sequence[MonthClosing]:
    """All closed months, the newest first."""
    return db.scalars(select(MonthClosing).order_by(MonthClosing.as_of.desc())).all()


def closing_of(db: Session, as_of: dt.date) -> MonthClosing:
    """The closing of a month. Raises NotFound."""
    found = db.scalars(select(MonthClosing).where(MonthClosing.as_of == as_of)).first()
    if found is None:
        raise NotFound("The month %(month)s is not closed.", month=f"{as_of:%Y-%m}")
    return found


def report_of(db: Session, closing_id: int) -> MonthReport | None:
    """The report of a closed month, if it was made."""
    return db.scalars(select(MonthReport).where(MonthReport.closing_id == closing_id)).first()


def figures_then(db: Session, closing_id: int) -> dict[str, Value]:
    """Every figure of a closed month as it was known then."""
    rows = db.execute(select(MonthFigure.name, MonthFigure.value).where(MonthFigure.closing_id == closing_id))
    return {name: value_of(value) for name, value in rows}


def then_and_now(db: Session, closing: MonthClosing) -> list[Known]:
    """A closed month's figures beside what is known of the same day now, in the order of the catalogue."""
    then, present = figures_then(db, closing.id), figures(db, Question(closing.as_of))
    return [Known(name, then[name], present[name]) for name in MEASURES if name in then]


def text_of(value: Value) -> str | None:
    """A figure as its own text: exact on every database."""
    return None if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)


def value_of(text: str | None) -> Value:
    """The figure that a text says: a whole number without a point, else a decimal."""
    return None if text is None else Decimal(text) if "." in text else int(text)
