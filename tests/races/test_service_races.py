"""Many work on one order or one bulletin at once: one effect each, everybody else is told, and the books are right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

import pytest
from sqlalchemy import func, select

from licensetrack.accounts.permissions import Actor
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, DomainError, NotFound
from licensetrack.support import bulletins, handling, settling
from licensetrack.support.asking import attach_paper
from licensetrack.support.bulletin_models import Bulletin, BulletinStep, BulletinTask
from licensetrack.support.bulletin_queries import tasks_of
from licensetrack.support.bulletins import Notice
from licensetrack.support.handling_models import ServiceCase
from licensetrack.support.life import limits_words
from licensetrack.support.models import ServiceOrder
from licensetrack.support.moving import steps_of
from tests.invariants import broken
from tests.races.test_races import at_once, kinds
from tests.support.people import asked, engineer, now_is, of_unit
from tests.trade import ALICE, accepted, day, unit

pytestmark = pytest.mark.usefixtures("database", "clock")
PNG = b"\x89PNG\r\n\x1a\n"
CAROL = Actor(None, "carol", "Carol", "operator")


@pytest.fixture(autouse=True)
def books_right_afterwards(database: object) -> Iterator[None]:
    """Whatever raced: every invariant holds, the audit chain too."""
    yield
    assert broken() == []


def with_the_firm(severity: str = "minor") -> ServiceCase:
    """An order that a firm's engineers share."""
    taken = handling.accept_order(asked(unit(f"SZ{next(_codes):04}")), actor=ALICE, severity=severity)
    return handling.assign_order(taken, actor=ALICE, firm="甲厂商")


_codes = iter(range(1, 10_000))


def told(results: list[object]) -> list[str]:
    """What those were told who came too late."""
    return [str(one) for one in results if isinstance(one, DomainError)]


def story(case: ServiceCase) -> list[str]:
    with reading() as db:
        return [step.action for step in steps_of(db, case.id)]


def row(case: ServiceCase) -> ServiceOrder:
    """The row that counts; exactly one stands."""
    with reading() as db:
        query = select(ServiceOrder).where(ServiceOrder.number == case.number, ServiceOrder.superseded_at.is_(None))
        return db.scalars(query).one()


def the_one_who(case: ServiceCase, action: str) -> str:
    with reading() as db:
        [found] = [step.name for step in steps_of(db, case.id) if step.action == action]
    return found


def test_of_two_engineers_who_answer_at_once_one_takes_the_order_over_and_the_other_is_told() -> None:
    people = [engineer("erin"), engineer("emil")]
    for _ in range(4):
        case = with_the_firm()
        results = at_once(*(partial(handling.answer_order, case, actor=one, note="已电话联系") for one in people))
        assert kinds(results) == {"done": 1, "Conflict": 1}
        [words] = told(results)
        assert "changed meanwhile" in words or "busy" in words
        taken = now_is(case)
        assert (taken.stage, taken.revision, story(case)) == ("working", 4, ["ask", "accept", "assign", "answer"])
        assert taken.engineer == the_one_who(case, "answer")
        assert row(case).handler == f"甲厂商 {taken.engineer}"


def test_whatever_two_engineers_do_at_once_each_step_is_taken_once() -> None:
    erin, emil = engineer("erin"), engineer("emil")
    acts: dict[str, Callable[[ServiceCase, Actor], object]] = {
        "arrive": lambda case, actor: handling.arrive_on_site(case, actor=actor),
        "restore": lambda case, actor: handling.restore_service(case, actor=actor),
        "pause": lambda case, actor: handling.pause_order(case, actor=actor, reason="等待日志"),
        "hand_over": lambda case, actor: handling.hand_over(case, actor=actor, outcome="已解决", work="修复"),
    }
    for (first, does), (second, also) in product(acts.items(), repeat=2):
        case = handling.answer_order(with_the_firm(), actor=erin)
        results = at_once(partial(does, case, erin), partial(also, case, emil))
        assert kinds(results) == {"done": 1, "Conflict": 1}, (first, second)
        assert len(story(case)) == now_is(case).revision == 5


def test_an_order_that_two_at_the_centre_assign_at_once_goes_to_one_engineer() -> None:
    for login, firm in (("erin", "甲厂商"), ("emil", "乙厂商")):
        engineer(login, firm)
    for _ in range(4):
        case = handling.accept_order(asked(unit(f"SZ{next(_codes):04}")), actor=ALICE, severity="minor")
        results = at_once(
            partial(handling.assign_order, case, actor=ALICE, engineer="erin"),
            partial(handling.assign_order, case, actor=CAROL, engineer="emil"),
        )
        assert kinds(results) == {"done": 1, "Conflict": 1}
        given = now_is(case)
        by = the_one_who(case, "assign")
        assert (given.engineer, given.firm) == (("Erin", "甲厂商") if by == "Alice" else ("Emil", "乙厂商"))
        assert row(case).handler == f"{given.firm} {given.engineer}"


def test_an_order_that_is_given_to_another_while_it_is_answered_goes_one_way() -> None:
    erin, _ = engineer("erin"), engineer("emil", "乙厂商")
    for _ in range(4):
        case = handling.accept_order(asked(unit(f"SZ{next(_codes):04}")), actor=ALICE, severity="minor")
        case = handling.assign_order(case, actor=ALICE, engineer="erin")
        results = at_once(
            partial(handling.answer_order, case, actor=erin),
            partial(handling.assign_order, case, actor=ALICE, engineer="emil"),
        )
        assert kinds(results)["done"] == 1
        # Who is not assigned any more is told that there is no such order, as always.
        assert all(isinstance(one, Conflict | NotFound) for one in results if isinstance(one, DomainError))
        now = now_is(case)
        assert (now.stage, now.engineer) in {("working", "Erin"), ("accepted", "Emil")}


def test_an_order_that_is_accepted_twice_at_once_keeps_the_limits_of_one_severity() -> None:
    for _ in range(4):
        case = asked(unit(f"SZ{next(_codes):04}"))
        results = at_once(
            partial(handling.accept_order, case, actor=ALICE, severity="major"),
            partial(handling.accept_order, case, actor=CAROL, severity="minor"),
        )
        assert kinds(results) == {"done": 1, "Conflict": 1}
        now = now_is(case)
        assert now.severity == ("major" if the_one_who(case, "accept") == "Alice" else "minor")
        assert now.limits["answer"] == {"major": 30, "minor": 480}[now.severity]
        assert row(case).limits == limits_words(now.limits)


def test_a_mark_that_is_sent_several_times_is_given_once() -> None:
    holder = unit()
    case = handling.answer_order(handling.accept_order(asked(holder), actor=ALICE, severity="minor"), actor=ALICE)
    case = handling.hand_over(case, actor=ALICE, outcome="已解决", work="修复")
    results = at_once(
        *(partial(settling.confirm_solution, case, actor=of_unit(holder), mark=mark) for mark in (3, 4, 5))
    )
    assert kinds(results) == {"done": 1, "Conflict": 2}
    assert row(case).satisfaction == now_is(case).mark


def test_papers_laid_while_the_order_moves_are_all_there_and_change_nothing_else() -> None:
    erin = engineer("erin")
    for nth in range(4):
        case = asked(unit(f"SZ{next(_codes):04}"))
        results = at_once(
            partial(handling.accept_order, case, actor=ALICE, severity="serious"),
            *(partial(attach_paper, case, f"截图{n}.png", PNG + bytes([nth, n]), actor=ALICE) for n in range(3)),
        )
        assert kinds(results) == {"done": 4}
        case = now_is(case)
        results = at_once(
            partial(handling.assign_order, case, actor=ALICE, engineer="erin"),
            *(partial(attach_paper, case, f"日志{n}.png", PNG + bytes([nth, n, n]), actor=ALICE) for n in range(3)),
        )
        assert kinds(results) == {"done": 4}
        found = row(case)
        assert sorted(found.papers.split("、")) == sorted(
            [f"截图{n}.png" for n in range(3)] + [f"日志{n}.png" for n in range(3)]
        )
        assert (found.handler, found.severity, found.limits) == (
            "甲厂商 Erin",
            "严重",
            limits_words(now_is(case).limits),
        )
        assert found.answer_due == now_is(case).answer_due is not None
        assert now_is(case, erin).stage == "accepted"


def made_known(*codes: str) -> Bulletin:
    """A bulletin with a task for each of these units."""
    for code in codes:
        accepted(f"SQ-{code}", unit(code))
    return bulletins.publish_bulletin(
        Notice("patch", "安全补丁", day("12-20"), day("12-30"), product="virtualization"), actor=ALICE
    )


def tasks(bulletin: Bulletin) -> list[BulletinTask]:
    with reading() as db:
        found = [task for task, _ in tasks_of(db, bulletin, ALICE.scope)]
        db.expunge_all()
    return found


def steps_of_task(task: BulletinTask) -> list[str]:
    with reading() as db:
        query = select(BulletinStep.action).where(BulletinStep.task_id == task.id).order_by(BulletinStep.id)
        return list(db.scalars(query))


def test_a_report_that_is_confirmed_and_returned_at_once_goes_one_way() -> None:
    [task] = tasks(made_known("SZ0001"))
    results = at_once(*[partial(bulletins.report_task, task, actor=ALICE, done_on=day("12-29"), result="已安装")] * 4)
    assert kinds(results) == {"done": 1, "Conflict": 3}
    [task] = [one for one in results if isinstance(one, BulletinTask)]
    results = at_once(
        *[partial(bulletins.confirm_task, task, actor=ALICE)] * 2,
        *[partial(bulletins.return_task, task, actor=CAROL, reason="截图不清")] * 2,
    )
    assert kinds(results) == {"done": 1, "Conflict": 3}
    assert steps_of_task(task) in (["report", "confirm"], ["report", "return"])


def test_a_unit_that_two_add_to_a_bulletin_at_once_has_one_task() -> None:
    bulletin, other = made_known("SZ0001"), unit("SZ0002")
    results = at_once(
        *(partial(bulletins.add_unit, bulletin, other, actor=one) for one in (ALICE, CAROL, ALICE, CAROL))
    )
    assert kinds(results) == {"done": 1, "Refused": 3}
    assert [task.unit_id for task in tasks(bulletin)].count(other.id) == 1


def test_bulletins_made_known_at_once_are_numbered_without_a_hole() -> None:
    accepted("SQ-1", unit())
    notice = Notice("patch", "安全补丁", day("12-20"), day("12-30"), product="virtualization")
    assert kinds(at_once(*[partial(bulletins.publish_bulletin, notice, actor=ALICE)] * 6)) == {"done": 6}
    with reading() as db:
        numbers = list(db.scalars(select(Bulletin.number).order_by(Bulletin.number)))
        assert db.scalar(select(func.count()).select_from(BulletinTask)) == 6
    assert numbers == [f"TG-2024-{number:03}" for number in range(1, 7)]
