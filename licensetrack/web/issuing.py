"""Issuing: the queue of granted lines, each issued by a form with its file; and sets that no request asked for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from licensetrack.allocation.models import LicenseSet
from licensetrack.core.clock import business_day, today
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound, Refused
from licensetrack.core.names import nearest
from licensetrack.handover.file_comparison import Expected
from licensetrack.handover.handing_out import ISSUE, Wish, issue_directly
from licensetrack.handover.license_files import expected_of, names_of
from licensetrack.procurement.queries import entitlement_for
from licensetrack.requests.fulfillment import FULFILL, Given, drop_line, fulfill_line, open_lines
from licensetrack.requests.models import LicenseRequest, RequestLine
from licensetrack.units import queries as unit_queries
from licensetrack.units.models import Unit
from licensetrack.web import cap_words, request_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import UNFIT, perform
from licensetrack.web.held_files import let_go
from licensetrack.web.issue_forms import FIELDS, WITH_FILE, DirectForm, DropForm, LineForm

issuing = Blueprint("issuing", __name__, url_prefix="/issuing")


@issuing.get("")
@needs(FULFILL)
def queue() -> ResponseReturnValue:
    """Granted lines that wait for their licence, the longest wait first."""
    day = today()
    with reading() as db:
        rows = [
            (line, asked, unit, (day - business_day(asked.stage_since)).days)
            for line, asked, unit in open_lines(db, actor())
        ]
        sets = {found.id: found.number for line, *_ in rows if (found := _about(db, line))}
    return render_template("issuing/queue.html", rows=rows, sets=sets, words=request_words)


@issuing.get("/lines/<int:line_id>")
@needs(FULFILL)
def line(line_id: int) -> ResponseReturnValue:
    """The form of one line, filled in with what was granted."""
    return _line_page(line_id, None, DropForm(None))


@issuing.post("/lines/<int:line_id>")
@needs(FULFILL)
def fulfill(line_id: int) -> ResponseReturnValue:
    """Issues what was granted; with the last line the request is fulfilled."""
    form = LineForm()
    found, _, _ = _line(line_id)
    allowed = FIELDS[found.kind]

    def act() -> str:
        said = {name: getattr(form, name).data for name in allowed if name != "on"}
        given = Given(
            kind=said.get("kind") or "", number=(said.get("number") or "").strip(), cpus=said.get("cpus"),
            fingerprint=(said.get("fingerprint") or "").strip(), valid_until=said.get("valid_until"),
            support_end=said.get("support_end"), file=form.handed if found.kind in WITH_FILE else None,
        )  # fmt: skip
        made = fulfill_line(found, actor=actor(), on=form.day, given=given, seen=form.seen)
        let_go(form.held.data)
        return url_for("ledger.one_set", number=made.number)

    return perform(form, act, lambda: _line_page(line_id, form, DropForm(None)))


@issuing.post("/lines/<int:line_id>/check")
@needs(FULFILL)
def check(line_id: int) -> ResponseReturnValue:
    """Shows what the file says beside the line; issues nothing."""
    form = LineForm()
    return _line_page(line_id, form, DropForm(None)), 200 if form.file.data or form.held.data else UNFIT


@issuing.post("/lines/<int:line_id>/drop")
@needs(FULFILL)
def drop(line_id: int) -> ResponseReturnValue:
    """A granted line is not issued after all, and why."""
    form = DropForm()
    found, _, _ = _line(line_id)

    def act() -> str:
        drop_line(found, actor=actor(), on=today(), reason=form.reason.data or "", seen=form.seen)
        return url_for("issuing.queue")

    return perform(form, act, lambda: _line_page(line_id, None, form))


@issuing.get("/direct")
@needs(ISSUE)
def direct() -> ResponseReturnValue:
    """The form for a set that no request asked for."""
    return _direct_page(DirectForm(None, on=today(), unit=request.args.get("unit", "")[:200]))


@issuing.post("/direct")
@needs(ISSUE)
def issue() -> ResponseReturnValue:
    """Issues a set that no request asked for."""
    form = DirectForm()

    def act() -> str:
        wish = Wish(
            form.product.data, form.kind.data, form.cpus.data, (form.number.data or "").strip(),
            (form.platform.data or "").strip(), (form.site.data or "").strip(), (form.edition.data or "").strip(),
            (form.fingerprint.data or "").strip(), form.valid_until.data, form.support_end.data,
        )  # fmt: skip
        with reading() as db:
            unit = _unit(db, form.unit.data or "")
        made = issue_directly(
            unit, wish, actor=actor(), on=form.day, reason=form.reason.data or "", file=form.handed
        )  # fmt: skip
        let_go(form.held.data)
        return url_for("ledger.one_set", number=made.number)

    return perform(form, act, lambda: _direct_page(form))


@issuing.post("/direct/check")
@needs(ISSUE)
def check_direct() -> ResponseReturnValue:
    """Shows what the file says beside the form; issues nothing."""
    form = DirectForm()
    return _direct_page(form), 200 if form.file.data or form.held.data else UNFIT


def _unit(db: Session, said: str) -> Unit:
    """The unit of that name (former ones too) or code. Raises Refused with the nearest."""
    scope = actor().scope
    unit = unit_queries.unit_by_words(db, said, scope)
    if unit is None:
        names = [unit.name for unit in unit_queries.units(db, scope=scope)]
        raise Refused(
            "There is no unit “%(name)s”. The nearest are: %(nearest)s.",
            name=said[:80], nearest="、".join(nearest(said, names)) or "—",
        ).at("unit")  # fmt: skip
    return unit


def _line(line_id: int) -> tuple[RequestLine, LicenseRequest, Unit]:
    with reading() as db:
        found = db.get(RequestLine, line_id)
        asked = None if found is None else db.get_one(LicenseRequest, found.request_id)
        unit = None if asked is None else db.get_one(Unit, asked.unit_id)
        if found is None or asked is None or unit is None:
            raise NotFound("There is no such record.")
        if not actor().scope.covers(district=unit.district, unit_id=unit.id):
            raise NotFound("There is no such record.")
        return found, asked, unit


def _about(db: Session, found: RequestLine) -> LicenseSet | None:
    return None if found.set_id is None else db.get(LicenseSet, found.set_id)


def _line_page(line_id: int, form: LineForm | None, drop_form: DropForm) -> str:
    with reading() as db:
        found, asked, unit = _line(line_id)
        about = _about(db, found)
        sent = form is not None and form.is_submitted()
        form = form or LineForm(
            None, on=today(), kind=found.license_kind, cpus=found.cpus_granted, fingerprint=found.fingerprint,
            valid_until=found.valid_until,
        )  # fmt: skip
        compared = form.compared(db, _expected(db, found, about, unit, form), None) if sent else None
        return render_template(
            "issuing/line.html", line=found, asked=asked, unit=unit, about=about, form=form, drop_form=drop_form,
            fields=FIELDS[found.kind], with_file=found.kind in WITH_FILE, compared=compared, words=request_words,
            entitlement=entitlement_for(db, found.product), caps=cap_words,
        )  # fmt: skip


def _expected(db: Session, found: RequestLine, about: LicenseSet | None, unit: Unit, form: LineForm) -> Expected:
    """What the set will be after the act: what the form says, else the line, else the set as it is."""
    known = Expected(names=names_of(db, unit.id)) if about is None else expected_of(db, about)
    cpus = form.cpus.data or found.cpus_granted
    if about is not None:
        cpus = (about.cpus or 0) + (cpus or 0) if found.kind == "expansion" else cpus or about.cpus
    kind = "formal" if found.kind == "formalize" else known.kind or form.kind.data or found.license_kind
    stays = None if found.kind == "formalize" else known.valid_until
    return known._replace(
        fingerprint=form.fingerprint.data or found.fingerprint or known.fingerprint, cpus=cpus, kind=kind,
        valid_until=form.valid_until.data or found.valid_until or stays,
    )  # fmt: skip


def _direct_page(form: DirectForm) -> str:
    with reading() as db:
        compared = None
        if form.is_submitted():
            names: Any = [form.unit.data] if form.unit.data else []
            known = Expected(
                form.fingerprint.data or "", form.cpus.data, form.kind.data or "", form.valid_until.data, names
            )
            compared = form.compared(db, known)
        units = unit_queries.units(db, scope=actor().scope)
        return render_template(
            "issuing/direct.html", form=form, compared=compared, units=units, title=gettext("Issue without a request")
        )
