"""Telling what is due: each step once, to those who have to do with it; what ended meanwhile is told no more."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine, select

from licensetrack.accounts.permissions import SYSTEM, Scope
from licensetrack.allocation import life
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import Forbidden
from licensetrack.notices.models import NoticeEvent
from licensetrack.reminders.limits import change_limits
from licensetrack.reminders.models import Reminder
from licensetrack.reminders.queries import page_of_reminders
from licensetrack.reminders.telling import tell_steps
from tests.conftest import Clock
from tests.notices.hearing import heard, number_of, on_their_way, person
from tests.trade import ALICE, day, imported, issued, unit

pytestmark = pytest.mark.usefixtures("clock", "database")


def tell() -> int:
    """How many steps are told today."""
    return tell_steps(today(), actor=SYSTEM).steps


def told() -> list[tuple[str, str, str, int]]:
    """(kind, subject, due on, step) of everything that was told, in order."""
    with reading() as db:
        rows = db.scalars(select(Reminder).order_by(Reminder.id)).all()
    return [(row.kind, row.subject, row.due_on.isoformat(), row.step) for row in rows]


def until(end: str, number: str = "SQ-2024-0001", **more: str) -> None:
    """An accepted set that is valid until a day."""
    made = issued(number, unit(f"SZ{number[-4:]}"), on="2024-02-01", details={"valid_until": end, **more})
    life.record_import(made, actor=ALICE, on=day("02-10"))
    life.accept_import(made, actor=ALICE, on=day("02-20"), evidence="验收单.pdf")


def test_a_step_is_told_once_however_often_the_job_runs(database: Engine) -> None:
    until("2025-01-30")
    assert [tell(), tell()] == [1, 0]
    assert told() == [("validity", "set:SQ-2024-0001", "2025-01-30", 30)]


def test_days_without_a_worker_are_made_up_by_the_latest_step_alone(database: Engine, clock: Clock) -> None:
    until("2025-01-30")
    tell()
    clock.set("2025-01-25 07:00")
    assert [tell(), tell()] == [1, 0]
    assert [step for *_, step in told()] == [30, 7]


def test_validity_and_support_of_a_set_are_told_each_for_itself(database: Engine) -> None:
    until("2025-01-30", support_end="2025-01-07")
    assert tell() == 2
    assert {(kind, step) for kind, _, _, step in told()} == {("validity", 30), ("support", 7)}


def test_a_renewed_set_is_told_anew_and_a_returned_one_no_more(database: Engine, clock: Clock) -> None:
    holder = unit("SZ0009")
    renewed = issued("SQ-1", holder, on="2024-12-20", details={"support_end": "2025-01-07"})
    returned = issued("SQ-2", holder, on="2024-12-20", details={"support_end": "2025-01-07"})
    assert tell() == 2
    life.renew_set(renewed, actor=ALICE, on=day("12-31"), support_end=day("2025-03-31"), reason="续保")
    life.return_set(returned, actor=ALICE, on=day("12-31"), reason="停用")
    clock.set("2025-01-07 07:00")
    assert tell() == 1
    assert told()[-1] == ("support", "set:SQ-1", "2025-03-31", 90)


def test_a_temporary_set_past_its_term_is_a_matter_of_its_own(database: Engine, clock: Clock) -> None:
    issued("SQ-1", unit(), kind="temporary", on="2024-12-20", details={"valid_until": "2024-12-31"})
    tell()
    clock.set("2025-01-01 07:00")
    tell()
    clock.set("2025-01-07 07:00")
    tell()
    assert [(kind, step) for kind, _, _, step in told()] == [("validity", 0), ("temporary", -1), ("temporary", -7)]


def test_what_waits_is_told_when_its_limit_is_over_and_then_every_week(database: Engine, clock: Clock) -> None:
    issued("SQ-1", unit(), on="2024-12-10")
    imported("SQ-2", unit("SZ0002"), on="2024-12-10", import_on="2024-12-20")
    steps = []
    for _ in range(24):
        tell()
        clock.forward(days=1)
    for kind, subject, due_on, step in told():
        steps.append((kind, subject, due_on, step))
    assert steps == [
        ("acceptance", "set:SQ-2", "2025-01-04", 0),
        ("import", "set:SQ-1", "2025-01-09", 0),
        ("acceptance", "set:SQ-2", "2025-01-04", -7),
        ("import", "set:SQ-1", "2025-01-09", -7),
        ("acceptance", "set:SQ-2", "2025-01-04", -14),
        ("import", "set:SQ-1", "2025-01-09", -14),
    ]


def test_another_limit_is_another_due_date(database: Engine) -> None:
    issued("SQ-1", unit(), on="2024-12-10")
    assert tell() == 0
    change_limits({"import": 20}, actor=person("mia", "manager"))
    assert tell() == 1
    with pytest.raises(Forbidden):
        change_limits({"import": 10}, actor=person("bob", "operator"))


def test_a_host_that_was_replaced_starts_a_clock(database: Engine, clock: Clock) -> None:
    made = issued("SQ-1", unit(), on="2024-12-20", details={"fingerprint": "ESN-A"})
    life.record_import(made, actor=ALICE, on=day("12-21"))
    life.accept_import(made, actor=ALICE, on=day("12-22"), evidence="验收单.pdf")
    tell()
    before = told()
    life.replace_host(
        made, actor=ALICE, on=day("12-31"), old_fingerprint="ESN-A", new_fingerprint="ESN-B", reason="主机更换"
    )
    clock.set("2025-01-30 07:00")
    tell()
    assert before == []
    assert told() == [("revocation", "set:SQ-1", "2025-03-01", 30)]


def test_people_hear_what_concerns_them(database: Engine, clock: Clock) -> None:
    school, clinic = unit("SZ0001", district="福田区"), unit("SZ0002", district="南山区")
    uma, una = (
        person(login, "unit_user", Scope("unit", str(place.id))) for login, place in (("uma", school), ("una", clinic))
    )
    fay, ned = person("fay", "district_manager", Scope("district", "福田区")), person("ned", "auditor")
    oli, mia = person("oli", "operator"), person("mia", "manager")
    issued("SQ-1", school, on="2024-12-20", details={"support_end": "2025-01-07"})
    tell()
    kind = [("reminder_support", "set:SQ-1")]
    assert [heard(one) for one in (uma, una, fay, ned, oli, mia)] == [kind, [], kind, [], kind, []]
    clock.set("2025-01-15 07:00")
    tell()
    assert heard(mia) == [("reminder_support_over", "set:SQ-1")]
    with reading() as db:
        assert [row.reminder.step for row in page_of_reminders(db, uma, today()).rows] == [-7, 7]
        assert page_of_reminders(db, una, today()).total == 0
        assert [row.open for row in page_of_reminders(db, mia, today()).rows] == [True]
    assert number_of(mia)


def test_reminders_go_into_the_days_digest(database: Engine) -> None:
    person("oli", "operator", email="oli@centre.example")
    for nth in range(3):
        issued(f"SQ-{nth}", unit(f"SZ000{nth}"), on="2024-12-20", details={"support_end": "2025-01-07"})
    tell()
    assert {(channel, state) for channel, _, state in on_their_way()} == {("mail", "held")}
    assert len(on_their_way()) == 3


def test_a_notice_says_the_day_and_the_days_left(database: Engine) -> None:
    person("oli", "operator")
    issued("SQ-1", unit(), on="2024-12-20", details={"support_end": "2025-01-07"})
    tell()
    with reading() as db:
        event = db.scalars(select(NoticeEvent)).one()
    assert (event.told["due_on"], event.told["days"], event.link) == ("2025-01-07", 7, "/sets/SQ-1")
    assert dt.date.fromisoformat(event.told["due_on"]) - today() == dt.timedelta(days=7)


def test_only_the_program_tells(database: Engine) -> None:
    with pytest.raises(Forbidden):
        tell_steps(today(), actor=person("oli", "operator"))
