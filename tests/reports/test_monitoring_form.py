"""项目支出绩效运行监控表 of the sample year: the figures of its day in all three files, a target changed in August."""

from __future__ import annotations

import copy
import datetime as dt
import io
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import docx
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from licensetrack.core import db
from licensetrack.core.clock import now
from licensetrack.core.errors import NotFound
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question
from licensetrack.performance import monitoring_queries as queries
from licensetrack.performance.framework import Framework, framework, load
from licensetrack.performance.goals import declarable, declared
from licensetrack.performance.monitoring_composing import Run, compose
from licensetrack.performance.monitoring_heads import header_for
from licensetrack.performance.monitoring_reading import read
from licensetrack.performance.monitoring_rules import Judgement
from licensetrack.performance.monitoring_sheet import MonitoringSheet
from licensetrack.performance.sentences import UnboundNumber
from licensetrack.reports.document import Document
from licensetrack.reports.monitoring import monitoring_document
from licensetrack.reports.numbers import cell_text
from licensetrack.reports.outputs import FORMS, write_goals, write_monitoring
from tests.reports.conftest import SignedYear
from tests.site import EXPECTED
from tests.trade import day

JULY, AUGUST = day("07-31"), day("08-31")
SAID = {
    "C21": Judgement(
        causes=("staff",), cause_note="部分单位验收人手不足", mend=True, requirement="督促验收", owner="运营科",
        due_on=day("10-31"), remark="已约谈",
    ),
    "C41": Judgement(forecast=Decimal(7515), forecast_reason="合同约定9月、12月支付"),
}  # fmt: skip


def text_of(form: str, content: bytes) -> str:
    """All text of a file, without blanks; numbers of a workbook as they are shown."""
    if form == "pdf":
        parts = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    elif form == "docx":
        paper = docx.Document(io.BytesIO(content))
        parts = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
        parts += [paragraph.text for paragraph in paper.paragraphs]
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
        parts = [f"{cell:g}" if isinstance(cell, float) else str(cell) for row in rows for cell in row]
    return re.sub(r"\s+", "", "|".join(parts))


@pytest.fixture
def year(signed_year: SignedYear) -> SignedYear:
    """The process bound to the sample year; only read."""
    db.connect(signed_year.url)
    return signed_year


def preview(as_of: dt.date) -> MonitoringSheet:
    with db.reading() as session:
        return queries.preview(session, as_of)


def changed() -> Framework:
    """The sample framework, with a target of C11 that was raised on 20 August."""
    data: dict[str, Any] = copy.deepcopy(dict(load("department-2024").data))
    leaf = next(
        leaf
        for level1 in data["level1"] for level2 in level1["level2"] for leaf in level2["level3"]
        if leaf["code"] == "C11"
    )  # fmt: skip
    leaf["targets"] = [
        {
            "value": leaf.pop("target"),
            "from": day("01-01"),
            "author": "财政局",
            "document": "预算批复",
            "reason": "年初",
        },
        {
            "value": 4200,
            "from": day("08-20"),
            "author": "财政局",
            "document": "调整函〔2024〕8号",
            "reason": "需求增加",
        },
    ]
    return framework(data)


def sheet(as_of: dt.date, used: Framework, said: dict[str, Judgement]) -> MonitoringSheet:
    with db.reading() as session:
        question = Question(as_of, now())
        header, found = header_for(session, as_of), read(session, question, used)
        return compose(Run(2024, as_of, 1, "draft", now()), used, "", found, header, said)


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("as_of", [JULY, AUGUST])
def test_the_form_shows_the_figures_of_its_day_in_all_three_files(as_of: dt.date) -> None:
    with db.reading() as session:
        values = figures(session, Question(as_of))
    expected = next((one for one in EXPECTED["as_of"] if one["as_of"] == as_of.isoformat()), None)
    if expected is not None:
        assert values["virtualization.accepted_cpus"] == expected["virtualization"]["accepted_cpus"]
        assert values["units.served"] == expected["units_served"]
    made = preview(as_of)
    shown = [
        f"{values['virtualization.accepted_cpus']}个CPU", f"{values['cloud_management.accepted_cpus']}个CPU",
        f"{values['virtualization.accepted_sets']}套虚拟化", f"{values['cloud_management.accepted_sets']}套云管理",
        f"{values['bms.accepted_sets']}套BMS", f"{values['units.served']}家", f"{values['import.pass_rate']}%",
        f"{as_of.month}月执行数",
    ]  # fmt: skip
    for form in FORMS:
        text = text_of(form, write_monitoring(made, form))
        assert [part for part in shown if part not in text] == [], form
        assert "草稿" in text or form == "xlsx"


@pytest.mark.usefixtures("year")
def test_a_target_changed_in_august_is_the_old_one_in_july_and_stands_beside_the_new_one_after() -> None:
    july, august = (sheet(as_of, changed(), {}) for as_of in (JULY, AUGUST))
    assert (july.indicator("C11").target.value, july.indicator("C11").earlier) == (4000, ())
    assert august.indicator("C11").target.value == 4200
    assert (august.figures["target.C11"].value, august.indicator("C11").light) == (4200, "yellow")
    for form in FORMS:
        old, new = (text_of(form, write_monitoring(one, form)) for one in (july, august))
        assert "≥4000个CPU" in old
        assert "4200" not in old
        assert "≥4200个CPU（原≥4000个CPU，2024年8月20日起调整）" in new
        assert "调整函〔2024〕8号" in new
        assert "不少于4200个CPU" in new  # the goal's sentence is bound to the target


@pytest.mark.usefixtures("year")
def test_causes_likelihood_and_corrections_stand_in_the_form_and_forecasts_show_their_basis() -> None:
    made = sheet(AUGUST, load("department-2024"), SAID)
    document = monitoring_document(made)
    texts = [text_of(form, write_monitoring(made, form)) for form in FORMS]
    for text in texts:
        for part in ("部分单位验收人手不足", "已约谈", "督促验收", "运营科", "7515万元（调整）", "335.13", "√"):
            assert part in text
    rows = {row[2]: row for row in indicators(document)}
    assert rows["正式软件授权导入通过率"][6:16] == ("", "", "√", "", "", "部分单位验收人手不足", "", "√", "", "黄")
    assert rows["虚拟化软件授权数量"][5] == "4022个CPU"
    assert rows["项目成本控制"][15] == "绿"
    closed = text_of("pdf", write_monitoring(made, "pdf", {"C21": (day("10-20"), "已全部验收")}))
    assert "已全部验收（2024年10月20日）" in closed


def cells_of_funds(made: MonitoringSheet) -> dict[str, list[str]]:
    """Row of the funds → its four numbers."""
    form = monitoring_document(made).blocks[0]
    rows = [[cell_text(cell.value, cell.kind) for cell in row] for row in form.rows]  # type: ignore[union-attr]
    return {row[0]: row[1:] for row in rows if len(row) == 5}


@pytest.mark.usefixtures("year")
def test_funds_stand_in_the_row_of_their_source() -> None:
    made = preview(AUGUST)
    whole = ["7,515.00", "2,254.50", "30%", "3,381.75"]
    none = ["—"] * 4

    def sums(initial: int, spent: int) -> dict[str, Decimal]:
        return {"initial": Decimal(initial), "appropriated": Decimal(initial), "spent": Decimal(spent)}

    def shown(found: dict[str, dict[str, Decimal]]) -> dict[str, list[str]]:
        return cells_of_funds(replace(made, budget=replace(made.budget, by_source=found)))

    assert shown({"": sums(7515, 2254)})["其中：本年财政拨款"] == whole  # the head of the form names a source
    assert shown({"fiscal": sums(7515, 2254)}) == {
        "年度资金总额": whole, "其中：本年财政拨款": whole, "上年结转资金": none, "其他资金": none,
    }  # fmt: skip
    parts = shown({"fiscal": sums(7000, 2000), "carried_over": sums(500, 250), "own": sums(10, 0), "other": sums(5, 3)})
    assert parts["其中：本年财政拨款"] == ["7,000.00", "2,000.00", "28.57%", "—"]
    assert parts["上年结转资金"] == ["500.00", "250.00", "50%", "—"]
    assert parts["其他资金"] == ["15.00", "3.00", "20%", "—"]


@pytest.mark.usefixtures("year")
def test_the_goals_are_declared_with_the_target_of_the_day_and_none_of_a_year_without_framework() -> None:
    with db.reading() as session:
        made = declared(session, 2024, AUGUST)
        assert 2024 in [year for year, _ in declarable(session)]
        with pytest.raises(NotFound):
            declared(session, 1999, AUGUST)
    assert (made.budget, made.goals[0].target.value, made.as_of) == (7515, 4000, AUGUST)
    for form in FORMS:
        text = text_of(form, write_goals(made, form))
        assert [
            part for part in ("不少于4000个CPU", "虚拟化软件授权数量", "未设定", "有效保障") if part not in text
        ] == []


def indicators(document: Document) -> list[tuple[str, ...]]:
    table = document.blocks[1]
    return [tuple(map(str, row)) for row in table.rows]  # type: ignore[union-attr]


@pytest.mark.usefixtures("year")
def test_the_same_sheet_gives_the_same_bytes_and_a_number_typed_by_hand_stops_it() -> None:
    made = preview(JULY)
    for form in FORMS:
        assert write_monitoring(made, form) == write_monitoring(made, form)
    header = queries.ProjectHeader(goal="虚拟化软件授权数量不少于4000个CPU。")
    with pytest.raises(UnboundNumber) as refusal:
        write_monitoring(MonitoringSheet(**(vars(made) | {"header": header})), "pdf")
    assert refusal.value.values["place"] == "年度总体目标"
