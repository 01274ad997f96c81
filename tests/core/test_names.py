"""Names as people type them: one key for every way of writing, and help when none fits."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.core.names import name_key, nearest, tidy_name

UNITS = (
    "深圳市发展局（示例）",
    "深圳市教育局（示例）",
    "深圳市民政局（示例）",
    "南山区妇幼保健院（示例）",
    "坪山区妇幼保健院（示例）",
    "福田区中医院",
)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "深圳市教育局（示例）",
            "深圳市教育局(示例)",
            " 深圳市教育局（示例） ",
            "深圳市　教育局（示例）",
            "深圳市 教育局 ( 示例 )",
        ),
        *(
            "深圳市教育局〔示例〕",
            "深圳市教育局［示例］",
            "深\u200b圳市教育局（示例）\ufeff",
            "深圳市\n教育局（示例）",
            "深圳市教育局\ufe00（示例）",
        ),
    ],
)
def test_every_way_of_writing_a_name_has_one_key(written: str) -> None:
    assert name_key(written) == name_key("深圳市教育局（示例）")


@pytest.mark.parametrize(
    "other", ["深圳巿教育局（示例）", "深圳市教育厅（示例）", "深圳市教育局", "深圳市教育局（示例）二分部"]
)
def test_another_name_has_another_key(other: str) -> None:
    assert name_key(other) != name_key("深圳市教育局（示例）")


def test_letters_and_digits_of_any_width_and_case_are_alike() -> None:
    assert name_key("ＡＢ中心２号") == name_key("ab中心2号")
    assert name_key("⼀中") == name_key("一中")


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


def test_a_name_is_shown_without_stray_blanks_but_with_its_own_brackets() -> None:
    assert tidy_name(" 深圳市\u3000教育局 （ 示例 ） ") == "深圳市教育局（示例）"
    assert tidy_name("IT  Center\u200b of Shenzhen") == "IT Center of Shenzhen"


@given(st.text())
def test_a_tidy_name_keeps_its_key(text: str) -> None:
    assert name_key(tidy_name(text)) == name_key(text)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("深圳市教育厅（示例）", "深圳市教育局（示例）"),
        ("深圳巿发展局（示例）", "深圳市发展局（示例）"),
        ("市教育局", "深圳市教育局（示例）"),
        ("南山妇幼保健院", "南山区妇幼保健院（示例）"),
        ("福田中医院", "福田区中医院"),
    ],
)
def test_the_name_that_was_meant_is_the_first_of_the_nearest(wrong: str, right: str) -> None:
    found = nearest(wrong, UNITS)
    assert found[0] == right
    assert len(found) == 3


def test_names_that_share_nothing_are_not_offered() -> None:
    assert nearest("xyz", UNITS) == []
    assert nearest("", UNITS) == []
    assert nearest("教育", []) == []


def test_the_nearest_of_the_sample_year_finds_every_unit_with_one_character_lost() -> None:
    sample = Path(__file__).parents[2] / "data" / "2024" / "单位名录.xlsx"
    from licensetrack.exchange.reading import read

    names = [row.name for row in read(sample).tables[0].rows]
    assert len(names) == json.loads((sample.parent / "expected.json").read_text("utf-8"))["units"]
    missed = [name for name in names if name not in nearest(name[:3] + name[4:], names)]
    assert missed == []
