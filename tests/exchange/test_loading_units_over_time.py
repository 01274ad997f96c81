"""A list of units tells codes, short names and scope; what has ended is given nothing by a ledger either."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from licensetrack.allocation import unit_changes
from licensetrack.core import db
from licensetrack.exchange.loading import NamedBytes
from licensetrack.units.models import Unit
from licensetrack.units.rules import check_sign
from tests.exchange.ledger_files import (
    BUREAU,
    CHANGES,
    DIRECTORY,
    HEADINGS,
    ISSUES,
    SCHOOL,
    UNITS,
    books_are_right,
    change,
    did,
    issue,
    ledger,
    load,
    refused,
    units,
)  # fmt: skip
from tests.exchange.making import workbook
from tests.trade import ALICE, day

pytestmark = pytest.mark.usefixtures("installation")
CODE = "11440300MB2C12340" + check_sign("11440300MB2C12340")
MORE = ("统一社会信用代码", "简称", "上级单位", "是否在授权范围")


def told(*rows: tuple[object, ...]) -> NamedBytes:
    """A directory with the columns that few offices keep."""
    return NamedBytes("名录.xlsx", workbook({UNITS: [(*HEADINGS[UNITS], *MORE), *rows]}))


def recorded(name: str = BUREAU) -> Unit:
    with db.reading() as session:
        return session.scalars(select(Unit).where(Unit.name == name)).one()


def test_a_list_of_units_may_tell_credit_code_short_name_superior_and_scope() -> None:
    load(told((*DIRECTORY[0], CODE.lower(), "发展局", "市政府", "否")))
    unit = recorded()
    assert (unit.credit_code, unit.short_name, unit.superior, unit.in_scope) == (CODE, "发展局", "市政府", False)
    books_are_right()
    again = load(ledger(UNITS, DIRECTORY[0]))  # a list without these columns says nothing about them
    assert (did(again), recorded().credit_code, recorded().in_scope) == ([], CODE, False)
    load(ledger(ISSUES, issue("SQ-1", "发展局")))
    books_are_right()


def test_a_mistyped_credit_code_is_told_at_its_cell() -> None:
    [line] = refused(told((*DIRECTORY[0], CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), "", "", "")))
    assert "column F" in line
    assert "mistyped" in line


def test_a_districts_old_name_is_stored_as_its_present_one() -> None:
    row = ("SZ0009", "光明实验学校", "公立学校", "区级", "光明新区")
    load(ledger(UNITS, row))
    assert recorded("光明实验学校").district == "光明区"
    assert did(load(ledger(UNITS, row))) == []


def test_a_ledger_gives_nothing_to_a_unit_that_was_merged_before() -> None:
    load(units(), ledger(ISSUES, issue("SQ-1"), issue("SQ-2", SCHOOL)))
    unit_changes.merge_unit(recorded(), recorded(SCHOOL), on=day("06-01"), actor=ALICE, reason="机构改革")
    [late] = refused(ledger(ISSUES, issue("SQ-3", on="07-01")))
    assert "was merged" in late
    [moved] = refused(ledger(CHANGES, change("SQ-2", "迁移", "07-01", to=BUREAU)))
    assert "was merged" in moved
    assert did(load(units(), ledger(ISSUES, issue("SQ-1"), issue("SQ-2", SCHOOL)))) == []
    books_are_right()
