"""Papers of orders and of bulletins' tasks: no more than fifty in one place, however they come."""

from __future__ import annotations

import pytest

from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.support import bulletins as verbs
from licensetrack.support.asking import ask_service, attach_paper
from licensetrack.support.bulletin_queries import papers_of
from tests.support.people import WISH, of_unit, seen_by
from tests.support.test_bulletins import NOTICE, tasks
from tests.trade import ALICE, accepted, day, unit

pytestmark = pytest.mark.usefixtures("database", "clock")


def letters(count: int) -> list[tuple[str, bytes]]:
    return [(f"说明-{nth}.pdf", b"%PDF-1.7") for nth in range(count)]


def test_a_new_order_with_too_many_papers_is_refused_and_leaves_nothing() -> None:
    holder = unit()
    with pytest.raises(Refused) as told:
        ask_service(holder, WISH, actor=of_unit(holder), papers=letters(51))
    assert told.value.field == "papers"
    assert seen_by(ALICE) == []
    order = ask_service(holder, WISH, actor=of_unit(holder), papers=letters(50))
    with pytest.raises(Refused) as told:
        attach_paper(order, "照片.png", b"\x89PNG\r\n\x1a\n", actor=ALICE)
    assert told.value.field == "papers"


def test_papers_of_a_task_are_counted_with_those_of_earlier_reports() -> None:
    holder = unit()
    accepted("SQ-1", holder)
    made = verbs.publish_bulletin(NOTICE, actor=ALICE)
    report = {"actor": of_unit(holder), "done_on": day("12-29"), "result": "已安装补丁"}
    with pytest.raises(Refused) as told:
        verbs.report_task(tasks(made)["SZ0001"], papers=letters(51), **report)  # type: ignore[arg-type]
    assert told.value.field == "papers"
    task = verbs.report_task(tasks(made)["SZ0001"], papers=letters(49), **report)  # type: ignore[arg-type]
    task = verbs.return_task(task, actor=ALICE, reason="截图不清")
    with pytest.raises(Refused) as told:
        verbs.report_task(task, papers=letters(2), **report)  # type: ignore[arg-type]
    assert told.value.field == "papers"
    verbs.report_task(task, papers=letters(1), **report)  # type: ignore[arg-type]
    with reading() as db:
        assert len(papers_of(db, [task.id])[task.id]) == 50
