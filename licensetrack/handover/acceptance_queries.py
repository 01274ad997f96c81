"""Reading attempts and certificates: one by its number, lists that can be searched, and what waits for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.stages import DECLINED, IMPORTED, ISSUED
from licensetrack.core.errors import NotFound
from licensetrack.core.pages import last_page, page_within
from licensetrack.handover.acceptance_models import AcceptanceCertificate, CertificateLine, ImportAttempt, ReworkTask
from licensetrack.handover.acceptance_stages import DRAWN, PRINTED, SCANNED, UNIT_SIGNED
from licensetrack.units.models import Platform, Unit
from licensetrack.units.queries import is_called

SIDES = {"unit": (DRAWN, PRINTED), "center": (UNIT_SIGNED, SCANNED)}
PAGE_SIZE = 50


class OpenSet(NamedTuple):
    """A set that waits for somebody: since when, after how many attempts, and what the last one came to."""

    id: int
    number: str
    unit_id: int
    unit: str
    district: str
    platform: str | None
    product: str
    kind: str
    cpus: int | None
    stage: str
    since: dt.date
    attempts: int
    last_result: str | None
    last_reason: str | None


class Rework(NamedTuple):
    """A set whose acceptance was declined, and why."""

    id: int
    number: str
    unit_id: int
    unit: str
    product: str
    cpus: int | None
    since: dt.date
    reason: str
    certificate: str | None


class CertificateRow(NamedTuple):
    """One certificate in a list."""

    id: int
    number: str
    unit_id: int
    unit: str
    stage: str
    sets: int
    drawn_on: dt.date
    unit_signer: str
    center_signer: str
    accepted_on: dt.date | None


@dataclass(frozen=True)
class Certificates:
    """One page of certificates and how many rows all pages have."""

    rows: list[CertificateRow]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page; at least 1."""
        return last_page(self.total, PAGE_SIZE)


def to_import(db: Session, scope: Scope = EVERYWHERE) -> list[OpenSet]:
    """Sets that were issued and are not imported, those that wait longest first."""
    return _open_sets(db, scope, LicenseSet.stage == ISSUED, LicenseSet.issued_on.expression)


def to_accept(db: Session, scope: Scope = EVERYWHERE, unit_id: int | None = None) -> list[OpenSet]:
    """Sets that were imported and are on no open certificate, those that wait longest first."""
    where = (LicenseSet.stage == IMPORTED) & _on_no_certificate()
    return _open_sets(db, scope, where, LicenseSet.imported_on.expression, unit_id)


def drawable(db: Session, unit_id: int) -> list[OpenSet]:
    """Sets of a unit that a certificate may be drawn for: imported ones, and declined ones after their rework."""
    where = LicenseSet.stage.in_((IMPORTED, DECLINED)) & _on_no_certificate()
    return _open_sets(db, EVERYWHERE, where, LicenseSet.imported_on.expression, unit_id)


def rework(db: Session, scope: Scope = EVERYWHERE) -> list[Rework]:
    """Sets whose acceptance was declined and that were neither imported nor accepted anew, oldest first."""
    query = (
        select(
            LicenseSet.id, LicenseSet.number, LicenseSet.unit_id, Unit.name, LicenseSet.product, LicenseSet.cpus,
            ReworkTask.opened_on, ReworkTask.reason, AcceptanceCertificate.number,
        )
        .select_from(ReworkTask)
        .join(LicenseSet, LicenseSet.id == ReworkTask.open_set_id)
        .join(Unit, Unit.id == LicenseSet.unit_id)
        .outerjoin(AcceptanceCertificate, AcceptanceCertificate.id == ReworkTask.certificate_id)
        .where(LicenseSet.stage == DECLINED, *within(scope))
        .order_by(ReworkTask.opened_on, LicenseSet.number)
    )  # fmt: skip
    return [Rework._make(row) for row in db.execute(query)]


def certificates_waiting(db: Session, scope: Scope = EVERYWHERE, side: str = "unit") -> list[CertificateRow]:
    """Open certificates that wait for one side: the unit signs, here or on paper; the centre counter-signs."""
    query = _rows(scope).where(AcceptanceCertificate.stage.in_(SIDES[side]))
    return [CertificateRow._make(row) for row in db.execute(query.order_by(AcceptanceCertificate.id))]


def page_of_certificates(
    db: Session, scope: Scope = EVERYWHERE, *, stage: str = "", search: str = "", page: int = 1
) -> Certificates:
    """One page of certificates, newest first; `search` finds numbers, sets and units, by former names too."""
    query = _rows(scope)
    if stage:
        query = query.where(AcceptanceCertificate.stage == stage)
    if search.strip():
        query = query.where(_found_by(search.strip()))
    total = int(db.scalar(select(func.count()).select_from(query.subquery())) or 0)
    number = page_within(page, total, PAGE_SIZE)
    rows = db.execute(
        query.order_by(AcceptanceCertificate.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    )  # fmt: skip
    return Certificates([CertificateRow._make(row) for row in rows], total, number)


def certificate(db: Session, number: str, scope: Scope = EVERYWHERE) -> AcceptanceCertificate:
    """One certificate by its number. Raises NotFound when it does not exist or lies outside the scope."""
    query = select(AcceptanceCertificate).join(Unit, Unit.id == AcceptanceCertificate.unit_id)
    found = db.scalars(query.where(AcceptanceCertificate.number == number, *within(scope))).first()
    if found is None:
        raise NotFound("There is no such certificate.")
    return found


def certificates_of_set(db: Session, set_id: int) -> Sequence[AcceptanceCertificate]:
    """The certificates that a set stands on, newest first."""
    on = select(CertificateLine.certificate_id).where(CertificateLine.set_id == set_id)
    query = select(AcceptanceCertificate).where(AcceptanceCertificate.id.in_(on))
    return db.scalars(query.order_by(AcceptanceCertificate.id.desc())).all()


def attempts_of(db: Session, set_id: int) -> Sequence[ImportAttempt]:
    """A set's attempts, newest first."""
    query = select(ImportAttempt).where(ImportAttempt.set_id == set_id)
    return db.scalars(query.order_by(ImportAttempt.nth.desc())).all()


def attempt(db: Session, attempt_id: int, scope: Scope = EVERYWHERE) -> ImportAttempt:
    """One attempt. Raises NotFound when it does not exist, or its set is outside the scope now."""
    query = select(ImportAttempt).join(LicenseSet, LicenseSet.id == ImportAttempt.set_id)
    query = query.join(Unit, Unit.id == LicenseSet.unit_id)
    found = db.scalars(query.where(ImportAttempt.id == attempt_id, *within(scope))).first()
    if found is None:
        raise NotFound("There is no such record.")
    return found


def within(scope: Scope) -> list[ColumnElement[bool]]:
    """Conditions on a query that joins Unit: rows that the scope covers."""
    return rows_within(scope, district=Unit.district, unit_id=Unit.id)


def _open_sets(
    db: Session, scope: Scope, where: ColumnElement[bool], since: ColumnElement[Any], unit_id: int | None = None
) -> list[OpenSet]:
    last = aliased(ImportAttempt)
    of_set = ImportAttempt.set_id == LicenseSet.id
    attempts = select(func.count()).select_from(ImportAttempt).where(of_set).scalar_subquery()
    newest = select(func.max(ImportAttempt.nth)).where(of_set).scalar_subquery()
    query = (
        select(
            LicenseSet.id, LicenseSet.number, LicenseSet.unit_id, Unit.name, Unit.district, Platform.name,
            LicenseSet.product, LicenseSet.kind, LicenseSet.cpus, LicenseSet.stage, since, attempts, last.result,
            last.reason,
        )
        .select_from(LicenseSet)
        .join(Unit, Unit.id == LicenseSet.unit_id)
        .outerjoin(Platform, Platform.id == LicenseSet.platform_id)
        .outerjoin(last, (last.set_id == LicenseSet.id) & (last.nth == newest))
        .where(where, *within(scope))
        .order_by(since, LicenseSet.number)
    )  # fmt: skip
    if unit_id is not None:
        query = query.where(LicenseSet.unit_id == unit_id)
    return [OpenSet._make(row) for row in db.execute(query)]


def _on_no_certificate() -> ColumnElement[bool]:
    taken = select(CertificateLine.open_set_id).where(CertificateLine.open_set_id.is_not(None))
    return LicenseSet.id.not_in(taken)


def _rows(scope: Scope) -> Select[Any]:
    lines = select(func.count()).where(CertificateLine.certificate_id == AcceptanceCertificate.id).scalar_subquery()
    c = AcceptanceCertificate
    return (
        select(
            c.id, c.number, c.unit_id, c.unit_name, c.stage, lines.label("sets"), c.drawn_on, c.unit_signer,
            c.center_signer, c.accepted_on,
        )
        .join(Unit, Unit.id == c.unit_id)
        .where(*within(scope))
    )  # fmt: skip


def _found_by(search: str) -> ColumnElement[bool]:
    sets = select(CertificateLine.certificate_id).where(CertificateLine.number.icontains(search, autoescape=True))
    return or_(
        AcceptanceCertificate.number.icontains(search, autoescape=True),
        AcceptanceCertificate.id.in_(sets),
        is_called(search),
    )
