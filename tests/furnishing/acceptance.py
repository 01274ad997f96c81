"""Objects of the area "acceptance" in the house of the access table; tests/furnishing/everything.py says more."""

from sqlalchemy import select

from licensetrack.allocation import issuing
from licensetrack.allocation.models import LicenseSet
from licensetrack.core import db
from licensetrack.handover.attempts import record_attempt
from licensetrack.handover.certificates import draw_certificate, freeze_certificate
from licensetrack.units.models import Unit
from tests.furnishing.everything import Objects
from tests.handover.people import paper, picture
from tests.site import person
from tests.trade import day


def furnish(objects: Objects) -> Objects:
    """For both units: a set that waits for its import, an attempt with a picture, a printed certificate."""
    made: Objects = {}
    for whose in ("own", "foreign"):
        with db.reading() as session:
            holder = session.get_one(Unit, objects[f"{whose}_unit"])
            session.expunge(holder)
        waiting = issued(f"SQ-2025-{whose}-waiting", holder)
        tried = issued(f"SQ-2025-{whose}-imported", holder)
        attempt = record_attempt(
            tried, actor=person("operator"), on=day("2025-01-10"), succeeded=True, shown_cpus=16,
            screenshot=("a.png", picture()),
        )  # fmt: skip
        drawn = draw_certificate(holder, [tried], actor=person("operator"))
        freeze_certificate(drawn, paper(), actor=person("operator"))
        made |= {
            f"{whose}_waiting_set": waiting.number,
            f"{whose}_attempt": attempt.id,
            f"{whose}_certificate": drawn.number,
        }
    return made


def issued(number: str, holder: Unit) -> LicenseSet:
    issuing.issue_set(number, holder, "virtualization", cpus=16, on=day("2025-01-02"), actor=person("operator"))
    with db.reading() as session:
        found = session.scalars(select(LicenseSet).where(LicenseSet.number == number)).one()
        session.expunge(found)
    return found
