"""The machine finds every bug of the zoo, and none in the program without one."""

from __future__ import annotations

import pytest

from tests.machine.conftest import Connect
from tests.machine.life import live
from tests.machine.zoo import ZOO

LIVES, STEPS = 80, 40  # a bound, not a wish: most bugs are found in the first five lives


def test_the_zoo_is_large() -> None:
    assert len(ZOO) >= 25


@pytest.mark.slow
@pytest.mark.parametrize("bug", ZOO)
def test_the_machine_finds(bug: str, on_sqlite: Connect) -> None:
    with ZOO[bug](), pytest.raises(Exception):  # noqa: B017, PT011 - however it shows
        live(on_sqlite, LIVES, STEPS, shrink=False)
