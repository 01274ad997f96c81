"""Bulletins: a task for each unit that the ledger tells, reported by the unit, confirmed by the centre."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from licensetrack.allocation import life
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.core.outbox import OutboxMessage
from licensetrack.support import bulletins as verbs
from licensetrack.support.bulletin_models import Bulletin, BulletinTask
from licensetrack.support.bulletin_queries import page_of_completions, tasks_of, waiting_tasks
from licensetrack.support.bulletins import Notice, bulletin_of
from tests.invariants import broken
from tests.support.people import of_unit
from tests.trade import ALICE, accepted, day, issued, unit

pytestmark = pytest.mark.usefixtures("database", "clock")
NOTICE = Notice(
    "vulnerability", "虚拟化软件提权漏洞", day("12-20"), day("12-30"), references="cve-2024-12345，CNVD-2024-00001",
    level="high", found_by="国家漏洞库", product="virtualization",
)  # fmt: skip


def tasks(bulletin: Bulletin) -> dict[str, BulletinTask]:
    """Unit code → its task."""
    with reading() as db:
        found = {holder.code: task for task, holder in tasks_of(db, bulletin, ALICE.scope)}
        db.expunge_all()
    return found


def test_every_unit_that_holds_an_affected_set_gets_one_task() -> None:
    near, far, none = unit(), unit("SZ0002"), unit("SZ0003")
    accepted("SQ-1", near), accepted("SQ-2", near), issued("SQ-3", far)
    accepted("SQ-4", none, None, product="bms")
    gone = accepted("SQ-5", none)
    life.return_set(gone, actor=ALICE, on=day("06-01"), reason="停用")
    made = verbs.publish_bulletin(NOTICE, actor=ALICE)
    assert (made.number, made.references) == ("TG-2024-001", "CVE-2024-12345、CNVD-2024-00001")
    assert {code: task.sets for code, task in tasks(made).items()} == {"SZ0001": ["SQ-1", "SQ-2"], "SZ0002": ["SQ-3"]}


def test_an_edition_narrows_it_and_the_centre_adjusts_what_the_ledger_does_not_know() -> None:
    near, far = unit(), unit("SZ0002")
    issued("SQ-1", near, details={"edition": "企业版"}), issued("SQ-2", far, details={"edition": "标准版"})
    made = verbs.publish_bulletin(replace(NOTICE, edition="企业"), actor=ALICE)
    assert list(tasks(made)) == ["SZ0001"]
    verbs.add_unit(made, far, actor=ALICE)
    with pytest.raises(Refused, match="already"):
        verbs.add_unit(made, far, actor=ALICE)
    verbs.drop_task(tasks(made)["SZ0001"], actor=ALICE, reason="已提前升级")
    with reading() as db:
        [found] = page_of_completions(db, ALICE.scope, day("12-31"), 1)[0]
    assert (found.tasks, found.confirmed, found.overdue) == (1, 0, 1)


def test_a_unit_reports_and_the_centre_confirms_after_the_re_test() -> None:
    holder = unit()
    accepted("SQ-1", holder)
    made = verbs.publish_bulletin(replace(NOTICE, retest=True), actor=ALICE)
    task = verbs.report_task(
        tasks(made)["SZ0001"], actor=of_unit(holder), done_on=day("12-29"), result="已安装补丁",
        papers=[("截图.png", b"\x89PNG\r\n\x1a\n")],
    )  # fmt: skip
    with pytest.raises(Refused) as told:
        verbs.confirm_task(task, actor=ALICE)
    assert told.value.field == "retest"
    task = verbs.return_task(task, actor=ALICE, reason="截图不清")
    assert (task.stage, task.done_on) == ("open", None)
    task = verbs.report_task(task, actor=of_unit(holder), done_on=day("12-29"), result="已安装补丁，截图已更换")
    task = verbs.confirm_task(task, actor=ALICE, retest="复测通过")
    with reading() as db:
        [found] = page_of_completions(db, ALICE.scope, day("12-31"), 1)[0]
        told_of = db.scalars(select(OutboxMessage.tag).where(OutboxMessage.tag.like("support:%"))).all()
    assert (task.stage, found.percent, found.overdue) == ("confirmed", 100, 0)
    assert told_of == [
        "support:bulletin:publish", "support:task:report", "support:task:return", "support:task:report",
        "support:task:confirm",
    ]  # fmt: skip
    assert not broken()


def test_what_was_done_after_the_deadline_is_late_also_when_it_is_confirmed() -> None:
    holder = unit()
    accepted("SQ-1", holder)
    made = verbs.publish_bulletin(NOTICE, actor=ALICE)
    task = verbs.report_task(tasks(made)["SZ0001"], actor=of_unit(holder), done_on=day("12-31"), result="已安装")
    verbs.confirm_task(task, actor=ALICE)
    with reading() as db:
        assert page_of_completions(db, ALICE.scope, day("12-31"), 1)[0][0].overdue == 1


def test_a_unit_sees_its_own_task_alone_and_no_bulletin_of_others() -> None:
    near, far = unit(), unit("SZ0002")
    accepted("SQ-1", near), accepted("SQ-2", far)
    both = verbs.publish_bulletin(NOTICE, actor=ALICE)
    accepted("SQ-3", far, None, product="bms")
    theirs = verbs.publish_bulletin(replace(NOTICE, product="bms"), actor=ALICE)
    bob = of_unit(near)
    with reading() as db:
        assert [task.unit_id for task, _ in tasks_of(db, both, bob.scope)] == [near.id]
        assert [one.bulletin.number for one in page_of_completions(db, bob.scope, day("12-31"), 1)[0]] == [both.number]
        assert len(waiting_tasks(db, bob.scope, "open")) == 1
        with pytest.raises(NotFound):
            bulletin_of(db, theirs.number, bob)
    with pytest.raises(NotFound):
        verbs.report_task(tasks(both)["SZ0002"], actor=bob, done_on=day("12-31"), result="已安装")
    with pytest.raises(Forbidden):
        verbs.confirm_task(tasks(both)["SZ0001"], actor=bob)


def test_a_closed_bulletin_takes_no_reports_and_a_stale_task_is_a_conflict() -> None:
    holder = unit()
    accepted("SQ-1", holder)
    made = verbs.publish_bulletin(NOTICE, actor=ALICE)
    task = tasks(made)["SZ0001"]
    closed = verbs.close_bulletin(made, actor=ALICE, reason="已全部升级")
    with pytest.raises(Refused, match="closed"):
        verbs.report_task(task, actor=ALICE, done_on=day("12-31"), result="已安装")
    verbs.reopen_bulletin(closed, actor=ALICE, reason="补充单位")
    verbs.report_task(task, actor=ALICE, done_on=day("12-31"), result="已安装")
    with pytest.raises((Conflict, Refused)):
        verbs.report_task(task, actor=ALICE, done_on=day("12-31"), result="又一次")
    with pytest.raises(Conflict):
        verbs.close_bulletin(made, actor=ALICE, reason="再关", seen=1)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "rumour"}, "kind"),
        ({"title": " "}, "title"),
        ({"deadline": day("12-19")}, "deadline"),
        ({"released_on": dt.date(2025, 1, 1), "deadline": dt.date(2025, 1, 2)}, "released_on"),
        ({"references": "CVE-24-1"}, "references"),
        ({"level": ""}, "level"),
        ({"kind": "patch", "level": "huge"}, "level"),
    ],
)
def test_a_notice_that_makes_no_sense_is_told_at_its_field(changed: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as told:
        verbs.publish_bulletin(replace(NOTICE, **changed), actor=ALICE)  # type: ignore[arg-type]
    assert told.value.field == field
