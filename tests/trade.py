"""A small trade for tests: units with names, sets with lives, made through the verbs that the program uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation import issuing, life
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.db import reading, transaction
from licensetrack.units.directory import UnitEntry, register_unit
from licensetrack.units.models import Unit

ALICE = Actor(id=None, login="alice", name="Alice", role="operator")


def day(text: str) -> dt.date:
    """`day("03-05")` is 5 March 2024; a full date stands for itself."""
    return dt.date.fromisoformat(text if len(text) == 10 else f"2024-{text}")


def unit(code: str = "SZ0001", *, name: str = "", district: str = "福田区", category: str = "公立学校") -> Unit:
    """A unit in the directory."""
    return register_unit(UnitEntry(code, name or f"单位{code}", category, district), actor=ALICE)


def issued(
    number: str, holder: Unit, cpus: int | None = 16, on: str = "02-01", product: str = "virtualization", **more: Any
) -> LicenseSet:
    """A set issued to a unit."""
    return issuing.issue_set(number, holder, product, cpus=cpus, on=day(on), actor=ALICE, **more)


def imported(
    number: str, holder: Unit, cpus: int | None = 16, on: str = "02-01", import_on: str = "02-10"
) -> LicenseSet:
    """A set issued and imported."""
    found = issued(number, holder, cpus, on)
    life.record_import(found, actor=ALICE, on=day(import_on))
    return found


def accepted(
    number: str,
    holder: Unit,
    cpus: int | None = 16,
    on: str = "02-01",
    import_on: str = "02-10",
    accept_on: str = "02-20",
    product: str = "virtualization",
) -> LicenseSet:
    """A set issued, imported and accepted."""
    found = issued(number, holder, cpus, on, product)
    life.record_import(found, actor=ALICE, on=day(import_on))
    life.accept_import(found, actor=ALICE, on=day(accept_on), evidence=f"{number}-验收单.pdf")
    return found


def fresh(license_set: LicenseSet) -> LicenseSet:
    """The set as it is recorded now."""
    with reading() as db:
        again = db.get(LicenseSet, license_set.id)
        assert again is not None
        return again


class _PowerCut(Exception):
    """What ends a transaction that nobody wants to keep."""


@contextmanager
def broken_off() -> Iterator[Session]:
    """A transaction that breaks off at its end, so that nothing of it is kept."""
    try:
        with transaction() as db:
            yield db
            raise _PowerCut
    except _PowerCut:
        pass
