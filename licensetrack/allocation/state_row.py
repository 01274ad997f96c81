"""A set's state row: claimed by who saw it last, and written with what the fold of its facts says."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from licensetrack.allocation.fold import Fact, State
from licensetrack.allocation.models import DELTAS, LicenseSet
from licensetrack.core.errors import Conflict
from licensetrack.units.directory import ensure_platforms

CHANGED = "The set %(number)s changed meanwhile. Please look at it again."


def state_values(state: State) -> dict[str, object]:
    """The state row's columns that the fold decides."""
    return {
        "unit_id": state.holder.unit_id, "stage": state.stage, "cpus": state.cpus, "issued_on": state.issued_on,
        "imported_on": state.imported_on, "accepted_on": state.accepted_on, "ended_on": state.ended_on,
        **dict(zip(DELTAS, state.standing(), strict=True)),
    }  # fmt: skip


def describe(db: Session, set_id: int, issue: Fact) -> None:
    """Shows on the state row what a corrected issue says besides its figures."""
    shown, holder = issue.details or {}, issue.holder
    platform = shown.get("platform")
    platform_id = None
    if platform and holder:
        platform_id = ensure_platforms(db, [(holder.unit_id, platform)])[holder.unit_id, platform]
    support_end = shown.get("support_end")
    db.execute(
        update(LicenseSet)
        .where(LicenseSet.id == set_id)
        .values(
            platform_id=platform_id,
            license_file=shown.get("license_file", ""),
            fingerprint=shown.get("fingerprint", ""),
            note=shown.get("note", ""),
            support_end=dt.date.fromisoformat(support_end) if support_end else None,
        )
        .execution_options(synchronize_session=False)
    )


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
        raise Conflict(CHANGED, number=license_set.number)


def write_state(db: Session, license_set: LicenseSet, state: State, seq: int, **right: object) -> None:
    """Writes what the fold says, the last seq, and where it was corrected the right; the set in hand shows it then."""
    values = state_values(state) | {"version": seq} | right
    db.execute(
        update(LicenseSet)
        .where(LicenseSet.id == license_set.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.refresh(license_set)
