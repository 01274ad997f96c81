"""Reading runs, differences with their story, scans with their hosts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.db import row_with_id
from licensetrack.core.errors import NotFound
from licensetrack.inventory.comparison import KINDS, SEVERITIES
from licensetrack.inventory.models import (
    CoreRule,
    DeployedHost,
    Difference,
    DifferenceStep,
    HostScan,
    ReconciliationRun,
    ScanCoverage,
)
from licensetrack.inventory.stages import OPEN, STANDING
from licensetrack.units.models import Platform, Unit


@dataclass(frozen=True)
class Wanted:
    """Which differences are asked for; an empty filter lets all pass. `stage` "standing": all but closed ones."""

    kind: str = ""
    stage: str = "standing"
    severity: str = ""
    product: str = ""
    district: str = ""
    unit_id: int | None = None
    run_id: int | None = None


def run(db: Session, run_id: int) -> ReconciliationRun:
    """One run. Raises NotFound."""
    return row_with_id(db, ReconciliationRun, run_id)


def runs(db: Session, most: int = 50) -> Sequence[ReconciliationRun]:
    """The runs, the newest first."""
    return db.scalars(select(ReconciliationRun).order_by(ReconciliationRun.id.desc()).limit(most)).all()


def last_run(db: Session) -> ReconciliationRun | None:
    """The newest run."""
    return db.scalars(select(ReconciliationRun).order_by(ReconciliationRun.id.desc()).limit(1)).first()


def difference(db: Session, difference_id: int, scope: Scope = EVERYWHERE) -> Difference:
    """One difference. Raises NotFound when it does not exist or lies outside the scope."""
    found = row_with_id(db, Difference, difference_id, fresh=True)
    if scope != EVERYWHERE:
        unit = db.get(Unit, found.unit_id) if found.unit_id else None
        if unit is None or not scope.covers(district=unit.district, unit_id=unit.id):
            raise NotFound("There is no such record.")
    return found


def differences(db: Session, wanted: Wanted, scope: Scope = EVERYWHERE) -> list[Any]:
    """Rows (Difference, unit name, district, platform name, set number), the graver and older first."""
    d = Difference
    query = (
        select(d, Unit.name.label("unit"), Unit.district, Platform.name.label("platform"), LicenseSet.number)
        .outerjoin(Unit, Unit.id == d.unit_id)
        .outerjoin(Platform, Platform.id == d.platform_id)
        .outerjoin(LicenseSet, LicenseSet.id == d.set_id)
        .where(*rows_within(scope, district=Unit.district, unit_id=d.unit_id))
    )
    if wanted.stage == "standing":
        query = query.where(d.stage.in_(STANDING))
    elif wanted.stage:
        query = query.where(d.stage == wanted.stage)
    equal = {
        d.kind: wanted.kind, d.severity: wanted.severity, d.product: wanted.product, Unit.district: wanted.district,
        d.unit_id: wanted.unit_id, d.opened_run_id: wanted.run_id,
    }  # fmt: skip
    for column, value in equal.items():
        if value:
            query = query.where(column == value)
    graver = case({name: nth for nth, name in enumerate(SEVERITIES)}, value=d.severity)
    kind = case({name: nth for nth, name in enumerate(KINDS)}, value=d.kind)
    return list(db.execute(query.order_by(graver, d.opened_on, kind, d.id)))


def steps(db: Session, difference_id: int) -> Sequence[DifferenceStep]:
    """The story of a difference in order."""
    query = select(DifferenceStep).where(DifferenceStep.difference_id == difference_id).order_by(DifferenceStep.seq)
    return db.scalars(query).all()


def last_steps_at(db: Session, stage: str) -> dict[int, dt.datetime]:
    """Difference id → when its last step was taken, for all that stand at a stage."""
    query = select(DifferenceStep.difference_id, func.max(DifferenceStep.at)).join(
        Difference, Difference.id == DifferenceStep.difference_id
    )
    return dict(db.execute(query.where(Difference.stage == stage).group_by(DifferenceStep.difference_id)).all())


def explained(db: Session) -> set[int]:
    """The open differences of which somebody said what is known."""
    query = select(DifferenceStep.difference_id).join(Difference, Difference.id == DifferenceStep.difference_id)
    return set(db.scalars(query.where(Difference.stage == OPEN, DifferenceStep.action == "explain")))


def counts_by_stage(db: Session, scope: Scope = EVERYWHERE) -> dict[str, int]:
    """Stage → how many differences stand there."""
    query = (
        select(Difference.stage, func.count())
        .outerjoin(Unit, Unit.id == Difference.unit_id)
        .where(*rows_within(scope, district=Unit.district, unit_id=Difference.unit_id))
        .group_by(Difference.stage)
    )
    return dict(db.execute(query).all())


def scans(db: Session, scope: Scope = EVERYWHERE, most: int = 200) -> Sequence[HostScan]:
    """The scans one may see, the newest day first: those with at least one platform of one's own."""
    query = select(HostScan).order_by(HostScan.on.desc(), HostScan.id.desc()).limit(most)
    if scope != EVERYWHERE:
        query = query.where(HostScan.id.in_(_within(scope)))
    return db.scalars(query).all()


def scan(db: Session, scan_id: int, scope: Scope = EVERYWHERE) -> HostScan:
    """One scan. Raises NotFound when it does not exist or none of its platforms may be seen."""
    found = row_with_id(db, HostScan, scan_id)
    if scope != EVERYWHERE and db.scalar(_within(scope).where(ScanCoverage.scan_id == scan_id).limit(1)) is None:
        raise NotFound("There is no such record.")
    return found


def hosts_of_scan(db: Session, scan_id: int, scope: Scope = EVERYWHERE) -> list[Any]:
    """Rows (unit, unit id, platform, platform id, product, DeployedHost or None) of a scan, as far as one may see."""
    query = (
        select(Unit.name.label("unit"), Unit.id.label("unit_id"), Platform.name.label("platform"),
               Platform.id.label("platform_id"), ScanCoverage.product, DeployedHost)
        .select_from(ScanCoverage)
        .join(Platform, Platform.id == ScanCoverage.platform_id)
        .join(Unit, Unit.id == Platform.unit_id)
        .outerjoin(DeployedHost, DeployedHost.coverage_id == ScanCoverage.id)
        .where(ScanCoverage.scan_id == scan_id, *rows_within(scope, district=Unit.district, unit_id=Unit.id))
        .order_by(Unit.name, Platform.name, ScanCoverage.product, DeployedHost.name_key)
    )  # fmt: skip
    return list(db.execute(query))


def rules_stated(db: Session) -> Sequence[CoreRule]:
    """Every core rule ever stated, the newest first."""
    return db.scalars(select(CoreRule).order_by(CoreRule.id.desc())).all()


def lapsing(db: Session, day: dt.date) -> Sequence[Difference]:
    """Waivers, and waivers asked for, whose last day is over."""
    query = select(Difference).where(Difference.waived_until < day, Difference.stage.in_(("asked", "waived")))
    return db.scalars(query.order_by(Difference.id)).all()


def _within(scope: Scope) -> Any:
    return (
        select(ScanCoverage.scan_id)
        .join(Platform, Platform.id == ScanCoverage.platform_id)
        .join(Unit, Unit.id == Platform.unit_id)
        .where(*rows_within(scope, district=Unit.district, unit_id=Unit.id))
    )
