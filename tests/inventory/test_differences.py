"""The life of a difference: found by a run, worked off in the ledger or waived for a time, closed by a later run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.allocation import life
from licensetrack.allocation.models import LedgerEvent
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, Refused
from licensetrack.core.outbox import OutboxMessage
from licensetrack.inventory import differences as verbs
from licensetrack.inventory.models import Difference
from licensetrack.inventory.working_off import Correction, acts_for, bind_event, work_off
from licensetrack.units.models import Unit
from tests.conftest import Clock
from tests.invariants import broken
from tests.inventory.seeing import ROSA, again, compared, licensed, scanned, standing, story, the_one
from tests.trade import ALICE, day, fresh, issued, unit

pytestmark = pytest.mark.usefixtures("database", "clock")
LATER = day("2025-03-31")


@pytest.fixture
def short(database: object, clock: Clock) -> Difference:
    """A platform with 20 CPUs running and 16 licensed."""
    holder = unit()
    licensed("SQ-1", holder, 16)
    scanned(holder, 10, 10)
    compared()
    return the_one()


def the_set(number: str = "SQ-1") -> object:
    from licensetrack.allocation.models import LicenseSet

    with reading() as db:
        found = db.scalars(select(LicenseSet).where(LicenseSet.number == number)).one()
        db.expunge(found)
    return found


def expansion(cpus: int = 4, on: str = "07-02") -> Correction:
    return Correction("expand", day(on), "补足在用数量", cpus=cpus)


PAPER = ("说明.pdf", b"%PDF-1.7")


def test_a_shortage_is_worked_off_by_an_expansion_and_closed_by_the_next_run(short: Difference) -> None:
    assert (short.kind, short.severity, short.quantity, short.ours, short.theirs) == ("quantity", "high", 4, "16", "20")
    done = work_off(short, the_set(), expansion(), actor=ALICE)
    assert done.stage == "worked_off"
    assert the_set().issued_cpus == 20
    compared("07-02")
    assert again(short).stage == "closed"
    assert story(short) == ["find", "work_off", "close"]
    with reading() as db:
        tags = list(db.scalars(select(OutboxMessage.tag)))
        key = db.scalars(select(LedgerEvent.key).where(LedgerEvent.action == "expand")).one()
        from licensetrack.inventory.queries import steps

        assert steps(db, short.id)[1].operation == key
    assert [tag for tag in tags if tag.startswith("inventory")] == [
        "inventory:scan:record", "inventory:difference:find", "inventory:run:make", "inventory:difference:work_off",
        "inventory:difference:close", "inventory:run:make",
    ]  # fmt: skip
    assert broken() == []


def test_a_correction_that_did_not_help_opens_the_difference_again(short: Difference) -> None:
    work_off(short, the_set(), expansion(2), actor=ALICE)
    compared("07-02")
    left = again(short)
    assert (left.stage, left.quantity) == ("open", 2)
    assert story(short) == ["find", "work_off", "reopen"]
    work_off(left, the_set(), expansion(2), actor=ALICE)
    compared("07-03")
    assert again(short).stage == "closed"
    assert broken() == []


def test_a_run_of_a_day_before_the_correction_counts_does_not_open_it_again(short: Difference) -> None:
    work_off(short, the_set(), expansion(on="08-01"), actor=ALICE)
    compared("07-15")
    assert again(short).stage == "worked_off"
    compared("08-01")
    assert again(short).stage == "closed"


def test_a_run_between_says_what_it_sees_and_the_correction_still_waits_for_its_day(short: Difference) -> None:
    work_off(short, the_set(), expansion(on="08-01"), actor=ALICE)
    with reading() as db:
        holder = db.get_one(Unit, short.unit_id)
    scanned(holder, 10, 20, on="07-10")
    compared("07-15")
    seen = again(short)
    assert (seen.stage, seen.ours, seen.theirs, seen.quantity) == ("worked_off", "16", "30", 14)
    assert seen.facts["needed"] == 30
    compared("07-16")
    assert story(short) == ["find", "work_off", "change"]
    compared("08-01")
    assert (again(short).stage, again(short).quantity) == ("open", 10)
    assert broken() == []


def test_who_comes_second_is_told_and_leaves_nothing(short: Difference) -> None:
    seen_set = the_set()
    work_off(short, the_set(), expansion(), actor=ALICE, seen=short.revision)
    with pytest.raises(Conflict):
        work_off(short, seen_set, expansion(), actor=ALICE, seen=short.revision, seen_set=seen_set.version)
    with pytest.raises((Conflict, Refused)):
        work_off(short, the_set(), expansion(), actor=ALICE, seen=short.revision)
    assert the_set().issued_cpus == 20
    assert broken() == []


def test_idle_cpus_are_given_back(short: Difference) -> None:
    holder = unit("SZ0002")
    licensed("SQ-2", holder, 16)
    scanned(holder, 4)
    compared()
    [idle] = [one for one in standing() if one.quantity < 0]
    assert acts_for(idle) == ("shrink", "return")
    with pytest.raises(Refused):
        work_off(idle, the_set("SQ-2"), Correction("expand", day("07-02"), "错", cpus=4), actor=ALICE)
    with pytest.raises(Refused) as refused:
        work_off(idle, the_set("SQ-2"), Correction("shrink", day("07-02"), "多了", cpus=13), actor=ALICE)
    assert refused.value.field == "cpus"
    work_off(idle, the_set("SQ-2"), Correction("shrink", day("07-02"), "退回闲置", cpus=12), actor=ALICE)
    compared("07-02")
    assert again(idle).stage == "closed"


def test_each_class_has_its_act(clock: Clock) -> None:
    holder, other = unit(), unit("SZ0002")
    licensed("SQ-1", holder, 4, edition="标准版", fingerprint="ESN-1", valid_until="2025-06-30")
    scanned(holder, 4, edition="企业版", fingerprint="ESN-2", valid_until=day("2026-06-30"))
    licensed("SQ-2", other, 4, platform="旧平台")
    scanned(other, 4)
    scanned(other, platform="旧平台")
    compared()
    found = {one.kind: one for one in standing()}
    assert sorted(found) == ["date", "edition", "fingerprint", "only_ours", "only_theirs"]
    on = day("07-02")
    for kind, said in {
        "edition": Correction("upgrade", on, "版本升级", edition="企业版"),
        "fingerprint": Correction("replace_host", on, "换机", fingerprint="ESN-2"),
        "date": Correction("renew", on, "续期", valid_until=day("2026-06-30")),
    }.items():
        work_off(found[kind], the_set(), said, actor=ALICE)
    work_off(found["only_theirs"], the_set("SQ-2"), Correction("move", on, "搬迁"), actor=ALICE)
    compared("07-02")
    assert standing() == []
    assert broken() == []


def test_what_runs_elsewhere_without_a_set_takes_one_over(clock: Clock) -> None:
    holder, other = unit(), unit("SZ0002")
    licensed("SQ-1", holder, 4)
    scanned(other, 4)
    compared()
    found = the_one()
    assert found.kind == "only_theirs"
    with pytest.raises(Refused):
        work_off(found, the_set(), Correction("move", day("07-02"), "搬迁"), actor=ALICE)
    work_off(found, the_set(), Correction("relocate", day("07-02"), "划转", to=other), actor=ALICE)
    compared("07-02")
    assert again(found).stage == "closed"
    assert the_set().unit_id == other.id


def test_what_was_done_in_the_ledger_already_is_bound_to_the_difference(clock: Clock) -> None:
    holder = unit()
    scanned(holder, 4)
    before = issued("SQ-0", holder, 4, details={"platform": "别处"})
    clock.forward(minutes=1)
    compared()
    found = the_one()
    with pytest.raises(Refused):
        bind_event(found, before, actor=ALICE, note="已发放")
    clock.forward(minutes=1)
    licensed("SQ-1", holder, 4)
    bind_event(found, the_set(), actor=ALICE, note="已补发")
    compared("07-02")
    assert again(found).stage == "closed"
    assert broken() == []


def test_a_waiver_wants_a_second_person_or_a_paper(short: Difference) -> None:
    asked = verbs.waive_difference(short, actor=ALICE, until=LATER, reason="测试环境，三月下线")
    assert asked.stage == "asked"
    with pytest.raises(Forbidden):
        verbs.confirm_waiver(asked, actor=Actor(None, "dana", "Dana", "auditor"))
    with pytest.raises(Refused):
        verbs.confirm_waiver(asked, actor=replace(ROSA, login=ALICE.login))
    assert verbs.confirm_waiver(asked, actor=ROSA).stage == "waived"
    assert broken() == []


def test_a_waiver_with_a_paper_stands_at_once_and_one_that_was_declined_does_not(short: Difference) -> None:
    asked = verbs.waive_difference(short, actor=ALICE, until=LATER, reason="测试环境")
    declined = verbs.decline_waiver(asked, actor=ROSA, reason="请补办")
    assert (declined.stage, declined.waived_until) == ("open", None)
    waived = verbs.waive_difference(declined, actor=ALICE, until=LATER, reason="见说明", paper=PAPER)
    assert waived.stage == "waived"
    assert story(short) == ["find", "ask", "decline", "waive"]
    assert broken() == []


def test_a_paper_that_is_none_is_refused_at_its_field(short: Difference) -> None:
    for name, content in [("说明.exe", b"MZ"), ("说明.pdf", b"MZ"), ("说明.pdf", b"")]:
        with pytest.raises(Refused) as refused:
            verbs.waive_difference(short, actor=ALICE, until=LATER, reason="见说明", paper=(name, content))
        assert refused.value.field == "paper"
    assert again(short).stage == "open"


def test_a_waiver_lapses_the_day_after_its_last_and_only_once(short: Difference, clock: Clock) -> None:
    verbs.waive_difference(short, actor=ALICE, until=LATER, reason="见说明", paper=PAPER)
    clock.set("2025-03-31 23:00")
    assert verbs.lapse_waivers() == 0
    clock.set("2025-04-01 00:01")
    assert verbs.lapse_waivers() == 1
    assert verbs.lapse_waivers() == 0
    assert again(short).stage == "open"
    assert story(short)[-1] == "lapse"
    assert broken() == []


def test_a_run_keeps_a_waiver_as_long_as_it_holds_for_what_it_sees(short: Difference, clock: Clock) -> None:
    verbs.waive_difference(short, actor=ALICE, until=LATER, reason="见说明", paper=PAPER)
    compared("07-02")
    assert again(short).stage == "waived"
    with reading() as db:
        holder = db.get_one(Unit, short.unit_id)
    scanned(holder, 30, on="07-03")
    compared("07-03")
    open_again = again(short)
    assert (open_again.stage, open_again.quantity, open_again.waived_until) == ("open", 14, None)


def test_a_waiver_that_is_over_lapses_with_the_run_that_sees_it(short: Difference, clock: Clock) -> None:
    verbs.waive_difference(short, actor=ALICE, until=LATER, reason="见说明", paper=PAPER)
    clock.set("2025-04-02")
    compared("2025-04-01")
    assert again(short).stage == "open"


@pytest.mark.parametrize("until", ["2024-12-31", "2026-01-02"])
def test_a_waiver_holds_until_a_day_to_come_within_a_year(short: Difference, until: str) -> None:
    with pytest.raises(Refused) as refused:
        verbs.waive_difference(short, actor=ALICE, until=day(until), reason="长期")
    assert refused.value.field == "until"
    assert again(short).stage == "open"


def test_an_explanation_stays_with_the_difference(short: Difference) -> None:
    verbs.explain_difference(short, actor=ALICE, note="已电话核实")
    assert again(short).stage == "open"
    with pytest.raises(Refused):
        verbs.explain_difference(again(short), actor=ALICE, note=" ")
    assert story(short) == ["find", "explain"]


def test_what_was_closed_and_comes_again_is_a_new_difference(short: Difference) -> None:
    one = the_set()
    work_off(short, one, expansion(), actor=ALICE)
    compared("07-02")
    life.shrink_set(fresh(one), actor=ALICE, on=day("07-05"), cpus=4, reason="误扩")
    compared("07-05")
    assert the_one().id != short.id
    assert broken() == []


def test_runs_go_forward_and_see_the_whole_city(short: Difference) -> None:
    with pytest.raises(Refused):
        compared("06-30")
    with pytest.raises(Refused):
        compared("2025-01-01")
    from licensetrack.inventory.runs import make_run

    with pytest.raises(Forbidden):
        make_run(day("07-02"), actor=Actor(None, "x", "X", "operator", Scope("district", "福田区")))
    assert again(short).revision == 1


def test_the_same_sides_give_the_same_digest_and_other_sides_another(short: Difference) -> None:
    first, second = compared("07-01"), compared("07-01")
    assert first.digest == second.digest
    life.expand_set(the_set(), actor=ALICE, on=day("07-01"), cpus=1, reason="扩容")
    assert compared("07-01").digest != first.digest
