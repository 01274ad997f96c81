"""Run as a script of its own: an .xls workbook on standard input, its visible sheets as lines of JSON on standard
output.

The first line lists the sheets: name, hidden, merges, height; then each sheet's rows follow, one a line. Dates are
["date", ISO].
"""

from __future__ import annotations

import contextlib
import json
import sys
from datetime import date, datetime
from io import BytesIO
from typing import Any

import python_calamine as calamine

MEMORY = 768 * 2**20
SECONDS = 60


def limit_this_process() -> None:
    """Let the kernel end this process before it takes the machine along. (Windows has no such limits.)"""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def plain(cell: Any) -> Any:
    """A cell as JSON can hold it; a whole number stays a float, as it is in the workbook."""
    if isinstance(cell, str | float | bool | int):
        return cell
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    return ["date", cell.isoformat()] if isinstance(cell, date) else ["other", str(cell)]


def main() -> None:
    """Read, then write."""
    limit_this_process()
    book = calamine.CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
    heads, lines = [], []
    for about in book.sheets_metadata:
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        hidden = about.visible != calamine.SheetVisibleEnum.Visible
        sheet = book.get_sheet_by_name(about.name)
        # The reader begins with row 1, but with the first column that holds anything.
        left = [""] * (sheet.start[1] if sheet.start else 0)
        rows = [] if hidden else [json.dumps(left + [plain(cell) for cell in row]) for row in sheet.iter_rows()]
        merges = [(*first, *last) for first, last in sheet.merged_cell_ranges or []]
        heads.append({"name": about.name, "hidden": hidden, "merges": merges, "height": len(rows)})
        lines += rows
    out = sys.stdout
    out.write(json.dumps(heads) + "\n")
    for line in lines:
        out.write(line + "\n")


if __name__ == "__main__":
    main()
