"""Reading requests within what one may see: the list, one request with its papers, events and versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, allows
from licensetrack.accounts.scoping import rows_within
from licensetrack.core.clock import now
from licensetrack.core.errors import NotFound
from licensetrack.core.pages import last_page, page_within, ranked
from licensetrack.requests.models import (
    LicenseRequest,
    RequestAttachment,
    RequestEvent,
    RequestLine,
    RequestVersion,
)  # fmt: skip
from licensetrack.requests.stages import DRAFT, GRANTED_STAGES, STAGES
from licensetrack.units.models import Unit
from licensetrack.units.queries import is_called

PAGE_SIZE = 50
ENGINEER = "vendor_engineer"
READS_ALL = ("auditor", "system")
SORTS: dict[str, ColumnElement[Any]] = {
    "number": LicenseRequest.number.expression,
    "unit": Unit.name.expression,
    "district": Unit.district.expression,
    "stage": ranked(LicenseRequest.stage, STAGES),
    "stage_since": LicenseRequest.stage_since.expression,
    "submitted_at": LicenseRequest.submitted_at.expression,
}


@dataclass(frozen=True)
class Wanted:
    """Which requests are asked for; an empty filter lets all pass. `stages` holds any of them, `days` is how long they
    have waited at least, `sort` names one of SORTS, with "-" from the end."""

    search: str = ""
    stages: tuple[str, ...] = ()
    kind: str = ""
    product: str = ""
    district: str = ""
    days: int = 0
    sort: str = "stage_since"

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the stage is narrowed."""
        return any((self.search.strip(), self.kind, self.product, self.district, self.days))


class RequestRow(NamedTuple):
    """One line of the list of requests."""

    id: int
    number: str
    unit_id: int
    unit: str
    unit_code: str
    district: str
    stage: str
    version: int
    requester: str
    requester_name: str
    entered_on_behalf: bool
    writers: list[str]
    two_people: bool
    acceptor: str | None
    created_at: dt.datetime
    submitted_at: dt.datetime | None
    stage_since: dt.datetime

    @property
    def waiting(self) -> dt.timedelta:
        """How long the request has stood at its stage."""
        return now() - self.stage_since


_ROW = (
    LicenseRequest.id, LicenseRequest.number, LicenseRequest.unit_id, Unit.name.label("unit"),
    Unit.code.label("unit_code"), Unit.district, LicenseRequest.stage, LicenseRequest.version, LicenseRequest.requester,
    LicenseRequest.requester_name, LicenseRequest.entered_on_behalf, LicenseRequest.writers, LicenseRequest.two_people,
    LicenseRequest.acceptor, LicenseRequest.created_at, LicenseRequest.submitted_at, LicenseRequest.stage_since,
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One page of requests and how many all pages have."""

    rows: list[RequestRow]
    total: int
    number: int
    size: int

    @property
    def last(self) -> int:
        """The number of the last page; at least 1."""
        return last_page(self.total, self.size)


def page_of_requests(db: Session, wanted: Wanted, page: int = 1, *, actor: Actor, size: int = PAGE_SIZE) -> Page:
    """One page of the matching requests that the actor may see; a page beyond the last shows the last one."""
    total = int(db.scalar(_filtered(select(func.count()), wanted, actor)) or 0)
    number = page_within(page, total, size)
    query = _ordered(_filtered(select(*_ROW), wanted, actor), wanted.sort)
    return Page(_rows(db, query.limit(size).offset((number - 1) * size)), total, number, size)


def requests_at(db: Session, stages: Sequence[str], *, actor: Actor) -> list[RequestRow]:
    """All requests at these stages that the actor may see; who has waited longest comes first."""
    return _rows(db, _ordered(_filtered(select(*_ROW), Wanted(stages=tuple(stages)), actor), "stage_since"))


def request_by_number(db: Session, number: str, *, actor: Actor) -> LicenseRequest:
    """One request. Raises NotFound when it does not exist or the actor may not know of it."""
    query = visible(select(LicenseRequest).join(Unit, Unit.id == LicenseRequest.unit_id), actor)
    found: LicenseRequest | None = db.scalars(query.where(LicenseRequest.number == number)).first()
    if found is None:
        raise NotFound("There is no request %(number)s.", number=number)
    return found


def row_of(db: Session, request_id: int) -> RequestRow:
    """The list's line of one request."""
    query = select(*_ROW).select_from(LicenseRequest).join(Unit, Unit.id == LicenseRequest.unit_id)
    return _rows(db, query.where(LicenseRequest.id == request_id))[0]


def lines_of_many(db: Session, ids: Sequence[int]) -> dict[int, list[RequestLine]]:
    """Request id → its lines in order; drafts that were never submitted have none yet."""
    query = select(RequestLine).where(RequestLine.request_id.in_(ids))
    found: dict[int, list[RequestLine]] = {}
    for line in db.scalars(query.order_by(RequestLine.request_id, RequestLine.position)):
        found.setdefault(line.request_id, []).append(line)
    return found


def events_of(db: Session, request_id: int) -> Sequence[RequestEvent]:
    """What happened to a request, from the first move to the last."""
    query = select(RequestEvent).where(RequestEvent.request_id == request_id)
    return db.scalars(query.order_by(RequestEvent.seq)).all()


def versions_of(db: Session, request_id: int) -> Sequence[RequestVersion]:
    """What a request said each time it was submitted."""
    query = select(RequestVersion).where(RequestVersion.request_id == request_id)
    return db.scalars(query.order_by(RequestVersion.number)).all()


def papers_of(db: Session, request_id: int) -> Sequence[RequestAttachment]:
    """The papers that lie with a request."""
    query = select(RequestAttachment).where(
        RequestAttachment.request_id == request_id, RequestAttachment.removed_at.is_(None)
    )
    return db.scalars(query.order_by(RequestAttachment.id)).all()


def paper_of(db: Session, request_id: int, paper_id: int) -> RequestAttachment:
    """One paper of this request, also one that was taken away. Raises NotFound."""
    found = db.get(RequestAttachment, paper_id)
    if found is None or found.request_id != request_id:
        raise NotFound("There is no such file.")
    return found


class LineOfSet(NamedTuple):
    """A line that a set came from, or that is about it; `stage` is that of its request."""

    number: str
    stage: str
    kind: str
    settled_on: dt.date | None


def requests_of_set(db: Session, set_id: int, *, actor: Actor) -> list[LineOfSet]:
    """What was asked for a set, from its first request to its last, so far as the actor may see the requests."""
    about = or_(RequestLine.set_id == set_id, RequestLine.result_set_id == set_id)
    query = (
        select(LicenseRequest.number, LicenseRequest.stage, RequestLine.kind, RequestLine.settled_on)
        .join(Unit, Unit.id == LicenseRequest.unit_id)
        .join(RequestLine, RequestLine.request_id == LicenseRequest.id)
        .where(about)
        .order_by(LicenseRequest.id, RequestLine.position)
    )
    return [LineOfSet(*row) for row in db.execute(visible(query, actor))]


def visible(query: Any, actor: Actor) -> Any:
    """Only what the actor may know of: rows of the scope; drafts are for those who write, an engineer needs what was
    approved."""
    query = query.where(*rows_within(actor.scope, district=Unit.district, unit_id=LicenseRequest.unit_id))
    if actor.role == ENGINEER:
        return query.where(LicenseRequest.stage.in_(GRANTED_STAGES))
    if not allows(actor, "requests:request:draft") and actor.role not in READS_ALL:
        query = query.where(LicenseRequest.stage != DRAFT)
    return query


def _filtered(query: Any, wanted: Wanted, actor: Actor) -> Any:
    query = visible(query.select_from(LicenseRequest).join(Unit, Unit.id == LicenseRequest.unit_id), actor)
    if wanted.search.strip():
        query = query.where(_found_by(wanted.search.strip()))
    if wanted.stages:
        query = query.where(LicenseRequest.stage.in_(wanted.stages))
    for column, value in ((RequestLine.kind, wanted.kind), (RequestLine.product, wanted.product)):
        if value:
            query = query.where(LicenseRequest.id.in_(select(RequestLine.request_id).where(column == value)))
    if wanted.district:
        query = query.where(Unit.district == wanted.district)
    if wanted.days > 0:
        query = query.where(LicenseRequest.stage_since <= now() - dt.timedelta(days=wanted.days))
    return query


def _found_by(search: str) -> ColumnElement[bool]:
    """Number, code, people and fingerprints as typed; units, former names too, however they are written."""
    hosts = select(RequestLine.request_id).where(
        or_(
            RequestLine.fingerprint.icontains(search, autoescape=True),
            RequestLine.platform.icontains(search, autoescape=True),
        )
    )
    return or_(
        *(
            column.icontains(search, autoescape=True)
            for column in (LicenseRequest.number, Unit.code, LicenseRequest.requester_name, LicenseRequest.contact)
        ),
        is_called(search),
        LicenseRequest.id.in_(hosts),
    )


def _ordered(query: Any, sort: str) -> Any:
    column = SORTS.get(sort.removeprefix("-"), SORTS["stage_since"])
    key = column.desc() if sort.startswith("-") else column.asc()
    return query.order_by(column.is_(None), key, LicenseRequest.number)


def _rows(db: Session, query: Any) -> list[RequestRow]:
    return [RequestRow._make(row) for row in db.execute(query)]
