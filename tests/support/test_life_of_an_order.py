"""An order's life: who takes which step, which clock runs, and what counts of it on every day and at every instant."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select

from licensetrack.core.clock import now
from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question, Value
from licensetrack.support import handling, limits, settling
from licensetrack.support.asking import Wish, ask_service, attach_paper
from licensetrack.support.limits import Promise, load_year, record_limit, working_days
from licensetrack.support.models import ServiceOrder
from licensetrack.support.moving import steps_of
from licensetrack.support.order_queries import Wanted, late_orders
from licensetrack.support.orders import OrderLine, record_orders
from tests.conftest import Clock
from tests.invariants import broken
from tests.support.people import WISH, asked, engineer, now_is, of_unit, seen_by
from tests.trade import ALICE, accepted, day, unit

pytestmark = pytest.mark.usefixtures("database", "clock")


def at(text: str) -> dt.datetime:
    """`at("12-30 10:00")` is that moment of 2024."""
    return dt.datetime.fromisoformat(f"2024-{text}")


def count(name: str, on: str = "12-31", known_at: dt.datetime | None = None) -> Value:
    with reading() as db:
        return figures(db, Question(day(on), known_at))[f"support.{name}"]


def row(number: str) -> ServiceOrder:
    with reading() as db:
        found = select(ServiceOrder).where(ServiceOrder.number == number, ServiceOrder.superseded_at.is_(None))
        return db.scalars(found).one()


def test_an_order_goes_from_the_units_wish_to_its_mark_and_counts_right_away(clock: Clock) -> None:
    holder, erin = unit(), engineer()
    order = asked(holder)
    assert (order.number, order.stage, count("orders"), count("on_time_rate")) == ("FW-2024-0001", "asked", 1, 0)
    clock.forward(minutes=5)
    order = handling.accept_order(order, actor=ALICE, severity="major")
    order = handling.assign_order(order, actor=ALICE, engineer="erin")
    clock.forward(minutes=10)
    order = handling.answer_order(order, actor=erin, note="已电话联系")
    assert (count("on_time_rate"), order.answer_due, order.restore_due) == (100, at("12-31 09:30"), at("12-31 13:00"))
    clock.forward(hours=1)
    order = handling.arrive_on_site(order, actor=erin)
    order = handling.restore_service(order, actor=erin)
    order = handling.hand_over(order, actor=erin, outcome="已解决", work="重新导入授权文件")
    assert count("satisfaction_rate") is None
    order = settling.confirm_solution(order, actor=of_unit(holder), mark=5, words="及时")
    assert (order.stage, order.mark, count("satisfaction_rate"), count("on_time_rate")) == ("closed", 5, 100, 100)
    found = row(order.number)
    assert (found.kind, found.severity, found.source, found.handler, found.outcome, found.work, found.confirmed_by) == (
        "问题排查解决", "重大", "系统", "甲厂商 Erin", "已解决", "重新导入授权文件", "Bob",
    )  # fmt: skip
    assert (found.limits, found.late) == ("响应30分钟，到场24小时，恢复4小时（7×24）", False)
    assert not broken()


def test_what_was_known_before_a_step_stays_known(clock: Clock) -> None:
    order = handling.accept_order(asked(unit()), actor=ALICE, severity="major")
    before = now()
    clock.forward(minutes=20)
    handling.answer_order(order, actor=ALICE)
    assert (count("on_time_rate"), count("on_time_rate", known_at=before)) == (100, 0)
    assert count("orders", known_at=before - dt.timedelta(days=1)) == 0


def test_an_order_is_on_time_by_its_own_service_level_and_a_ledgers_by_four_hours(clock: Clock) -> None:
    order = handling.accept_order(asked(unit()), actor=ALICE, severity="major")
    clock.forward(minutes=31)
    with pytest.raises(Refused, match="say why"):
        handling.answer_order(order, actor=ALICE)
    handling.answer_order(order, actor=ALICE, late_reason="工程师在途")
    assert (count("on_time_rate"), row(order.number).late, row(order.number).late_reason) == (0, True, "工程师在途")
    with reading() as db:
        of = db.scalars(select(ServiceOrder.unit_id)).first()
    line = OrderLine("FW-2024-0900", of or 0, "福田区", "巡检", at("12-01 09:00"), at("12-01 13:00"))
    record_orders([line], actor=ALICE)
    assert (count("orders"), count("on_time_rate")) == (2, Decimal(50))


def test_the_clock_stands_still_while_the_unit_is_waited_for(clock: Clock) -> None:
    order = handling.accept_order(asked(unit()), actor=ALICE, severity="major")
    order = handling.answer_order(order, actor=ALICE)
    clock.forward(hours=1)
    order = handling.pause_order(order, actor=ALICE, reason="等待单位提供日志")
    assert (order.restore_due, seen_by(ALICE, Wanted(late="late"))) == (None, [])
    clock.forward(hours=30)
    order = handling.resume_order(order, actor=ALICE, reason="日志已提供")
    assert order.restore_due == at("12-31 13:00") + dt.timedelta(hours=30)
    clock.forward(hours=3)
    order = handling.hand_over(order, actor=ALICE, outcome="已解决", work="已修复")
    assert row(order.number).late is False  # nobody was on site, and nobody had to be
    assert not broken()


def test_a_rejected_solution_was_none_and_the_units_time_is_not_the_engineers(clock: Clock) -> None:
    holder = unit()
    order = handling.accept_order(asked(holder), actor=ALICE, severity="major")
    order = handling.hand_over(handling.answer_order(order, actor=ALICE), actor=ALICE, outcome="已解决", work="重启")
    clock.forward(hours=48)
    order = settling.reject_solution(order, actor=of_unit(holder), reason="故障依旧")
    assert (order.stage, order.restored, order.restore_due) == ("working", None, at("12-31 13:00") + dt.timedelta(2))


def test_a_reopened_order_is_not_done_and_its_mark_counts_no_more(clock: Clock) -> None:
    holder = unit()
    order = handling.accept_order(asked(holder), actor=ALICE, severity="minor")
    order = handling.hand_over(handling.answer_order(order, actor=ALICE), actor=ALICE, outcome="已解决", work="修复")
    order = settling.confirm_solution(order, actor=of_unit(holder), mark=4)
    known = now()
    clock.forward(minutes=5)
    order = settling.reopen_order(order, actor=of_unit(holder), reason="再次出现")
    assert (order.stage, order.mark, count("satisfaction_rate")) == ("working", None, None)
    assert count("satisfaction_rate", known_at=known) == 100
    order = handling.hand_over(order, actor=ALICE, outcome="已解决", work="更换补丁")
    settling.confirm_solution(order, actor=of_unit(holder), mark=2, words="反复出现")
    assert (count("satisfaction_rate"), count("orders")) == (0, 1)
    assert not broken()


def test_an_order_that_the_centre_closed_waits_for_the_units_mark() -> None:
    holder = unit()
    order = handling.accept_order(asked(holder), actor=ALICE, severity="minor")
    order = handling.hand_over(handling.answer_order(order, actor=ALICE), actor=ALICE, outcome="已解决", work="修复")
    order = settling.close_order(order, actor=ALICE, reason="单位一周未答复")
    assert (order.stage, count("satisfaction_rate")) == ("closed", None)
    order = settling.rate_service(order, actor=of_unit(holder), mark=4)
    assert (order.mark, count("satisfaction_rate")) == (4, 100)
    with pytest.raises(Refused, match="already"):
        settling.rate_service(order, actor=of_unit(holder), mark=5)


def test_a_cancelled_order_never_was_one_and_stays_readable(clock: Clock) -> None:
    order = asked(unit())
    known = now()
    clock.forward(minutes=1)
    order = settling.cancel_order(order, actor=ALICE, reason="重复报送")
    assert (order.stage, count("orders"), count("orders", known_at=known)) == ("cancelled", 0, 1)
    with reading() as db:
        assert [step.action for step in steps_of(db, order.id)] == ["ask", "cancel"]
    assert not broken()


def test_the_centre_writes_down_what_came_by_phone_and_the_clock_runs_from_then() -> None:
    wish = Wish("emergency", "整个平台不可用", source="phone", raised_by="张三")
    order = asked(unit(), wish, at("12-30 22:00"))
    order = handling.accept_order(order, actor=ALICE, severity="major", moment=at("12-30 22:05"))
    order = handling.answer_order(order, actor=ALICE, moment=at("12-30 22:20"))
    assert (order.answer_due, row(order.number).accepted, count("on_time_rate", "12-30")) == (
        at("12-30 22:30"), at("12-30 22:05"), 100,
    )  # fmt: skip


def test_numbers_go_on_from_those_of_the_ledgers() -> None:
    holder = unit()
    record_orders([OrderLine("FW-2024-0389", holder.id, holder.district, "巡检", at("12-01 09:00"))], actor=ALICE)
    assert [asked(holder).number, asked(holder).number] == ["FW-2024-0390", "FW-2024-0391"]


def test_an_order_is_linked_to_a_set_and_platform_of_its_unit_and_carries_its_papers() -> None:
    holder = unit()
    accepted("SQ-2024-0001", holder)
    wish = Wish("relocation", "整体搬迁", set_number="SQ-2024-0001", extra={"from_site": "旧机房", "level": "高"})
    order = ask_service(holder, wish, actor=of_unit(holder), papers=[("搬迁方案.pdf", b"%PDF-1.7")])
    attach_paper(order, "照片.png", b"\x89PNG\r\n\x1a\n", actor=ALICE)
    assert order.extra == {"from_site": "旧机房"}  # a relocation has no level of a vulnerability
    assert (row(order.number).related, row(order.number).papers) == ("SQ-2024-0001", "搬迁方案.pdf、照片.png")
    assert not broken()


def test_a_service_level_holds_from_its_day_on_and_the_kinds_own_line_before_the_general_one() -> None:
    record_limit("minor", Promise(answer=120), actor=ALICE, valid_from=day("12-31"))
    record_limit("minor", Promise(answer=15), actor=ALICE, valid_from=day("12-01"), kind="emergency")
    holder = unit()
    dues = []
    for kind, received in (("emergency", "12-31 08:00"), ("training", "12-31 08:00"), ("training", "12-30 09:00")):
        wish = Wish(kind, "请协助", source="phone")
        order = handling.accept_order(asked(holder, wish, at(received)), actor=ALICE, severity="minor")
        dues.append(order.answer_due)
    assert dues == [at("12-31 08:15"), at("12-31 10:00"), at("12-30 18:00")]


def test_a_line_of_the_shipped_file_for_a_kind_holds_for_that_kind_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = [
        {"severity": "minor", "kind": "emergency", "answer": 15},
        {"severity": "minor", "answer": 480},
        {"severity": "minor", "kind": "training", "answer": 960},
    ]
    monkeypatch.setattr(limits, "data", lambda: {"limits": shipped})
    with reading() as db:
        promised = {
            kind: limits.promised(db, "minor", kind, day("12-31")).answer
            for kind in ("emergency", "license", "training")
        }
    assert promised == {"emergency": 15, "license": 480, "training": 960}


def test_working_days_of_a_new_year_are_loaded_and_the_last_load_holds() -> None:
    text = 'year = 2026\nsource = "国办发明电〔2025〕7号"\n[holidays]\n"元旦" = ["2026-01-01"]\n'
    with reading() as db:
        assert dt.date(2026, 1, 2) not in working_days(db)
    load_year(text, actor=ALICE)
    with reading() as db:
        assert dt.date(2026, 1, 2) in working_days(db)


def test_late_and_nearly_late_orders_are_told_apart(clock: Clock) -> None:
    holder = unit()
    orders = [
        handling.accept_order(asked(holder, WISH, at(received)), actor=ALICE, severity="serious")
        for received in ("12-31 08:30", "12-31 07:00")
    ]
    with reading() as db:
        assert [case.number for case, _ in late_orders(db, ALICE)] == [orders[1].number]
        assert [case.number for case, _ in late_orders(db, ALICE, soon=True)] == [orders[0].number]
    assert now_is(orders[0]).answer_due == at("12-31 09:30")
