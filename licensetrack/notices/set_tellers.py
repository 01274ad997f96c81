"""Who hears of what happens to a licence set: the unit that holds it, or the other side of an import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from licensetrack.allocation.models import LicenseSet
from licensetrack.handover.acceptance_models import ImportAttempt
from licensetrack.handover.acceptance_stages import SUCCEEDED
from licensetrack.notices.audiences import center_with, holders_of_unit
from licensetrack.notices.links import path_of
from licensetrack.notices.telling_of import Act, Teller, Telling
from licensetrack.units.models import Unit

CHANGES = ("expand", "shrink", "relocate", "move", "replace_host", "renew", "upgrade")
ENDINGS = ("return", "revoke", "void")


def _of_set(db: Session, set_id: int) -> tuple[LicenseSet, dict[str, Any]]:
    found = db.get_one(LicenseSet, set_id)
    unit = db.get_one(Unit, found.unit_id)
    return found, {"number": found.number, "unit": unit.name}


def _holder_hears(kind: str) -> Teller:
    """The people of the unit that holds the set hear of it."""

    def tell(act: Act) -> Iterator[Telling]:
        found, told = _of_set(act.db, act.payload["set_id"])
        to = holders_of_unit(act.db, found.unit_id)
        told["on"] = found.issued_on
        yield Telling(kind, to, f"set:{found.number}", path_of("set", found.number), told, found.unit_id)

    return tell


def _attempt(act: Act) -> Iterator[Telling]:
    """Whoever did not record it hears of it: the centre, or the unit."""
    found, told = _of_set(act.db, act.payload["set_id"])
    attempt = act.db.get_one(ImportAttempt, act.payload["attempt_id"])
    told |= {"on": attempt.on, "reason": act.payload.get("reason", "")}
    center = center_with(act.db, "handover:certificate:draw", found.unit_id)
    to = center if act.by_unit else holders_of_unit(act.db, found.unit_id)
    kind = "import_succeeded" if attempt.result == SUCCEEDED else "import_failed"
    yield Telling(kind, to, f"set:{found.number}", path_of("set", found.number), told, found.unit_id)


def _file(act: Act) -> Iterator[Telling]:
    found, told = _of_set(act.db, act.payload["set_id"])
    to, link = holders_of_unit(act.db, found.unit_id), path_of("file", act.payload["file_id"])
    yield Telling("license_file_ready", to, f"set:{found.number}", link, told, found.unit_id)


def _receipt(act: Act) -> Iterator[Telling]:
    found, told = _of_set(act.db, act.payload["set_id"])
    to = center_with(act.db, "handover:file:attach", found.unit_id)
    yield Telling("receipt_signed", to, f"set:{found.number}", path_of("set", found.number), told, found.unit_id)


def _revocation(act: Act) -> Iterator[Telling]:
    found, told = _of_set(act.db, act.payload["set_id"])
    center = center_with(act.db, "allocation:revocation:record", found.unit_id)
    to = center if act.by_unit else holders_of_unit(act.db, found.unit_id)
    yield Telling("revocation_recorded", to, f"set:{found.number}", path_of("set", found.number), told, found.unit_id)


TELLERS: dict[str, Teller] = {
    "allocation:set:issue": _holder_hears("set_issued"),
    **{f"allocation:set:{action}": _holder_hears("set_changed") for action in CHANGES},
    **{f"allocation:set:{action}": _holder_hears("set_ended") for action in ENDINGS},
    "allocation:set:correct": _holder_hears("set_corrected"),
    "handover:attempt:record": _attempt,
    "handover:file:attach": _file,
    "handover:receipt:sign": _receipt,
    "allocation:revocation:record": _revocation,
}
