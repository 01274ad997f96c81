"""Look-alike names: what a slip of the keyboard or an attacker writes is told, real names never are."""

from __future__ import annotations

import pytest
from python_calamine import CalamineWorkbook

from licensetrack.core.lookalikes import skeleton
from licensetrack.core.names import name_key
from tests.site import SAMPLE

PAIRS = [
    ("深圳市教育局", "深圳巿教育局"), ("未来学校", "末来学校"), ("龙岗区", "龙冈区"), ("人民医院", "⼈民医院"),
    ("深圳市公安署", "深圳市公安暑"), ("己亥馆", "已亥馆"), ("治理中心", "冶理中心"), ("干部学院", "千部学院"),
    ("A类平台", "А类平台"), ("SZ0001", "SZOOO1"), ("数据中心", "数据中\u200b心"), ("口岸办", "ロ岸办"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "twin"), PAIRS)
def test_names_that_look_alike_have_one_skeleton(name: str, twin: str) -> None:
    assert name != twin
    assert skeleton(name) == skeleton(twin)


def test_a_skeleton_has_itself_for_a_skeleton() -> None:
    for pair in PAIRS:
        for name in pair:
            assert skeleton(skeleton(name)) == skeleton(name)


def test_no_two_units_of_the_sample_year_look_alike() -> None:
    sheet = CalamineWorkbook.from_path(str(SAMPLE / "单位名录.xlsx")).get_sheet_by_index(0)
    names = [str(row[2]) for row in sheet.to_python()[2:] if row[2]]
    assert len(names) == 124
    assert len({name_key(name) for name in names}) == len({skeleton(name) for name in names}) == 124
