"""Reading the three sides as of a day and as known at an instant: what runs, what is licensed, what was bought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.fold import fold, in_order
from licensetrack.allocation.ledger import facts_of
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.shown import Shown
from licensetrack.core.names import name_key
from licensetrack.inventory.comparison import Deployed, Host, Licensed, Right, Sides, plain
from licensetrack.inventory.models import CoreRule, DeployedHost, HostScan, ScanCoverage
from licensetrack.procurement.models import Entitlement, Product
from licensetrack.units.models import Platform, Unit

AT_ONCE = 500  # values in one query: databases limit them
_e = LedgerEvent.__table__.c


@dataclass(frozen=True)
class Asked:
    """To the end of which day, as known at which instant (None: now), whose rows."""

    as_of: dt.date
    known_at: dt.datetime | None = None
    scope: Scope = EVERYWHERE


def read_sides(db: Session, asked: Asked, floors: Mapping[str, int] | None = None) -> Sides:
    """All three sides. Contracts and floors are the city's, so who sees only a part of the rows is told none."""
    whole = asked.scope == EVERYWHERE
    return Sides(
        as_of=asked.as_of,
        deployed=deployed(db, asked),
        licensed=licensed(db, asked),
        rights=rights(db, asked.as_of) if whole else (),
        core_rules=core_rules(db, asked.known_at),
        floors=dict(floors or {}) if whole else {},
        by_set=frozenset(db.scalars(select(Product.code).where(Product.metric == "set"))),
    )


def deployed(db: Session, asked: Asked) -> list[Deployed]:
    """For each platform and product the newest scan by day, then number; not of a unit that had ended by then."""
    newest = func.row_number().over(
        partition_by=(ScanCoverage.platform_id, ScanCoverage.product), order_by=(HostScan.on.desc(), HostScan.id.desc())
    )
    known = [HostScan.on <= asked.as_of]
    if asked.known_at is not None:
        known.append(HostScan.at <= asked.known_at)
    ranked = (
        select(ScanCoverage.id, ScanCoverage.platform_id, ScanCoverage.product, HostScan.id.label("scan_id"),
               HostScan.on, newest.label("nth"))
        .join(HostScan, HostScan.id == ScanCoverage.scan_id)
        .where(*known)
        .subquery()
    )  # fmt: skip
    query = (
        select(ranked.c.id, ranked.c.platform_id, Unit.id.label("unit_id"), ranked.c.product, ranked.c.scan_id,
               ranked.c.on)
        .join(Platform, Platform.id == ranked.c.platform_id)
        .join(Unit, Unit.id == Platform.unit_id)
        .where(ranked.c.nth == 1, (Unit.ended_on.is_(None)) | (Unit.ended_on > asked.as_of))
        .where(*rows_within(asked.scope, district=Unit.district, unit_id=Unit.id))
        .order_by(ranked.c.platform_id, ranked.c.product)
    )  # fmt: skip
    rows = db.execute(query).all()
    hosts = _hosts(db, [row.id for row in rows])
    return [
        Deployed(row.platform_id, row.unit_id, row.product, row.scan_id, row.on, tuple(hosts.get(row.id, ())))
        for row in rows
    ]


def licensed(db: Session, asked: Asked) -> list[Licensed]:
    """Every set held at the end of the day, temporary ones too, with its CPUs by the sum of its events' deltas."""
    where = [_e.on <= asked.as_of, *rows_within(asked.scope, district=_e.district, unit_id=_e.unit_id)]
    if asked.known_at is not None:
        where.append(_e.at <= asked.known_at)
    part = (
        select(
            _e.set_id, _e.unit_id, _e.product, _e.kind,
            *(func.sum(_e[name]).label(name) for name in ("issued_cpus", "imported_cpus", "accepted_cpus")),
        )
        .where(*where)
        .group_by(_e.set_id, _e.unit_id, _e.product, _e.kind)
        .having(func.sum(_e.issued_sets) > 0)
        .subquery()
    )  # fmt: skip
    query = (
        select(part, LicenseSet.number, LicenseSet.platform_id, LicenseSet.edition, LicenseSet.fingerprint,
               LicenseSet.valid_until)
        .join(LicenseSet, LicenseSet.id == part.c.set_id)
        .order_by(LicenseSet.number)
    )  # fmt: skip
    rows = db.execute(query).all()
    then = dict(_shown_then(db, _changed_since(db, asked, [row.set_id for row in rows]), asked))
    platforms = _platforms(db) if then else {}
    return [_licensed(row, then.get(row.set_id), platforms) for row in rows]


def rights(db: Session, day: dt.date) -> list[Right]:
    """Entitlements that have begun by a day."""
    begun = (Entitlement.valid_from.is_(None)) | (Entitlement.valid_from <= day)
    return [
        Right(one.id, one.product, one.contract, one.cap_rule, one.cap_cpus, one.valid_until)
        for one in db.scalars(select(Entitlement).where(begun).order_by(Entitlement.id))
    ]


def core_rules(db: Session, known_at: dt.datetime | None = None) -> dict[tuple[str, str], int]:
    """(product, maker as it is compared, or "") → cores that one licence of a CPU covers."""
    query = select(CoreRule).order_by(CoreRule.id)
    if known_at is not None:
        query = query.where(CoreRule.at <= known_at)
    return {(rule.product, plain(rule.vendor)): rule.cores for rule in db.scalars(query)}


def as_plain(sides: Sides) -> dict[str, Any]:
    """The sides for a digest: the same sides give the same JSON."""
    return {
        "as_of": sides.as_of,
        "deployed": [asdict(one) for one in sides.deployed],
        "licensed": [asdict(one) for one in sides.licensed],
        "rights": [asdict(one) for one in sides.rights],
        "core_rules": sorted([product, vendor, cores] for (product, vendor), cores in sides.core_rules.items()),
        "floors": dict(sides.floors),
        "by_set": sorted(sides.by_set),
    }


def _hosts(db: Session, coverage_ids: Sequence[int]) -> dict[int, list[Host]]:
    found: dict[int, list[Host]] = {}
    for ids in in_portions(coverage_ids):
        query = select(DeployedHost).where(DeployedHost.coverage_id.in_(ids)).order_by(DeployedHost.name_key)
        for row in db.scalars(query):
            found.setdefault(row.coverage_id, []).append(
                Host(row.id, row.name, row.sockets, row.cores, row.vendor, row.edition, row.fingerprint,
                     row.valid_until)
            )  # fmt: skip
    return found


def _changed_since(db: Session, asked: Asked, set_ids: Sequence[int]) -> list[int]:
    """Sets to which something happened after the day, or was recorded later: their row may show other words now."""
    later = _e.on > asked.as_of
    if asked.known_at is not None:
        later |= _e.at > asked.known_at
    wanted = set(set_ids)
    return [set_id for set_id in db.scalars(select(_e.set_id).where(later).distinct()) if set_id in wanted]


def _shown_then(db: Session, set_ids: Sequence[int], asked: Asked) -> Iterator[tuple[int, Shown]]:
    """What sets showed at the end of the day, by the facts that stood then."""
    for ids in in_portions(set_ids):
        query = select(LedgerEvent.__table__).where(_e.set_id.in_(ids)).order_by(_e.set_id, _e.seq)
        if asked.known_at is not None:
            query = query.where(_e.at <= asked.known_at)
        events: dict[int, list[Row[Any]]] = {}
        for event in db.execute(query):
            events.setdefault(event.set_id, []).append(event)
        for set_id, those in events.items():
            taken_back = {event.reverses_id for event in those if event.reverses_id is not None}
            standing = [event for event in those if event.reverses_id is None and event.id not in taken_back]
            facts = [fact for fact in facts_of(standing).values() if fact.on <= asked.as_of]
            if facts:
                yield set_id, fold(in_order(facts))[0].shown


def _platforms(db: Session) -> dict[tuple[int, str], int]:
    rows = db.execute(select(Platform.unit_id, Platform.name_key, Platform.id))
    return {(unit_id, key): platform_id for unit_id, key, platform_id in rows}


def _licensed(row: Any, then: Shown | None, platforms: Mapping[tuple[int, str], int]) -> Licensed:
    if then is None:
        platform_id, edition, fingerprint, ends = row.platform_id, row.edition, row.fingerprint, row.valid_until
    else:
        platform_id = platforms.get((row.unit_id, name_key(then.platform))) if then.platform else None
        edition, fingerprint = then.edition, then.fingerprint
        ends = dt.date.fromisoformat(then.valid_until) if then.valid_until else None
    return Licensed(
        row.set_id, row.number, row.unit_id, platform_id, row.product, row.kind, int(row.issued_cpus or 0),
        int(row.imported_cpus or 0), int(row.accepted_cpus or 0), edition, fingerprint, ends,
    )  # fmt: skip


def in_portions(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """So many numbers at a time as one query may name."""
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
