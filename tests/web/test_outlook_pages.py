"""The years ahead and behind on pages: several lines with their errors, and figures that open where they were."""

import io

from bs4 import BeautifulSoup
from openpyxl import load_workbook

from tests.site import House

DAY = "as_of=2024-12-31"


def page(house: House, path: str) -> BeautifulSoup:
    return BeautifulSoup(house.get(path, "auditor"), "html.parser")


def test_three_years_are_foreseen_by_several_methods_each_with_its_range_and_past_error(house: House) -> None:
    shown = page(house, f"/outlook?{DAY}")
    section = shown.find(id="product-virtualization").find_parent("section")
    held = section.select_one("a.figure")
    assert held.text == "4,375"
    assert held["href"] == "/figures/virtualization.accepted_cpus?as_of=2024-12-31"
    rows = section.select("tbody tr")
    assert [row.th.find(string=True).strip() for row in rows] == ["维持现状", "平均增量", "线性趋势", "上年同期增量"]
    stays = [cell.get_text(" ", strip=True) for cell in rows[0].select("td")]
    assert stays[0].startswith("4,375 ")
    assert "–" in stays[0]
    assert stays[-1].endswith("个月后")
    assert "需要13个完整月份的数据" in rows[3].text
    assert "不设数量上限" in section.text
    assert len(section.select("svg.chart")) == 2
    assert "27/12 预计 4,375（" in section.select_one("svg.chart")["aria-label"]


def test_what_is_foreseen_goes_out_as_a_workbook(house: House) -> None:
    with house.client("auditor").get(f"/outlook/export.xlsx?{DAY}") as answer:
        rows = list(load_workbook(io.BytesIO(answer.data), read_only=True).active.iter_rows(values_only=True))
    assert rows[0][:5] == ("产品", "计量单位", "月份", "预测方法", "值")
    virtual = [row for row in rows if row[0] == "虚拟化软件" or "虚拟化" in str(row[0])]
    held = [row for row in virtual if row[3] == "持有"]
    assert (held[-1][2], held[-1][4], held[-1][5]) == ("2024-12", 4375, None)
    stays = [row for row in virtual if row[3] == "维持现状"]
    assert len(stays) == 36
    assert (stays[-1][2], stays[-1][4]) == ("2027-12", 4375)
    assert stays[-1][5] <= 4375 <= stays[-1][6]


def test_nothing_is_foreseen_before_anything_was_held(house: House) -> None:
    assert "截至该日没有授权，也没有申请" in house.get("/outlook?as_of=2020-01-01", "auditor")


def test_figures_stand_beside_those_of_a_year_before_and_targets_beside_what_was_reached(house: House) -> None:
    shown = page(house, f"/comparison?{DAY}")
    row = next(row for row in shown.select("tbody tr") if "虚拟化软件：已验收CPU" in row.text or "4,375" in row.text)
    cells = [cell.get_text(" ", strip=True) for cell in row.select("td")]
    assert (cells[0], cells[1], cells[2]) == ("0", "4,375", "+4,375")
    assert [link["href"].partition("?")[2] for link in row.select("a.figure")] == ["as_of=2023-12-31", DAY]
    targets = shown.find(id="targets").find_parent("section")
    line = next(row for row in targets.select("tbody tr") if "虚拟化软件授权数量" in row.th.text)
    assert [cell.get_text(" ", strip=True) for cell in line.select("td")][:3] == ["≥4000个CPU", "4375个CPU", "109.38%"]
    assert line.select_one("a")["href"] == "/evaluations/1"


def test_what_was_known_then_stands_beside_what_is_known_now(house: House) -> None:
    shown = page(house, f"/comparison?{DAY}&then=2000-01-01T00:00")
    then = shown.find(id="then").find_parent("section")
    row = next(row for row in then.select("tbody tr") if "virtualization.accepted_cpus" in str(row))
    links = [link["href"] for link in row.select("a.figure")]
    assert links[0].startswith("/figures/virtualization.accepted_cpus?as_of=2024-12-31&known_at=2000-01-01")
    assert links[1].endswith(f"?{DAY}")
    later = page(house, f"/comparison?{DAY}&then=2099-01-01T00:00").find(id="then").find_parent("section")
    assert "此后的登记未改变该日任何数据" in later.text
    with house.client("auditor").get(f"/comparison/export.xlsx?{DAY}&then=2000-01-01T00:00") as answer:
        rows = list(load_workbook(io.BytesIO(answer.data), read_only=True).active.iter_rows(values_only=True))
    assert next(row for row in rows if row[3] == "4375")[2:] == ("0", "4375", "4375", "0")
