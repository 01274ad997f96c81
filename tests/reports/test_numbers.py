"""A number is written in one way in sentences and in another in tables, and nowhere else."""

from datetime import date
from decimal import Decimal

import pytest

from licensetrack.reports.numbers import Cell, Figure, Kind, Style, Unit, cell_number, cell_text, number_text


@pytest.mark.parametrize(
    ("value", "kind", "prose", "table"),
    [
        (4375, Kind.COUNT, "4375", "4,375"),
        (20083, Kind.COUNT, "20083", "20,083"),
        (0, Kind.COUNT, "0", "0"),
        (Decimal("7515.00"), Kind.MONEY, "7515", "7,515.00"),
        (Decimal("2254.5"), Kind.MONEY, "2254.5", "2,254.50"),
        (Decimal(100), Kind.PERCENT, "100%", "100%"),
        (Decimal("87.234"), Kind.PERCENT, "87.23%", "87.23%"),
        (Decimal("99.125"), Kind.SCORE, "99.13", "99.13"),
        (Decimal("1E+2"), Kind.SCORE, "100", "100"),
        (-12, Kind.COUNT, "-12", "-12"),
        (None, Kind.COUNT, "—", "—"),
    ],
)
def test_sentences_carry_plain_digits_and_tables_thousands_separators(
    value: int | Decimal | None, kind: Kind, prose: str, table: str
) -> None:
    assert number_text(value, kind, Style.PROSE) == prose
    assert number_text(value, kind, Style.TABLE) == table


def test_a_figure_knows_how_its_unit_is_written() -> None:
    assert Figure("budget.spent", Decimal(7515), Unit.WAN_YUAN).text(Style.TABLE) == "7,515.00"
    assert Figure("import.pass_rate", Decimal(100), Unit.PERCENT).text() == "100%"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (date(2024, 12, 31), Kind.DATE, "2024-12-31"),
        (None, Kind.TEXT, ""),
        (None, Kind.COUNT, "—"),
        (1204, Kind.INDEX, "1204"),
        (1204, Kind.TEXT, "1204"),
        (Figure("units.served", 1240, Unit.UNITS), Kind.TEXT, "1,240"),
        ("=1+1", Kind.TEXT, "=1+1"),
        ("行一\n行\x0b二\x00", Kind.TEXT, "行一\n行二"),
    ],
)
def test_a_cell_is_written_by_its_kind(value: Cell, kind: Kind, text: str) -> None:
    assert cell_text(value, kind) == text


def test_only_numbers_and_figures_are_numbers_in_a_workbook() -> None:
    assert cell_number(Figure("units.served", 124, Unit.UNITS)) == 124
    assert cell_number(Decimal("1.5")) == Decimal("1.5")
    assert cell_number("124") is None
    assert cell_number(date(2024, 1, 1)) is None
