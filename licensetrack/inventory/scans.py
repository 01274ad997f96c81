"""Recording what was seen running: a scan with its platforms and hosts, whole or not at all; never edited."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.rules import check_reason
from licensetrack.core import audit, outbox
from licensetrack.core.blobs import Blob
from licensetrack.core.clock import now, today
from licensetrack.core.columns import canonical_json
from licensetrack.core.db import insert_rows, transaction
from licensetrack.core.errors import Refused
from licensetrack.core.names import name_key, tidy_name
from licensetrack.inventory.comparison import plain
from licensetrack.inventory.models import CoreRule, HostScan, ScanCoverage
from licensetrack.inventory.rules import check_core_rule, check_host, check_product, check_seen_on
from licensetrack.procurement.models import Product
from licensetrack.units.directory import ensure_platforms
from licensetrack.units.models import Unit
from licensetrack.units.rules import check_in_use

RECORD, RULE = "inventory:scan:record", "inventory:rule:state"
Way = Literal["file", "mapping", "rest", "collector"]
_HOST = (
    "coverage_id", "name", "name_key", "serial", "sockets", "cores", "vendor", "software_version", "edition",
    "fingerprint", "valid_until", "place",
)  # fmt: skip


@dataclass(frozen=True)
class HostLine:
    """One server as it was seen. `place` is the row of the file that says so."""

    name: str
    sockets: int
    cores: int = 0
    serial: str = ""
    vendor: str = ""
    software_version: str = ""
    edition: str = ""
    fingerprint: str = ""
    valid_until: dt.date | None = None
    place: str = ""


@dataclass(frozen=True)
class PlatformLine:
    """What was seen of one product on one platform of a unit; no hosts: somebody looked, and there were none."""

    unit_id: int
    platform: str
    product: str
    hosts: tuple[HostLine, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Where a scan comes from: the way in, its name, and the stored file with its sheet where there is one."""

    way: Way
    source: str
    document_id: int | None = None
    sheet: str = ""


def record_scan(on: dt.date, lines: Sequence[PlatformLine], origin: Origin, *, actor: Actor) -> HostScan:
    """Records a scan of a day. From then on it is what is known of its platforms, until a newer one.

    Platforms that the unit did not have yet come to be. Raises Refused at the field that is wrong; NotFound for a
    unit of somebody else.
    """
    require(actor, RECORD)
    check_seen_on(on, today())
    if not lines:
        raise Refused("The scan names no platform.")
    with transaction() as db:
        _check(db, lines, on, actor)
        ids = ensure_platforms(db, [(line.unit_id, tidy_name(line.platform)) for line in lines])
        covered = {(ids[line.unit_id, tidy_name(line.platform)], line.product): line.hosts for line in lines}
        if len(covered) < len(lines):
            raise Refused("A platform is named twice for the same product.").at("platform")
        scan = HostScan(
            way=origin.way, source=origin.source[:200], on=on, at=now(), actor_id=actor.id, login=actor.login,
            name=actor.name, document_id=origin.document_id, sheet=origin.sheet[:80],
            hosts=sum(map(len, covered.values())), digest=digest_of(content_of(covered)),
        )  # fmt: skip
        db.add(scan)
        db.flush()
        coverage = [{"scan_id": scan.id, "platform_id": p, "product": code} for p, code in sorted(covered)]
        db.execute(insert(ScanCoverage), coverage)
        rows = db.execute(
            select(ScanCoverage.platform_id, ScanCoverage.product, ScanCoverage.id).where(
                ScanCoverage.scan_id == scan.id
            )
        )
        found = {(platform_id, product): i for platform_id, product, i in rows}
        insert_rows(
            db, "deployed_host", _HOST, [_row(found[at], host) for at in sorted(covered) for host in covered[at]]
        )
        subject = f"scan:{scan.id}"
        audit.record(
            db, RECORD, subject, actor, on=on, source=scan.source, platforms=len(covered), hosts=scan.hosts,
            digest=scan.digest,
        )  # fmt: skip
        outbox.post(db, RECORD, scan_id=scan.id)
    return scan


def newest_digest(db: Session, on: dt.date) -> str | None:
    """What the newest scan of a day says, as its digest."""
    return db.scalar(select(HostScan.digest).where(HostScan.on == on).order_by(HostScan.id.desc()).limit(1))


def digest_from(db: Session, on: dt.date, file: str, sheet: str) -> str | None:
    """The same of the newest scan of a day that came from these very bytes (`file`: their digest) and sheet."""
    query = select(HostScan.digest).join(Blob, Blob.id == HostScan.document_id)
    query = query.where(HostScan.on == on, Blob.digest == file, HostScan.sheet == sheet[:80])
    return db.scalar(query.order_by(HostScan.id.desc()).limit(1))


def state_core_rule(product: str, vendor: str, cores: int, *, actor: Actor, reason: str) -> CoreRule:
    """Says how many cores of a CPU one licence of a product covers (0: any), for one maker or for all.

    Source of such rules: the maker's licence terms, such as 32 cores for each CPU licence. Raises Refused.
    """
    require(actor, RULE)
    check_core_rule(cores)
    check_reason(reason)
    with transaction() as db:
        check_product(product, set(db.scalars(select(Product.code))))
        made = CoreRule(
            product=product, vendor=tidy_name(vendor), cores=cores, reason=reason.strip(), actor_id=actor.id,
            login=actor.login, name=actor.name, at=now(),
        )  # fmt: skip
        db.add(made)
        db.flush()
        audit.record(db, RULE, f"product:{product}", actor, vendor=made.vendor, cores=cores, reason=made.reason)
    return made


def content_of(covered: Any) -> list[Any]:
    """What a scan says, in one order, for its digest: platform, product, and each host's fields."""
    return [
        [platform_id, product, sorted(_plain_host(host) for host in covered[platform_id, product])]
        for platform_id, product in sorted(covered)
    ]


def digest_of(content: list[Any]) -> str:
    """SHA-256 over the canonical text."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def one_by_one(lines: Iterable[PlatformLine]) -> list[PlatformLine]:
    """Rows of a list put together: one line for each platform and product, its hosts in their order."""
    found: dict[tuple[int, str, str], PlatformLine] = {}
    for line in lines:
        at = (line.unit_id, name_key(line.platform), line.product)
        before = found.get(at)
        found[at] = line if before is None else replace(before, hosts=before.hosts + line.hosts)
    return list(found.values())


def _check(db: Session, lines: Sequence[PlatformLine], on: dt.date, actor: Actor) -> None:
    products = set(db.scalars(select(Product.code)))
    units = {unit_id: db.get_one(Unit, unit_id) for unit_id in {line.unit_id for line in lines}}
    for line in lines:
        unit = units[line.unit_id]
        require(actor, RECORD, district=unit.district, unit_id=unit.id)
        check_in_use(unit, on)
        check_product(line.product, products)
        if not tidy_name(line.platform):
            raise Refused("The platform's name is missing.").at("platform")
        seen: set[str] = set()
        for host in line.hosts:
            check_host(host.name, host.sockets, host.cores)
            if plain(host.name) in seen:
                raise Refused("The host “%(name)s” is listed twice.", name=host.name).at("host")
            seen.add(plain(host.name))


def _plain_host(host: HostLine) -> list[Any]:
    ends = host.valid_until.isoformat() if host.valid_until else ""
    return [
        plain(host.name)[:120], host.sockets, host.cores, tidy_name(host.serial)[:80], tidy_name(host.vendor)[:80],
        tidy_name(host.software_version)[:80], tidy_name(host.edition)[:80], tidy_name(host.fingerprint)[:80], ends,
    ]  # fmt: skip


def _row(coverage_id: int, host: HostLine) -> tuple[object, ...]:
    key, sockets, cores, serial, vendor, version, edition, fingerprint, ends = _plain_host(host)
    return (
        coverage_id, tidy_name(host.name)[:120], key, serial, sockets, cores, vendor, version, edition, fingerprint,
        ends or None, host.place[:80],
    )  # fmt: skip
