"""Objects of the area "units" in the house of the access table; tests/furnishing/everything.py says more."""

from sqlalchemy import select

from licensetrack.core import db
from licensetrack.units.models import Platform
from tests.furnishing.everything import Objects


def furnish(objects: Objects) -> Objects:
    """A platform of the own unit and one of the foreign one, as the sample year has them."""
    with db.reading() as session:
        return {
            f"{whose}_platform": session.scalars(
                select(Platform.id).where(Platform.unit_id == objects[f"{whose}_unit"]).order_by(Platform.id)
            ).first()
            or 0
            for whose in ("own", "foreign")
        }
