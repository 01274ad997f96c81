"""The job of a month's end: its figures are closed, its report is made and goes to the managers."""

from __future__ import annotations

import datetime as dt
import os

from config import Settings
from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.core.clock import today
from licensetrack.core.db import reading, transaction
from licensetrack.jobs.handlers import Result, Run, handles
from licensetrack.measures.month_models import MonthClosing
from licensetrack.measures.months import close_month, keep_report, months_to_close, unreported_months
from licensetrack.notices.audiences import people_with
from licensetrack.notices.links import path_of
from licensetrack.notices.posting import post
from licensetrack.reports.month_report import month_document, month_sheet
from licensetrack.reports.outputs import rendered

READ = "measures:month:hear"


@handles("months:close", label="Close the month", long=True)
def close(run: Run) -> Result:
    """Every night, so that a month which was missed is made up: one after the other, each once."""
    with reading() as db:
        ends = [*unreported_months(db), *months_to_close(db, today())]
    for nth, end in enumerate(ends):
        run.progress(nth, len(ends))
        close_one(end, SYSTEM)
    return {"months": [f"{end:%Y-%m}" for end in ends]}


def close_one(end: dt.date, actor: Actor) -> None:
    """Closes a month, makes its report and tells of it; what of that was done before is not done again."""
    closing = close_month(end, actor=actor)
    month = f"{end:%Y-%m}"
    with reading() as db:
        office = os.environ.get("LICENSETRACK_OFFICE") or Settings.office
        content = rendered(month_document(month_sheet(db, end, office)), "pdf")
    _tell(closing, content, month, actor)


def _tell(closing: MonthClosing, content: bytes, month: str, actor: Actor) -> None:
    """The report is kept and told in one transaction; told again, nobody hears of it twice.

    The file that each mail carries is the one that is kept, not another rendering.
    """
    with transaction() as db:
        report = keep_report(closing, content, f"month-{month}.pdf", actor=actor)
        post(
            db, "month_report", to=people_with(db, READ), subject=f"month:{month}", dedupe=f"month:{month}",
            link=path_of("month_report", month), file_id=report.document_id, month=month,
        )  # fmt: skip
