"""Units over time: merged, split, closed, moved and reopened, with every count right on every day before and after."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from licensetrack.accounts.permissions import SYSTEM, Actor, Scope
from licensetrack.accounts.users import create_user, find_user
from licensetrack.allocation import life, unit_changes
from licensetrack.allocation.fold import Fact
from licensetrack.allocation.holdings import holdings, told_of
from licensetrack.allocation.models import LedgerEvent, LicenseSet, Revocation
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.measures.catalogue import figures
from licensetrack.measures.ledger_sums import split
from licensetrack.measures.question import Question
from licensetrack.units import queries
from licensetrack.units.directory import UnitEntry, entry_of
from licensetrack.units.history import time_line
from licensetrack.units.models import Unit
from tests.invariants import broken
from tests.trade import ALICE, accepted, day, fresh, imported, issued, unit

pytestmark = pytest.mark.usefixtures("database", "clock")
WHY = "机构改革"


def again(one: Unit) -> Unit:
    with reading() as db:
        return queries.unit(db, one.id)


def counted(on: str, dimension: str = "unit_id") -> dict[object, tuple[int, int]]:
    """Unit (or district) → accepted sets and CPUs of virtualization at the end of a day, without the empty ones."""
    with reading() as db:
        parts = split(db, Question(day(on)), dimension)
    found = {part: products.get("virtualization", {}) for part, products in parts.items()}
    return {
        part: (sums["accepted_sets"], sums["accepted_cpus"])
        for part, sums in found.items()
        if sums.get("accepted_sets")
    }


def city(on: str) -> tuple[object, ...]:
    with reading() as db:
        values = figures(db, Question(day(on)))
    return tuple(
        values[name] for name in ("units.served", "virtualization.accepted_sets", "virtualization.accepted_cpus")
    )


def books_are_right() -> bool:
    wrong = broken()
    assert not wrong, wrong
    return True


def two() -> tuple[Unit, Unit]:
    return unit("SZ0001", district="福田区"), unit("SZ0002", district="南山区", category="机关单位")


def fact_of(one: LicenseSet, action: str) -> Fact:
    with reading() as db:
        return next(fact for fact, _ in told_of(db, one.id) if fact.action == action)


class TestAMerger:
    def test_moves_every_set_on_its_day_and_changes_no_total_of_the_city(self) -> None:
        old, new = two()
        accepted("SQ-1", old, 16)
        accepted("SQ-2", old, 8)
        accepted("SQ-3", new, 4)
        issued("SQ-T", old, 2, kind="temporary")
        before = city("12-31")
        moved = unit_changes.merge_unit(old, new, on=day("06-01"), actor=ALICE, reason=WHY)
        assert {one.number for one in moved.sets} == {"SQ-1", "SQ-2", "SQ-T"}
        assert moved.totals() == {"virtualization": (3, 26)}
        assert counted("05-31") == {old.id: (2, 24), new.id: (1, 4)}
        assert counted("06-01") == counted("12-31") == {new.id: (3, 28)}
        assert counted("05-31", "district") == {"福田区": (2, 24), "南山区": (1, 4)}
        assert counted("06-01", "district") == {"南山区": (3, 28)}
        assert counted("06-01", "category") == {"机关单位": (3, 28)}
        assert city("05-31") == before == (2, 3, 28)
        assert city("12-31") == (1, 3, 28)
        gone = again(old)
        assert (gone.stage, gone.ended_on, gone.merged_into_id) == ("merged", day("06-01"), new.id)
        assert books_are_right()

    def test_recorded_late_lets_what_happened_since_happen_at_the_unit_that_took_it_in(self) -> None:
        old, new = two()
        third = unit("SZ0003", district="罗湖区")
        grown = accepted("SQ-1", old, 16)
        life.expand_set(grown, actor=ALICE, on=day("07-01"), cpus=4, reason="扩容")
        left = accepted("SQ-2", old, 8)
        life.relocate_set(left, third, actor=ALICE, on=day("08-01"), reason="划转")
        back = accepted("SQ-3", old, 2)
        life.return_set(back, actor=ALICE, on=day("09-01"), reason="停用")
        before = [city(on) for on in ("03-01", "07-01", "08-01", "12-31")]
        unit_changes.merge_unit(old, new, on=day("05-01"), actor=ALICE, reason=WHY)
        assert counted("04-30") == {old.id: (3, 26)}
        assert counted("05-01") == {new.id: (3, 26)}
        assert counted("07-01") == {new.id: (3, 30)}
        assert counted("08-01") == {new.id: (2, 22), third.id: (1, 8)}
        assert counted("12-31") == {new.id: (1, 20), third.id: (1, 8)}
        assert [city(on) for on in ("03-01", "07-01", "08-01", "12-31")] == before
        assert books_are_right()

    def test_taken_back_leaves_every_day_as_it_was(self) -> None:
        old, new = two()
        accepted("SQ-1", old, 16)
        later = imported("SQ-2", old, 8)
        days = ("03-01", "06-01", "07-15", "12-31")
        before = [counted(on) for on in days]
        unit_changes.merge_unit(old, new, on=day("06-01"), actor=ALICE, reason=WHY)
        life.accept_import(fresh(later), actor=ALICE, on=day("07-01"), evidence="a.pdf")
        assert unit_changes.reopen_unit(again(old), actor=ALICE, reason="登记有误") == 2
        reopened = again(old)
        assert (reopened.stage, reopened.ended_on, reopened.merged_into_id) == ("in_use", None, None)
        assert [counted(on) for on in days[:2]] == before[:2]
        assert counted("07-15") == {old.id: (2, 24)}
        with reading() as db:
            [registered, merged] = time_line(db, old.id)
            assert (registered.action, merged.action, merged.stands) == ("register", "merge", False)
            [_, taken] = time_line(db, new.id)
            assert (taken.action, taken.other_id, taken.stands) == ("take_in", old.id, False)
        issued("SQ-4", reopened, on="08-01")
        assert books_are_right()

    def test_followed_by_a_correction_of_a_set_stays_right(self) -> None:
        old, new = two()
        one = accepted("SQ-1", old, 16)
        unit_changes.merge_unit(old, new, on=day("06-01"), actor=ALICE, reason=WHY)
        issue = fact_of(one, "issue")
        life.correct_fact(fresh(one), issue._replace(cpus=20), actor=ALICE, reason="录入错误")
        assert counted("05-31") == {old.id: (1, 20)}
        assert counted("06-01") == {new.id: (1, 20)}
        assert unit_changes.reopen_unit(again(old), actor=ALICE, reason="登记有误") == 1
        assert counted("06-01") == {old.id: (1, 20)}
        assert books_are_right()

    def test_goes_on_where_the_taker_is_merged_itself(self) -> None:
        old, new = two()
        third = unit("SZ0003", district="罗湖区")
        accepted("SQ-1", old, 16)
        unit_changes.merge_unit(old, new, on=day("05-01"), actor=ALICE, reason=WHY)
        unit_changes.merge_unit(again(new), third, on=day("08-01"), actor=ALICE, reason=WHY)
        assert [counted(on) for on in ("04-30", "05-01", "08-01")] == [
            {old.id: (1, 16)}, {new.id: (1, 16)}, {third.id: (1, 16)},
        ]  # fmt: skip
        unit_changes.reopen_unit(again(old), actor=ALICE, reason="登记有误")
        assert [counted(on) for on in ("05-01", "08-01")] == [{old.id: (1, 16)}, {third.id: (1, 16)}]
        assert books_are_right()

    def test_leaves_platforms_and_hosts_where_they_are(self) -> None:
        old, new = two()
        details = {"platform": "政务云", "site": "机房A", "fingerprint": "ESN-1"}
        one = issued("SQ-1", old, details=details)
        unit_changes.merge_unit(old, new, on=day("06-01"), actor=ALICE, reason=WHY)
        with reading() as db:
            held = db.get_one(LicenseSet, one.id)
            assert (held.site, held.fingerprint) == ("机房A", "ESN-1")
            [platform] = queries.platforms(db, new.id)
            assert (held.platform_id, platform.name) == (platform.id, "政务云")
            assert db.scalars(select(Revocation)).all() == []
        assert books_are_right()

    def test_ends_the_accounts_of_the_unit(self) -> None:
        old, new = two()
        create_user("bob", "Bob", "unit_user", "correct horse 42", actor=SYSTEM, scope=Scope("unit", str(old.id)))
        create_user("carol", "Carol", "unit_user", "correct horse 42", actor=SYSTEM, scope=Scope("unit", str(new.id)))
        unit_changes.merge_unit(old, new, on=day("06-01"), actor=ALICE, reason=WHY)
        with reading() as db:
            bob, carol = find_user(db, "bob"), find_user(db, "carol")
            assert bob is not None
            assert carol is not None
            assert (bob.active, carol.active) == (False, True)

    def test_is_refused_where_a_set_came_only_later(self) -> None:
        old, new = two()
        accepted("SQ-1", old)
        issued("SQ-2", old, on="07-01")
        with pytest.raises(Refused, match=r"SQ-2 came to .* on 2024-07-01"):
            unit_changes.merge_unit(old, new, on=day("06-01"), actor=ALICE, reason=WHY)
        assert counted("12-31") == {old.id: (1, 16)}
        assert again(old).stage == "in_use"
        unit_changes.merge_unit(again(old), new, on=day("07-01"), actor=ALICE, reason=WHY)
        assert books_are_right()

    def test_is_refused_without_a_reason_into_itself_or_into_what_has_ended(self) -> None:
        old, new = two()
        third = unit("SZ0003")
        accepted("SQ-1", old)
        for into, on, why, word in [
            (new, "06-01", " ", "reason"), (old, "06-01", WHY, "itself"), (new, "2025-02-01", WHY, "future"),
        ]:  # fmt: skip
            with pytest.raises(Refused, match=word):
                unit_changes.merge_unit(again(old), again(into), on=day(on), actor=ALICE, reason=why)
        unit_changes.close_unit(new, on=day("06-01"), actor=ALICE, reason=WHY)
        with pytest.raises(Refused, match="was closed"):
            unit_changes.merge_unit(again(old), again(new), on=day("03-01"), actor=ALICE, reason=WHY)
        unit_changes.merge_unit(again(old), third, on=day("06-01"), actor=ALICE, reason=WHY)
        with pytest.raises(Refused, match="was merged"):
            unit_changes.merge_unit(again(old), third, on=day("07-01"), actor=ALICE, reason=WHY)
        assert books_are_right()

    def test_is_for_those_whose_units_both_are(self) -> None:
        old, new = two()
        local = Actor(None, "eve", "Eve", "operator", Scope("district", "福田区"))
        with pytest.raises(NotFound):
            unit_changes.merge_unit(old, new, on=day("06-01"), actor=local, reason=WHY)
        with pytest.raises(Forbidden):
            unit_changes.merge_unit(old, new, on=day("06-01"), actor=Actor(None, "d", "D", "auditor"), reason=WHY)

    def test_of_a_unit_that_changed_meanwhile_is_a_conflict(self) -> None:
        old, new = two()
        stale = again(old)
        unit_changes.change_unit(
            old, UnitEntry(old.code, old.name, old.category, old.district, contact="李四"), on=day("05-01"), actor=ALICE
        )
        with pytest.raises(Conflict):
            unit_changes.merge_unit(stale, new, on=day("06-01"), actor=ALICE, reason=WHY)
        with pytest.raises(Conflict, match="李四"):
            unit_changes.merge_unit(again(old), new, on=day("06-01"), actor=ALICE, reason=WHY, seen=stale.version)


class TestAUnitThatHasEnded:
    def test_is_given_no_set_from_that_day_on(self) -> None:
        old, new = two()
        other = accepted("SQ-1", new)
        unit_changes.close_unit(old, on=day("06-01"), actor=ALICE, reason=WHY)
        ended = again(old)
        with pytest.raises(Refused, match="was closed on 2024-06-01"):
            issued("SQ-2", ended, on="06-01")
        with pytest.raises(Refused, match="was closed"):
            issued("SQ-2", ended, on="03-01")  # it would be held beyond the end
        for on in ("07-01", "03-01"):
            with pytest.raises(Refused, match="was closed") as refused:
                life.relocate_set(fresh(other), ended, actor=ALICE, on=day(on), reason="划转")
            assert refused.value.field == "to"
        assert books_are_right()

    def test_keeps_what_it_held_before(self) -> None:
        """A correction of days gone by is possible, as long as nothing is held beyond the end."""
        old, new = two()
        one = accepted("SQ-1", old)
        life.relocate_set(one, new, actor=ALICE, on=day("05-01"), reason="划转")
        unit_changes.close_unit(old, on=day("06-01"), actor=ALICE, reason=WHY)
        moved = fact_of(one, "relocate")
        life.correct_fact(fresh(one), moved._replace(on=day("06-01")), actor=ALICE, reason="日期有误")
        assert counted("05-31") == {old.id: (1, 16)}
        with pytest.raises(Refused, match="was closed"):
            life.correct_fact(fresh(one), moved._replace(on=day("06-02")), actor=ALICE, reason="日期有误")
        with pytest.raises(Refused, match="was closed"):
            life.drop_fact(fresh(one), moved.position, actor=ALICE, reason="并未发生")
        assert books_are_right()

    def test_is_not_changed_any_more(self) -> None:
        old, _ = two()
        unit_changes.close_unit(old, on=day("06-01"), actor=ALICE, reason=WHY)
        ended = again(old)
        with pytest.raises(Refused, match="was closed"):
            unit_changes.change_unit(
                ended, UnitEntry(ended.code, ended.name, ended.category, "罗湖区"), on=day("07-01"), actor=ALICE
            )
        with pytest.raises(Refused, match="was closed"):
            unit_changes.close_unit(ended, on=day("07-01"), actor=ALICE, reason=WHY)


class TestClosing:
    def test_returns_the_sets_only_where_that_is_said(self) -> None:
        old, _ = two()
        accepted("SQ-1", old, 16)
        accepted("SQ-2", old, 8)
        with pytest.raises(Refused, match="still holds 2 sets") as refusal:
            unit_changes.close_unit(old, on=day("06-01"), actor=ALICE, reason=WHY)
        assert refusal.value.field == "return_sets"
        unit_changes.close_unit(again(old), on=day("06-01"), actor=ALICE, reason=WHY, return_sets=True)
        assert (counted("05-31"), counted("06-01")) == ({old.id: (2, 24)}, {})
        assert books_are_right()
        assert unit_changes.reopen_unit(again(old), actor=ALICE, reason="登记有误") == 2
        assert counted("12-31") == {old.id: (2, 24)}
        assert books_are_right()

    def test_is_refused_before_the_last_day_of_a_set(self) -> None:
        old, new = two()
        one = accepted("SQ-1", old)
        life.relocate_set(one, new, actor=ALICE, on=day("08-01"), reason="划转")
        with pytest.raises(Refused, match="was held until 2024-08-01"):
            unit_changes.close_unit(old, on=day("06-01"), actor=ALICE, reason=WHY, return_sets=True)
        unit_changes.close_unit(again(old), on=day("08-01"), actor=ALICE, reason=WHY)
        assert books_are_right()

    def test_of_a_unit_in_use_can_not_be_taken_back(self) -> None:
        old, _ = two()
        with pytest.raises(Refused, match="nothing to take back"):
            unit_changes.reopen_unit(old, actor=ALICE, reason="误操作")
        with pytest.raises(Refused, match="reason"):
            unit_changes.reopen_unit(old, actor=ALICE, reason="")


class TestASplit:
    ENTRY = UnitEntry("SZ0009", "新设单位", "事业单位", "罗湖区")

    def test_takes_the_chosen_sets_along(self) -> None:
        old, _ = two()
        accepted("SQ-1", old, 16)
        accepted("SQ-2", old, 8)
        new = unit_changes.split_unit(old, self.ENTRY, ["SQ-2"], on=day("06-01"), actor=ALICE, reason=WHY)
        assert counted("05-31") == {old.id: (2, 24)}
        assert counted("06-01") == {old.id: (1, 16), new.id: (1, 8)}
        assert again(old).stage == "in_use"
        with reading() as db:
            assert [(line.action, line.other_id) for line in time_line(db, old.id)] == [
                ("register", None), ("give_out", new.id),
            ]  # fmt: skip
            assert [(line.action, line.other_id) for line in time_line(db, new.id)] == [("register", old.id)]
        assert books_are_right()

    def test_that_dissolves_the_unit_leaves_nothing_with_it(self) -> None:
        old, _ = two()
        accepted("SQ-1", old, 16)
        accepted("SQ-2", old, 8)
        with pytest.raises(Refused, match="1 sets would be left"):
            unit_changes.split_unit(old, self.ENTRY, ["SQ-2"], on=day("06-01"), actor=ALICE, reason=WHY, dissolve=True)
        with reading() as db:
            assert db.scalar(select(Unit.id).where(Unit.code == "SZ0009")) is None
        new = unit_changes.split_unit(
            again(old), self.ENTRY, ["SQ-1", "SQ-2"], on=day("06-01"), actor=ALICE, reason=WHY, dissolve=True
        )
        assert again(old).stage == "split"
        assert counted("06-01") == {new.id: (2, 24)}
        assert books_are_right()
        assert unit_changes.reopen_unit(again(old), actor=ALICE, reason="登记有误") == 2
        assert counted("06-01") == {old.id: (2, 24)}
        assert books_are_right()

    def test_is_refused_for_a_set_of_another_unit(self) -> None:
        old, other = two()
        accepted("SQ-1", other)
        with pytest.raises(Refused, match="did not hold the set SQ-1"):
            unit_changes.split_unit(old, self.ENTRY, ["SQ-1"], on=day("06-01"), actor=ALICE, reason=WHY)


class TestAMoveToAnotherDistrict:
    def move(self, one: Unit, on: str, **fields: str) -> None:
        entry = UnitEntry(**{**entry_of(one).__dict__, **fields})
        unit_changes.change_unit(one, entry, on=day(on), actor=ALICE)

    def test_takes_the_sets_along_from_its_day(self) -> None:
        old, _ = two()
        accepted("SQ-1", old, 16)
        gone = accepted("SQ-2", old, 8)
        life.return_set(gone, actor=ALICE, on=day("07-01"), reason="停用")
        issued_later = accepted("SQ-3", old, 4, on="06-20", import_on="06-21", accept_on="06-22")
        self.move(again(old), "06-01", district="龙华新区")
        assert counted("05-31", "district") == {"福田区": (2, 24)}
        assert counted("06-01", "district") == {"龙华区": (2, 24)}
        assert counted("06-30", "district") == {"龙华区": (3, 28)}
        assert counted("07-01", "district") == {"龙华区": (2, 20)}
        assert issued_later.number == "SQ-3"
        assert books_are_right()

    def test_is_known_when_a_set_is_recorded_for_a_day_gone_by(self) -> None:
        old, new = two()
        self.move(old, "06-01", district="罗湖区")
        self.move(again(old), "09-01", category="机关单位")
        accepted("SQ-1", again(old), 16)
        other = accepted("SQ-2", new, 8)
        life.relocate_set(other, again(old), actor=ALICE, on=day("07-01"), reason="划转")
        assert counted("05-31", "district") == {"福田区": (1, 16), "南山区": (1, 8)}
        assert counted("06-01", "district") == {"罗湖区": (1, 16), "南山区": (1, 8)}
        assert counted("07-01", "district") == {"罗湖区": (2, 24)}
        assert counted("08-31", "category") == {"公立学校": (2, 24)}
        assert counted("09-01", "category") == {"机关单位": (2, 24)}
        assert books_are_right()

    def test_is_known_to_a_merger_recorded_late(self) -> None:
        old, new = two()
        accepted("SQ-1", old, 16)
        self.move(new, "08-01", district="宝安区")
        unit_changes.merge_unit(again(old), again(new), on=day("06-01"), actor=ALICE, reason=WHY)
        assert [counted(on, "district") for on in ("05-31", "06-01", "08-01")] == [
            {"福田区": (1, 16)}, {"南山区": (1, 16)}, {"宝安区": (1, 16)},
        ]  # fmt: skip
        assert books_are_right()

    def test_changes_nothing_where_only_a_telephone_changes(self) -> None:
        old, _ = two()
        accepted("SQ-1", old)
        with reading() as db:
            before = len(db.scalars(select(LedgerEvent.id)).all())
        self.move(again(old), "06-01", phone="0755")
        with reading() as db:
            assert len(db.scalars(select(LedgerEvent.id)).all()) == before


def test_what_a_unit_held_on_a_day_is_told_with_its_size_of_that_day() -> None:
    old, _ = two()
    one = accepted("SQ-1", old, 16)
    life.expand_set(one, actor=ALICE, on=day("07-01"), cpus=4, reason="扩容")
    issued("SQ-2", old, None, on="08-01", product="bms")
    with reading() as db:
        june, august = holdings(db, old.id, day("06-01")), holdings(db, old.id, day("08-01"))
    assert june.totals() == {"virtualization": (1, 16)}
    assert [held.number for held in june.later] == ["SQ-2"]
    assert august.totals() == {"virtualization": (1, 20), "bms": (1, 0)}
    assert august.sets[0].stay.since == dt.date(2024, 2, 1)
