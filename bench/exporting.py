"""Export of a large table as xlsx: constant memory, and its time against bare XlsxWriter in the same mode."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from bench.measuring import Result, in_child, side_by_side, stopwatch
from licensetrack.exchange.spreadsheet_out import OutputColumn, write_xlsx

ROWS, ROUNDS = 100_000, 2
COLUMNS = (
    OutputColumn("授权编号"), OutputColumn("单位名称"), OutputColumn("产品类别"), OutputColumn("授权类型"),
    OutputColumn("CPU数量", "whole"), OutputColumn("发放日期", "day"), OutputColumn("导入日期", "day"),
    OutputColumn("验收日期", "day"), OutputColumn("所属区"), OutputColumn("备注"),
)  # fmt: skip


def run(folder: Path) -> list[Result]:
    """Memory of ten times the rows against memory of the rows, and time as a multiple of the bare writer's."""
    arguments = {"folder": str(folder)}
    ours, bare = side_by_side(("bench.exporting:export", "bench.exporting:barely"), arguments, ROUNDS)
    small = in_child("bench.exporting:export", {**arguments, "rows": ROWS // 10})
    note = f"{ours.median:.2f} s against {bare.median:.2f} s"
    growth = f"{small['peak']:.0f} MB for a tenth of the rows"
    return [
        Result(f"export {ROWS:,} rows as xlsx: time of bare XlsxWriter", ours.median / bare.median, 1.5, "×", note),
        Result(f"export {ROWS:,} rows as xlsx: memory it grows by", ours.peak - small["peak"], 10, "MB", growth),
    ]


def export(folder: str, rows: int = ROWS) -> dict[str, float]:
    """The export that pages and commands use."""
    answer: dict[str, float] = {}
    with stopwatch(answer):
        assert write_xlsx(_rows(rows), COLUMNS, str(Path(folder) / "export.xlsx")) == rows
    return answer


def barely(folder: str) -> dict[str, float]:
    """The same cells with the writer alone."""
    answer: dict[str, float] = {}
    with (
        stopwatch(answer),
        xlsxwriter.Workbook(str(Path(folder) / "bare.xlsx"), {"constant_memory": True}) as book,
    ):
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, [column.heading for column in COLUMNS])
        for line, row in enumerate(_rows(ROWS), 1):
            for place, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(line, place, value, day)
                elif isinstance(value, int):
                    sheet.write_number(line, place, value)
                else:
                    sheet.write_string(line, place, value)
    return answer


def _rows(count: int) -> Iterator[tuple[object, ...]]:
    first = dt.date(2024, 1, 2)
    for n in range(count):
        on = first + dt.timedelta(days=n % 300)
        yield (
            f"SQ-2024-{n:06d}", f"深圳市第{n % 500}单位（示例）", "虚拟化软件", "正式", n % 64 + 1, on,
            on + dt.timedelta(days=7), on + dt.timedelta(days=20), "福田区", "=1+1",
        )  # fmt: skip
