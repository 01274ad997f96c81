"""Scans: recorded whole or not at all, never edited; the newest of a day counts, and a day long past is as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.allocation import life
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Forbidden, NotFound, Refused
from licensetrack.inventory.positions import positions, totals
from licensetrack.inventory.scans import HostLine, Origin, PlatformLine, record_scan, state_core_rule
from licensetrack.inventory.sides import Asked, read_sides
from tests.conftest import Clock
from tests.invariants import broken
from tests.inventory.seeing import PLATFORM, hosts, licensed, scanned
from tests.trade import ALICE, day, unit

pytestmark = pytest.mark.usefixtures("database", "clock")
FILE = Origin("file", "巡检.xlsx")


def running(on: str = "12-31", **asked: object) -> int:
    """CPUs that run."""
    with reading() as db:
        sides = read_sides(db, Asked(day(on), **asked))  # type: ignore[arg-type]
    return sum(total.sockets for total in totals(positions(sides)).values())


def test_the_newest_scan_of_a_platform_counts_and_a_day_before_it_is_as_it_was() -> None:
    holder = unit()
    scanned(holder, 2, 2, on="06-01")
    scanned(holder, 2, on="07-01")
    scanned(holder, 8, on="05-01")
    assert [running(on) for on in ("04-30", "05-31", "06-30", "07-01")] == [0, 8, 4, 2]
    assert broken() == []


def test_a_scan_of_the_same_day_corrects_the_one_before_and_what_was_known_then_stays(clock: Clock) -> None:
    holder = unit()
    scanned(holder, 2, 2)
    at = now()
    clock.forward(minutes=1)
    scanned(holder, 4, 4)
    assert running() == 8
    assert running(known_at=at) == 4


def test_a_scan_that_saw_nothing_says_that_nothing_runs() -> None:
    holder = unit()
    scanned(holder, 2)
    record_scan(day("06-02"), [PlatformLine(holder.id, PLATFORM, "virtualization")], FILE, actor=ALICE)
    assert running() == 0
    assert broken() == []


def test_one_platform_under_two_products_is_seen_for_each_by_itself() -> None:
    holder = unit()
    scanned(holder, 2)
    scanned(holder, 2, on="06-03", product="cloud_management")
    scanned(holder, 4, on="06-02")
    with reading() as db:
        sides = read_sides(db, Asked(day("12-31")))
    assert {one.product: one.sockets for one in positions(sides)} == {"virtualization": 4, "cloud_management": 2}


def test_what_a_unit_ran_ends_with_the_unit() -> None:
    from licensetrack.allocation.unit_changes import close_unit

    holder = unit()
    scanned(holder, 2)
    close_unit(holder, on=day("08-01"), actor=ALICE, reason="撤销")
    assert running("07-31") == 2
    assert running("08-01") == 0


@pytest.mark.parametrize(
    ("host", "field"),
    [
        (HostLine("", 2), "host"),
        (HostLine("a", 0), "sockets"),
        (HostLine("a", 65), "sockets"),
        (HostLine("a", 2, cores=1025), "cores"),
    ],
)
def test_a_bad_host_refuses_the_whole_scan(host: HostLine, field: str) -> None:
    lines = [PlatformLine(unit().id, PLATFORM, "virtualization", (HostLine("good", 2), host))]
    with pytest.raises(Refused) as refused:
        record_scan(day("06-01"), lines, FILE, actor=ALICE)
    assert refused.value.field == field
    assert running() == 0


def test_what_else_is_refused() -> None:
    holder = unit()
    line = PlatformLine(holder.id, PLATFORM, "virtualization", hosts(2))
    for on, lines in [
        (day("2025-01-01"), [line]),
        (day("1999-12-31"), [line]),
        (day("06-01"), []),
        (day("06-01"), [line, line]),
        (day("06-01"), [replace(line, product="mainframe")]),
        (day("06-01"), [replace(line, platform=" ")]),
        (day("06-01"), [replace(line, hosts=(*hosts(2), HostLine("HOST-1", 4)))]),
    ]:
        with pytest.raises(Refused):
            record_scan(on, lines, FILE, actor=ALICE)
    with pytest.raises(Forbidden):
        scanned(holder, 2, actor=Actor(None, "bob", "Bob", "unit_user"))
    with pytest.raises(NotFound):
        scanned(holder, 2, actor=Actor(None, "eve", "Eve", "operator", Scope("district", "南山区")))
    assert running() == 0
    assert broken() == []


def test_a_scan_is_never_edited(database: object) -> None:
    scanned(unit(), 2)
    for table in ("host_scan", "scan_coverage", "deployed_host"):
        for act in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
            with pytest.raises(DatabaseError), transaction() as db:
                db.execute(text(act))


def test_everybody_counts_what_he_may_see() -> None:
    scanned(unit("SZ1", district="福田区"), 2)
    scanned(unit("SZ2", district="南山区"), 4)
    assert running() == 6
    assert running(scope=Scope("district", "南山区")) == 4


def test_the_newest_core_rule_stands_and_a_maker_s_own_goes_before_that_of_all() -> None:
    holder = unit()
    scanned(holder, 2, cores=64, vendor="VMware")

    def missing() -> int:
        with reading() as db:
            return totals(positions(read_sides(db, Asked(day("12-31")))))["virtualization"].missing

    licensed("SQ-1", holder, 2)
    assert missing() == 0
    state_core_rule("virtualization", "vmware", 32, actor=ALICE, reason="厂商许可条款")
    assert missing() == 2
    state_core_rule("virtualization", "", 16, actor=ALICE, reason="厂商许可条款")
    assert missing() == 2
    state_core_rule("virtualization", "VMware", 0, actor=ALICE, reason="合同另有约定")
    assert missing() == 0
    with pytest.raises(Refused):
        state_core_rule("virtualization", "", 16, actor=ALICE, reason=" ")
    with pytest.raises(Refused):
        state_core_rule("virtualization", "", 2000, actor=ALICE, reason="x")


def test_a_set_is_licensed_where_it_stood_on_that_day() -> None:
    holder = unit()
    one = licensed("SQ-1", holder, 16)
    life.expand_set(one, actor=ALICE, on=day("05-01"), cpus=4, reason="扩容")
    life.move_set(one, actor=ALICE, on=day("07-01"), platform="新平台", reason="搬迁")

    def where(on: str) -> list[tuple[str | None, int]]:
        with reading() as db:
            sides = read_sides(db, Asked(day(on)))
            names = dict(db.execute(text("SELECT id, name FROM platform")).all())
        return [(names[p.platform_id], p.issued) for p in positions(sides) if p.platform_id]

    assert where("01-31") == []
    assert where("04-30") == [(PLATFORM, 16)]
    assert where("06-30") == [(PLATFORM, 20)]
    assert where("07-01") == [("新平台", 20)]
