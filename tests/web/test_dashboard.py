"""The first page says what the ledger says, as of any date, and every number opens into its rows."""

import re

import pytest
from bs4 import BeautifulSoup

from licensetrack.measures.catalogue import MEASURES
from tests.site import DISTRICT, EXPECTED, House

DATES = [entry["as_of"] for entry in EXPECTED["as_of"]]


def numbers(page: str) -> dict[str, str]:
    """Measure → the number that the page shows for it; the same everywhere on the page."""
    shown: dict[str, str] = {}
    for link in BeautifulSoup(page, "html.parser").select("a[data-figure]"):
        name, text = str(link["data-figure"]), link.get_text(strip=True)
        assert shown.setdefault(name, text) == text
    return shown


@pytest.mark.parametrize("entry", EXPECTED["as_of"], ids=DATES)
def test_the_date_changes_every_number(house: House, entry: dict[str, object]) -> None:
    shown = numbers(house.get(f"/?as_of={entry['as_of']}"))
    assert shown["units.served"] == f"{entry['units_served']:,}"
    for product in ("virtualization", "cloud_management", "bms"):
        counts = entry[product]
        assert isinstance(counts, dict)
        for counter, value in counts.items():
            if f"{product}.{counter}" in shown:
                assert shown[f"{product}.{counter}"] == f"{value:,}", (product, counter)
    assert float(shown["import.pass_rate"].rstrip("%")) == entry["import_pass_rate_percent"]


def test_every_measure_is_on_the_page_except_cpus_of_a_product_counted_in_sets(house: House) -> None:
    shown = set(numbers(house.get("/?as_of=2024-12-31")))
    assert set(MEASURES) - shown == {"bms.issued_cpus", "bms.imported_cpus", "bms.accepted_cpus"}


def test_every_number_leads_to_rows_that_make_it(house: House) -> None:
    page = BeautifulSoup(house.get("/?as_of=2024-08-31"), "html.parser")
    for link in page.select("a[data-figure]"):
        rows = BeautifulSoup(house.get(str(link["href"])), "html.parser")
        value = rows.select_one(".figure-value span")
        assert value is not None
        assert value.get_text(strip=True) == link.get_text(strip=True)


@pytest.mark.parametrize(("part", "column"), [("districts", 3), ("categories", 3)])
def test_parts_add_up_to_the_whole_and_open_into_their_rows(house: House, part: str, column: int) -> None:
    text = house.get("/?as_of=2024-12-31")
    page = BeautifulSoup(text, "html.parser")
    cells = page.select(f"section[aria-labelledby={part}] tbody tr td:nth-of-type({column - 1}) a")
    assert cells
    total = sum(int(cell.get_text().replace(",", "")) for cell in cells)
    assert f"{total:,}" == numbers(text)["virtualization.accepted_cpus"]
    for cell in cells[:4]:
        rows = BeautifulSoup(house.get(str(cell["href"])), "html.parser")
        value = rows.select_one(".figure-value span")
        assert value is not None
        assert value.get_text(strip=True) == cell.get_text(strip=True)


def test_what_waits_is_issued_minus_imported(house: House) -> None:
    shown = numbers(house.get("/?as_of=2024-06-30"))
    whole = sum(
        int(shown[f"{product}.issued_sets"]) - int(shown[f"{product}.imported_sets"])
        for product in ("virtualization", "cloud_management", "bms")
    )
    assert whole > 0
    rows = BeautifulSoup(house.get("/waiting?as_of=2024-06-30"), "html.parser").select("tbody tr")
    assert len(rows) == whole


def test_the_verdict_names_what_is_missing_to_the_target(house: House) -> None:
    assert "距目标 4,000 个CPU还差 1,955 个" in house.get("/?as_of=2024-06-30")
    assert "已达到目标 4,000 个CPU" in house.get("/?as_of=2024-12-31")


def test_a_district_manager_sees_the_district_alone_and_no_money(house: House) -> None:
    page = house.get("/?as_of=2024-12-31", "district_manager")
    assert "budget.spent" not in numbers(page)
    names = [
        cell.get_text()
        for cell in BeautifulSoup(page, "html.parser").select("section[aria-labelledby=districts] th[scope=row]")
    ]
    assert names == [DISTRICT]


def test_a_day_that_is_none_is_refused_in_words(house: House) -> None:
    assert "“2024-02-31”不是有效日期" in house.get("/?as_of=2024-02-31", status=400)


def test_before_the_first_issue_the_page_says_that_there_is_nothing(house: House) -> None:
    page = house.get("/?as_of=2020-01-01")
    assert "截至该日尚未发放授权" in page
    assert numbers(page)["import.pass_rate"] == "—"


def test_charts_are_drawn_in_the_page_without_style_attributes(house: House) -> None:
    page = house.get("/?as_of=2024-12-31")
    assert page.count('<svg class="chart"') == 4  # coverage and trend, each for a wide and a narrow column
    assert not re.search(r"<[^>]+\sstyle=", page)


def test_in_english_the_charts_speak_english(house: House) -> None:
    page = BeautifulSoup(house.get("/?as_of=2024-12-31", language="en"), "html.parser")
    for chart in page.select("svg.chart"):
        text = chart.get_text(" ") + str(chart["aria-label"])
        assert not re.search(r"[\u4e00-\u9fff，：；]", text), text
