"""The machines find every bug of the zoo; in the program without one they find none (test_life.py)."""

from __future__ import annotations

import pytest

from tests.machine.asking import Asking
from tests.machine.conftest import Connect
from tests.machine.life import live
from tests.machine.request_zoo import REQUEST_ZOO
from tests.machine.zoo import ZOO

LIVES, STEPS = 150, 40  # a bound, not a wish: most bugs are found in the first five lives


def test_the_zoo_is_large() -> None:
    assert len(ZOO) + len(REQUEST_ZOO) >= 40


@pytest.mark.slow
@pytest.mark.parametrize("bug", ZOO)
def test_among_lives_it_is_found_that(bug: str, on_sqlite: Connect) -> None:
    with ZOO[bug](), pytest.raises(Exception):  # noqa: B017, PT011 - however it shows
        live(on_sqlite, LIVES, STEPS, shrink=False)


@pytest.mark.slow
@pytest.mark.parametrize("bug", REQUEST_ZOO)
def test_among_requests_it_is_found_that(bug: str, on_sqlite: Connect) -> None:
    with REQUEST_ZOO[bug](), pytest.raises(Exception):  # noqa: B017, PT011 - however it shows
        live(on_sqlite, LIVES, STEPS, shrink=False, machine=Asking)
