"""Pages of bulletins: counted by stage, a page of units at a time, and a task is found where it stands."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from bs4 import BeautifulSoup

from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.support.bulletin_models import Bulletin, BulletinTask
from licensetrack.support.bulletin_queries import tasks_of
from licensetrack.support.bulletins import Notice, confirm_task, publish_bulletin, report_task
from licensetrack.units.models import Unit
from licensetrack.web.bulletin_page import PAGE_SIZE
from tests.site import House, person

Rows = list[tuple[BulletinTask, Unit]]


def of_all(deadline: dt.date) -> tuple[Bulletin, Rows]:
    """A bulletin that concerns whoever holds a set, and its tasks in the order of unit codes."""
    operator = person("operator")
    made = publish_bulletin(Notice("patch", "安全补丁", deadline, deadline), actor=operator)
    with reading() as db:
        rows = tasks_of(db, made, operator.scope)
        db.expunge_all()
    return made, rows


def soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def shown(page: BeautifulSoup) -> list[int]:
    return [int(str(one["id"]).removeprefix("t-")) for one in page.select("ul.consents > li[id]")]


def tabs(page: BeautifulSoup) -> list[int]:
    """The numbers of all, to be done, reported, confirmed, not concerned, overdue."""
    counts = page.select("section[aria-labelledby=tasks] nav.tabs .tabular")
    return [int(one.text.replace(",", "")) for one in counts]


def test_units_stand_on_pages_under_the_counts_of_each_stage(own_house: House) -> None:
    made, rows = of_all(today() - dt.timedelta(days=1))
    assert len(rows) > 2 * PAGE_SIZE
    operator = person("operator")
    for task, _ in rows[:3]:
        report_task(task, actor=operator, done_on=today(), result="已安装")
    for task, _ in rows[3:7]:
        reported = report_task(task, actor=operator, done_on=today() - dt.timedelta(days=1), result="已安装")
        confirm_task(reported, actor=operator)
    first = soup(own_house.get(f"/bulletins/{made.number}"))
    assert tabs(first) == [len(rows), len(rows) - 7, 3, 4, 0, len(rows) - 4]
    seen = []
    for number in range(1, -(-len(rows) // PAGE_SIZE) + 1):
        seen += shown(soup(own_house.get(f"/bulletins/{made.number}?page={number}")))
    assert seen == [task.id for task, _ in rows]
    assert shown(first) == seen[:PAGE_SIZE]
    assert shown(soup(own_house.get(f"/bulletins/{made.number}?stage=confirmed"))) == seen[3:7]
    late = soup(own_house.get(f"/bulletins/{made.number}?stage=late"))
    assert shown(late) == [*seen[:3], *seen[7:]][:PAGE_SIZE]


def test_a_unit_is_found_by_its_name_or_code_and_a_task_opens_the_page_it_stands_on(own_house: House) -> None:
    made, rows = of_all(today())
    task, unit = rows[-1]
    assert task.id in shown(soup(own_house.get(f"/bulletins/{made.number}?task={task.id}")))
    for words in (unit.code.lower(), unit.name):
        assert task.id in shown(soup(own_house.get(f"/bulletins/{made.number}?q={words}")))
    assert shown(soup(own_house.get(f"/bulletins/{made.number}?q=没有这样的单位"))) == []
    sent = {"done_on": today().isoformat(), "result": "已安装", "version": "1", "once": "b" * 32}
    answer = own_house.client().post(f"/bulletins/tasks/{task.id}/report", data=sent)
    assert answer.status_code == 303
    back = answer.headers["Location"]
    assert (f"task={task.id}" in back, back.endswith(f"#t-{task.id}")) == (True, True)
    assert task.id in shown(soup(own_house.get(back.partition("#")[0])))


def test_a_report_that_is_refused_comes_back_at_its_own_unit_and_leaves_the_other_forms_alone(own_house: House) -> None:
    _, rows = of_all(today())
    task, neighbour = rows[PAGE_SIZE + 1][0], rows[PAGE_SIZE][0]
    sent = {"done_on": "2999-01-01", "result": "装好了补丁", "version": "1", "once": "d" * 32}
    answer = own_house.client().post(f"/bulletins/tasks/{task.id}/report", data=sent)
    assert answer.status_code == 422
    page = soup(answer.text)
    [mine] = page.select(f"form[action='/bulletins/tasks/{task.id}/report']")
    [other] = page.select(f"form[action='/bulletins/tasks/{neighbour.id}/report']")
    assert (mine.textarea is not None and mine.textarea.text.strip(), mine.find_parent("details").has_attr("open")) == (  # type: ignore[union-attr]
        "装好了补丁",
        True,
    )
    assert page.select(f"#report-{task.id}-done_on-error")
    assert other.textarea is not None
    assert other.textarea.text.strip() == ""
    assert mine.find("input", {"name": "once"})["value"] != other.find("input", {"name": "once"})["value"]  # type: ignore[index]
    ids = re.findall(r'\sid="([^"]+)"', answer.text)
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_bulletins_are_listed_a_page_at_a_time_the_newest_first(own_house: House, role: str) -> None:
    notice = Notice("patch", "补丁", today(), today(), edition="没有的版本")
    numbers = [publish_bulletin(notice, actor=person("operator")).number for _ in range(52)]
    first, second = (soup(own_house.get(f"/bulletins?page={page}", role)) for page in (1, 2))
    listed = [one.text for page in (first, second) for one in page.select("tbody th a")]
    assert listed == numbers[::-1]
    assert len(second.select("tbody tr")) == 2
