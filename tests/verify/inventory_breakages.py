"""How each invariant of the inventory can be broken by SQL, and the differences that are broken."""

from licensetrack.accounts.permissions import Actor
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.inventory import queries
from licensetrack.inventory.differences import confirm_waiver, waive_difference
from licensetrack.inventory.runs import make_run
from licensetrack.inventory.scans import HostLine, Origin, PlatformLine, record_scan
from licensetrack.inventory.working_off import Correction, work_off
from licensetrack.units.directory import UnitEntry, register_unit
from tests.trade import ALICE, day, issued
from tests.verify.breakages import Case

ROSA = Actor(None, "rosa", "rosa", "reviewer")


def reconcile() -> None:
    """A shortage that was worked off and closed, and idle CPUs that were waived by two people."""
    holder = register_unit(UnitEntry("SZ9701", "核查单位", "公立学校", "福田区"), actor=ALICE)
    short = issued("SQ-SHORT", holder, 4, details={"platform": "核查云"})
    issued("SQ-IDLE", holder, 8, details={"platform": "备份云"})
    lines = [
        PlatformLine(holder.id, name, "virtualization", (HostLine("host-1", 2), HostLine("host-2", sockets)))
        for name, sockets in (("核查云", 4), ("备份云", 2))
    ]
    record_scan(day("06-01"), lines, Origin("file", "巡检.xlsx"), actor=ALICE)
    make_run(day("06-01"), actor=ALICE)
    with reading() as session:
        found = {row[0].quantity: row[0] for row in queries.differences(session, queries.Wanted())}
        session.expunge_all()
    work_off(found[2], short, Correction("expand", day("06-02"), "补足", cpus=2), actor=ALICE)
    until = today().replace(day=1).replace(year=today().year + 1)
    confirm_waiver(waive_difference(found[-4], actor=ALICE, until=until, reason="预留"), actor=ROSA)
    make_run(day("06-03"), actor=ALICE)


INVENTORY_CASES = [
    Case("a scan has the hosts that it says", ("UPDATE host_scan SET hosts = 5",)),
    Case("every scan is what was recorded", ("UPDATE deployed_host SET sockets = 3 WHERE name = 'host-1'",)),
    Case("a difference's revision is the number of its steps", ("UPDATE difference SET revision = 9",)),
    Case(
        "every step of a difference is in the audit trail",
        ("UPDATE difference_step SET action = 'explain' WHERE action = 'ask'",),
        also=frozenset({"a waiver rests on a paper or on two people"}),
    ),
    Case(
        "what worked a difference off stands in the ledger",
        ("UPDATE difference_step SET operation = 'nothing' WHERE action = 'work_off'",),
    ),
    Case(
        "a waiver rests on a paper or on two people",
        ("UPDATE difference_step SET login = 'alice' WHERE action = 'confirm'",),
    ),
    Case(
        "a difference was found, seen and closed by runs in this order",
        ("UPDATE difference SET seen_run_id = (SELECT min(id) FROM reconciliation_run),"
         " opened_run_id = (SELECT max(id) FROM reconciliation_run) WHERE stage = 'waived'",),
    ),
    Case(
        "a run opened and closed what it says",
        ("UPDATE reconciliation_run SET counts = replace(counts, 'new', 'old')",),
    ),
    Case(
        "runs go forward",
        ("UPDATE reconciliation_run SET as_of = '2024-12-31' WHERE id = (SELECT min(id) FROM reconciliation_run)",),
    ),
]  # fmt: skip
