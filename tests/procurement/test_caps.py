"""An entitlement's cap: open, soft with a second person, or hard; changed with a reason, and never slipped past."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.allocation import life
from licensetrack.allocation.consents import ask_consent, confirm_consent, consents, decline_consent, withdraw_consent
from licensetrack.allocation.models import CapConsent, LicenseSet
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.procurement.caps import cap_changes, change_cap
from licensetrack.procurement.models import CapChange, Entitlement
from licensetrack.procurement.queries import entitlement_for
from tests.trade import ALICE, day, fresh, issued, unit

pytestmark = pytest.mark.usefixtures("database")

ROSE = Actor(None, "rose", "Rose", "reviewer")
ANDY = Actor(None, "andy", "Andy", "operator")


def bought(product: str = "virtualization") -> Entitlement:
    with reading() as db:
        return entitlement_for(db, product)


def cap(rule: str, cpus: int | None = None, sets: int | None = None) -> CapChange:
    return change_cap(bought().id, rule=rule, cap_cpus=cpus, cap_sets=sets, reason="合同补充协议", actor=ALICE)


def consent(cpus: int, sets: int = 1, unit_id: int | None = None) -> CapConsent:
    """Asked by Alice, confirmed by Rose."""
    asked = ask_consent(bought().id, sets=sets, cpus=cpus, reason="医院扩容", actor=ALICE, unit_id=unit_id)
    return confirm_consent(asked.id, actor=ROSE)


def test_an_open_entitlement_has_no_ceiling() -> None:
    holder = unit()
    for number in range(3):
        issued(f"SQ-{number}", holder, 999_999)
    assert bought().used_cpus == 2_999_997


def test_a_hard_cap_refuses_issue_and_expansion_alike_and_gives_back_what_returns() -> None:
    cap("hard", cpus=40)
    holder = unit()
    found = issued("SQ-1", holder, 30)
    with pytest.raises(Conflict, match="10 CPUs are free, 11"):
        issued("SQ-2", holder, 11)
    with pytest.raises(Conflict, match="10 CPUs are free, 12"):
        life.expand_set(found, actor=ALICE, on=day("03-01"), cpus=12, reason="扩容")
    life.return_set(fresh(found), actor=ALICE, on=day("03-02"), reason="停用")
    issued("SQ-3", holder, 40)
    with reading() as db:
        assert sorted(db.scalars(select(LicenseSet.number))) == ["SQ-1", "SQ-3"], "a refused issue leaves no set"


def test_above_a_soft_cap_nothing_goes_without_a_second_person() -> None:
    cap("soft", cpus=40)
    holder = unit()
    issued("SQ-1", holder, 40)
    with pytest.raises(Refused, match="second person"):
        issued("SQ-2", holder, 8)
    asked = ask_consent(bought().id, sets=1, cpus=8, reason="医院扩容", actor=ALICE)
    with pytest.raises(Refused, match="second person"):
        issued("SQ-2", holder, 8)
    with pytest.raises(Refused, match="second person"):
        confirm_consent(asked.id, actor=ALICE)
    confirm_consent(asked.id, actor=ROSE)
    found = issued("SQ-2", holder, 8)
    with reading() as db:
        used = db.get_one(CapConsent, asked.id)
        assert (used.stage, used.used_cpus, used.used_sets) == ("used", 8, 1)
        operation = db.scalars(
            select(AuditEntry.operation).where(
                AuditEntry.subject == f"set:{found.number}", AuditEntry.operation.is_not(None)
            )
        ).one()
        assert used.used_by == operation
    with pytest.raises(Refused, match="second person"):
        issued("SQ-3", holder, 8)


def test_a_consent_covers_what_it_says_for_whom_it_says_and_not_the_one_who_gave_it() -> None:
    cap("soft", cpus=10)
    near, far = unit("SZ0001"), unit("SZ0002")
    issued("SQ-0", near, 10)
    consent(8, unit_id=near.id)
    with pytest.raises(Refused):
        issued("SQ-1", near, 9)
    with pytest.raises(Refused):
        issued("SQ-1", far, 8)
    issued("SQ-1", near, 8)
    asked = ask_consent(bought().id, sets=1, cpus=4, reason="另一套", actor=ANDY)
    confirm_consent(asked.id, actor=ALICE)
    with pytest.raises(Refused):
        issued("SQ-2", near, 4)  # by Alice, who confirmed it


def test_an_expansion_goes_through_the_same_door_and_takes_the_smallest_consent_that_suffices() -> None:
    cap("soft", cpus=10)
    found = issued("SQ-1", unit(), 10)
    large, small = consent(50, sets=0), consent(6, sets=0)
    life.expand_set(found, actor=ALICE, on=day("03-01"), cpus=6, reason="扩容")
    with reading() as db:
        stages = {one.id: one.stage for one in consents(db, bought().id)}
    assert stages == {large.id: "confirmed", small.id: "used"}


def test_what_shrinks_or_stays_within_needs_no_consent_and_uses_none() -> None:
    holder = unit()
    found = issued("SQ-1", holder, 30)
    cap("soft", cpus=20)
    kept = consent(30)
    life.shrink_set(found, actor=ALICE, on=day("03-01"), cpus=15, reason="缩容")
    issued("SQ-2", holder, 5)
    issued("SQ-T", holder, 500, kind="temporary")
    with reading() as db:
        assert db.get_one(CapConsent, kept.id).stage == "confirmed"


def test_a_soft_cap_of_sets_is_a_cap_too() -> None:
    cap("soft", sets=1)
    holder = unit()
    issued("SQ-1", holder, 30)
    with pytest.raises(Refused, match="0 sets are free"):
        issued("SQ-2", holder, 1)
    consent(1)
    issued("SQ-2", holder, 1)


def test_a_consent_is_answered_once_and_not_withdrawn_after_its_use() -> None:
    cap("soft", cpus=1)
    asked = ask_consent(bought().id, sets=1, cpus=8, reason="医院扩容", actor=ALICE)
    declined = decline_consent(asked.id, actor=ROSE, reason="年底再议")
    assert (declined.stage, declined.answer, declined.answered_name) == ("declined", "年底再议", "Rose")
    for act in (partial(confirm_consent, actor=ROSE), partial(withdraw_consent, actor=ALICE)):
        with pytest.raises(Conflict):
            act(asked.id)
    gone = withdraw_consent(consent(8).id, actor=ALICE)
    with pytest.raises(Refused):
        issued("SQ-1", unit(), 8)
    assert gone.stage == "withdrawn"
    used = consent(8)
    issued("SQ-1", unit("SZ0002"), 8)
    with pytest.raises(Conflict):
        withdraw_consent(used.id, actor=ALICE)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda: ask_consent(bought().id, sets=1, cpus=8, reason=" ", actor=ALICE), Refused),
        (lambda: ask_consent(bought().id, sets=0, cpus=0, reason="x", actor=ALICE), Refused),
        (lambda: ask_consent(bought().id, sets=-1, cpus=8, reason="x", actor=ALICE), Refused),
        (lambda: ask_consent(bought("bms").id, sets=1, cpus=0, reason="x", actor=ALICE), Refused),
        (lambda: ask_consent(4711, sets=1, cpus=8, reason="x", actor=ALICE), NotFound),
        (lambda: ask_consent(bought().id, sets=1, cpus=8, reason="x", actor=ROSE), Forbidden),
        (lambda: confirm_consent(4711, actor=ROSE), NotFound),
        (lambda: decline_consent(4711, actor=ROSE, reason=""), Refused),
    ],
)
def test_a_wish_that_says_nothing_or_comes_from_the_wrong_person_is_refused(
    act: object, error: type[Exception]
) -> None:
    cap("soft", cpus=1)
    with pytest.raises(error):
        act()  # type: ignore[operator]
    with reading() as db:
        assert consents(db) == []


def test_a_cap_is_changed_with_a_reason_and_its_history_is_kept() -> None:
    issued("SQ-1", unit(), 30)
    first = cap("soft", cpus=100)
    second = change_cap(
        bought().id, rule="hard", cap_cpus=30, cap_sets=None, reason="续签", actor=ANDY, seen=first.id
    )  # fmt: skip
    with reading() as db:
        told = [
            (one.old_rule, one.new_rule, one.new_cpus, one.used_cpus, one.login) for one in cap_changes(db, bought().id)
        ]
    assert told == [("soft", "hard", 30, 30, "andy"), ("open", "soft", 100, 30, "alice")]
    with pytest.raises(Conflict, match="Andy"):
        change_cap(bought().id, rule="open", cap_cpus=None, cap_sets=None, reason="x", actor=ALICE, seen=first.id)
    assert second.id != first.id


@pytest.mark.parametrize(
    ("rule", "cpus", "sets", "field"),
    [("hard", 29, None, "cap_cpus"), ("hard", None, 0, "cap_sets"), ("soft", None, None, "cap_cpus"),
     ("open", 5, None, "rule"), ("never", 5, None, "rule"), ("soft", -1, None, "cap_cpus"),
     ("open", None, None, "rule")],
)  # fmt: skip
def test_a_cap_that_can_not_be_is_refused(rule: str, cpus: int | None, sets: int | None, field: str) -> None:
    issued("SQ-1", unit(), 30)
    with pytest.raises(Refused) as refusal:
        cap(rule, cpus, sets)
    assert refusal.value.field == field
    with reading() as db:
        assert cap_changes(db, bought().id) == []
    assert bought().cap_rule == "open"


def test_a_cap_is_not_changed_by_reviewers_districts_or_without_a_reason() -> None:
    change = partial(change_cap, bought().id, rule="soft", cap_cpus=5, cap_sets=None)
    with pytest.raises(Forbidden):
        change(reason="x", actor=ROSE)
    with pytest.raises(Forbidden):
        change(reason="x", actor=Actor(None, "d", "D", "operator", Scope("district", "福田区")))
    with pytest.raises(Refused):
        change(reason=" ", actor=ALICE)


def test_the_database_itself_keeps_the_history_and_the_two_persons() -> None:
    cap("soft", cpus=5)
    consent(8)
    for change in ("UPDATE cap_change SET reason = 'x'", "DELETE FROM cap_change"):
        with pytest.raises(DatabaseError, match="append-only"), transaction() as db:
            db.execute(text(change))
    for change in ("answered_login = asked_login", "stage = 'used'", "used_cpus = 9", "stage = 'maybe'"):
        with pytest.raises(DatabaseError), transaction() as db:
            db.execute(text(f"UPDATE cap_consent SET {change}"))
