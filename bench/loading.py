"""Loading a large issue ledger, against a bare script that reads it and inserts the same columns of the same tables.

The bare script checks nothing, plans nothing and keeps no digest: it reads the cells with the same reader,
binds every column that the load writes (sets and events) by one `executemany` for each table, in one transaction, on
the same settings of SQLite. For information the load is also set against one bare table of the sheet's twelve columns.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import python_calamine
from sqlalchemy import select

from bench.ledger_of_many import HEADINGS, ROWS, connect, installation, write_workbook
from bench.measuring import Result, side_by_side, stopwatch
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.allocation.issuing import EVENT_COLUMNS, SET_COLUMNS
from licensetrack.core import db
from licensetrack.exchange import loading
from licensetrack.units.models import Unit

ROUNDS = 3
SHEET = "授权发放台账"
LEDGER = f"{SHEET}.xlsx"
KEY = "0" * 32
PRODUCTS = {"虚拟化软件": "virtualization", "云管理软件": "cloud_management"}
KINDS = {"正式": "formal", "临时": "temporary"}


def run(folder: Path) -> list[Result]:
    """Speed as a share of the bare script's, and the memory of the loading process."""
    installation(folder)
    write_workbook(folder / LEDGER)
    sides = ("bench.loading:load", "bench.loading:barely", "bench.loading:one_table")
    ours, bare, table = side_by_side(sides, {"folder": str(folder)}, ROUNDS)
    note = f"{ours.median:.2f} s against {bare.median:.2f} s"
    aside = f"(into one bare table of the sheet's columns: {table.median:.2f} s, {table.median / ours.median:.2f} ×)"
    name = f"load {ROWS:,} rows"
    return [
        Result(
            f"{name}: rows/s of a bare script", bare.median / ours.median, 0.4, "×", f"{note} {aside}", at_least=True
        ),
        Result(f"{name}: memory of the process", ours.peak, 400, "MB"),
    ]


def load(folder: str) -> dict[str, float]:
    """The whole load: read, checked, planned, written with events, digests and audit."""
    answer: dict[str, float] = {}
    fresh = _fresh(Path(folder))
    with stopwatch(answer):
        outcome = loading.load(loading.files_of([Path(folder) / LEDGER]), actor=SYSTEM)
    assert outcome.counts["issues"]["new"] == ROWS, outcome.problems
    shutil.rmtree(fresh)
    return answer


def barely(folder: str) -> dict[str, float]:
    """The bare script: cells in, rows of both tables out."""
    answer: dict[str, float] = {}
    fresh = _fresh(Path(folder))
    with db.transaction() as session:
        units = dict(session.execute(select(Unit.name, Unit.id)).all())
    with stopwatch(answer):
        sets, events = [], []
        for i, (_, number, unit, product, platform, kind, size, _, day, file, end, note) in enumerate(
            _cells(folder), 1
        ):
            on, unit_id, code, cpus = day.isoformat(), units[unit], PRODUCTS[product], int(size)
            details = f'{{"license_file":"{file}","platform":"{platform}","support_end":"{end}"}}'
            sets.append(
                (i, number, unit_id, None, code, 1, KINDS[kind], cpus, "issued", on, None, None, None, "", file,
                 end.isoformat(), None, note, 1, 1, cpus, 0, 0, 0, 0, 0)
            )  # fmt: skip
            events.append(
                (i, 1, 1000, "issue", on, "2024-12-31 00:00:00.000000", None, unit_id, code, KINDS[kind], "市本级",
                 "事业单位", cpus, details, None, f"{SHEET}!{i}", KEY, i, 1, cpus, 0, 0, 0, 0, 0)
            )  # fmt: skip
        with db.transaction() as session:
            for name, columns, rows in (("license_set", SET_COLUMNS, sets), ("ledger_event", EVENT_COLUMNS, events)):
                marks = ", ".join("?" * len(columns))
                statement = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
                session.connection().exec_driver_sql(statement, rows)
    shutil.rmtree(fresh)
    return answer


def one_table(folder: str) -> dict[str, float]:
    """The sheet's own columns as they are, into one table without any rule."""
    answer: dict[str, float] = {}
    fresh = _fresh(Path(folder))
    with db.transaction() as session:
        columns = ", ".join(f'"{name}"' for name in HEADINGS)
        session.connection().exec_driver_sql(f"CREATE TABLE plain ({columns})")
    with stopwatch(answer):
        rows = [tuple(c.isoformat() if hasattr(c, "isoformat") else c for c in row) for row in _cells(folder)]
        with db.transaction() as session:
            marks = ", ".join("?" * len(HEADINGS))
            session.connection().exec_driver_sql(f"INSERT INTO plain VALUES ({marks})", rows)  # noqa: S608
    shutil.rmtree(fresh)
    return answer


def _cells(folder: str) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_path(str(Path(folder) / LEDGER))
    return book.get_sheet_by_index(0).to_python()[1:]


def _fresh(folder: Path) -> Path:
    """A copy of the prepared installation, to be loaded into once."""
    fresh = folder / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    shutil.copy(folder / "bench.db", fresh / "bench.db")
    connect(f"sqlite:///{fresh / 'bench.db'}", fresh)
    return fresh
