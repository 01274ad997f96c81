"""Reading the licence ledger as it stands now: search, filter, sort and page it, and look one set up by its number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.stages import ENDED, HELD
from licensetrack.core.errors import NotFound
from licensetrack.core.names import name_key
from licensetrack.core.pages import last_page, page_within, ranked
from licensetrack.units.models import Platform, Unit, UnitName

PAGE_SIZE = 50
SORTS: dict[str, ColumnElement[Any]] = {
    "number": LicenseSet.number.expression,
    "unit": Unit.name.expression,
    "product": LicenseSet.product.expression,
    "kind": LicenseSet.kind.expression,
    "cpus": LicenseSet.cpus.expression,
    "stage": ranked(LicenseSet.stage, (*HELD, *ENDED)),
    "district": Unit.district.expression,
    "issued_on": LicenseSet.issued_on.expression,
    "imported_on": LicenseSet.imported_on.expression,
    "accepted_on": LicenseSet.accepted_on.expression,
}


@dataclass(frozen=True)
class Wanted:
    """Which sets are asked for; an empty filter lets all pass. `sort` names one of SORTS, with "-" from the end."""

    search: str = ""
    product: str = ""
    kind: str = ""
    stage: str = ""
    district: str = ""
    category: str = ""
    sort: str = "number"

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return any((self.search.strip(), self.product, self.kind, self.stage, self.district, self.category))


class SetRow(NamedTuple):
    """One line of the licence ledger."""

    id: int
    number: str
    unit_id: int
    unit: str
    unit_code: str
    district: str
    category: str
    platform: str | None
    product: str
    kind: str
    cpus: int | None
    stage: str
    issued_on: dt.date
    imported_on: dt.date | None
    accepted_on: dt.date | None
    ended_on: dt.date | None
    fingerprint: str
    license_file: str
    support_end: dt.date | None
    note: str
    edition: str
    site: str
    valid_until: dt.date | None
    version: int


_ROW = (
    LicenseSet.id, LicenseSet.number, LicenseSet.unit_id, Unit.name.label("unit"), Unit.code.label("unit_code"),
    Unit.district, Unit.category, Platform.name.label("platform"), LicenseSet.product, LicenseSet.kind, LicenseSet.cpus,
    LicenseSet.stage, LicenseSet.issued_on, LicenseSet.imported_on, LicenseSet.accepted_on, LicenseSet.ended_on,
    LicenseSet.fingerprint, LicenseSet.license_file, LicenseSet.support_end, LicenseSet.note, LicenseSet.edition,
    LicenseSet.site, LicenseSet.valid_until, LicenseSet.version,
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One page of the ledger and how many rows all pages have."""

    rows: list[SetRow]
    total: int
    number: int
    size: int

    @property
    def last(self) -> int:
        """The number of the last page; at least 1."""
        return last_page(self.total, self.size)

    @property
    def first_row(self) -> int:
        """The position of the page's first row among all, from 1; 0 when there is none."""
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last_row(self) -> int:
        """The position of the page's last row among all."""
        return self.first_row + len(self.rows) - 1 if self.rows else 0


def page_of_sets(
    db: Session, wanted: Wanted, page: int = 1, *, scope: Scope = EVERYWHERE, size: int = PAGE_SIZE
) -> Page:
    """One page of the matching sets; a page beyond the last shows the last one."""
    total = int(db.scalar(_filtered(select(func.count()), wanted, scope)) or 0)
    number = page_within(page, total, size)
    rows = db.execute(_ordered(_filtered(select(*_ROW), wanted, scope), wanted).limit(size).offset((number - 1) * size))
    return Page([SetRow._make(row) for row in rows], total, number, size)


def all_sets(db: Session, wanted: Wanted, *, scope: Scope = EVERYWHERE) -> Iterator[SetRow]:
    """Every matching set in order, fetched in portions: an export holds a handful of rows in memory, not all."""
    rows = db.execute(_ordered(_filtered(select(*_ROW), wanted, scope), wanted).execution_options(yield_per=1000))
    for row in rows:
        yield SetRow._make(row)


def sets_of_unit(db: Session, unit_id: int) -> list[SetRow]:
    """The sets that a unit has now, ended ones last."""
    query = _joined(select(*_ROW)).where(LicenseSet.unit_id == unit_id)
    rows = db.execute(query.order_by(LicenseSet.ended_on.is_not(None), LicenseSet.product.desc(), LicenseSet.number))
    return [SetRow._make(row) for row in rows]


def set_by_number(db: Session, number: str, scope: Scope = EVERYWHERE) -> SetRow:
    """One set by its number. Raises NotFound when it does not exist or lies outside the scope."""
    found = db.execute(_joined(select(*_ROW)).where(LicenseSet.number == number)).first()
    if found is not None:
        row = SetRow._make(found)
        if scope.covers(district=row.district, unit_id=row.unit_id):
            return row
    raise NotFound("There is no licence set %(number)s.", number=number)


def numbers_by_id(db: Session, ids: Sequence[int]) -> dict[int, str]:
    """Set id → number."""
    return dict(db.execute(select(LicenseSet.id, LicenseSet.number).where(LicenseSet.id.in_(ids))).all())


def _joined(query: Any) -> Any:
    return (
        query.select_from(LicenseSet)
        .join(Unit, Unit.id == LicenseSet.unit_id)
        .outerjoin(Platform, Platform.id == LicenseSet.platform_id)
    )


def _filtered(query: Any, wanted: Wanted, scope: Scope) -> Any:
    query = _joined(query)
    if wanted.search.strip():
        query = query.where(_found_by(wanted.search.strip()))
    equal = {
        LicenseSet.product: wanted.product,
        LicenseSet.kind: wanted.kind,
        LicenseSet.stage: wanted.stage,
        Unit.district: wanted.district,
        Unit.category: wanted.category,
    }
    for column, value in equal.items():
        if value:
            query = query.where(column == value)
    return query.where(*rows_within(scope, district=Unit.district, unit_id=LicenseSet.unit_id))


def _found_by(search: str) -> ColumnElement[bool]:
    """Number, file, fingerprint and code as typed; unit (former, short names too), platform however written."""
    plain, named = f"%{_literal(search)}%", f"%{_literal(name_key(search))}%"
    former = select(UnitName.unit_id).where(UnitName.name_key.like(named, escape="\\"))
    return or_(
        *(
            func.lower(column).like(plain.lower(), escape="\\")
            for column in (LicenseSet.number, LicenseSet.license_file, LicenseSet.fingerprint, Unit.code)
        ),
        Platform.name_key.like(named, escape="\\"),
        func.lower(Unit.short_name).like(plain.lower(), escape="\\"),
        LicenseSet.unit_id.in_(former),
    )


def _literal(text: str) -> str:
    """The text with the signs that LIKE would take for wildcards made plain."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _ordered(query: Any, wanted: Wanted) -> Any:
    column = SORTS.get(wanted.sort.removeprefix("-"), SORTS["number"])
    key = column.desc() if wanted.sort.startswith("-") else column.asc()
    return query.order_by(column.is_(None), key, LicenseSet.number)
