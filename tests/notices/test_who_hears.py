"""Which act informs whom, act by act, from the outbox; nobody hears of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from licensetrack.accounts import sessions, users
from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.allocation import consents, life
from licensetrack.core import outbox
from licensetrack.core.db import BUSY, reading, transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.outbox import OutboxMessage
from licensetrack.handover.attempts import record_attempt
from licensetrack.handover.certificates import draw_certificate
from licensetrack.notices import telling
from licensetrack.notices.kinds import KINDS
from licensetrack.notices.models import NoticeEvent
from licensetrack.notices.tags import SILENT, TELLERS, Act, Telling
from licensetrack.support import bulletins
from licensetrack.support.bulletin_queries import tasks_of
from licensetrack.support.bulletins import Notice
from licensetrack.units.models import Unit
from tests import trade
from tests.notices.hearing import heard, person

PACKAGE = Path(telling.__file__).parent.parent


def kinds(actor: Actor) -> list[str]:
    """What a person hears of, once the outbox is told."""
    telling.dispatch()
    return [kind for kind, _ in heard(actor)]


@pytest.fixture
def school(database: Engine) -> Unit:
    return trade.unit("SZ0001")


def test_the_unit_hears_what_it_is_given_and_another_does_not(school: Unit, clerk: Actor, stranger: Actor) -> None:
    operator = person("olga", "operator")
    trade.issued("SQ-2024-0001", school)
    assert kinds(clerk) == ["set_issued"]
    assert kinds(stranger) == kinds(operator) == []


def test_an_import_is_heard_of_by_the_other_side(school: Unit, clerk: Actor, stranger: Actor) -> None:
    operator, other = person("olga", "operator"), person("omar", "operator")
    first, second = trade.issued("SQ-2024-0001", school), trade.issued("SQ-2024-0002", school)
    telling.dispatch()
    record_attempt(first, actor=clerk, on=trade.day("02-10"), succeeded=False, reason_code="network", note="不通")
    assert "import_failed" in kinds(operator)
    assert "import_failed" not in kinds(clerk)
    record_attempt(second, actor=operator, on=trade.day("02-10"), succeeded=False, reason_code="network", note="不通")
    assert kinds(clerk).count("import_failed") == 1
    assert kinds(operator).count("import_failed") == kinds(other).count("import_failed") == 1
    assert kinds(stranger) == []


def test_a_certificate_waits_for_the_unit(school: Unit, clerk: Actor) -> None:
    operator = person("olga", "operator")
    found = trade.imported("SQ-2024-0001", school)
    draw_certificate(school, [found], actor=operator)
    assert "certificate_to_sign" in kinds(clerk)
    assert "certificate_to_sign" not in kinds(operator)


def test_what_changes_or_ends_a_set_is_heard_of_by_who_holds_it(school: Unit, clerk: Actor) -> None:
    found = trade.accepted("SQ-2024-0001", school)
    operator = person("olga", "operator")
    life.expand_set(found, actor=operator, on=trade.day("03-01"), cpus=8, reason="扩容")
    life.return_set(trade.fresh(found), actor=operator, on=trade.day("04-01"), reason="停用")
    assert kinds(clerk)[-2:] == ["set_changed", "set_ended"]


def test_a_consent_is_asked_of_those_who_may_give_it_and_answered_to_who_asked(school: Unit) -> None:
    operator, reviewer = person("olga", "operator"), person("rosa", "reviewer")
    with transaction() as db:
        found = trade.issued("SQ-2024-0001", school)
        from licensetrack.procurement.models import Entitlement

        entitlement = db.get_one(Entitlement, found.entitlement_id)
        entitlement.cap_rule, entitlement.cap_cpus = "soft", 10_000
        db.flush()
    asked = consents.ask_consent(found.entitlement_id, sets=1, cpus=8, reason="应急", actor=operator)
    assert kinds(reviewer) == ["cap_consent_asked"]
    consents.confirm_consent(asked.id, actor=reviewer)
    assert kinds(operator)[-1] == "cap_consent_answered"
    assert kinds(reviewer) == ["cap_consent_asked"]


def test_a_locked_account_is_told_once_a_day_to_the_watch_and_to_its_owner(database: Engine) -> None:
    watch, bob, other = person("sec", "security_administrator"), person("bob"), person("sys", "system_administrator")
    for _ in range(7):
        with pytest.raises(Refused):
            sessions.sign_in("bob", "wrong")
    assert kinds(watch) == ["account_locked"]
    assert kinds(bob) == ["own_account_locked"]
    assert kinds(other) == []


def test_an_account_without_a_role_waits_for_the_security_administrator(database: Engine) -> None:
    watch, maker = person("sec", "security_administrator"), person("sys", "system_administrator")
    made = users.create_user("neu", "Neu", "none", "correct horse 42", actor=maker)
    assert kinds(watch) == ["account_without_role"]
    users.grant_role("neu", "auditor", Scope(), actor=watch)
    assert kinds(users.actor_of(made)) == ["own_account_changed"]


def test_a_message_is_told_once_whoever_asks_again(school: Unit, clerk: Actor) -> None:
    trade.issued("SQ-2024-0001", school)
    first = telling.dispatch()
    assert first[1] == 1
    assert telling.dispatch() == (0, 0)
    assert kinds(clerk) == ["set_issued"]


def test_a_message_that_nobody_hears_of_is_handled_too(database: Engine) -> None:
    with transaction() as db:
        outbox.post(db, "handover:file:download", set_id=1, file_id=1)
    assert telling.dispatch() == (1, 0)
    with reading() as db:
        assert all(message.sent_at for message in db.scalars(select(OutboxMessage)))


def test_a_message_that_can_not_be_told_holds_up_no_other(
    school: Unit, clerk: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction() as db:
        outbox.post(db, "allocation:set:issue", set_id=4711)  # there is no such set
    trade.issued("SQ-2024-0001", school)
    with caplog.at_level("CRITICAL"):
        assert kinds(clerk) == ["set_issued"]
    with reading() as db:
        assert db.scalars(select(OutboxMessage.tag).where(OutboxMessage.sent_at.is_(None))).all() == [
            "allocation:set:issue"
        ]


def test_a_message_that_a_room_refuses_or_the_database_can_not_read_holds_up_no_other(
    school: Unit, clerk: Actor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_act: Act) -> list[Telling]:
        raise Refused("There is no such record.")

    def ask_wrongly(act: Act) -> list[Telling]:
        act.db.execute(insert(User).values(id=None, login=None))
        return []

    for tag, teller in (("t:refuse", refuse), ("t:wrong", ask_wrongly)):
        monkeypatch.setitem(TELLERS, tag, teller)
        with transaction() as db:
            outbox.post(db, tag)
    trade.issued("SQ-2024-0001", school)
    with caplog.at_level("CRITICAL"):
        assert kinds(clerk) == ["set_issued"]


def test_while_the_database_is_busy_the_whole_run_is_tried_again(
    school: Unit, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_arguments: object, **_more: object) -> int:
        raise Conflict(BUSY)

    trade.issued("SQ-2024-0001", school)
    with monkeypatch.context() as patched:
        patched.setattr(telling, "post", busy)
        with pytest.raises(Conflict):
            telling.dispatch()
    assert kinds(clerk) == ["set_issued"]


def test_notices_and_the_end_of_their_message_hold_or_fall_together(
    school: Unit, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    trade.issued("SQ-2024-0001", school)
    real = telling.post

    def post_and_die(*arguments: object, **more: object) -> int:
        real(*arguments, **more)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(telling, "post", post_and_die)
        with pytest.raises(KeyboardInterrupt):
            telling.dispatch()
    assert heard(clerk) == []
    assert kinds(clerk) == ["set_issued"]


def test_every_tag_that_the_program_posts_tells_somebody_or_is_meant_to_be_silent() -> None:
    assert not SILENT & set(TELLERS)
    fixed = set()
    for path in PACKAGE.rglob("*.py"):
        fixed |= set(re.findall(r'outbox\.post\(\s*\w+,\s*"([a-z_:]+)"', path.read_text(encoding="utf-8")))
    assert len(fixed) > 5
    assert sorted(fixed - set(TELLERS) - SILENT) == []


def test_every_teller_speaks_of_kinds_that_exist() -> None:
    told = set()
    for path in (PACKAGE / "notices").glob("*_tellers.py"):
        words = set(re.findall(r'"([a-z_]+)"', path.read_text(encoding="utf-8")))
        told |= words & set(KINDS)
    # The others are told of by jobs, too.
    groups = {"requests", "sets", "acceptance", "service", "inventory", "bought", "performance"}
    assert {kind.code for kind in KINDS.values() if kind.group in groups} - told == set()


def test_a_bulletin_is_heard_of_by_its_units_a_report_by_the_centre_and_a_return_by_the_unit(
    school: Unit, clerk: Actor, stranger: Actor
) -> None:
    operator, auditor = person("olga", "operator"), person("otto", "auditor")
    trade.issued("SQ-2024-0001", school)
    notice = Notice("patch", "安全补丁", trade.day("12-20"), trade.day("12-30"), product="virtualization")
    made = bulletins.publish_bulletin(notice, actor=operator)
    assert kinds(clerk) == ["set_issued", "bulletin_task"]
    assert heard(clerk)[-1] == ("bulletin_task", f"bulletin:{made.number}")
    assert kinds(stranger) == kinds(operator) == []
    with reading() as db:
        [(task, _)] = tasks_of(db, made, operator.scope)
        db.expunge(task)
    task = bulletins.report_task(task, actor=clerk, done_on=trade.day("12-29"), result="已安装补丁")
    assert kinds(operator) == ["bulletin_reported"]
    bulletins.return_task(task, actor=operator, reason="截图不清")
    assert kinds(clerk)[-1] == "bulletin_returned"
    with reading() as db:
        event = db.scalars(select(NoticeEvent).order_by(NoticeEvent.id.desc())).first()
    assert event is not None
    assert (event.link, event.told["reason"]) == (f"/bulletins/{made.number}", "截图不清")
    with reading() as db:
        other = db.get_one(Unit, int(stranger.scope.value or 0))
        db.expunge(other)
    bulletins.add_unit(made, other, actor=operator)
    assert kinds(stranger) == ["bulletin_task"]
    assert kinds(operator) == ["bulletin_reported"]
    assert kinds(auditor) == []
