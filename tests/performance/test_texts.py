"""The sample year: no number in its texts is typed by hand, and the published sentences come out word for word."""

import datetime as dt
from decimal import Decimal

import pytest

from licensetrack.core.errors import Refused
from licensetrack.performance.composing import Run, compose
from licensetrack.performance.file_tables import FileError
from licensetrack.performance.framework import load
from licensetrack.performance.naming import check_names
from licensetrack.performance.scorecard import score_all
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.performance.working_paper import WorkingPaper, working_paper
from licensetrack.reports.numbers import Figure, Unit
from licensetrack.reports.wording import plain, sentence
from tests.performance.test_scorecard import DAY, PUBLISHED

PARTS = ("by_district", "by_category", "by_month", "units", "sets", "evidence")


@pytest.fixture
def sheet(paper: WorkingPaper) -> EvaluationSheet:
    """The evaluation with the published figures."""
    framework = load(paper.framework)
    known = dt.datetime(2025, 3, 20, tzinfo=dt.UTC)
    run = Run("evaluation", 2024, 1, "draft", DAY, known, None, framework.digest("sha256"), ())
    content = {"measures": PUBLISHED} | {part: [] for part in PARTS}
    return compose(run, framework, paper, score_all(framework, paper.marks, PUBLISHED, DAY), content, {})


def said(sheet: EvaluationSheet) -> dict[str, str]:
    """Place → text as printed, for every template of the sheet."""
    figures = {
        name: Figure(name, figure.value, Unit(figure.unit), figure.label) for name, figure in sheet.figures.items()
    }
    header = sheet.header
    texts = {"lead": header.lead, "goal": header.goal, "achievement": header.achievement, "note": header.note}
    for number, section in enumerate(sheet.sections):
        texts |= {f"{number} {section.title} {place}": text for place, text in enumerate(section.paragraphs)}
    for leaf in sheet.leaves():
        texts |= {f"{leaf.code} {name}": getattr(leaf, name) for name in ("facts", "reason", "explanation")}
    return {place: plain(sentence(text, figures, place)) for place, text in texts.items()}


def test_no_number_is_typed_by_hand(sheet: EvaluationSheet) -> None:
    texts = said(sheet)
    assert len(texts) >= 90
    assert not [place for place, text in texts.items() if "{" in text or "—" in text]


@pytest.mark.parametrize(
    "published",
    [
        "2024年虚拟化软件授权数量完成4375个CPU，云管理软件授权数量完成20083个CPU",
        "已为全市124家单位提供107套软件授权、71套云软件授权以及6套BMS授权，正式软件授权导入通过率100%",
    ],
)
def test_the_published_sentences_come_out_word_for_word(sheet: EvaluationSheet, published: str) -> None:
    chapters = [text for place, text in said(sheet).items() if place[0].isdigit()]
    assert any(published in text for text in chapters)
    templates = [paragraph for section in sheet.sections for paragraph in section.paragraphs]
    assert not any(number in text for text in templates for number in ("4375", "20083", "124家", "107套"))


def test_the_report_has_the_five_published_chapters_and_the_three_that_the_outline_adds(sheet: EvaluationSheet) -> None:
    assert [section.title for section in sheet.sections if section.level == 1] == [
        "一、基本情况", "二、绩效评价工作开展情况", "三、综合评价情况及评价结论", "四、绩效评价指标分析",
        "五、主要经验及做法", "六、存在的问题及原因分析", "七、有关建议和改进措施", "八、其他需要说明的问题",
    ]  # fmt: skip
    assert [section.insert for section in sheet.sections if section.insert.startswith("analysis:")] == [
        f"analysis:{group.code}" for group in sheet.indicators
    ]
    assert all(leaf.facts and leaf.reason for leaf in sheet.leaves())


def test_the_conclusion_names_total_and_grade(sheet: EvaluationSheet) -> None:
    assert any("项目总得分99分，评价等级为优" in text for text in said(sheet).values())


def test_a_paper_with_a_slip_is_refused_with_its_place(paper: WorkingPaper) -> None:
    header = paper.data["header"]
    marks = paper.data["marks"]
    section = {"level": 1, "title": "一、"}
    broken = [
        ({"header": {**header, "titel": "x"}}, "header: the field “titel” is not known here"),
        ({"header": {**header, "period_start": "2025-13-01"}}, "“period_start” must be a day"),
        ({"header": {**header, "period_start": dt.date(2025, 1, 1)}}, "the period ends before it begins"),
        ({"header": {**header, "year": Decimal("2024.5")}}, "“year” must be a number"),
        ({"header": "x"}, "“header” must be a table"),
        ({"marks": {**marks, "A11": {"score": "three"}}}, "marks A11: “score” must be a number, not three"),
        ({"marks": {**marks, "A11": {"deduct": -1}}}, "marks A11: “deduct” must not be negative"),
        ({"marks": {**marks, "A11": {"met": "yes"}}}, "marks A11: “met” must be true or false"),
        ({"marks": {**marks, "A11": {"reason": 3}}}, "marks A11: “reason” must be a text"),
        ({"marks": {**marks, "A11": 3}}, "“A11” must be a table"),
        (
            {"sections": [section | {"insert": "photo"}]},
            "sections 1: nothing is known to insert under the name “photo”",
        ),
        ({"sections": [section | {"level": 5}]}, "sections 1: the level of a heading is 1, 2, 3 or 4"),
        ({"sections": section}, "“sections” must be a list of tables"),
    ]
    for change, words in broken:
        with pytest.raises(FileError, match=words):
            working_paper({**paper.data, **change}, "mine.toml")


def test_marks_are_looked_up_in_every_way_a_template_writes_them() -> None:
    texts = [("one", "{a.b} {a.b:table} {a.b=4,375} {=4000|approved} {grade}")]
    check_names(["a.b"], texts)
    for wrong in ("{a.c}", "{a.c:table}", "{a.c=1}"):
        with pytest.raises(Refused, match=r"one: there is no figure named “a\.c”"):
            check_names(["a.b"], [("one", wrong)])
