"""技术服务台账: every column in, every column out, and an export of live orders loaded again changes nothing."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from sqlalchemy import select

from licensetrack.core.db import reading
from licensetrack.exchange import loading
from licensetrack.exchange.ledgers_out import ledger_cells, ledger_columns
from licensetrack.exchange.other_loading import service_row
from licensetrack.exchange.spreadsheet_out import write_csv, write_xlsx
from licensetrack.measures.question import Question
from licensetrack.measures.service_statistics import lines, orders_between
from licensetrack.support import handling, settling
from licensetrack.support.models import ServiceOrder
from tests.conftest import Clock
from tests.support.people import WISH, asked, engineer, of_unit
from tests.trade import ALICE, accepted, day, unit

pytestmark = pytest.mark.usefixtures("database", "clock")
HEADINGS = tuple(
    (
        "工单号｜来源（电话/微信/系统/巡检）｜单位｜服务类型｜产品/版本｜级别｜标题/描述｜提出人｜提出时间｜受理时间｜"
        "响应时间｜到场时间｜恢复时间｜关闭时间｜SLA要求｜是否超时｜超时原因｜处理人｜处理过程｜结果｜"
        "关联授权/漏洞编号｜用户确认人｜满意度｜附件"
    ).split("｜")
)
CELLS = tuple(
    (
        "FW-1｜电话｜单位SZ0001｜应急｜虚拟化 8.0｜重大｜整个平台不可用｜张三｜2024-05-06 09:00｜2024-05-06 09:05｜"
        "2024-05-06 09:20｜2024-05-06 10:00｜2024-05-06 11:00｜2024-05-07 09:00｜30分钟响应｜否｜｜李四｜更换主板｜"
        "已解决｜SQ-1｜王五｜5｜验收单.pdf"
    ).split("｜")
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2024-{text}")


def standing() -> dict[str, ServiceOrder]:
    with reading() as db:
        rows = db.scalars(select(ServiceOrder).where(ServiceOrder.superseded_at.is_(None)))
        return {row.number: row for row in rows}


def load(headings: tuple[str, ...], *rows: tuple[str, ...]) -> loading.Outcome:
    text = "\n".join(",".join(line) for line in (headings, *rows))
    return loading.load([loading.NamedBytes("技术服务台账.csv", text.encode("utf-8-sig"))], actor=ALICE)


def test_every_column_of_the_ledger_is_read() -> None:
    unit()
    assert not load(HEADINGS, CELLS).refused
    row = standing()["FW-1"]
    assert (row.received, row.accepted, row.restored, row.completed) == (
        at("05-06 09:00"), at("05-06 09:05"), at("05-06 11:00"),
        at("05-07 09:00"),
    )  # fmt: skip
    assert (row.source, row.severity, row.raised_by, row.late, row.handler, row.related, row.papers) == (
        "电话", "重大", "张三", False, "李四", "SQ-1", "验收单.pdf",
    )  # fmt: skip
    assert [found.satisfaction for found in standing().values()] == [5]


def test_a_ledger_with_less_leaves_what_is_known() -> None:
    unit()
    load(HEADINGS, CELLS)
    short = ("工单编号", "单位名称", "服务类型", "受理时间", "响应时间", "完成时间", "处理结果", "满意度（1-5）")
    said = ("FW-1", "单位SZ0001", "应急", "2024-05-06 09:00", "2024-05-06 09:20", "2024-05-07 09:00", "已解决")
    load(short, (*said, "5"))
    with reading() as db:
        assert len(db.scalars(select(ServiceOrder)).all()) == 1
    load(short, (*said, "4"))
    assert (standing()["FW-1"].satisfaction, standing()["FW-1"].title) == (4, "整个平台不可用")


@pytest.mark.parametrize("heading", ["提出时间", "受理时间"])
def test_one_time_of_the_two_is_enough_and_none_is_refused(heading: str) -> None:
    unit()
    headings = ("工单编号", "单位名称", "服务类型", heading, "恢复时间")
    assert not load(headings, ("FW-1", "单位SZ0001", "巡检", "2024-05-06 09:00", "2024-05-06 10:00")).refused
    assert standing()["FW-1"].received == at("05-06 09:00")
    assert standing()["FW-1"].completed == at("05-06 10:00")
    assert load(headings, ("FW-2", "单位SZ0001", "巡检", "", "")).refused


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_orders_handled_here_are_exported_and_loaded_again_without_a_change(clock: Clock, form: str) -> None:
    holder, erin = unit(), engineer()
    accepted("SQ-2024-0001", holder)
    asked(holder)  # not accepted yet
    order = handling.accept_order(asked(holder), actor=ALICE, severity="major")
    order = handling.assign_order(order, actor=ALICE, engineer="erin")
    clock.forward(minutes=40, seconds=7)
    order = handling.answer_order(order, actor=erin, late_reason="在途\n堵车")
    order = handling.hand_over(order, actor=erin, outcome="已解决", work="第一步：重启\n第二步：  更换补丁")
    settling.confirm_solution(order, actor=of_unit(holder), mark=5, words="满意")
    before = standing()
    out = io.BytesIO()
    write = write_xlsx if form == "xlsx" else write_csv
    cells = [ledger_cells("services", service_row(row, "单位SZ0001")) for row in before.values()]
    write(iter(cells), ledger_columns("services"), out)
    outcome = loading.load([loading.NamedBytes(f"技术服务台账.{form}", out.getvalue())], actor=ALICE)
    assert not outcome.refused, [problem.line() for problem in outcome.problems]
    assert {number: row.id for number, row in standing().items()} == {number: row.id for number, row in before.items()}
    changed = [list(line) for line in cells]
    changed[0][3] = "培训"
    out = io.BytesIO()
    write(iter(changed), ledger_columns("services"), out)
    assert loading.load([loading.NamedBytes(f"技术服务台账.{form}", out.getvalue())], actor=ALICE).refused


def test_a_months_numbers_are_those_of_its_rows() -> None:
    holder = unit()
    load(HEADINGS, CELLS)
    handling.accept_order(asked(holder, WISH), actor=ALICE, severity="minor")
    question = Question(day("12-31"))
    with reading() as db:
        year = orders_between(db, question, day("01-01"), day("12-31"))
        found, total = lines(db, year, question, "kind")
        [may], _ = lines(db, orders_between(db, question, day("05-01"), day("05-31")), question, "engineer")
    assert [(line.name, line.count) for line in found] == [("应急", 1), ("问题排查解决", 1)]
    assert (total.count, total.on_time, total.satisfaction) == (2, 50, 100)
    assert (may.name, may.count, may.mean_answer, may.mean_end) == (
        "李四", 1, dt.timedelta(minutes=20), dt.timedelta(days=1),
    )  # fmt: skip
