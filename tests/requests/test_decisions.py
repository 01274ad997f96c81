"""The manager decides about the daily work: who reviews, who issues, when a set is idle; nobody overwrites unseen."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from licensetrack.accounts.permissions import Actor
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, Refused
from licensetrack.requests.decisions import Decisions, decide, decisions
from licensetrack.requests.policy import Policy
from tests.asking import ALICE, RITA

pytestmark = pytest.mark.usefixtures("database")
MANAGER = Actor(None, "mia", "Mia", "manager")
USUAL = Decisions(Policy(), False, 90)


def standing() -> Decisions:
    with reading() as db:
        return decisions(db)


def entries() -> list[tuple[str, object, object]]:
    with reading() as db:
        query = select(AuditEntry).where(AuditEntry.tag == "requests:policy:change").order_by(AuditEntry.seq)
        told = [(entry.subject, json.loads(entry.details)) for entry in db.scalars(query)]
        return [(subject, said["old"], said["new"]) for subject, said in told]


def test_what_the_manager_decides_is_recorded_old_and_new_and_nothing_else_is() -> None:
    assert standing() == USUAL
    decide(USUAL._replace(own_fulfillment=True, idle_days=60), actor=MANAGER, seen=USUAL.mark)
    assert standing() == Decisions(Policy(), True, 60)
    assert entries() == [("setting:requests.own_fulfillment", None, True), ("setting:desk.idle_days", None, 60)]
    decide(standing()._replace(idle_days=45), actor=MANAGER)
    assert entries()[2:] == [("setting:desk.idle_days", 60, 45)]
    decide(standing(), actor=MANAGER)
    assert len(entries()) == 3


def test_whoever_saw_what_no_longer_holds_is_told_what_changed() -> None:
    seen = standing().mark
    decide(USUAL._replace(idle_days=30), actor=MANAGER, seen=seen)
    with pytest.raises(Conflict, match="idle was changed by mia"):
        decide(USUAL._replace(own_fulfillment=True), actor=MANAGER, seen=seen)
    decide(standing()._replace(two_people=Policy(every=False)), actor=MANAGER)
    with pytest.raises(Conflict, match="two people decide was changed by mia"):
        decide(USUAL, actor=MANAGER, seen=seen)
    assert standing() == Decisions(Policy(every=False), False, 30)


@pytest.mark.parametrize(
    "wrong",
    [
        USUAL._replace(own_fulfillment=True, idle_days=0),
        USUAL._replace(own_fulfillment=True, idle_days=3651),
        USUAL._replace(own_fulfillment=True, two_people=Policy(False, ("gift",))),
    ],
)
def test_a_decision_that_makes_no_sense_leaves_nothing_behind(wrong: Decisions) -> None:
    with pytest.raises(Refused):
        decide(wrong, actor=MANAGER)
    assert (standing(), entries()) == (USUAL, [])


def test_operators_and_reviewers_do_not_decide() -> None:
    for somebody in (ALICE, RITA):
        with pytest.raises(Forbidden):
            decide(USUAL._replace(idle_days=30), actor=somebody)
    assert standing() == USUAL
