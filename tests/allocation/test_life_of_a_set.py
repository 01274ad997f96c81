"""A licence set from issue to return: what counts after each act, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation import issuing, life
from licensetrack.allocation.ledger import facts_of, standing_events
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, Refused
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question, Value
from licensetrack.procurement.models import Entitlement
from tests.invariants import broken
from tests.trade import ALICE, accepted, day, fresh, imported, issued, unit

pytestmark = pytest.mark.usefixtures("database")


def count(name: str, on: str, known_at: dt.datetime | None = None) -> Value:
    with reading() as db:
        return figures(db, Question(day(on), known_at))[name]


def books_are_right() -> None:
    assert broken() == []


def rows() -> tuple[int, ...]:
    with reading() as db:
        return tuple(
            db.scalar(select(func.count()).select_from(table)) or 0 for table in (LicenseSet, LedgerEvent, AuditEntry)
        )


def test_a_set_counts_at_each_stage_from_the_day_it_reached_it() -> None:
    accepted("SQ-2024-0001", unit(), 16, "02-01", "02-10", "02-20")
    for stage, first in [("issued", "02-01"), ("imported", "02-10"), ("accepted", "02-20")]:
        eve = (day(first) - dt.timedelta(days=1)).isoformat()
        assert (count(f"virtualization.{stage}_cpus", eve), count(f"virtualization.{stage}_cpus", first)) == (0, 16)
    books_are_right()


def test_a_return_takes_the_set_out_of_every_count_from_its_day_on() -> None:
    license_set = accepted("SQ-2024-0001", unit())
    life.return_set(license_set, actor=ALICE, on=day("06-01"), reason="平台停用", change=-16)
    assert [count("virtualization.accepted_cpus", on) for on in ("05-31", "06-01")] == [16, 0]
    assert count("units.served", "06-01") == 0
    books_are_right()


def test_a_relocation_moves_the_count_from_one_unit_to_the_other() -> None:
    giver, taker = unit("SZ0001", district="福田区"), unit("SZ0002", district="南山区")
    license_set = accepted("SQ-2024-0001", giver)
    life.relocate_set(license_set, taker, actor=ALICE, on=day("06-01"), reason="机构职能划转")
    assert fresh(license_set).unit_id == taker.id
    assert count("units.served", "06-01") == 1
    books_are_right()


def test_an_expansion_adds_cpus_and_no_set() -> None:
    license_set = accepted("SQ-2024-0001", unit(), 16)
    life.expand_set(license_set, actor=ALICE, on=day("06-01"), cpus=8, reason="新增宿主机")
    assert (count("virtualization.accepted_cpus", "06-01"), count("virtualization.accepted_sets", "06-01")) == (24, 1)
    books_are_right()


def test_an_expansion_told_late_makes_the_acceptance_after_it_larger() -> None:
    license_set = accepted("SQ-2024-0001", unit(), 16, accept_on="02-20")
    before = now()
    life.expand_set(license_set, actor=ALICE, on=day("02-15"), cpus=4, reason="补录")
    assert count("virtualization.accepted_cpus", "02-20") == 20
    assert count("virtualization.accepted_cpus", "02-20", before) == 16, "as it was known before"
    books_are_right()


def test_a_failed_attempt_told_late_stands_before_the_success_of_the_same_day() -> None:
    license_set = accepted("SQ-2024-0001", unit(), 16, import_on="02-10")
    assert count("import.first_pass_rate", "12-31") == 100
    life.record_failed_import(license_set, actor=ALICE, on=day("02-10"), reason="设备信息码不匹配")
    assert count("import.first_pass_rate", "12-31") == 0
    books_are_right()


def test_a_correction_reverses_and_says_it_right_and_keeps_both() -> None:
    license_set = accepted("SQ-2024-0001", unit(), 16)
    with reading() as db:
        issue = facts_of(standing_events(db, license_set.id))[1000]
    life.correct_fact(license_set, issue._replace(cpus=18), actor=ALICE, reason="录入错误")
    assert count("virtualization.accepted_cpus", "12-31") == 18
    assert fresh(license_set).cpus == 18
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(LedgerEvent)) == 9, (
            "three events, three reversals, three corrections"
        )
    books_are_right()


def test_dropping_a_fact_on_which_others_rest_is_refused_and_leaves_nothing_behind() -> None:
    license_set = accepted("SQ-2024-0001", unit())
    before = rows()
    with pytest.raises(Refused, match="not yet imported"):
        life.drop_fact(license_set, 2000, actor=ALICE, reason="录入错误")
    assert rows() == before


@pytest.mark.parametrize("on", ["2024-01-31", "2999-01-01", "1999-12-31"])
def test_an_import_before_the_issue_or_in_the_future_is_refused(on: str) -> None:
    license_set = issued("SQ-2024-0001", unit(), on="02-01")
    before = rows()
    with pytest.raises(Refused):
        life.record_import(license_set, actor=ALICE, on=day(on))
    assert rows() == before


def test_two_people_with_the_same_set_on_their_screens_do_not_overwrite_each_other() -> None:
    license_set = imported("SQ-2024-0001", unit())
    stale = fresh(license_set)
    life.accept_import(license_set, actor=ALICE, on=day("02-20"), evidence="a.pdf")
    with pytest.raises(Conflict):
        life.decline_import(stale, actor=ALICE, on=day("02-20"), reason="截图不清")
    books_are_right()


def test_an_auditor_changes_nothing() -> None:
    dana = Actor(id=9, login="dana", name="Dana", role="auditor")
    holder = unit()
    before = rows()
    with pytest.raises(Forbidden):
        issuing.issue_set("SQ-2024-0001", holder, "virtualization", cpus=16, on=day("02-01"), actor=dana)
    assert rows() == before


@pytest.mark.parametrize("cpus", [None, 0, -3, 1_000_001])
def test_a_cpu_product_needs_a_sensible_quantity(cpus: int | None) -> None:
    holder = unit()
    before = rows()
    with pytest.raises(Refused):
        issued("SQ-2024-0001", holder, cpus)
    assert rows() == before


def test_a_bms_set_counts_as_a_set_without_cpus() -> None:
    accepted("SQ-2024-0001", unit(), None, product="bms")
    assert (count("bms.accepted_sets", "12-31"), count("bms.accepted_cpus", "12-31")) == (1, 0)
    books_are_right()


def test_a_number_is_given_once() -> None:
    holder = unit()
    issued("SQ-2024-0001", holder)
    with pytest.raises(Refused, match="exists already"):
        issued("SQ-2024-0001", holder)


def test_a_hard_cap_is_not_passed_and_an_open_one_has_no_ceiling() -> None:
    holder = unit()
    with transaction() as db:
        entitlement = db.scalars(select(Entitlement).where(Entitlement.product == "virtualization")).one()
        entitlement.cap_rule, entitlement.cap_cpus = "hard", 20
        db.flush()
    issued("SQ-2024-0001", holder, 16)
    before = rows()
    with pytest.raises(Conflict, match="4 CPUs are free"):
        issued("SQ-2024-0002", holder, 16)
    assert rows() == before
    issued("SQ-2024-0003", holder, 5000, product="cloud_management")
    books_are_right()


def test_a_temporary_set_never_enters_the_counts_and_its_formal_one_counts_once() -> None:
    holder = unit()
    temporary = issued("SQ-2024-0001-T", holder, 16, "01-10", kind="temporary")
    life.supersede_set(temporary, actor=ALICE, on=day("02-01"))
    issued("SQ-2024-0001", holder, 16, "02-01", predecessor="SQ-2024-0001-T")
    assert [count("virtualization.issued_sets", on) for on in ("01-31", "02-01")] == [0, 1]
    books_are_right()


def test_a_declined_acceptance_can_be_imported_again_and_accepted() -> None:
    license_set = imported("SQ-2024-0001", unit(), import_on="02-10")
    life.decline_import(license_set, actor=ALICE, on=day("02-12"), reason="容量不一致")
    life.record_import(license_set, actor=ALICE, on=day("02-14"))
    life.accept_import(license_set, actor=ALICE, on=day("02-15"), evidence="b.pdf")
    assert count("virtualization.accepted_sets", "02-15") == 1
    books_are_right()


def test_a_unit_that_changes_its_district_takes_its_sets_along_from_that_day() -> None:
    holder = unit(district="福田区")
    license_set = accepted("SQ-2024-0001", holder)
    holder.district = "南山区"
    life.reclassify_set(license_set, holder, actor=ALICE, on=day("07-01"))
    books_are_right()
