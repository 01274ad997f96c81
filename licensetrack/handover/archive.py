"""Whether the papers of a set are all there (归档): request, licence file, receipt, import screenshot, certificate.

A paper is `there` when the program holds it, `named` when a loaded ledger only says what it is called, else `missing`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, and_, case, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.stages import ACCEPTED as SET_ACCEPTED
from licensetrack.allocation.stages import HELD
from licensetrack.core.errors import NotFound
from licensetrack.core.pages import last_page, page_within
from licensetrack.handover.acceptance_models import AcceptanceCertificate, CertificateLine, ImportAttempt
from licensetrack.handover.acceptance_queries import within
from licensetrack.handover.acceptance_stages import ACCEPTED, SUCCEEDED
from licensetrack.handover.models import LicenseFile, Receipt
from licensetrack.units.models import Unit

THERE, NAMED, MISSING = "there", "named", "missing"
PAPERS = ("request", "file", "receipt", "screenshot", "certificate")
PAGE_SIZE = 50


class ArchiveRow(NamedTuple):
    """One set and the state of each of its papers, in the order of PAPERS."""

    id: int
    number: str
    unit_id: int
    unit: str
    district: str
    product: str
    kind: str
    stage: str
    accepted_on: dt.date | None
    request: str
    file: str
    receipt: str
    screenshot: str
    certificate: str

    @property
    def papers(self) -> dict[str, str]:
        """Paper → state."""
        return {name: getattr(self, name) for name in PAPERS}

    @property
    def missing(self) -> list[str]:
        """What the program does not hold."""
        return [name for name, state in self.papers.items() if state != THERE]

    @property
    def complete(self) -> bool:
        """Whether everything is there."""
        return not self.missing


@dataclass(frozen=True)
class ArchiveAsked:
    """Which sets: `lacks` names a paper that is not there, "any" for any of them, "none" for complete ones."""

    lacks: str = ""
    product: str = ""
    search: str = ""
    stage: str = SET_ACCEPTED


@dataclass(frozen=True)
class ArchivePage:
    """One page of sets, and how many match, are complete and are there at all."""

    rows: list[ArchiveRow]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page; at least 1."""
        return last_page(self.total, PAGE_SIZE)


def archive_of_set(db: Session, set_id: int) -> ArchiveRow:
    """The papers of one set. Raises NotFound."""
    found = db.execute(_rows().where(LicenseSet.id == set_id)).first()
    if found is None:
        raise NotFound("There is no such record.")
    return ArchiveRow._make(found)


def page_of_archive(db: Session, asked: ArchiveAsked, page: int = 1, scope: Scope = EVERYWHERE) -> ArchivePage:
    """One page of held sets by their papers, in order of number."""
    query = _filtered(asked, scope)
    total = int(db.scalar(select(func.count()).select_from(query.subquery())) or 0)
    number = page_within(page, total, PAGE_SIZE)
    rows = db.execute(query.order_by(LicenseSet.number).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return ArchivePage([ArchiveRow._make(row) for row in rows], total, number)


def whole_archive(db: Session, asked: ArchiveAsked, scope: Scope = EVERYWHERE) -> Iterator[ArchiveRow]:
    """Every matching set, fetched in portions."""
    query = _filtered(asked, scope).order_by(LicenseSet.number)
    for row in db.execute(query.execution_options(yield_per=1000)):
        yield ArchiveRow._make(row)


def to_file(db: Session, scope: Scope = EVERYWHERE) -> list[ArchiveRow]:
    """For the work lists: accepted sets on one of our certificates whose papers are not all there."""
    query = _filtered(ArchiveAsked(lacks="any"), scope).where(_states()["certificate"] == THERE)
    return [ArchiveRow._make(row) for row in db.execute(query.order_by(LicenseSet.accepted_on, LicenseSet.number))]


def summary(db: Session, asked: ArchiveAsked, scope: Scope = EVERYWHERE) -> dict[str, int]:
    """How many of the sets lack which paper; "all" and "none" count all and the complete ones."""
    states = _states()
    counts: list[ColumnElement[Any]] = [func.count().label("all")]
    counts += [func.sum(case((state != THERE, 1), else_=0)).label(name) for name, state in states.items()]
    counts.append(func.sum(case((and_(*(state == THERE for state in states.values())), 1), else_=0)).label("none"))
    query = select(*counts).select_from(LicenseSet).join(Unit, Unit.id == LicenseSet.unit_id)
    row = db.execute(query.where(*_conditions(ArchiveAsked("", asked.product, asked.search, asked.stage), scope))).one()
    return {name: int(value or 0) for name, value in row._mapping.items()}


def _filtered(asked: ArchiveAsked, scope: Scope) -> Any:
    return _rows().where(*_conditions(asked, scope))


def _conditions(asked: ArchiveAsked, scope: Scope) -> list[ColumnElement[bool]]:
    states = _states()
    found: list[ColumnElement[bool]] = [LicenseSet.stage.in_(HELD), *within(scope)]
    if asked.stage:
        found.append(LicenseSet.stage == asked.stage)
    if asked.product:
        found.append(LicenseSet.product == asked.product)
    if asked.search.strip():
        text = asked.search.strip()
        found.append(or_(*(c.icontains(text, autoescape=True) for c in (LicenseSet.number, Unit.name, Unit.code))))
    if asked.lacks == "any":
        found.append(or_(*(state != THERE for state in states.values())))
    elif asked.lacks == "none":
        found.extend(state == THERE for state in states.values())
    elif asked.lacks in states:
        found.append(states[asked.lacks] != THERE)
    return found


def _rows() -> Any:
    return (
        select(
            LicenseSet.id, LicenseSet.number, LicenseSet.unit_id, Unit.name, Unit.district, LicenseSet.product,
            LicenseSet.kind, LicenseSet.stage, LicenseSet.accepted_on, *_states().values(),
        )
        .select_from(LicenseSet)
        .join(Unit, Unit.id == LicenseSet.unit_id)
    )  # fmt: skip


def _states() -> dict[str, ColumnElement[str]]:
    """Paper → an expression that says its state, for a query over LicenseSet."""
    of_set = LicenseSet.id
    current = exists().where(LicenseFile.set_id == of_set)
    received = exists().where(Receipt.file_id == LicenseFile.id, LicenseFile.set_id == of_set)
    shown = exists().where(
        ImportAttempt.set_id == of_set, ImportAttempt.result == SUCCEEDED, ImportAttempt.screenshot_id.is_not(None)
    )
    certified = exists().where(
        CertificateLine.set_id == of_set,
        AcceptanceCertificate.id == CertificateLine.certificate_id,
        AcceptanceCertificate.stage == ACCEPTED,
    )
    return {
        "request": case((_fact_says("issue", "request"), THERE), else_=MISSING),
        "file": case((current, THERE), (LicenseSet.license_file != "", NAMED), else_=MISSING),
        "receipt": case((received, THERE), else_=MISSING),
        "screenshot": case((shown, THERE), else_=MISSING),
        "certificate": case((certified, THERE), (_fact_says("accept", "evidence"), NAMED), else_=MISSING),
    }


def _fact_says(action: str, name: str) -> ColumnElement[bool]:
    """Whether a standing fact of the set names something: details are canonical JSON, so its text can be looked at."""
    event, reversal = aliased(LedgerEvent), aliased(LedgerEvent)
    details = type_coerce(event.details, Text)
    return exists().where(
        event.set_id == LicenseSet.id,
        event.action == action,
        details.like(f'%"{name}":"%'),
        details.not_like(f'%"{name}":""%'),
        ~exists().where(reversal.reverses_id == event.id),
    )
