"""A set's state row: claimed by who saw it last, and written with what the fold of its facts says."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.allocation.fold import State
from licensetrack.allocation.models import DELTAS, LedgerEvent, LicenseSet
from licensetrack.core.errors import Conflict
from licensetrack.units.directory import ensure_platforms

CHANGED = "The set %(number)s changed meanwhile. Please look at it again."
CHANGED_BY = (
    "The set %(number)s changed meanwhile: %(set_action)s on %(on)s, recorded by %(by)s at %(at)s."
    " Please look at it again."
)
PROGRAM = "licensetrack"


def state_values(state: State) -> dict[str, object]:
    """The state row's columns that the fold decides; its platform is a row of its own (`platform_of`)."""
    shown = state.shown
    return {
        "unit_id": state.holder.unit_id, "stage": state.stage, "cpus": state.cpus, "issued_on": state.issued_on,
        "imported_on": state.imported_on, "accepted_on": state.accepted_on, "ended_on": state.ended_on,
        "site": shown.site, "edition": shown.edition, "fingerprint": shown.fingerprint,
        "license_file": shown.license_file, "note": shown.note, "support_end": _day(shown.support_end),
        "valid_until": _day(shown.valid_until), **dict(zip(DELTAS, state.standing(), strict=True)),
    }  # fmt: skip


def platform_of(state: State) -> tuple[int, str] | None:
    """(unit id, name) of the platform that the set shows, if any."""
    return (state.holder.unit_id, state.shown.platform) if state.shown.platform else None


def check_seen(db: Session, license_set: LicenseSet, seen: int | None) -> None:
    """Whether the visitor saw the set as it is. Raises Conflict, which says what changed meanwhile."""
    if seen is not None and seen != license_set.version:
        raise changed_meanwhile(db, license_set, seen)


def claim(db: Session, license_set: LicenseSet) -> None:
    """Compare and swap: nobody may have moved the set since it was read; PostgreSQL locks the row from here on."""
    claimed = db.execute(
        update(LicenseSet)
        .where(
            LicenseSet.id == license_set.id,
            LicenseSet.version == license_set.version,
            LicenseSet.stage == license_set.stage,
        )
        .values(version=LicenseSet.version)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise changed_meanwhile(db, license_set, license_set.version)


def changed_meanwhile(db: Session, license_set: LicenseSet, seen: int) -> Conflict:
    """What the last act since a version was, on which day, and who recorded it when.

    An act may have several events (what it makes of later facts is counted anew); its first one says what was done.
    """
    e = LedgerEvent
    since = (e.set_id == license_set.id, e.seq > seen)
    last = select(e.key).where(*since).order_by(e.seq.desc()).limit(1).scalar_subquery()
    act = db.execute(
        select(e.action, e.on, e.at, User.name)
        .outerjoin(User, User.id == e.actor_id)
        .where(*since, e.key == last)
        .order_by(e.seq)
        .limit(1)
    ).first()
    if act is None:
        return Conflict(CHANGED, number=license_set.number)
    action, on, at, by = act
    return Conflict(CHANGED_BY, number=license_set.number, set_action=action, on=on, by=by or PROGRAM, at=at)


def write_state(db: Session, license_set: LicenseSet, state: State, seq: int, **right: object) -> None:
    """Writes what the fold says, the last seq, and where it was corrected the right; the set in hand shows it then."""
    platform = platform_of(state)
    platform_id = ensure_platforms(db, [platform])[platform] if platform else None
    values = state_values(state) | {"platform_id": platform_id, "version": seq} | right
    db.execute(
        update(LicenseSet)
        .where(LicenseSet.id == license_set.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.refresh(license_set)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
