"""Whoever completes or submits, on a page or from Python: a number that is no figure's stops it, with its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from licensetrack.performance.evaluations import complete_evaluation, evaluate
from licensetrack.performance.monitoring import judge_monitoring, submit_monitoring
from licensetrack.performance.sentences import BadTemplate, NumberMismatch, UnboundNumber, UnknownFigure, WordingError
from licensetrack.performance.working_paper import WorkingPaper, working_paper
from tests.performance.conftest import OFFICER, SmallYear
from tests.performance.test_evaluations import rows
from tests.performance.watching import HEADER, LATE, SAID, drafted, tables

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def header(field: str, text: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data["header"].update({field: text})


def mark(code: str, field: str, text: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data["marks"][code].update({field: text})


def chapter(text: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data["sections"][0].update({"paragraphs": [text]})


def changed(paper: WorkingPaper, change: Callable[[dict[str, Any]], None]) -> WorkingPaper:
    data = {
        **paper.data,
        "header": dict(paper.data["header"]),
        "marks": {code: dict(said) for code, said in paper.data["marks"].items()},
        "sections": [dict(one) for one in paper.data["sections"]],
    }
    change(data)
    return working_paper(data, unfinished=True)


@SQLITE
@pytest.mark.parametrize(
    ("change", "error", "place"),
    [
        (header("goal", "不少于4000个CPU。"), UnboundNumber, "goal"),
        (header("note", "共{units.served=3}家。"), NumberMismatch, "note"),
        (mark("A22", "reason", "云管理缺2项指标值"), UnboundNumber, "A22 绩效指标明确性"),
        (mark("C11", "facts", "完成{virtualization.accepted_cpus:loud}个"), BadTemplate, "C11 虚拟化软件授权数量"),
        (chapter("共{units.nobody}家。"), UnknownFigure, ""),
        (chapter("等级为{grade}，共3家。"), UnboundNumber, ""),
    ],
)
def test_an_evaluation_is_not_completed_with_a_number_that_is_no_figures(
    year: SmallYear, paper: WorkingPaper, change: Any, error: type[WordingError], place: str
) -> None:
    draft = evaluate(changed(paper, change), actor=OFFICER, finished=False)
    before = rows()
    with pytest.raises(error) as refused:
        complete_evaluation(draft, actor=OFFICER)
    assert str(refused.value.values["place"]).startswith(place)
    assert rows() == before


@SQLITE
def test_figures_dates_and_the_grade_may_stand(year: SmallYear, paper: WorkingPaper) -> None:
    text = "2024年依据财预〔2020〕10号第3条，共{units.served=2}家、{=12|合同约定}期，等级为{grade}。"
    draft = evaluate(changed(paper, chapter(text)), actor=OFFICER, finished=False)
    assert complete_evaluation(draft, actor=OFFICER).stage == "completed"


@pytest.mark.usefixtures("small")
def test_a_monitoring_is_not_submitted_with_one(small: SmallYear) -> None:
    found = judge_monitoring(drafted(), SAID | {"D13": LATE}, replace(HEADER, progress="已完成4100个。"), actor=OFFICER)
    before = tables()
    with pytest.raises(UnboundNumber, match="4100"):
        submit_monitoring(found, actor=OFFICER)
    assert tables() == before
