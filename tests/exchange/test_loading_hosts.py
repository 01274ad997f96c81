"""Lists of hosts read in: a scan for each day with its rows, once, and cell by cell what is wrong."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from licensetrack.core import db
from licensetrack.exchange import loading
from licensetrack.exchange.loading import NamedBytes
from licensetrack.inventory.models import DeployedHost, HostScan
from licensetrack.inventory.positions import positions, totals
from licensetrack.inventory.sides import Asked, read_sides
from tests.exchange.ledger_files import BUREAU, SCHOOL, books_are_right, load, refused, units
from tests.exchange.making import workbook
from tests.trade import ALICE, day

pytestmark = pytest.mark.usefixtures("installation")
HEADING = (
    "单位名称", "云平台名称", "主机名称", "CPU颗数", "巡检日期", "每颗核数", "序列号", "产品类别", "厂商", "软件版本",
    "版本型号", "ESN/DID", "有效期止",
)  # fmt: skip
FIRST = (BUREAU, "政务云", "host-1", 2, "2024-06-01", 24, "SN1", "虚拟化", "甲", "6.5", "企业版", "ESN-1", "2025-12-31")
SECOND = (BUREAU, "政务云", "host-2", "4颗", "2024.6.1", "", "", "", "", "", "", "", "")
THIRD = (SCHOOL, "校园云", "host-1", 2, "2024年6月2日", 64, "", "云管理", "", "", "", "", "")


def hosts(*rows: Sequence[object], name: str = "主机清单", heading: Sequence[object] = HEADING) -> NamedBytes:
    return NamedBytes(f"{name}.xlsx", workbook({name: [heading, *rows]}))


def running() -> dict[str, int]:
    with db.reading() as session:
        those = positions(read_sides(session, Asked(day("12-31"))))
    return {product: total.sockets for product, total in totals(those).items()}


def test_a_list_becomes_a_scan_for_each_day_and_the_same_again_changes_nothing() -> None:
    file = hosts(FIRST, SECOND, THIRD)
    outcome = load(units(), file)
    assert outcome.counts["hosts"] == {"new": 3, "changed": 0, "same": 0, "waits": 0}
    assert running() == {"virtualization": 6, "cloud_management": 2}
    with db.reading() as session:
        assert [(str(scan.on), scan.hosts) for scan in session.scalars(select(HostScan).order_by(HostScan.on))] == [
            ("2024-06-01", 2),
            ("2024-06-02", 1),
        ]
        one = session.scalars(select(DeployedHost).where(DeployedHost.serial == "SN1")).one()
        assert (one.cores, one.edition, one.fingerprint, str(one.valid_until), one.place) == (
            24, "企业版", "ESN-1", "2025-12-31", "主机清单!2",
        )  # fmt: skip
    assert load(NamedBytes("另存.xlsx", file.content)).counts["hosts"]["same"] == 3
    assert load(hosts(THIRD, name="重存")).counts["hosts"]["same"] == 1
    books_are_right()


def test_a_list_corrected_on_the_same_day_is_a_new_scan() -> None:
    load(units(), hosts(FIRST, SECOND))
    load(hosts(FIRST, name="更正"))
    assert running() == {"virtualization": 2}


def test_a_row_with_no_cpus_says_that_nothing_runs_there() -> None:
    load(units(), hosts((BUREAU, "政务云", "", 0, "2024-06-01")))
    assert running() == {"virtualization": 0}
    books_are_right()


def test_a_list_waits_for_its_units() -> None:
    assert load(hosts(FIRST)).counts["hosts"]["waits"] == 1
    load(units())
    assert running() == {"virtualization": 2}


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (0, "查无此单位", "B"),
        (2, "", "host"),
        (3, 65, "64"),
        (3, "两颗", "whole number"),
        (4, "2025-01-01", "future"),
        (4, "", "filled in"),
        (5, 2000, "1024"),
        (7, "大型机", "expected"),
    ],
)
def test_one_bad_cell_refuses_the_whole_list(column: int, value: object, said: str, clock: object) -> None:
    load(units())
    bad = [*THIRD]
    bad[column] = value
    outcome = loading.load([hosts(FIRST, bad)], actor=ALICE)
    errors = [problem for problem in outcome.problems if problem.severity == "error"]
    assert [problem.row for problem in errors] == [3]
    assert column == 0 or said in errors[0].text()
    assert running() == {}


def test_a_host_that_stands_twice_on_a_platform_names_the_other_row(clock: object) -> None:
    load(units())
    [line] = refused(hosts(FIRST, (*FIRST[:2], "HOST-1", *FIRST[3:])))
    assert "row 3" in line
    assert "2" in line
