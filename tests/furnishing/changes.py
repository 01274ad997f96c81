"""Objects of the area "changes" in the house of the access table; tests/furnishing/everything.py says more."""

from __future__ import annotations

from sqlalchemy import select

from licensetrack.allocation import issuing, life
from licensetrack.allocation.models import Revocation
from licensetrack.core import db
from licensetrack.units.models import Unit
from tests.furnishing.everything import Objects
from tests.site import person
from tests.trade import day


def furnish(objects: Objects) -> Objects:
    """An own and a foreign revocation code that are awaited: a host of a set of each unit was replaced."""
    return {
        "own_revocation": _revocation("SQ-2025-9101", int(objects["own_unit"])),
        "foreign_revocation": _revocation("SQ-2025-9102", int(objects["foreign_unit"])),
    }


def _revocation(number: str, unit_id: int) -> int:
    operator = person("operator")
    with db.reading() as session:
        holder = session.get_one(Unit, unit_id)
        session.expunge(holder)
    found = issuing.issue_set(
        number, holder, "virtualization", cpus=8, on=day("2025-02-01"), actor=operator,
        details={"fingerprint": f"ESN-{number}-1", "platform": "政务云"},
    )  # fmt: skip
    life.replace_host(
        found, actor=operator, on=day("2025-03-01"), old_fingerprint=f"ESN-{number}-1",
        new_fingerprint=f"ESN-{number}-2", reason="主板更换",
    )  # fmt: skip
    with db.reading() as session:
        return session.scalars(select(Revocation.id).where(Revocation.set_id == found.id)).one()
