"""A sheet, whatever file it came from: rows of plain cells from the first row on, with what was seen around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from licensetrack.exchange.cells import Raw
from licensetrack.exchange.sheet_scan import SheetScan

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column of a merged range; all count from 0."""

Opened = tuple[Iterator[list[Raw]], list[Merge]]


@dataclass(slots=True)
class Sheet:
    """One sheet of one file.

    `open` gives its rows from row 1 on, as lists that may be of unequal length, and its merged ranges.
    `counts_from_1904` says that plain numbers cannot be taken for the usual serial numbers of days.
    """

    file: str
    name: str
    open: Callable[[], Opened]
    scan: SheetScan = field(default_factory=SheetScan)
    hidden: bool = False
    counts_from_1904: bool = False
