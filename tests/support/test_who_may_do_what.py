"""Orders refused: by role, by sight, by stage, by time, and to the second of two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.support import handling, settling
from licensetrack.support.asking import Wish, ask_service, attach_paper
from licensetrack.support.limits import Promise, load_year, record_limit, set_firm
from licensetrack.support.orders import OrderLine, record_orders
from tests.support.people import WISH, asked, engineer, now_is, of_unit, seen_by
from tests.trade import ALICE, accepted, day, unit

pytestmark = pytest.mark.usefixtures("database", "clock")
DANA = Actor(None, "dana", "Dana", "auditor")


def written() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_each_sees_the_orders_that_are_his() -> None:
    own, other = unit(), unit("SZ0002", district="南山区")
    erin, finn, gina = engineer(), engineer("finn"), engineer("gina", "乙厂商")
    first, second, third = asked(own), asked(other), asked(own)
    for order, login, firm in ((first, "erin", ""), (second, "", "甲厂商"), (third, "gina", "")):
        taken = handling.accept_order(order, actor=ALICE, severity="minor")
        handling.assign_order(taken, actor=ALICE, engineer=login, firm=firm)
    numbers = {order.number: name for name, order in (("1", first), ("2", second), ("3", third))}
    people = {
        "the unit": of_unit(own), "the other unit": of_unit(other), "erin": erin, "her colleague": finn, "gina": gina,
        "the district": Actor(None, "dora", "Dora", "district_manager", Scope("district", "南山区")), "all": DANA,
    }  # fmt: skip
    assert {who: "".join(numbers[number] for number in seen_by(actor)) for who, actor in people.items()} == {
        "the unit": "13", "the other unit": "2", "erin": "12", "her colleague": "12", "gina": "3",
        "the district": "2", "all": "123",
    }  # fmt: skip
    for actor, order in ((of_unit(other), first), (gina, first), (people["the district"], first)):
        with pytest.raises(NotFound):
            now_is(order, actor)
    with pytest.raises(NotFound):
        handling.answer_order(first, actor=gina)


def test_an_engineer_of_the_firm_takes_the_order_over_by_answering() -> None:
    finn = engineer("finn")
    order = handling.accept_order(asked(unit()), actor=ALICE, severity="minor")
    order = handling.assign_order(order, actor=ALICE, firm="甲厂商")
    assert handling.answer_order(order, actor=finn).engineer_id == finn.id


def test_who_renders_a_service_does_not_grade_it() -> None:
    order = handling.accept_order(asked(unit()), actor=ALICE, severity="minor")
    order = handling.hand_over(handling.answer_order(order, actor=ALICE), actor=ALICE, outcome="已解决", work="修复")
    for act in (
        lambda: settling.confirm_solution(order, actor=ALICE, mark=5),
        lambda: settling.reject_solution(order, actor=ALICE, reason="不行"),
        lambda: settling.confirm_solution(order, actor=DANA, mark=5),
    ):
        with pytest.raises(Forbidden):
            act()


def test_the_second_of_two_who_saw_the_same_is_told_so() -> None:
    order = handling.accept_order(asked(unit()), actor=ALICE, severity="minor")
    handling.answer_order(order, actor=ALICE)
    before = written()
    with pytest.raises(Conflict, match="changed meanwhile"):
        handling.assign_order(order, actor=ALICE, firm="甲厂商")
    with pytest.raises(Conflict):
        settling.cancel_order(now_is(order), actor=ALICE, reason="误报", seen=1)
    assert written() == before


STEPS: dict[str, Callable[[Any], Any]] = {
    "accept": lambda order: handling.accept_order(order, actor=ALICE, severity="minor"),
    "answer": lambda order: handling.answer_order(order, actor=ALICE),
    "hand over": lambda order: handling.hand_over(order, actor=ALICE, outcome="已解决", work="修复"),
    "resume": lambda order: handling.resume_order(order, actor=ALICE, reason="继续"),
    "close": lambda order: settling.close_order(order, actor=ALICE, reason="无人答复"),
    "reopen": lambda order: settling.reopen_order(order, actor=ALICE, reason="再次出现"),
}


@pytest.mark.parametrize("name", [name for name in STEPS if name != "accept"])
def test_a_step_that_does_not_follow_is_refused_and_leaves_nothing(name: str) -> None:
    order = asked(unit())
    before = written()
    with pytest.raises(Refused, match="not possible"):
        STEPS[name](order)
    assert (written(), now_is(order).revision) == (before, 1)


def test_what_is_over_stays_over() -> None:
    order = settling.cancel_order(asked(unit()), actor=ALICE, reason="误报")
    for step in STEPS.values():
        with pytest.raises(Refused):
            step(order)
    with pytest.raises(Conflict):
        attach_paper(order, "日志.txt", b"log", actor=ALICE)


@pytest.mark.parametrize(
    ("moment", "reason"), [("2024-12-31 09:01", "future"), ("2024-12-31 08:00", "before the last step")]
)
def test_steps_run_forward_in_time(moment: str, reason: str) -> None:
    order = asked(unit())
    with pytest.raises(Refused, match=reason) as told:
        handling.accept_order(order, actor=ALICE, severity="minor", moment=dt.datetime.fromisoformat(moment))
    assert told.value.field == "moment"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish("gardening", "浇花"), "kind"),
        (Wish("training", " "), "title"),
        (Wish("training", "长" * 201), "title"),
        (Wish("training", "培训", source="pigeon"), "source"),
        (Wish("training", "培训", source="phone"), "source"),
        (Wish("training", "培训", set_number="SQ-2024-0002"), "set_number"),
        (Wish("training", "培训", platform_id=99), "platform_id"),
        (Wish("relocation", "搬迁", extra={"from_site": "房" * 201}), "from_site"),
    ],
)
def test_a_wish_that_makes_no_sense_is_told_at_its_field(wish: Wish, field: str) -> None:
    own = unit()
    accepted("SQ-2024-0002", unit("SZ0002"))
    before = written()
    with pytest.raises(Refused) as told:
        ask_service(own, wish, actor=of_unit(own))
    assert (told.value.field, written()) == (field, before)


def test_a_unit_asks_for_itself_alone_and_with_papers_that_are_taken() -> None:
    own, other = unit(), unit("SZ0002")
    with pytest.raises(NotFound):
        ask_service(other, WISH, actor=of_unit(own))
    with pytest.raises(Forbidden):
        ask_service(own, WISH, actor=DANA)
    with pytest.raises(Refused) as told:
        ask_service(own, WISH, actor=of_unit(own), papers=[("病毒.exe", b"MZ")])
    assert told.value.field == "papers"


def test_a_ledger_does_not_change_an_order_that_is_handled_here() -> None:
    order = asked(unit())
    line = OrderLine(order.number, order.unit_id, order.district, "巡检", order.received)
    with pytest.raises(Refused, match="handled here"):
        record_orders([line], actor=ALICE)


def test_marks_reasons_and_people_are_checked() -> None:
    holder = unit()
    engineer("gina", "乙厂商")
    order = handling.accept_order(asked(holder), actor=ALICE, severity="minor")
    for act, field in (
        (lambda: handling.grade_order(order, actor=ALICE, severity="minor", reason=" "), "reason"),
        (lambda: handling.grade_order(order, actor=ALICE, severity="huge", reason="影响大"), "severity"),
        (lambda: handling.assign_order(order, actor=ALICE), "engineer"),
        (lambda: handling.assign_order(order, actor=ALICE, engineer="nobody"), "engineer"),
        (lambda: handling.assign_order(order, actor=ALICE, engineer="gina", firm="甲厂商"), "firm"),
    ):
        with pytest.raises(Refused) as told:
            act()
        assert told.value.field == field
    done = handling.hand_over(handling.answer_order(order, actor=ALICE), actor=ALICE, outcome="已解决", work="修复")
    for mark, words, field in ((0, "", "mark"), (6, "", "mark"), (2, "", "words")):
        with pytest.raises(Refused) as told:
            settling.confirm_solution(done, actor=of_unit(holder), mark=mark, words=words)
        assert told.value.field == field


def test_levels_calendars_and_firms_are_the_centres() -> None:
    engineer()
    for act in (
        lambda: record_limit("minor", Promise(answer=5), actor=DANA, valid_from=day("12-31")),
        lambda: load_year("", actor=DANA),
        lambda: set_firm("erin", "乙厂商", actor=DANA),
    ):
        with pytest.raises(Forbidden):
            act()
    record_limit("minor", Promise(answer=5), actor=ALICE, valid_from=day("12-31"))
    for promise, field in (
        (Promise(answer=9), "valid_from"),
        (Promise(), "answer"),
        (Promise(restore=0), "restore"),
        (Promise(answer=5, hours="9-5"), "hours"),
    ):
        with pytest.raises(Refused) as told:
            record_limit("minor", promise, actor=ALICE, valid_from=day("12-31"))
        assert told.value.field == field
