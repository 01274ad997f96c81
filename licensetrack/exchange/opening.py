"""From the bytes of a file to its sheets: what kind of file it is decides its content, never its name."""

from __future__ import annotations

from licensetrack.exchange import csv_text, xls, xlsx
from licensetrack.exchange.ole import MAGIC
from licensetrack.exchange.problems import Unreadable
from licensetrack.exchange.sheets import Sheet

LARGEST_FILE = 64 * 2**20

TOO_LARGE = "The file is larger than %(limit)s MB."


def open_book(file: str, data: bytes) -> list[Sheet]:
    """The sheets of a workbook (.xlsx, .xls) or of a table in text (.csv, .tsv); nothing is written anywhere.

    Raises:
        Unreadable: the file is none of these, damaged, locked, too large or dangerous to open.
    """
    if len(data) > LARGEST_FILE:
        raise Unreadable(TOO_LARGE, limit=LARGEST_FILE >> 20)
    if data.startswith(b"PK"):
        return xlsx.sheets_of(file, data)
    if data.startswith(MAGIC):
        return xls.sheets_of(file, data)
    return csv_text.sheets_of(file, data)
