"""Exports of other programs read by a mapping: the same rules for every cell, the same all or nothing, a trace each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.core import db
from licensetrack.core.errors import Conflict, Forbidden, Refused
from licensetrack.exchange.changes import Outcome
from licensetrack.exchange.loading import Load, NamedBytes
from licensetrack.exchange.mapping import ColumnMap, check_mapping, guess, look, read_mapped, ready_made
from licensetrack.exchange.mappings import as_mapping, save_mapping, saved_mappings
from licensetrack.inventory.models import DeployedHost, HostScan, ScanCoverage
from licensetrack.units.models import Unit
from tests.exchange.ledger_files import BUREAU, SCHOOL, books_are_right, count, load, units
from tests.exchange.making import text_table, workbook
from tests.trade import ALICE

pytestmark = pytest.mark.usefixtures("installation")

COMPANIES = [("ID", "Company Name", "Phone", "Users", "Created At"), (7, "城市档案馆", "0755-1", 3, "2023-01-01")]
SNIPE = [
    ("id", "Company", "Name", "Serial Number", "Purchase Date", "Purchase Cost", "Order Number", "seats",
     "Expiration Date", "Manufacturer", "Category", "Notes"),
    (1, "城市档案馆", "档案云", "SNIPE-0001", "2024-02-01", "100.00", "PO-1", 16, "2027-02-01", "甲", "Virtualization",
     ""),
    (2, "城市档案馆", "档案云", "SNIPE-0002", "2024-03-01", "", "PO-1", 40, "", "乙", "Cloud Management", "三年"),
]  # fmt: skip
GLPI_ENTITIES = [("ID", "Complete name", "Phone"), (3, "Root entity > 教育系统 > 第一中学", "0755-2")]
GLPI = [
    ("Name", "Entity", "Software", "Serial number", "Number", "Type", "Expiration", "Version in use", "Creation date"),
    ("校园云", "Root entity > 教育系统 > 第一中学", "虚拟化软件", "GLPI-1", 8, "Volume", "Never expire", "企业版",
     "2024-04-01 09:00"),
    ("校园云", "Root entity > 教育系统 > 第一中学", "云管理软件", "GLPI-2", 24, "Trial", "2024-12-31", "",
     "2024-04-02 10:00"),
]  # fmt: skip
RALPH = [
    ("id", "created", "manufacturer", "licence_type", "property_of", "software", "number_bought", "sn", "niw",
     "invoice_date", "valid_thru", "order_no", "price", "license_details", "remarks"),
    (11, "2024-01-01", "甲", "per processor", BUREAU, "虚拟化软件", 32, "KEY-1", "INV-0001", "2024-05-06", "", "PO",
     "1.00", "政务云", ""),
]  # fmt: skip


def file(name: str, rows: list[tuple[object, ...]], separator: str = ",") -> NamedBytes:
    return NamedBytes(name, text_table([list(map(str, row)) for row in rows], separator).encode())


def mapped(one: NamedBytes, mapping: ColumnMap, *, dry_run: bool = False, promised: str | None = None) -> Outcome:
    reader = Load([one], actor=ALICE, mapped=lambda files: read_mapped(files[0].name, files[0].content, mapping))
    return reader.apply(dry_run=dry_run, promised=promised)


def peer(name: str, one: NamedBytes) -> Outcome:
    outcome = mapped(one, ready_made()[name])
    assert not outcome.refused, [problem.line() for problem in outcome.problems]
    return outcome


def sets() -> dict[str, LicenseSet]:
    with db.reading() as session:
        found = {one.number: one for one in session.scalars(select(LicenseSet))}
        session.expunge_all()
    return found


def test_an_office_moves_from_snipe_it_with_its_units_and_licences() -> None:
    peer("snipe_it_companies", file("companies.csv", COMPANIES))
    outcome = peer("snipe_it_licenses", file("licenses.csv", SNIPE))
    assert outcome.counts["issues"]["new"] == 2
    found = sets()
    assert (found["SNIPE-0001"].cpus, found["SNIPE-0001"].product, str(found["SNIPE-0001"].valid_until)) == (
        16, "virtualization", "2027-02-01",
    )  # fmt: skip
    assert (found["SNIPE-0002"].cpus, found["SNIPE-0002"].product) == (40, "cloud_management")
    assert count("virtualization.issued_cpus") == 16
    with db.reading() as session:
        assert session.scalars(select(Unit.code).where(Unit.name == "城市档案馆")).one() == "7"
        places = list(session.scalars(select(LedgerEvent.place).order_by(LedgerEvent.id)))
    assert [place.rpartition("!")[2] for place in places] == ["2", "3"]
    again = peer("snipe_it_licenses", file("licenses.csv", SNIPE))
    assert again.counts["issues"] == {"new": 0, "changed": 0, "same": 2, "waits": 0}
    books_are_right()


def test_an_office_moves_from_glpi_whose_entities_are_paths_and_whose_licences_never_expire() -> None:
    peer("glpi_entities", file("entities.csv", GLPI_ENTITIES, ";"))
    peer("glpi_licenses", file("glpi.csv", GLPI, ";"))
    found = sets()
    assert (found["GLPI-1"].kind, found["GLPI-1"].valid_until, found["GLPI-1"].edition) == ("formal", None, "企业版")
    assert (found["GLPI-2-T"].kind, str(found["GLPI-2-T"].valid_until)) == ("temporary", "2024-12-31")
    assert count("virtualization.issued_cpus") == 8
    books_are_right()


def test_an_office_moves_from_ralph() -> None:
    load(units())
    peer("ralph_licences", file("licences.csv", RALPH))
    found = sets()["INV-0001"]
    assert (found.cpus, str(found.issued_on), found.kind) == (32, "2024-05-06", "formal")
    books_are_right()


def test_a_vendor_s_export_of_hosts_takes_unit_and_day_for_all_rows() -> None:
    load(units())
    book = workbook({"导出": [("Cluster", "Host", "Sockets", "Cores"), ("云A", "n1", 2, 24), ("云A", "n2", 2, 24)]})
    mapping = ColumnMap(
        "hosts",
        {"platform": ("Cluster",), "host": ("Host",), "sockets": ("Sockets",), "cores": ("Cores",)},
        {"unit": SCHOOL, "seen_on": "2024-06-01"},
        name="某厂商导出",
    )
    check_mapping(mapping)
    assert not mapped(NamedBytes("vendor.xlsx", book), mapping).refused
    with db.reading() as session:
        [scan] = session.scalars(select(HostScan))
        assert (scan.way, scan.hosts, str(scan.on)) == ("mapping", 2, "2024-06-01")
    books_are_right()


def test_a_host_list_that_was_mapped_wrong_is_loaded_right_from_the_same_file() -> None:
    load(units())
    book = NamedBytes(
        "vendor.xlsx", workbook({"导出": [("Cluster", "Host", "Sockets", "Cores"), ("云A", "n1", 2, 24)]})
    )
    columns = {"platform": ("Cluster",), "host": ("Host",), "sockets": ("Sockets",), "cores": ("Cores",)}
    right = ColumnMap("hosts", columns, {"unit": SCHOOL, "seen_on": "2024-06-01"})
    wrong = replace(right, columns={**columns, "sockets": ("Cores",), "cores": ()})
    other_day = replace(right, fixed={"unit": SCHOOL, "seen_on": "2024-06-02"})
    for mapping, action in [
        (wrong, "new"), (wrong, "same"), (right, "new"), (right, "same"), (other_day, "new"), (right, "same"),
        (wrong, "new"), (right, "new"),
    ]:  # fmt: skip
        assert mapped(book, mapping).counts["hosts"][action] == 1
    with db.reading() as session:
        query = select(HostScan.on, DeployedHost.sockets).select_from(DeployedHost)
        query = query.join(ScanCoverage, ScanCoverage.id == DeployedHost.coverage_id).join(HostScan)
        seen = list(session.execute(query.order_by(HostScan.id)))
        assert [(str(on), sockets) for on, sockets in seen] == [
            ("2024-06-01", 24), ("2024-06-01", 2), ("2024-06-02", 2), ("2024-06-01", 24), ("2024-06-01", 2),
        ]  # fmt: skip
    books_are_right()


def test_one_bad_cell_refuses_the_whole_file_and_names_its_row_and_column() -> None:
    peer("snipe_it_companies", file("companies.csv", COMPANIES))
    bad = [SNIPE[0], SNIPE[1], (*SNIPE[2][:7], "many", *SNIPE[2][8:])]
    outcome = mapped(file("licenses.csv", bad), ready_made()["snipe_it_licenses"])
    [problem] = [one for one in outcome.problems if one.severity == "error"]
    assert (problem.row, problem.column, problem.heading, problem.value) == (3, "H", "seats", "many")
    assert sets() == {}


def test_a_file_without_the_mapping_s_columns_or_without_its_units_is_refused() -> None:
    mapping = ready_made()["snipe_it_licenses"]
    assert mapped(file("x.csv", [("a", "b", "c"), (1, 2, 3)]), mapping).refused
    assert mapped(file("x.csv", [SNIPE[0][2:], SNIPE[1][2:]]), mapping).refused
    assert mapped(file("licenses.csv", SNIPE), mapping).refused
    with db.reading() as session:
        assert session.scalars(select(LicenseSet)).first() is None


def test_what_was_promised_by_the_preview_is_what_is_loaded() -> None:
    peer("snipe_it_companies", file("companies.csv", COMPANIES))
    one, mapping = file("licenses.csv", SNIPE), ready_made()["snipe_it_licenses"]
    promised = mapped(one, mapping, dry_run=True).digest()
    assert sets() == {}
    with pytest.raises(Conflict):
        mapped(one, mapping, promised="something else")
    mapped(one, mapping, promised=promised)
    assert len(sets()) == 2


def test_columns_are_guessed_by_their_headings() -> None:
    found = guess("hosts", ["单位名称", "集群名称", "主机名", "CPU路数", "采集时间", "别的"])
    assert found == {
        "unit": "单位名称", "platform": "集群名称", "host": "主机名", "sockets": "CPU路数", "seen_on": "采集时间",
    }  # fmt: skip
    looked = look("x.csv", file("x.csv", [("题",), *SNIPE]).content)
    assert looked.headings[1] == "Company"
    assert looked.samples[0][3] == "SNIPE-0001"


def test_a_mapping_that_lacks_a_field_or_fixes_what_differs_is_refused_at_the_field() -> None:
    columns = {"unit": ("Company",), "number": ("id",), "kind": ("k",)}
    for mapping, at in [
        (ColumnMap("issues", columns), "product"),
        (
            ColumnMap("issues", {"unit": ("Company",)}, {"number": "SQ-1", "product": "虚拟化", "kind": "正式"}),
            "number",
        ),
        (ColumnMap("issues", columns, {"product": "大型机"}), "product"),
        (ColumnMap("issues", {**columns, "colour": ("c",)}, {"product": "虚拟化"}), "colour"),
    ]:
        with pytest.raises(Refused) as refused:
            check_mapping(mapping)
        assert refused.value.field == at
    for one in ready_made().values():
        check_mapping(one)


def test_a_mapping_is_saved_under_a_name_and_used_again() -> None:
    mapping = ready_made()["glpi_licenses"]
    save_mapping("我们的资产系统", mapping, actor=ALICE)
    with pytest.raises(Conflict):
        save_mapping("我们的资产系统", mapping, actor=ALICE)
    assert save_mapping("我们的资产系统", mapping, actor=ALICE, seen=1).version == 2
    with pytest.raises(Forbidden):
        save_mapping("别的", mapping, actor=Actor(None, "bob", "Bob", "unit_user"))
    with pytest.raises(Refused):
        save_mapping(" ", mapping, actor=ALICE)
    with db.reading() as session:
        [row] = saved_mappings(session)
        again = as_mapping(row)
    assert (again.columns, again.fixed, again.words, again.parts) == (
        mapping.columns, mapping.fixed, mapping.words, mapping.parts,
    )  # fmt: skip
