"""What tests of the inventory share: scans of hosts, runs, and the differences that stand."""

from __future__ import annotations

from typing import Any

from licensetrack.accounts.permissions import Actor
from licensetrack.core.db import reading
from licensetrack.inventory import queries
from licensetrack.inventory.models import Difference, HostScan, ReconciliationRun
from licensetrack.inventory.runs import make_run
from licensetrack.inventory.scans import HostLine, Origin, PlatformLine, record_scan
from licensetrack.units.models import Unit
from tests.trade import ALICE, day, issued

ROSA = Actor(None, "rosa", "Rosa", "reviewer")
PLATFORM = "政务云平台"


def hosts(*sockets: int, **said: Any) -> tuple[HostLine, ...]:
    """Servers with so many CPUs each."""
    return tuple(HostLine(f"host-{nth}", count, **said) for nth, count in enumerate(sockets, 1))


def scanned(
    holder: Unit,
    *sockets: int,
    on: str = "06-01",
    platform: str = PLATFORM,
    product: str = "virtualization",
    actor: Actor = ALICE,
    **said: Any,
) -> HostScan:
    """A scan of one platform."""
    line = PlatformLine(holder.id, platform, product, hosts(*sockets, **said))
    return record_scan(day(on), [line], Origin("file", "巡检.xlsx"), actor=actor)


def licensed(number: str, holder: Unit, cpus: int = 16, **said: Any) -> Any:
    """A set issued for the platform."""
    details = {"platform": PLATFORM, **said}
    return issued(number, holder, cpus, details=details)


def compared(on: str = "07-01") -> ReconciliationRun:
    """A run to the end of a day."""
    return make_run(day(on), actor=ALICE)


def standing(**wanted: Any) -> list[Difference]:
    """The differences that stand, the graver first."""
    with reading() as db:
        found = [row[0] for row in queries.differences(db, queries.Wanted(**wanted))]
        db.expunge_all()
    return found


def the_one() -> Difference:
    """The only difference that stands."""
    [found] = standing()
    return found


def again(difference: Difference) -> Difference:
    """The difference as it is recorded now."""
    with reading() as db:
        found = queries.difference(db, difference.id)
        db.expunge(found)
    return found


def story(difference: Difference) -> list[str]:
    """Its steps."""
    with reading() as db:
        return [step.action for step in queries.steps(db, difference.id)]
