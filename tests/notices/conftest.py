"""Clerks of two units, for who hears; and passwords hashed with little work, else these tests took minutes."""

from __future__ import annotations

import pytest

from licensetrack.accounts import passwords
from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.units.models import Unit
from tests import trade
from tests.notices.hearing import person


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thousandth of the work."""
    monkeypatch.setattr(passwords, "HASH_METHOD", "scrypt:1024:8:1")


@pytest.fixture
def clerk(school: Unit) -> Actor:
    """Works at the unit `school` of the test's module."""
    return person("uma", "unit_user", Scope("unit", str(school.id)))


@pytest.fixture
def stranger(school: Unit) -> Actor:
    """Works at another unit, in another district."""
    return person("una", "unit_user", Scope("unit", str(trade.unit("SZ0002", district="南山区").id)))
