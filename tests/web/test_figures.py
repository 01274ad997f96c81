"""Behind every figure stand its rows, and they add up before one's eyes."""

import csv
import io
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup

from licensetrack.measures.catalogue import MEASURES
from tests.site import House


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("as_of", ["2024-06-30", "2024-12-31"])
def test_the_sum_line_gives_the_figure(house: House, name: str, as_of: str) -> None:
    page = BeautifulSoup(house.get(f"/figures/{name}?as_of={as_of}"), "html.parser")
    value = page.select_one(".figure-value span")
    assert value is not None
    sums = [Decimal(str(cell["data-sum"])) for cell in page.select("tfoot [data-sum]")]
    if not page.select("tbody tr"):
        assert value["data-value"] in ("0", "")
    elif MEASURES[name].is_rate:
        assert Decimal(str(value["data-value"])) == (sums[0] * 100 / sums[1]).quantize(Decimal("0.01"))
    else:
        assert [Decimal(str(value["data-value"]))] == sums


def test_every_figure_is_listed_with_its_value(house: House) -> None:
    page = BeautifulSoup(house.get("/figures?as_of=2024-12-31"), "html.parser")
    assert {str(link["data-figure"]) for link in page.select("a[data-figure]")} == set(MEASURES)


def test_every_figure_says_what_it_counts(house: House) -> None:
    for name in MEASURES:
        page = BeautifulSoup(house.get(f"/figures/{name}"), "html.parser")
        text = page.select_one(".figure-card div p")
        assert text is not None
        assert len(text.get_text(strip=True)) > 8, name


def test_rows_of_many_pages_keep_one_sum(house: House) -> None:
    first = BeautifulSoup(house.get("/figures/support.orders"), "html.parser")
    second = BeautifulSoup(house.get("/figures/support.orders?page=2"), "html.parser")
    assert len(first.select("tbody tr")) == len(second.select("tbody tr")) == 100
    assert (
        [c["data-sum"] for c in first.select("[data-sum]")]
        == [c["data-sum"] for c in second.select("[data-sum]")]
        == ["389"]
    )


def test_a_row_opens_into_the_set_and_the_voucher_into_its_paper(house: House) -> None:
    page = BeautifulSoup(house.get("/figures/bms.accepted_sets?as_of=2024-12-31"), "html.parser")
    link = page.select_one("tbody a[href^='/sets/']")
    assert link is not None
    assert "BMS" in house.get(str(link["href"]))
    paper = BeautifulSoup(house.get("/figures/budget.spent?as_of=2024-12-31"), "html.parser").select_one(
        "tbody a.paper"
    )
    assert paper is not None
    with house.client().get(str(paper["href"])) as answer:
        assert answer.data[:2] == b"PK"


def test_as_known_before_anything_was_recorded_there_is_nothing(house: House) -> None:
    page = house.get("/figures/units.served?as_of=2024-12-31&known_at=2020-01-01T00:00")
    assert "该日没有构成此指标的记录" in page
    assert "按 2020-01-01 00:00 时已登记的数据" in page


def test_the_export_holds_the_rows_and_their_sum(house: House) -> None:
    with house.client().get("/figures/virtualization.accepted_cpus/export.csv?as_of=2024-12-31") as answer:
        lines = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    *rows, total = lines
    assert sum(int(line["计入"]) for line in rows) == int(total["计入"]) == 4375
    assert total["编号"] == "合计"


def test_a_figure_that_does_not_exist_is_not_found(house: House) -> None:
    assert "没有指标“units.sold”" in house.get("/figures/units.sold", status=404)
