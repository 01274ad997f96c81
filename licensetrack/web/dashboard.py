"""The first page: what was promised and what was reached, as of any date, every number a link to its rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, allows
from licensetrack.allocation.waiting import WaitingSet, waiting_for_import
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.inventory.models import ReconciliationRun
from licensetrack.inventory.queries import last_run
from licensetrack.measures.breakdowns import running_totals, units_served_by
from licensetrack.measures.catalogue import PRODUCTS, STAGES, figures
from licensetrack.measures.ledger_sums import split
from licensetrack.measures.question import Question, Value
from licensetrack.measures.readers import readable
from licensetrack.performance.differences import has_changed
from licensetrack.performance.models import Evaluation
from licensetrack.performance.queries import evaluations
from licensetrack.performance.stages import SIGNED
from licensetrack.procurement.queries import products
from licensetrack.web.access import actor, signed_in
from licensetrack.web.asked import question, quick_days
from licensetrack.web.pictures import coverage_picture, trend_picture
from licensetrack.web.targets import target_of

dashboard = Blueprint("dashboard", __name__)

LISTED = 6
COVERED = "virtualization.accepted_cpus"


@dataclass(frozen=True)
class Part:
    """One district or category: units served, and accepted sets and CPUs by product."""

    name: str
    units: int
    counters: dict[str, dict[str, int]]

    def value(self, product: str, counter: str) -> int:
        """One counter of one product here."""
        return self.counters.get(product, {}).get(counter, 0)


@dataclass(frozen=True)
class Overview:
    """Everything the first page shows, read in one snapshot."""

    as_of: dt.date
    values: dict[str, Value]
    metrics: dict[str, str]
    target: int | Decimal | None
    districts: list[Part]
    categories: list[Part]
    waiting: list[WaitingSet]
    months: list[str]
    lines: dict[str, list[int]]

    def counted(self, product: str) -> str:
        """What a product is counted by on cards and trends: CPUs, or sets where it has none."""
        return "cpus" if self.metrics.get(product, "cpu") == "cpu" else "sets"

    def largest(self, parts: list[Part], product: str) -> int:
        """The longest bar of a column."""
        counter = f"accepted_{self.counted(product)}"
        return max((part.value(product, counter) for part in parts), default=0)


@dashboard.get("/")
@signed_in
def overview() -> ResponseReturnValue:
    """The figures for those who may read them; the others go where their work is."""
    visitor = actor()
    if not allows(visitor, "measures:read"):
        return redirect(url_for("desk.home"))
    asked = question()
    with reading() as db:
        shown = _read(db, asked)
        moved = evaluations_moved(db, visitor)
        compared = last_comparison(db, visitor)
    return render_template(
        "dashboard/overview.html",
        shown=shown,
        asked=asked,
        quick_days=quick_days(today()),
        coverage=coverage_picture(shown.values[COVERED], shown.target),
        trend=_trend(shown),
        PRODUCTS=list(PRODUCTS),
        STAGES=STAGES,
        COVERED=COVERED,
        LISTED=LISTED,
        readable=readable(visitor),
        moved=moved,
        compared=compared,
    )


def evaluations_moved(db: Session, visitor: Actor) -> list[Evaluation]:
    """The newest signed version of each evaluation, where an entry recorded later moved one of its figures."""
    if visitor.scope.kind != "all" or not allows(visitor, "performance:read"):
        return []
    newest: dict[tuple[str, int], Evaluation] = {}
    for one in evaluations(db):
        if one.stage == SIGNED:
            newest.setdefault((one.kind, one.year), one)
    return [one for one in newest.values() if has_changed(db, one)]


def last_comparison(db: Session, visitor: Actor) -> ReconciliationRun | None:
    """The newest comparison of what runs with what is licensed, for those who see the whole city's."""
    if visitor.scope.kind != "all" or not allows(visitor, "inventory:difference:read"):
        return None
    return last_run(db)


def _read(db: Session, asked: Question) -> Overview:
    metrics = {product.code: product.metric for product in products(db)}
    counters = {code: f"accepted_{'sets' if metrics.get(code) == 'set' else 'cpus'}" for code in PRODUCTS}
    months, lines = running_totals(db, asked, counters)
    return Overview(
        asked.as_of,
        figures(db, asked),
        metrics,
        target_of(db, COVERED, asked.as_of) if asked.scope.kind == "all" else None,
        _parts(db, asked, "district"),
        _parts(db, asked, "category"),
        waiting_for_import(db, asked.as_of, known_at=asked.known_at, scope=asked.scope),
        months,
        lines,
    )


def _parts(db: Session, asked: Question, dimension: str) -> list[Part]:
    served = units_served_by(db, asked, dimension)
    parts = [Part(name, served.get(name, 0), counters) for name, counters in split(db, asked, dimension).items()]
    held = [part for part in parts if any(part.value(product, "issued_sets") for product in PRODUCTS)]
    return sorted(held, key=lambda part: (-part.value("virtualization", "accepted_cpus"), -part.units, part.name))


def _trend(shown: Overview) -> Markup:
    """Lines of the months that have begun; a month after the day asked for stays empty."""
    last = shown.as_of.isoformat()[:7]
    names = {"cpus": gettext("CPU count"), "sets": gettext("Sets")}
    panels: list[tuple[str, str, list[Any], int | Decimal | None]] = []
    for product in PRODUCTS:
        values = [
            value if month <= last else None for month, value in zip(shown.months, shown.lines[product], strict=True)
        ]
        target = shown.target if product == COVERED.split(".", maxsplit=1)[0] else None
        panels.append((product, names[shown.counted(product)], values, target))
    return trend_picture(shown.months, panels)
