"""What is exported can be loaded again and is the same."""
# ruff: noqa: DTZ001 - wall time without a zone is what spreadsheets hold

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.exchange import reading
from licensetrack.exchange.ledgers import LEDGERS
from licensetrack.exchange.ledgers_out import ledger_cells, ledger_columns
from licensetrack.exchange.rows import (
    BudgetRow,
    ChangeRow,
    DemandRow,
    HostRow,
    ImportRow,
    IssueRow,
    PriceRow,
    Row,
    ServiceRow,
    UnitRow,
)
from licensetrack.exchange.spreadsheet_out import write_csv, write_xlsx

# Out and in again

words = st.text(st.sampled_from("深圳市教育局云平台第一（）()AZ09-＝=+@'\""), min_size=1, max_size=12)
numbers = st.from_regex(r"[A-Z]{2}-[0-9]{4}-[0-9]{4}", fullmatch=True)
days = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
moments = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2090, 1, 1)).map(
    lambda t: t.replace(second=0, microsecond=0)
)
remarks = st.just("") | words


def rows_of(row_type: Any, *fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
    """Rows with these first fields; the row number is 0 and the rest as it is when nothing is given."""
    return st.tuples(*fields).map(lambda values: row_type(0, *values))


ROW_STRATEGIES: dict[str, st.SearchStrategy[Row]] = {
    "units": rows_of(UnitRow, numbers, words, words, remarks, words, remarks, remarks),
    "issues": rows_of(
        IssueRow,
        numbers,
        words,
        st.sampled_from(["virtualization", "cloud_management", "bms"]),
        remarks,
        st.sampled_from(["formal", "temporary"]),
        st.integers(1, 1_000_000),
        st.none() | days,
        days,
        remarks,
        st.none() | days,
    ),
    "imports": rows_of(
        ImportRow,
        numbers,
        days,
        st.sampled_from(["success", "failure"]),
        remarks,
        days,
        st.sampled_from(["passed", "failed"]),
    ),
    "changes": rows_of(ChangeRow, numbers, st.just("expand"), days, st.integers(1, 999), remarks, remarks),
    "budget": rows_of(
        BudgetRow,
        st.sampled_from(["appropriation", "receipt", "payment"]),
        days,
        st.integers(1, 10**12).map(lambda cents: Decimal(cents) / 100),
        remarks,
        remarks,
        st.none() | st.sampled_from(["fiscal", "carried_over", "other"]),
        remarks,
        st.just("") | numbers,
        remarks,
        st.just("") | numbers,
        remarks,
        st.none() | st.integers(1, 10**12).map(lambda cents: Decimal(cents) / 100),
        remarks,
        remarks,
    ),
    "demand": rows_of(
        DemandRow, words, st.none() | st.integers(0, 999), remarks, remarks, st.none() | st.integers(0, 9)
    ),
    "prices": rows_of(
        PriceRow,
        st.sampled_from(["virtualization", "cloud_management", "bms"]),
        words,
        st.integers(1, 10**12).map(lambda cents: Decimal(cents) / 100),
        remarks,
        st.none() | days,
    ),
    "services": rows_of(
        ServiceRow, numbers, words, words, moments, st.none() | moments, st.none() | moments, remarks, st.integers(1, 5)
    ),
    "hosts": rows_of(
        HostRow,
        words,
        words,
        words,
        st.integers(0, 999),
        days,
        st.none() | st.integers(1, 256),
        remarks,
        st.none() | st.sampled_from(["virtualization", "cloud_management", "bms"]),
        remarks,
        remarks,
        remarks,
        st.just("") | numbers,
        st.none() | days,
    ),
}


@pytest.mark.parametrize("kind", list(LEDGERS))
@pytest.mark.parametrize("form", ["xlsx", "csv"])
@given(data=st.data())
def test_what_is_written_reads_back_the_same(kind: Any, form: str, data: st.DataObject) -> None:
    place = LEDGERS[kind].row_type._fields.index(LEDGERS[kind].key or "row")
    unique = (lambda row: row[place]) if LEDGERS[kind].key else None
    rows = data.draw(st.lists(ROW_STRATEGIES[kind], max_size=6, unique_by=unique))
    out = io.BytesIO()
    write = write_xlsx if form == "xlsx" else write_csv
    write((ledger_cells(kind, row) for row in rows), ledger_columns(kind), out)
    read = reading.read((f"a.{form}", out.getvalue()))
    assert read.problems == []
    assert [row._replace(row=0) for row in read.tables[0].rows] == rows
    assert [row.row for row in read.tables[0].rows] == list(range(2, len(rows) + 2))
