"""What nobody may do with a set, and what a late or corrected fact does to those that follow it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.allocation import issuing, life
from licensetrack.allocation.fold import Fact, Holder
from licensetrack.allocation.ledger import Operation, facts_of, standing_events
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.story import story_of_set
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.core.outbox import OutboxMessage
from licensetrack.measures.catalogue import figures
from licensetrack.measures.ledger_sums import sets_behind, split
from licensetrack.measures.question import Question
from licensetrack.procurement.models import Entitlement
from licensetrack.units.models import Unit
from tests.invariants import broken
from tests.trade import ALICE, accepted, day, fresh, imported, issued, unit

pytestmark = pytest.mark.usefixtures("database")


def rows() -> tuple[int, ...]:
    with reading() as db:
        tables = (LicenseSet, LedgerEvent, AuditEntry, OutboxMessage)
        return tuple(db.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def refused(act: Callable[[], object], words: str) -> None:
    """The act is refused in these words and leaves nothing behind."""
    before = rows()
    with pytest.raises((Refused, Conflict), match=words):
        act()
    assert rows() == before


def books_are_right() -> bool:
    return not broken()


def facts(license_set: LicenseSet) -> dict[int, Fact]:
    with reading() as db:
        return facts_of(standing_events(db, license_set.id))


def in_district(district: str, on: str) -> int:
    with reading() as db:
        parts = split(db, Question(day(on)), "district")
    return parts.get(district, {}).get("virtualization", {}).get("issued_sets", 0)


def test_a_set_ends_once() -> None:
    license_set = issued("SQ-1", unit())
    life.revoke_set(license_set, actor=ALICE, on=day("06-01"), reason="违规使用")
    for act in (
        lambda: life.return_set(license_set, actor=ALICE, on=day("06-02"), reason="x"),
        lambda: life.record_import(license_set, actor=ALICE, on=day("06-02")),
        lambda: life.expand_set(license_set, actor=ALICE, on=day("06-03"), cpus=2, reason="x"),
    ):
        refused(act, "ended on 2024-06-01")


def test_a_return_that_states_another_size_is_refused() -> None:
    license_set = accepted("SQ-1", unit(), 16)
    refused(lambda: life.return_set(license_set, actor=ALICE, on=day("06-01"), reason="停用", change=-8), "16 CPUs")


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_failure_a_decline_a_revocation_and_a_correction_say_why(reason: str) -> None:
    license_set = imported("SQ-1", unit())
    fact = facts(license_set)[1000]
    for act in (
        lambda: life.record_failed_import(license_set, actor=ALICE, on=day("03-01"), reason=reason),
        lambda: life.decline_import(license_set, actor=ALICE, on=day("03-01"), reason=reason),
        lambda: life.revoke_set(license_set, actor=ALICE, on=day("03-01"), reason=reason),
        lambda: life.correct_fact(license_set, fact, actor=ALICE, reason=reason),
        lambda: life.drop_fact(license_set, 2000, actor=ALICE, reason=reason),
    ):
        refused(act, "reason")


@pytest.mark.parametrize("cpus", [0, -4])
def test_an_expansion_adds_and_a_shrinking_takes(cpus: int) -> None:
    license_set = issued("SQ-1", unit(), 16)
    refused(lambda: life.expand_set(license_set, actor=ALICE, on=day("03-01"), cpus=cpus, reason="x"), "does neither")
    refused(lambda: life.shrink_set(license_set, actor=ALICE, on=day("03-01"), cpus=cpus, reason="x"), "does neither")


def test_a_set_keeps_at_least_one_cpu_and_at_most_a_million() -> None:
    license_set = issued("SQ-1", unit(), 16)
    refused(lambda: life.shrink_set(license_set, actor=ALICE, on=day("03-01"), cpus=16, reason="x"), "leave none")
    much = 1_000_000
    refused(lambda: life.expand_set(license_set, actor=ALICE, on=day("03-01"), cpus=much, reason="x"), "not between")


def test_a_product_counted_in_sets_has_no_cpus_to_change() -> None:
    license_set = issued("SQ-1", unit(), None, product="bms")
    refused(lambda: life.expand_set(license_set, actor=ALICE, on=day("03-01"), cpus=4, reason="x"), "no CPUs to change")


@pytest.mark.parametrize("cpus", [None, 0, -5, 1_000_001])
def test_a_correction_can_not_say_what_an_issue_could_not(cpus: int | None) -> None:
    license_set = issued("SQ-1", unit(), 16)
    wrong = facts(license_set)[1000]._replace(cpus=cpus)
    refused(lambda: life.correct_fact(license_set, wrong, actor=ALICE, reason="录入错误"), "CPU quantity")


def test_the_issue_itself_is_not_dropped_and_what_nobody_said_can_not_be_taken_back() -> None:
    license_set = issued("SQ-1", unit())
    refused(lambda: life.drop_fact(license_set, 1000, actor=ALICE, reason="x"), "revoke the set instead")
    refused(lambda: life.drop_fact(license_set, 7777, actor=ALICE, reason="x"), "changed meanwhile")
    never = facts(license_set)[1000]._replace(position=7777)
    refused(lambda: life.correct_fact(license_set, never, actor=ALICE, reason="x"), "changed meanwhile")


def test_a_formal_set_replaces_a_temporary_one_only_when_that_has_ended() -> None:
    holder = unit()
    temporary = issued("SQ-1-T", holder, on="01-10", kind="temporary")
    refused(lambda: issued("SQ-1", holder, predecessor="SQ-1-T"), "SQ-1-T is not")
    refused(lambda: issued("SQ-1", holder, predecessor="SQ-0-T"), "no licence set SQ-0-T")
    life.supersede_set(temporary, actor=ALICE, on=day("02-01"))
    assert issued("SQ-1", holder, predecessor="SQ-1-T").predecessor_id == temporary.id
    refused(lambda: issued("SQ-2", holder, predecessor="SQ-1"), "SQ-1 is not")
    assert books_are_right()


def test_a_hard_cap_on_sets_says_how_many_sets_are_free() -> None:
    holder = unit()
    with transaction() as db:
        entitlement = db.scalars(select(Entitlement).where(Entitlement.product == "bms")).one()
        entitlement.cap_rule, entitlement.cap_sets = "hard", 1
        db.flush()
    first = issued("SQ-1", holder, None, product="bms")
    refused(lambda: issued("SQ-2", holder, None, product="bms"), "0 sets are free, 1 are asked for")
    life.return_set(first, actor=ALICE, on=day("03-01"), reason="停用")
    issued("SQ-2", holder, None, product="bms")
    assert books_are_right()


def test_a_day_beyond_the_calendar_is_refused_also_in_a_correction() -> None:
    license_set = issued("SQ-1", unit())
    fact = facts(license_set)[1000]
    for on, words in [("2999-01-01", "future"), ("1999-12-31", "before the year 2000")]:
        wrong = fact._replace(on=day(on))
        refused(lambda wrong=wrong: life.correct_fact(license_set, wrong, actor=ALICE, reason="x"), words)


def test_a_unit_user_acts_on_the_sets_of_the_own_unit_and_a_district_on_its_own() -> None:
    near, far = unit("SZ0001", district="福田区"), unit("SZ0002", district="南山区")
    mine, theirs = issued("SQ-1", near), issued("SQ-2", far)
    bob = Actor(id=None, login="bob", name="Bob", role="unit_user", scope=Scope("unit", str(near.id)))
    eve = Actor(id=None, login="eve", name="Eve", role="operator", scope=Scope("district", "福田区"))
    before = rows()
    for actor in (bob, eve):
        with pytest.raises(NotFound):
            life.record_import(theirs, actor=actor, on=day("03-01"))
    with pytest.raises(NotFound):
        life.relocate_set(mine, far, actor=eve, on=day("03-01"), reason="x")
    with pytest.raises(NotFound):
        issuing.issue_set("SQ-3", far, "virtualization", cpus=4, on=day("03-01"), actor=eve)
    assert rows() == before
    life.record_import(mine, actor=bob, on=day("03-01"))
    assert fresh(mine).stage == "imported"


def test_a_relocation_told_late_takes_the_set_out_of_the_unit_before_that_moved_to_another_district() -> None:
    giver, taker = unit("SZ0001", district="福田区"), unit("SZ0002", district="罗湖区")
    license_set = issued("SQ-1", giver)
    giver.district = "南山区"
    life.reclassify_set(license_set, giver, actor=ALICE, on=day("07-01"))
    assert [in_district(name, "12-31") for name in ("福田区", "南山区", "罗湖区")] == [0, 1, 0]
    life.relocate_set(license_set, taker, actor=ALICE, on=day("06-01"), reason="补录划转")
    assert [in_district(name, "12-31") for name in ("福田区", "南山区", "罗湖区")] == [0, 0, 1]
    assert fresh(license_set).unit_id == taker.id
    assert books_are_right()


def test_a_set_follows_only_the_unit_that_holds_it() -> None:
    license_set, other = issued("SQ-1", unit("SZ0001")), unit("SZ0002")
    refused(lambda: life.reclassify_set(license_set, other, actor=ALICE, on=day("03-01")), "another unit")


def test_rows_behind_a_figure_show_the_district_and_the_days_of_the_day_asked_for() -> None:
    holder = unit(district="福田区")
    license_set = imported("SQ-1", holder, import_on="02-10")
    life.decline_import(license_set, actor=ALICE, on=day("02-12"), reason="容量不一致")
    life.record_import(license_set, actor=ALICE, on=day("03-01"))
    holder.district = "南山区"
    life.reclassify_set(license_set, holder, actor=ALICE, on=day("07-01"))
    with reading() as db:
        shown = [sets_behind(db, Question(day(on)))[0] for on in ("02-11", "06-30", "07-01")]
    assert [row["district"] for row in shown] == ["福田区", "福田区", "南山区"]
    assert [row["imported_on"] for row in shown] == [day("02-10"), day("03-01"), day("03-01")]


def test_a_new_fact_never_takes_the_place_of_one_that_was_dropped() -> None:
    license_set = issued("SQ-1", unit())
    life.record_import(license_set, actor=ALICE, on=day("02-10"))
    life.drop_fact(license_set, 2000, actor=ALICE, reason="并未发生")
    life.record_import(license_set, actor=ALICE, on=day("02-20"))
    with reading() as db:
        told = story_of_set(db, license_set.id)
    assert [(one.action, str(one.on), one.stands, one.corrects) for one in told] == [
        ("issue", "2024-02-01", True, False),
        ("import", "2024-02-10", False, False),
        ("import", "2024-02-20", True, False),
    ]
    assert books_are_right()


def test_a_story_tells_what_was_said_first_then_what_is_right() -> None:
    giver, taker = unit("SZ0001", name="甲单位"), unit("SZ0002", name="乙单位")
    license_set = issued("SQ-1", giver, 16)
    life.relocate_set(license_set, taker, actor=ALICE, on=day("06-01"), reason="划转")
    life.correct_fact(license_set, facts(license_set)[1000]._replace(cpus=18), actor=ALICE, reason="录入错误")
    with reading() as db:
        told = story_of_set(db, license_set.id)
    assert [(one.action, one.cpus, one.stands, one.corrects) for one in told] == [
        ("issue", 16, False, False), ("issue", 18, True, True),
        ("relocate", None, True, False),
    ], "the relocation says what it said, and only counts anew"  # fmt: skip
    changes = {change.unit: change.deltas["issued_cpus"] for change in told[-1].changes}
    assert changes == {"甲单位": -18, "乙单位": 18}


def test_the_same_correction_twice_changes_nothing_the_second_time() -> None:
    license_set = accepted("SQ-1", unit())
    right = facts(license_set)[1000]._replace(cpus=18)
    life.correct_fact(license_set, right, actor=ALICE, reason="录入错误")
    before = rows()
    life.correct_fact(license_set, right, actor=ALICE, reason="录入错误")
    assert rows() == before


def test_a_predecessor_may_come_in_the_same_batch_and_a_number_may_not_come_twice() -> None:
    holder: Unit = unit()
    at = Holder(holder.id, holder.district, holder.category)
    first = issuing.NewSet("SQ-1-T", "virtualization", "temporary", 1, [
        Fact("issue", day("01-10"), 0, 16, at), Fact("supersede", day("02-01")),
    ])  # fmt: skip
    second = issuing.NewSet("SQ-1", "virtualization", "formal", 1, [Fact("issue", day("02-01"), 0, 16, at)], "SQ-1-T")
    with transaction() as db:
        operation = Operation(ALICE)
        ids = issuing.add_sets(db, [first, second], operation)
        operation.record(db, "exchange:ledger:load", "files")
    with reading() as db:
        assert db.get_one(LicenseSet, ids[1]).predecessor_id == ids[0]
        assert figures(db, Question(day("12-31")))["virtualization.issued_sets"] == 1
    assert books_are_right()

    def again() -> None:
        with transaction() as db:
            issuing.add_sets(db, [second, second], Operation(ALICE))

    refused(again, "twice|exist|same")
