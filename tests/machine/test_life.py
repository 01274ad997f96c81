"""Lives of any kind on both databases, every step foretold by the model; more of them with LIVES=200 or more."""

from __future__ import annotations

import os

import pytest

from tests.machine.asking import Asking
from tests.machine.conftest import Connect
from tests.machine.life import live

LIVES, STEPS = int(os.environ.get("LIVES", "24")), int(os.environ.get("LIFE_STEPS", "40"))
SHRINK = bool(os.environ.get("SHRINK"))  # a long life takes minutes to be made short


def half_of_the_acts_are_deep(tally: dict[str, int]) -> None:
    assert tally["done"] >= tally["refused"], tally


@pytest.mark.slow
def test_lives_on_sqlite(on_sqlite: Connect) -> None:
    half_of_the_acts_are_deep(live(on_sqlite, LIVES, STEPS, shrink=SHRINK))


@pytest.mark.slow
@pytest.mark.postgres
def test_lives_on_postgres(on_postgres: Connect) -> None:
    half_of_the_acts_are_deep(live(on_postgres, LIVES // 2, STEPS, shrink=SHRINK))


@pytest.mark.slow
def test_requests_on_sqlite(on_sqlite: Connect) -> None:
    half_of_the_acts_are_deep(live(on_sqlite, LIVES, STEPS, shrink=SHRINK, machine=Asking))


@pytest.mark.slow
@pytest.mark.postgres
def test_requests_on_postgres(on_postgres: Connect) -> None:
    half_of_the_acts_are_deep(live(on_postgres, LIVES // 2, STEPS, shrink=SHRINK, machine=Asking))
