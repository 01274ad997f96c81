"""Furnishes the house of the access table: objects of every area, own and foreign, made through the verbs.

An area writes `furnish(objects) -> Objects` in tests/furnishing/<area>.py. It gets the objects made so far and returns
its own, name → id or number, for `{names}` in tests/web/routes/<area>.py: `{"own_request": 1, "foreign_request": 2}`.
Names are unique over all areas; values are what stands in addresses (int or str). From the start there are

- `own_set` ("SQ-2024-0011", held by the unit user's unit), `own_unit` (its id; it lies in the district manager's
  district), `foreign_set` ("SQ-2024-0001") and `foreign_unit`, of another district.

`person(role)` (tests/site.py) is the account of that role: verbs are called as `actor=person("operator")`. Further
people are made with accounts.users.create_user. Days: use 2025 or later. Take sets of your own (issue them here) where
a verb changes a set; leave `own_set` and `foreign_set` as they are. Areas come in the order of AREAS, so a later one
may use what an earlier one made. Only the fixtures `full_house` and `own_full_house` (tests/web/conftest.py) hold these
objects; the house of all other tests stays the plain sample year.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from sqlalchemy import select

from licensetrack.allocation.models import LicenseSet
from licensetrack.core import db
from tests.site import CORRECTED, settings_in, use

Objects = dict[str, int | str]
AREAS = (
    "accounts",
    "units",
    "changes",
    "requests",
    "issuing",
    "acceptance",
    "bought",
    "evidence",
    "desk",
    "frameworks",
    "evaluations",
    "monitoring",
    "jobs",
    "inventory",
    "upkeep",
    "support",
    "notices",
)
FOREIGN = "SQ-2024-0001"


def furnish_areas(folder: Path) -> None:
    """Adds every area's objects to a furnished folder, and writes down their names."""
    use(settings_in(folder))
    objects = _first_objects()
    for area in AREAS:
        own = importlib.import_module(f"tests.furnishing.{area}").furnish(dict(objects))
        twice = objects.keys() & own.keys()
        assert not twice, f"{area}: {twice}"
        objects |= own
    db.engine().dispose()
    (folder / "objects.json").write_text(json.dumps(objects), encoding="utf-8")


def _first_objects() -> Objects:
    with db.reading() as session:
        holders = dict(session.execute(select(LicenseSet.number, LicenseSet.unit_id)).all())
    return {
        "own_set": CORRECTED,
        "own_unit": holders[CORRECTED],
        "foreign_set": FOREIGN,
        "foreign_unit": holders[FOREIGN],
    }
