"""Who hears of differences: the unit of its own, the other side of an explanation, who answers and asks a waiver."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licensetrack.inventory.models import Difference, DifferenceStep, ReconciliationRun
from licensetrack.inventory.moving import ROOM, subject
from licensetrack.notices.audiences import center_with, holders_of_unit, people_by_login, people_with
from licensetrack.notices.links import path_of
from licensetrack.notices.telling_of import Act, Teller, Telling
from licensetrack.procurement.models import Product
from licensetrack.units.models import Unit

CORRECT = f"{ROOM}:work_off"


def _found(act: Act) -> Iterator[Telling]:
    """The unit hears once of all that a comparison found at it; what is about a contract as a whole is the centre's."""
    db, found = act.db, act.db.get_one(Difference, act.payload["difference_id"])
    if found.unit_id is None:
        return
    run, unit = db.get_one(ReconciliationRun, found.opened_run_id), db.get_one(Unit, found.unit_id)
    together = (Difference.opened_run_id == run.id, Difference.unit_id == unit.id)
    told = {"unit": unit.name, "as_of": run.as_of, "count": db.scalar(select(func.count()).where(*together))}
    yield Telling(
        "differences_found", holders_of_unit(db, unit.id), f"run:{run.id}", path_of("differences"), told, unit.id,
        dedupe=f"differences_found:{run.id}:{unit.id}",
    )  # fmt: skip


def _compared(act: Act) -> Iterator[Telling]:
    """The others of the centre hear of a comparison after which there is more to do."""
    run = act.db.get_one(ReconciliationRun, act.payload["run_id"])
    if run.counts["new"] or run.counts["reopened"]:
        told = {"as_of": run.as_of} | {name: run.counts[name] for name in ("new", "reopened", "closed")}
        link = path_of("comparison", run.id)
        yield Telling("comparison_made", people_with(act.db, CORRECT), f"run:{run.id}", link, told)


def _explained(act: Act) -> Iterator[Telling]:
    """Whoever did not say it hears of it: the centre, or the unit."""
    unit_id = act.db.get_one(Difference, act.payload["difference_id"]).unit_id
    if act.by_unit or unit_id is None:
        yield _telling(act, "difference_explained", _center(act.db, CORRECT, unit_id))
    else:
        yield _telling(act, "difference_explained", holders_of_unit(act.db, unit_id))


def _asked(act: Act) -> Iterator[Telling]:
    unit_id = act.db.get_one(Difference, act.payload["difference_id"]).unit_id
    yield _telling(act, "waiver_asked", _center(act.db, f"{ROOM}:confirm", unit_id))


def _answered(act: Act) -> Iterator[Telling]:
    """Who asked last before the answer."""
    step = DifferenceStep
    query = select(step.login).where(
        step.difference_id == act.payload["difference_id"], step.seq < act.payload["seq"], step.action == "ask"
    )
    asker = act.db.scalar(query.order_by(step.seq.desc()).limit(1))
    kind = "waiver_confirmed" if act.action == "confirm" else "waiver_declined"
    yield _telling(act, kind, people_by_login(act.db, [asker]))


def _ended(act: Act) -> Iterator[Telling]:
    unit_id = act.db.get_one(Difference, act.payload["difference_id"]).unit_id
    yield _telling(act, "waiver_ended", _center(act.db, CORRECT, unit_id))


def _telling(act: Act, kind: str, to: list[int]) -> Telling:
    """What the very step says that was taken; the difference itself may have moved on meanwhile."""
    found = act.db.get_one(Difference, act.payload["difference_id"])
    query = select(DifferenceStep).where(
        DifferenceStep.difference_id == found.id, DifferenceStep.seq == act.payload["seq"]
    )
    step = act.db.scalars(query).one()
    told = {"number": found.id, "unit": _where(act.db, found), "until": step.on or "", "reason": step.note}
    return Telling(kind, to, subject(found), path_of("difference", found.id), told, found.unit_id)


def _where(db: Session, found: Difference) -> str:
    """The unit, or the contracts or product that a difference is about as a whole."""
    if found.unit_id is not None:
        return db.get_one(Unit, found.unit_id).name
    return "、".join(found.facts.get("contracts", ())) or db.get_one(Product, found.product).name


def _center(db: Session, permission: str, unit_id: int | None) -> list[int]:
    return people_with(db, permission) if unit_id is None else center_with(db, permission, unit_id)


TELLERS: dict[str, Teller] = {
    f"{ROOM}:find": _found,
    "inventory:run:make": _compared,
    f"{ROOM}:explain": _explained,
    f"{ROOM}:ask": _asked,
    f"{ROOM}:confirm": _answered,
    f"{ROOM}:decline": _answered,
    f"{ROOM}:lapse": _ended,
}
