"""Service orders to look at: the list with what is late, a new one, one with its time line, its papers, the ledger."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session
from wtforms import SelectChoice

from licensetrack.accounts.permissions import allows
from licensetrack.allocation.queries import sets_of_unit
from licensetrack.core import blobs
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.core.transitions import actions_from
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.support import order_queries as queries
from licensetrack.support.asking import UNIT, Wish, ask_service
from licensetrack.support.handling_models import ServiceCase
from licensetrack.support.kinds import kinds, severities
from licensetrack.support.limits import engineers
from licensetrack.support.moving import case_of, steps_of, wall_now
from licensetrack.support.order_queries import SORTS, Wanted
from licensetrack.support.stages import CLOSED, HANDED_OVER, OPEN, ORDER_MOVES, PAUSED
from licensetrack.units import queries as unit_queries
from licensetrack.units.models import Unit
from licensetrack.web import service_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.chosen_unit import offered_units, unit_named
from licensetrack.web.digits import page_asked, whole
from licensetrack.web.exports import attachment, export_table, record_download
from licensetrack.web.service_forms import FORMS, AskForm, PaperForm, ask_form, step_form

service = Blueprint("service", __name__, url_prefix="/service")

READ, ASK = "support:order:read", "support:order:ask"
TABS = {
    "": (lazy_gettext("Not closed"), OPEN),
    "asked": (lazy_gettext("To be accepted"), ("asked",)),
    "work": (lazy_gettext("In work"), ("accepted", "working")),
    "unit": (lazy_gettext("Waits for the unit"), (PAUSED, HANDED_OVER)),
    "closed": (lazy_gettext("Closed"), (CLOSED, "cancelled")),
    "all": (lazy_gettext("All"), ()),
}
LATE = (("late", lazy_gettext("Overdue")), ("soon", lazy_gettext("Due within four hours")))
COLUMNS = (
    ("number", lazy_gettext("Number")),
    ("unit", lazy_gettext("Unit")),
    ("", lazy_gettext("What it is about")),
    ("severity", lazy_gettext("Severity of the order")),
    ("stage", lazy_gettext("Stage")),
    ("due", lazy_gettext("Next limit")),
    ("received", lazy_gettext("Came in")),
)


def wanted() -> Wanted:
    """What the address asks for; a sort or tab that does not exist is the usual one."""
    sort = request.args.get("sort", "-received")
    return Wanted(
        search=request.args.get("q", "")[:200],
        stages=TABS.get(request.args.get("tab", ""), TABS[""])[1],
        kind=request.args.get("kind", ""),
        severity=request.args.get("severity", ""),
        district=request.args.get("district", ""),
        late=request.args.get("late", ""),
        unit_id=whole(request.args.get("unit")) or 0,
        sort=sort if sort.lstrip("-") in SORTS else "-received",
    )


@service.get("")
@needs(READ)
def index() -> ResponseReturnValue:
    """One page of the orders that one may see."""
    visitor, asked = actor(), wanted()
    with reading() as db:
        return render_template(
            "service/index.html",
            page=queries.page_of_orders(db, asked, page_asked(), actor=visitor),
            counts=queries.counts(db, visitor),
            wanted=asked,
            tab=request.args.get("tab", ""),
            TABS=TABS,
            LATE=LATE,
            COLUMNS=COLUMNS,
            kinds=words.choices(kinds()),
            severities=words.choices(severities()),
            districts=unit_queries.districts(db) if visitor.scope.kind == "all" else [],
            lateness=queries.lateness,
            now=wall_now(),
            words=words,
        )


@service.get("/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export(form: str) -> Response:
    """All matching orders as a file."""
    visitor, asked = actor(), wanted()
    record_download("support:order:export", "orders", format=form, search=asked.search, late=asked.late)
    texts = [
        gettext("Number"), gettext("Unit"), gettext("District"), gettext("Kind of service"), gettext("In a few words"),
        gettext("Severity of the order"), gettext("Stage"), gettext("Firm"), gettext("Engineer"),
    ]  # fmt: skip
    moments = [
        gettext("Came in"), gettext("Answered"), gettext("On site"), gettext("Service restored"), gettext("Closed"),
        gettext("Next limit"),
    ]  # fmt: skip
    columns = [*map(OutputColumn, texts), *(OutputColumn(text, "moment") for text in moments)]
    columns.append(OutputColumn(gettext("Satisfaction"), "whole"))
    with reading() as db:
        rows = [_cells(case, unit) for case, unit in queries.orders(db, asked, actor=visitor)]
    return export_table(form, gettext("Service orders in hand"), columns, rows)


def _cells(case: ServiceCase, unit: Unit) -> list[object]:
    return [
        case.number, unit.name, case.district, words.kind(case.kind), case.title, words.severity(case.severity),
        str(words.STAGES[case.stage]), case.firm, case.engineer, case.received, case.responded, case.arrived,
        case.restored, case.closed, queries.lateness(case)[1], case.mark,
    ]  # fmt: skip


@service.get("/new")
@needs(ASK)
def new() -> ResponseReturnValue:
    """The kinds to choose from; with a kind, the form of a new order."""
    kind = request.args.get("kind", "")
    if kind not in kinds():
        return render_template("service/kinds.html", kinds=kinds(), words=words)
    form = ask_form()(None, set_number=request.args.get("set", ""), to=request.args.get("unit", "")[:200])
    return _ask_page(form, kind)


@service.post("/new")
@needs(ASK)
def ask() -> ResponseReturnValue:
    """Takes a new order in."""
    form, visitor = ask_form()(), actor()
    kind = form.kind.data if form.kind.data in kinds() else next(iter(kinds()))
    form.prepare(kind)

    def act() -> str:
        with reading() as db:
            own = unit_queries.unit(db, int(visitor.scope.value)) if visitor.role == UNIT else None
            unit = own or unit_named(db, form.to.data or "", visitor.scope)
        wish = Wish(
            kind, form.title.data or "", form.description.data or "", form.product.data or "",
            "system" if own else form.source.data, "" if own else form.raised_by.data or "",
            form.set_number.data or "", whole(form.platform_id.data), form.extra(),
        )  # fmt: skip
        made = ask_service(
            unit, wish, actor=visitor, received=None if own else form.received.data, papers=form.uploads()
        )
        return url_for("service.one", number=made.number)

    return perform(form, act, lambda: _ask_page(form, kind))


def _ask_page(form: AskForm, kind: str) -> str:
    visitor = actor()
    form.prepare(kind)
    with reading() as db:
        own = unit_queries.unit(db, int(visitor.scope.value)) if visitor.role == UNIT else None
        places = unit_queries.platforms(db, own.id) if own else []
        nothing = SelectChoice("", gettext("None in particular"))
        form.platform_id.choices = [nothing, *(SelectChoice(str(place.id), place.name) for place in places)]
        return render_template(
            "service/new.html",
            form=form,
            kind=kind,
            own=own,
            sets=[row.number for row in sets_of_unit(db, own.id)] if own else [],
            units=offered_units(db, visitor.scope, 0) if own is None else [],
            words=words,
        )


@service.get("/<number>")
@needs(READ)
def one(number: str) -> ResponseReturnValue:
    """An order: what it is about, its time line and limits, its papers, and what may be done now."""
    with reading() as db:
        return page(db, case_of(db, number, actor()))


@service.get("/<number>/papers/<int:paper_id>")
@needs(READ)
def paper(number: str, paper_id: int) -> Response:
    """A file of an order, to keep."""
    with reading() as db:
        case = case_of(db, number, actor())
        found = next((one for one in queries.papers_of(db, case.id) if one.id == paper_id), None)
        if found is None:
            raise NotFound("There is no such file.")
        blob, content = blobs.load(db, found.blob_id)
        name, digest = found.name, blob.digest
    record_download("support:order:download", f"order:{number}", name=name, digest=digest)
    return attachment(io.BytesIO(content), name, "application/octet-stream")


@service.app_template_global("orders_of_set")
def orders_of_set(set_id: int) -> list[tuple[ServiceCase, Unit]]:
    """The orders about a set that the visitor may see, for its page."""
    with reading() as db:
        return queries.orders(db, Wanted(set_id=set_id), actor=actor(), most=20)


@service.app_template_global("orders_of_unit")
def orders_of_unit(unit_id: int) -> list[tuple[ServiceCase, Unit]]:
    """The newest orders of a unit that the visitor may see, for its page."""
    with reading() as db:
        return queries.orders(db, Wanted(unit_id=unit_id), actor=actor(), most=10)


@service.app_template_global("service_words")
def service_words(name: str) -> Any:
    """A list of words about orders, for cards on other pages."""
    return getattr(words, name)


def offered(case: ServiceCase) -> list[str]:
    """The steps that the visitor may take now, in the order of a life."""
    done = {"arrive": case.arrived, "restore": case.restored, "rate": case.mark}
    found = actions_from(ORDER_MOVES, case.stage)
    return [
        name for name in FORMS if name in found and done.get(name) is None and allows(actor(), f"support:order:{name}")
    ]


def page(db: Session, case: ServiceCase, forms: Mapping[str, ActForm] | None = None) -> str:
    """The page of one; `forms` are those that were refused, by the name of their step."""
    steps = steps_of(db, case.id)
    license_set, platform = queries.linked(db, case)
    people = engineers(db)
    made: dict[str, Any] = {name: step_form(name, case, people) for name in offered(case)}
    return render_template(
        "service/one.html",
        case=case,
        unit=db.get_one(Unit, case.unit_id),
        steps=steps,
        license_set=license_set,
        platform=platform,
        papers=queries.papers_of(db, case.id),
        forms=made | dict(forms or {}),
        refused=set(forms or {}),
        paper_form=(forms or {}).get("attach") or PaperForm(None),
        may_attach=case.stage in OPEN and allows(actor(), "support:order:attach"),
        firms=sorted({firm for _, firm in people if firm}),
        promise=words.promise(case.limits),
        now=wall_now(),
        words=words,
    )
