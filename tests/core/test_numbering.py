"""Numbers without a hole: each is given once, and one that was rolled back is given again."""

import pytest
from sqlalchemy import Engine

from licensetrack.core.db import transaction
from licensetrack.core.numbering import next_number
from tests.trade import broken_off


@pytest.mark.usefixtures("database")
def test_each_series_counts_for_itself_from_one() -> None:
    with transaction() as db:
        assert [next_number(db, "a"), next_number(db, "a"), next_number(db, "b")] == [1, 2, 1]


def test_a_number_that_was_rolled_back_is_given_again(database: Engine) -> None:
    with broken_off() as db:
        assert next_number(db, "a") == 1
    with transaction() as db:
        assert next_number(db, "a") == 1


@pytest.mark.usefixtures("database")
def test_numbers_given_by_hand_are_passed_over() -> None:
    with transaction() as db:
        assert next_number(db, "a", above=184) == 185
        assert next_number(db, "a", above=20) == 186
