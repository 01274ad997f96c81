"""Who hears of service orders: the centre of a new one, the engineer of an assigned one, the unit of a finished one."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from licensetrack.notices.audiences import center_with, holders_of_unit
from licensetrack.notices.links import path_of
from licensetrack.notices.telling_of import Act, Teller, Telling
from licensetrack.support.handling_models import ServiceCase
from licensetrack.units.models import Unit

ROOM = "support:order"


def _order(act: Act) -> Iterator[Telling]:
    found = act.db.scalars(select(ServiceCase).where(ServiceCase.number == act.payload["order"])).one()
    unit = act.db.get_one(Unit, found.unit_id)
    kind, to = {
        "ask": ("service_asked", center_with(act.db, f"{ROOM}:accept", unit.id)),
        "assign": ("service_assigned", [found.engineer_id] if found.engineer_id else []),
        "hand_over": ("service_to_confirm", holders_of_unit(act.db, unit.id)),
    }[act.action]
    told = {"number": found.number, "unit": unit.name, "title": found.title}
    yield Telling(kind, to, f"order:{found.number}", path_of("order", found.number), told, unit.id)


TELLERS: dict[str, Teller] = {f"{ROOM}:{action}": _order for action in ("ask", "assign", "hand_over")}
