"""Requests: the list that is also the review queue, and the page of one request with everything that belongs to it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from wtforms import TextAreaField

from licensetrack.accounts.permissions import allows
from licensetrack.allocation.queries import numbers_by_id
from licensetrack.core import blobs
from licensetrack.core.clock import now, today
from licensetrack.core.db import reading
from licensetrack.procurement.queries import products
from licensetrack.requests import queries, waiting
from licensetrack.requests.checking import check
from licensetrack.requests.delegations import principals_of
from licensetrack.requests.differences import differences
from licensetrack.requests.findings import Finding, from_row
from licensetrack.requests.models import LicenseRequest, RequestEvent, RequestLine
from licensetrack.requests.policy import needs_two_people
from licensetrack.requests.queries import SORTS, Wanted
from licensetrack.requests.reviewing import withdraw_request
from licensetrack.requests.stages import (
    ACCEPTED,
    APPROVED,
    CLOSED,
    DRAFT,
    IN_REVIEW,
    REQUEST_MOVES,
    RETURNED,
    SUBMITTED,
)
from licensetrack.units import queries as unit_queries
from licensetrack.web import request_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.digits import days_asked, page_asked
from licensetrack.web.exports import attachment, record_download
from licensetrack.web.request_forms import word_of
from licensetrack.web.review_forms import BulkForm, ReviewForm

requests = Blueprint("requests", __name__, url_prefix="/requests")

READ = "requests:read"
TABS = {
    "": (lazy_gettext("Not closed"), (DRAFT, SUBMITTED, ACCEPTED, RETURNED, APPROVED)),
    "submitted": (lazy_gettext("To be taken on"), (SUBMITTED,)),
    "accepted": (lazy_gettext("To be approved"), (ACCEPTED,)),
    "unit": (lazy_gettext("With the unit"), (RETURNED, DRAFT)),
    "approved": (lazy_gettext("To be issued"), (APPROVED,)),
    "closed": (lazy_gettext("Closed"), CLOSED),
    "all": (lazy_gettext("All"), ()),
}
COLUMNS = (
    ("number", lazy_gettext("Number")),
    ("unit", lazy_gettext("Unit")),
    ("", lazy_gettext("What is asked for")),
    ("stage", lazy_gettext("Stage")),
    ("stage_since", lazy_gettext("Waiting")),
    ("submitted_at", lazy_gettext("Time of submission")),
)


class NoteForm(ActForm):
    """A word to go with an act."""

    note = TextAreaField(lazy_gettext("Note"))


def wanted() -> Wanted:
    """What the address asks for; a sort or tab that does not exist is the usual one."""
    sort = request.args.get("sort", "stage_since")
    return Wanted(
        search=request.args.get("q", "")[:200],
        stages=TABS.get(request.args.get("tab", ""), TABS[""])[1],
        kind=request.args.get("kind", ""),
        product=request.args.get("product", ""),
        district=request.args.get("district", ""),
        days=days_asked("days", 0),
        sort=sort if sort.lstrip("-") in SORTS else "stage_since",
    )


@requests.get("")
@needs(READ)
def index() -> ResponseReturnValue:
    """One page of the requests that one may see; reviewers tick several of them here."""
    return list_page(BulkForm())


def list_page(form: BulkForm, refusals: Sequence[tuple[str, str]] = ()) -> str:
    """The list, with what was ticked and why it was refused."""
    visitor, asked = actor(), wanted()
    with reading() as db:
        page = queries.page_of_requests(db, asked, page_asked(), actor=visitor)
        lines = queries.lines_of_many(db, [row.id for row in page.rows])
        return render_template(
            "requests/index.html", page=page, wanted=asked, lines=lines, form=form, refusals=refusals, words=words,
            tab=request.args.get("tab", ""), TABS=TABS, COLUMNS=COLUMNS, waits=waiting.waits(db, visitor),
            reviews=allows(visitor, waiting.ACCEPT), IN_REVIEW=IN_REVIEW,
            approves=allows(visitor, waiting.APPROVE) or bool(principals_of(db, visitor, today())),
            products=[(p.code, word_of(p)) for p in products(db)],
            districts=unit_queries.districts(db) if visitor.scope.kind == "all" else [],
        )  # fmt: skip


@requests.get("/<number>")
@needs(READ)
def one(number: str) -> ResponseReturnValue:
    """A request: what is asked, what the checks say, its papers, its way so far, and what may be done now."""
    with reading() as db:
        found = queries.request_by_number(db, number, actor=actor())
        return request_page(db, found)


def request_page(db: Session, found: LicenseRequest, form: ActForm | None = None, act: str = "") -> str:
    """The page of a request; `form` is the one that was refused, of the act named."""
    visitor = actor()
    row = queries.row_of(db, found.id)
    lines = queries.lines_of_many(db, [found.id]).get(found.id, [])
    sets = numbers_by_id(db, [i for line in lines for i in (line.set_id, line.result_set_id) if i is not None])
    versions = queries.versions_of(db, found.id)
    events = queries.events_of(db, found.id)
    principals = principals_of(db, visitor, today())
    writes = allows(visitor, "requests:request:draft") and (visitor.scope.kind == "unit" or found.entered_on_behalf)
    concerns = [visitor.login in row.writers and found.stage in IN_REVIEW and allows(visitor, waiting.ACCEPT)]
    reviews = {
        "accept": waiting.can_accept(visitor, row),
        "approve": waiting.can_approve(visitor, row, principals),
        "return": _may(visitor.login, row, "return"),
        "reject": _may(visitor.login, row, "reject"),
        "withdraw": writes and (found.stage, "withdraw") in REQUEST_MOVES,
    }
    return render_template(
        "requests/one.html", found=found, row=row, lines=lines, sets=sets, papers=queries.papers_of(db, found.id),
        steps=list(_steps(events)), versions=versions, words=words, reviews=reviews, own_hand=concerns[0],
        changes=[(later.number, differences(earlier.content, later.content)) for earlier, later in
                 pairwise(versions)][::-1],
        then=[from_row(kept) for kept in versions[-1].findings] if versions else [],
        present=_present(db, found), form=form, act=act, fresh=ReviewForm(formdata=None), note=NoteForm(formdata=None),
        writes=allows(visitor, "requests:request:draft"), two=_two(db, found, lines), APPROVED=APPROVED,
        places={line.key: line.position for line in lines}, by_position={line.position: line for line in lines},
        unit_side=visitor.scope.kind == "unit", stands_in=principals if not allows(visitor, waiting.APPROVE) else [],
    )  # fmt: skip


def _may(login: str, row: queries.RequestRow, action: str) -> bool:
    permitted = allows(actor(), f"requests:request:{action}")
    return permitted and (row.stage, action) in REQUEST_MOVES and login not in row.writers


def _two(db: Session, found: LicenseRequest, lines: Sequence[RequestLine]) -> bool:
    """Whether two people are needed: as it was decided when it was taken on, else as the policy says now."""
    return found.two_people if found.acceptor else needs_two_people(db, lines)


def _present(db: Session, found: LicenseRequest) -> list[Finding]:
    """What the checks say now of a request in review; nothing where it says the same as at its submission."""
    if found.stage not in IN_REVIEW:
        return []
    unit = unit_queries.unit(db, found.unit_id)
    _, findings = check(db, unit, found.typed, actor().scope)
    kept = queries.versions_of(db, found.id)[-1].findings
    return [one for one in findings if one.as_row() not in kept]


@requests.app_template_global("requests_of_set")
def requests_of_set(set_id: int) -> list[queries.LineOfSet]:
    """What was asked for a set, for the card on its page."""
    with reading() as db:
        return queries.requests_of_set(db, set_id, actor=actor())


@requests.app_template_global("request_words")
def request_words(kind: str) -> dict[str, object]:
    """Words of this area for pages of others: STAGES, LINE_KINDS."""
    found: dict[str, object] = getattr(words, kind)
    return found


def _steps(events: Sequence[RequestEvent]) -> Sequence[tuple[RequestEvent, str]]:
    """Each event with how long its stage lasted, or lasts."""
    ends = [event.at for event in events[1:]] + [now()]
    return [(event, words.waited(end - event.at)) for event, end in zip(events, ends, strict=True)]


@requests.get("/<number>/papers/<int:paper_id>")
@needs(READ)
def paper(number: str, paper_id: int) -> Response:
    """A paper of a request, to keep; for those who may see the request."""
    with reading() as db:
        found = queries.request_by_number(db, number, actor=actor())
        lying = queries.paper_of(db, found.id, paper_id)
        blob, content = blobs.load(db, lying.blob_id)
        name, digest = lying.name, blob.digest
    record_download("requests:paper:download", f"request:{number}", paper=paper_id, name=name, digest=digest)
    return attachment(io.BytesIO(content), name, "application/octet-stream")


@requests.post("/<number>/withdraw")
@needs("requests:request:withdraw")
def withdraw(number: str) -> ResponseReturnValue:
    """Takes the request back."""
    form = NoteForm()
    with reading() as db:
        found = queries.request_by_number(db, number, actor=actor())

    def act() -> str:
        withdraw_request(found, actor=actor(), note=form.note.data or "", seen=form.seen)
        return url_for(".one", number=number)

    return perform(form, act, lambda: page_again(found, form, "withdraw"))


def page_again(found: LicenseRequest, form: ActForm, act: str) -> str:
    """The request's page with the form that was refused."""
    with reading() as db:
        return request_page(db, found, form, act)
