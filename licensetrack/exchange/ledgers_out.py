"""A ledger written the way it is read: the same headings, words and units, so that an export can be loaded again
unchanged."""

from __future__ import annotations

from licensetrack.exchange.headings import forms, words
from licensetrack.exchange.ledgers import LEDGERS, Kind
from licensetrack.exchange.rows import Row
from licensetrack.exchange.spreadsheet_out import OutputColumn, Shape

_SHAPES: dict[str, Shape] = {
    "cpus": "whole",
    "count": "whole",
    "year": "whole",
    "signed_cpus": "whole",
    "satisfaction": "whole",
    "money": "money",
    "day": "day",
    "moment": "moment",
}


def ledger_columns(kind: Kind) -> list[OutputColumn]:
    """The columns of a ledger in the order of its row type, headed as our own ledgers are; amounts are in yuan."""
    columns = forms()[kind].columns
    return [
        OutputColumn(
            f"{columns[name].say}（元）" if about.shape == "money" else columns[name].say,
            _SHAPES.get(about.shape, "text"),
        )
        for name, about in LEDGERS[kind].fields.items()
    ]


def ledger_cells(kind: Kind, row: Row) -> list[object]:
    """The cells of one row: codes as the words that ledgers use, everything else as it is."""
    values = row._asdict()
    return [_cell(values[name], about.shape) for name, about in LEDGERS[kind].fields.items()]


def _cell(value: object, shape: str) -> object:
    if shape == "yes_or_no":
        return "" if value is None else _first_word(shape, "yes" if value else "no")
    if isinstance(value, str) and value in words().get(shape, ()):
        return _first_word(shape, value)
    return value


def _first_word(name: str, value: str) -> str:
    return str(words()[name][value][0])
