"""Figures side by side: with a year before, targets with what was reached, and what was known then with now."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.core.db import reading
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.performance import queries
from licensetrack.performance.comparison import Compared, compared, over_years, year_before
from licensetrack.reports.numbers import NO_VALUE
from licensetrack.web import asked as asking
from licensetrack.web.access import needs
from licensetrack.web.exports import export_table, record_download
from licensetrack.web.outlook import whole_city

comparison = Blueprint("comparison", __name__)


@comparison.get("/comparison")
@needs("performance:read")
def page() -> ResponseReturnValue:
    """Figures of the day beside those of a year before and beside what was known, targets beside what was reached."""
    asked, known_at = whole_city(), _known_at()
    with reading() as db:
        before, then = compared(db, asked, known_at)
        years, indicators = over_years(db)
        evaluations = [found for found in queries.evaluations(db) if found.as_of == asked.as_of]
    return render_template(
        "outlook/comparison.html", asked=asked, known_at=known_at, before=before, year_before=year_before(asked.as_of),
        then=[one for one in then if one.first != one.second], same=sum(one.first == one.second for one in then),
        years=years, indicators=indicators, evaluations=evaluations, known_text=_local(known_at),
    )  # fmt: skip


@comparison.get("/comparison/export.<any(xlsx, csv):form>")
@needs("performance:read")
def export(form: str) -> Response:
    """Every measure on the day, a year before, and as it was known."""
    asked, known_at = whole_city(), _known_at()
    with reading() as db:
        before, then = compared(db, asked, known_at)
    record_download("performance:comparison:export", "comparison", format=form, as_of=asked.as_of, known_at=known_at)
    columns = [
        OutputColumn(gettext("Figure"), "text"), OutputColumn(gettext("Counted in"), "text"),
        OutputColumn(year_before(asked.as_of).isoformat(), "text"), OutputColumn(asked.as_of.isoformat(), "text"),
        OutputColumn(gettext("Rise or fall"), "text"),
        OutputColumn(gettext("As known at %(at)s", at=_local(known_at).replace("T", " ")), "text"),
    ]  # fmt: skip
    rows = [_row_compared(one, other) for one, other in zip(before, then, strict=True)]
    return export_table(form, f"{gettext('Comparison')} {asked.as_of.isoformat()}", columns, rows)


def _row_compared(one: Compared, then: Compared) -> list[object]:
    values = [one.first, one.second, one.change, then.first]
    words = [NO_VALUE if value is None else format(Decimal(value), "f") for value in values]
    return [gettext(one.measure.label), gettext(one.measure.unit), *words]


def _known_at() -> dt.datetime:
    """The instant asked for; without one, the end of the day asked for."""
    end = dt.datetime.combine(asking.as_of() + dt.timedelta(days=1), dt.time(), BUSINESS_ZONE)
    return asking.known_at(request.args.get("then", "")) or end


def _local(instant: dt.datetime) -> str:
    """An instant as a field of a form writes it."""
    return instant.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%dT%H:%M")
