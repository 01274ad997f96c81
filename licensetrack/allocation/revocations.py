"""Revocation codes (失效码): opened by the fact that makes a file void, closed by the code, voided with their fact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Row, Table, insert, select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import Actor, Scope, require
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.models import LicenseSet, Revocation
from licensetrack.allocation.revoking import Opened
from licensetrack.allocation.rules import check_day
from licensetrack.core import audit, outbox
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.units.models import Unit

_r = cast(Table, Revocation.__table__)
MOST_ASKED = 500  # values in one query: databases limit them
MOST_LETTERS = 200
PROGRAM = "licensetrack"
CHANGED = "The revocation of the set %(number)s changed meanwhile. Please look at it again."
RECORDED = "%(by)s recorded a revocation code of the set %(number)s meanwhile, of %(on)s. Please look at it again."


class OpenRevocation(NamedTuple):
    """One code that is awaited; `days_left` is negative when it is overdue."""

    id: int
    set_id: int
    number: str
    product: str
    action: str
    unit_id: int
    unit: str
    district: str
    fingerprint: str
    opened_on: dt.date
    due_on: dt.date
    days_left: int


def record_revocation_code(
    revocation: Revocation, code: str, *, actor: Actor, on: dt.date, seen: int | None = None
) -> Revocation:
    """The code has come: the clock stops. A code that was mistyped is recorded again in the same way.

    `seen` is the version that the visitor saw. Raises Refused for a day or a code that can not be, Conflict when
    somebody else recorded it or the act was taken back meanwhile.
    """
    require(actor, "allocation:revocation:record")
    check_day(on)
    code = code.strip()
    if not code:
        raise Refused("The revocation code is missing.").at("code")
    if len(code) > MOST_LETTERS:
        raise Refused("This text is too long: it has %(length)s letters, %(most)s are allowed.",
                      length=len(code), most=MOST_LETTERS).at("code")  # fmt: skip
    if on < revocation.opened_on:
        raise Refused("The code can not have come on %(on)s: the file became void on %(opened)s only.",
                      on=on, opened=revocation.opened_on).at("on")  # fmt: skip
    with transaction() as db:
        number, district = db.execute(
            select(LicenseSet.number, Unit.district)
            .join(Unit, Unit.id == revocation.unit_id)
            .where(LicenseSet.id == revocation.set_id)
        ).one()
        require(actor, "allocation:revocation:record", district=district, unit_id=revocation.unit_id)
        r, version = Revocation, revocation.version if seen is None else seen
        written = db.execute(
            update(r)
            .where(r.id == revocation.id, r.version == version, r.opened_on <= on, r.voided_at.is_(None))
            .values(code=code, recorded_on=on, recorded_by=actor.id, version=r.version + 1)
            .execution_options(synchronize_session=False)
        )
        if written.rowcount != 1:  # type: ignore[attr-defined]
            raise _overtaken(db, revocation.id, number, version)
        audit.record(
            db, "allocation:revocation:record", f"set:{number}", actor, action=revocation.action,
            fingerprint=revocation.fingerprint, code=(revocation.code, code), on=on,
        )  # fmt: skip
        outbox.post(db, "allocation:revocation:record", set_id=revocation.set_id)
        return db.get_one(Revocation, revocation.id, populate_existing=True)


def _overtaken(db: Session, revocation_id: int, number: str, seen: int) -> Conflict:
    row = db.execute(
        select(Revocation.version, Revocation.recorded_on, User.name)
        .outerjoin(User, User.id == Revocation.recorded_by)
        .where(Revocation.id == revocation_id)
    ).one()
    if row.version == seen:
        return Conflict(CHANGED, number=number)
    return Conflict(RECORDED, number=number, by=row.name or PROGRAM, on=row.recorded_on)


def revocation_in_scope(db: Session, revocation_id: int, scope: Scope) -> tuple[Revocation, str]:
    """A revocation and the number of its set. Raises NotFound when it does not exist or lies outside the scope."""
    found = db.get(Revocation, revocation_id, populate_existing=True)
    unit = db.get(Unit, found.unit_id) if found else None
    if found is None or unit is None or not scope.covers(district=unit.district, unit_id=unit.id):
        raise NotFound("There is no such record.")
    return found, db.get_one(LicenseSet, found.set_id).number


def open_revocations(db: Session, scope: Scope, on: dt.date) -> list[OpenRevocation]:
    """Codes that are awaited on a day, the most urgent first; each concerns the unit whose host it was."""
    r = Revocation
    query = (
        select(
            r.id, r.set_id, LicenseSet.number, LicenseSet.product, r.action, r.unit_id, Unit.name, Unit.district,
            r.fingerprint, r.opened_on, r.due_on,
        )
        .join(LicenseSet, LicenseSet.id == r.set_id)
        .join(Unit, Unit.id == r.unit_id)
        .where(r.code == "", r.voided_at.is_(None), r.opened_on <= on)
        .where(*rows_within(scope, district=Unit.district, unit_id=r.unit_id))
        .order_by(r.due_on, LicenseSet.number, r.id)
    )  # fmt: skip
    return [OpenRevocation._make((*row, (row.due_on - on).days)) for row in db.execute(query)]


def revocations_of_set(db: Session, set_id: int) -> Sequence[Revocation]:
    """All revocations of a set in order of their days, also those that were closed or voided."""
    query = select(Revocation).where(Revocation.set_id == set_id).order_by(Revocation.opened_on, Revocation.id)
    return db.scalars(query).all()


def write_revocations(db: Session, wanted: Mapping[int, Sequence[Opened]], at: dt.datetime) -> None:
    """Brings the revocations of these sets to what their facts say: opened, moved with their fact, or voided."""
    ids = list(wanted)
    rows: list[Row[Any]] = []
    for start in range(0, len(ids), MOST_ASKED):
        rows += db.execute(select(*_r.c).where(_r.c.set_id.in_(ids[start : start + MOST_ASKED]))).all()
    recorded = {(row.set_id, row.position): row for row in rows}
    new: list[dict[str, Any]] = []
    for set_id, opened in wanted.items():
        for one in opened:
            values = _values(one)
            row = recorded.pop((set_id, one.position), None)
            if row is None:
                nothing_yet = {"code": "", "recorded_on": None, "recorded_by": None, "version": 0}
                new.append({"set_id": set_id, "position": one.position, **values, **nothing_yet})
            elif any(getattr(row, name) != value for name, value in values.items()):
                db.execute(update(_r).where(_r.c.id == row.id).values(values))
    if new:
        db.execute(insert(_r), new)
    gone = [row.id for row in recorded.values() if row.voided_at is None]
    for start in range(0, len(gone), MOST_ASKED):
        db.execute(update(_r).where(_r.c.id.in_(gone[start : start + MOST_ASKED])).values(voided_at=at))


def _values(one: Opened) -> dict[str, Any]:
    return {
        "action": one.action, "unit_id": one.unit_id, "fingerprint": one.fingerprint, "opened_on": one.on,
        "due_on": one.due_on, "voided_at": None,
    }  # fmt: skip
