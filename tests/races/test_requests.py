"""Many review one request at once: one effect, and everybody else is told by whom; numbers have no hole."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import func, select

from licensetrack.accounts.permissions import Actor
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict
from licensetrack.requests.drafting import keep_draft, submit_request
from licensetrack.requests.models import LicenseRequest, RequestEvent, RequestLine
from licensetrack.requests.moving import settle_line
from licensetrack.requests.reviewing import accept_request, approve_request, return_request, withdraw_request
from tests.asking import ALICE, approved, bob, drafted, its_lines, line, submitted, taken_on, typed
from tests.invariants import broken
from tests.races.test_races import at_once, kinds
from tests.trade import day, unit


@pytest.fixture(autouse=True)
def books_right_afterwards(database: object) -> Iterator[None]:
    """Whatever raced: every invariant holds."""
    yield
    assert broken() == []


def reviewer(number: int) -> Actor:
    return Actor(None, f"reviewer-{number}", f"Reviewer {number}", "reviewer")


def test_of_fifty_approvals_at_once_one_takes_effect() -> None:
    request = taken_on(unit(), line(key="a"))
    acts = [
        partial(approve_request, request, actor=reviewer(number), seen=3, grants={"a": 1 + number % 16})
        for number in range(50)
    ]
    results = at_once(*acts)
    assert kinds(results) == {"done": 1, "Conflict": 49}
    told = {str(one) for one in results if isinstance(one, Conflict)}
    assert all("approved by Reviewer" in words or "busy" in words for words in told)
    with reading() as db:
        approvals = db.scalars(select(RequestEvent).where(RequestEvent.action == "approve")).all()
        assert len(approvals) == 1
        granted = db.scalars(select(RequestLine.cpus_granted)).one()
    assert granted == 1 + int(approvals[0].login.split("-")[1]) % 16


def test_of_an_approval_a_return_and_a_withdrawal_exactly_one_wins() -> None:
    holder = unit()
    for number in range(4):
        request = taken_on(holder, line(fingerprint=f"E{number}"))
        results = at_once(
            partial(approve_request, request, actor=reviewer(1), seen=3),
            partial(return_request, request, actor=reviewer(2), note="补正", seen=3),
            partial(withdraw_request, request, actor=bob(holder), seen=3),
        )
        assert kinds(results) == {"done": 1, "Conflict": 2}


def test_one_submission_and_one_acceptance_whatever_is_clicked() -> None:
    holder = unit()
    request = drafted(holder)
    assert kinds(at_once(*[partial(submit_request, request, actor=bob(holder))] * 6))["done"] == 1
    accepts = [partial(accept_request, request, actor=reviewer(number)) for number in range(6)]
    assert kinds(at_once(*accepts)) == {"done": 1, "Conflict": 5}


def test_of_two_who_type_at_once_one_is_told_and_nothing_is_lost_silently() -> None:
    holder = unit()
    request = drafted(holder)
    words = ["甲的理由", "乙的理由"]
    acts = [partial(keep_draft, request, typed(reason=text), actor=bob(holder), seen=1) for text in words]
    assert kinds(at_once(*acts)) == {"done": 1, "Conflict": 1}
    with reading() as db:
        kept = db.get_one(LicenseRequest, request.id)
        assert (kept.revision, kept.typed["reason"] in words) == (2, True)


def test_numbers_given_at_once_have_no_hole() -> None:
    holder = unit()
    assert kinds(at_once(*[partial(drafted, holder)] * 12)) == {"done": 12}
    with reading() as db:
        numbers = sorted(int(number[-4:]) for number in db.scalars(select(LicenseRequest.number)))
    assert numbers == list(range(1, 13))


def test_two_who_settle_the_last_two_lines_at_once_leave_a_fulfilled_request() -> None:
    holder = unit()
    for number in range(3):
        request = approved(
            holder, line(key="a", fingerprint=f"A{number}"), line(key="b", platform="二号", fingerprint=f"B{number}")
        )

        def drop(one: RequestLine) -> None:
            with transaction() as db:
                settle_line(db, one, "drop", actor=ALICE, on=day("02-01"))

        assert kinds(at_once(*(partial(drop, one) for one in its_lines(request)))) == {"done": 2}
        with reading() as db:
            assert db.get_one(LicenseRequest, request.id).stage == "fulfilled"
            assert db.scalar(select(func.count()).where(RequestEvent.action == "fulfill")) == number + 1


def test_a_request_is_not_approved_on_lines_that_were_changed_meanwhile() -> None:
    holder = unit()
    request = return_request(submitted(holder), actor=ALICE, note="补正")
    assert kinds(
        at_once(
            partial(submit_request, request, actor=bob(holder), seen=3),
            partial(withdraw_request, request, actor=bob(holder), seen=3),
        )
    ) == {"done": 1, "Conflict": 1}
