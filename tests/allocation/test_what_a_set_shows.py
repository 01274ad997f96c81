"""What a set shows follows from its facts in order: hosts, renewals, editions, rooms; also when told late or wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.allocation import issuing, life
from licensetrack.allocation.bulk_posting import BulkPosting, read_sets
from licensetrack.allocation.fold import Fact, Holder
from licensetrack.allocation.ledger import Operation
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.db import transaction
from licensetrack.core.errors import NotFound
from licensetrack.units.models import Unit
from tests.allocation.looking import broken, fact, refused, row
from tests.trade import ALICE, accepted, day, fresh, issued, unit

pytestmark = pytest.mark.usefixtures("database")

AT_ISSUE = {
    "platform": "政务云", "site": "A101", "edition": "标准版", "fingerprint": "ESN-1", "support_end": "2026-12-31",
    "valid_until": "2025-06-30", "license_file": "a.dat", "note": "首批",
}  # fmt: skip


def furnished(number: str = "SQ-1", holder: Unit | None = None) -> LicenseSet:
    """A set that says all there is to say at its issue."""
    return issued(number, holder or unit(), details=AT_ISSUE)


def shows(number: str, **words: Any) -> None:
    """The row shows these words, and what was said at issue otherwise."""
    found, wanted = row(number), {**AT_ISSUE, **words}
    said: Mapping[str, Any] = {name: getattr(found, name) for name in wanted}
    days = {name: value.isoformat() for name, value in said.items() if isinstance(value, dt.date)}
    assert {**said, **days} == wanted
    assert broken() == []


def replaced(license_set: LicenseSet, old: str, new: str, on: str) -> None:
    life.replace_host(license_set, actor=ALICE, on=day(on), old_fingerprint=old, new_fingerprint=new, reason="主板更换")


def test_a_set_shows_at_first_what_its_issue_says() -> None:
    furnished()
    shows("SQ-1")


def test_a_replaced_host_changes_the_fingerprint() -> None:
    replaced(furnished(), "ESN-1", "ESN-2", "05-01")
    shows("SQ-1", fingerprint="ESN-2")


def test_a_replacement_told_late_lies_before_the_later_one() -> None:
    license_set = furnished()
    replaced(license_set, "ESN-1", "ESN-3", "06-01")
    replaced(license_set, "esn-1 ", "ESN-2", "05-01")
    shows("SQ-1", fingerprint="ESN-3")


def test_a_renewal_moves_support_and_validity_apart() -> None:
    license_set = furnished()
    until = dt.date(2026, 6, 30)
    life.renew_set(license_set, actor=ALICE, on=day("05-01"), valid_until=until, reason="续期")
    shows("SQ-1", valid_until="2026-06-30")
    life.renew_set(license_set, actor=ALICE, on=day("06-01"), support_end=dt.date(2027, 12, 31), reason="续保")
    shows("SQ-1", valid_until="2026-06-30", support_end="2027-12-31")


def test_an_upgrade_changes_the_edition() -> None:
    life.upgrade_set(furnished(), actor=ALICE, on=day("05-01"), edition="企业版", reason="升级")
    shows("SQ-1", edition="企业版")


def test_a_move_changes_room_or_platform_and_no_figure() -> None:
    license_set = furnished()
    before = fresh(license_set)
    life.move_set(license_set, actor=ALICE, on=day("05-01"), site="B202", reason="机房搬迁")
    shows("SQ-1", site="B202")
    life.move_set(license_set, actor=ALICE, on=day("06-01"), platform="新政务云", reason="平台整合")
    shows("SQ-1", site="B202", platform="新政务云")
    assert fresh(license_set).issued_cpus == before.issued_cpus


def test_a_set_that_goes_to_another_unit_leaves_platform_and_room_behind() -> None:
    license_set, taker = furnished(), unit("SZ0002")
    life.relocate_set(license_set, taker, actor=ALICE, on=day("05-01"), reason="划转")
    shows("SQ-1", platform=None, site="")


def test_a_relocation_may_say_where_the_set_stands_then() -> None:
    license_set, taker = furnished(), unit("SZ0002")
    life.relocate_set(license_set, taker, actor=ALICE, on=day("05-01"), reason="划转", platform="教育云", site="C303")
    shows("SQ-1", platform="教育云", site="C303")


def test_a_fact_put_right_or_taken_back_shows_what_stands_then() -> None:
    license_set = furnished()
    replaced(license_set, "ESN-1", "ESN-9", "05-01")
    wrong = fact(license_set, "replace_host")
    right = wrong._replace(details={**(wrong.details or {}), "fingerprint": "ESN-2"})
    life.correct_fact(license_set, right, actor=ALICE, reason="指纹抄错")
    shows("SQ-1", fingerprint="ESN-2")
    life.drop_fact(license_set, wrong.position, actor=ALICE, reason="并未更换")
    shows("SQ-1")


def test_an_issue_put_right_does_not_undo_what_came_after() -> None:
    license_set = furnished()
    replaced(license_set, "ESN-1", "ESN-2", "05-01")
    issue = fact(license_set, "issue")
    right = issue._replace(details={**AT_ISSUE, "fingerprint": "ESN-0", "site": "A102"})
    life.correct_fact(license_set, right, actor=ALICE, reason="登记有误")
    shows("SQ-1", fingerprint="ESN-2", site="A102")


def whole_life(holder: Unit, taker: Unit) -> list[Fact]:
    return [
        Fact("issue", day("02-01"), 0, 16, Holder(holder.id, holder.district, holder.category), AT_ISSUE),
        Fact("replace_host", day("03-01"), details={"old_fingerprint": "ESN-1", "fingerprint": "ESN-2"}),
        Fact("upgrade", day("03-02"), details={"edition": "企业版"}),
        Fact("renew", day("03-03"), details={"valid_until": "2026-06-30"}),
        Fact(
            "relocate", day("03-04"), holder=Holder(taker.id, taker.district, taker.category),
            details={"platform": "教育云"},
        ),
        Fact("move", day("03-05"), details={"site": "C303"}),
    ]  # fmt: skip


def test_a_whole_life_that_comes_in_at_once_shows_the_same() -> None:
    facts = whole_life(unit("SZ0001"), unit("SZ0002"))
    with transaction() as db:
        operation = Operation(ALICE)
        issuing.add_sets(db, [issuing.NewSet("SQ-1", "virtualization", "formal", 1, facts)], operation)
        operation.record(db, "exchange:ledger:load", "files")
    shows("SQ-1", fingerprint="ESN-2", edition="企业版", valid_until="2026-06-30", platform="教育云", site="C303")


def test_facts_posted_to_many_sets_at_once_show_the_same() -> None:
    near, far = unit("SZ0001"), unit("SZ0002")
    numbers = ["SQ-1", "SQ-2"]
    for number in numbers:
        furnished(number, near)
    with transaction() as db:
        operation = Operation(ALICE)
        bulk = BulkPosting(db, operation)
        for recorded in read_sets(db, numbers).values():
            bulk.post(recorded, add=whole_life(near, far)[1:], replace=[])
        bulk.write()
        operation.record(db, "exchange:ledger:load", "files")
    for number in numbers:
        shows(number, fingerprint="ESN-2", edition="企业版", valid_until="2026-06-30", platform="教育云", site="C303")


def test_a_set_past_its_validity_is_still_held() -> None:
    life.renew_set(furnished(), actor=ALICE, on=day("02-02"), support_end=dt.date(2027, 1, 1), reason="续保")
    issued("SQ-2", unit("SZ0002"), on="02-01", kind="temporary", details={"valid_until": "2024-05-01"})
    assert (row("SQ-2").stage, row("SQ-2").ended_on) == ("issued", None)


def test_what_can_not_be_is_refused_at_its_field() -> None:
    license_set = furnished()
    ask = {"actor": ALICE, "on": day("05-01"), "reason": "x"}

    def host(old: str, new: str, **more: Any) -> None:
        life.replace_host(license_set, old_fingerprint=old, new_fingerprint=new, **{**ask, **more})

    refused(lambda: host("ESN-7", "ESN-2"), "was “ESN-1”, not “ESN-7”", "old_fingerprint")
    refused(lambda: host("ESN-1", " "), "new host is missing", "new_fingerprint")
    refused(lambda: host("ESN-1", "esn-1"), "of the old one", "new_fingerprint")
    refused(lambda: host("ESN-1", "E" * 81), "too long", "fingerprint")
    refused(lambda: host("ESN-1", "ESN-2", reason=" "), "reason", "reason")
    refused(lambda: host("ESN-1", "ESN-2", on=day("2999-01-01")), "future", "on")
    refused(lambda: life.renew_set(license_set, **ask), "until when", "valid_until")
    early, same = dt.date(2024, 4, 30), dt.date(2025, 6, 30)
    refused(lambda: life.renew_set(license_set, valid_until=early, **ask), "can not end on", "valid_until")
    refused(lambda: life.renew_set(license_set, valid_until=same, **ask), "stands until 2025-06-30", "valid_until")
    refused(lambda: life.renew_set(license_set, support_end=early, **ask), "can not end on", "support_end")
    refused(lambda: life.upgrade_set(license_set, edition="", **ask), "new edition", "edition")
    refused(lambda: life.upgrade_set(license_set, edition="标准 版", **ask), "already", "edition")
    refused(lambda: life.move_set(license_set, **ask), "new platform or the new room", "site")
    refused(lambda: life.move_set(license_set, site="A101", **ask), "already", "site")
    refused(lambda: life.move_set(license_set, platform="政务云", **ask), "already", "platform")
    refused(lambda: life.move_set(license_set, site="室" * 201, **ask), "too long", "site")
    elsewhere = Actor(None, "eve", "Eve", "operator", Scope("district", "罗湖区"))
    with pytest.raises(NotFound):
        life.move_set(license_set, site="B", **{**ask, "actor": elsewhere})
    shows("SQ-1")


def test_a_set_is_not_relocated_to_the_unit_that_holds_it() -> None:
    holder = unit()
    license_set = furnished(holder=holder)
    refused(
        lambda: life.relocate_set(license_set, holder, actor=ALICE, on=day("05-01"), reason="x"), "this very unit", "to"
    )


@pytest.mark.parametrize("stage", ["issued", "imported", "declined"])
def test_a_set_issued_by_mistake_is_voided_and_counts_no_more(stage: str) -> None:
    license_set = furnished()
    if stage != "issued":
        life.record_import(license_set, actor=ALICE, on=day("02-10"))
    if stage == "declined":
        life.decline_import(license_set, actor=ALICE, on=day("02-11"), reason="容量不一致")
    life.void_set(license_set, actor=ALICE, on=day("02-12"), reason="发放有误")
    assert (row("SQ-1").stage, row("SQ-1").ended_on) == ("voided", day("02-12"))
    assert fresh(license_set).issued_cpus == 0
    refused(lambda: life.record_import(license_set, actor=ALICE, on=day("03-01")), "ended on 2024-02-12", "on")
    assert broken() == []


def test_an_accepted_set_is_returned_or_revoked_and_not_voided() -> None:
    license_set = accepted("SQ-1", unit())
    refused(lambda: life.void_set(license_set, actor=ALICE, on=day("05-01"), reason="x"), "not voided", "on")
    refused(lambda: life.void_set(license_set, actor=ALICE, on=day("02-12"), reason="x"), "ended on 2024-02-12", "on")
    refused(lambda: life.void_set(license_set, actor=ALICE, on=day("02-12"), reason=""), "reason", "reason")
