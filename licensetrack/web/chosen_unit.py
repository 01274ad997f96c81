"""A unit chosen in a form by its code or any of its names."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Scope
from licensetrack.core.errors import Refused
from licensetrack.core.names import nearest
from licensetrack.units.models import Unit
from licensetrack.units.queries import unit_by_words, units_in_use

MOST_OFFERED = 1000


def unit_named(db: Session, text: str, scope: Scope) -> Unit:
    """The unit of that code or name, former and short names too. Raises Refused at `to`, naming the nearest."""
    found = unit_by_words(db, text, scope)
    if found is not None:
        return found
    close = nearest(text, (unit.name for unit in units_in_use(db, scope=scope)))
    raise Refused("There is no unit of this name in the directory. The nearest are: %(nearest)s.",
                  nearest="、".join(close) or "—").at("to")  # fmt: skip


def offered_units(db: Session, scope: Scope, but: int) -> Sequence[Unit]:
    """Units to choose from; a directory larger than that is typed from."""
    found = units_in_use(db, but=but, scope=scope)
    return found if len(found) <= MOST_OFFERED else ()
