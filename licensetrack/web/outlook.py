"""The years ahead: demand by product as several methods foresee it, with their ranges and past errors."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.accounts.permissions import EVERYWHERE
from licensetrack.accounts.scoping import check_sees_all
from licensetrack.core.clock import end_of_month
from licensetrack.core.db import reading
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.measures.question import Question
from licensetrack.performance.foresight import METHODS, Foresight
from licensetrack.performance.outlook import Outlook, ProductOutlook
from licensetrack.performance.outlook import outlook as read_outlook
from licensetrack.web import asked as asking
from licensetrack.web import wording
from licensetrack.web.access import actor, needs
from licensetrack.web.exports import export_table, record_download
from licensetrack.web.outlook_words import COVERAGE, METHOD_WORDS
from licensetrack.web.pictures import outlook_picture

outlook = Blueprint("outlook", __name__)

YEARS = (12, 24, 36)


@outlook.get("/outlook")
@needs("performance:read")
def ahead() -> ResponseReturnValue:
    """Three years ahead by product, each method with its range and what it got wrong before."""
    asked = whole_city()
    with reading() as db:
        found = read_outlook(db, asked)
    pictures = {one.product: _picture(one) for one in found.products}
    return render_template(
        "outlook/ahead.html", asked=asked, found=found, pictures=pictures, years=YEARS, methods=METHOD_WORDS,
        coverage=COVERAGE, METHODS=METHODS, end_of_month=end_of_month,
    )  # fmt: skip


@outlook.get("/outlook/export.<any(xlsx, csv):form>")
@needs("performance:read")
def export_ahead(form: str) -> Response:
    """Every month that was held and every month that is foreseen, a row each."""
    asked = whole_city()
    with reading() as db:
        found = read_outlook(db, asked)
    record_download("performance:outlook:export", "outlook", format=form, as_of=asked.as_of)
    columns = [
        OutputColumn(gettext("Product"), "text"), OutputColumn(gettext("Counted in"), "text"),
        OutputColumn(gettext("Month"), "text"), OutputColumn(gettext("Forecast method"), "text"),
        OutputColumn(gettext("Value"), "whole"), OutputColumn(gettext("Lower bound"), "whole"),
        OutputColumn(gettext("Upper bound"), "whole"),
    ]  # fmt: skip
    return export_table(form, f"{gettext('Outlook')} {asked.as_of.isoformat()}", columns, _rows_ahead(found))


def _rows_ahead(found: Outlook) -> list[list[object]]:
    rows: list[list[object]] = []
    for one in found.products:
        head = [
            str(wording.word(wording.PRODUCTS, one.product)),
            gettext("CPUs") if one.what == "cpus" else gettext("sets"),
        ]
        rows += [
            [*head, month, gettext("Held"), held, None, None] for month, held in zip(one.months, one.held, strict=True)
        ]
        for line in one.foreseen:
            name = str(METHOD_WORDS[line.method.code])
            rows += [
                [*head, month, name, value, low, high]
                for month, value, low, high in zip(one.months_ahead(), line.values, line.low, line.high, strict=True)
            ]
    return rows


def _picture(one: ProductOutlook) -> str:
    lines: list[tuple[str, Foresight]] = [(str(METHOD_WORDS[line.method.code]), line) for line in one.foreseen]
    title = str(wording.word(wording.PRODUCTS, one.product))
    return outlook_picture(title, (*one.months, *one.months_ahead()), one.held, lines) if lines else ""


def whole_city() -> Question:
    """The day asked for, of the whole city: a visitor who may see a part of it may not see these sums."""
    check_sees_all(actor())
    return Question(asking.as_of(), None, EVERYWHERE)
