"""Surveys of demand and of prices read in: rows beside their file, once, and out again with the same columns."""

import io
from collections.abc import Sequence
from decimal import Decimal

import pytest

from licensetrack.core import db
from licensetrack.core.blobs import load as stored
from licensetrack.core.errors import Conflict, Forbidden, Refused
from licensetrack.exchange import loading
from licensetrack.exchange.ledgers_out import ledger_columns
from licensetrack.exchange.loading import NamedBytes
from licensetrack.exchange.spreadsheet_out import write_xlsx
from licensetrack.measures.question import Question
from licensetrack.measures.survey_sums import asked, sums, surveyed_by_year
from licensetrack.procurement import surveys
from licensetrack.procurement.surveys import Demand, record_survey, withdraw_survey
from tests.exchange.ledger_files import BUREAU, SCHOOL, load, units
from tests.exchange.making import workbook
from tests.trade import ALICE, day

pytestmark = pytest.mark.usefixtures("installation")

DEMAND = (
    "单位名称", "云平台名称", "现用虚拟化品牌/版本", "服务器台数", "CPU颗数", "每颗核数", "已有授权及到期日",
    "2024年新增CPU", "2025年新增CPU", "2026年新增CPU", "云管需求CPU", "BMS需求", "建设方式", "预计时间",
    "反馈/采纳情况",
)  # fmt: skip
ASKED = (
    (BUREAU, "政务云", "某品牌6.5", 10, 20, 24, "无", 16, 0, 32, 64, 1, "新建", "2024年9月", "已采纳"),
    (BUREAU, "灾备云", "", 2, 4, "", "", 8, "", "", "", "", "存量扩容", "", ""),
    (SCHOOL, "校园云", "", "", "", "", "", "", 24, "", "", "", "维保", "", "部分采纳"),
)
PRICES = ("产品", "供应商", "单价（元）", "版本型号", "报价日期", "价格来源", "备注", "年度")
OFFERS = (
    ("虚拟化", "甲公司", 9800, "企业版", "2023-08-01", "报价函", "", 2024),
    ("虚拟化", "乙公司", "12,500.50", "", "2023-08-03", "公开招标", "", 2024),
    ("裸金属", "甲公司", 50000, "", "", "", "含三年维保", 2024),
)


def sheet(name: str, heading: Sequence[object], *rows: Sequence[object]) -> NamedBytes:
    return NamedBytes(f"{name}.xlsx", workbook({name: [heading, *rows]}))


def test_a_survey_of_demand_keeps_its_rows_and_its_file_and_the_same_bytes_change_nothing() -> None:
    file = sheet("需求调研表", DEMAND, *ASKED)
    outcome = load(units(), file)
    assert outcome.counts["demand"] == {"new": 3, "changed": 0, "same": 0, "waits": 0}
    renamed = load(NamedBytes("同一文件.xlsx", file.content))
    assert renamed.counts["demand"] == {"new": 0, "changed": 0, "same": 3, "waits": 0}
    with db.reading() as session:
        [survey] = surveys.surveys(session)
        lines = surveys.demands(session, survey.id)
        assert (survey.kind, survey.year, survey.title) == ("demand", 2024, "需求调研表")
        assert stored(session, survey.document_id)[1] == file.content
        assert [(line.position, line.first_year, line.third_year) for line in lines] == [
            (2, 16, 32),
            (3, 8, None),
            (4, None, None),
        ]
        assert (lines[0].software, lines[0].held, lines[0].answer) == ("某品牌6.5", "无", "已采纳")
        assert sums(lines)["first_year"] == 24
        assert surveyed_by_year(session, Question(day("12-31"))) == {2024: 24, 2025: 24, 2026: 32}


def test_the_newest_survey_that_a_unit_answered_counts_and_a_withdrawn_one_does_not() -> None:
    load(units(), sheet("需求调研表", DEMAND, *ASKED))
    load(sheet("补充调研", DEMAND, (BUREAU, "政务云", "", "", "", "", "", 100, "", "", "", "", "", "", "")))
    question = Question(day("12-31"))
    with db.reading() as session:
        assert surveyed_by_year(session, question) == {2024: 100, 2025: 24, 2026: 0}
        later = surveys.surveys(session)[0]
    withdraw_survey(later.id, actor=ALICE, reason="填报有误")
    with db.reading() as session:
        assert surveyed_by_year(session, question) == {2024: 24, 2025: 24, 2026: 32}
        assert len(surveys.demands(session, later.id)) == 1, "it stays"
    with pytest.raises(Conflict):
        withdraw_survey(later.id, actor=ALICE, reason="再撤一次")
    with pytest.raises(Refused):
        withdraw_survey(1, actor=ALICE, reason=" ")


def test_a_survey_of_prices_says_lowest_middle_and_highest_and_loads_from_its_export() -> None:
    load(sheet("市场单价调研", PRICES, *OFFERS))
    with db.reading() as session:
        [survey] = surveys.surveys(session)
        found = asked(session, survey.id)
        lines = surveys.prices(session, survey.id)
    assert (survey.kind, survey.year) == ("prices", 2024)
    assert found["virtualization"] == type(found["bms"])(
        2, Decimal("9800.00"), Decimal("11150.25"), Decimal("12500.50")
    )
    assert (lines[2].product, lines[2].note, lines[2].quoted_on) == ("bms", "含三年维保", None)
    out = io.BytesIO()
    write_xlsx([["虚拟化软件", "丙公司", Decimal(9800), "", None, "", "", 2025]], ledger_columns("prices"), out)
    load(NamedBytes("市场单价调研表.xlsx", out.getvalue()))
    with db.reading() as session:
        assert [one.year for one in surveys.surveys(session)] == [2025, 2024]


def test_one_bad_row_and_nothing_of_a_survey_is_kept() -> None:
    load(units())
    for file in (
        sheet("需求调研表", DEMAND, ASKED[0], ("没有的单位", *ASKED[1][1:])),
        sheet("需求调研表", DEMAND, ASKED[0], (*ASKED[1][:7], "很多", *ASKED[1][8:])),
        sheet("需求调研表", DEMAND, ASKED[0], (BUREAU, "云" * 201, *ASKED[1][2:])),
        sheet("市场单价调研", PRICES, OFFERS[0], ("虚拟化", "甲公司", 0, "", "", "", "", 2024)),
    ):
        outcome = loading.load([file], actor=ALICE)
        assert outcome.refused, file.name
        assert [problem.severity for problem in outcome.problems].count("error") == 1
    with db.reading() as session:
        assert surveys.surveys(session) == []


def test_surveys_are_kept_by_the_city_alone() -> None:
    dana = ALICE.__class__(None, "dana", "Dana", "auditor")
    with pytest.raises(Forbidden):
        record_survey(2024, "x", 1, "x", [Demand(2, 1)], actor=dana)
    with pytest.raises(Forbidden):
        withdraw_survey(1, actor=dana, reason="x")
    for year, lines in ((1999, [Demand(2, 1)]), (2024, [])):
        with pytest.raises(Refused):
            record_survey(year, "x", 1, "x", lines, actor=ALICE)
