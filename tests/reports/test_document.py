"""The model refuses what no page could show."""

import pytest

from licensetrack.reports.column_widths import column_widths
from licensetrack.reports.document import Align, Column, Form, FormCell, Table, place_cells
from licensetrack.reports.numbers import Kind
from licensetrack.reports.scene import text_width
from tests.reports.sample import annual_report, score_table, self_assessment, set_table, unit_table


def test_form_cells_fill_the_fields_that_are_left() -> None:
    form = Form((1, 1, 1), ((FormCell("a", rows=2), FormCell("b", columns=2)), (FormCell("c"), FormCell("d"))))
    assert [(place.cell.value, place.row, place.column) for place in place_cells(form)] == [
        ("a", 0, 0),
        ("b", 0, 1),
        ("c", 1, 1),
        ("d", 1, 2),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ((FormCell("too wide", columns=3),),),
        ((FormCell("a"),),),
        ((FormCell("too deep", rows=2), FormCell("b")),),
        ((FormCell("a"), FormCell("b"), FormCell("one too many")),),
    ],
)
def test_a_form_whose_cells_do_not_fit_is_refused(rows: tuple[tuple[FormCell, ...], ...]) -> None:
    with pytest.raises(ValueError, match="form"):
        place_cells(Form((1, 1), rows))


def test_every_figure_of_the_text_is_listed_once() -> None:
    names = [figure.name for figure in annual_report().figures_used()]
    assert names[0] == "budget.appropriated"
    assert "virtualization.accepted_cpus" in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize("table", [score_table(), unit_table(), set_table()])
@pytest.mark.parametrize("total", [442.0, 689.0, 250.0])
def test_columns_fill_the_table_exactly(table: Table, total: float) -> None:
    widths = column_widths(table, total, 9, 3.5)
    assert sum(widths) == pytest.approx(total)
    assert min(widths) > 0


def test_dates_and_codes_are_not_broken_where_there_is_room() -> None:
    widths = column_widths(set_table(), 689, 9, 3.5)
    for index in (1, 6, 7, 8):
        assert widths[index] > text_width("2024-12-31", 9) + 7


def test_quantities_stand_right_and_words_left() -> None:
    assert Column("a", Kind.MONEY).alignment is Align.RIGHT
    assert Column("a", Kind.DATE).alignment is Align.CENTER
    assert Column("a").alignment is Align.LEFT
    assert FormCell("很长的说明文字需要靠左排列才好读").alignment is Align.LEFT
    assert all(cell.alignment is Align.CENTER for row in self_assessment().rows for cell in row if cell.label)
