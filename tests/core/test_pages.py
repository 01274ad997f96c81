"""A long list is opened at the page asked for, or at the nearest there is."""

import pytest

from licensetrack.core.pages import last_page, rows_of_page, turn


@pytest.mark.parametrize(("total", "last"), [(0, 1), (1, 1), (50, 1), (51, 2), (100, 2), (101, 3)])
def test_a_list_has_as_many_pages_as_its_rows_need_and_at_least_one(total: int, last: int) -> None:
    assert last_page(total, 50) == last


@pytest.mark.parametrize(("asked", "page", "before"), [(-3, 1, 0), (0, 1, 0), (1, 1, 0), (3, 3, 100), (99, 3, 100)])
def test_a_page_that_is_not_there_is_the_nearest_one(asked: int, page: int, before: int) -> None:
    assert turn(asked, 120, 50) == (page, 3, before)


def test_every_row_stands_on_one_page() -> None:
    rows = list(range(120))
    pages = [rows_of_page(rows, page, 50)[0] for page in (1, 2, 3)]
    assert [row for page in pages for row in page] == rows
