"""Closed months: their figures as known then beside what is known now, and the report that went to the managers."""

from __future__ import annotations

import datetime as dt
import io

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from licensetrack.accounts.scoping import check_sees_all
from licensetrack.core import blobs
from licensetrack.core.clock import end_of_month
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.measures.months import closing_of, closings, report_of, then_and_now
from licensetrack.web.access import actor, needs
from licensetrack.web.exports import attachment, record_download

months = Blueprint("months", __name__, url_prefix="/months")


@months.get("")
@needs("measures:read")
def index() -> ResponseReturnValue:
    """Every closed month, the newest first."""
    check_sees_all(actor())  # a month counts the whole city
    with reading() as db:
        found = closings(db)
        return render_template("months/index.html", rows=[(one, report_of(db, one.id)) for one in found])


@months.get("/<month>")
@needs("measures:read")
def one(month: str) -> ResponseReturnValue:
    """One month: what was known then, what is known now, and where they differ."""
    check_sees_all(actor())  # a month counts the whole city
    with reading() as db:
        closing = closing_of(db, _month(month))
        return render_template(
            "months/one.html", closing=closing, rows=then_and_now(db, closing), report=report_of(db, closing.id)
        )


@months.get("/<month>/report.pdf")
@needs("measures:read")
def report(month: str) -> Response:
    """The month's report, the very file that was kept."""
    check_sees_all(actor())  # a month counts the whole city
    with reading() as db:
        made = report_of(db, closing_of(db, _month(month)).id)
        if made is None:
            raise NotFound("There is no such file.")
        blob, content = blobs.load(db, made.document_id)
    record_download("measures:month:download", f"month:{month}", digest=blob.digest)
    return attachment(io.BytesIO(content), f"month-{month}.pdf", "application/pdf")


def _month(text: str) -> dt.date:
    """The last day of a month written 2025-03. Raises NotFound."""
    try:
        return end_of_month(text)
    except ValueError:
        raise NotFound("There is no such record.") from None
