"""Writing a request: begun, typed, kept by itself, checked at once, submitted."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, DomainError, NotFound, Refused
from licensetrack.procurement.queries import products
from licensetrack.requests.checking import check, held_sets
from licensetrack.requests.content import Typed, new_key
from licensetrack.requests.drafting import draft_request, keep_draft, submit_request
from licensetrack.requests.findings import Finding
from licensetrack.requests.hosts import parse, sockets_of
from licensetrack.requests.kinds import KINDS, NEW
from licensetrack.requests.models import LicenseRequest
from licensetrack.requests.papers import ENDINGS, LARGEST, remove_paper
from licensetrack.requests.queries import events_of, papers_of, request_by_number
from licensetrack.requests.stages import RETURNED, WITH_UNIT
from licensetrack.units import queries as unit_queries
from licensetrack.units.models import Unit
from licensetrack.web import request_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import UNFIT, perform
from licensetrack.web.digits import whole
from licensetrack.web.errors import wants_json
from licensetrack.web.request_files import lay, taken_in
from licensetrack.web.request_forms import NewRequestForm, Notes, Offered, RequestForm, filled, notes_of

drafts = Blueprint("requests_drafts", __name__, url_prefix="/requests")

DRAFT, SUBMIT = "requests:request:draft", "requests:request:submit"


@drafts.get("/new")
@needs(DRAFT)
def new() -> ResponseReturnValue:
    """Where a request begins: for which unit, and what for."""
    asked = {name: request.args.get(name, "")[:200] for name in ("unit", "kind", "set")}
    return _new_page(NewRequestForm(formdata=None, data={**asked, "kind": asked["kind"] or NEW}))


@drafts.post("/new")
@needs(DRAFT)
def create() -> ResponseReturnValue:
    """Begins the request and leads to its form."""
    form = NewRequestForm()

    def act() -> str:
        with reading() as db:
            unit = _unit_named(db, form.unit.data or "")
        line = {"key": new_key(), "kind": form.kind.data, "set": form.set.data or ""}
        made = draft_request(unit, {"contact": unit.contact, "phone": unit.phone, "lines": [line]}, actor=actor())
        return url_for(".edit", number=made.number)

    return perform(form, act, lambda: _new_page(form))


def _new_page(form: NewRequestForm) -> str:
    visitor = actor()
    with reading() as db:
        own = unit_queries.unit(db, int(visitor.scope.value)) if visitor.scope.kind == "unit" else None
        choices = [] if own else unit_queries.units(db, scope=visitor.scope)
    return render_template("requests/new.html", form=form, own=own, choices=choices, words=words)


def _unit_named(db: Session, text: str) -> Unit:
    """The unit that was named by its code or by any of its names; a unit's own people need not name it. Raises
    Refused."""
    scope = actor().scope
    if scope.kind == "unit":
        return unit_queries.unit(db, int(scope.value), scope)
    if not text.strip():
        raise Refused("Say for which unit.").at("unit")
    found = unit_queries.unit_by_words(db, text, scope)
    if found is None:
        raise Refused("There is no unit “%(name)s”.", name=text[:80]).at("unit")
    return found


@drafts.get("/<number>/edit")
@needs(DRAFT)
def edit(number: str) -> ResponseReturnValue:
    """The request's form, with what the checks say of what is typed so far."""
    with reading() as db:
        found = request_by_number(db, number, actor=actor())
    if found.stage not in WITH_UNIT:
        return redirect(url_for("requests.one", number=number))
    return _edit_page(found, missing=bool(request.args.get("check")))


@drafts.post("/<number>/keep")
@needs(DRAFT)
def keep(number: str) -> ResponseReturnValue:
    """Keeps what is typed; the page's script asks the same, a second after typing stops."""
    form, found = RequestForm(), _found(number)
    if wants_json():
        return _kept_quietly(form, found)
    do, _, what = (form.do.data or "").partition(":")

    def act() -> str:
        typed = form.typed
        uploads, anchor = taken_in(form, typed), None
        if do == "add" and what in KINDS:
            typed["lines"].append({"key": new_key(), "kind": what})
            anchor = f"line-{len(typed['lines'])}"
        if do == "remove":
            typed["lines"] = [line for line in typed["lines"] if line["key"] != what]
            anchor = "lines"
        kept = keep_draft(found, typed, actor=actor(), seen=form.seen)
        lay(uploads, kept, actor=actor())
        if do == "paper" and (paper := whole(what)) is not None:
            remove_paper(kept, paper, actor=actor())
            anchor = "the-papers"
        return url_for(".edit", number=number, check=1 if do == "check" else None, _anchor=anchor)

    return perform(form, act, lambda: _page_again(form, found))


@drafts.post("/<number>/submit")
@needs(SUBMIT)
def submit(number: str) -> ResponseReturnValue:
    """Keeps what is typed and submits it; what stands in the way is told at its field, and the draft is kept."""
    form, found = RequestForm(), _found(number)

    def act() -> str:
        submit_request(_keep(form, found), actor=actor())
        return url_for("requests.one", number=number)

    def page() -> str:
        if form.problem and not form.errors and form.validate():
            try:  # nothing of the refused act was written; what was typed and the files are kept all the same
                kept = _keep(form, found)
            except (Refused, NotFound, Conflict):
                return _page_again(form, found)
            again = filled(kept.typed)
            again.once.data, again.problem = form.once.data, form.problem
            return _edit_page(kept, again, missing=True)
        return _page_again(form, found)

    return perform(form, act, page)


def _found(number: str) -> LicenseRequest:
    with reading() as db:
        return request_by_number(db, number, actor=actor())


def _keep(form: RequestForm, found: LicenseRequest) -> LicenseRequest:
    typed = form.typed
    uploads = taken_in(form, typed)
    kept = keep_draft(found, typed, actor=actor(), seen=form.seen)
    lay(uploads, kept, actor=actor())
    return _found(kept.number) if uploads else kept


def _kept_quietly(form: RequestForm, found: LicenseRequest) -> ResponseReturnValue:
    if not form.validate():
        return jsonify({"message": form.problem}), UNFIT
    try:
        kept = keep_draft(found, form.typed, actor=actor(), seen=form.seen)
    except Refused as refusal:
        return jsonify({"message": gettext(refusal.message) % refusal.values}), UNFIT
    with reading() as db:
        unit = unit_queries.unit(db, kept.unit_id)
        _, findings = check(db, unit, kept.typed, actor().scope)
    notes = [
        {"line": line, "field": field, "level": level, "text": text}
        for (line, field), told in notes_of(findings, kept.typed, missing=False).items()
        for level, text in told
    ]
    return jsonify(
        {
            "kept": gettext("kept at %(at)s", at=kept.edited_at.astimezone(BUSINESS_ZONE).strftime("%H:%M")),
            "version": kept.revision,
            "notes": notes,
            "hosts": {line["key"]: hosts_words(line["hosts"]) for line in kept.typed["lines"]},
        }
    )


def hosts_words(text: str) -> str:
    """What a pasted list comes to: 2 hosts, 16 CPUs."""
    hosts, _ = parse(text)
    return gettext("%(hosts)s hosts, %(cpus)s CPUs", hosts=len(hosts), cpus=sockets_of(hosts)) if hosts else ""


def _page_again(form: RequestForm, found: LicenseRequest) -> str:
    """The form as it was sent, with what is wrong with it."""
    return _edit_page(found, form, missing=False)


def _edit_page(found: LicenseRequest, form: RequestForm | None = None, *, missing: bool) -> str:
    form = form or filled(found.typed)
    typed = form.typed
    with reading() as db:
        unit = unit_queries.unit(db, found.unit_id)
        findings: list[Finding] = []
        try:
            _, findings = check(db, unit, found.typed, actor().scope)
        except DomainError:
            findings = []
        notes: Notes = notes_of(findings, found.typed, missing=missing)
        offered = Offered(products(db), held_sets(db, unit.id), [p.name for p in unit_queries.platforms(db, unit.id)])
        papers = papers_of(db, found.id)
        asked_back = events_of(db, found.id)[-1].note if found.stage == RETURNED else ""
    for entry in form.lines:
        offered.into(entry.form, entry.form.kind.data or "")
    return render_template(
        "requests/edit.html", form=form, found=found, unit=unit, notes=notes, papers=papers, offered=offered,
        KINDS=KINDS, words=words, asked_back=asked_back, hosts_words=hosts_words, endings=ENDINGS,
        most=LARGEST >> 20, errors=sum(f.stops for f in findings), sure=missing, typed=_by_key(typed),
        kept_at=found.edited_at.astimezone(BUSINESS_ZONE).strftime("%H:%M"),
    )  # fmt: skip


def _by_key(typed: Typed) -> dict[str, int]:
    """Line key → its number on the page."""
    return {line["key"]: place for place, line in enumerate(typed["lines"], 1)}
