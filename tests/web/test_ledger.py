"""The licence ledger: found by what people type, sorted, paged, and taken out whole as a file that runs nothing."""

import csv
import io

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import func, select

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.accounts.users import create_user
from licensetrack.allocation.models import LicenseSet
from licensetrack.core import db
from licensetrack.core.audit import AuditEntry
from licensetrack.units.directory import UnitEntry, update_unit
from tests.site import CORRECTED, PASSWORD, House, person
from tests.trade import day, issued, unit


def rows(page: str) -> list[dict[str, str]]:
    """The table's rows: label → text."""
    return [
        {str(cell["data-label"]): cell.get_text(" ", strip=True) for cell in row.select("[data-label]")}
        for row in BeautifulSoup(page, "html.parser").select("table.rows tbody tr")
    ]


def numbers(page: str) -> list[str]:
    """The numbers of the sets on a page."""
    return [row["编号"] for row in rows(page)]


def test_the_ledger_shows_a_page_and_says_how_many_there_are(house: House) -> None:
    with db.reading() as session:
        total = session.scalar(select(func.count()).select_from(LicenseSet))
    page = house.get("/sets")
    assert f"{total} 套" in page
    assert "第 1 至 50 行" in page
    assert len(numbers(page)) == 50


def test_the_pages_hold_every_set_once(house: House) -> None:
    seen: list[str] = []
    page: str | None = "/sets"
    while page:
        text = house.get(page)
        seen += numbers(text)
        onward = BeautifulSoup(text, "html.parser").select_one("a[rel=next]")
        page = str(onward["href"]) if onward else None
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen)
    with db.reading() as session:
        assert len(seen) == session.scalar(select(func.count()).select_from(LicenseSet))


def test_a_page_beyond_the_last_shows_the_last(house: House) -> None:
    assert numbers(house.get("/sets?page=9999"))
    assert numbers(house.get("/sets?page=-3")) == numbers(house.get("/sets")) == numbers(house.get("/sets?page=x"))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (CORRECTED, "its number"),
        (CORRECTED.lower()[3:], "a part of its number in small letters"),
        (f"{CORRECTED}.lic", "its file"),
        ("深汕特别合作区博物中心", "its unit"),
        (" 深汕特别合作区　博物中心 (示例)", "its unit with full-width blanks and other brackets"),
        ("博物中心灾备资源池", "its platform"),
    ],
)
def test_a_set_is_found_by(house: House, typed: str, why: str) -> None:
    answer = house.client().get("/sets", query_string={"q": typed})
    assert CORRECTED in numbers(answer.text), why


def test_a_set_is_found_by_its_fingerprint_and_by_its_units_former_name(own_house: House) -> None:
    holder = unit("SZ9001", name="深圳市旧名研究所")
    issued("SQ-2024-9001", holder, details={"fingerprint": "ESN-77AB-42"})
    update_unit(
        holder, UnitEntry("SZ9001", "深圳市新名研究院", "科研机构", "市本级"), on=day("06-01"), actor=person("operator")
    )
    assert numbers(own_house.get("/sets?q=77ab")) == ["SQ-2024-9001"]
    assert numbers(own_house.get("/sets?q=旧名研究所")) == ["SQ-2024-9001"]
    assert numbers(own_house.get("/sets?q=新名研究院")) == ["SQ-2024-9001"]


@pytest.mark.parametrize("typed", ["%", "_", "100%", "\\"])
def test_signs_that_mean_something_to_a_database_mean_themselves(house: House, typed: str) -> None:
    assert "没有符合条件的授权" in house.client().get("/sets", query_string={"q": typed}).text


def test_filters_leave_only_what_fits(house: House) -> None:
    found = rows(house.get("/sets?product=bms&district=市本级&stage=accepted"))
    assert found
    for row in found:
        assert (row["产品"], row["所属区"], row["状态"]) == ("BMS", "市本级", "已验收")
    assert all("临时" in row["产品"] for row in rows(house.get("/sets?kind=temporary")))


@pytest.mark.parametrize(
    "column", ["number", "unit", "product", "cpus", "stage", "district", "issued_on", "accepted_on"]
)
def test_every_column_sorts_both_ways_and_empty_cells_come_last(house: House, column: str) -> None:
    labels = {
        "number": "编号", "unit": "单位", "product": "产品", "cpus": "CPU数", "stage": "状态", "district": "所属区",
        "issued_on": "发放日期", "accepted_on": "验收日期",
    }  # fmt: skip
    up = BeautifulSoup(house.get(f"/sets?sort={column}"), "html.parser")
    head = up.select_one("th[aria-sort=ascending]")
    assert head is not None
    assert head.get_text(strip=True) == labels[column]
    for sort in (column, f"-{column}"):
        values = [row[labels[column]] for row in rows(house.get(f"/sets?sort={sort}"))]
        if column in ("cpus", "issued_on", "accepted_on", "number"):
            shown = [value for value in values if value != "—"]
            keys = [int(value.replace(",", "")) for value in shown] if column == "cpus" else shown
            assert keys == sorted(keys, reverse=sort.startswith("-"))
            assert values == shown + ["—"] * (len(values) - len(shown))


def test_a_sort_that_does_not_exist_is_the_usual_one(house: House) -> None:
    assert numbers(house.get("/sets?sort=password_hash")) == numbers(house.get("/sets"))


def test_an_export_holds_all_matching_rows(house: House) -> None:
    query = "product=virtualization&stage=accepted&sort=-cpus"
    shown = house.get(f"/sets?{query}")
    with house.client().get(f"/sets/export.csv?{query}") as answer:
        lines = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert f"{len(lines)} 套" in shown
    assert [line["编号"] for line in lines][:50] == numbers(shown)
    with house.client().get(f"/sets/export.xlsx?{query}") as answer:
        sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    cells = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in cells[1:]] == [line["编号"] for line in lines]
    assert isinstance(cells[1][list(cells[0]).index("CPU数")], int)


def test_an_export_is_in_the_audit_trail(own_house: House) -> None:
    with own_house.client("auditor").get("/sets/export.csv?q=0011"):
        pass
    with db.reading() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (entry.tag, entry.actor) == ("allocation:set:export", "auditor")
    assert "0011" in entry.details


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_runs_no_formula(own_house: House, form: str) -> None:
    holder = unit("SZ9002", name='=HYPERLINK("http://x.example")单位')
    issued("SQ-2024-9002", holder, details={"note": "+cmd|' /C calc'!A0"})
    with own_house.client().get(f"/sets/export.{form}?q=9002") as answer:
        if form == "xlsx":
            sheet = load_workbook(io.BytesIO(answer.data)).active
            assert sheet is not None
            assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        else:
            [line] = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))[1:]
            assert all(not cell.startswith(("=", "+", "-", "@")) for cell in line)


def test_an_empty_ledger_says_what_to_do_next(own_house: House, sqlite_url: str) -> None:
    db.connect(sqlite_url)
    create_user("operator", "operator", "operator", PASSWORD, actor=SYSTEM)
    own_house.clients.clear()
    page = own_house.get("/sets")
    assert "台账为空" in page
    assert 'href="/load"' in page
    assert "单位名录为空" in own_house.get("/units")
    assert "截至该日尚未发放授权" in own_house.get("/")
    assert "尚无绩效评价" in own_house.get("/evaluations")
