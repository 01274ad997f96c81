"""Statistics of service orders, loaded and handled here, by month or year; each number opens into its rows."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select

from licensetrack.core.clock import month_end, today
from licensetrack.core.db import reading
from licensetrack.exchange.ledgers_out import ledger_cells, ledger_columns
from licensetrack.exchange.other_loading import service_row
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.measures import service as service_sums
from licensetrack.measures.question import Question
from licensetrack.measures.service_statistics import BY, lines, orders_between, within
from licensetrack.support.models import ServiceOrder
from licensetrack.support.orders import handled_here
from licensetrack.units.models import Unit
from licensetrack.web import service_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.asked import known_at
from licensetrack.web.exports import export_table, record_download

service_statistics = Blueprint("service_statistics", __name__, url_prefix="/service-statistics")

WAYS = {
    "kind": lazy_gettext("By kind"),
    "severity": lazy_gettext("By severity"),
    "unit": lazy_gettext("By unit"),
    "engineer": lazy_gettext("By engineer"),
}
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class Period:
    """A month (2024-05) or a whole year (2024)."""

    label: str
    first: dt.date
    last: dt.date


def period(newest: int) -> Period:
    """What the address asks for; else the newest year that has orders."""
    asked = request.args.get("period", "")
    if found := _MONTH.fullmatch(asked):
        first = dt.date(int(found[1]), int(found[2]), 1)
        return Period(asked, first, month_end(first))
    year = int(asked) if re.fullmatch(r"20\d\d", asked, re.ASCII) else newest
    return Period(str(year), dt.date(year, 1, 1), dt.date(year, 12, 31))


def _asked() -> tuple[str, Question]:
    by = request.args.get("by", "kind")
    return by if by in BY else "kind", Question(today(), known_at(), actor().scope)


def _newest(question: Question) -> int:
    with reading() as db:
        last = db.scalar(select(func.max(ServiceOrder.received)).where(*service_sums.known(question)))
    return last.year if last is not None else today().year


@service_statistics.get("")
@needs("measures:read")
def page() -> ResponseReturnValue:
    """One table: the orders of a month or a year by kind, severity, unit or engineer."""
    by, question = _asked()
    chosen = period(_newest(question))
    with reading() as db:
        orders = orders_between(db, question, chosen.first, chosen.last)
        rows, total = lines(db, orders, question, by)
    return render_template(
        "service/statistics.html", rows=rows, total=total, by=by, WAYS=WAYS, period=chosen, words=words,
        months=[f"{chosen.label[:4]}-{month:02}" for month in range(1, 13)], year=int(chosen.label[:4]),
    )  # fmt: skip


@service_statistics.get("/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export(form: str) -> Response:
    """The table as a file; mean times in hours."""
    by, question = _asked()
    chosen = period(_newest(question))
    record_download("support:statistics:export", f"service:{chosen.label}", format=form, by=by)
    columns = [
        OutputColumn(str(WAYS[by])),
        OutputColumn(gettext("Service orders"), "whole"),
        OutputColumn(gettext("Answered in time, percent")),
        OutputColumn(gettext("Marks"), "whole"),
        OutputColumn(gettext("Satisfaction, percent")),
        OutputColumn(gettext("Mean time to answer, hours")),
        OutputColumn(gettext("Mean time to the end, hours")),
    ]
    with reading() as db:
        rows, total = lines(db, orders_between(db, question, chosen.first, chosen.last), question, by)
    cells = [
        [line.name or gettext("not stated"), line.count, _text(line.on_time), line.rated, _text(line.satisfaction),
         _hours(line.mean_answer), _hours(line.mean_end)]
        for line in rows
    ]  # fmt: skip
    cells.append(
        [gettext("All"), total.count, _text(total.on_time), total.rated, _text(total.satisfaction),
         _hours(total.mean_answer), _hours(total.mean_end)]
    )  # fmt: skip
    return export_table(form, gettext("Service statistics"), columns, cells)


@service_statistics.get("/orders")
@needs("measures:read")
def orders() -> ResponseReturnValue:
    """The orders behind a number."""
    by, question = _asked()
    chosen, name = period(_newest(question)), request.args.get("name")
    with reading() as db:
        found = within(db, orders_between(db, question, chosen.first, chosen.last), by, name)
        return render_template(
            "service/orders.html",
            rows=found,
            here=handled_here(db),
            units=dict(db.execute(select(Unit.id, Unit.name)).all()),
            in_time=lambda order: service_sums.answered_in_time(order, question),
            by=by,
            name=name,
            WAYS=WAYS,
            period=chosen,
        )


@service_statistics.get("/ledger.<any(xlsx, csv):form>")
@needs("exchange:export")
def ledger(form: str) -> Response:
    """技术服务台账: the same orders with the columns that they could be loaded from again."""
    by, question = _asked()
    chosen, name = period(_newest(question)), request.args.get("name")
    record_download("support:order:export", f"service:{chosen.label}", format=form)
    with reading() as db:
        units = dict(db.execute(select(Unit.id, Unit.name)).all())
        found = within(db, orders_between(db, question, chosen.first, chosen.last), by, name)
        rows = [ledger_cells("services", service_row(order, units[order.unit_id])) for order in found]
    return export_table(form, gettext("Service ledger"), ledger_columns("services"), rows)


def _text(rate: object) -> str:
    return "" if rate is None else str(rate)


def _hours(span: dt.timedelta | None) -> str:
    return "" if span is None else f"{span.total_seconds() / 3600:.2f}"
