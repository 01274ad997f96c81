"""No number stands in a report that is not bound to a figure."""

import pytest

from licensetrack.performance.sentences import BadTemplate, NumberMismatch, UnboundNumber, UnknownFigure
from licensetrack.reports.wording import FigureText, plain, sentence
from tests.reports.sample import FIGURES, QUALITY, QUANTITY


def written(template: str) -> str:
    return plain(sentence(template, FIGURES, "四（三）1"))


def test_the_published_sentences_come_out_with_computed_numbers() -> None:
    assert written(QUANTITY) == "2024年虚拟化软件授权数量完成4375个CPU，云管理软件授权数量完成20083个CPU"
    assert written(QUALITY) == (
        "已为全市124家单位提供107套软件授权、71套云软件授权以及6套BMS授权，正式软件授权导入通过率100%"
    )


def test_a_figure_in_a_sentence_stays_bound_to_its_name() -> None:
    spans = sentence("共{units.served}家", FIGURES, "place")
    assert spans == ("共", FigureText(FIGURES["units.served"]), "家")


def test_a_sentence_may_ask_for_the_way_tables_write() -> None:
    assert written("支出{budget.spent:table}万元") == "支出7,515.00万元"


@pytest.mark.parametrize(
    "text",
    [
        "虚拟化软件授权数量完成4375个CPU",
        "已为124家单位",
        "提供107套软件授权",
        "通过率100%",
        "支出７５１５万元",
        "得分99",
        "CPU4375个",
        "完成4,375个",
    ],
)
def test_a_number_typed_by_hand_fails_and_names_its_place(text: str) -> None:
    with pytest.raises(UnboundNumber) as refusal:
        sentence(text, FIGURES, "四（三）1")
    assert refusal.value.values["place"] == "四（三）1"


@pytest.mark.parametrize(
    "text",
    [
        "2024年12月31日",
        "2024年度",
        "2024-12-31",
        "2024—2026年",
        "《项目支出绩效评价管理办法》（财预〔2020〕10号）",
        "深财绩〔2019〕5号",
        "1.项目背景",
        "（1）数量指标",
        "依照GB/T 9704-2012和SM3",
        "依据第3条",
        "见附件1、表2和图3",
        "①项目立项",
        "SQ-2024-0001",
    ],
)
def test_dates_document_numbers_and_names_may_be_typed(text: str) -> None:
    assert written(text) == text


def test_what_names_does_not_hide_what_counts() -> None:
    with pytest.raises(UnboundNumber):
        written("依据SM3摘要共124家单位")


def test_a_pinned_number_must_equal_its_figure() -> None:
    assert written("共{units.served=124}家单位") == "共124家单位"
    with pytest.raises(NumberMismatch) as refusal:
        written("共{units.served=125}家单位")
    assert refusal.value.values == {"place": "四（三）1", "text": "125", "name": "units.served", "bound": "124"}


def test_a_number_that_no_figure_carries_needs_a_reason() -> None:
    assert written("目标{=≥4000|approved target}个CPU") == "目标≥4000个CPU"
    with pytest.raises(BadTemplate):
        written("目标{=4000}个CPU")
    with pytest.raises(BadTemplate):
        written("目标{=4000| }个CPU")


def test_an_unknown_figure_is_named() -> None:
    with pytest.raises(UnknownFigure) as refusal:
        written("共{units.nobody}家")
    assert refusal.value.values["name"] == "units.nobody"
