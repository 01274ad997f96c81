"""Many at once: a cap holds, one of two wins, a wish takes effect once, and the books are right afterwards."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import pytest
from sqlalchemy import select, update

from licensetrack.accounts import sessions, users
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.allocation import issuing, life
from licensetrack.allocation.ledger import facts_of, standing_events
from licensetrack.allocation.models import LicenseSet
from licensetrack.core import idempotency
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, DomainError, Refused
from licensetrack.procurement.budgets import BudgetLine, post_entry
from licensetrack.procurement.models import BudgetEntry, Entitlement
from licensetrack.support.models import ServiceOrder
from licensetrack.support.orders import OrderLine, record_orders
from licensetrack.units.directory import UnitEntry, register_unit
from licensetrack.units.models import Unit
from tests.invariants import broken
from tests.trade import ALICE, day, fresh, imported, unit

CAP = 100


@pytest.fixture(autouse=True)
def books_right_afterwards(database: object) -> Iterator[None]:
    """Whatever raced: every invariant holds, the audit chain too."""
    yield
    assert broken() == []


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Runs the acts in threads that start together; what each gave back, or the refusal that it met."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(index: int) -> None:
        barrier.wait()
        try:
            results[index] = acts[index]()
        except DomainError as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def kinds(results: list[object]) -> Counter[str]:
    """How many were done, and how many met which refusal."""
    return Counter(type(one).__name__ if isinstance(one, DomainError) else "done" for one in results)


def issue_seven(number: str, holder: Unit) -> object:
    return issuing.issue_set(number, holder, "virtualization", cpus=7, on=day("02-01"), actor=ALICE)


def test_a_hard_cap_is_never_passed_however_many_issue_at_once() -> None:
    holder = unit()
    with transaction() as db:
        capped = update(Entitlement).where(Entitlement.product == "virtualization")
        db.execute(capped.values(cap_rule="hard", cap_cpus=CAP))
    done: Counter[str] = Counter()
    for round_number in range(3):
        names = [f"SQ-{round_number}-{number}" for number in range(8)]
        done += kinds(at_once(*(partial(issue_seven, name, holder) for name in names)))
    assert done == {"done": CAP // 7, "Conflict": 24 - CAP // 7}
    with reading() as db:
        used = db.scalars(select(Entitlement.used_cpus).where(Entitlement.product == "virtualization")).one()
    assert used == CAP // 7 * 7


ON_ONE_SET: dict[str, Callable[[LicenseSet], object]] = {
    "accept": lambda found: life.accept_import(found, actor=ALICE, on=day("02-20"), evidence="验收单.pdf"),
    "decline": lambda found: life.decline_import(found, actor=ALICE, on=day("02-20"), reason="截图不清"),
    "expand": lambda found: life.expand_set(found, actor=ALICE, on=day("02-20"), cpus=4, reason="扩容"),
    "relocate": lambda found: life.relocate_set(found, other_unit(), actor=ALICE, on=day("02-20"), reason="划转"),
    "return": lambda found: life.return_set(found, actor=ALICE, on=day("02-20"), reason="停用"),
    "correct": lambda found: life.correct_fact(
        found, first_fact(found)._replace(cpus=20), actor=ALICE, reason="录入错误"
    ),
}


def other_unit() -> Unit:
    with reading() as db:
        return db.scalars(select(Unit).where(Unit.code == "SZ0002")).one()


def first_fact(found: LicenseSet) -> Any:
    with reading() as db:
        return facts_of(standing_events(db, found.id))[1000]


def test_of_two_who_act_on_one_set_exactly_one_wins() -> None:
    holder = unit("SZ0001")
    unit("SZ0002")
    for number, pair in enumerate(combinations_with_replacement(ON_ONE_SET, 2)):
        license_set = imported(f"SQ-{number}", holder)
        results = at_once(*(partial(ON_ONE_SET[act], fresh(license_set)) for act in pair))
        assert kinds(results) == {"done": 1, "Conflict": 1}, pair


def test_a_wish_sent_several_times_takes_effect_once_and_is_answered_alike() -> None:
    holder = unit()

    def wish() -> dict[str, Any]:
        with transaction() as db:
            before = idempotency.answered(db, "key-1", "fingerprint")
            if before is not None:
                return before
            issuing.issue_set("SQ-1", holder, "virtualization", cpus=16, on=day("02-01"), actor=ALICE)
            answer = {"number": "SQ-1"}
            idempotency.remember(db, "key-1", answer)
        return answer

    assert at_once(*[wish] * 6) == [{"number": "SQ-1"}] * 6
    assert wish() == {"number": "SQ-1"}
    with pytest.raises(Conflict), transaction() as db:
        idempotency.answered(db, "key-1", "another fingerprint")


def test_one_value_that_exists_once_is_given_once() -> None:
    holder = unit()
    money = BudgetLine("payment", day("03-01"), Decimal("12.50"), "PZ-1")
    order = OrderLine("FW-1", holder.id, holder.district, "巡检", dt.datetime.combine(day("05-06"), dt.time(9)))
    entry = UnitEntry("SZ0009", "同名单位", "公立学校", "福田区")
    for act in (
        lambda: issue_seven("SQ-1", holder),
        lambda: post_entry(money, actor=ALICE),
        lambda: register_unit(entry, actor=ALICE),
    ):
        results = at_once(*[act] * 4)
        assert kinds(results)["done"] == 1
        assert all(isinstance(one, Conflict | Refused) for one in results if isinstance(one, DomainError))
    at_once(*[lambda: record_orders([order], actor=ALICE)] * 4)
    with reading() as db:
        assert len(db.scalars(select(BudgetEntry)).all()) == 1
        assert len(db.scalars(select(ServiceOrder).where(ServiceOrder.superseded_at.is_(None))).all()) == 1


def test_guesses_of_a_password_that_come_all_at_once_are_no_more_than_those_that_come_one_by_one() -> None:
    users.create_user("bob", "Bob", "operator", "correct horse 4", actor=SYSTEM)
    refused = [str(error) for error in at_once(*[lambda: sessions.sign_in("bob", "wrong")] * 12)]
    looked_at = [words for words in refused if words == sessions.WRONG]
    assert (len(looked_at), len(refused)) == (5, 12), "from the sixth on the account is locked"
