"""Service levels: what is promised from which day on, the working days that count, and who works for which firm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit
from licensetrack.core.clock import now, today
from licensetrack.core.db import transaction
from licensetrack.core.errors import NotFound, Refused
from licensetrack.support.handling_models import ServiceEngineer, ServiceLimit, WorkingYear
from licensetrack.support.kinds import check_code, data, kinds, severities
from licensetrack.support.service_clock import parse_hours
from licensetrack.support.working_days import WorkingDays, Year, parse_year, shipped

MOST_MINUTES = 60 * 24 * 366
ENGINEER = "vendor_engineer"


@dataclass(frozen=True)
class Promise:
    """Minutes to answer, to arrive and to restore (None: not promised), counted within the hours."""

    answer: int | None = None
    arrive: int | None = None
    restore: int | None = None
    hours: str = ""


@dataclass(frozen=True)
class Line:
    """A promise for a severity, from a day on; `kind` is empty where it holds for every kind without its own."""

    severity: str
    kind: str
    valid_from: dt.date | None
    promise: Promise
    note: str = ""
    login: str = ""


def record_limit(
    severity: str, promise: Promise, *, actor: Actor, valid_from: dt.date, kind: str = "", note: str = ""
) -> ServiceLimit:
    """States what holds for a severity (and kind) from a day on. Raises Refused; the day's line is never changed."""
    require(actor, "support:limit:record")
    check_code(severities(), severity, "severity")
    if kind:
        check_code(kinds(), kind, "kind")
    check_promise(promise)
    with transaction() as db:
        audit.lock_head(db)
        same = select(ServiceLimit.id).where(
            ServiceLimit.valid_from == valid_from, ServiceLimit.severity == severity, ServiceLimit.kind == kind
        )
        if db.scalar(same) is not None:
            raise Refused("From %(day)s on something is stated already; choose another day.", day=valid_from).at(
                "valid_from"
            )
        made = ServiceLimit(
            valid_from=valid_from, severity=severity, kind=kind, note=note.strip()[:200], at=now(), login=actor.login,
            **asdict(promise),
        )  # fmt: skip
        db.add(made)
        db.flush()
        audit.record(
            db, "support:limit:record", f"service_level:{severity}:{kind or '*'}", actor, valid_from=valid_from,
            **asdict(promise),
        )  # fmt: skip
    return made


def check_promise(promise: Promise) -> None:
    """At least one limit, none below a minute, hours as they are written. Raises Refused at the field."""
    said = {name: getattr(promise, name) for name in ("answer", "arrive", "restore")}
    if all(minutes is None for minutes in said.values()):
        raise Refused("Say at least one limit.").at("answer")
    for name, minutes in said.items():
        if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
            raise Refused("A limit lies between a minute and a year.").at(name)
    parse_hours(promise.hours)


def promised(db: Session, severity: str, kind: str, day: dt.date) -> Promise:
    """What holds for an order received on that day: the kind's own line before the general one, else as shipped."""
    query = (
        select(ServiceLimit)
        .where(ServiceLimit.severity == severity, ServiceLimit.kind.in_((kind, "")), ServiceLimit.valid_from <= day)
        .order_by((ServiceLimit.kind == "").asc(), ServiceLimit.valid_from.desc())
    )
    found = db.scalars(query).first()
    if found is not None:
        return _promise(found)
    by_kind = {line.kind: line.promise for line in _shipped() if line.severity == severity}
    return by_kind.get(kind) or by_kind.get("") or Promise()


def lines(db: Session) -> list[Line]:
    """Every line: the newest first within severity and kind, those of the program last."""
    rank = {code: place for place, code in enumerate(severities())}
    recorded = [
        Line(row.severity, row.kind, row.valid_from, _promise(row), row.note, row.login)
        for row in db.scalars(select(ServiceLimit).order_by(ServiceLimit.valid_from.desc()))
    ]
    return sorted(recorded + _shipped(), key=lambda line: (rank.get(line.severity, 99), line.kind))


def working_days(db: Session) -> WorkingDays:
    """The calendar: the years of the program, over them the last that somebody loaded of each year."""
    loaded = db.scalars(select(WorkingYear).order_by(WorkingYear.id))
    return WorkingDays({**shipped(), **{row.year: parse_year(row.content) for row in loaded}})


def load_year(content: str, *, actor: Actor) -> Year:
    """Loads the working days of a year; the last load of a year holds. Raises Refused.

    Limits of open orders are counted anew with each order's next step.
    """
    require(actor, "support:calendar:load")
    year = parse_year(content)
    if not min(shipped()) <= year.year <= today().year + 2:
        raise Refused("A calendar is loaded for a year up to two years ahead.").at("content")
    with transaction() as db:
        db.add(WorkingYear(year=year.year, content=content, at=now(), login=actor.login))
        db.flush()
        audit.record(
            db, "support:calendar:load", f"working_year:{year.year}", actor, source=year.source,
            holidays=len(year.holidays), workdays=len(year.workdays),
        )  # fmt: skip
    return year


def firm_of(db: Session, user_id: int | None) -> str:
    """The firm for which somebody works; empty where nobody said."""
    return db.scalar(select(ServiceEngineer.firm).where(ServiceEngineer.user_id == user_id)) or ""


def engineers(db: Session) -> Sequence[tuple[User, str]]:
    """Active engineers with their firms, by firm and name."""
    query = (
        select(User, ServiceEngineer.firm)
        .outerjoin(ServiceEngineer, ServiceEngineer.user_id == User.id)
        .where(User.role == ENGINEER, User.active)
        .order_by(ServiceEngineer.firm, User.name, User.login)
    )
    return [(user, firm or "") for user, firm in db.execute(query)]


def set_firm(login: str, firm: str, *, actor: Actor) -> None:
    """Says for which firm an engineer works. Raises NotFound."""
    require(actor, "support:engineer:place")
    with transaction() as db:
        audit.lock_head(db)
        user = db.scalars(select(User).where(User.login == login, User.role == ENGINEER)).first()
        if user is None:
            raise NotFound("There is no such record.")
        found = db.get(ServiceEngineer, user.id)
        before = found.firm if found else ""
        if found is None:
            db.add(ServiceEngineer(user_id=user.id, firm=firm.strip()[:80]))
        else:
            found.firm, found.version = firm.strip()[:80], found.version + 1
        db.flush()
        audit.record(db, "support:engineer:place", f"user:{login}", actor, firm=firm.strip()[:80], before=before)


def _promise(row: Any) -> Promise:
    return Promise(row.answer, row.arrive, row.restore, row.hours)


def _shipped() -> list[Line]:
    return [
        Line(
            one["severity"], one.get("kind", ""), None,
            Promise(one.get("answer"), one.get("arrive"), one.get("restore"), one.get("hours", "")),
        )
        for one in data()["limits"]
    ]  # fmt: skip
