"""Many issuers at one entitlement, one line, one file: a cap holds, a consent is used once, one of many wins."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import func, select

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation import issuing, life
from licensetrack.allocation.consents import ask_consent, confirm_consent
from licensetrack.allocation.models import CapConsent, LicenseSet
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, DomainError, Refused
from licensetrack.handover.handing_out import Wish, issue_directly
from licensetrack.handover.license_files import attach_file
from licensetrack.handover.models import LicenseFile
from licensetrack.handover.receipts import sign_receipt
from licensetrack.procurement.caps import change_cap
from licensetrack.procurement.models import Entitlement
from licensetrack.procurement.queries import entitlement_for
from licensetrack.requests.fulfillment import fulfill_line
from licensetrack.units.models import Unit
from tests.asking import RITA, approved, its_lines
from tests.handover.vendor_files import huawei_dat
from tests.invariants import broken
from tests.races.test_races import at_once, kinds
from tests.trade import ALICE, day, fresh, issued, unit

OLGA = Actor(None, "olga", "Olga", "operator")
THREADS, EACH, CPUS = 16, 250, 7


@pytest.fixture(autouse=True)
def books_right_afterwards(database: object) -> Iterator[None]:
    """Whatever raced: every invariant holds."""
    yield
    assert broken() == []


def bought() -> Entitlement:
    with reading() as db:
        return entitlement_for(db, "virtualization")


def capped(rule: str, cpus: int) -> None:
    change_cap(bought().id, rule=rule, cap_cpus=cpus, cap_sets=None, reason="合同", actor=ALICE)


def issue(number: str, holder: Unit, cpus: int = CPUS) -> object:
    return issuing.issue_set(number, holder, "virtualization", cpus=cpus, on=day("02-01"), actor=ALICE)


@pytest.mark.slow
def test_four_thousand_wishes_at_half_the_supply_leave_none_over_and_nobody_locked_out() -> None:
    holder = unit()
    supply = THREADS * EACH // 2
    capped("hard", supply * CPUS)
    said: Counter[str] = Counter()
    guard, barrier = threading.Lock(), threading.Barrier(THREADS)

    def work(nth: int) -> None:
        barrier.wait()
        mine: Counter[str] = Counter()
        for number in range(EACH):
            try:
                issue(f"SQ-{nth:02}-{number:03}", holder)
                mine["done"] += 1
            except DomainError as error:
                mine[error.message[:40]] += 1
        with guard:
            said.update(mine)

    threads = [threading.Thread(target=work, args=(nth,)) for nth in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {"done": supply, "The entitlement “%(contract)s” is capped"[:40]: supply}
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(LicenseSet)) == supply
    assert (bought().used_sets, bought().used_cpus) == (supply, supply * CPUS)


def test_three_consents_let_three_of_ten_above_a_soft_cap() -> None:
    holder = unit()
    capped("soft", 0)
    for _ in range(3):
        asked = ask_consent(bought().id, sets=1, cpus=CPUS, reason="扩容", actor=OLGA)
        confirm_consent(asked.id, actor=RITA)
    results = at_once(*(partial(issue, f"SQ-{number}", holder) for number in range(10)))
    assert kinds(results) == {"done": 3, "Refused": 7}
    with reading() as db:
        used = db.scalars(select(CapConsent.used_by).where(CapConsent.stage == "used")).all()
    assert len(set(used)) == 3


def test_a_cap_that_comes_while_others_issue_and_expand_holds_from_then_on() -> None:
    holder = unit()
    known = [issued(f"SQ-OLD-{number}", holder, 10) for number in range(4)]
    for round_number in range(4):
        acts = [partial(issue, f"SQ-{round_number}-{number}", holder) for number in range(4)]
        expand = partial(
            life.expand_set, fresh(known[round_number]), actor=ALICE, on=day("03-01"), cpus=5, reason="扩容"
        )
        results = at_once(*acts, expand, partial(capped, "hard", bought().used_cpus + 10))
        assert set(kinds(results)) <= {"done", "Conflict", "Refused"}
        after = bought()
        assert after.cap_rule == "open" or after.used_cpus <= (after.cap_cpus or 0)
        if after.cap_rule == "hard":
            change_cap(after.id, rule="open", cap_cpus=None, cap_sets=None, reason="放开", actor=ALICE)


def test_a_line_is_fulfilled_once_however_many_issue_it() -> None:
    request = approved(unit())
    [line] = its_lines(request)
    results = at_once(*[partial(fulfill_line, line, actor=OLGA, on=day("05-06"))] * 8)
    assert kinds(results) == {"done": 1, "Conflict": 7}
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(LicenseSet)) == 1


def test_numbers_drawn_at_once_are_all_different() -> None:
    holder = unit()
    wish = Wish("virtualization", cpus=4)
    results = at_once(*[partial(issue_directly, holder, wish, actor=OLGA, on=day("05-06"), reason="补录")] * 8)
    assert kinds(results) == {"done": 8}
    with reading() as db:
        numbers = db.scalars(select(LicenseSet.number).order_by(LicenseSet.number)).all()
    assert numbers == [f"SQ-2024-{number:04}" for number in range(1, 9)]


def test_files_attached_at_once_are_numbered_and_one_of_them_is_current() -> None:
    found = issued("SQ-1", unit())
    contents = [huawei_dat(customer="", kind="COMM", until=f"2025-01-{nth:02}") for nth in range(1, 7)]
    results = at_once(
        *(partial(attach_file, found, f"{n}.dat", content, actor=ALICE) for n, content in enumerate(contents))
    )
    assert kinds(results) == {"done": 6}
    same = at_once(*[partial(attach_file, found, "x.dat", huawei_dat(customer="", kind="COMM"), actor=ALICE)] * 5)
    assert kinds(same) == {"done": 1, "Refused": 4}
    with reading() as db:
        rows = db.execute(select(LicenseFile.version, LicenseFile.obsolete_at).order_by(LicenseFile.version)).all()
    assert [version for version, _ in rows] == list(range(1, 8))
    assert [obsolete is None for _, obsolete in rows] == [False] * 6 + [True]


def test_a_file_is_signed_for_once_however_many_sign() -> None:
    found = issued("SQ-1", unit())
    attach_file(found, "a.dat", huawei_dat(customer="", kind="COMM"), actor=ALICE)
    results = at_once(*[partial(sign_receipt, found, actor=ALICE, on=today())] * 8)
    assert kinds(results) == {"done": 1, "Conflict": 7}
    assert all(isinstance(one, Conflict | Refused) for one in results if isinstance(one, DomainError))
