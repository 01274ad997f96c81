"""What an act on a set would do: the act itself, looked at and rolled back, so that it can not tell anything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from licensetrack.allocation.models import DELTAS, LicenseSet
from licensetrack.allocation.queries import SetRow, set_by_number
from licensetrack.allocation.story import Posted, posted_since
from licensetrack.core.db import transaction
from licensetrack.web.access import actor

_COMPARED = (
    "unit", "cpus", "stage", "issued_on", "imported_on", "accepted_on", "ended_on", "platform", "site", "edition",
    "fingerprint", "license_file", "valid_until", "support_end", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Foretold:
    """What would differ, (field, before, after), and the events that would be written."""

    differences: Sequence[tuple[str, Any, Any]]
    posted: Sequence[Posted]


class _OnlyLookedError(Exception):
    """Ends the transaction, so that nothing of it stays."""

    def __init__(self, foretold: Foretold) -> None:
        self.foretold = foretold


def foretell(number: str, act: Callable[[Session, LicenseSet], object]) -> Foretold:
    """Does the act, looks, and takes all of it back. Raises what the act raises."""
    try:
        with transaction() as db:
            before = set_by_number(db, number, actor().scope)
            license_set = db.get_one(LicenseSet, before.id)
            counted = {name: getattr(license_set, name) for name in DELTAS}
            act(db, license_set)
            after, now = set_by_number(db, number), {name: getattr(license_set, name) for name in DELTAS}
            words = [(name, getattr(before, name), getattr(after, name)) for name in _COMPARED]
            figures = [(name, counted[name], now[name]) for name in DELTAS]
            differences = [one for one in (*words, *figures) if one[1] != one[2]]
            raise _OnlyLookedError(Foretold(differences, posted_since(db, before.id, before.version)))
    except _OnlyLookedError as looked:
        return looked.foretold


def set_in_hand(db: Session, number: str) -> tuple[LicenseSet, SetRow]:
    """The set that the visitor may see. Raises NotFound."""
    row = set_by_number(db, number, actor().scope)
    return db.get_one(LicenseSet, row.id), row
